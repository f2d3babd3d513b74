"""mmethics status: where the dossier stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import HERE, Session

if TYPE_CHECKING:
    from mmethics_cli.commands.opening import Dossier


def status(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="卷宗所在的文件夹", show_default=False)
    ] = HERE,
) -> None:
    """查看卷宗进度：各节答了多少、自查、检查结果、审查路径、送审与时限。

    示例：
    mmethics status my-study
    """
    from mmethics_cli.commands.opening import open_dossier, tell_refused
    from mmethics_cli.commands.package import package_of
    from mmethics_cli.commands.review import review
    from mmethics_cli.render.status_text import Standing, status_text

    session = Session.of(context)
    dossier = open_dossier(session, folder)
    tell_refused(session, dossier)
    found = review(dossier, package_of(dossier, session.today))
    current = dossier.workspace.current
    session.show(
        status_text(
            dossier.pathway,
            dossier.self_check,
            found,
            Standing(
                dossier.name,
                current.name if current else "",
                sealed=current is not None and current.sealed,
                changed=changed_since_sealing(dossier),
            ),
        )
    )


def changed_since_sealing(dossier: Dossier) -> bool:
    """Whether the dossier says something else than the sealed current submission."""
    from mmethics_cli.store.answers_file import answers_of

    current = dossier.workspace.current
    if current is None or not current.sealed:
        return False
    sealed = answers_of(current.snapshot(), dossier.standard)
    same_answers = sealed.values == dossier.workspace.values
    return not (same_answers and sealed.self_check.answers == dossier.self_check.answers)
