"""A study of the small pack, and documents printed from templates given in the test."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import docx
import yaml
from docx.document import Document
from docx.oxml.ns import qn

from mmethics_cli.core.conditions.values import Element, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.errors import Problem, UnreadableFile
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.study import Study, TransmittalRow
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import Rendered, render_text
from mmethics_cli.render.word import word_file
from tests.core.small_pack import small_standard

STANDARD = small_standard()
STAMP = Stamp("form", "申请表", "1.0", date(2027, 3, 1))
ASSETS = (
    Element("a1", {"name": "胸部 CT", "kind": "image", "state": "coded", "face": True}),
    Element("a2", {"name": "门诊录音", "kind": "voice", "state": "open"}),
)
ANSWERS: Mapping[str, Value] = {
    "study.title": "多模态预测研究",
    "study.level": "low",
    "study.topics": Several.of("mind", "gene"),
    "study.age": 30,
    "study.start": date(2027, 3, 1),
    "study.contact": True,
    "study.refusal": False,
    "data.assets": ASSETS,
}

SHIPPED = Path(__file__).parents[2] / "templates"
PICTURES = {"pictures/stop.png": (SHIPPED / "pictures/stop.png").read_bytes(), "x.png": b"GIF89a"}


def read_tree(text: str) -> object:
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise UnreadableFile("读不出来") from error


def study(**changes: Any) -> Study:
    """The small study; `title=…` replaces study.title, `None` takes an answer out."""
    values = dict(ANSWERS)
    for name, value in changes.items():
        path = "data.assets" if name == "assets" else f"study.{name}"
        values.pop(path, None)
        if value is not None:
            values[path] = value
    facts = Facts(STANDARD, values, date(2027, 3, 1))
    rows = (
        TransmittalRow("01", "form", "申请表", "1.0", date(2027, 3, 1), "原件", ("主要研究者",)),
    )
    return Study(facts, Pathway(facts), STAMP, rows)


def templates(text: str, **parts: str) -> Templates:
    named = {f"parts/{name}.md": part for name, part in parts.items()}
    return Templates({"t.md": text, **named}, STANDARD, read_tree, pictures=PICTURES)


def rendered(text: str, of: Study | None = None, **parts: str) -> Rendered:
    return render_text(templates(text, **parts), "t.md", of or study())


def printed(text: str, of: Study | None = None, **parts: str) -> str:
    return rendered(text, of, **parts).plain


def problems(text: str, **parts: str) -> list[Problem]:
    return list(templates(text, **parts).problems("t.md"))


def word(text: str, of: Study | None = None, *, draft: bool = True) -> bytes:
    return word_file(rendered(text, of), STAMP, draft=draft)


def opened(data: bytes) -> Document:
    return docx.Document(io.BytesIO(data))


def body_lines(data: bytes) -> list[str]:
    """The paragraphs of a document in order, those in cells and controls included."""
    return [_text(one) for one in opened(data).element.body.iter(qn("w:p"))]


def _text(paragraph: Any) -> str:
    return "".join(_pieces(paragraph))


def _pieces(paragraph: Any) -> Iterator[str]:
    for node in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:tab")):
        yield {"t": node.text or "", "br": "\n", "tab": "\t"}[node.tag.rpartition("}")[2]]
