"""Submitting: the documents made final and sealed with all that is handed in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from mmethics_cli import __version__
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.report.findings import PlacedFinding
from mmethics_cli.store.submission.choice import last_sealed
from mmethics_cli.store.submission.documents import enter_versions
from mmethics_cli.store.submission.sealing import Sealed, seal
from mmethics_cli.store.submission.submissions import (
    BASELINE,
    ORDER,
    Submission,
    sealing_order,
)
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.checking import review
from mmethics_cli.workflow.document_options import FileNaming, Language
from mmethics_cli.workflow.drafting import Drafts, drafts_of, versions_of
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Package


class CheckedSubmission(Struct, frozen=True):
    """The current submission as it would be sealed today, and what the check finds in it."""

    dossier: Dossier
    package: Package
    findings: tuple[PlacedFinding, ...]
    today: date

    @property
    def complete(self) -> bool:
        """Whether it may be sealed: no finding is an error."""
        return all(placed.finding.severity != "error" for placed in self.findings)


def check_submission(
    dossier: Dossier, today: date, archive: Path | None = None
) -> CheckedSubmission:
    """Check what would be sealed.

    Raises WorkspaceError where there is no submission that can be sealed, EthicsError where
    `archive` can't be written.
    """
    current = _open_submission(dossier)
    if archive is not None:
        _refuse_place(archive, current)
    package = package_of(dossier, today)
    return CheckedSubmission(dossier, package, review(dossier, package), today)


def _open_submission(dossier: Dossier) -> Submission:
    current = dossier.workspace.current
    if current is None:
        raise WorkspaceError("卷宗里还没有送审（submissions/01-initial），不能封存。")
    if current.sealed:
        raise WorkspaceError(
            f"{current.name} 已经封存，不能再封存一次。核验：mmethics verify {current.folder}。"
            "办公室要求补正的：mmethics record --supplement --comments FILE"
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


def final_documents(
    submission: CheckedSubmission,
    naming: FileNaming | None = None,
    language: Language = Language.zh,
) -> Drafts:
    """The files of its documents as they are to be sealed, without watermark; see `drafts_of`."""
    package = submission.package
    return drafts_of(submission.dossier, package, package.documents, naming, language, draft=False)


def seal_submission(submission: CheckedSubmission, files: Drafts) -> Sealed:
    """Seal a submission with those files; documents edited by hand are sealed as they lie.

    Raises WorkspaceError where it is not complete or the system refuses; nothing is sealed then.
    """
    if not submission.complete:
        raise WorkspaceError("核对还有错误，没有封存。")
    dossier, package = submission.dossier, submission.package
    enter_versions(dossier.workspace, versions_of(package.documents))
    return seal(dossier.workspace, files.files, _about(dossier, package), submission.today)


def place_in_life(dossier: Dossier) -> dict[str, Any]:
    """Its place in the order of sealing, and by what the study stood approved then."""
    workspace = dossier.workspace
    last = last_sealed(workspace.submissions)
    baseline = workspace.baseline
    return {
        ORDER: sealing_order(last)[0] + 1 if last is not None else 1,
        BASELINE: baseline.name if baseline is not None else "",
    }


def _about(dossier: Dossier, package: Package) -> dict[str, Any]:
    """What the manifest says of tool, pack, templates and documents."""
    pack, standard = dossier.pack, dossier.standard
    return {
        "tool": f"mmethics {__version__}",
        "standard": {
            "id": standard.id,
            "edition": standard.edition,
            "sha256": pack.digest("checklists"),
            "overrides": [f"{override.id} {override.action}" for override in pack.overrides],
        },
        "templates": {"sha256": pack.digest("templates")},
        **place_in_life(dossier),
        "documents": [
            {
                "number": document.number,
                "id": document.kind.id,
                "title": document.kind.title,
                "version": document.stamp.version,
                "date": document.stamp.date.isoformat() if document.stamp.date else "",
                **({"marked": True} if document.before is not None else {}),
            }
            for document in package.documents
        ],
    }
