"""The layout of an Excel document, read from the pack: its columns and who fills them in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from openpyxl.utils import get_column_letter

from mmethics_cli.errors import Problem, TemplateError
from mmethics_cli.formats.excel.form_model import FormColumn, FormRow, Formula, Sheet
from mmethics_cli.formats.excel.form_writer import COLOURS, printed_size
from mmethics_cli.render.binding import RECORDED
from mmethics_cli.render.functions import Functions
from mmethics_cli.render.item_views import CriterionView, ItemView
from mmethics_cli.render.printing import Printing
from mmethics_cli.render.slots import SLOT, Words
from mmethics_cli.render.study import Study

_COUNTED: Final = (
    "原则", "适用", "尚不能判定", "不适用", "答：符合", "答：不符合", "答：不适用", "未答",
)  # fmt: skip
_OPEN: Final = "须评价"
_LEFT: Final = "未评价"
_TOTAL: Final = "合计"
_GROUP_WIDTH, _NUMBER_WIDTH = 22, 12


def counted(raw: Mapping[str, Any], study: Study, items: Sequence[ItemView]) -> Sheet:
    """Counts by principle, under the study's name and number."""
    rows = []
    for key, label in study.standard.principles.items():
        own = [one for one in items if one.principle == key]
        count = Counter(one.applies for one in own)
        answers = Counter(one.answer for one in own if one.applies != "no")
        numbers = (
            count["yes"], count["unknown"], count["no"],
            answers["met"], answers["not_met"], answers["not_applicable"], answers[""],
        )  # fmt: skip
        rows.append(FormRow((label, *map(str, numbers))))
    columns = tuple(FormColumn(title, 12 if at else 18) for at, title in enumerate(_COUNTED))
    name = raw.get("sheet", "汇总")
    return Sheet(name, raw.get("title", name), columns, tuple(rows), tuple(_notes(raw, study)))


def _notes(raw: Mapping[str, Any], study: Study) -> Iterator[str]:
    printing = Printing(study)
    for path in raw.get("head") or ():
        mark = SLOT.search(printing.fact(path))
        fill = printing.book.fills[int(mark[1])] if mark else Words("")
        label = Functions(printing).label(path)
        yield f"{label}：{fill.text if isinstance(fill, Words) else ''}"
    yield from raw.get("notes") or ()


def reckoned(raw: Mapping[str, Any], study: Study, of: Sheet, group: int, count: int) -> Sheet:
    """For each group how often each choice was made, reckoned by Excel from the sheet `of`.

    `group` and `count` are columns of that sheet, from 0.
    """
    notes = tuple(_notes(raw, study))
    choices = of.columns[count].choices
    open_rows = [row for row in of.rows if not row.muted]
    groups = Counter(str(row.cells[group]) for row in open_rows)
    titles = (of.columns[group].title, _OPEN, *choices, _LEFT)
    columns = tuple(
        FormColumn(title, _NUMBER_WIDTH if at else _GROUP_WIDTH) for at, title in enumerate(titles)
    )
    name = raw.get("sheet", "汇总")
    sheet = Sheet(name, raw.get("title", name), columns, (), notes, landscape=False, locked=True)
    ranges = (_range(of, group, len(open_rows)), _range(of, count, len(open_rows)))
    rows = [
        FormRow(
            tuple(_numbers(key, number, sheet.first_row + at, sheet.first_row - 1, ranges, choices))
        )
        for at, (key, number) in enumerate(groups.items())
    ]
    rows += [_total(rows, sheet.first_row, len(open_rows))] if rows else []
    return Sheet(name, sheet.title, columns, tuple(rows), notes, landscape=False, locked=True)


def _range(of: Sheet, column: int, rows: int) -> str:
    letter, first = get_column_letter(column + 1), of.first_row
    name = of.name.replace("'", "''")
    return f"'{name}'!${letter}${first}:${letter}${first + max(rows, 1) - 1}"


def _numbers(
    group: str,
    number: int,
    row: int,
    header: int,
    ranges: tuple[str, str],
    choices: Sequence[str],
) -> Iterator[str | Formula]:
    """A line: how many there are, how often each choice was made, how many are left."""
    yield group
    yield str(number)
    for at in range(3, 3 + len(choices)):
        letter = get_column_letter(at)
        yield Formula(f"=COUNTIFS({ranges[0]},$A{row},{ranges[1]},{letter}${header})")
    yield Formula(f"={number}-SUM(C{row}:{get_column_letter(2 + len(choices))}{row})", number)


def _total(rows: Sequence[FormRow], first: int, number: int) -> FormRow:
    last = first + len(rows) - 1
    cells: list[str | Formula] = [_TOTAL, str(number)]
    for at, column in enumerate(zip(*(row.cells[2:] for row in rows), strict=True), 3):
        letter = get_column_letter(at)
        value = sum(one.value for one in column if isinstance(one, Formula))
        cells.append(Formula(f"=SUM({letter}{first}:{letter}{last})", value))
    return FormRow(tuple(cells))


_KEYS: Final = (
    "title", "sheet", "rows", "landscape", "freeze", "notes", "summary", "columns", "form",
)  # fmt: skip
_COLUMN_KEYS: Final = ("value", "title", "width", "input", "choices", "mutes", "colours")
_LINE_KEYS: Final = ("label", "choices", "lines", "recorded")
# What rows can be made of, and the values that their columns can show.
_VIEWS: Final = {"review_items": ItemView, "criteria": CriterionView}
_LEAST_SIZE: Final = 9.0  # points
_LONGEST_CHOICES: Final = 255  # characters of a drop-down's list, as Excel holds it


def problems(name: str, tree: object) -> list[Problem]:
    """What is wrong with a layout; the messages say where in it."""
    if not isinstance(tree, dict):
        return [Problem("版面应是一组“键: 值”", name)]
    return [Problem(message, name) for message in _wrong(tree)]


def _wrong(tree: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"不认识的键“{key}”" for key in tree if key not in _KEYS)
    view = _VIEWS.get(tree.get("rows", "review_items"))
    if view is None:
        yield f"rows 只能是 {'、'.join(_VIEWS)}"
        return
    known = {one.name for one in fields(view)}
    columns = tree.get("columns")
    for at, column in enumerate(columns if isinstance(columns, list) else [], 1):
        yield from (f"columns 第 {at} 项：{one}" for one in _wrong_column(column, known))
    if not columns:
        yield "版面没有 columns"
    yield from _too_wide(tree)
    shown = {one.get("value") for one in columns or ()}
    summary = tree.get("summary")
    if isinstance(summary, dict):
        for key in ("group", "count"):
            if key in summary and summary[key] not in shown:
                yield f"summary 的 {key} 应是 columns 里的一列"
    form = tree.get("form")
    for at, line in enumerate(form.get("lines") or () if isinstance(form, dict) else (), 1):
        yield from (f"form 第 {at} 项：{one}" for one in _wrong_line(line))


def _too_wide(tree: Mapping[str, Any]) -> Iterator[str]:
    widths = [str(one.get("width", "")) for one in tree.get("columns") or ()]
    if widths and all(one.isdigit() for one in widths):
        landscape = tree.get("landscape") == "yes"
        size = printed_size([float(one) for one in widths], landscape=landscape)
        if size < _LEAST_SIZE:
            yield f"太宽，A4 纸上的字只有 {size:.1f} 磅，请减小各列的 width"


def _wrong_column(column: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    yield from (f"不认识的键“{key}”" for key in column if key not in _COLUMN_KEYS)
    if column.get("value") not in known:
        yield f"没有“{column.get('value')}”这一项"
    if not str(column.get("width", "")).isdigit():
        yield "width 应是整数"
    yield from _wrong_choices(column)
    for value, colour in (column.get("colours") or {}).items():
        if colour not in COLOURS or value not in (column.get("choices") or ()):
            known_colours = "、".join(COLOURS)
            yield f"colours 里“{value}: {colour}”不对：应是 choices 之一和 {known_colours} 之一"


def _wrong_line(line: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"不认识的键“{key}”" for key in line if key not in _LINE_KEYS)
    if not line.get("label"):
        yield "没有 label"
    if line.get("recorded", RECORDED[0]) not in RECORDED:
        yield f"recorded 只能是 {'、'.join(RECORDED)}"
    if not str(line.get("lines", "1")).isdigit():
        yield "lines 应是整数"
    yield from _wrong_choices(line)


def _wrong_choices(raw: Mapping[str, Any]) -> Iterator[str]:
    choices = raw.get("choices") or ()
    if any("," in one or '"' in one for one in choices) or len(",".join(choices)) > (
        _LONGEST_CHOICES
    ):
        yield f"choices 里不能有逗号和引号，连起来不超过 {_LONGEST_CHOICES} 字"


def item_sheets(name: str, tree: object, study: Study) -> tuple[Sheet, ...]:
    """The sheets of review items or of a worksheet's criteria: summary, rows, what else to fill in.

    Muted rows come last. Raises TemplateError when the layout is wrong.
    """
    wrong = problems(name, tree)
    if wrong or not isinstance(tree, dict):
        raise TemplateError("Excel 版面有错误：", wrong)
    functions = Functions(Printing(study))
    views = _views(functions, tree)
    columns: list[Mapping[str, Any]] = tree["columns"]
    made = [_row(view, columns) for view in views]
    sheet = Sheet(
        name=tree.get("sheet", study.stamp.title),
        title=tree.get("title", study.stamp.title),
        columns=tuple(_column(one) for one in columns),
        rows=tuple(sorted(made, key=lambda row: row.muted)),
        notes=tuple(tree.get("notes") or ()),
        frozen_columns=int(tree.get("freeze", "0")),
        landscape=tree.get("landscape") == "yes",
    )
    return (*_summaries(tree, study, functions, sheet), sheet, *_forms(tree, functions))


def _views(
    functions: Functions, tree: Mapping[str, Any]
) -> Sequence[ItemView] | Sequence[CriterionView]:
    if tree.get("rows") == "criteria":
        return functions.criteria()
    return functions.review_items()


def _column(raw: Mapping[str, Any]) -> FormColumn:
    return FormColumn(
        raw.get("title", raw["value"]),
        float(raw["width"]),
        "input" in raw,
        tuple(raw.get("choices") or ()),
        raw.get("colours") or {},
    )


def _row(view: ItemView | CriterionView, columns: list[Mapping[str, Any]]) -> FormRow:
    values = [str(getattr(view, one["value"])) for one in columns]
    muted = any(one.get("mutes") == value for one, value in zip(columns, values, strict=True))
    return FormRow(tuple(values), muted)


def _summaries(
    tree: Mapping[str, Any], study: Study, functions: Functions, sheet: Sheet
) -> Iterator[Sheet]:
    raw = tree.get("summary")
    if not isinstance(raw, dict):
        return
    if "count" in raw:
        at = {one["value"]: place for place, one in enumerate(tree["columns"])}
        yield reckoned(raw, study, sheet, at[raw["group"]], at[raw["count"]])
    else:
        yield counted(raw, study, functions.review_items())


def _forms(tree: Mapping[str, Any], functions: Functions) -> Iterator[Sheet]:
    """A sheet of lines to fill in: what they are about, and a cell for it."""
    raw = tree.get("form")
    if isinstance(raw, dict):
        name = str(raw.get("sheet", "意见"))
        rows = tuple(_line(one, functions) for one in raw.get("lines") or ())
        columns = (FormColumn("事项", 26), FormColumn("填写", 66, input=True))
        notes = tuple(raw.get("notes") or ())
        yield Sheet(name, raw.get("title", name), columns, rows, notes, landscape=False)


def _line(raw: Mapping[str, Any], functions: Functions) -> FormRow:
    """A line of the form; what decision.yaml already says stands in it."""
    key = raw.get("recorded")
    choices = functions.options(key) if key else tuple(raw.get("choices") or ())
    given = functions.given(key) if key else ""
    return FormRow((raw["label"], given), choices=choices, lines=int(raw.get("lines", "1")))
