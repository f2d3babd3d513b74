"""The review of a form's proposals in Excel: a row for each blank, and back again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.model import RecordSheet, SheetCell, SheetColumn, SheetRow, Workbook
from mmethics_cli.formats.excel.writer import excel_file
from mmethics_cli.formats.form.blank import FormBlank
from mmethics_cli.forms.filling import fact_label
from mmethics_cli.forms.mapping import how_word
from mmethics_cli.forms.proposing import ASK, BY_HAND, MARKERS, OFFICE, SIGNATURE, BlankProposal
from mmethics_cli.forms.words import SUBMISSION_FACTS
from mmethics_cli.sheets.page import (
    ENTRY,
    OPTIONS_NAME,
    PLAIN,
    RECORD_MARK,
    RECORD_NAME,
    SMALL,
    drop_down,
    input_cell,
    page,
)
from mmethics_cli.sheets.reader import read_pages

FORMAT: Final = "mmethics/form-review/1"
_MARK: Final = "form"
_ROLE: Final = "fact"
MARKER_WORDS: Final = {BY_HAND: "手写", SIGNATURE: "签字", OFFICE: "办公室", ASK: "不确定"}
_JOIN: Final = " + "


def review_book(
    name: str,
    blanks: Sequence[FormBlank],
    proposals: Sequence[BlankProposal],
    examples: Mapping[str, str],
    standard: Standard,
    day: date,
) -> bytes:
    """The proposals to review, doubtful ones first; `examples` are the words an example prints."""
    options = tuple(choices(standard))
    order = sorted(range(len(blanks)), key=lambda n: (_doubt(proposals[n]), n))
    rows = tuple(
        _row(number, blanks[number], proposals[number], examples, options, standard)
        for number in order
    )
    columns = (
        SheetColumn("位置", 20),
        SheetColumn("表上的字", 30),
        SheetColumn("所在组", 22),
        SheetColumn("问的是（请核对）", 30, role=_ROLE),
        SheetColumn("怎样得出", 14),
        SheetColumn("示例会印", 26),
    )
    notes = (
        "只改黄色一列：从下拉列表里选；几个事实用“ + ”连起来写。没有把握的排在前面。",
        "手写：卷宗里没有；签字：签名盖章；办公室：由办公室填；不确定：先不填，以后再定。",
    )
    sheet = page("核对", f"{name}：每一格问的是什么", columns, rows, _MARK, notes)
    record = RecordSheet(RECORD_NAME, ((RECORD_MARK, ""), ("format", FORMAT), ("form", name)))
    return excel_file(Workbook((sheet,), name, day, options=OPTIONS_NAME, record=record))


def choices(standard: Standard) -> dict[str, str]:
    """What a blank may ask, by the words of the drop-down: paths and markers."""
    words = {word: marker for marker, word in MARKER_WORDS.items()}
    paths = [*standard.questions, *SUBMISSION_FACTS]
    paths += [f"{owner}.{name}" for owner, name in standard.fields if owner != "attachments"]
    for path in paths:
        label = fact_label(path, standard)
        words[label if label not in words else f"{label}（{path}）"] = path
    return words


def reviewed(
    data: bytes, name: str, proposals: Sequence[BlankProposal], standard: Standard
) -> list[BlankProposal]:
    """The decisions of a reviewed sheet, in the order of the form's blanks.

    Raises EthicsError with the cells that can't be read, or for the sheet of another form.
    """
    lines, cells = read_pages(data)
    if lines.get("format") != FORMAT:
        raise EthicsError("这份工作簿不是 mmethics form read --out 写出的核对表。")
    if lines.get("form") != name:
        raise EthicsError(f"这份核对表是“{lines.get('form')}”的，不是“{name}”的。")
    words = choices(standard)
    decided = list(proposals)
    faults: list[Problem] = []
    seen: set[int] = set()
    for cell in cells:
        if cell.role != _ROLE:
            continue
        number = int(cell.id) if cell.id.isdecimal() else -1
        facts = [words.get(part.strip(), "") for part in cell.text.split("+") if part.strip()]
        if cell.fault or not 0 <= number < len(decided) or not all(facts):
            faults.append(
                Problem(cell.fault or f"没有“{cell.text}”，请从下拉列表里选。", cell.place)
            )
            continue
        seen.add(number)
        if tuple(facts) != proposals[number].facts:
            decided[number] = BlankProposal(tuple(facts) or (ASK,), "office")
    for number in set(range(len(decided))) - seen:
        decided[number] = BlankProposal((ASK,))
    if faults:
        raise EthicsError("这份核对表没有收：", faults)
    return decided


def _doubt(proposal: BlankProposal) -> int:
    if not proposal.facts or proposal.facts[0] == ASK:
        return 0
    return 2 if proposal.facts[0] in MARKERS or proposal.how == "exact" else 1


def _row(
    number: int, blank: FormBlank, proposal: BlankProposal, examples: Mapping[str, str],
    options: tuple[str, ...], standard: Standard,
) -> SheetRow:  # fmt: skip
    cells = (
        SheetCell(blank.place, SMALL),
        SheetCell(blank.words, PLAIN),
        SheetCell(blank.group[:60], SMALL),
        input_cell(
            drop_down("问的是", options, "几个事实用“ + ”连起来。", strict=False),
            said(proposal, standard),
        ),
        SheetCell(how_word(proposal.how) if proposal.facts else "没有找到", SMALL),
        SheetCell(_JOIN.join(examples.get(path, "") for path in proposal.facts).strip(" +"), SMALL),
    )
    return SheetRow(cells, f"{ENTRY}{number}")


def said(proposal: BlankProposal, standard: Standard) -> str:
    """A proposal in words, as the drop-down says it."""
    words = {path: word for word, path in choices(standard).items()}
    return _JOIN.join(words.get(path, path) for path in proposal.facts or (ASK,))
