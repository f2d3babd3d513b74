"""Indicators as the pack has them, and what they come to in a year."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import compress
from math import ceil
from statistics import mean, median
from typing import Any, Final

from msgspec import Struct, field

from mmethics_cli.core.standard.model import Basis
from mmethics_cli.core.standard.node import Fault, Node, Trail
from mmethics_cli.office.quality.histories import FIELDS, Histories
from mmethics_cli.office.quality.language import (
    Columns,
    Condition,
    Expression,
    Period,
    parse_condition,
    parse_expression,
)

FILE: Final = "office/quality.yaml"
GROUPS: Final = "office/quality_groups.yaml"
_TARGETS: Final = ("is", "min", "max")
_RATIO_DIGITS: Final = 4

Result = dict[str, Any]


class Counting(Struct, frozen=True):
    """One figure of an indicator: which records, in which way, and the parameters of that way.

    `in_` tells the year a record belongs to; None for those `at_end`, and for all.
    """

    stat: str
    of: str
    at_end: bool
    where: tuple[Condition, ...]
    in_: Expression | None = None
    in_text: str = ""
    value: Expression | None = None
    numerator: Condition | None = None
    digits: int | None = None
    names: tuple[str, ...] = ()
    by: str = ""
    factor: float = 1.0
    title: str = ""


class Indicator(Struct, frozen=True):
    """A measure of how an office works: its figures by name, its target and what that rests on.

    The figure named by nothing stands for the indicator itself. `own` is a suggestion of this
    program, neither law nor practice.
    """

    id: str
    group: str
    title: str
    english: str
    meaning: str
    figures: Mapping[str, Counting]
    unit: str
    target: Mapping[str, float]
    target_from: str
    own: bool
    basis: tuple[Basis, ...]
    labels: Mapping[str, str]


class Chosen(Struct, frozen=True):
    """The records that a figure counts: those of `columns` at which `mask` is true."""

    columns: Columns
    mask: Sequence[bool]

    def of(self, values: Sequence[Any]) -> list[Any]:
        """Their own among the values of all."""
        return list(compress(values, self.mask))

    @property
    def ids(self) -> list[str]:
        return self.of(self.columns.field("id"))


class OfficeHistories(Struct, frozen=True):
    """The records of an office as they are today, and as they were at the end of the year."""

    whole: Histories
    at_end: Histories
    # The records of the year, which many indicators share, by kind and by what tells their year.
    of_year: dict[tuple[bool, str, str], Columns | None] = field(default_factory=dict)


def evaluate(indicator: Indicator, office: OfficeHistories, period: Period) -> Result:
    """What an indicator comes to: its figures by name, and the ids of the records counted.

    A ratio is numerator, denominator and value; `cases` are the records counted, `not_met` those
    of them that the numerator leaves out. What has nothing to count is None.
    """
    result: Result = {}
    for name, figure in indicator.figures.items():
        counted = _FIGURES[figure.stat](figure, office, period, result)
        if name:
            result[name] = counted.get("value")
            result.setdefault("cases", counted.get("cases", []))
        else:
            result |= counted
    return result


def _chosen(figure: Counting, office: OfficeHistories, period: Period) -> Chosen | None:
    """The records of a figure; None where nobody keeps such."""
    place = figure.at_end, figure.of, figure.in_text
    if place not in office.of_year:
        records = (office.at_end if figure.at_end else office.whole).of(figure.of)
        columns = None if records is None else Columns(records)
        if columns is not None and figure.in_ is not None:
            times = figure.in_(columns, period)
            chosen = compress(columns.records, map(period.holds, times))
            columns = Columns(list(chosen))
        office.of_year[place] = columns
    columns = office.of_year[place]
    if columns is None:
        return None
    masks = [condition(columns, period) for condition in figure.where]
    if len(masks) == 1:
        return Chosen(columns, masks[0])
    return Chosen(columns, list(map(all, zip(*masks, strict=True))) or [True] * len(columns))


_Way = Callable[[Counting, OfficeHistories, Period, Result], Result]


def _with(count: Callable[[Counting, Chosen, Period], Any]) -> _Way:
    """A figure that is one value of the records counted; None where nobody keeps them."""

    def figure_of(
        figure: Counting, office: OfficeHistories, period: Period, so_far: Result
    ) -> Result:
        chosen = _chosen(figure, office, period)
        if chosen is None:
            return {"value": None, "cases": []}
        return {"value": count(figure, chosen, period), "cases": chosen.ids}

    return figure_of


def _values(figure: Counting, chosen: Chosen, period: Period) -> list[Any]:
    assert figure.value is not None
    values = chosen.of(figure.value(chosen.columns, period))
    return [value for value in values if value is not None]


def _met(figure: Counting, chosen: Chosen, period: Period) -> list[bool]:
    assert figure.numerator is not None
    return chosen.of(figure.numerator(chosen.columns, period))


def _ratio(figure: Counting, office: OfficeHistories, period: Period, so_far: Result) -> Result:
    chosen = _chosen(figure, office, period) or Chosen(Columns([]), [])
    met, ids = _met(figure, chosen, period), chosen.ids
    share = round(sum(met) / len(met), _RATIO_DIGITS) if met else None
    return {
        "numerator": sum(met),
        "denominator": len(met),
        "value": share,
        "cases": ids,
        "not_met": [name for name, yes in zip(ids, met, strict=True) if not yes],
    }


def _mean(figure: Counting, chosen: Chosen, period: Period) -> float | None:
    values = _values(figure, chosen, period)
    return round(mean(values), figure.digits) if values else None


def _median(figure: Counting, chosen: Chosen, period: Period) -> float | None:
    values = _values(figure, chosen, period)
    return median(values) if values else None


def _p90(figure: Counting, chosen: Chosen, period: Period) -> float | None:
    """By nearest rank: of n values in order the one at ceil(0.9 n)."""
    values = sorted(_values(figure, chosen, period))
    # In whole numbers: 0.9 · 10 is no more than 9.
    return values[ceil(9 * len(values) / 10) - 1] if values else None


def _missing(figure: Counting, chosen: Chosen, period: Period) -> int:
    there = {word for words in _values(figure, chosen, period) for word in words}
    return len(set(figure.names) - there)


def _below(figure: Counting, chosen: Chosen, period: Period) -> list[str]:
    own: dict[str, list[bool]] = defaultdict(list)
    names = chosen.of(chosen.columns.field(figure.by))
    for name, yes in zip(names, _met(figure, chosen, period), strict=True):
        own[name].append(yes)
    return sorted(name for name, met in own.items() if sum(met) / len(met) < figure.factor)


def _distribution(
    figure: Counting, office: OfficeHistories, period: Period, so_far: Result
) -> Result:
    chosen = _chosen(figure, office, period) or Chosen(Columns([]), [])
    counts = Counter(str(value) for value in _values(figure, chosen, period))
    return dict(sorted(counts.items())) | {"cases": chosen.ids}


def _quotient(figure: Counting, office: OfficeHistories, period: Period, so_far: Result) -> Result:
    above, below = (so_far[name] for name in figure.names)
    if above is None or not below:
        return {"value": None}
    return {"value": round(above * figure.factor / below, figure.digits or 0)}


def _entered(figure: Counting, chosen: Chosen, period: Period) -> float | None:
    values = _values(figure, chosen, period)
    return float(values[-1]) if values else None


_FIGURES: Final[Mapping[str, _Way]] = {
    "ratio": _ratio,
    "count": _with(lambda figure, chosen, period: sum(chosen.mask)),
    "sum": _with(lambda figure, chosen, period: sum(_values(figure, chosen, period))),
    "mean": _with(_mean),
    "median": _with(_median),
    "p90": _with(_p90),
    "flag": _with(lambda figure, chosen, period: any(chosen.mask)),
    "missing": _with(_missing),
    "below": _with(_below),
    "distribution": _distribution,
    "quotient": _quotient,
    "entered": _with(_entered),
}


# The pack.


class _FigureReader:
    """Reads the figures of one indicator; they share what it says of the records to count."""

    def __init__(self, node: Node) -> None:
        self._indicator = node
        self._of = node.one_of("from", tuple(FIELDS), "case")

    def figures(self) -> Iterator[tuple[str, Counting]]:
        """The figures by name; one that stands for the indicator itself has none."""
        if not self._indicator.has("figures"):
            yield "", self._figure(self._indicator)
            return
        for name in (whole := self._indicator.child("figures")).mapping():
            node = whole.child(name)
            node.only("zh", *_FIGURE_KEYS)
            yield name, self._figure(node)

    def _figure(self, node: Node) -> Counting:
        stat = node.one_of("stat", tuple(_FIGURES))
        own = node.has("from")
        of = node.one_of("from", tuple(FIELDS), self._of)
        places = [node] if own or node is self._indicator else [self._indicator, node]
        in_ = next((place for place in reversed(places) if place.has("in")), None)
        return Counting(
            stat,
            of,
            any(place.yes("at_end") for place in places),
            tuple(parse_condition(at.child("where"), of) for at in places if at.has("where")),
            parse_expression(in_.child("in"), in_.text("in"), of) if in_ else None,
            in_.text("in") if in_ else "",
            parse_expression(node.child("value"), node.text("value"), of)
            if _needs(node, stat, "value")
            else None,
            parse_condition(node.child("numerator"), of)
            if _needs(node, stat, "numerator")
            else None,
            _digits(node),
            node.texts("of"),
            node.text("by", ""),
            float(node.text("less_than", node.text("times", "1"))),
            node.text("zh", ""),
        )


_FIGURE_KEYS: Final = (
    "stat", "from", "at_end", "in", "where", "value", "numerator", "round", "of", "by", "less_than",
    "times",
)  # fmt: skip
_NEEDED: Final[Mapping[str, str]] = {
    "ratio": "numerator",
    "below": "numerator",
    "count": "",
    "flag": "",
    "quotient": "",
}


def _needs(node: Node, stat: str, key: str) -> bool:
    """Whether a figure is counted by what stands under a key; noted where that lacks."""
    return _NEEDED.get(stat, "value") == key


def _digits(node: Node) -> int | None:
    return node.number("round", 1) if node.has("round") else None


def read_indicators(
    trees: Mapping[str, object], trail: Trail
) -> tuple[dict[str, Indicator], list[Fault]]:
    """The indicators of a pack by id, and every fault in them with its place.

    `trail` knows the sources that they may rest on.
    """
    groups = dict(read_groups(Node(GROUPS, (), trees.get(GROUPS), trail)))
    indicators: dict[str, Indicator] = {}
    for node in _indicator_nodes(trees, trail):
        indicator = _read(node)
        if indicator.id in indicators:
            node.child("id").problem(f"“{indicator.id}”写了两次")
        if indicator.group not in groups:
            node.child("group").problem(f"没有“{indicator.group}”这一组")
        indicators[indicator.id] = indicator
    return indicators, trail.problems


def read_groups(node: Node) -> Iterator[tuple[str, str]]:
    """The groups of indicators and their titles, in their order."""
    for group in node.list():
        group.only("id", "zh", "en")
        yield group.text("id"), group.text("zh")


def _indicator_nodes(trees: Mapping[str, object], trail: Trail) -> Iterator[Node]:
    """What stands in quality.yaml, and whatever else an institution's pack calls an indicator."""
    for file, tree in sorted(trees.items()):
        if file == FILE or (file.startswith(FILE.removesuffix(".yaml")) and file != GROUPS):
            yield from Node(file, (), tree, trail).list()


def _read(node: Node) -> Indicator:
    node.only(
        "id", "group", "zh", "en", "means", "figures", "unit", "target", "target_from", "own",
        "basis", "labels", "override", *_FIGURE_KEYS,
    )  # fmt: skip
    target = node.labels("target")
    for key, text in target.items():
        if key not in _TARGETS or not _is_number(text):
            node.child("target").problem("目标写成 {is: 0}、{min: 1} 或 {max: 30}")
    return Indicator(
        node.text("id"),
        node.text("group"),
        node.text("zh"),
        node.text("en", ""),
        node.text("means", ""),
        dict(_FigureReader(node).figures()),
        node.text("unit", ""),
        {key: _number(text) for key, text in target.items() if _is_number(text)},
        node.text("target_from", ""),
        node.yes("own"),
        node.basis(),
        node.labels("labels"),
    )


def _number(text: str) -> float:
    return 1.0 if text == "yes" else float(text)


def _is_number(text: str) -> bool:
    return text == "yes" or text.replace(".", "", 1).isdigit()
