"""A form in Excel, read and filled as one in Word: each sheet a table, each cell one of its cells.

Of the file only the cells that were filled change, and the print header of a draft.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from lxml import etree
from msgspec import Struct, field

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.excel.bytes import escaped
from mmethics_cli.formats.form.grid import ADDRESS
from mmethics_cli.formats.form.line import line_of
from mmethics_cli.formats.word.archive import CONTENT_TYPES
from mmethics_cli.formats.word.markup import SPACE, Element, P, W, new_element
from mmethics_cli.formats.word.package import WordPackage, unzipped

_S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MOST_ROWS, _MOST_COLUMNS = 1_000, 60
_MOST_BYTES: Final = 64 * 1024**2
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_WITH_MACROS: Final = "macroEnabled.main+xml"
# What stands in a sheet before its print header (CT_Worksheet).
_BEFORE_HEADER: Final = frozenset(
    f"{_S}{name}"
    for name in (
        "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
        "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
        "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr",
        "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
        "pageSetup",
    )
)  # fmt: skip


class _SheetCell(Struct):
    """A cell of the twin, where it stands in the workbook, and what it said at first."""

    element: Element
    part: str
    reference: str
    text: str


class SheetPackage(WordPackage):
    """The parts of a workbook; `body` is its twin, a Word body with a table for each sheet."""

    twin: Element = field(default_factory=lambda: new_element("body"))
    cells: list[_SheetCell] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)

    @property
    def main(self) -> str:
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and relation.target in self.parts:
                return relation.target
        raise DocumentError("不是 Excel 工作簿（.xlsx）。请用 Excel 或 WPS 另存为 .xlsx 再试。")

    @property
    def body(self) -> Element:
        return self.twin

    def saved(self) -> bytes:
        """The file with what the twin says now in its cells."""
        self._touched.clear()
        for cell in self.cells:
            text = _text(cell.element)
            if text != cell.text:
                _write(self.touch(cell.part), cell.reference, text)
                cell.text = text
        first = next(iter(self.twin), None)
        if first is not None and first.tag == P and first.get(ADDRESS) is None:
            for part in self.sheets:
                _head(self.touch(part), line_of(first).raw)
        return super().saved()


def opened_sheets(data: bytes) -> SheetPackage:
    """A workbook with its twin. Raises DocumentError for what is none, or no sane form."""
    try:
        parts = dict(unzipped(data, "工作簿", _MOST_BYTES))
    except DocumentError:
        raise
    except Exception as error:  # zipfile has many ways to stumble over a damaged file
        raise DocumentError(
            "工作簿读不了：已损坏、加了密码，或是旧的 .xls。请用 Excel 或 WPS 另存为 .xlsx。"
        ) from error
    if CONTENT_TYPES not in parts:
        raise DocumentError("不是 Excel 工作簿（.xlsx）。请用 Excel 或 WPS 另存为 .xlsx 再试。")
    package = SheetPackage(parts)
    if package.content_type(package.main).endswith(_WITH_MACROS):
        raise DocumentError("工作簿带有宏。请在 Excel 或 WPS 里另存为不带宏的 .xlsx。")
    strings = _strings(package)
    framed = _framed(package)
    relations = package.relations(package.main)
    for sheet in package.tree(package.main).iter(f"{_S}sheet"):
        relation = relations.get(sheet.get(_R_ID, ""))
        shown = sheet.get("state", "visible") == "visible"
        if shown and relation is not None and relation.target in package.parts:
            name = sheet.get("name", "")
            _add_sheet(package, relation.target, name, strings, framed)
    return package


def _strings(package: WordPackage) -> list[str]:
    """The texts that cells share, by number."""
    part = package.related(package.main, "sharedStrings")
    if not part:
        return []
    return [_said(item) for item in package.tree(part).iterchildren(f"{_S}si")]


def _said(item: Element) -> str:
    """The words of a text of a cell, without how they are read aloud."""
    return "".join(
        text.text or ""
        for text in item.iter(f"{_S}t")
        if next(text.iterancestors(f"{_S}rPh"), None) is None
    )


def _framed(package: WordPackage) -> frozenset[str]:
    """The numbers of the styles that draw a line around a cell."""
    part = package.related(package.main, "styles")
    if not part:
        return frozenset()
    root = package.tree(part)
    lines = [
        any(side.get("style", "none") != "none" for side in border)
        for border in root.iterfind(f"{_S}borders/{_S}border")
    ]
    return frozenset(
        str(number)
        for number, style in enumerate(root.iterfind(f"{_S}cellXfs/{_S}xf"))
        if (at := style.get("borderId", "0")).isdecimal() and lines[int(at) : int(at) + 1] == [True]
    )


def _add_sheet(
    package: SheetPackage, part: str, name: str, strings: list[str], framed: frozenset[str]
) -> None:
    package.sheets.append(part)
    root = package.tree(part)
    texts: dict[tuple[int, int], str] = {}
    room: set[tuple[int, int]] = set()
    for cell in root.iter(f"{_S}c"):
        place = _place(cell.get("r", ""))
        if text := _value(cell, strings):
            texts[place] = text
        if cell.get("s") in framed:
            room.add(place)
    areas = dict(_areas(root))
    if max((row for row, _ in texts.keys() | room), default=0) > _MOST_ROWS or any(
        column > _MOST_COLUMNS for _, column in texts
    ):
        raise DocumentError(f"工作表“{name}”太大，不像是表格，没有读。")
    title = new_element("p")
    title.set(ADDRESS, name)
    _append(title, name)
    package.twin.append(title)
    package.twin.append(_table(package, part, name, texts, room, areas))


def _table(
    package: SheetPackage, part: str, name: str, texts: Mapping[tuple[int, int], str],
    room: set[tuple[int, int]], areas: Mapping[tuple[int, int], tuple[int, int]],
) -> Element:  # fmt: skip
    """The twin of a sheet; without frames a row reaches a cell beyond its last words."""
    table = new_element("tbl")
    # By place: whether the cell goes on from above, and the last column that it covers.
    covered: dict[tuple[int, int], tuple[bool, int]] = {}
    for (row, column), (last_row, last_column) in areas.items():
        for below in range(row, last_row + 1):
            covered[below, column] = (below > row, last_column)
    held = texts.keys() | room
    for row in range(1, max((row for row, _ in held), default=0) + 1):
        line = etree.SubElement(table, f"{W}tr")
        columns = [column for at, column in held if at == row]
        columns += [at for (on, at), (goes_on, _) in covered.items() if on == row and goes_on]
        last = max((covered.get((row, at), (False, at))[1] for at in columns), default=1)
        last += not room
        column = 1
        while column <= min(last, _MOST_COLUMNS):
            goes_on, end = covered.get((row, column), (False, column))
            cell = etree.SubElement(line, f"{W}tc")
            looks = etree.SubElement(cell, f"{W}tcPr")
            etree.SubElement(looks, f"{W}gridSpan").set(f"{W}val", str(end - column + 1))
            if (row, column) in covered:
                merge = etree.SubElement(looks, f"{W}vMerge")
                merge.set(f"{W}val", "continue" if goes_on else "restart")
            reference = f"{_letters(column)}{row}"
            cell.set(ADDRESS, f"{name}!{reference}")
            text = texts.get((row, column), "")
            for words in text.split("\n"):
                _append(etree.SubElement(cell, P), words)
            package.cells.append(_SheetCell(cell, part, reference, text))
            column = end + 1
    return table


def _append(paragraph: Element, words: str) -> None:
    text = etree.SubElement(etree.SubElement(paragraph, f"{W}r"), f"{W}t")
    text.text = words
    text.set(SPACE, "preserve")


def _text(cell: Element) -> str:
    return "\n".join(line_of(paragraph).raw for paragraph in cell.iter(P))


def _value(cell: Element, strings: list[str]) -> str:
    """What a cell shows, as far as it is words or a number."""
    if cell.get("t") == "inlineStr":
        return _said(cell)
    value = cell.findtext(f"{_S}v") or cell.findtext(f"{_S}f") or ""
    if cell.get("t") == "s":
        return strings[int(value)] if value.isdecimal() and int(value) < len(strings) else ""
    return value


def _areas(root: Element) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """First and last cell of each merged area."""
    for area in root.iter(f"{_S}mergeCell"):
        first, _, last = area.get("ref", "").partition(":")
        start, end = _place(first), _place(last or first)
        if end[0] - start[0] > _MOST_ROWS:
            raise DocumentError("合并的单元格大得不像表格，没有读。")
        yield start, (end[0], min(end[1], _MOST_COLUMNS))


def _place(reference: str) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise DocumentError(
            f"工作表里有认不出的单元格“{reference[:20]}”。请用 Excel 或 WPS 另存一份再试。"
        )
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    return int(match.group(2)), column


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _write(root: Element, reference: str, text: str) -> None:
    """Put words into a cell, in its own looks; never a formula."""
    row, column = _place(reference)
    data = root.find(f"{_S}sheetData")
    if data is None:
        raise DocumentError("工作表里没有单元格，填不进去。请用 Excel 另存一份再试。")
    line = _child(data, "row", str(row), row, lambda name: int(name) if name.isdecimal() else 0)
    cell = _child(line, "c", reference, column, lambda name: _place(name)[1])
    for old in list(cell):
        cell.remove(old)
    cell.set("t", "inlineStr")
    words = etree.SubElement(etree.SubElement(cell, f"{_S}is"), f"{_S}t")
    words.text = escaped(text)
    words.set(SPACE, "preserve")


def _child(
    holder: Element, tag: str, name: str, number: int, number_of: Callable[[str], int]
) -> Element:
    """The row or cell of a name; made in its order where it is not there yet."""
    at = 0
    for at, child in enumerate(holder, 1):
        if child.get("r") == name:
            return child
        if number_of(child.get("r", "")) > number:
            at -= 1
            break
    new = etree.Element(f"{_S}{tag}")
    new.set("r", name)
    holder.insert(at, new)
    return new


def _head(root: Element, words: str) -> None:
    """Print words at the top of each page of a sheet, before what stands there."""
    header = root.find(f"{_S}headerFooter")
    if header is None:
        header = etree.Element(f"{_S}headerFooter")
        before = [at for at, child in enumerate(root, 1) if child.tag in _BEFORE_HEADER]
        root.insert(max(before, default=0), header)
    for name in ("oddHeader", "evenHeader", "firstHeader"):
        printed = header.find(f"{_S}{name}")
        if printed is None and name == "oddHeader":
            printed = etree.Element(f"{_S}{name}")
            header.insert(0, printed)
        if printed is not None:
            printed.text = f"&C{words}\n" + (printed.text or "").removeprefix("&C")
