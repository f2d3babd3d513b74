"""The approved versions: the sealed documents with the day of approval in their footers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import typer

from mmethics_cli.commands.history import approved_with, papers_of, valid_papers
from mmethics_cli.commands.opening import Dossier
from mmethics_cli.commands.options import Session
from mmethics_cli.commands.standing import Decided, Standings
from mmethics_cli.commands.told import finish
from mmethics_cli.core.columns import pad, width
from mmethics_cli.core.decision import CommitteeDecision, decision_words
from mmethics_cli.errors import EthicsError, Problem, WorkspaceError
from mmethics_cli.render.docx_stamp import NoWordFile, with_footer_line
from mmethics_cli.render.history_text import PaperVersion
from mmethics_cli.render.wording import CHINESE, ENGLISH
from mmethics_cli.store.documents import DOCUMENTS, RenderedFile, write_documents
from mmethics_cli.store.manifest import COMMITTEE, verify_folder
from mmethics_cli.store.submissions import Submission

FOLDER: Final = "approved"
LISTING: Final = "批准文件清单.txt"
_SUFFIXES: Final = (".docx", ".en.docx")
_CHINESE: Final = ("批准日期：{}", "有效期至：{}", "批件号：{}")
_ENGLISH: Final = ("Approved: {}", "Valid until: {}", "Approval No.: {}")


@dataclass(frozen=True, slots=True)
class ApprovedFile:
    """A sealed Word file that was approved, and the paper that it is."""

    path: Path
    paper: PaperVersion


@dataclass(frozen=True)
class Approved:
    """What an approval approves: documents as files, attachments by name."""

    approval: Decided
    documents: tuple[ApprovedFile, ...]
    attachments: tuple[PaperVersion, ...]

    @property
    def folder(self) -> Path:
        """Where the approved versions go: beside what was sealed."""
        return self.approval.submission.folder / COMMITTEE / FOLDER


def write_approved(
    session: Session,
    dossier: Dossier,
    wanted: list[str],
    out: Path | None,
    *,
    list_: bool,
    replace: bool,
    pdf: bool,
) -> NoReturn:
    """Write (or only list) the approved versions, and leave with the exit code of `render`."""
    approved = approved_of(dossier, wanted)
    if list_:
        session.out(listing(approved).rstrip())
        raise typer.Exit(0)
    files, unstamped = approved_files(approved)
    if not wanted:
        files.append(RenderedFile(LISTING, listing(approved).encode("utf-8")))
    target = out if out is not None else approved.folder
    done = write_documents(target, files, replace=replace, whole=out is None and not wanted)
    done.failed += unstamped
    finish(session, done, target, pdf=pdf)


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


def _rows(papers: list[PaperVersion]) -> Iterator[str]:
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
