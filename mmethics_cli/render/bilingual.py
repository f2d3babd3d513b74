"""One document in two languages: what is read stands side by side, what is filled in, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from msgspec.structs import replace

from mmethics_cli.formats.blocks import (
    Beside,
    Block,
    Cell,
    Framed,
    Heading,
    Inline,
    KeptTogether,
    Line,
    Paragraph,
    Signatures,
    Table,
    Text,
    Tick,
)

_Read = Heading | Paragraph
_BREAK = Text("\n")


def side_by_side(left: Sequence[Block], right: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks of a document with those of its translation beside them.

    Both hold the same: tables, places to sign and boxes to tick come in the same order, and stand
    once, each with its words in both languages. Where they do not, both stand, one after the other.
    """
    return tuple(_paired(_stretches(left), _stretches(right)))


_Stretch = tuple[_Read, ...] | Block


def _stretches(blocks: Sequence[Block]) -> list[_Stretch]:
    """Blocks that are only read, gathered between those that are filled in."""
    stretches: list[_Stretch] = [()]
    for block in blocks:
        last = stretches[-1]
        if isinstance(block, Heading | Paragraph) and not _is_filled_in(block):
            assert isinstance(last, tuple)
            stretches[-1] = (*last, block)
        else:
            stretches += [block, ()]
    return stretches


def _is_filled_in(block: _Read) -> bool:
    title = isinstance(block, Heading) and block.level == 0
    return title or any(isinstance(inline, Tick) for inline in block.line)


def _paired(left: Sequence[_Stretch], right: Sequence[_Stretch]) -> Iterator[Block]:
    pairs = list(zip_longest(left, right, fillvalue=()))
    for at, (chinese, english) in enumerate(pairs):
        if isinstance(chinese, tuple) and isinstance(english, tuple):
            signed = at + 1 < len(pairs) and isinstance(pairs[at + 1][0], Signatures)
            yield from _beside(chinese, english, signed=signed)
        elif (
            isinstance(chinese, tuple)
            or isinstance(english, tuple)
            or type(chinese) is not type(english)
        ):
            yield from (block for both in (chinese, english) for block in _blocks(both))
        else:
            yield from _both(chinese, english)


def _beside(left: Sequence[_Read], right: Sequence[_Read], *, signed: bool) -> Iterator[Block]:
    """What is read, in two columns; what is `signed` below stands over its signature, in both."""
    last: tuple[Block, ...] = ()
    if signed and left and right and type(left[-1]) is type(right[-1]) is Paragraph:
        last = tuple(_both(left[-1], right[-1]))
        left, right = left[:-1], right[:-1]
    if left or right:
        yield Beside(tuple(_rows(left, right)))
    yield from last


def _blocks(stretch: _Stretch) -> tuple[Block, ...]:
    return stretch if isinstance(stretch, tuple) else (stretch,)


def _rows(
    left: Sequence[_Read], right: Sequence[_Read]
) -> Iterator[tuple[tuple[_Read, ...], tuple[_Read, ...]]]:
    """Block beside block where their kinds agree, else section beside section, else all in one."""
    if [type(block) for block in left] == [type(block) for block in right]:
        yield from (((chinese,), (english,)) for chinese, english in zip(left, right, strict=True))
        return
    mine, others = list(_sections(left)), list(_sections(right))
    if len(mine) == len(others) > 1:
        for chinese, english in zip(mine, others, strict=True):
            yield from _rows(chinese, english)
    else:
        yield tuple(left), tuple(right)


def _sections(blocks: Sequence[_Read]) -> Iterator[tuple[_Read, ...]]:
    section: tuple[_Read, ...] = ()
    for block in blocks:
        if isinstance(block, Heading) and section:
            yield section
            section = ()
        section += (block,)
    if section:
        yield section


def _both(chinese: Block, english: Block) -> Iterator[Block]:
    """Two blocks of one kind as one; both where they can't be."""
    match chinese, english:
        case Heading(line=mine), Heading(line=theirs):
            yield replace(chinese, line=_worded(mine, theirs))
        case Paragraph(line=mine), Paragraph(line=theirs):
            yield replace(chinese, line=_worded(mine, theirs))
        case Table(rows=mine), Table(rows=theirs) if _lengths(mine) == _lengths(theirs):
            yield replace(chinese, rows=tuple(map(_row, mine, theirs)))
        case Signatures(lines=mine), Signatures(lines=theirs) if _lengths(mine) == _lengths(theirs):
            yield Signatures(tuple(map(_labelled, mine, theirs)))
        case Framed(blocks=mine), Framed(blocks=theirs):
            yield replace(chinese, blocks=side_by_side(mine, theirs))
        case KeptTogether(blocks=mine), KeptTogether(blocks=theirs):
            yield KeptTogether(side_by_side(mine, theirs))
        case Table() | Signatures(), _:
            yield from (chinese, english)
        case _:
            yield chinese


def _lengths(rows: Sequence[Sequence[object]]) -> list[int]:
    return [len(row) for row in rows]


def _row(mine: Sequence[Cell], theirs: Sequence[Cell]) -> tuple[Cell, ...]:
    pairs = zip(mine, theirs, strict=True)
    return tuple(cell._replace(line=_worded(cell.line, other.line)) for cell, other in pairs)


def _worded(line: Line, other: Line) -> Line:
    """A line with the words of its translation under it; what is filled in stays where it is."""
    words = tuple(inline for inline in other if isinstance(inline, Text))
    said = "".join(inline.text for inline in words).strip()
    if not said or said == "".join(piece.text for piece in line if isinstance(piece, Text)).strip():
        return line
    return (*line, _BREAK, *words)


def _labelled(line: Line, other: Line) -> Line:
    """Places to sign, each with its label in both languages."""
    return tuple(
        part for mine, theirs in zip(line, other, strict=True) for part in _label(mine, theirs)
    )


def _label(mine: Inline, theirs: Inline) -> Iterator[Inline]:
    if isinstance(mine, Text) and isinstance(theirs, Text) and mine.text.strip():
        yield _with_words(mine, mine.text.rstrip().rstrip("：") + " ")
        yield _with_words(theirs, theirs.text.strip())
    else:
        yield mine


def _with_words(text: Text, words: str) -> Text:
    """The same face with other words."""
    return text._replace(text=words)
