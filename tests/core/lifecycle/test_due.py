"""Due dates: month ends, leap years, working days round public holidays, the strictest interval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmethics_cli.core.conditions.values import Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.due import (
    Approval,
    Due,
    due_after_approval,
    due_after_event,
    prove_time,
    read_due_rules,
)
from mmethics_cli.core.lifecycle.work_calendar import (
    OutOfCalendar,
    WorkCalendar,
    add_months,
    read_calendar,
)
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.store.pack import load

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
KNOWN_DAYS = st.dates(date(2024, 1, 15), date(2026, 11, 1))


@cache
def pack() -> tuple[Standard, WorkCalendar, Mapping[str, object]]:
    shipped = load()
    calendar, faults = read_calendar(shipped.trees)
    assert faults == []
    return shipped.standard(), calendar, shipped.trees


def calendar() -> WorkCalendar:
    return pack()[1]


# Months.


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2027-03-31", -1, "2027-02-28"),
        ("2027-03-20", 12, "2028-03-20"),
    ],
)
def test_months_end_when_the_calendar_ends_them(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@given(DAYS, st.integers(-240, 240))
def test_a_month_later_is_the_same_day_or_the_months_last(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    last = (end + timedelta(days=1)).day == 1
    assert end.day == start.day or (last and end.day < start.day)


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_more_months_are_never_earlier(start: date, some: int, more: int) -> None:
    assert add_months(start, some + more) >= add_months(start, some)


def test_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(OutOfCalendar):
        calendar().shift(date(9999, 12, 1), 2, "个月")
    with pytest.raises(OutOfCalendar):
        calendar().shift(date(9999, 12, 31), 1, "日")
    with pytest.raises(OutOfCalendar):
        calendar().shift(date(9999, 12, 30), 9, "个工作日")


# Working days.


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-01-01", False),
        ("2026-01-02", False),  # a Friday off by arrangement
        ("2026-01-04", True),  # the Sunday worked for it
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2026-02-28", True),
        ("2026-10-08", True),
        ("2025-10-08", False),
        ("2025-09-28", True),
        ("2024-02-09", True),  # the eve was no holiday yet
        ("2024-10-12", True),
        ("2026-10-11", False),
    ],
)
def test_who_works_on_a_day(day: str, worked: bool) -> None:
    assert calendar().is_working_day(date.fromisoformat(day)) is worked


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-09-24", "2026-10-09"),  # two holidays and a weekend between
        ("2026-02-13", "2026-02-27"),  # the 14th is worked
        ("2026-03-02", "2026-03-09"),
        ("2025-01-27", "2025-02-10"),  # the 8th is worked
    ],
)
def test_five_working_days(start: str, end: str) -> None:
    counted = calendar().shift(date.fromisoformat(start), 5, "个工作日")
    assert (counted.day, counted.without_holidays) == (date.fromisoformat(end), False)


@given(KNOWN_DAYS, st.integers(1, 20))
def test_working_days_are_those_that_are_counted(start: date, count: int) -> None:
    end = calendar().shift(start, count, "个工作日").day
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(map(calendar().is_working_day, between)) == count
    assert calendar().is_working_day(end)
    back = calendar().shift(end + timedelta(days=1), -count, "个工作日").day
    assert back > start


@given(DAYS, st.integers(1, 20))
def test_an_unknown_year_has_weekends_and_says_so(start: date, count: int) -> None:
    counted = WorkCalendar().shift(start, count, "个工作日")
    assert counted.without_holidays and counted.day.weekday() < 5
    assert WorkCalendar().shift(start, count, "日") == calendar().shift(start, count, "日")
    assert not calendar().shift(start, count, "日").without_holidays


def test_a_count_that_leaves_the_known_years_says_so() -> None:
    assert not calendar().shift(date(2026, 12, 24), 5, "个工作日").without_holidays
    assert calendar().shift(date(2026, 12, 28), 5, "个工作日").without_holidays


@pytest.mark.parametrize(
    ("learned", "hours", "end"),
    [
        ("2028-02-28", 24, "2028-02-29"),
        ("2027-12-31", 24, "2028-01-01"),
        ("2027-03-01", 72, "2027-03-04"),
        ("2027-03-01", 25, "2027-03-03"),
    ],
)
def test_hours_are_whole_days_rounded_up(learned: str, hours: int, end: str) -> None:
    counted = calendar().shift(date.fromisoformat(learned), hours, "小时")
    assert counted.day == date.fromisoformat(end)


# What is due.


def facts(**values: Value) -> Pathway:
    answers: dict[str, Value] = {"event.kind": "initial"}
    answers |= {name.replace("__", "."): value for name, value in values.items()}
    return Pathway(Facts(pack()[0], answers, date(2027, 3, 1)))


def due(approval: Approval) -> dict[str, Due]:
    rules, faults = read_due_rules(pack()[0], pack()[2])
    assert faults == []
    return {one.id: one for one in due_after_approval(rules, approval, calendar())}


@cache
def approved_plain() -> Pathway:
    return facts(**PLAIN)


LISTED = {"ai__role": "autonomous", "ai__review_list": Several.of("highly_autonomous_decision")}
PLAIN: dict[str, Value] = {"ai__role": "none"}


@pytest.mark.parametrize(
    ("study", "recorded", "end", "whose"),
    [
        (PLAIN, None, "2028-08-31", "规则"),
        (PLAIN, 12, "2028-08-31", "规则"),
        (PLAIN, 6, "2028-02-29", "委员会"),
        (LISTED, 12, "2028-02-29", "规则"),
        (LISTED, None, "2028-02-29", "规则"),
        (LISTED, 3, "2027-11-30", "委员会"),
    ],
)
def test_the_strictest_interval_counts(
    study: dict[str, Value], recorded: int | None, end: str, whose: str
) -> None:
    approval = Approval(facts(**study), date(2027, 8, 31), interval_months=recorded)
    found = due(approval)["follow_up_report"]
    assert found.day == date.fromisoformat(end)
    assert ("委员会" in found.why) == (whose == "委员会")
    assert bool(found.basis) == (whose == "规则")


@given(DAYS, st.integers(1, 36))
def test_the_report_is_never_later_than_either_interval(day: date, recorded: int) -> None:
    found = due(Approval(approved_plain(), day, interval_months=recorded))["follow_up_report"]
    assert found.day == min(add_months(day, 12), add_months(day, recorded))


def test_an_interval_that_is_not_known_yet_is_the_strictest() -> None:
    """Whether the study is on the list is not answered: half a year, not a year."""
    found = due(Approval(facts(ai__role="autonomous"), date(2027, 3, 1)))
    assert found["follow_up_report"].day == date(2027, 9, 1)


def test_the_report_is_due_a_month_before_the_expiry() -> None:
    found = due(Approval(facts(**PLAIN), date(2027, 3, 1), until=date(2028, 3, 19)))
    assert found["report_before_expiry"].day == date(2028, 2, 18)
    assert found["expiry"].day == date(2028, 3, 19)
    assert found["expiry"].days_over(date(2028, 3, 22)) == 3
    assert "expiry" not in due(Approval(facts(**PLAIN), date(2027, 3, 1)))


def test_a_report_handed_in_since_fulfils_what_it_is_for() -> None:
    later = {"decision.date": (("deviation", date(2027, 5, 1)), ("progress", date(2028, 3, 5)))}
    found = due(Approval(facts(**PLAIN), date(2027, 3, 1), date(2028, 3, 1), sealed_since=later))
    report = found["follow_up_report"]
    assert (report.done, report.days_over(date(2029, 1, 1))) == (date(2028, 3, 5), 4)
    assert found["report_before_expiry"].done is None


def event(track: str, **values: Value) -> dict[str, Due]:
    rules, _ = read_due_rules(pack()[0], pack()[2])
    answers: dict[str, Value] = {
        "event__kind": "safety",
        "event__serious": True,
        "event__learned_date": date(2026, 9, 30),
        "project__regulatory_track": track,
    }
    return {
        one.id: one
        for one in due_after_event(rules, facts(**{**answers, **values}), calendar(), order=4)
    }


def test_reports_of_a_serious_event() -> None:
    """The sponsor counts from its own knowledge, and only what is related to the device."""
    assert {id_: one.day for id_, one in event("device_trial").items()} == {
        "serious_event_report": date(2026, 10, 1),
    }
    told: dict[str, Value] = {
        "event__related": True,
        "event__sponsor_learned_date": date(2026, 10, 8),
    }
    hurt = event("device_trial", event__serious_criteria=Several.of("hospitalisation"), **told)
    assert hurt["sponsor_serious_report"].day == date(2026, 10, 23)
    assert "sponsor_fatal_report" not in hurt
    dead = event("device_trial", event__serious_criteria=Several.of("death", "other"), **told)
    assert dead["sponsor_fatal_report"].day == date(2026, 10, 15)
    assert "sponsor_serious_report" not in dead
    new = event("new_biomedical_technology")["new_technology_event_report"]
    assert (new.day, new.order, new.of_event) == (date(2026, 10, 13), 4, True)
    late = event("device_trial", event__reported_date=date(2026, 10, 2))["serious_event_report"]
    assert (late.done, late.days_over(date(2027, 1, 1))) == (date(2026, 10, 2), 1)


def test_a_network_incident_is_reported_and_summed_up() -> None:
    incident = event(
        "none",
        event__kind="data_incident",
        event__people_affected=1_000_000,
        event__critical_infrastructure=False,
        event__handled_date=date(2026, 10, 20),
    )
    assert {id_: one.day for id_, one in incident.items()} == {
        "network_incident_report": date(2026, 10, 1),
        "network_incident_summary": date(2026, 11, 19),
    }


def test_what_is_not_serious_or_not_dated_has_no_deadline() -> None:
    assert event("device_trial", event__serious=False) == {}
    rules, _ = read_due_rules(pack()[0], pack()[2])
    undated = facts(event__kind="safety", event__serious=True)
    assert list(due_after_event(rules, undated, calendar())) == []


# The pack.


YEAR = {"id": "2026", "source": "通知", "holidays": []}
RULE = {"id": "a", "label": "b", "from": "decision.date"}
WHOLE_YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ({"id": "x"}, "应是年份"),
        ({**YEAR, "source": " "}, "哪份通知"),
        ({"id": "2026", "source": "通知"}, "缺少“holidays”"),
        ({**YEAR, "holidays": [{"from": "2027-01-01"}]}, "2026 年的日期"),
        ({**YEAR, "holidays": [WHOLE_YEAR]}, "不超过一个月"),
        ({**YEAR, "working_weekends": ["2026-01-05"]}, "不是周末"),
        ({**YEAR, "days": []}, "不认识的键"),
    ],
)
def test_what_is_wrong_with_a_year_is_named(element: dict[str, object], words: str) -> None:
    faults = prove_time(pack()[0], {"holidays.yaml": [element]})
    assert any(words in text for _, _, text in faults), faults


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ({**RULE, "from": "project.title"}, "不是问日期的问题"),
        ({**RULE, "after": "votes"}, "没有期限表"),
        ({**RULE, "after": "review_days", "before": "review_days"}, "只写一个"),
        ({**RULE, "met_by": "x"}, "没有审查事项"),
        ({**RULE, "met_on": "x"}, "不是问日期的问题"),
        ({**RULE, "recorded": "x"}, "interval_months"),
        ({**RULE, "when": {"project.titel": "x"}}, "project.titel"),
    ],
)
def test_what_is_wrong_with_a_due_date_is_named(element: dict[str, object], words: str) -> None:
    faults = prove_time(pack()[0], {"due_dates.yaml": [element]})
    assert any(words in text for _, _, text in faults), faults


def test_each_year_is_as_long_as_its_notice_says() -> None:
    off = {number: len(year.holidays) for number, year in calendar().years.items()}
    assert off == {
        2024: 1 + 8 + 3 + 5 + 1 + 3 + 7,
        2025: 1 + 8 + 3 + 5 + 3 + 8,
        2026: 3 + 9 + 3 + 5 + 3 + 3 + 7,
    }
    assert all("国务院办公厅" in year.source for year in calendar().years.values())
