"""The layout of an Excel document, read from the pack: its columns and who fills them in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from mmethics_cli.errors import Problem, TemplateError
from mmethics_cli.render.context import Functions
from mmethics_cli.render.item_views import ItemView
from mmethics_cli.render.printing import Printing
from mmethics_cli.render.slots import SLOT, Words
from mmethics_cli.render.study import Study
from mmethics_cli.render.xlsx_writer import Column, Row, Sheet

_KEYS = ("title", "sheet", "landscape", "freeze", "notes", "summary", "columns")
_COLUMN_KEYS = ("value", "title", "width", "input", "choices", "mutes")


def problems(name: str, tree: object) -> list[Problem]:
    """What is wrong with a layout; the messages say where in it."""
    if not isinstance(tree, dict):
        return [Problem("版面应是一组“键: 值”", name)]
    found = [Problem(f"不认识的键“{key}”", name) for key in tree if key not in _KEYS]
    known = {one.name for one in fields(ItemView)}
    columns = tree.get("columns")
    for at, column in enumerate(columns if isinstance(columns, list) else [], 1):
        where = f"columns 第 {at} 项"
        found += [
            Problem(f"{where}：不认识的键“{key}”", name)
            for key in column
            if key not in _COLUMN_KEYS
        ]
        if column.get("value") not in known:
            found.append(Problem(f"{where}：审查要点没有“{column.get('value')}”这一项", name))
        if not str(column.get("width", "")).isdigit():
            found.append(Problem(f"{where}：width 应是整数", name))
    if not columns:
        found.append(Problem("版面没有 columns", name))
    return found


def item_sheets(name: str, tree: object, study: Study) -> tuple[Sheet, ...]:
    """The sheets of the applicant's review items: a summary, and the items, muted ones last.

    Raises TemplateError when the layout is wrong.
    """
    wrong = problems(name, tree)
    if wrong or not isinstance(tree, dict):
        raise TemplateError("Excel 版面有错误：", wrong)
    functions = Functions(Printing(study))
    items = functions.review_items()
    columns: list[Mapping[str, Any]] = tree["columns"]
    made = [_row(item, columns) for item in items]
    sheet = Sheet(
        name=tree.get("sheet", study.stamp.title),
        title=tree.get("title", study.stamp.title),
        columns=tuple(_column(one) for one in columns),
        rows=tuple(sorted(made, key=lambda row: row.muted)),
        notes=tuple(tree.get("notes") or ()),
        frozen_columns=int(tree.get("freeze", "0")),
        landscape=tree.get("landscape") == "yes",
    )
    summary = tree.get("summary")
    return (_summary(summary, study, items), sheet) if isinstance(summary, dict) else (sheet,)


def _column(raw: Mapping[str, Any]) -> Column:
    return Column(
        raw.get("title", raw["value"]),
        float(raw["width"]),
        "input" in raw,
        tuple(raw.get("choices") or ()),
    )


def _row(item: ItemView, columns: list[Mapping[str, Any]]) -> Row:
    values = [str(getattr(item, one["value"])) for one in columns]
    muted = any(one.get("mutes") == value for one, value in zip(columns, values, strict=True))
    return Row(tuple(values), muted)


def _summary(raw: Mapping[str, Any], study: Study, items: list[ItemView]) -> Sheet:
    """Counts by principle, under the study's name and number."""
    printing = Printing(study)
    notes = []
    for path in raw.get("head") or ():
        mark = SLOT.search(printing.fact(path))
        fill = printing.book.fills[int(mark[1])] if mark else Words("")
        label = Functions(printing).label(path)
        notes.append(f"{label}：{fill.text if isinstance(fill, Words) else ''}")
    rows = []
    for key, label in study.standard.principles.items():
        own = [one for one in items if one.principle == key]
        count = Counter(one.applies for one in own)
        answers = Counter(one.answer for one in own if one.applies != "no")
        numbers = (
            count["yes"], count["unknown"], count["no"],
            answers["met"], answers["not_met"], answers["not_applicable"], answers[""],
        )  # fmt: skip
        rows.append(Row((label, *map(str, numbers))))
    titles = (
        "原则",
        "适用",
        "尚不能判定",
        "不适用",
        "答：符合",
        "答：不符合",
        "答：不适用",
        "未答",
    )
    columns = tuple(Column(title, 12 if at else 18) for at, title in enumerate(titles))
    name = raw.get("sheet", "汇总")
    return Sheet(
        name, raw.get("title", name), columns, tuple(rows), (*notes, *raw.get("notes", ()))
    )
