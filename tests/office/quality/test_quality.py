"""Indicators: equal to the sample and to an independent count; the engine on a few records."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from mmethics_cli.core.lifecycle.work_calendar import WorkCalendar
from mmethics_cli.core.standard.node import Trail
from mmethics_cli.office.events import happening_of
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.quality.histories import Histories
from mmethics_cli.office.quality.indicators import (
    OfficeHistories,
    evaluate,
    read_indicators,
)
from mmethics_cli.office.quality.language import Period
from mmethics_cli.workflow.packs import Packs
from tests.depth import NIGHTLY
from tests.office.quality.oracle import Oracle
from tests.office.quality.years import Row, Year

HERE: Final = Path(__file__).parent


@cache
def pack() -> OfficePack:
    return office_pack(Packs())


@cache
def sample() -> list[Row]:
    with gzip.open(HERE / "year-sample.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [row | {"data": json.loads(row["data"])} for row in csv.DictReader(file)]


def counted(rows: list[Row], year: int) -> dict[str, dict[str, Any]]:
    period = Period(year, pack().calendar)
    whole = Histories(map(happening_of, rows), pack().standard, {})
    office = OfficeHistories(whole, whole.until(period.end))
    return {name: evaluate(each, office, period) for name, each in pack().indicators.items()}


def differences(got: dict[str, dict[str, Any]], wanted: dict[str, Any]) -> list[str]:
    """Every figure that is not as wanted; a bare number is a value."""
    return [
        f"{name}.{key}: {got[name].get(key)} instead of {value}"
        for name, figures in wanted.items()
        for key, value in (figures if isinstance(figures, dict) else {"value": figures}).items()
        if got[name].get(key) != value
    ]


def test_the_sample_counts_as_it_was_counted_elsewhere() -> None:
    wanted = json.loads((HERE / "year-sample.json").read_text(encoding="utf-8"))
    got = counted(sample(), 2026)
    assert differences(got, wanted) == []
    assert len(got) == 58
    assert len(got["B2"]["cases"]) == 246 and len(got["B2"]["not_met"]) == 30


def test_the_second_count_agrees_with_the_sample_too() -> None:
    wanted = json.loads((HERE / "year-sample.json").read_text(encoding="utf-8"))
    told = {
        name: value if isinstance(value, dict) else {"value": value}
        for name, value in Oracle(sample(), 2026).count().items()
    }
    also = {name: figures for name, figures in wanted.items() if name in told}
    assert differences(told, also) == [] and len(also) > 50


YEARS: Final = [(seed, cases) for cases in (60, 600, 10_000) for seed in range(10)]


@pytest.mark.parametrize(("seed", "cases"), YEARS if NIGHTLY else [*YEARS[:3], YEARS[10]])
def test_made_up_years_count_the_same_twice(seed: int, cases: int) -> None:
    year = (2024, 2025, 2026)[seed % 3]
    rows = Year(seed, year, cases).rows
    assert differences(counted(rows, year), Oracle(rows, year).count()) == []


def test_what_was_read_for_one_day_is_not_told_of_another() -> None:
    told = [happening_of(row) for row in Year(3, 2025, 60).rows]
    whole = Histories(told, pack().standard, {})
    for month in range(1, 13):
        day = date(2025, month, 28)
        until = [each for each in told if each.happened < f"{day}T99"]
        alone = Histories(until, pack().standard, {}).of("case") or []
        cut = whole.until(day).of("case") or []
        assert [facts_of(case) for case in cut] == [facts_of(case) for case in alone], day


def facts_of(case: dict[str, Any]) -> dict[str, Any]:
    """What a case says itself, the cases that it is linked with aside."""
    return {key: value for key, value in case.items() if not isinstance(value, dict | list)}


def indicator_of(entry: dict[str, Any]) -> Any:
    trees = {
        "office/quality.yaml": [{"id": "X", "group": "A", "zh": "试"} | entry],
        "office/quality_groups.yaml": [{"id": "A", "zh": "组"}],
    }
    indicators, faults = read_indicators(trees, Trail())
    assert faults == []
    return indicators["X"]


def value_of(entry: dict[str, Any], records: list[dict[str, Any]]) -> Any:
    histories = Histories((), pack().standard, also={"package": records})
    office = OfficeHistories(histories, histories)
    period = Period(2026, WorkCalendar())
    return evaluate(indicator_of({"from": "package"} | entry), office, period)["value"]


def test_figures_of_few_records() -> None:
    def packages(*values: object) -> list[dict[str, Any]]:
        return [{"id": str(n), "verifies": value} for n, value in enumerate(values)]

    by_value = {"value": "verifies"}
    assert value_of({"stat": "median"} | by_value, packages(1, 2, 10, 20)) == 6
    assert value_of({"stat": "p90"} | by_value, packages(*range(1, 11))) == 9
    assert value_of({"stat": "p90"} | by_value, packages(*range(1, 12))) == 10
    assert value_of({"stat": "mean", "round": "2"} | by_value, packages(1, 1, 2)) == 1.33
    assert value_of({"stat": "median"} | by_value, packages(None)) is None
    ratio = {"stat": "ratio", "numerator": {"verifies": "yes"}}
    assert value_of(ratio, packages(True, False, False)) == 0.3333
    assert value_of(ratio, packages()) is None
    assert value_of({"stat": "count", "from": "volume"}, []) is None  # nobody keeps them


def test_an_indicator_that_says_nonsense_is_refused_with_its_place() -> None:
    trees = {
        "office/quality.yaml": [
            {
                "id": "X",
                "group": "Z",
                "zh": "试",
                "stat": "ratio",
                "from": "case",
                "where": {"no_such_field": "yes", "decided_at": {"later": "3"}},
                "numerator": {"days(accepted_at)": {"le": "30"}},
                "target": {"most": "3"},
                "basis": [{"source": "nobody"}],
            }
        ],
        "office/quality_groups.yaml": [{"id": "A", "zh": "组"}],
    }
    faults = [text for _, _, text in read_indicators(trees, Trail())[1]]
    assert len(faults) == 6, faults
