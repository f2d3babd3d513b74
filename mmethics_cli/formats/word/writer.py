"""From blocks to a Word file: the same input gives the same bytes.

The body is written as text part by part, which is many times faster than building a tree; its
order of elements is proved by Microsoft's validator in the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.formats.blocks import (
    Beside,
    Block,
    Flow,
    Framed,
    Heading,
    KeptTogether,
    PageBreak,
    Paragraph,
    Picture,
    Signatures,
    Stamp,
    Table,
    Text,
)
from mmethics_cli.formats.maker import MADE_BY, MADE_BY_PART
from mmethics_cli.formats.word.archive import zipped
from mmethics_cli.formats.word.flow_xml import flow_xml
from mmethics_cli.formats.word.page import DOCUMENT, Page, core_xml, footer_xml, header_xml
from mmethics_cli.formats.word.runs import Drawings, Runs, paragraph
from mmethics_cli.formats.word.style import TypeSize, base_parts, base_relations
from mmethics_cli.formats.word.tables import beside_xml, frame_xml, signatures_xml, table_xml

_HEADINGS: Final = ("Title", "Heading1", "Heading2", "Heading3")
_HELD_WITH_SIGNATURE: Final = 3  # blocks
_LIST_STEP: Final = 420
_PAGE_BREAK: Final = "<w:pageBreakBefore/>"
_MAIN: Final = "word/document.xml"


def write(
    blocks: Sequence[Block],
    stamp: Stamp,
    page: Page,
    pictures: Mapping[str, bytes],
    line: float = 1.5,
    *,
    draft: bool,
    size: TypeSize = "text",
    running: tuple[str, str] = ("", ""),
) -> bytes:
    """Blocks as .docx on the given paper, `line` lines high; in that type.

    `pictures` are PNG files by the names that the blocks call them. Raises TemplateError where one
    is lacking or no PNG file. `running` are the committee and the number of the study, for the
    head of each page. A draft carries the watermark 草稿.
    """
    parts = dict(base_parts(line, size))
    drawings = Drawings(pictures)
    body = "".join(_Body(page, Runs(drawings)).all(blocks))
    drawings.add_to(parts)
    section = page.section(base_relations())
    parts[_MAIN] = f"{DOCUMENT}{body}{section}</w:body></w:document>".encode()
    parts["word/header1.xml"] = header_xml(stamp, page, draft, running).encode()
    parts["word/footer1.xml"] = footer_xml(stamp).encode()
    parts["docProps/core.xml"] = core_xml(stamp).encode()
    parts[MADE_BY_PART] = MADE_BY
    return zipped(parts)


class _Body(Struct):
    """Writes blocks one after the other; `fresh_page` is pending until the next one.

    `whole` while what is written stays on one page.
    """

    page: Page
    runs: Runs
    fresh_page: bool = False
    whole: bool = False

    def all(self, blocks: Sequence[Block]) -> Iterator[str]:
        for at, block in enumerate(blocks):
            yield self._block(block, _held(blocks, at), last=at + 1 == len(blocks))

    def _block(self, block: Block, keep: bool, last: bool) -> str:
        match block:
            case PageBreak():
                self.fresh_page = True
                return ""
            case Heading(level, line):
                style = _HEADINGS[min(level, len(_HEADINGS) - 1)]
                return self._paragraph(style, self.runs.line(line), keep)
            case Paragraph():
                return self._text(block, keep)
            case KeptTogether(inner):
                return "".join(self._together(inner))
            case Table():
                body = table_xml(block, self.runs, self.page.text_width, keep, self.whole)
            case Flow():
                return self._figure(block, keep)
            case Signatures():
                body = signatures_xml(block, self.runs, self.page.text_width, keep=last)
            case Beside(rows):
                body = beside_xml([self._beside(row) for row in rows], self.page.text_width)
            case Framed(note, blocks):
                if note:
                    return "".join(self._note(inner, keep) for inner in blocks)
                body = self._framed(blocks)
        head = paragraph("Normal", "", extra=(_PAGE_BREAK, _thin(1))) if self._turn() else ""
        return head + body + _spacer(keep, last)

    def _together(self, blocks: Sequence[Block]) -> Iterator[str]:
        self.whole = True
        for at, block in enumerate(blocks, 1):
            yield self._block(block, keep=at < len(blocks), last=False)
        self.whole = False

    def _turn(self) -> bool:
        """Whether this block begins a page; asked once."""
        fresh, self.fresh_page = self.fresh_page, False
        return fresh

    def _paragraph(self, style: str, content: str, keep: bool, *extra: str) -> str:
        breaks = (_PAGE_BREAK,) if self._turn() else ()
        return paragraph(style, content, keep=keep, extra=(*breaks, *extra))

    def _text(self, block: Paragraph, keep: bool) -> str:
        content = self.runs.line(block.line)
        if len(block.line) == 1 and isinstance(block.line[0], Picture):
            return self._paragraph("Normal", content, True, '<w:jc w:val="center"/>')
        if not block.depth:
            return self._paragraph("BodyIndent", content, keep)
        left = _LIST_STEP * (block.depth + 1)
        hanging = f' w:hanging="{_LIST_STEP}"' if block.number else ""
        indent = f'<w:ind w:left="{left}"{hanging}/>'
        return self._paragraph("ListItem", _mark(block) + content, keep, indent)

    def _figure(self, block: Flow, keep: bool) -> str:
        content = flow_xml(block, self.runs, self.page.text_width, self.page.figure_height)
        centred = '<w:jc w:val="center"/>'
        return self._paragraph("Normal", content, keep, centred) if content else ""

    def _note(self, block: Block, keep: bool) -> str:
        if not isinstance(block, Paragraph):
            return self._block(block, keep, last=False)
        return self._paragraph("NoteText", _mark(block) + self.runs.line(block.line), keep)

    def _beside(self, row: tuple[Sequence[Block], Sequence[Block]]) -> tuple[str, str]:
        half = replace(self.page, inset=self.page.inset + self.page.text_width // 2)
        left, right = ("".join(_Body(half, self.runs).all(blocks)) for blocks in row)
        return left or paragraph("Normal", ""), right or paragraph("Normal", "")

    def _framed(self, blocks: Sequence[Block]) -> str:
        inner = _Body(replace(self.page, inset=340), self.runs)
        content = "".join(inner.all(blocks))
        return frame_xml(content or paragraph("Normal", ""), self.page.text_width)


def _held(blocks: Sequence[Block], at: int) -> bool:
    """Whether a block stays on the page of what follows: a signature, or what it introduces.

    The sentence above a signature must; the paragraphs before that sentence go with it, so that no
    page holds a signature and a line or two alone.
    """
    block, next_ = blocks[at], _next(blocks, at)
    if isinstance(block, Paragraph) and (isinstance(next_, Table | Flow) or _announces(block)):
        return True
    if at and _leads(blocks[at - 1], next_):
        return True
    for after in blocks[at + 1 : at + 1 + _HELD_WITH_SIGNATURE]:
        if isinstance(after, Signatures):
            return True
        if not isinstance(after, Paragraph):
            return False
    return False


def _leads(before: Block, after: Block | None) -> bool:
    """Whether what stands between two blocks leads from a heading to the first one below it."""
    if isinstance(after, KeptTogether):
        after = next(iter(after.blocks), None)
    return isinstance(before, Heading) and isinstance(after, Heading) and after.level > before.level


def _announces(block: Paragraph) -> bool:
    """Whether a paragraph only says that something follows: “本人承诺：”."""
    last = block.line[-1] if block.line else None
    return isinstance(last, Text) and last.text.rstrip().endswith(("：", ":"))


def _next(blocks: Sequence[Block], at: int) -> Block | None:
    return blocks[at + 1] if at + 1 < len(blocks) else None


def _mark(paragraph: Paragraph) -> str:
    """The mark of a list item, before its text."""
    number = paragraph.number
    return f"<w:r><w:t>{number}</w:t><w:tab/></w:r>" if number else ""


def _thin(points: int) -> str:
    return f'<w:spacing w:line="{points * 20}" w:lineRule="exact"/>'


def _spacer(keep: bool, last: bool) -> str:
    """The paragraph that parts a table from what follows; at the end it takes no room."""
    return paragraph("Normal", "", keep=keep, extra=(_thin(1 if last else 6),))
