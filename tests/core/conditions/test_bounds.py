"""Bounds that are made of facts: sums, days moved by a term, what was last reported."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.explain import unknown_facts
from mmethics_cli.core.conditions.language import ShiftedDay, SumOf, evaluate, value_of
from mmethics_cli.core.conditions.parser import ConditionProblem, parse
from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable, Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from tests.core.small_pack import small_standard, trees
from tests.studies import standard

YES, NO, OPEN = Truth.YES, Truth.NO, Truth.UNKNOWN
PARTS = ["event.enrolled_in", "event.enrolled_done"]
SUM = {"event.enrolled_total": {"more_than": {"sum": PARTS}}}
FELL = {"event.enrolled_total": {"less_than": {"reported": "event.enrolled_total"}}}


def facts(event: dict[str, Any], *earlier: dict[str, Any], **study: Any) -> Facts:
    last = [facts(one) for one in earlier]
    reading = read_tree(standard(), {"event": event, **study})
    assert not reading.unknown and not reading.refused
    return Facts(standard(), reading.values, date(2027, 1, 1), None, last)


def progress(**answers: str) -> dict[str, Any]:
    return {"kind": "progress", **answers}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (progress(enrolled_total="6", enrolled_in="2", enrolled_done="3"), YES),
        (progress(enrolled_total="5", enrolled_in="2", enrolled_done="3"), NO),
        (progress(enrolled_total="5", enrolled_in="2"), OPEN),
        (progress(enrolled_in="2", enrolled_done="3"), OPEN),
        ({"kind": "safety", "enrolled_total": "6", "enrolled_in": "1", "enrolled_done": "1"}, NO),
    ],
)
def test_a_sum_is_known_when_all_of_it_is(event: dict[str, Any], expected: Truth) -> None:
    assert evaluate(parse(SUM, standard().vocabulary), facts(event)) is expected


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        ([2, 3, 0], 5),
        ([2, UNKNOWN], UNKNOWN),
        ([2, NotApplicable()], NotApplicable()),
        ([UNKNOWN, NotApplicable()], NotApplicable()),
    ],
)
def test_a_part_that_does_not_apply_keeps_the_sum_from_applying(
    parts: list[Value], total: Value
) -> None:
    known = {str(number): part for number, part in enumerate(parts)}
    assert value_of(SumOf(tuple(known)), known.__getitem__, facts({})) == total


def test_the_open_parts_of_a_sum_are_asked_for() -> None:
    open_ = unknown_facts(parse(SUM, standard().vocabulary), facts(progress(enrolled_total="5")))
    assert open_ == set(PARTS)


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ([], NO),
        ([progress(enrolled_total="6")], YES),
        ([progress(enrolled_total="5")], NO),
        # The newest submission that answered the question counts.
        ([{"kind": "safety"}, progress(enrolled_total="6"), progress(enrolled_total="1")], YES),
        ([progress(enrolled_total="1"), progress(enrolled_total="6")], NO),
        ([{"kind": "initial"}], NO),
    ],
)
def test_what_was_last_reported(earlier: list[dict[str, Any]], expected: Truth) -> None:
    now = facts(progress(enrolled_total="5"), *earlier)
    assert evaluate(parse(FELL, standard().vocabulary), now) is expected


def test_a_bound_may_be_another_field_of_the_same_entry() -> None:
    days = [{"name": name, "type": "date", "label": name} for name in ("from", "to")]
    section = trees()["questions/01-study.yaml"]
    section["questions"].append(
        {"path": "study.visits", "type": "list", "label": "访视", "fields": days}
    )
    pack = small_standard(**{"questions/01-study.yaml": section})
    ends_first = {"study.visits": {"some": {"to": {"before": {"fact": "from"}}}}}
    for last, expected in (("2027-02-01", NO), ("2027-01-30", YES)):
        visits = [{"id": "a", "from": "2027-01-31", "to": last}]
        answers = read_tree(pack, {"study": {"visits": visits}}).values
        assert evaluate(parse(ends_first, pack.vocabulary), Facts(pack, answers)) is expected


def moved(term: Value, in_hours: bool = True, back: bool = False) -> Value:
    known: dict[str, Value] = {"day": date(2028, 2, 28), "term": term}
    return value_of(ShiftedDay("day", "term", in_hours, back), known.__getitem__, facts({}))


@pytest.mark.parametrize(
    ("hours", "day"),
    [
        (24, date(2028, 2, 29)),
        (1, date(2028, 2, 29)),
        (25, date(2028, 3, 1)),
        (0, date(2028, 2, 28)),
    ],
)
def test_hours_reach_into_the_day_on_which_they_run_out(hours: int, day: date) -> None:
    assert moved(hours) == day


def test_a_day_is_moved_by_a_known_term_only() -> None:
    assert moved(30, in_hours=False, back=True) == date(2028, 1, 29)
    assert moved(UNKNOWN) is UNKNOWN
    assert moved(NotApplicable()) == NotApplicable()
    assert moved(10**9, in_hours=False) is UNKNOWN


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_days_forth_and_back(day: date, term: int) -> None:
    known: dict[str, Value] = {"day": day, "term": term}
    read = known.__getitem__
    assert value_of(ShiftedDay("day", "term", False, False), read, facts({})) == day + timedelta(
        term
    )
    assert value_of(ShiftedDay("day", "term", False, True), read, facts({})) == day - timedelta(
        term
    )


@pytest.mark.parametrize(
    "bound",
    [
        {"sum": []},
        {"sum": ["event.reported_date"]},
        {"sum": ["event.enrolled_in"], "fact": "event.enrolled_in"},
        {"reported": "event.learned_date"},
        {"reported": "event.nothing"},
        {"fact": "event.enrolled_in", "plus": {"days": "event.enrolled_in"}},
        {"days": "3"},
        {},
    ],
)
def test_bounds_that_make_no_sense_are_refused(bound: dict[str, Any]) -> None:
    with pytest.raises(ConditionProblem):
        parse({"event.enrolled_total": {"less_than": bound}}, standard().vocabulary)


@pytest.mark.parametrize(
    "term",
    [
        {"weeks": "design.sample_size_site"},
        {"days": "event.learned_date"},
        {"days": "design.sample_size_site", "hours": "design.sample_size_site"},
        {},
        "3",
    ],
)
def test_terms_that_make_no_sense_are_refused(term: object) -> None:
    bound = {"fact": "event.learned_date", "plus": term}
    with pytest.raises(ConditionProblem):
        parse({"event.reported_date": {"after": bound}}, standard().vocabulary)
