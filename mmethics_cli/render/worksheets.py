"""Documents that are Excel files too: a layout of the pack, filled with review items or criteria.

A layout is a `templates/*.xlsx.yaml`: its keys are described in docs/contract.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from mmethics_cli.errors import Problem, TemplateError
from mmethics_cli.formats.excel.model import (
    BOLD_FONT,
    TEXT_SIZE,
    CellLook,
    CellRule,
    Formula,
    Sheet,
    SheetCell,
    SheetColumn,
    SheetPaper,
    SheetRow,
    SheetStyle,
    Workbook,
    column_letters,
)
from mmethics_cli.render.binding import RECORDED
from mmethics_cli.render.functions import Functions
from mmethics_cli.render.item_views import CriterionView, ItemView
from mmethics_cli.render.printing import Printing
from mmethics_cli.render.slots import SLOT, Words
from mmethics_cli.render.study import Study
from mmethics_cli.wording.language import CHINESE

_View = ItemView | CriterionView
_Raw = Mapping[str, Any]  # a part of a layout as its file has it, proved by `problems`

_KEYS: Final = (
    "title", "sheet", "rows", "landscape", "freeze", "notes", "summary", "columns", "form",
)  # fmt: skip
_COLUMN_KEYS: Final = ("value", "title", "width", "input", "choices", "mutes", "colours")
_LINE_KEYS: Final = ("label", "choices", "lines", "recorded", "offers")
# What rows can be made of, and the values that their columns can show.
_VIEWS: Final = {"review_items": ItemView, "criteria": CriterionView}
_COLOURS: Final = {"red": "FFC7CE", "yellow": "FFEB9C", "green": "E2EFDA", "grey": "E7E6E6"}
_LEAST_SIZE: Final = 9.0  # points
_LONGEST_HEAD: Final = 1_000  # characters of a fact above a summary
_LONGEST_CHOICES: Final = 255  # characters of a drop-down's list, as Excel holds it

_BLACK: Final = "000000"
_PLAIN: Final = CellLook(grid=_BLACK)
_MUTED: Final = CellLook(colour="808080", fill="F2F2F2", grid=_BLACK)
_OPEN: Final = CellLook(fill="FFF8DC", grid=_BLACK, open=True)
_STYLE: Final = SheetStyle(
    title=CellLook(BOLD_FONT, 16, centred=True),
    note=CellLook(),
    header=CellLook(BOLD_FONT, fill="E7E6E6", grid=_BLACK, centred=True),
    title_line=30,
    room=4,
)
_NARROW: Final = 12  # columns up to this width are centred
_MARGIN: Final = 0.4  # inches

_SUMMARY: Final = "汇总"
_PRINCIPLE_COLUMNS: Final = (
    "原则", "适用", "尚不能判定", "不适用", "答：符合", "答：不符合", "答：不适用", "未答",
)  # fmt: skip
_TO_ASSESS, _LEFT, _TOTAL = "须评价", "未评价", "合计"


def problems(name: str, tree: object) -> list[Problem]:
    """What is wrong with a layout; the messages say where in it."""
    if not isinstance(tree, dict):
        return [Problem("版面应是一组“键: 值”", name)]
    return [Problem(message, name) for message in _faults(tree)]


def _faults(tree: _Raw) -> Iterator[str]:
    yield from _unknown_keys(tree, _KEYS)
    view = _VIEWS.get(tree.get("rows", "review_items"))
    if view is None:
        yield f"rows 只能是 {'、'.join(_VIEWS)}"
        return
    values = set(view.__struct_fields__)
    columns = tree.get("columns")
    for number, column in enumerate(columns if isinstance(columns, list) else [], 1):
        yield from (f"columns 第 {number} 项：{fault}" for fault in _column_faults(column, values))
    if not columns:
        yield "版面没有 columns"
    yield from _width_faults(tree)
    shown = {column.get("value") for column in columns or ()}
    summary = tree.get("summary")
    if isinstance(summary, dict):
        for key in ("group", "count"):
            if key in summary and summary[key] not in shown:
                yield f"summary 的 {key} 应是 columns 里的一列"
    form = tree.get("form")
    lines = form.get("lines") or () if isinstance(form, dict) else ()
    for number, line in enumerate(lines, 1):
        yield from (f"form 第 {number} 项：{fault}" for fault in _line_faults(line))


def _unknown_keys(raw: _Raw, keys: Sequence[str]) -> Iterator[str]:
    yield from (f"不认识的键“{key}”" for key in raw if key not in keys)


def _width_faults(tree: _Raw) -> Iterator[str]:
    widths = [str(column.get("width", "")) for column in tree.get("columns") or ()]
    if widths and all(width.isdigit() for width in widths):
        paper = SheetPaper(tree.get("landscape") == "yes", _MARGIN)
        size = TEXT_SIZE * paper.scale(list(map(float, widths)))
        if size < _LEAST_SIZE:
            yield f"太宽，A4 纸上的字只有 {size:.1f} 磅，请减小各列的 width"


def _column_faults(column: _Raw, values: set[str]) -> Iterator[str]:
    yield from _unknown_keys(column, _COLUMN_KEYS)
    if column.get("value") not in values:
        yield f"没有“{column.get('value')}”这一项"
    if not str(column.get("width", "")).isdigit():
        yield "width 应是整数"
    yield from _choice_faults(column)
    for value, colour in (column.get("colours") or {}).items():
        if colour not in _COLOURS or value not in (column.get("choices") or ()):
            colours = "、".join(_COLOURS)
            yield f"colours 里“{value}: {colour}”不对：应是 choices 之一和 {colours} 之一"


def _line_faults(line: _Raw) -> Iterator[str]:
    yield from _unknown_keys(line, _LINE_KEYS)
    if not line.get("label"):
        yield "没有 label"
    for key in ("recorded", "offers"):
        if line.get(key, RECORDED[0]) not in RECORDED:
            yield f"{key} 只能是 {'、'.join(RECORDED)}"
    if not str(line.get("lines", "1")).isdigit():
        yield "lines 应是整数"
    yield from _choice_faults(line)


def _choice_faults(raw: _Raw) -> Iterator[str]:
    choices = raw.get("choices") or ()
    marked = any("," in choice or '"' in choice for choice in choices)
    if marked or len(",".join(choices)) > _LONGEST_CHOICES:
        yield f"choices 里不能有逗号和引号，连起来不超过 {_LONGEST_CHOICES} 字"


def layout_workbook(name: str, tree: object, study: Study) -> Workbook:
    """The Excel file of a document: its summary, its table, and the form that goes with it.

    Raises TemplateError when the layout is wrong.
    """
    wrong = problems(name, tree)
    if wrong or not isinstance(tree, dict):
        raise TemplateError("Excel 版面有错误：", wrong)
    maker = _SheetMaker(tree, study)
    sheets = (*maker.summaries(), maker.table, *maker.forms())
    return Workbook(sheets, study.stamp.title, study.stamp.date, study.stamp.version)


class _SheetMaker:
    """Makes the sheets of a layout from a study. Muted rows come last in the table."""

    def __init__(self, tree: _Raw, study: Study) -> None:
        self.tree = tree
        self.study = study
        self.printing = Printing(study)
        self.functions = functions = Functions(self.printing)
        self.columns: list[_Raw] = tree["columns"]
        criteria = tree.get("rows") == "criteria"
        views: Iterable[_View] = functions.criteria() if criteria else functions.review_items()
        self.views = sorted(views, key=self.is_muted)
        self.table = self._table()

    def is_muted(self, view: _View) -> bool:
        return any(column.get("mutes") == _value(view, column) for column in self.columns)

    def _sheet(
        self,
        raw: _Raw,
        name: str,
        columns: Iterable[SheetColumn],
        rows: Iterable[SheetRow] = (),
        head: Iterable[str] = (),
        *,
        landscape: bool = False,
    ) -> Sheet:
        """A sheet as its part of the layout names it; `head` stands above the notes."""
        name, stamp = str(raw.get("sheet", name)), self.study.stamp
        day = CHINESE.date(stamp.date) if stamp.date else ""
        version = f"版本 {stamp.version}　{day}" if stamp.version else day
        return Sheet(
            name,
            raw.get("title", name),
            tuple(columns),
            tuple(rows),
            _STYLE,
            (*head, *(raw.get("notes") or ())),
            paper=SheetPaper(landscape, _MARGIN, centred=True, left=stamp.title, right=version),
            locked=True,
        )

    def _table(self) -> Sheet:
        tree, title = self.tree, self.study.stamp.title
        columns = (
            _column(
                _title(column),
                float(column["width"]),
                {text: _COLOURS[name] for text, name in (column.get("colours") or {}).items()},
            )
            for column in self.columns
        )
        rows = map(self._row, self.views)
        landscape = tree.get("landscape") == "yes"
        sheet = self._sheet({"title": title, **tree}, title, columns, rows, landscape=landscape)
        locked = any("input" in column for column in self.columns)
        return replace(sheet, frozen=int(tree.get("freeze", "0")), locked=locked)

    def _row(self, view: _View) -> SheetRow:
        muted = self.is_muted(view)
        cells = []
        for column in self.columns:
            text = _value(view, column)
            if "input" in column and not muted:
                cells.append(_open_cell(text, _title(column), column.get("choices") or ()))
            else:
                cells.append(SheetCell(text, _MUTED if muted else _PLAIN))
        return SheetRow(tuple(cells))

    def summaries(self) -> Iterator[Sheet]:
        """What the table comes to, where the layout asks for it."""
        raw = self.tree.get("summary")
        if isinstance(raw, dict):
            yield self._group_summary(raw) if "count" in raw else self._principle_summary(raw)

    def _facts(self, raw: _Raw) -> Iterator[str]:
        """The facts of the study that stand above a summary."""
        for path in raw.get("head") or ():
            mark = SLOT.search(self.printing.fact(path))
            fill = self.printing.book.fills[int(mark[1])] if mark else Words("")
            label = self.functions.label(path)
            yield f"{label}：{fill.text[:_LONGEST_HEAD] if isinstance(fill, Words) else ''}"

    def _principle_summary(self, raw: _Raw) -> Sheet:
        """The review items counted by principle: whether they apply, and how they are answered."""
        items = self.functions.review_items()
        rows = []
        for key, label in self.study.standard.principles.items():
            own = [item for item in items if item.principle == key]
            applies = Counter(item.applies for item in own)
            answers = Counter(item.answer for item in own if item.applies != "no")
            numbers = (
                applies["yes"], applies["unknown"], applies["no"],
                answers["met"], answers["not_met"], answers["not_applicable"], answers[""],
            )  # fmt: skip
            rows.append(_plain_row(label, *map(str, numbers)))
        columns = [_column(title, 12 if at else 18) for at, title in enumerate(_PRINCIPLE_COLUMNS)]
        sheet = self._sheet(raw, _SUMMARY, columns, rows, self._facts(raw), landscape=True)
        return replace(sheet, locked=False)

    def _group_summary(self, raw: _Raw) -> Sheet:
        """How often each choice of the column `count` was made in each group, reckoned by Excel."""
        places = {column["value"]: at for at, column in enumerate(self.columns)}
        group, count = (self.columns[places[raw[key]]] for key in ("group", "count"))
        choices = tuple(count.get("choices") or ())
        groups = Counter(_value(view, group) for view in self.views if not self.is_muted(view))
        total = groups.total()
        titles = (_title(group), _TO_ASSESS, *choices, _LEFT)
        columns = [_column(title, 12 if at else 22) for at, title in enumerate(titles)]
        sheet = self._sheet(raw, _SUMMARY, columns, head=self._facts(raw))
        names, verdicts = (self.table.area(places[raw[key]], total) for key in ("group", "count"))
        header, last = sheet.first_row - 1, column_letters(2 + len(choices))
        rows = []
        for number, (name, wanted) in enumerate(groups.items(), sheet.first_row):
            counts = (
                Formula(f"=COUNTIFS({names},$A{number},{verdicts},{letters}${header})")
                for letters in map(column_letters, range(3, 3 + len(choices)))
            )
            left = Formula(f"={wanted}-SUM(C{number}:{last}{number})", wanted)
            rows.append(_plain_row(name, str(wanted), *counts, left))
        if rows:
            rows.append(_total_row(rows, sheet.first_row, total))
        return replace(sheet, rows=tuple(rows))

    def forms(self) -> Iterator[Sheet]:
        """A sheet of lines to fill in, each beside what it is about."""
        raw = self.tree.get("form")
        if isinstance(raw, dict):
            columns = (_column("事项", 26), _column("填写", 66))
            rows = (self._line(line, columns[1].title) for line in raw.get("lines") or ())
            yield self._sheet(raw, "意见", columns, rows)

    def _line(self, raw: _Raw, title: str) -> SheetRow:
        """A line of the form; what decision.yaml already says stands in it."""
        key = raw.get("recorded")
        offered = key or raw.get("offers")
        choices = self.functions.options(offered) if offered else tuple(raw.get("choices") or ())
        given = self.functions.given(key) if key else ""
        cells = (SheetCell(raw["label"], _PLAIN), _open_cell(given, title, choices))
        return SheetRow(cells, lines=int(raw.get("lines", "1")))


def _value(view: _View, column: _Raw) -> str:
    return str(getattr(view, column["value"]))


def _title(column: _Raw) -> str:
    return str(column.get("title", column["value"]))


def _column(title: str, width: float, tints: Mapping[str, str] | None = None) -> SheetColumn:
    return SheetColumn(title, width, centred=width <= _NARROW, tints=tints or {})


def _plain_row(*contents: str | Formula) -> SheetRow:
    return SheetRow(tuple(SheetCell(content, _PLAIN) for content in contents))


def _total_row(rows: Sequence[SheetRow], first: int, total: int) -> SheetRow:
    last = first + len(rows) - 1
    sums = []
    for number, column in enumerate(zip(*(row.cells[2:] for row in rows), strict=True), 3):
        letters = column_letters(number)
        value = sum(cell.content.value for cell in column if isinstance(cell.content, Formula))
        sums.append(Formula(f"=SUM({letters}{first}:{letters}{last})", value))
    return _plain_row(_TOTAL, str(total), *sums)


def _open_cell(text: str, title: str, choices: Sequence[str]) -> SheetCell:
    """A cell to fill in, under the title of its column; from a list where there are choices."""
    if not choices:
        return SheetCell(text, _OPEN)
    error = f"请从列表中选择：{'、'.join(choices)}"
    rule = CellRule(options=tuple(choices), title=title, error=error, refusal=None)
    return SheetCell(text, _OPEN, rule)
