"""The forms of `institutions.txt`, built as Word files, with what each of their blanks asks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import docx
from docx.document import Document
from msgspec import Struct

from tests.depth import some
from tests.forms.made import gap, rows

FORMS: Final = Path(__file__).with_name("institutions.txt")
_CELL: Final = re.compile(r"(.*?)(?: \[(.*)\])? = (\S+)")


class AskedBlank(Struct, frozen=True):
    label: str
    truth: str
    boxes: str = ""


class InstitutionForm(Struct):
    """A form: its title, the set it is counted with, its bytes, what its blanks ask in order."""

    title: str
    set: str
    data: bytes
    blanks: list[AskedBlank]


def institution_forms() -> Iterator[InstitutionForm]:
    """Half of the forms, of each kind; all at night."""
    chunks = re.split(r"(?m)^=== ", FORMS.read_text(encoding="utf-8"))[1:]
    for chunk in some(chunks, len(chunks) // 2):
        head, _, body = chunk.partition("\n")
        title, _, set_ = head.rpartition(" set=")
        builder = _Builder(title)
        for line in filter(None, body.splitlines()):
            builder.add(*line.split(" ", 1))
        yield InstitutionForm(title, set_, builder.saved(), builder.blanks)


class _Builder:
    def __init__(self, title: str) -> None:
        self.document: Document = docx.Document()
        self.document.add_paragraph(title)
        self.blanks: list[AskedBlank] = []
        self.rows: list[list[str]] = []

    def add(self, sign: str, rest: str) -> None:
        if sign == "#":
            self.rows.append([rest])
            return
        if sign == "##":
            self._end_table()
            self.document.add_paragraph(rest)
            return
        asked = [
            AskedBlank(match[1], match[3], match[2] or "")
            for part in rest.split(" ; ")
            if (match := _CELL.fullmatch(part.strip()))
        ]
        self.blanks += asked
        if sign == "-":
            self._end_table()
            parts = [text for one in asked for text in (f"  {one.label}：", " " * 16)]
            gap(self.document, parts[0].lstrip(), *parts[1:])
        elif sign == "|":
            self.rows.append([text for one in asked for text in (one.label, one.boxes)])
        elif sign == ">":
            self.rows += [[f"{asked[0].label}："], [""]]
        else:
            self._list([one.label for one in asked])

    def _list(self, labels: list[str]) -> None:
        """A list in a table of its own, under its heading."""
        heading = self.rows.pop() if self.rows and len(self.rows[-1]) == 1 else [""]
        self._end_table()
        self.document.add_paragraph(heading[0])
        number = ["1", *[""] * (len(labels) - 1)] if labels[0] == "序号" else [""] * len(labels)
        rows(self.document, [labels, number, ["2", *number[1:]] if number[0] else number])
        self.document.add_paragraph("")

    def _end_table(self) -> None:
        if self.rows:
            rows(self.document, self.rows)
            self.rows = []

    def saved(self) -> bytes:
        self._end_table()
        file = io.BytesIO()
        self.document.save(file)
        return file.getvalue()
