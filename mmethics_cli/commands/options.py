"""What the commands share: the options that several have, and the session that they run in."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.core.conditions.values import parse_date
from mmethics_cli.errors import EthicsError, NoTerminal

if TYPE_CHECKING:
    from mmethics_cli.workflow.opening import OpenedStudy


class OutputFormat(StrEnum):
    """For people or for programs."""

    text = "text"
    json = "json"


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="卷宗所在的文件夹", show_default=False)]
Format = Annotated[OutputFormat, typer.Option("--format", help="输出格式")]

HERE = Path()


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the program: the global options, and whether someone sits at a terminal."""

    today: date
    pack: Path | None = None
    debug: bool = False
    terminal: bool = False

    @classmethod
    def of(cls, context: typer.Context) -> Session:
        """The session that the root command left in the context."""
        session = context.find_object(cls)
        if session is None:
            raise LookupError("a command was invoked without the root command")
        return session

    def out(self, text: str) -> None:
        """The result that was asked for, alone on stdout."""
        typer.echo(text)

    def show(self, text: str) -> None:
        """The result for people, on stdout; in colour at a terminal (NO_COLOR is heeded)."""
        if self.terminal:
            from mmethics_cli.commands.screen import show

            show(text)
        else:
            typer.echo(text)

    def say(self, text: str) -> None:
        """Everything else, on stderr."""
        typer.echo(text, err=True)

    def need_terminal(self, instead: str) -> None:
        """Refuse to prompt where nobody can answer; `instead` names the flags to use.

        Raises:
            NoTerminal: stdin or stdout is not a terminal.
        """
        if not self.terminal:
            raise NoTerminal(f"这里不是终端，不能提问。{instead}")


def at_terminal() -> bool:
    """Whether questions can be shown and answered: both stdin and stdout are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def resolve_today(given: str | None, environ: Mapping[str, str] = os.environ) -> date:
    """The date that counts as today: the option, else SOURCE_DATE_EPOCH, else the clock.

    Raises:
        EthicsError: either is not a date.
    """
    if given is not None:
        day = parse_date(given)
        if day is None:
            raise EthicsError(f"--today 的值“{given}”不是日期。请写成 2027-03-01 的样子。")
        return day
    epoch = environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return date.today()
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC).date()
    except (ValueError, OverflowError, OSError):
        raise EthicsError(
            f"环境变量 SOURCE_DATE_EPOCH 的值“{epoch}”不是秒数。请改正或取消它。"
        ) from None


def tell_refused(session: Session, opened: OpenedStudy) -> None:
    """Name the answers that count as unknown: their question can't take them, or there is none."""
    for one in opened.refused:
        session.say(f"当作未回答：{one.problem}")
    if opened.unknown_names:
        names = "、".join(dict.fromkeys(unknown.name for unknown in opened.unknown_names))
        session.say(f"标准包没有这些名称，写在那里的内容没有读，留在文件里：{names}")
