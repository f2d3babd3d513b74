"""Where the boxes, arrows and borders of a flow figure stand. Lengths are twips (1/20 point)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from mmethics_cli.formats.blocks import Flow, FlowRow, Inline, Line, Text
from mmethics_cli.wording.columns import display_width


@dataclass(frozen=True, slots=True)
class Box:
    """A box on the sheet; a head is the title of a column and has no edge."""

    left: int
    top: int
    width: int
    height: int
    lines: tuple[Line, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Arrow:
    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Border:
    """A line round one corner, and its name above it."""

    points: tuple[tuple[int, int], ...]
    label: str
    left: int
    top: int
    width: int


@dataclass(frozen=True, slots=True)
class Figure:
    width: int
    height: int
    size: int  # of letters, in half points
    line_height: int
    heads: tuple[Box, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    borders: tuple[Border, ...]


_LINE_BREAK: Final = re.compile(r"\s*//\s*")
_MORE: Final = "…"
_WORD: Final = re.compile(r"\n|[!-~\u00c0-\u024f]+|.", re.DOTALL)
_WIDER: Final = 0.35  # what a capital takes more than other letters


@dataclass(frozen=True, slots=True)
class Fit:
    """How a box is set: size in half points, most lines for its name and for each line after."""

    size: int
    name: int
    detail: int

    @property
    def height(self) -> int:
        """Of a line, in twips."""
        return self.size * 12 + 6

    def columns(self, width: int) -> int:
        """Latin letters that a line of `width` twips holds, with a little to spare."""
        return max(4, int(width / (self.size * 5) * 0.97))


def box_lines(line: Line) -> tuple[Line, ...]:
    """The lines of a box: a template parts them by `//`; empty ones are left out."""
    lines: list[list[Inline]] = [[]]
    for one in line:
        if isinstance(one, Text) and not one.value:
            first, *rest = _LINE_BREAK.split(one.text)
            lines[-1].append(one._replace(text=first))
            lines.extend([one._replace(text=text)] for text in rest)
        else:
            lines[-1].append(one)
    return tuple(tuple(one) for one in lines if plain(tuple(one)).strip())


def plain(line: Line) -> str:
    return "".join(one.text for one in line if isinstance(one, Text))


def key_of(cell: Sequence[Line]) -> str:
    """Boxes of a column with one key are one box; empty where there is none."""
    return "\n".join(plain(line) for line in cell).strip()


def cut(cell: Sequence[Line], fit: Fit, width: int) -> tuple[tuple[Line, ...], int]:
    """The lines as far as they fit, cut with `…`, and how many lines they take on paper."""
    columns, total = fit.columns(width), 0
    kept: list[Line] = []
    for number, line in enumerate(cell):
        short = _cut_line(line, columns, fit.detail if number else fit.name)
        kept.append(short)
        total += lines_of(plain(short), columns)
    return tuple(kept), total


def lines_of(text: str, columns: int) -> int:
    """How many lines a text takes where one holds `columns` Latin letters; words stay whole."""
    return max((line for _, line, _ in _walk(text, columns)), default=1)


def _walk(text: str, columns: int) -> Iterator[tuple[int, int, float]]:
    """Word by word: where it ends, on which line, and how much of that line is then used."""
    line, used = 1, 0.0
    for end, word, width in _words(text):
        if word == "\n" or (used and used + width > columns):
            line, used = line + 1, 0.0
            width = 0.0 if word in ("\n", " ") else width
        used += width
        if used > columns:  # one long word
            extra = math.ceil(used / columns) - 1
            line, used = line + extra, used - extra * columns
        yield end, line, used


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[tuple[int, str, float], ...]:
    """The words of a text, where each ends and how wide it is; a Han character is a word."""
    return tuple(
        (
            found.end(),
            found[0],
            display_width(found[0]) + _WIDER * sum(map(str.isupper, found[0])),
        )
        for found in _WORD.finditer(text)
    )


def _cut_line(line: Line, columns: int, most: int) -> Line:
    """A line that takes no more than `most` lines; a gap is never cut."""
    if lines_of(plain(line), columns) <= most:
        return line
    kept: list[Inline] = []
    for one in line:
        if isinstance(one, Text) and not one.gap:
            one = _longest(one, plain(tuple(kept)), columns, most)
        kept.append(one)
        if isinstance(one, Text) and one.text.endswith(_MORE):
            break
    return tuple(kept)


def _longest(piece: Text, before: str, columns: int, most: int) -> Text:
    """As much of a piece as fits behind `before`, cut after a word."""
    whole, room = before + piece.text, 0
    for end, line, used in _walk(whole, columns):
        if line > most:
            cut_off = whole[len(before) : max(room, len(before))]
            return piece._replace(text=cut_off + _MORE)
        if line < most or used + display_width(_MORE) <= columns:
            room = end
    return piece


def words(flow: Flow, rows: Sequence[FlowRow]) -> str:
    """A figure in words: its title, then each way through it, as `rows` have it."""
    ways = "；".join(_ways(rows))
    return f"{flow.caption}。{'、'.join(flow.columns)}，从左到右：{ways}。"


def _ways(rows: Sequence[FlowRow]) -> Iterator[str]:
    for row in rows:
        boxes = ["，".join(plain(line).strip() for line in cell) for cell in row.cells if cell]
        beyond = f"（{row.border}）" if row.border else ""
        yield " → ".join(boxes) + beyond


# Rows are of a kind that lie beyond the same border and have boxes in the same columns.
Kind = tuple[str, tuple[bool, ...]]

_SAME: Final = "^"


def settled(rows: Sequence[FlowRow]) -> tuple[FlowRow, ...]:
    """The rows with `^` filled in, and hints that stand apart from any box moved into one."""
    above: dict[int, tuple[Line, ...]] = {}
    found = []
    for row in rows:
        cells = [above.get(at, ()) if _same(cell) else cell for at, cell in enumerate(row.cells)]
        if len(cells) > 1 and _is_hint(cells[0]) and not cells[1]:
            home = max(at for at, cell in enumerate(cells) if cell)
            cells[home] = cells[0] + cells[home] if home else cells[0]
            cells[0] = cells[0] if not home else ()
        above.update({at: cell for at, cell in enumerate(cells) if cell})
        if any(cells):
            found.append(FlowRow(tuple(cells), row.border))
    return tuple(found)


def _same(cell: Sequence[Line]) -> bool:
    only = cell[0][0] if len(cell) == 1 and len(cell[0]) == 1 else None
    return isinstance(only, Text) and not only.value and only.text.strip() == _SAME


def _is_hint(cell: Sequence[Line]) -> bool:
    """Whether a cell holds nothing but what a condition says that is not decided yet."""
    words = [one for line in cell for one in line if not isinstance(one, Text) or one.text.strip()]
    return bool(words) and all(isinstance(one, Text) and one.gap for one in words)


def kind_of(row: FlowRow) -> Kind:
    return row.border, tuple(bool(cell) for cell in row.cells)


def fold(rows: Sequence[FlowRow], folded: Mapping[Kind, int]) -> tuple[FlowRow, ...]:
    """The rows without the last of each kind, for which one more row then stands.

    `folded` counts the steps by kind: the first takes two rows away, each other one.
    """
    kept = list(rows)
    for kind, steps in folded.items():
        of_kind = [row for row in rows if kind_of(row) == kind]
        gone = of_kind[-steps - 1 :]
        place = kept.index(gone[0])
        kept = [row for row in kept if all(row is not one for one in gone)]
        known = {(at, key_of(cell)) for row in kept for at, cell in enumerate(row.cells)}
        beyond = f"{kind[0]}外" if kind[0] else ""
        note: tuple[Line, ...] = ((Text(f"{beyond}另有{len(gone)}项，见表"),),)
        cells = tuple(
            cell if not cell or (at, key_of(cell)) in known else note
            for at, cell in enumerate(gone[0].cells)
        )
        kept.insert(place, FlowRow(cells, gone[0].border))
    return tuple(kept)


def tracks(rows: Sequence[FlowRow]) -> list[list[FlowRow]]:
    """Rows that must lie one under the other, together; boxes that are one lie side by side."""
    found: list[list[FlowRow]] = []
    for row in rows:
        apart = [one for one in found if not any(_differ(row, other) for other in one)]
        joined = [other for one in found if one not in apart for other in one]
        found = [*apart, [*joined, row]]
    first: dict[tuple[int, str], int] = {}
    for number, row in enumerate(rows):
        for at, cell in enumerate(row.cells):
            first.setdefault((at, key_of(cell)), number)

    def order(row: FlowRow) -> tuple[object, ...]:
        boxes = [first[at, key_of(cell)] if cell else -1 for at, cell in enumerate(row.cells)]
        return (bool(row.border), row.border, *boxes)

    return [sorted(one, key=order) for one in found]


def _differ(row: FlowRow, other: FlowRow) -> bool:
    both = [(a, b) for a, b in zip(row.cells, other.cells, strict=True) if a and b]
    return not both or any(key_of(a) != key_of(b) for a, b in both) or len(both) == len(row.cells)


PAD: Final = 70  # between the edge of a box and its text
_GAP: Final = 90  # between boxes, one under the other
_ARROW: Final = 640  # between columns
_HEAD: Final = 330
_LABEL: Final = 270  # of a border
# Tried in turn: smaller letters first, then fewer lines.
_FITS: Final = (
    Fit(18, 6, 6), Fit(17, 5, 5), Fit(16, 4, 4), Fit(16, 3, 3), Fit(16, 2, 2), Fit(15, 2, 2),
    Fit(15, 1, 2), Fit(15, 1, 1),
)  # fmt: skip


def lay_out(flow: Flow, rows: Sequence[FlowRow], width: int, most: int) -> Figure:
    """The figure, at most `most` high: letters get smaller, long texts are cut, then rows folded.

    `rows` are those of the flow as `settled` gives them, one at least.
    """
    for fit in _FITS:
        figure = _Layout(flow, rows, width, fit).figure()
        if figure.height <= most:
            return figure
    folded: Counter[Kind] = Counter()
    layout = _Layout(flow, rows, width, _FITS[-1])
    while figure.height > most and (kind := layout.fullest(folded)) is not None:
        folded[kind] += 1
        layout = _Layout(flow, fold(rows, folded), width, _FITS[-1])
        figure = layout.figure()
    return figure


@dataclass(slots=True)
class _Place:
    """A box being placed: the rows of a track that it spans, then its top and bottom."""

    column: int
    lines: tuple[Line, ...]
    need: int
    border: str
    top: int = 0
    bottom: int = 0


@dataclass(slots=True)
class _Track:
    """Rows one under the other.

    `boxes`: how high the boxes of each row are; `heights`: the row itself, for the sake of a box
    that spans several; `above`: room for the name of a border.
    """

    rows: list[FlowRow]
    boxes: list[int] = field(default_factory=list)
    heights: list[int] = field(default_factory=list)
    above: list[int] = field(default_factory=list)

    @property
    def height(self) -> int:
        return sum(self.heights) + sum(self.above) + _GAP * (len(self.rows) - 1)


class _Layout:
    def __init__(self, flow: Flow, rows: Sequence[FlowRow], width: int, fit: Fit) -> None:
        self.flow, self.fit, self.width = flow, fit, width
        room = width - _ARROW * (len(flow.widths) - 1)
        whole = sum(flow.widths)
        self.widths = [int(room * one / whole) for one in flow.widths]
        self.lefts = [sum(self.widths[:at]) + _ARROW * at for at in range(len(self.widths))]
        self.tracks = [_Track(one) for one in tracks(rows)]
        self.places: dict[tuple[int, str, int], _Place] = {}
        self.runs: list[tuple[_Track, int, int, _Place]] = []
        for track in self.tracks:
            self._measure(track)

    def _measure(self, track: _Track) -> None:
        rows = track.rows
        track.heights = [0] * len(rows)
        borders = [row.border for row in rows]
        track.above = [
            _LABEL if name and name not in borders[:at] else 0 for at, name in enumerate(borders)
        ]
        runs = sorted(self._runs(track), key=lambda run: run[2] - run[1])
        track.boxes = [0] * len(rows)
        own = self._own(track)
        for _, first, last, place in runs:
            if first == last and (place.column, key_of(rows[first].cells[place.column])) in own:
                track.boxes[first] = max(track.boxes[first], place.need)
        for _, first, last, place in runs:
            span = range(first, last + 1)
            has = sum(track.heights[at] for at in span) + _GAP * (len(span) - 1)
            for at in span:
                track.heights[at] += max(0, -(-(place.need - has) // len(span)))
        self.runs += runs

    def _own(self, track: _Track) -> set[tuple[int, str]]:
        """The boxes of a track that no other track shares."""

        def boxes(of: _Track) -> set[tuple[int, str]]:
            return {(at, key_of(cell)) for row in of.rows for at, cell in enumerate(row.cells)}

        return boxes(track).difference(*(boxes(one) for one in self.tracks if one is not track))

    def _runs(self, track: _Track) -> Iterator[tuple[_Track, int, int, _Place]]:
        """The boxes of a track with the first and last of the rows that they span."""
        for column in range(len(self.widths)):
            at = 0
            while at < len(track.rows):
                cell, border = track.rows[at].cells[column], track.rows[at].border
                last = at
                while last + 1 < len(track.rows) and key_of(cell) == key_of(
                    track.rows[last + 1].cells[column]
                ):
                    last += 1
                if cell:
                    yield track, at, last, self._place(column, cell, border, at, track)
                at = last + 1

    def _place(
        self, column: int, cell: tuple[Line, ...], border: str, at: int, track: _Track
    ) -> _Place:
        lines, count = cut(cell, self.fit, self.widths[column] - 2 * PAD)
        # A box that the same track shows before stands there a second time.
        earlier = any(key_of(row.cells[column]) == key_of(cell) for row in track.rows[:at])
        number = at if earlier else 0
        need = count * self.fit.height + 2 * PAD
        new = _Place(column, lines, need, border)
        return self.places.setdefault((column, key_of(cell), number), new)

    def fullest(self, folded: Counter[Kind]) -> Kind | None:
        """What most rows of the highest track are like, if there are rows to fold among them."""
        highest = max(self.tracks, key=lambda track: track.height)
        kinds = Counter(kind_of(row) for row in highest.rows)
        kind, count = kinds.most_common(1)[0]
        return kind if count > 2 or not folded[kind] else None

    def figure(self) -> Figure:
        inner = max(track.height for track in self.tracks)
        tops = {id(track): self._row_edges(track, inner) for track in self.tracks}
        for track, first, last, place in self.runs:
            edges = tops[id(track)]
            top, bottom = edges[first][0], edges[last][1]
            place.top = min(place.top, top) if place.bottom else top
            place.bottom = max(place.bottom, bottom)
        for place in self.places.values():
            lacking = max(0, place.need - (place.bottom - place.top))
            place.top, place.bottom = place.top - lacking // 2, place.bottom + lacking // 2
        return Figure(
            width=self.width,
            height=_HEAD + inner + _GAP,
            size=self.fit.size,
            line_height=self.fit.height,
            heads=tuple(self._heads()),
            boxes=tuple(self._box(place) for place in self.places.values()),
            arrows=tuple(self._arrows()),
            borders=tuple(self._borders(_HEAD + inner + _GAP)),
        )

    def _row_edges(self, track: _Track, inner: int) -> list[tuple[int, int]]:
        """Top and bottom of the boxes of each row; the rows share what room the track leaves."""
        spare = (inner - track.height) / len(track.rows)
        edges, top = [], float(_HEAD)
        for box, height, above in zip(track.boxes, track.heights, track.above, strict=True):
            start = top + above + (spare + height - box) / 2
            edges.append((round(start), round(start) + box))
            top += above + height + spare + _GAP
        return edges

    def _box(self, place: _Place) -> Box:
        left, width = self.lefts[place.column], self.widths[place.column]
        height = place.bottom - place.top
        return Box(left, place.top, width, height, place.lines, place.column)

    def _heads(self) -> Iterator[Box]:
        for at, title in enumerate(self.flow.columns):
            line: Line = (Text(title),)
            yield Box(self.lefts[at], 0, self.widths[at], _HEAD - 50, (line,), at)

    def _arrows(self) -> Iterator[Arrow]:
        done = set()
        runs = sorted(self.runs, key=lambda run: run[3].column)
        for track in self.tracks:
            for number in range(len(track.rows)):
                way = [run[3] for run in runs if run[0] is track and run[1] <= number <= run[2]]
                for one, other in zip(way, way[1:], strict=False):
                    if (id(one), id(other)) not in done:
                        done.add((id(one), id(other)))
                        yield self._arrow(one, other)

    def _arrow(self, one: _Place, other: _Place) -> Arrow:
        """Level with the middle of the smaller box where the larger one reaches it."""
        small, large = sorted((one, other), key=lambda place: place.bottom - place.top)
        level = (small.top + small.bottom) // 2
        ends = [level, level]
        if not large.top <= level <= large.bottom:
            ends = [(place.top + place.bottom) // 2 for place in (one, other)]
        start = self.lefts[one.column] + self.widths[one.column]
        return Arrow((start, ends[0]), (self.lefts[other.column], ends[1]))

    def _borders(self, bottom: int) -> Iterator[Border]:
        """In each column that holds boxes beyond a border, a line that parts them from the rest."""
        beyond: dict[tuple[str, int], list[_Place]] = {}
        inside = {id(run[3]) for run in self.runs for row in run[0].rows[run[1] : run[2] + 1]
                  if not row.border}  # fmt: skip
        for place in self.places.values():
            if place.border and id(place) not in inside:
                beyond.setdefault((place.border, place.column), []).append(place)
        for (label, column), places in beyond.items():
            top = min(place.top for place in places) - _LABEL
            left, right = self.lefts[column], self.lefts[column] + self.widths[column]
            edge, far = (left - _ARROW // 2, right) if column else (right + _ARROW // 2, left)
            points = ((edge, bottom), (edge, top), (far, top))
            start = min(edge, far) + (40 if column else 0)
            yield Border(points, label, start, top + 10, abs(far - edge) - 40)
