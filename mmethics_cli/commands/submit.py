"""mmethics submit: seal what is handed in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmethics_cli import __version__
from mmethics_cli.commands.options import HERE, Session
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.workflow.drafting import Language, Names

if TYPE_CHECKING:
    from mmethics_cli.store.submission.sealing import Sealed
    from mmethics_cli.store.submission.submissions import Submission
    from mmethics_cli.workflow.opening import Dossier
    from mmethics_cli.workflow.package import Package


def submit(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="卷宗所在的文件夹", show_default=False)
    ] = HERE,
    archive: Annotated[
        Path | None,
        typer.Option("--zip", metavar="FILE", help="另存一个上交用的压缩包", show_default=False),
    ] = None,
    language: Annotated[Language, typer.Option("--documents-lang", help="文件的语言")] = (
        Language.zh
    ),
    names: Annotated[
        Names | None, typer.Option("--names", help="文件按名称或按编号命名", show_default=False)
    ] = None,
) -> None:
    """核对、定稿并封存本次送审：文件、附件、快照和校验清单。

    核对有错误时不封存，退出码为 1。封存之后不再改动；委员会的决定另记在 decision.yaml。
    手工改过的文件按改过的样子封存。

    示例：
    mmethics submit my-study
    mmethics submit my-study --zip 送审.zip
    """
    from mmethics_cli.commands.options import tell_refused
    from mmethics_cli.report.findings import findings_text
    from mmethics_cli.workflow.assembly import package_of
    from mmethics_cli.workflow.checking import review
    from mmethics_cli.workflow.opening import open_dossier

    session = Session.of(context)
    dossier = open_dossier(session, folder)
    tell_refused(session, dossier)
    current = _open_submission(dossier)
    if archive is not None:
        _refuse_place(archive, current)
    package = package_of(dossier, session.today)
    found = review(dossier, package)
    if any(one.finding.severity == "error" for one in found):
        session.out(findings_text(dossier.standard, dossier.name, found))
        session.say("还有错误，没有封存。改正后再运行 mmethics submit。")
        raise typer.Exit(1)
    sealed = _seal(session, dossier, package, language, names)
    _tell(session, sealed)
    if archive is not None:
        from mmethics_cli.store.submission.archive import zip_submission

        zip_submission(sealed.folder, archive)
        session.out(f"上交用的压缩包：{archive}")


def _open_submission(dossier: Dossier) -> Submission:
    current = dossier.workspace.current
    if current is None:
        raise WorkspaceError("卷宗里还没有送审（submissions/01-initial），不能封存。")
    if current.sealed:
        raise WorkspaceError(
            f"{current.name} 已经封存，不能再封存一次。核验：mmethics verify {current.folder}"
        )
    return current


def _refuse_place(archive: Path, current: Submission) -> None:
    """Before anything is sealed: a place where the archive can't be written."""
    if not archive.absolute().parent.is_dir():
        raise EthicsError(f"--zip：没有文件夹“{archive.parent}”。请先建好，或换一个位置。")
    if archive.is_dir():
        raise EthicsError(f"--zip：“{archive}”是文件夹。请写文件名，如 送审.zip。")
    if archive.resolve().is_relative_to(current.folder.resolve()):
        raise EthicsError("--zip：压缩包不能放在要封存的文件夹里。请换一个位置。")


def _seal(
    session: Session,
    dossier: Dossier,
    package: Package,
    language: Language,
    names: Names | None,
) -> Sealed:
    from mmethics_cli.store.dossier.profile import file_names_of
    from mmethics_cli.store.submission.documents import enter_versions
    from mmethics_cli.store.submission.sealing import seal
    from mmethics_cli.workflow.drafting import drafts_of, versions_of

    workspace = dossier.workspace
    naming = names or Names(file_names_of(workspace.folder))
    drafts = drafts_of(dossier, package, package.papers, naming, language, draft=False)
    drafts.tell(session, dossier.standard)
    enter_versions(workspace, versions_of(package.papers))
    return seal(workspace, drafts.files, _about(dossier, package), session.today)


def _about(dossier: Dossier, package: Package) -> dict[str, Any]:
    """What the manifest says of tool, pack, templates and papers."""
    pack, standard = dossier.pack, dossier.standard
    return {
        "tool": f"mmethics {__version__}",
        "standard": {
            "id": standard.id,
            "edition": standard.edition,
            "sha256": pack.digest("checklists"),
            "overrides": [f"{one.id} {one.action}" for one in pack.overrides],
        },
        "templates": {"sha256": pack.digest("templates")},
        "documents": [
            {
                "number": one.number,
                "id": one.document.id,
                "title": one.document.title,
                "version": one.stamp.version,
                "date": one.stamp.date.isoformat() if one.stamp.date else "",
                **({"marked": True} if one.before is not None else {}),
            }
            for one in package.papers
        ],
    }


def _tell(session: Session, sealed: Sealed) -> None:
    session.out(f"已封存 {sealed.files} 个文件：{sealed.folder}")
    session.out(f"清单校验值（SHA-256）：{sealed.digest}")
    for name in sealed.kept:
        session.say(f"手工改过，按改过的样子封存（请确认没有“草稿”字样）：{name}")
    if sealed.aside is not None:
        session.say(f"你放在 documents/ 里的其他文件移到了 {sealed.aside}")
