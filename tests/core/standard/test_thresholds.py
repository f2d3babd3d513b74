"""Which bounds a table can tell numbers and dates apart by, directly or through other facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mmethics_cli.core.standard.build import build
from mmethics_cli.core.standard.definitions import circles, definitions, thresholds
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import PackError
from tests.core.small_pack import small_standard, trees

LAW = [{"source": "law", "article": "1"}]
ADDED = [
    {"path": "study.count", "type": "int", "label": "人数"},
    {"path": "study.open", "type": "bool", "label": "开放", "ask_when": {"study.count": "40"}},
]


def standard_with(when: dict[str, Any], **table: Any) -> Standard:
    """The small pack with two facts more, and its first table with one rule, under `when`."""
    pack = trees()
    questions = pack["questions/01-study.yaml"]
    questions = {**questions, "questions": questions["questions"] + ADDED}
    rule = {"id": "S1", "zh": "某", "when": when, "outcome": "simple", "strength": "required"}
    changed = {**pack["rules/tables.yaml"][0], "rules": [{**rule, "basis": LAW}], **table}
    return small_standard(
        **{
            "questions/01-study.yaml": questions,
            "rules/tables.yaml": [changed, *pack["rules/tables.yaml"][1:]],
        }
    )


def bounds(when: dict[str, Any], path: str = "study.count", **table: Any) -> set[int | date]:
    standard = standard_with(when, **table)
    return set(thresholds(standard, standard.tables["method"], path))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"study.count": {"at_least": "5", "less_than": "9"}}, {5, 9}),
        ({"study.count": ["3", "4"]}, {3, 4}),
        ({"study.age": "3"}, set()),
        ({"any": [{"study.count": "1"}, {"all": [{"study.count": "2"}]}]}, {1, 2}),
        ({"not": {"study.count": "6"}}, {6}),
        ({"newly": {"study.count": "7"}}, {7}),
        ({"data.assets": {"some": {"study.count": "8"}}}, {8}),
        ({"data.assets": {"every": {"study.count": "8"}}}, {8}),
        # Through the condition under which another question is asked.
        ({"study.open": "yes"}, {40}),
        ({"study.open": "yes", "study.count": "5"}, {5, 40}),
    ],
)
def test_bounds_of_a_number(when: dict[str, Any], expected: set[int]) -> None:
    assert bounds(when) == expected


def test_bounds_reached_through_a_derived_fact() -> None:
    assert bounds({"study.bands": "minor"}, "study.age") == {18}
    assert bounds({"data.anonymous": "yes"}, "study.age") == set()
    assert bounds({"study.bands": "minor", "study.age": "65"}, "study.age") == {18, 65}


def test_bounds_of_the_condition_under_which_a_table_holds() -> None:
    holds = {"study.count": {"more_than": "11"}}
    assert bounds({"study.level": "low"}, holds_when=holds) == {11}


def test_bounds_reached_through_another_decision() -> None:
    assert bounds({"decided.forms": "minor"}, "study.age") == {18}
    assert bounds({"decided.months": "6"}, "study.age") == set()


def test_dates_and_other_facts() -> None:
    assert bounds({"study.start": {"before": "2027-03-01"}}, "study.start") == {date(2027, 3, 1)}
    # Held against another fact there is no bound to know beforehand.
    assert bounds({"study.end": {"before": {"fact": "study.start"}}}, "study.end") == set()


def test_what_facts_rest_on() -> None:
    standard = standard_with({"study.open": "yes"})
    assert definitions(standard, "study.level") == []
    assert definitions(standard, "nowhere") == []
    assert definitions(standard, "study.open") == [standard.questions["study.open"].ask_when]
    assert definitions(standard, "data.anonymous") == [standard.derived["data.anonymous"].when]
    assert len(definitions(standard, "study.bands")) == 2
    table = standard.tables["method"]
    assert definitions(standard, "decided.method") == [table.rules[0].when, table.holds_when]


def test_a_circle_is_named_from_where_it_closes() -> None:
    assert list(circles(standard_with({"study.open": "yes"}))) == []
    with pytest.raises(PackError) as error:
        standard_with({"decided.months": "6"}, holds_when={"decided.method": "simple"})
    assert "decided.method → decided.method" in str(error.value)


def test_a_circle_may_run_through_the_bound_of_a_comparison() -> None:
    after = {"study.end": {"after": {"fact": "study.start"}}}
    late = {"path": "study.late", "type": "bool", "label": "晚", "when": after}
    pack = trees()
    for question in pack["questions/01-study.yaml"]["questions"]:
        if question["path"] == "study.start":
            question["ask_when"] = {"study.late": "no"}
    pack["derived.yaml"].append(late)
    with pytest.raises(PackError) as error:
        build(pack, lambda file, keys: (file, 1))
    (problem,) = error.value.problems
    assert "study.start → study.late → study.start" in problem.message
    assert (problem.file, problem.line) == ("", None), "a circle has no one place"
