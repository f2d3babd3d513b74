"""Reading what a pack says about time: public holidays by year, and when things are due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final, get_args

from mmethics_cli.core.answer_tree import KeyPath
from mmethics_cli.core.conditions import ALWAYS
from mmethics_cli.core.due import DECIDED, DueRule
from mmethics_cli.core.node import Node, Trail
from mmethics_cli.core.standard import Standard
from mmethics_cli.core.words import parse_date, parse_int
from mmethics_cli.core.work_calendar import Unit, WorkCalendar, Year

HOLIDAYS: Final = "holidays.yaml"
DUE_DATES: Final = "due_dates.yaml"
_LONGEST_HOLIDAY: Final = 31  # days; beyond it a year or month was mistyped
_SATURDAY: Final = 5
_UNITS: Final = get_args(Unit)

Fault = tuple[str, KeyPath, str]


def read_calendar(trees: Mapping[str, object]) -> tuple[WorkCalendar, list[Fault]]:
    """The calendar of a pack, and every fault in it with its place."""
    trail = Trail()
    years: dict[int, Year] = {}
    for node in _rows(trees, HOLIDAYS, trail):
        node.only("id", "source", "holidays", "working_weekends")
        number = parse_int(node.text("id"))
        if number is None or number in years:
            node.child("id").problem("id 应是年份，如 '2026'，每年一条")
            continue
        if not node.text("source").strip():
            node.child("source").problem("要写明依据哪份通知（source）")
        off = frozenset(_holidays(node, number))
        worked = frozenset(_working_weekends(node, number, off))
        years[number] = Year(node.text("source"), off, worked)
    return WorkCalendar(years), trail.problems


def read_due_rules(
    standard: Standard, trees: Mapping[str, object]
) -> tuple[tuple[DueRule, ...], list[Fault]]:
    """The due dates of a pack, and every fault in them with its place."""
    trail = Trail(vocabulary=standard.vocabulary)
    rules = tuple(_rule(node, standard) for node in _rows(trees, DUE_DATES, trail))
    return rules, trail.problems


def prove_time(standard: Standard, trees: Mapping[str, object]) -> list[Fault]:
    """What is wrong with the pack's holidays and due dates."""
    return [*read_calendar(trees)[1], *read_due_rules(standard, trees)[1]]


def _rows(trees: Mapping[str, object], name: str, trail: Trail) -> Iterator[Node]:
    """The elements of a file, and of a folder of that name that an institution's pack may have."""
    folder = name.removesuffix(".yaml") + "/"
    for file, tree in sorted(trees.items()):
        if file == name or file.startswith(folder):
            yield from Node(file, (), tree, trail).list()


def _holidays(node: Node, year: int) -> Iterator[date]:
    if not node.has("holidays"):
        node.child("holidays").problem("缺少“holidays”")
        return
    for one in node.child("holidays").list():
        one.only("name", "from", "to")
        first = _day(one, "from", one.text("from"), year)
        last = _day(one, "to", one.text("to"), year) if one.has("to") else first
        if first is None or last is None:
            continue
        if not 0 <= (last - first).days < _LONGEST_HOLIDAY:
            one.problem(f"“{one.text('name', '')}”的 to 应在 from 之后，不超过一个月")
            continue
        for more in range((last - first).days + 1):
            yield first + timedelta(days=more)


def _working_weekends(node: Node, year: int, off: frozenset[date]) -> Iterator[date]:
    for text in node.texts("working_weekends"):
        day = _day(node, "working_weekends", text, year)
        if day is None:
            continue
        if day.weekday() < _SATURDAY or day in off:
            node.child("working_weekends").problem(f"“{text}”不是周末，或又写成了放假")
        else:
            yield day


def _day(node: Node, key: str, text: str, year: int) -> date | None:
    day = parse_date(text)
    if day is None or day.year != year:
        node.child(key).problem(f"“{text}”应是 {year} 年的日期，如 {year}-05-01")
        return None
    return day


def _rule(node: Node, standard: Standard) -> DueRule:
    node.only("id", "label", "when", "from", "after", "before", "recorded", "met_by", "met_on")
    start, before = node.text("from"), node.has("before")
    if before and node.has("after"):
        node.problem("after 和 before 只写一个")
    table = node.text("before" if before else "after", "")
    found = standard.tables.get(table)
    if table and (found is None or found.type != "int" or found.unit not in _UNITS):
        node.child("before" if before else "after").problem(f"没有期限表“{table}”")
    if start not in DECIDED:
        _date_question(node, "from", start, standard)
    met_on, met_by = node.text("met_on", ""), node.text("met_by", "")
    if met_on:
        _date_question(node, "met_on", met_on, standard)
    if met_by and met_by not in standard.questions["event.kind"].values:
        node.child("met_by").problem(f"没有审查事项“{met_by}”")
    recorded = node.text("recorded", "")
    if recorded not in ("", "interval_months"):
        node.child("recorded").problem("recorded 只能写 interval_months")
    return DueRule(
        id=node.text("id"),
        label=node.text("label"),
        start=start,
        table=table,
        before=before,
        recorded=bool(recorded),
        when=node.condition("when") or ALWAYS,
        met_by=met_by,
        met_on=met_on,
    )


def _date_question(node: Node, key: str, path: str, standard: Standard) -> None:
    question = standard.questions.get(path)
    if question is None or question.type != "date":
        node.child(key).problem(f"“{path}”不是问日期的问题")
