"""Where the boxes, arrows and borders of a flow figure stand. Lengths are twips (1/20 point)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import and_
from typing import Final, NamedTuple

from msgspec import Struct, field

from mmethics_cli.formats.blocks import Flow, FlowRow, Inline, Line, Text, line_text
from mmethics_cli.wording.columns import display_width

PAD: Final = 70  # between the edge of a box and its text
_GAP: Final = 90  # between boxes, one under the other
_ARROW: Final = 640  # between columns
_HEAD: Final = 330
_LABEL: Final = 270  # of a border
_SAME: Final = "^"
_LINE_BREAK: Final = re.compile(r"\s*//\s*")
_MORE: Final = "…"
_WORD: Final = re.compile(r"\n|[!-~\u00c0-\u024f]+|.", re.DOTALL)
_WIDER: Final = 0.35  # what a capital takes more than other letters
# Rows are of a kind that lie beyond the same border and have boxes in the same columns.
_Kind = tuple[str, tuple[bool, ...]]


class Box(Struct, frozen=True):
    """A box on the sheet; a head is the title of a column and has no edge."""

    left: int
    top: int
    width: int
    height: int
    lines: tuple[Line, ...]
    column: int


class Arrow(Struct, frozen=True):
    """A line from one box to the next on its right; each end is a distance across and down."""

    start: tuple[int, int]
    end: tuple[int, int]


class Border(Struct, frozen=True):
    """A line round one corner, and its name above it."""

    points: tuple[tuple[int, int], ...]
    label: str
    left: int
    top: int
    width: int


class Figure(Struct, frozen=True):
    """A figure laid out: all that there is to draw, and how large it is."""

    width: int
    height: int
    size: int  # of letters, in half points
    line_height: int
    heads: tuple[Box, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    borders: tuple[Border, ...]


class _Fit(Struct, frozen=True):
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


# Tried in turn: smaller letters first, then fewer lines.
_FITS: Final = (
    _Fit(18, 6, 6), _Fit(17, 5, 5), _Fit(16, 4, 4), _Fit(16, 3, 3), _Fit(16, 2, 2), _Fit(15, 2, 2),
    _Fit(15, 1, 2), _Fit(15, 1, 1),
)  # fmt: skip


def settled(rows: Sequence[FlowRow]) -> tuple[FlowRow, ...]:
    """The rows with `^` filled in, and hints that stand apart from any box moved into one."""
    above: dict[int, tuple[Line, ...]] = {}
    whole = []
    for row in rows:
        cells = [above.get(at, ()) if _same(cell) else cell for at, cell in enumerate(row.cells)]
        if len(cells) > 1 and _is_hint(cells[0]) and not cells[1]:
            home = max(at for at, cell in enumerate(cells) if cell)
            cells[home] = cells[0] + cells[home] if home else cells[0]
            cells[0] = cells[0] if not home else ()
        above.update({at: cell for at, cell in enumerate(cells) if cell})
        if any(cells):
            whole.append(FlowRow(tuple(cells), row.border))
    return tuple(whole)


def _same(cell: Sequence[Line]) -> bool:
    only = cell[0][0] if len(cell) == 1 and len(cell[0]) == 1 else None
    return isinstance(only, Text) and not only.value and only.text.strip() == _SAME


def _is_hint(cell: Sequence[Line]) -> bool:
    """Whether a cell holds nothing but what a condition says that is not decided yet."""
    content = [
        inline
        for line in cell
        for inline in line
        if not isinstance(inline, Text) or inline.text.strip()
    ]
    return bool(content) and all(isinstance(inline, Text) and inline.gap for inline in content)


def lay_out(flow: Flow, rows: Sequence[FlowRow], width: int, most: int) -> Figure:
    """The figure, at most `most` high: letters get smaller, long texts are cut, then rows folded.

    `rows` are those of the flow as `settled` gives them, one at least.
    """
    for fit in _FITS:
        figure = _Layout(flow, rows, width, fit).figure()
        if figure.height <= most:
            return figure
    folded: Counter[_Kind] = Counter()
    layout = _Layout(flow, rows, width, _FITS[-1])
    while figure.height > most and (fullest := layout.fullest(folded)) is not None:
        kind, count = fullest
        # Several at once, but never more than must go: each layout costs as much as it has rows.
        folded[kind] += max(1, min((figure.height - most) // layout.highest_row, count // 8))
        layout = _Layout(flow, _fold(rows, folded), width, _FITS[-1])
        figure = layout.figure()
    return figure


def alt_text(flow: Flow, rows: Sequence[FlowRow]) -> str:
    """A figure in words: its title, then each way through it, as `rows` have it."""
    ways = "；".join(_ways(rows))
    return f"{flow.caption}。{'、'.join(flow.columns)}，从左到右：{ways}。"


def _ways(rows: Sequence[FlowRow]) -> Iterator[str]:
    for row in rows:
        boxes = ["，".join(line_text(line).strip() for line in cell) for cell in row.cells if cell]
        beyond = f"（{row.border}）" if row.border else ""
        yield " → ".join(boxes) + beyond


# Where boxes, arrows and borders stand.


class _Place(Struct):
    """A box being placed: how high it must be (`need`), then its top and bottom."""

    column: int
    lines: tuple[Line, ...]
    need: int
    border: str
    top: int = 0
    bottom: int = 0


class _Track(Struct):
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


class _Span(NamedTuple):
    """A box and the rows of a track, first to last, that it spans."""

    track: _Track
    first: int
    last: int
    place: _Place

    @property
    def rows(self) -> list[FlowRow]:
        return self.track.rows[self.first : self.last + 1]


class _Layout:
    """The boxes of a flow placed for one fit: side by side in tracks, level with their rows."""

    def __init__(self, flow: Flow, rows: Sequence[FlowRow], width: int, fit: _Fit) -> None:
        self.flow, self.fit, self.width = flow, fit, width
        room = width - _ARROW * (len(flow.widths) - 1)
        whole = sum(flow.widths)
        self.widths = [int(room * share / whole) for share in flow.widths]
        self.lefts = [sum(self.widths[:at]) + _ARROW * at for at in range(len(self.widths))]
        self.tracks = [_Track(together) for together in _tracks(rows)]
        self.places: dict[tuple[int, str, int], _Place] = {}
        self.spans: list[_Span] = []
        shown = Counter(box for track in self.tracks for box in _boxes(track))
        for track in self.tracks:
            self._measure(track, {box for box, tracks in shown.items() if tracks == 1})

    def _measure(self, track: _Track, own: Collection[tuple[int, str]]) -> None:
        """How high the rows of a track are; `own` are the boxes that no two tracks share."""
        rows = track.rows
        track.heights = [0] * len(rows)
        borders = [row.border for row in rows]
        track.above = [
            _LABEL if name and name not in borders[:at] else 0 for at, name in enumerate(borders)
        ]
        spans = sorted(self._spans(track), key=lambda span: span.last - span.first)
        track.boxes = [0] * len(rows)
        for _, first, last, place in spans:
            if first == last and (place.column, rows[first].keys[place.column]) in own:
                track.boxes[first] = max(track.boxes[first], place.need)
        for _, first, last, place in spans:
            numbers = range(first, last + 1)
            has = sum(track.heights[at] for at in numbers) + _GAP * (len(numbers) - 1)
            for at in numbers:
                track.heights[at] += max(0, -(-(place.need - has) // len(numbers)))
        self.spans += spans

    def _spans(self, track: _Track) -> Iterator[_Span]:
        """The boxes of a track with the first and last of the rows that they span."""
        for column in range(len(self.widths)):
            keys, before = [row.keys[column] for row in track.rows], set[str]()
            for key, numbers in groupby(range(len(keys)), keys.__getitem__):
                first, *more = numbers
                if track.rows[first].cells[column]:
                    # A box that the same track shows before stands there a second time.
                    place = self._place(column, track.rows[first], first if key in before else 0)
                    yield _Span(track, first, more[-1] if more else first, place)
                before.add(key)

    def _place(self, column: int, row: FlowRow, number: int) -> _Place:
        lines, count = _cut_box(row.cells[column], self.fit, self.widths[column] - 2 * PAD)
        need = count * self.fit.height + 2 * PAD
        new = _Place(column, lines, need, row.border)
        return self.places.setdefault((column, row.keys[column], number), new)

    @property
    def _highest(self) -> _Track:
        return max(self.tracks, key=lambda track: track.height)

    @property
    def highest_row(self) -> int:
        """With what parts it from the next, of the highest track."""
        track = self._highest
        return _GAP + max(sum(pair) for pair in zip(track.heights, track.above, strict=True))

    def fullest(self, folded: Counter[_Kind]) -> tuple[_Kind, int] | None:
        """What most rows of the highest track are like, and how many, if some of them can fold."""
        kinds = Counter(_kind_of(row) for row in self._highest.rows)
        kind, count = kinds.most_common(1)[0]
        return (kind, count) if count > 2 or not folded[kind] else None

    def figure(self) -> Figure:
        inner = max(track.height for track in self.tracks)
        tops = {id(track): self._row_edges(track, inner) for track in self.tracks}
        for track, first, last, place in self.spans:
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
        drawn = set()
        spans = sorted(self.spans, key=lambda span: span.place.column)
        for track in self.tracks:
            ways: list[list[_Place]] = [[] for _ in track.rows]
            for span in spans:
                if span.track is track:
                    for way in ways[span.first : span.last + 1]:
                        way.append(span.place)
            for way in ways:
                for left, right in zip(way, way[1:], strict=False):
                    if (id(left), id(right)) not in drawn:
                        drawn.add((id(left), id(right)))
                        yield self._arrow(left, right)

    def _arrow(self, left: _Place, right: _Place) -> Arrow:
        """Level with the middle of the smaller box where the larger one reaches it."""
        small, large = sorted((left, right), key=lambda place: place.bottom - place.top)
        level = (small.top + small.bottom) // 2
        ends = [level, level]
        if not large.top <= level <= large.bottom:
            ends = [(place.top + place.bottom) // 2 for place in (left, right)]
        start = self.lefts[left.column] + self.widths[left.column]
        return Arrow((start, ends[0]), (self.lefts[right.column], ends[1]))

    def _borders(self, bottom: int) -> Iterator[Border]:
        """In each column that holds boxes beyond a border, a line that parts them from the rest."""
        beyond: dict[tuple[str, int], list[_Place]] = {}
        inside = {id(span.place) for span in self.spans if any(not row.border for row in span.rows)}
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


# Rows.


def _boxes(track: _Track) -> set[tuple[int, str]]:
    """Columns and keys of what a track shows."""
    return {box for row in track.rows for box in enumerate(row.keys)}


def _kind_of(row: FlowRow) -> _Kind:
    return row.border, _shape(row)


def _shape(row: FlowRow) -> tuple[bool, ...]:
    """In which columns it has a box."""
    return tuple(map(bool, row.cells))


def _fold(rows: Sequence[FlowRow], folded: Mapping[_Kind, int]) -> tuple[FlowRow, ...]:
    """The rows without the last of each kind, for which one more row then stands.

    `folded` counts the steps by kind: the first takes two rows away, each other one.
    """
    kept = list(rows)
    for kind, steps in folded.items():
        of_kind = [row for row in rows if _kind_of(row) == kind]
        gone = of_kind[-steps - 1 :]
        ids = set(map(id, gone))
        place = next(at for at, row in enumerate(kept) if id(row) in ids)
        kept = [row for row in kept if id(row) not in ids]
        shown = {(at, key) for row in kept for at, key in enumerate(row.keys)}
        beyond = f"{kind[0]}外" if kind[0] else ""
        note: tuple[Line, ...] = ((Text(f"{beyond}另有{len(gone)}项，见表"),),)
        cells = tuple(
            cell if not cell or (at, key) in shown else note
            for at, (cell, key) in enumerate(zip(gone[0].cells, gone[0].keys, strict=True))
        )
        kept.insert(place, FlowRow(cells, gone[0].border))
    return tuple(kept)


def _tracks(rows: Sequence[FlowRow]) -> list[list[FlowRow]]:
    """Rows that must lie one under the other, together; boxes that are one lie side by side."""
    groups: list[_Group] = []
    for row in rows:
        apart, joined = [], _Group(tuple(set() for _ in row.cells))
        for group in groups:
            if group.lies_apart(row):
                apart.append(group)
            else:
                joined.join(group)
        joined.add(row)
        groups = [*apart, joined]
    first: dict[tuple[int, str], int] = {}
    for number, row in enumerate(rows):
        for box in enumerate(row.keys):
            first.setdefault(box, number)

    def order(row: FlowRow) -> tuple[object, ...]:
        boxes = [first[at, row.keys[at]] if cell else -1 for at, cell in enumerate(row.cells)]
        return (bool(row.border), row.border, *boxes)

    return [sorted(group.rows, key=order) for group in groups]


class _Group(Struct):
    """Rows that must lie one under the other: what they say in each column, where they do."""

    keys: tuple[set[str], ...]
    shapes: set[tuple[bool, ...]] = field(default_factory=set)
    rows: list[FlowRow] = field(default_factory=list)

    def add(self, row: FlowRow) -> None:
        for said, cell, key in zip(self.keys, row.cells, row.keys, strict=True):
            if cell:
                said.add(key)
        self.shapes.add(_shape(row))
        self.rows.append(row)

    def join(self, other: _Group) -> None:
        for said, more in zip(self.keys, other.keys, strict=True):
            said |= more
        self.shapes |= other.shapes
        self.rows += other.rows

    def lies_apart(self, row: FlowRow) -> bool:
        """Whether the row shares a box with each of these, differs in none and adds to each."""
        own = _shape(row)
        return all(
            said <= {key}
            for said, cell, key in zip(self.keys, row.cells, row.keys, strict=True)
            if cell
        ) and all(
            any(map(and_, own, shape)) and not (all(own) and all(shape)) for shape in self.shapes
        )


# Text in a box.


def box_lines(line: Line) -> tuple[Line, ...]:
    """The lines of a box: a template parts them by `//`; empty ones are left out."""
    lines: list[list[Inline]] = [[]]
    for inline in line:
        if isinstance(inline, Text) and not inline.value:
            first, *rest = _LINE_BREAK.split(inline.text)
            lines[-1].append(inline._replace(text=first))
            lines.extend([inline._replace(text=text)] for text in rest)
        else:
            lines[-1].append(inline)
    return tuple(tuple(part) for part in lines if line_text(part).strip())


def _cut_box(cell: Sequence[Line], fit: _Fit, width: int) -> tuple[tuple[Line, ...], int]:
    """The lines as far as they fit, cut with `…`, and how many lines they take on paper."""
    columns, total = fit.columns(width), 0
    kept: list[Line] = []
    for number, line in enumerate(cell):
        short = _cut_line(line, columns, fit.detail if number else fit.name)
        kept.append(short)
        total += lines_of(line_text(short), columns)
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
            match.end(),
            match[0],
            display_width(match[0]) + _WIDER * sum(map(str.isupper, match[0])),
        )
        for match in _WORD.finditer(text)
    )


def _cut_line(line: Line, columns: int, most: int) -> Line:
    """A line that takes no more than `most` lines; a gap is never cut."""
    if lines_of(line_text(line), columns) <= most:
        return line
    kept: list[Inline] = []
    for inline in line:
        if isinstance(inline, Text) and not inline.gap:
            inline = _longest(inline, line_text(kept), columns, most)
        kept.append(inline)
        if isinstance(inline, Text) and inline.text.endswith(_MORE):
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
