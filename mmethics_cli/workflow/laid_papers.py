"""What lies in the folder of the drafts for each paper: ours, or edited by hand, and from what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.names import label_at
from mmethics_cli.errors import DocumentError, EthicsError, WorkspaceError
from mmethics_cli.formats.excel.bytes import is_workbook
from mmethics_cli.formats.word.watermark import without_watermark
from mmethics_cli.forms.words import SUBMISSION_FACTS
from mmethics_cli.report.findings import PlacedFinding
from mmethics_cli.store.dossier.profile import file_names_of
from mmethics_cli.store.files import sha256
from mmethics_cli.store.submission.rendered import RenderRecord
from mmethics_cli.store.yaml.reader import reason
from mmethics_cli.workflow.document_options import FileNaming, Language
from mmethics_cli.workflow.drafting import record_of
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Package
from mmethics_cli.workflow.papers import ENGLISH, SHEET, Paper, WordPaper, papers_of

if TYPE_CHECKING:
    from mmethics_cli.formats.redline.changes import TextChange


class PaperState(StrEnum):
    """How the file of a paper stands to what would be printed today."""

    absent = "还没有生成"
    fresh = "与卷宗一致"
    stale = "卷宗或模板此后改过"
    edited = "手工改过"
    edited_stale = "手工改过，卷宗或模板此后又改过"
    unreadable = "打不开"


_SHORTEST: Final = 2  # so short the words of a fact are for it to be told by them
_SENTENCE: Final = 8
_LONGEST: Final = 60  # signs of a quotation
# What keeps a submission from being sealed.
REFUSED: Final = frozenset({PaperState.edited_stale, PaperState.unreadable})


class LaidPaper(Struct, frozen=True):
    """A paper, and the file that lies for it under the name `file`, if one does.

    Of one that a person edited `final` are the bytes without the watermark of a draft, `edited` the
    digest of the file.
    """

    paper: Paper
    state: PaperState
    file: str = ""
    final: bytes = b""
    edited: str = ""

    def answers_to(self, text: str) -> bool:
        """Whether a person means it by an id, a title or the name of its file."""
        kind = self.paper.document.kind
        return text in (kind.id, kind.title, self.paper.id, self.paper.name, self.file)


def lay(paper: Paper, record: RenderRecord) -> LaidPaper:
    """What lies there for a paper. Raises WorkspaceError where the system refuses to read it."""
    try:
        name = record.edited_file(paper.name, paper.id)
        if name:
            return _edited(paper, record, name)
    except OSError as error:
        place = error.filename or record.folder
        raise WorkspaceError(
            f"读不了 {place}：{reason(error)}。请关闭打开它的程序后重试。"
        ) from error
    if not (name := record.file_of(paper.name, paper.id)):
        return LaidPaper(paper, PaperState.absent)
    fresh = record.source_of(name) == paper.source
    return LaidPaper(paper, PaperState.fresh if fresh else PaperState.stale, name)


def _edited(paper: Paper, record: RenderRecord, name: str) -> LaidPaper:
    path = record.folder / name
    final = None if path.is_symlink() or not path.is_file() else _readable(paper, path)
    if final is None:
        return LaidPaper(paper, PaperState.unreadable, name)
    data = path.read_bytes()
    if record.source_of(name) == paper.source:
        state = PaperState.edited
    elif data == _printed(paper):
        return LaidPaper(paper, PaperState.fresh, name)  # ours, though the record was lost
    else:
        state = PaperState.edited_stale
    return LaidPaper(paper, state, name, final, sha256(data))


def _printed(paper: Paper) -> bytes | None:
    """Its bytes as a draft; None where its changes can't be marked, so that a person did it."""
    try:
        return paper.data(draft=True)
    except DocumentError:
        return None


def _readable(paper: Paper, path: Path) -> bytes | None:
    """The file as it would be sealed; None where it is no file of its kind."""
    data = path.read_bytes()
    if paper.ending == SHEET:
        return data if is_workbook(data) else None
    try:
        return without_watermark(data)
    except DocumentError:
        return None


def laid_papers(dossier: Dossier, package: Package) -> Iterator[LaidPaper]:
    """What lies there for each paper of a submission that is not sealed; see `lay`."""
    record = record_of(dossier)
    if record is not None:
        for paper in _papers(dossier, package, record):
            yield lay(paper, record)


def edited_papers(dossier: Dossier, package: Package) -> Iterator[LaidPaper]:
    """Those alone that a person edited: nothing else is printed to find them."""
    record = record_of(dossier)
    if record is not None:
        for paper in _papers(dossier, package, record):
            if record.edited_file(paper.name, paper.id):
                laid = lay(paper, record)
                if laid.state is not PaperState.fresh:
                    yield laid


def _papers(dossier: Dossier, package: Package, record: RenderRecord) -> Iterator[Paper]:
    naming = FileNaming(file_names_of(dossier.workspace.folder))
    english = any(written.paper.endswith(ENGLISH) for written in record.files.values())
    language = Language.both if english else Language.zh
    return papers_of(dossier, package, package.documents, naming, language, record)


def kept_papers(dossier: Dossier, package: Package, texts: Collection[str]) -> frozenset[str]:
    """The ids of papers that a person takes responsibility for as they lie.

    Raises EthicsError for one that nobody edited, or that can't be opened.
    """
    if not texts:
        return frozenset()
    kept: set[str] = set()
    edited = list(edited_papers(dossier, package))
    for text in texts:
        meant = [laid for laid in edited if laid.answers_to(text)]
        broken = [laid.file for laid in meant if laid.state is PaperState.unreadable]
        if broken:
            raise EthicsError(f"--keep：“{broken[0]}”{PaperState.unreadable}，不能照样封存。")
        if not meant:
            files = "、".join(laid.file for laid in edited) or "没有"
            raise EthicsError(f"--keep：没有手工改过的文件“{text}”。手工改过的：{files}。")
        kept |= {laid.paper.id for laid in meant}
    return frozenset(kept)


def paper_findings(
    dossier: Dossier, package: Package, kept: Collection[str] = ()
) -> Iterator[PlacedFinding]:
    """What is to be said of papers that people edited in the current submission, not yet sealed.

    `kept` are the ids of those that somebody takes responsibility for.
    """
    record = record_of(dossier)
    assert record is not None  # else there were no edited ones
    place = record.folder.relative_to(dossier.workspace.folder).as_posix()
    for laid in edited_papers(dossier, package):
        if laid.paper.id not in kept:
            yield PlacedFinding(_finding(laid), f"{place}/{laid.file}")
            for finding in _changed_facts(laid, dossier.facts):
                yield PlacedFinding(finding, f"{place}/{laid.file}")


def _changed_facts(laid: LaidPaper, facts: Facts) -> Iterator[Finding]:
    """The facts of which a person made a paper say something else, each once.

    Of one that is stale besides, all is to be looked at anyhow.
    """
    paper = laid.paper
    if not isinstance(paper, WordPaper) or laid.state is not PaperState.edited:
        return
    # Loaded late: few papers are edited.
    from mmethics_cli.formats.redline.changes import changes

    try:
        differences = changes(paper.data(draft=False), laid.final)
    except DocumentError:
        return  # that it can't be read is said already
    named: set[str] = set()
    for path, text in paper.printed:
        change = next(
            (difference for difference in differences if _replaces(difference, text)), None
        )
        if change is not None and path not in named and path not in SUBMISSION_FACTS:
            named.add(path)
            kind = paper.document.kind
            now = f"“{change.after[:_LONGEST]}”" if change.after else "删去了"
            yield Finding(
                "draft_differs", "warning", "inconsistent", path,
                f"《{kind.title}》手工改过，“{label_at(facts.standard, facts, path)}”与卷宗不一样："
                f"卷宗是“{text[:_LONGEST]}”，文件里（{change.place or '正文'}）现在是{now}",
                f"把卷宗改成一样（mmethics fill），再重新生成（mmethics render --only {kind.id}"
                " --replace）；或把文件改回来",
            )  # fmt: skip


def _replaces(change: TextChange, text: str) -> bool:
    """Whether the words of a fact, or a sentence of them, stood there and do so no more."""
    if change.before == text:
        return True  # nothing else stood there: whatever does now is not the fact
    alone = re.compile(rf"(?<!\d){re.escape(text)}(?!\d)")  # 114 does not stand in 1140
    whole = (
        len(text) >= _SHORTEST
        and alone.search(change.before) is not None
        and alone.search(change.after) is None
    )
    return whole or (len(change.before) >= _SENTENCE and change.before in text)


def _finding(laid: LaidPaper) -> Finding:
    kind = laid.paper.document.kind
    again = f"mmethics render --only {kind.id} --replace"
    message = f"《{kind.title}》{laid.state}"
    match laid.state:
        case PaperState.unreadable:
            message += "：不是完好的文件，或设了密码"
            fix = f"换成打得开、不设密码的文件，或重新生成（{again}，现在的移到一边）"
            return Finding("draft_unreadable", "error", "invalid", "", message, fix)
        case PaperState.edited_stale:
            fix = (
                f"重新生成再把改动写进去（{again}，现在的移到一边）；"
                f"看过、改过的文字仍然正确的，mmethics submit --keep {kind.id}"
            )
            return Finding("draft_stale", "error", "inconsistent", "", message, fix)
    fix = "改过的文字没有核对。送审时照改过的样子封存，去掉“草稿”水印"
    return Finding("draft_edited", "note", "not_verified", "", message, fix)
