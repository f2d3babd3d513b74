"""The quality of a year as rows and charts, which every form of the report prints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.core.standard.model import Basis
from mmethics_cli.formats.charts import ChartData
from mmethics_cli.office.quality.indicators import Indicator, Result
from mmethics_cli.office.quality.report import figures_text, judged_text, labels_of, missed

_LINES: Final = 4  # of a chart of trends
ENOUGH: Final = 10  # cases behind a figure before it stands in a trend
_SOURCE: Final = re.compile(r"\w+", re.ASCII)
_OWN: Final = "自拟"
_SIGNS: Final = (("is", "＝"), ("min", "≥"), ("max", "≤"))

Cite = Callable[[tuple[Basis, ...]], str]


class IndicatorRow(Struct, frozen=True):
    """An indicator as it is printed; `cases` were counted, `not_met` are those that missed.

    `share` is a ratio in percent, `trend` its values of past years that enough cases stand behind.
    """

    id: str
    group: str
    title: str
    meaning: str
    figures: str
    numerator: str
    denominator: str
    target: str
    judged: str
    basis: str
    cases: tuple[str, ...]
    not_met: tuple[str, ...]
    share: float | None
    goal: float | None
    trend: Mapping[int, float]


def rows_of(
    indicators: Mapping[str, Indicator],
    results: Mapping[str, Result],
    past: Mapping[int, Mapping[str, Result]],
    cite: Cite,
    titles: Mapping[str, str],
) -> list[IndicatorRow]:
    """A row for each indicator; `past` are the results of years, the counted one among them.

    `titles` are those of the sources, by which a target says whence it is.
    """
    return [_row(each, results[each.id], past, cite, titles) for each in indicators.values()]


def _row(
    indicator: Indicator,
    result: Result,
    past: Mapping[int, Mapping[str, Result]],
    cite: Cite,
    titles: Mapping[str, str],
) -> IndicatorRow:
    value = result.get("value")
    ratio = "denominator" in result and isinstance(value, float)
    goal = indicator.target.get("min", indicator.target.get("max"))
    return IndicatorRow(
        indicator.id,
        indicator.group,
        indicator.title + ("（自拟）" if indicator.own else ""),
        indicator.meaning,
        figures_text(indicator, result),
        str(result.get("numerator", "")),
        str(result.get("denominator", "")),
        target_text(indicator),
        judged_text(indicator, result),
        basis_text(indicator, cite, titles),
        tuple(result.get("cases", ())),
        tuple(missed(indicator, result)),
        round(100 * value, 1) if ratio and value is not None else None,
        100 * goal if ratio and goal is not None else None,
        dict(_trend(indicator.id, past)),
    )


def _trend(name: str, past: Mapping[int, Mapping[str, Result]]) -> Iterator[tuple[int, float]]:
    for year, results in sorted(past.items()):
        value = results[name].get("value", results[name].get("median"))
        enough = len(results[name].get("cases", ())) >= ENOUGH
        if enough and isinstance(value, int | float) and not isinstance(value, bool):
            share = "denominator" in results[name]
            yield year, round(100 * value, 1) if share else value


def target_text(indicator: Indicator) -> str:
    """A target, marked where it is of this tool's own; empty where there is none."""
    parts = []
    for key, sign in _SIGNS:
        if key in indicator.target:
            goal = indicator.target[key]
            said = f"{goal:.0%}" if indicator.unit == "%" else f"{goal:g}{indicator.unit}"
            parts.append("是" if indicator.unit == "是否" else f"{sign}{said}")
    own = indicator.target_from == "own" or not (indicator.target_from or indicator.basis)
    return "、".join(parts) + (f"（{_OWN}）" if parts and own else "")


def basis_text(indicator: Indicator, cite: Cite, titles: Mapping[str, str]) -> str:
    """What an indicator rests on; behind it whence its target is, where that is another source."""
    basis = cite(indicator.basis) if indicator.basis else "实践"
    source = indicator.target_from
    if not indicator.target or source in ("", "own"):
        return basis
    word = _SOURCE.match(source)
    named = titles.get(word[0], "") if word else ""
    return f"{basis}；目标：{named + source[len(word[0]) :] if word and named else source}"


# Charts.


def charts_of(
    rows: Sequence[IndicatorRow],
    groups: Mapping[str, str],
    results: Mapping[str, Result],
    indicators: Mapping[str, Indicator],
) -> list[ChartData]:
    """The ratios of each group beside their targets, the distributions, the trends."""
    return [
        *_ratios(rows, groups),
        *_distributions(indicators, results),
        *_trends(rows, groups),
    ]


def _ratios(rows: Sequence[IndicatorRow], groups: Mapping[str, str]) -> Iterator[ChartData]:
    for group, title in groups.items():
        own = [row for row in rows if row.group == group and row.share is not None]
        if own:
            labels = tuple(row.id for row in own)
            series: dict[str, tuple[float | None, ...]] = {
                "本年": tuple(row.share for row in own),
                "目标": tuple(row.goal for row in own),
            }
            yield ChartData(f"{group} {title}：各项比率", labels, series, "%")


def _distributions(
    indicators: Mapping[str, Indicator], results: Mapping[str, Result]
) -> Iterator[ChartData]:
    for name, indicator in indicators.items():
        stats = {figure.stat for figure in indicator.figures.values()}
        counts: dict[str, Any] = labels_of(indicator, results[name])
        if "distribution" in stats and counts:
            values = tuple(float(count) for count in counts.values())
            title = f"{name} {indicator.title}"
            yield ChartData(title, tuple(counts), {"件数": values}, indicator.unit)


def _trends(rows: Sequence[IndicatorRow], groups: Mapping[str, str]) -> Iterator[ChartData]:
    """Lines by their numbers, few in a chart: more can't be told apart."""
    lines = [row for row in rows if len(row.trend) > 1 and row.share is not None]
    years = sorted({year for row in lines for year in row.trend})
    for group, title in groups.items():
        own = [row for row in lines if row.group == group]
        for first in range(0, len(own), _LINES):
            series = {
                row.id: tuple(row.trend.get(year) for year in years)
                for row in own[first : first + _LINES]
            }
            labels = tuple(map(str, years))
            drawn = f"{group} {title}：历年（{'、'.join(series)}）"
            yield ChartData(drawn, labels, series, "%", "line")
