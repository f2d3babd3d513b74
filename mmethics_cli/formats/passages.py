"""What a file says in order of reading, each paragraph and cell with its place.

The one way in which words written elsewhere are read: a protocol to take answers from, an
attachment to compare with the dossier, a form that somebody filled in.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mmethics_cli.errors import DocumentError

if TYPE_CHECKING:
    from mmethics_cli.formats.word.markup import Element
    from mmethics_cli.formats.word.reading import WordReader

_HEADING: Final = re.compile(r"(?:heading|标题) ?([1-9])")
# A heading that has no style: short, numbered, without a full stop.
_NUMBERED: Final = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}[、．.章节]|（[一二三四五六七八九十]{1,3}）|"
    r"\d{1,2}(?:[.．]\d{1,2}){0,3}[、.．\s]?)\s*(?=[^\d\s])"
)
_LONGEST_HEADING: Final = 40
_SENTENCE: Final = re.compile("[。；;！？]|[:：].")
# Nobody reads on after so many pages; a hostile file has more.
_MOST_PAGES: Final = 500


class FilePassage(Struct, frozen=True):
    """A paragraph, or a cell of a table.

    `place` says where it stands (第 3 段，表 2 第 1 行第 2 格，第 4 页第 7 行). `heading` is the
    level of a heading, 0 for other text. A cell has the numbers of its `table`, `row` and `cell`,
    from 1; outside tables they are 0.
    """

    text: str
    place: str
    heading: int = 0
    table: int = 0
    row: int = 0
    cell: int = 0


def passages(data: bytes, name: str) -> tuple[FilePassage, ...]:
    """All that a file says that is not blank; `name` ends in .docx, .pdf, .txt or .md.

    Raises DocumentError, which calls the file by `name`, when it can't be read, or has no text.
    """
    kind = PurePath(name).suffix.lower()
    if kind == ".pdf":
        return tuple(_of_pdf(data, name))
    if kind in (".txt", ".md"):
        return tuple(_of_text(data, name))
    if kind != ".docx":
        raise DocumentError(
            f"{name}：只读得了 .docx、.pdf、.txt 和 .md。请用 Word 或 WPS 打开，另存为 .docx 再试。"
        )
    from mmethics_cli.formats.word.reading import read

    reader = read(data, name)
    return tuple(_of_word(reader))


def heading_level(text: str) -> int:
    """The level of a heading that only its numbering tells; 0 where it is none."""
    line = text.strip()
    number = _NUMBERED.match(line)
    if number is None or len(line) > _LONGEST_HEADING or _SENTENCE.search(line[number.end() :]):
        return 0
    sign = number.group().strip()
    if sign.startswith("（"):
        return 2
    return len(re.findall(r"\d+", sign)) or 1


def _of_word(reader: WordReader) -> Iterator[FilePassage]:
    from mmethics_cli.formats.word.markup import TBL, blocks, cells, rows

    paragraph = table = 0
    for block in blocks(reader.package.body):
        if block.tag == TBL:
            table += 1
            for row_number, row in enumerate(rows(block), 1):
                for cell_number, cell in enumerate(cells(row), 1):
                    if text := reader.text(cell).strip():
                        place = f"表 {table} 第 {row_number} 行第 {cell_number} 格"
                        yield FilePassage(text, place, 0, table, row_number, cell_number)
        else:
            paragraph += 1
            if text := reader.text(block).strip():
                level = _styled_level(reader, block) or heading_level(text)
                yield FilePassage(text, f"第 {paragraph} 段", level)


def _styled_level(reader: WordReader, paragraph: Element) -> int:
    style = _HEADING.match(reader.style(paragraph))
    return int(style.group(1)) if style else 0


def _of_text(data: bytes, name: str) -> Iterator[FilePassage]:
    """The lines of a plain text; `#` before one makes it a heading, as Markdown has it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise DocumentError(f"{name}：不是文字文件，或编码认不出。请存为 UTF-8 再试。")
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        level = len(words) - len(words.lstrip("#"))
        if words := words.lstrip("#").strip():
            yield FilePassage(words, f"第 {number} 行", level or heading_level(words))


def _of_pdf(data: bytes, name: str) -> Iterator[FilePassage]:
    # Loaded late: most runs meet no PDF.
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(data))
        texts = [page.extract_text() for page in reader.pages[:_MOST_PAGES]]
    except Exception as error:  # pypdf has many ways to stumble over a damaged file
        raise DocumentError(
            f"{name}：读不出这份 PDF：文件已损坏或加了密码。请换成 .docx 再试。"
        ) from error
    if not any(text.strip() for text in texts):
        raise DocumentError(f"{name}：这份 PDF 里没有文字（多半是扫描件）。请换成 .docx 再试。")
    for page_number, text in enumerate(texts, 1):
        for line_number, line in enumerate(text.splitlines(), 1):
            if words := line.strip():
                place = f"第 {page_number} 页第 {line_number} 行"
                yield FilePassage(words, place, heading_level(words))
