"""What is entered in the dossier's log, and what is to be said where it tells something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from mmethics_cli import __version__
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.report.findings import PlacedFinding
from mmethics_cli.store.submission.logbook import (
    LOG,
    Logbook,
    LogLine,
    What,
    enter,
    read_logbook,
    registration_of,
)
from mmethics_cli.store.submission.sealing import Sealed
from mmethics_cli.store.submission.submissions import DECISION, FOLDER, MANIFEST, Submission
from mmethics_cli.workflow.opening import Dossier


def entered(sealed: Sealed, today: date, what: What = "sealed") -> Sealed:
    """Enter what was sealed in the log; where the system refuses, that is told in `left`."""
    try:
        enter(sealed.folder.parent.parent, _line(what, sealed.folder, today))
    except WorkspaceError as error:
        return replace(sealed, left=(*sealed.left, f"没有登记：{error.message.rstrip('。')}"))
    return sealed


def is_entered(dossier: Dossier, submission: Submission) -> bool:
    """Whether the log knows of a submission."""
    return registration_of(submission.folder, read_logbook(dossier.workspace.folder)).known


def enter_decision(dossier: Dossier, decision: CommitteeDecision) -> None:
    """Enter a decision that was just recorded; its submission too where nothing knew of it.

    Raises WorkspaceError; the decision stands even so.
    """
    current, folder = dossier.workspace.current, dossier.workspace.folder
    assert current is not None  # a decision was recorded on it
    today = dossier.facts.today or date.today()
    line = replace(
        _line("decided", current.folder, today), decision=decision.decision, number=decision.number
    )
    before = () if is_entered(dossier, current) else (_line("found", current.folder, today),)
    try:
        enter(folder, *before, line)
    except WorkspaceError as error:
        raise WorkspaceError(f"决定已经记录，只是没有登记：{error.message}") from error


def seal_digest(submission: Submission) -> str:
    """The SHA-256 of a sealed submission's manifest."""
    return registration_of(submission.folder, Logbook()).digest


def _line(what: What, submission: Path, day: date) -> LogLine:
    digest = registration_of(submission, Logbook()).digest
    return LogLine(day.isoformat(), what, submission.name, digest, f"mmethics {__version__}")


def registration_findings(dossier: Dossier) -> Iterator[PlacedFinding]:
    """Where what is sealed is not what log and decision.yaml know: an error each."""
    workspace = dossier.workspace
    log = read_logbook(workspace.folder)
    if log.broken:
        fix = "恢复原来的文件；找不回来的，把它移走，从现在起重新登记"
        yield _broken(log.broken, fix, LOG)
    for submission in workspace.submissions:
        known = registration_of(submission.folder, replace(log, broken=""))
        place = f"{FOLDER}/{submission.name}"
        if known.decided:
            fix = "与批件核对；记错的，重新记录：mmethics record --replace"
            yield _broken(f"{submission.name}：{known.decided}", fix, f"{place}/{DECISION}")
        for fault in known.faults:
            fix = f"从备份或上交的压缩包恢复成送审时的样子，再核对：mmethics verify {place}"
            yield _broken(f"{submission.name} 不是登记的样子：{fault}", fix, f"{place}/{MANIFEST}")


def _broken(message: str, fix: str, file: str) -> PlacedFinding:
    return PlacedFinding(Finding("seal_broken", "error", "inconsistent", "", message, fix), file)


def unregistered(dossier: Dossier) -> tuple[str, ...]:
    """The sealed submissions of which nothing but their own manifest says what was sealed."""
    log = read_logbook(dossier.workspace.folder)
    return tuple(
        submission.name
        for submission in dossier.workspace.submissions
        if submission.sealed and not registration_of(submission.folder, log).known
    )
