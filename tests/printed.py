"""Documents as LibreOffice prints them: pages, words, papers, ink."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import docx
import openpyxl
from msgspec import Struct

from mmethics_cli.store.pdf import fonts_xml

# Families that our templates name → what a Linux machine has instead.
DPI: Final = 36  # of the grey maps that `ink` reads
_X: Final = "{http://www.w3.org/1999/xhtml}"


class Frame(Struct, frozen=True):
    """A paper size and where its text may stand, in points from the top left corner."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    header: float
    footer: float


class Word(Struct, frozen=True):
    text: str
    left: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class Page(Struct, frozen=True):
    number: int
    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def lines(self) -> list[list[Word]]:
        """The words as rows from the top, each from the left, whatever cells they stand in."""
        rows: list[list[Word]] = []
        for word in sorted(self.words, key=lambda word: word.top):
            if not rows or rows[-1][0].bottom < word.middle:
                rows.append([])
            rows[-1].append(word)
        return [sorted(row, key=lambda word: word.left) for row in rows]

    @property
    def text(self) -> str:
        return "".join(word.text for line in self.lines for word in line)


class Converted(Struct, frozen=True, dict=True):
    """A document and the PDF that LibreOffice made of it."""

    source: Path
    pdf: Path

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        root = ElementTree.fromstring(_output("pdftotext", "-bbox-layout", self.pdf, "-"))
        return tuple(_page(number, node) for number, node in enumerate(root.iter(_X + "page"), 1))

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        return tuple((_docx_frames if self.source.suffix == ".docx" else _xlsx_frames)(self.source))

    def frame(self, page: Page) -> Frame | None:
        """The frame of the paper that the page is printed on; the widest where several fit."""
        fitting = [
            frame
            for frame in self.frames
            if abs(frame.width - page.width) < 3 and abs(frame.height - page.height) < 3
        ]
        return min(fitting, key=lambda frame: frame.left + frame.top, default=None)


def convert(sources: Sequence[Path], folder: Path) -> list[Converted]:
    """Convert all `sources` in one call of LibreOffice with a profile of its own under `folder`."""
    fonts = folder / "fonts.conf"
    fonts.write_text(fonts_xml(), encoding="utf-8")
    staged = []
    for number, source in enumerate(sources):  # a .docx and an .xlsx may share their stem
        staged.append(folder / f"{number:04d}{source.suffix}")
        staged[-1].write_bytes(source.read_bytes())
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--norestore", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", folder, *staged],
        env=os.environ | {"FONTCONFIG_FILE": str(fonts)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60 + 10 * len(staged),
        check=True,
    )
    made = [path.with_suffix(".pdf") for path in staged]
    # LibreOffice exits 0 for files that it could not read: the product is the only proof.
    lost = [str(source) for source, pdf in zip(sources, made, strict=True) if not pdf.exists()]
    if lost:
        raise AssertionError(f"LibreOffice made no PDF of {', '.join(lost)}")
    return [Converted(source, pdf) for source, pdf in zip(sources, made, strict=True)]


def _page(number: int, node: ElementTree.Element) -> Page:
    words = tuple(
        Word(word.text or "", *(float(word.get(side, 0)) for side in ("xMin", "yMin", "yMax")))
        for word in node.iter(_X + "word")
    )
    return Page(number, float(node.get("width", 0)), float(node.get("height", 0)), words)


def _docx_frames(source: Path) -> Iterator[Frame]:
    for section in docx.Document(str(source)).sections:
        lengths = (
            section.page_width,
            section.page_height,
            section.left_margin,
            section.right_margin,
            section.top_margin,
            section.bottom_margin,
            section.header_distance,
            section.footer_distance,
        )
        yield Frame(*(length.pt if length is not None else 0.0 for length in lengths))


def _xlsx_frames(source: Path) -> Iterator[Frame]:
    for sheet in openpyxl.load_workbook(source).worksheets:
        margins = sheet.page_margins
        width, height = 595.3, 841.9  # A4
        if sheet.page_setup.orientation == "landscape":
            width, height = height, width
        lengths = (margins.left, margins.right, margins.top, margins.bottom)
        distances = (margins.header, margins.footer)
        yield Frame(width, height, *(72 * (length or 0.0) for length in (*lengths, *distances)))


def ink(pdf: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Each page as grey rows (0 black, 255 white) with the width of a row."""
    data = _output("pdftoppm", "-gray", "-r", str(DPI), pdf)
    while data:
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", data)
        assert head, "pdftoppm writes grey maps"
        width, height = int(head[1]), int(head[2])
        start, end = head.end(), head.end() + width * height
        yield width, [data[at : at + width] for at in range(start, end, width)]
        data = data[end:]


def _output(*command: str | Path) -> bytes:
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
