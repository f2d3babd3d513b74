"""From blocks to a Word file: the same input gives the same bytes.

The body is written as text part by part, which is many times faster than building a tree; its
order of elements is proved by Microsoft's validator in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from mmethics_cli.formats.blocks import Block, Stamp
from mmethics_cli.formats.word.page import Page
from mmethics_cli.formats.word.style import TypeSize
from mmethics_cli.formats.word.writer import write
from mmethics_cli.render.markdown import blocks_of
from mmethics_cli.render.text import Rendered

_LINES: Final[Mapping[str, float]] = {
    "form": 1.25, "letter": 1.5, "consent": 1.05, "textbook": 1.1, "large": 1.15,
}  # fmt: skip
_SIZES: Final[Mapping[str, TypeSize]] = {
    "form": "form", "consent": "consent", "textbook": "textbook", "large": "large",
}  # fmt: skip
# Papers that participants take home: every page that they do not have to turn is a page read.
_CLOSE: Final = frozenset({"consent", "textbook", "large"})


def word_file(rendered: Rendered, stamp: Stamp, *, draft: bool) -> bytes:
    """A rendered document as .docx; a draft carries the watermark 草稿."""
    return _written(_blocks(rendered), rendered, stamp, draft)


def bilingual_file(rendered: Rendered, english: Rendered, stamp: Stamp, *, draft: bool) -> bytes:
    """A document with its English version beside it, as .docx; places to fill in stand once."""
    from mmethics_cli.render.bilingual import side_by_side

    blocks = side_by_side(_blocks(rendered), _blocks(english))
    title = f"{stamp.title} {english.title}"
    return _written(blocks, rendered, replace(stamp, title=title), draft)


def _blocks(rendered: Rendered) -> tuple[Block, ...]:
    return blocks_of(rendered.markdown, rendered.fills, rendered.title)


def _written(blocks: Sequence[Block], rendered: Rendered, stamp: Stamp, draft: bool) -> bytes:
    close = rendered.layout in _CLOSE
    page, line = Page(rendered.landscape, close=close), _LINES[rendered.layout]
    size, running = _SIZES.get(rendered.layout, "text"), rendered.running
    return write(
        blocks, stamp, page, rendered.pictures, line, draft=draft, size=size, running=running
    )
