"""The language of indicators, word by word; what people read of a figure; its rows and charts."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, Final

import pytest

from mmethics_cli.core.standard.node import Node, Trail
from mmethics_cli.office.pack import office_pack
from mmethics_cli.office.quality.indicators import Indicator, Result
from mmethics_cli.office.quality.language import (
    Columns,
    Period,
    parse_condition,
    parse_expression,
)
from mmethics_cli.office.quality.report import (
    figures_text,
    judged_text,
    missed,
    quality_json,
    quality_text,
)
from mmethics_cli.office.quality.tables import ENOUGH, charts_of, rows_of, target_text
from mmethics_cli.workflow.packs import Packs

OCTOBER: Final = date(2026, 10, 9)  # a Friday, the second day after a holiday of a week
CASE: Final[dict[str, Any]] = {
    "id": "K1", "kind": "initial", "modalities": 2, "serious": True, "method": None,
    "received_at": datetime(2026, 9, 30, 8, 0), "accepted_at": datetime(2026, 10, 8, 9, 30),
    "decided_at": datetime(2026, 10, 11, 9, 31), "valid_until": OCTOBER, "ended_on": None,
    "reviewers": {"M1", "M2"}, "parent_reviewers": {"M2", "M3"}, "returned": set(),
    "reports": {"3", "4"}, "next_meeting": "3", "decision": "approve",
    "recommendations": {"approve"}, "comments": "many",
}  # fmt: skip


@pytest.fixture(scope="module")
def period() -> Period:
    return Period(2026, office_pack(Packs()).calendar)


@pytest.fixture(scope="module")
def indicators() -> dict[str, Indicator]:
    return dict(office_pack(Packs()).indicators)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("days(received_at, decided_at)", 11), ("days(decided_at, received_at)", -11),
        ("days(valid_until, decided_at)", 2), ("days(ended_on, decided_at)", None),
        ("days(kind, decided_at)", None), ("days(decided_at, begin)", -283),
        ("days(decided_at, end)", 81),
        # The holiday ends on the 7th; the 10th, a Saturday, is worked.
        ("workdays(accepted_at, decided_at)", 2), ("workdays(decided_at, accepted_at)", -2),
        ("workdays(received_at, accepted_at)", 1), ("workdays(accepted_at, accepted_at)", 0),
        ("workdays(ended_on, decided_at)", None), ("workdays(decided_at, ended_on)", None),
        ("hours(accepted_at, decided_at)", 72 + 1 / 60), ("hours(valid_until, decided_at)", None),
        ("hours(accepted_at, valid_until)", None), ("hours(ended_on, decided_at)", None),
        ("days_before(valid_until, 30)", date(2026, 9, 9)), ("days_before(ended_on, 30)", None),
        ("days_before(valid_until, comments)", None),
        ("months_before(valid_until, 8)", date(2026, 2, 9)), ("months_before(kind, 8)", None),
        ("months_before(valid_until, kind)", None),
        ("count(reviewers)", 2), ("count(returned)", 0), ("count(kind)", None),
        ("times(modalities, 3)", 6), ("times(kind, 3)", None), ("times(3, kind)", None),
        ("in_year(kind)", None), ("year", 2026), ("previous_year", 2025), ("7", 7),
        ("begin", date(2026, 1, 1)), ("end", date(2026, 12, 31)), ("kind", "initial"),
    ],
)  # fmt: skip
def test_expressions(period: Period, text: str, value: object) -> None:
    trail = Trail()
    expression = parse_expression(Node("x", (), text, trail), text, "case")
    assert trail.problems == []
    assert list(expression(Columns([CASE]), period)) == [value]


@pytest.mark.parametrize(
    ("tree", "met"),
    [
        ({"kind": "initial"}, True), ({"kind": ["amendment", "initial"]}, True),
        ({"kind": "amendment"}, False), ({"kind": {"not": "amendment"}}, True),
        ({"serious": "yes"}, True), ({"serious": "no"}, False), ({"modalities": "2"}, True),
        ({"method": {"known": "no"}}, True), ({"method": {"known": "yes"}}, False),
        ({"kind": {"known": "yes"}}, True), ({"method": {"not": "meeting"}}, True),
        ({"modalities": {"gt": "1"}}, True), ({"modalities": {"gt": "2"}}, False),
        ({"modalities": {"ge": "2"}}, True), ({"modalities": {"lt": "2"}}, False),
        ({"modalities": {"le": "2"}}, True), ({"modalities": {"le": "1.5"}}, False),
        ({"modalities": {"is": "times(1, 2)"}}, True), ({"comments": {"gt": "0"}}, False),
        ({"method": {"is": "method"}}, False), ({"modalities": {"gt": "1", "lt": "2"}}, False),
        ({"hours(accepted_at, decided_at)": {"le": "72"}}, False),
        ({"accepted_at": {"not_after": "decided_at"}}, True),
        ({"decided_at": {"not_after": "accepted_at"}}, False),
        ({"valid_until": {"before": "decided_at"}}, True),
        ({"decided_at": {"before": "decided_at"}}, False),
        ({"decided_at": {"on_or_before": "decided_at"}}, True),
        ({"decided_at": {"on_or_before": "10-11"}}, True),
        ({"decided_at": {"on_or_before": "10-10"}}, False),
        ({"decided_at": {"on_or_after": "10-11"}}, True),
        ({"decided_at": {"on_or_after": "10-12"}}, False),
        ({"ended_on": {"before": "end"}}, False), ({"kind": {"before": "end"}}, False),
        ({"reports": {"has": "next_meeting"}}, True), ({"returned": {"has": "kind"}}, False),
        ({"decision": {"in": "recommendations"}}, True), ({"kind": {"in": "reviewers"}}, False),
        ({"reviewers": {"meets": "parent_reviewers"}}, True),
        ({"returned": {"meets": "reviewers"}}, False),
        ({"reviewers": {"covers": ["M"]}}, True), ({"reviewers": {"covers": ["M", "3"]}}, False),
        ({"method": {"covers": ["M"]}}, False),
        ({"any": [{"kind": "x"}, {"serious": "yes"}]}, True),
        ({"any": [{"kind": "x"}, {"serious": "no"}]}, False),
        ({"not": {"kind": "initial"}}, False), ({"kind": "initial", "serious": "no"}, False),
        ([{"kind": "x"}, {"serious": "yes"}], True), ({}, True), ([], False),
    ],
)  # fmt: skip
def test_conditions(period: Period, tree: object, met: bool) -> None:
    trail = Trail()
    condition = parse_condition(Node("x", (), tree, trail), "case")
    assert trail.problems == []
    assert list(condition(Columns([CASE, CASE]), period)) == [met, met]
    assert list(condition(Columns([]), period)) == []


def test_paths_and_lists_of_times(period: Period) -> None:
    member = {"trainings_at": [datetime(2026, 1, 1), datetime(2025, 12, 31, 23, 59)]}
    assert of("in_year(trainings_at)", "member", member, period) == 1
    item = {"case": CASE, "present": [{"classes": ("man",)}, {"classes": ("woman", "medical")}]}
    assert of("case.decided_at", "item", item, period) == CASE["decided_at"]
    assert of("present.classes", "item", item, period) == [("man",), ("woman", "medical")]
    duty = {"due": OCTOBER, "reports": [datetime(2026, 10, 9, 23, 59)], "reminders": []}
    for tree, met in (
        ({"reports": {"any_on_or_before": "due"}}, True),
        ({"reminders": {"any_on_or_before": "due"}}, False),
        ({"reports": {"any_on_or_before": "days_before(due, 1)"}}, False),
    ):
        condition = parse_condition(Node("x", (), tree, Trail()), "duty")
        assert list(condition(Columns([duty]), period)) == [met]


def of(text: str, kind: str, record: dict[str, Any], period: Period) -> object:
    trail = Trail()
    expression = parse_expression(Node("x", (), text, trail), text, kind)
    assert trail.problems == []
    (value,) = expression(Columns([record]), period)
    return value


def test_a_period_is_a_year_and_nothing_else(period: Period) -> None:
    for when, inside in (
        (date(2026, 1, 1), True), (datetime(2026, 12, 31, 23, 59), True),
        (date(2025, 12, 31), False), (date(2027, 1, 1), False), (None, False), ("2026", False),
    ):  # fmt: skip
        assert period.holds(when) is inside


# What people read.

RATIO: Final[Result] = {"numerator": 9, "denominator": 10, "value": 0.9, "cases": ["K"] * 10}


@pytest.mark.parametrize(
    ("name", "result", "figures", "judged"),
    [
        ("A1", {"value": 7}, "7 人", "达到"), ("A1", {"value": 6}, "6 人", "未达到"),
        ("A6", {"value": 1.07}, "1.07 次", ""), ("B1", {"value": 5.0}, "5 日", "达到"),
        ("B1", {"value": 5.5}, "5.5 日", "未达到"), ("B1", {"value": None}, "不适用", ""),
        ("B3", {"value": 0}, "0 件", "达到"), ("B3", {"value": 1}, "1 件", "未达到"),
        ("B4", {"median": 30, "p90": 31}, "中位数 30，P90 31", "达到"),
        ("B4", {"median": 31, "p90": 31}, "中位数 31，P90 31", "未达到"),
        ("B12", RATIO | {"value": 0.95}, "95.0%（9/10）", "达到"),
        ("B12", RATIO, "90.0%（9/10）", "未达到"),
        ("B8", {"numerator": 0, "denominator": 0, "value": None}, "不适用（0/0）", ""),
        ("C3", RATIO | {"below_60": []}, "90.0%（9/10）", "达到"),
        ("C3", RATIO | {"below_60": ["M1"]}, "90.0%（9/10），低于60% M1", "未达到"),
        ("C11", {"approve": 2, "x": 1, "cases": []}, "批准 2、x 1", ""),
        ("C11", {"cases": []}, "不适用", ""),
        ("E8", {"value": True}, "是", "达到"), ("E8", {"value": False}, "否", "未达到"),
    ],
)  # fmt: skip
def test_a_figure_in_words(
    indicators: dict[str, Indicator], name: str, result: Result, figures: str, judged: str
) -> None:
    assert figures_text(indicators[name], result) == figures
    assert judged_text(indicators[name], result) == judged


def test_what_misses_a_target_is_named(indicators: dict[str, Indicator]) -> None:
    repeated = {"value": 2, "cases": ["K1", "K2"]}
    assert missed(indicators["B3"], repeated) == ["K1", "K2"]
    assert missed(indicators["A1"], repeated) == [] == missed(indicators["C4"], repeated)
    assert missed(indicators["B6"], RATIO | {"not_met": ["K"]}) == ["K"]


def test_targets_in_words(indicators: dict[str, Indicator]) -> None:
    told = {name: target_text(indicators[name]) for name in ("A1", "B1", "B3", "B12", "C9", "E8")}
    assert told == {
        "A1": "≥7人", "B1": "≤5日（自拟）", "B3": "＝0件", "B12": "≥95%", "C9": "", "E8": "是",
    }  # fmt: skip


def test_the_screen_marks_suggestions_and_names_a_few_that_missed(
    indicators: dict[str, Indicator],
) -> None:
    names = [f"K{n}" for n in range(9)]
    some = {name: indicators[name] for name in ("B3", "B1")}
    results: dict[str, Result] = {"B3": {"value": 9, "cases": names}, "B1": {"value": 3}}
    said = quality_text(2026, {"B": "时限", "C": "过程"}, some, results, 60).splitlines()
    assert said[0] == "2026 年质量指标（期末 2026-12-31）" and "B 时限" in said
    assert "  B3  重复补正件数                      9 件  未达到" in said
    assert "      未达到：K0、K1、K2、K3、K4、K5 等 9 件" in said
    assert sum(line.startswith("  B") for line in said) == 2
    assert any(line.startswith("  B1  收件至首次处理的天数（中位数）*") for line in said)


def test_all_figures_for_programs() -> None:
    said = quality_json(2026, OCTOBER, {"B6": RATIO})
    whole = {"format": "mmethics/quality/1", "year": 2026, "as_of": "2026-10-09"}
    assert json.loads(said) == whole | {"indicators": {"B6": RATIO}}
    assert said.startswith('{\n "format"')


def test_rows_and_charts(indicators: dict[str, Indicator]) -> None:
    """A figure that nine cases stand behind is printed, and no part of a line."""
    few = RATIO | {"cases": ["K"] * (ENOUGH - 1), "not_met": ["K"]}
    ratios = ("B2", "B6", "B7", "B8", "B10", "B12")
    results: dict[str, Result] = dict.fromkeys(ratios, RATIO)
    results |= {
        "C11": {"approve": 2, "cases": ["K", "K"]}, "C18": RATIO | {"value": None, "cases": []},
        "B4": {"median": 3, "p90": 4, "cases": ["K"] * 10}, "B7": RATIO | {"value": 0.3333},
        "B9": {"value": 4.0, "cases": ["K"] * 10},
    }  # fmt: skip
    past = {2025: results | {"B2": few}, 2026: results, 2024: results}
    some = {name: indicators[name] for name in results}
    rows = rows_of(some, results, past, lambda basis: "依据", {"jccro": "流程"})
    by_id = {row.id: row for row in rows}
    assert dict(by_id["B2"].trend) == {2024: 90.0, 2026: 90.0} and by_id["C18"].trend == {}
    assert by_id["B4"].trend[2024] == 3 and by_id["B9"].trend[2024] == 4
    assert by_id["B7"].share == 33.3 == by_id["B7"].trend[2025] and by_id["B12"].goal == 95
    assert (by_id["B6"].denominator, by_id["B4"].denominator) == ("10", "")
    assert by_id["C18"].basis == "实践" and by_id["C18"].share is None
    assert by_id["B6"].share == 90.0 and by_id["B6"].goal == 100 and by_id["B2"].goal is None
    assert by_id["B4"].share is None and by_id["B4"].goal is None
    assert by_id["B10"].basis == "依据；目标：流程 1049 ⑦" and by_id["B2"].basis == "依据"
    assert by_id["B2"].title.endswith("（自拟）") and by_id["B6"].title == "三十日内决定率"
    assert (by_id["B6"].numerator, by_id["B4"].numerator) == ("9", "")
    first, counts, *lines = charts_of(rows, {"B": "时限", "C": "过程"}, results, some)
    assert first.title == "B 时限：各项比率" and first.labels == ratios and first.unit == "%"
    assert first.series["本年"] == (90.0, 90.0, 33.3, 90.0, 90.0, 90.0) and first.series["目标"][
        :2
    ] == (None, 100)
    assert (counts.labels, dict(counts.series)) == (("批准",), {"件数": (2.0,)})
    assert counts.unit == "件"
    assert [line.title for line in lines] == [
        "B 时限：历年（B2、B6、B7、B8）", "B 时限：历年（B10、B12）"
    ]  # fmt: skip
    assert lines[0].labels == ("2024", "2025", "2026") and lines[0].form == "line"
    assert lines[0].series["B2"] == (90.0, None, 90.0)
