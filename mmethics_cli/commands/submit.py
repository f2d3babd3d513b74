"""mmethics submit: seal what is handed in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import (
    HERE,
    Folder,
    Session,
    SubmissionName,
    open_at,
    tell_not_english,
    tell_refused,
)
from mmethics_cli.workflow.document_options import FileNaming, Language

if TYPE_CHECKING:
    from mmethics_cli.store.submission.sealing import Sealed


def submit(
    context: typer.Context,
    folder: Folder = HERE,
    archive: Annotated[
        Path | None,
        typer.Option("--zip", metavar="FILE", help="另存一个上交用的压缩包", show_default=False),
    ] = None,
    language: Annotated[Language, typer.Option("--documents-lang", help="文件的语言")] = (
        Language.zh
    ),
    naming: Annotated[
        FileNaming | None,
        typer.Option("--names", help="文件按名称或按编号命名", show_default=False),
    ] = None,
    submission: SubmissionName = None,
) -> None:
    """核对、定稿并封存本次送审：文件、附件、快照和校验清单。

    核对有错误时不封存，退出码为 1。封存之后不再改动；委员会的决定另记在 decision.yaml。
    手工改过的文件按改过的样子封存。

    示例：
    mmethics submit my-study
    mmethics submit my-study --zip 送审.zip
    """
    from mmethics_cli.report.findings import findings_text
    from mmethics_cli.workflow.submitting import (
        check_submission,
        final_documents,
        seal_submission,
    )

    session = Session.of(context)
    dossier = open_at(session, folder, session.packs(), submission)
    tell_refused(session, dossier)
    checked = check_submission(dossier, session.today, archive)
    if not checked.complete:
        session.out(findings_text(dossier.standard, dossier.name, checked.findings))
        session.say("还有错误，没有封存。改正后再运行 mmethics submit。")
        raise typer.Exit(1)
    drafts = final_documents(checked, naming, language)
    tell_not_english(session, drafts, dossier.standard)
    sealed = seal_submission(checked, drafts)
    _tell(session, sealed)
    if archive is not None:
        from mmethics_cli.store.submission.archive import zip_submission

        zip_submission(sealed.folder, archive)
        session.out(f"上交用的压缩包：{archive}")


def _tell(session: Session, sealed: Sealed) -> None:
    session.out(f"已封存 {sealed.files} 个文件：{sealed.folder}")
    session.out(f"清单校验值（SHA-256）：{sealed.digest}")
    for name in sealed.kept:
        session.say(f"手工改过，按改过的样子封存（请确认没有“草稿”字样）：{name}")
    if sealed.aside is not None:
        session.say(f"你放在 documents/ 里的其他文件移到了 {sealed.aside}")
