"""The indicators of a year for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from mmethics_cli.office.quality.indicators import Indicator, Result
from mmethics_cli.wording.columns import pad, width, wrap

FORMAT: Final = "mmethics/quality/1"
_NOT_APPLICABLE: Final = "不适用"
_SHOWN: Final = 6  # cases named in one line
_TITLE_COLUMNS: Final = 40
_NOT_FIGURES: Final = ("cases", "not_met")


def quality_json(year: int, as_of: date, results: Mapping[str, Result]) -> str:
    """All results by indicator, with the cases behind each."""
    whole = {"format": FORMAT, "year": year, "as_of": as_of.isoformat(), "indicators": results}
    return msgspec.json.format(msgspec.json.encode(whole), indent=1).decode()


def quality_text(
    year: int,
    groups: Mapping[str, str],
    indicators: Mapping[str, Indicator],
    results: Mapping[str, Result],
    columns: int,
) -> str:
    """Each indicator with its figures, whether it meets its target, and what did not."""
    lines = [f"{year} 年质量指标（期末 {year}-12-31）"]
    for group, title in groups.items():
        lines += ["", f"{group} {title}"]
        for indicator in indicators.values():
            if indicator.group == group:
                lines += _lines(indicator, results[indicator.id], columns)
    lines += ["", "标 * 的是本工具的建议值或建议的指标，不是标准或法规的要求。"]
    return "\n".join(lines)


def _lines(indicator: Indicator, result: Result, columns: int) -> Iterator[str]:
    own = "*" if indicator.own or indicator.target_from == "own" else ""
    head = f"  {indicator.id:<4}{indicator.title}{own}"
    said = "  ".join(
        filter(None, (figures_text(indicator, result), judged_text(indicator, result)))
    )
    if width(head) >= _TITLE_COLUMNS:
        yield head
        head = ""
    yield f"{pad(head, _TITLE_COLUMNS)}{said}".rstrip()
    if indicator.target and (names := missed(indicator, result)):
        shown = "、".join(names[:_SHOWN]) + (f" 等 {len(names)} 件" if len(names) > _SHOWN else "")
        yield from ("      " + line for line in wrap(f"未达到：{shown}", columns - 6))


def figures_text(indicator: Indicator, result: Result) -> str:
    """The figures of an indicator, as people read them."""
    if "denominator" in result:
        first = f"{_percent(result['value'])}（{result['numerator']}/{result['denominator']}）"
        named = [name for name in indicator.figures if name]
    elif list(indicator.figures) == [""]:
        if "value" in result:
            return _said(result["value"], indicator.unit)
        counts = labels_of(indicator, result)
        return "、".join(f"{name} {count}" for name, count in counts.items()) or _NOT_APPLICABLE
    else:
        first, named = "", list(indicator.figures)
    parts = [
        f"{indicator.figures[name].title} {_said(result[name], '')}".strip()
        for name in named
        if result[name] != []
    ]
    return "，".join(filter(None, (first, *parts)))


def labels_of(indicator: Indicator, result: Result) -> dict[str, Any]:
    """The counts of a distribution by their labels."""
    return {
        indicator.labels.get(name, name): count
        for name, count in result.items()
        if name not in _NOT_FIGURES
    }


def _percent(value: float | None) -> str:
    return _NOT_APPLICABLE if value is None else f"{100 * value:.1f}%"


def _said(value: Any, unit: str) -> str:
    match value:
        case None:
            return _NOT_APPLICABLE
        case bool():
            return "是" if value else "否"
        case list():
            return "、".join(value)
        case float() if value == int(value):
            value = int(value)
    return f"{value} {unit}".strip()


def missed(indicator: Indicator, result: Result) -> list[str]:
    """The records that missed the target: of a count of what should not be, all that were counted.

    Of other figures than ratios and counts no single one misses it.
    """
    figure = indicator.figures.get("")
    if figure is not None and figure.stat == "count" and indicator.target.get("is") == 0:
        return list(result["cases"])
    return list(result.get("not_met", ()))


def judged_text(indicator: Indicator, result: Result) -> str:
    """Whether the target is met; of several figures the median is meant.

    Where those below it are named, each of them has to meet it.
    """
    value = result.get("value", result.get("median"))
    if not indicator.target or value is None or isinstance(value, list):
        return ""
    target = indicator.target
    below = any(
        result[name] for name, figure in indicator.figures.items() if figure.stat == "below"
    )
    met = (
        not below
        and ("is" not in target or value == target["is"])
        and ("min" not in target or value >= target["min"])
        and ("max" not in target or value <= target["max"])
    )
    return "达到" if met else "未达到"
