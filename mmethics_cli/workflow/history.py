"""The submissions of a dossier with their decisions, the versions valid today, and a calendar."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from mmethics_cli.core.checks.papers import KIND
from mmethics_cli.core.lifecycle.decision import CommitteeDecision, decision_words
from mmethics_cli.core.lifecycle.due import Due
from mmethics_cli.errors import EthicsError, Problem, WorkspaceError
from mmethics_cli.formats.calendar import PRODUCT, CalendarEntry, calendar_file
from mmethics_cli.formats.word.stamp import NoWordFile, with_footer_line
from mmethics_cli.report.status import (
    WITHOUT_HOLIDAYS,
    DocumentEdition,
    Past,
    decision_line,
    history_text,
)
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.submission.documents import RenderedFile
from mmethics_cli.store.submission.manifest import verify_folder
from mmethics_cli.store.submission.submissions import (
    COMMITTEE,
    DOCUMENTS,
    MANIFEST,
    Submission,
    sealed_date,
)
from mmethics_cli.store.yaml.reader import reason
from mmethics_cli.wording.citation import cite
from mmethics_cli.wording.columns import pad, width
from mmethics_cli.wording.language import CHINESE, ENGLISH
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.standing import Decided, Standings


def history_of(standings: Standings, today: date) -> str:
    """All submissions, and what is valid today."""
    dossier = standings.dossier
    title = dossier.facts.get("project.title")
    name = title if isinstance(title, str) else "（还没有项目名称）"
    made = {one.submission.number: one.made for one in standings.decided}
    kinds = dossier.standard.questions[KIND].values
    past = []
    for one in dossier.workspace.submissions:
        decision = made.get(one.number)
        past.append(
            Past(
                one.name,
                kinds.get(one.kind, one.kind),
                sealed_date(one) if one.sealed else None,
                decision_line(dossier.standard, decision) if decision else "",
                decision.comments if decision else (),
                tuple(papers_of(one)) if one.sealed else (),
            )
        )
    return history_text(
        f"{dossier.name}：{name}", past, valid_papers(standings), _until(standings, today)
    )


def valid_papers(standings: Standings) -> tuple[DocumentEdition, ...]:
    """The version of each document and attachment that was last approved.

    An approved re-review also approves what it left as it was in the submission it answers for.
    Each submission holds all attachments of its day, so one that is not in the last is withdrawn.
    """
    documents: dict[str, DocumentEdition] = {}
    attachments: dict[str, DocumentEdition] = {}
    for approval in standings.of_the_study:
        *earlier, last = approved_with(standings, approval)
        for one in earlier:
            documents |= _kept(papers_of(one), documents, attachment=False)
        documents |= _kept(papers_of(last), documents, attachment=False)
        attachments = _kept(papers_of(last), attachments, attachment=True)
    return (*documents.values(), *attachments.values())


def _kept(
    papers: Iterable[DocumentEdition], before: Mapping[str, DocumentEdition], *, attachment: bool
) -> dict[str, DocumentEdition]:
    """Papers by id; one whose version was approved before came with that earlier submission."""
    found = {}
    for one in papers:
        known = before.get(one.key)
        same = known is not None and (known.version, known.day) == (one.version, one.day)
        if one.attachment is attachment:
            found[one.key] = known if known is not None and same else one
    return found


def approved_with(standings: Standings, approval: Decided) -> tuple[Submission, ...]:
    """The submissions that an approval is about, the earliest first.

    A re-review answers for the one before it that was not approved, and so on to the first.
    """
    chain = [approval.submission]
    for one in reversed(standings.dossier.workspace.submissions):
        if chain[-1].kind != "re_review":
            break
        earlier = one.sealed and one.number < approval.submission.number
        if earlier and one.kind in ("re_review", approval.about):
            chain.append(one)
    return tuple(reversed(chain))


def papers_of(submission: Submission) -> Iterator[DocumentEdition]:
    """What a sealed submission holds, documents first."""
    manifest = submission.manifest()
    for key, attachment in (("documents", False), ("attachments", True)):
        rows = manifest.get(key)
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict):
                yield _paper(row, submission.name, attachment)


def _paper(row: Mapping[str, Any], of: str, attachment: bool) -> DocumentEdition:
    def text(key: str) -> str:
        return str(row.get(key) or "")

    title = text("title") or text("kind") or text("id")
    version = text("version") if attachment or not text("version") else f"V{text('version')}"
    return DocumentEdition(text("id"), title, version, text("date"), of, attachment)


def _until(standings: Standings, today: date) -> str:
    approval = standings.approval
    if standings.ended:
        return f"{standings.ended}；以下是最后批准的"
    if approval is None or approval.until is None:
        return "没有记录有效期" if standings.of_the_study else ""
    over = (today - approval.until).days
    expired = f"，已过期 {over} 天，批件失效" if over > 0 else ""
    return f"批件有效期至 {approval.until}{expired}"


def write_calendar(standings: Standings, path: Path, today: date) -> int:
    """Write what is still due as a calendar; how many days it holds.

    Raises EthicsError where another file lies, or the system refuses.
    """
    _refuse_place(path)
    dossier = standings.dossier
    title = dossier.facts.get("project.title")
    name = title if isinstance(title, str) else dossier.name
    study = _study(standings, name)
    dues = [one for one in standings.dues() if one.open()]
    entries = [_entry(standings, one, study, name) for one in dues]
    write_atomic(path, calendar_file(f"伦理审查到期日：{name}", entries, today))
    return len(entries)


def _refuse_place(path: Path) -> None:
    if path.is_dir():
        raise EthicsError(f"--ics：“{path}”是文件夹。请写文件名，如 到期日.ics。")
    if not path.absolute().parent.is_dir():
        raise EthicsError(f"--ics：没有文件夹“{path.parent}”。请先建好，或换一个位置。")
    try:
        ours = not path.exists() or PRODUCT.encode() in path.read_bytes()[:400]
    except OSError as error:
        raise WorkspaceError(f"--ics：读不了“{path}”：{reason(error)}。") from error
    if not ours:
        raise EthicsError(f"--ics：“{path}”已经有别的内容，没有覆盖。请换一个文件名。")


def _study(standings: Standings, name: str) -> str:
    """What tells this study from others in a calendar, the same as long as the dossier lives."""
    for one in standings.dossier.workspace.submissions:
        if one.sealed:
            return hashlib.sha256((one.folder / MANIFEST).read_bytes()).hexdigest()
    return hashlib.sha256(name.encode()).hexdigest()


def _entry(standings: Standings, due: Due, study: str, name: str) -> CalendarEntry:
    # What follows from an approval is one thing that moves; each event has reports of its own.
    key = f"{study}|{due.id}" + (f"|{due.order}" if due.of_event else "")
    notes = [
        due.why,
        f"依据：{cite(standings.dossier.standard, due.basis, marks=True)}" if due.basis else "",
        WITHOUT_HOLIDAYS if due.without_holidays else "",
    ]
    return CalendarEntry(
        uid=f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@mmethics",
        sequence=due.order,
        day=due.day,
        summary=f"{due.label}：{name}",
        description="\n".join(note for note in notes if note),
    )


FOLDER: Final = "approved"
LISTING: Final = "批准文件清单.txt"
_SUFFIXES: Final = (".docx", ".en.docx")
_CHINESE: Final = ("批准日期：{}", "有效期至：{}", "批件号：{}")
_ENGLISH: Final = ("Approved: {}", "Valid until: {}", "Approval No.: {}")


@dataclass(frozen=True, slots=True)
class ApprovedFile:
    """A sealed Word file that was approved, and the paper that it is."""

    path: Path
    paper: DocumentEdition


@dataclass(frozen=True)
class Approved:
    """What an approval approves: documents as files, attachments by name."""

    approval: Decided
    documents: tuple[ApprovedFile, ...]
    attachments: tuple[DocumentEdition, ...]

    @property
    def folder(self) -> Path:
        """Where the approved versions go: beside what was sealed."""
        return self.approval.submission.folder / COMMITTEE / FOLDER


def approved_of(dossier: Dossier, wanted: Iterable[str] = ()) -> Approved:
    """What the last approval of the study approves; `wanted` names some documents of it.

    Raises WorkspaceError where nothing is approved or what was sealed has changed since.
    """
    standings = Standings(dossier)
    if not standings.of_the_study:
        raise WorkspaceError(_why_not(standings))
    approval = standings.of_the_study[-1]
    if approval.made.day is None:
        raise WorkspaceError(
            f"{approval.submission.name} 的决定没有写日期，页脚印不出批准日期。"
            "补记：mmethics record --replace"
        )
    found: dict[str, ApprovedFile] = {}
    for submission in approved_with(standings, approval):
        _require_intact(submission)
        for one in word_files(submission):
            found[f"{one.paper.key} {_suffix(one.path)}"] = one
    documents = list(found.values())
    names = tuple(wanted)
    if names:
        documents = [one for one in documents if one.paper.key in names]
        lacking = [name for name in names if name not in {one.paper.key for one in documents}]
        if lacking:
            raise EthicsError(f"批准的送审里没有生成的文件“{'、'.join(lacking)}”。")
    attachments = tuple(one for one in valid_papers(standings) if one.attachment)
    return Approved(approval, tuple(documents), attachments)


def _why_not(standings: Standings) -> str:
    last = standings.decided[-1] if standings.decided else None
    if last is None:
        return "还没有记录批准，没有批准版本。记录决定：mmethics record"
    words = decision_words(standings.dossier.standard)
    label = words.get(last.made.decision, last.made.decision)
    message = f"{last.submission.name} 的决定是“{label}”，还没有批准，没有批准版本。"
    if last.made.decision == "modify_then_approve":
        message += (
            "按意见修改、复审（mmethics follow re-review）并记录批准以后再生成；"
            "委员会认可不必再送的，用 mmethics record --replace 改记为批准。"
        )
    return message


def _require_intact(submission: Submission) -> None:
    found = verify_folder(submission.folder).differences
    if found:
        problems = [Problem(f"{one}") for one in found]
        raise WorkspaceError(f"{submission.name} 与封存时不一致，不能作为批准版本：", problems)


def word_files(submission: Submission) -> Iterator[ApprovedFile]:
    """The Word files of the rendered documents; a marked version beside one is no version."""
    rows = {
        str(row.get("number")): paper
        for row, paper in zip(
            submission.manifest().get("documents", []),
            (one for one in papers_of(submission) if not one.attachment),
            strict=True,
        )
    }
    for path in sorted((submission.folder / DOCUMENTS).iterdir()):
        suffix = _suffix(path)
        paper = rows.get(path.name.partition("-")[0])
        if suffix and paper is not None:
            tail = f"-{paper.version}" + (f"-{paper.day}" if paper.day else "") + suffix
            if path.name.endswith(tail):
                yield ApprovedFile(path, paper)


def _suffix(path: Path) -> str:
    return next((one for one in reversed(_SUFFIXES) if path.name.endswith(one)), "")


def footer_line(made: CommitteeDecision, *, english: bool = False) -> str:
    """批准日期、有效期 and the number, as far as they were recorded."""
    day, until, number = _ENGLISH if english else _CHINESE
    wording = ENGLISH if english else CHINESE
    parts = [
        day.format(wording.date(made.day)) if made.day else "",
        until.format(wording.date(made.valid_until)) if made.valid_until else "",
        number.format(made.number) if made.number else "",
    ]
    return "　".join(part for part in parts if part)


def approved_files(approved: Approved) -> tuple[list[RenderedFile], list[tuple[str, str]]]:
    """The files to write, and those that can't be stamped with the reason."""
    files, failed = [], []
    for one in approved.documents:
        english = _suffix(one.path) == _SUFFIXES[1]
        line = footer_line(approved.approval.made, english=english)
        try:
            files.append(RenderedFile(one.path.name, with_footer_line(one.path.read_bytes(), line)))
        except NoWordFile as error:
            failed.append((one.path.name, error.message))
    return files, failed


def listing(approved: Approved) -> str:
    """Decision, documents and attachments with their versions, one a line."""
    made, submission = approved.approval.made, approved.approval.submission
    lines = [f"{submission.name}：{footer_line(made)}", "", "文件（页脚印有批准日期）"]
    documents = list({one.paper.key: one.paper for one in approved.documents}.values())
    lines += _rows(documents)
    lines += ["", "附件（原件随送审封存，不加页脚）", *_rows(list(approved.attachments))]
    return "\n".join(lines) + "\n"


def _rows(papers: list[DocumentEdition]) -> Iterator[str]:
    widest = max((width(one.title) for one in papers), default=0)
    for number, one in enumerate(papers, 1):
        cells = (
            pad(one.title, widest),
            pad(one.version or "—", 8),
            pad(one.day or "—", 10),
            one.of,
        )
        yield f"  {number:>2}  {'  '.join(cells)}"
    if not papers:
        yield "  无"
