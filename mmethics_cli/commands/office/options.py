"""What the office's verbs share: where the office is, what time it is, who types."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import HERE, Session, columns
from mmethics_cli.wording.columns import fitted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmethics_cli.office.folder import OfficeFolder

Where = Annotated[
    Path | None,
    typer.Option(
        "--office", metavar="DIR", help="办公室的文件夹，不写时是当前文件夹", show_default=False
    ),
]


def office_at(context: typer.Context, given: Path | None) -> OfficeFolder:
    """The office that a verb works on: `--office` after the verb, else before it, else here.

    Raises WorkspaceError, UnreadableFile.
    """
    from mmethics_cli.office.folder import open_office

    above = context.parent.params.get("office") if context.parent else None
    return open_office(given or above or HERE)


def now_of(session: Session) -> str:
    """The minute that it is in the office: the clock's, on the day that counts as today."""
    now = datetime.now()
    if session.today != date.today():
        now = datetime.combine(session.today, now.time())
    return now.isoformat(timespec="minutes")


def tell_done(session: Session, lines: Iterable[str]) -> None:
    """What an act came to, in the columns of the screen."""
    session.out(fitted("\n".join(lines), columns()))


def actor(office: OfficeFolder) -> str:
    """Who types: the name of the account, else the secretary."""
    names = (os.environ.get(name, "") for name in ("USER", "USERNAME"))
    return next(filter(None, names), "") or office.setting("secretary") or "未知"
