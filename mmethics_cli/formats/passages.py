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
    from xml.etree.ElementTree import Element

_HEADING: Final = re.compile(r"(?:heading|标题) ?([1-9])")
# A heading that has no style: short, numbered, without a full stop.
_NUMBERED: Final = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}[、．.章节]|（[一二三四五六七八九十]{1,3}）|"
    r"\d{1,2}(?:[.．]\d{1,2}){0,3}[、.．\s]?)\s*(?=[^\d\s])"
)
_LONGEST_HEADING: Final = 40
_SENTENCE: Final = re.compile("[。；;！？]|[:：].")
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The strict form of the standard says the same under another name.
_STRICT: Final = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_HOLDERS: Final = frozenset(
    f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")
)
_UNREAD: Final = frozenset(
    f"{_W}{name}"
    for name in ("del", "moveFrom", "pPr", "rPr", "drawing", "pict", "object", "sdtPr")
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"}
_SIGNS: Final = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n"}
_MOST_BYTES: Final = 64 * 1024**2  # of a part, unfolded
# Nobody reads on after so many pages; a hostile file has more.
_MOST_PAGES: Final = 500


class FilePassage(Struct, frozen=True):
    """A paragraph, or a cell of a table.

    `place` says where it stands (第 3 段, 表 2 第 1 行第 2 格, 第 4 页第 7 行), `heading` the
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
    """All that a file says that is not blank; `name` ends in .docx, .xlsx, .pdf, .txt or .md.

    Raises DocumentError, which calls the file by `name`, when it can't be read, or has no text.
    """
    kind = PurePath(name).suffix.lower()
    if kind == ".pdf":
        return tuple(_of_pdf(data, name))
    if kind in (".txt", ".md"):
        return tuple(_of_text(data, name))
    if kind == ".xlsx":
        return tuple(_of_sheets(data, name))
    if kind != ".docx":
        raise DocumentError(
            f"{name}：只读得了 .docx、.xlsx、.pdf、.txt 和 .md。"
            "请用 Word 或 WPS 打开，另存为 .docx 再试。"
        )
    try:
        return tuple(_of_word(data, name))
    except RecursionError as error:  # elements in elements without end
        raise DocumentError(f"{name}：里面的层次深得不合常理，没有继续读。") from error


def _of_sheets(data: bytes, name: str) -> Iterator[FilePassage]:
    """The cells of the sheets of a workbook."""
    # Loaded late: most files are no workbooks.
    from mmethics_cli.formats.form.grid import ADDRESS
    from mmethics_cli.formats.form.sheet import opened_sheets

    try:
        body = opened_sheets(data).body
    except DocumentError as error:
        raise DocumentError(f"{name}：{error.message}") from error
    for table, sheet in enumerate(body.iter(f"{_W}tbl"), 1):
        for row_number, row in enumerate(sheet, 1):
            for number, cell in enumerate(row, 1):
                words = (
                    "".join(run.text or "" for run in p.iter(f"{_W}t")) for p in cell.iter(f"{_W}p")
                )
                if text := "\n".join(words).strip():
                    yield FilePassage(text, cell.get(ADDRESS, ""), 0, table, row_number, number)


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


def _of_word(data: bytes, name: str) -> Iterator[FilePassage]:
    """The body of a Word file; what was struck out, and what stands in drawings, is left out."""
    document, styles = _word_parts(data, name)
    headings = _heading_styles(styles)
    paragraph = table = 0
    for block in _blocks(document):
        if block.tag == f"{_W}tbl":
            table += 1
            for row_number, row in enumerate(_within(block, "tr"), 1):
                for cell_number, cell in enumerate(_within(row, "tc"), 1):
                    text = "\n".join(_text(within) for within in cell.iter(f"{_W}p")).strip()
                    if text:
                        place = f"表 {table} 第 {row_number} 行第 {cell_number} 格"
                        yield FilePassage(text, place, 0, table, row_number, cell_number)
        else:
            paragraph += 1
            if text := _text(block).strip():
                style = block.find(f"{_W}pPr/{_W}pStyle")
                level = headings.get("" if style is None else style.get(f"{_W}val", ""), 0)
                yield FilePassage(text, f"第 {paragraph} 段", level or heading_level(text))


def _word_parts(data: bytes, name: str) -> tuple[Element, Element | None]:
    """The body and the styles of a Word file. Raises DocumentError for what is none.

    Not by lxml, which takes long to load: every check reads attached papers.
    """
    import zipfile
    from xml.etree import ElementTree

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            roots = []
            for part in ("word/document.xml", "word/styles.xml"):
                info = archive.NameToInfo.get(part)
                body = archive.read(info) if info and info.file_size <= _MOST_BYTES else b""
                declared = b"<!DOCTYPE" in body or b"<!ENTITY" in body
                body = body.replace(_STRICT, _W[1:-1].encode())
                roots.append(ElementTree.fromstring(body) if body and not declared else None)
        root = None if roots[0] is None else roots[0].find(f"{_W}body")
        if root is None:
            raise DocumentError("里面没有读得出的正文")
    except Exception as error:  # zipfile has many ways to stumble over a damaged file
        raise DocumentError(
            f"{name}：不是完好的 Word 文档（.docx）：已损坏、加了密码，或是别的格式。"
            "请用 Word 或 WPS 打开，另存为 .docx 再试。"
        ) from error
    return root, roots[1]


def _heading_styles(styles: Element | None) -> dict[str, int]:
    """The levels of headings by the ids of their styles."""
    levels = {}
    for style in () if styles is None else styles.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        heading = _HEADING.match("" if name is None else name.get(f"{_W}val", "").lower())
        if heading:
            levels[style.get(f"{_W}styleId", "")] = int(heading.group(1))
    return levels


def _blocks(holder: Element) -> Iterator[Element]:
    """Paragraphs and tables in order, those in content controls too."""
    for child in holder:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in _HOLDERS:
            yield from _blocks(child)


def _within(holder: Element, name: str) -> Iterator[Element]:
    for child in holder:
        if child.tag == f"{_W}{name}":
            yield child
        elif child.tag in _HOLDERS:
            yield from _within(child, name)


def _text(element: Element) -> str:
    """What a reader sees of a paragraph."""
    if element.tag == f"{_W}t":
        return element.text or ""
    if element.tag in _SIGNS:
        return _SIGNS[element.tag]
    if element.tag in _UNREAD:
        return ""
    return "".join(map(_text, element))


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
