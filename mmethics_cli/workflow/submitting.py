"""Submitting: the documents made final and sealed with all that is handed in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from mmethics_cli import __version__
from mmethics_cli.errors import Problem, WorkspaceError
from mmethics_cli.render.study import SealedBeside
from mmethics_cli.report.findings import PlacedFinding
from mmethics_cli.store.dossier.outputs import refuse_output
from mmethics_cli.store.submission.choice import last_sealed
from mmethics_cli.store.submission.documents import enter_versions, restore_drafts
from mmethics_cli.store.submission.intact import require_intact
from mmethics_cli.store.submission.logbook import refuse_sealing_again
from mmethics_cli.store.submission.manifest import FileTally, digest_of
from mmethics_cli.store.submission.rendered import RenderedFile
from mmethics_cli.store.submission.sealing import (
    Sealed,
    finish_sealing,
    is_unfinished,
    seal,
)
from mmethics_cli.store.submission.submissions import (
    BASELINE,
    BASELINE_SHA256,
    DOCUMENTS,
    MANIFEST,
    ORDER,
    Submission,
    sealing_order,
)
from mmethics_cli.wording.shell import shell_word
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.checking import review
from mmethics_cli.workflow.document_options import FileNaming, Language
from mmethics_cli.workflow.drafting import (
    Drafts,
    drafts_without_files,
    papers_to_draft,
    record_of,
    versions_of,
    with_possible_marks,
)
from mmethics_cli.workflow.laid_papers import REFUSED, PaperState, kept_papers, lay
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Package
from mmethics_cli.workflow.papers import WordPaper
from mmethics_cli.workflow.registering import entered, is_entered


class CheckedSubmission(Struct, frozen=True):
    """The current submission as it would be sealed today, and what the check finds in it.

    `kept` are the ids of papers that a person edited and answers for though they are stale.
    """

    dossier: Dossier
    package: Package
    findings: tuple[PlacedFinding, ...]
    today: date
    kept: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether it may be sealed: no finding is an error."""
        return all(placed.finding.severity != "error" for placed in self.findings)


def check_submission(
    dossier: Dossier,
    today: date,
    archive: Path | None = None,
    keep: Collection[str] = (),
    *,
    replace: bool = False,
) -> CheckedSubmission:
    """Check what would be sealed; `keep` names edited papers to be sealed whatever they rest on.

    Raises WorkspaceError where there is no submission that can be sealed, EthicsError where
    `archive` can't be written (an existing file there only with `replace`) or `keep` names what
    nobody edited.
    """
    current = _open_submission(dossier)
    if archive is not None:
        refuse_archive(dossier, archive, replace=replace)
    with dossier.workspace.writing():  # another run may be moving them this moment
        restore_drafts(current.folder)
    for earlier in dossier.workspace.submissions:
        if earlier.sealed:
            require_intact(earlier, "不能拿来比较")
    package = with_possible_marks(dossier, package_of(dossier, today), draft=False)
    kept = kept_papers(dossier, package, keep)
    return CheckedSubmission(dossier, package, review(dossier, package, kept=kept), today, kept)


def _open_submission(dossier: Dossier) -> Submission:
    current = dossier.workspace.current
    if current is None:
        raise WorkspaceError("卷宗里还没有送审（submissions/01-initial），不能封存。")
    if current.sealed:
        raise WorkspaceError(
            f"{current.name} 已经封存，不能再封存一次。"
            f"核验：mmethics verify {shell_word(current.folder)}。"
            "办公室要求补正的：mmethics record --supplement --comments FILE"
        )
    refuse_sealing_again(dossier.workspace.folder, current.folder)
    return current


def refuse_archive(dossier: Dossier, archive: Path, *, replace: bool = False) -> None:
    """Raises EthicsError, before anything is sealed, where the archive can't be written."""
    refuse_output(dossier.workspace, "--zip", archive, "送审.zip", replace=replace)


def complete_sealing(dossier: Dossier, today: date) -> Sealed | None:
    """Do what an earlier `submit` left undone on the current submission; None if nothing was.

    That it is not in the log is one such thing. Raises WorkspaceError where the submission is not
    as it was sealed.
    """
    workspace = dossier.workspace
    current = workspace.current
    if current is None or not current.sealed:
        return None
    known = is_entered(dossier, current)
    if known and not is_unfinished(current):
        return None
    require_intact(current, "没有收尾")
    with workspace.writing():
        sealed = finish_sealing(workspace, current)
    return sealed if known else entered(sealed, today, "found")


class FinalPapers(Struct):
    """The papers of a submission as they are to be sealed.

    `telling` tell what is sealed beside them, and so are made last; `edited` are the files that a
    person edited, by the name under which they are sealed, and whether on today's facts; `untold`
    are those of them that should tell what is sealed beside them.
    """

    drafts: Drafts
    telling: list[WordPaper] = field(default_factory=list)
    edited: dict[str, PaperState] = field(default_factory=dict)
    untold: list[str] = field(default_factory=list)

    @property
    def answered_for(self) -> frozenset[str]:
        """Those of the edited that are sealed because a person answers for them."""
        return frozenset(name for name, state in self.edited.items() if state in REFUSED)

    def last(self, beside: SealedBeside) -> list[RenderedFile]:
        """The files that tell what is sealed beside them."""
        return [RenderedFile(paper.name, paper.telling(beside)) for paper in self.telling]


def final_documents(
    submission: CheckedSubmission,
    naming: FileNaming | None = None,
    language: Language = Language.zh,
) -> FinalPapers:
    """The files of its documents as they are to be sealed, without watermark.

    What a person edited stays as edited. Raises as `drafts_of`, and WorkspaceError where a paper
    was edited on other facts, or can't be opened.
    """
    dossier, package = submission.dossier, submission.package
    record = record_of(dossier)
    assert record is not None  # it was checked
    drafts = drafts_without_files(dossier, package.documents, language)
    final, problems = FinalPapers(drafts), []
    for paper in papers_to_draft(dossier, package, package.documents, naming, language):
        laid = lay(paper, record)
        if laid.state in REFUSED and paper.id not in submission.kept:
            problems.append(Problem(laid.state, laid.file))
        elif laid.edited:
            final.edited[paper.name] = laid.state
            if isinstance(paper, WordPaper) and paper.rendered.counts_others:
                final.untold.append(paper.name)
            drafts.add(paper, laid.final, laid.edited)
        elif isinstance(paper, WordPaper) and paper.rendered.counts_others:
            final.telling.append(paper)
        else:
            drafts.add(paper, paper.data(draft=False))
    if problems:
        raise WorkspaceError("这些文件不能照样封存（详见 mmethics check）：", problems)
    return final


def seal_submission(submission: CheckedSubmission, final: FinalPapers) -> Sealed:
    """Seal a submission with those papers, and enter it in the log.

    Raises WorkspaceError where it is not complete, an English paper holds Chinese, or the system
    refuses; nothing is sealed then.
    """
    if not submission.complete:
        raise WorkspaceError("核对还有错误，没有封存。")
    if final.drafts.untranslated:
        raise WorkspaceError("英文文件里还有中文，没有封存。")
    dossier, package = submission.dossier, submission.package
    about = _about(dossier, package)
    if final.edited:
        about["edited"] = [
            {
                "file": f"{DOCUMENTS}/{file.name}",
                "draft_sha256": file.edited,
                "kept": file.name in final.answered_for,
            }
            for file in final.drafts.files
            if file.edited
        ]
        about["untold"] = [f"{DOCUMENTS}/{name}" for name in final.untold]

    def last(tally: FileTally) -> list[RenderedFile]:
        return final.last(SealedBeside(*tally))

    with dossier.workspace.writing(whole=True):
        enter_versions(dossier.workspace, versions_of(package.documents))
        sealed = seal(dossier.workspace, final.drafts.files, about, submission.today, last)
    return entered(sealed, submission.today)


def place_in_life(dossier: Dossier) -> dict[str, Any]:
    """Its place in the order of sealing, and by what the study stood approved then."""
    workspace = dossier.workspace
    last = last_sealed(workspace.submissions)
    baseline = workspace.baseline
    return {
        ORDER: sealing_order(last)[0] + 1 if last is not None else 1,
        BASELINE: baseline.name if baseline is not None else "",
        **({BASELINE_SHA256: digest_of(baseline.folder / MANIFEST)} if baseline else {}),
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
            **({"notices": list(notices)} if (notices := dossier.loaded.notices) else {}),
        },
        "package": dossier.papers.value,
        "templates": {"sha256": pack.digest("templates")},
        **place_in_life(dossier),
        "documents": [
            {
                "number": document.number,
                "id": document.kind.id,
                "title": document.kind.title,
                "version": document.stamp.version,
                "date": document.stamp.date.isoformat() if document.stamp.date else "",
                **({"marked": True} if document.before and not document.unmarked else {}),
                **({"unmarked": document.unmarked} if document.unmarked else {}),
            }
            for document in package.documents
        ],
    }
