"""mmethics submit: seal what is handed in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import (
    HERE,
    Folder,
    Papers,
    Session,
    SubmissionName,
    open_at,
    tell_not_english,
    tell_opened,
)
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.wording.shell import shell_word
from mmethics_cli.workflow.document_options import FileNaming, Language

if TYPE_CHECKING:
    from mmethics_cli.store.submission.sealing import Sealed
    from mmethics_cli.store.submission.submissions import Submission
    from mmethics_cli.workflow.opening import Dossier


def submit(
    context: typer.Context,
    folder: Folder = HERE,
    archive: Annotated[
        Path | None,
        typer.Option("--zip", metavar="FILE", help="另存一个上交用的压缩包", show_default=False),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="覆盖已有的同名压缩包")] = False,
    language: Annotated[Language, typer.Option("--documents-lang", help="文件的语言")] = (
        Language.zh
    ),
    naming: Annotated[
        FileNaming | None,
        typer.Option("--names", help="文件按名称或按编号命名", show_default=False),
    ] = None,
    papers: Papers = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PAPER", help="手工改过的这份文件照样封存，可以写几次", show_default=False
        ),
    ] = None,
    submission: SubmissionName = None,
) -> None:
    """核对、定稿并封存本次送审：文件、附件、快照和校验清单。

    核对有错误、英文文件里还有中文时不封存，退出码为 1。
    封存之后不再改动；委员会的决定另记在 decision.yaml。
    没有改过的文件按今天的卷宗重新生成；手工改过的按改过的样子封存，去掉“草稿”水印。
    改过以后卷宗又变了的，不封存：重新生成，或看过以后用 --keep 写明照样封存。
    已经封存的，写 --zip 时核验以后再做一个压缩包。
    封存的文件夹是只读的；要删去，先让它可写：chmod -R u+w 文件夹（Windows：attrib -R /S /D）。

    示例：
    mmethics submit my-study
    mmethics submit my-study --zip 送审.zip
    """
    session = Session.of(context)
    dossier = open_at(session, folder, session.packs(), submission, papers=papers)
    tell_opened(session, dossier)
    again = f"mmethics submit {shell_word(folder)}"
    again += f" --zip {shell_word(archive)}" if archive is not None else ""
    current = dossier.workspace.current
    if current is None or not current.sealed:
        with _saying_what_stands(session, dossier, again):
            _seal(session, dossier, archive, keep or [], naming, language, replace=replace)
        return
    _complete(session, dossier, current, archive, replace=replace)


def _complete(
    session: Session,
    dossier: Dossier,
    sealed: Submission,
    archive: Path | None,
    *,
    replace: bool,
) -> None:
    """Of a sealed submission: tidy what an earlier run left, and make the archive asked for."""
    from mmethics_cli.workflow.submitting import complete_sealing, refuse_archive

    done = complete_sealing(dossier, session.today)
    if done is not None:
        _tell(session, done)
    if archive is not None:
        refuse_archive(dossier, archive, replace=replace)
        _pack(session, sealed.folder, archive)
    elif done is None:
        raise WorkspaceError(
            f"{sealed.name} 已经封存，不能再封存一次。"
            f"核验：mmethics verify {shell_word(sealed.folder)}。"
            "办公室要求补正的：mmethics record --supplement"
        )


def _seal(
    session: Session,
    dossier: Dossier,
    archive: Path | None,
    keep: list[str],
    naming: FileNaming | None,
    language: Language,
    *,
    replace: bool,
) -> None:
    from mmethics_cli.report.findings import findings_text
    from mmethics_cli.workflow.submitting import check_submission, final_documents, seal_submission

    submission = check_submission(dossier, session.today, archive, keep, replace=replace)
    if not submission.complete:
        session.out(findings_text(dossier.standard, dossier.name, submission.findings))
        session.say("还有错误，没有封存。改正后再运行 mmethics submit。")
        raise typer.Exit(1)
    final = final_documents(submission, naming, language)
    tell_not_english(session, final.drafts, dossier.standard)
    if final.drafts.untranslated:
        session.say(
            "英文文件里还有中文，没有封存。补上英文，或者只交中文（不写 --documents-lang）。"
        )
        raise typer.Exit(1)
    sealed = seal_submission(submission, final)
    _tell(session, sealed)
    for name, state in final.edited.items():
        how = "照 --keep 写明的封存" if name in final.answered_for else "按改过的样子封存"
        session.say(f"{state}，{how}：{name}")
    for document in submission.package.documents:
        if document.unmarked:
            session.say(f"《{document.kind.title}》{document.without_mark}")
    for name in final.untold:
        session.say(f"{name} 是手工改过的，没有印一并封存的文件个数、字节数和合并校验值。")
    if archive is not None:
        _pack(session, sealed.folder, archive)


@contextmanager
def _saying_what_stands(session: Session, dossier: Dossier, again: str) -> Iterator[None]:
    """Whatever stops a run after the sealing: say that it is sealed, and what does the rest."""
    current = dossier.workspace.current
    try:
        yield
    except BaseException:
        if current is not None and current.sealed:
            session.say(f"{current.name} 已经封存：{current.folder}。其余的再运行一次：{again}")
        raise


def _pack(session: Session, sealed: Path, archive: Path) -> None:
    from mmethics_cli.store.submission.archive import zip_submission

    zip_submission(sealed, archive)
    session.out(f"上交用的压缩包：{archive}")


def _tell(session: Session, sealed: Sealed) -> None:
    session.out(f"已封存 {sealed.files} 个文件：{sealed.folder}")
    session.out(f"清单 SHA-256：{sealed.digest}")
    if sealed.aside is not None:
        session.say(f"没有封存的（documents/ 里的其他文件，带备注的原稿）移到了 {sealed.aside}")
    for text in sealed.left:
        session.say(f"已经封存，但{text}。排除原因后再运行一次 mmethics submit。")
    session.say(f"封存的文件夹是只读的；要删去时先运行：{_unlocking(sealed.folder)}")


def _unlocking(folder: Path) -> str:
    """The system's command after which a sealed folder can be deleted."""
    if sys.platform == "win32":
        return f'attrib -R "{folder}" /S /D'
    return f"chmod -R u+w {shell_word(folder)}"
