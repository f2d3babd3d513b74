"""A hostile text in every text field of a study changes nothing but that text, in any paper."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import openpyxl
import pytest
from docx.oxml.ns import qn
from lxml import etree
from msgspec.structs import replace

from mmethics_cli.core.answers.self_check import SelfCheck
from mmethics_cli.core.conditions.values import Element, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import Question
from mmethics_cli.wording.columns import display_width
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.creating import make_of_example
from mmethics_cli.workflow.document_options import FileNaming
from mmethics_cli.workflow.drafting import drafts_of
from mmethics_cli.workflow.opening import Dossier, open_dossier
from mmethics_cli.workflow.papers import WorkbookPaper, papers_of
from tests.depth import some
from tests.program import EXAMPLES, told

HOSTILE: Final = (
    "**a** *b* _c_ | x | {{ study.title }} {% if x %} {# c #} ::: box # 题 - 项 1. 项 <b>&amp;</b>"
    " ]]> [x] [ ] ____ ____年__月__日 ![x](pictures/stop.png 3) // ^ < --- 国境 =1+1 _x0041_ &#13;"
    " \\| %s ${HOME} 'q' \"q\" <w:p/> \ufdd00\ufdd1 \ufdd2form \ufdd30\ufdd4"
)
TODAY: Final = date(2027, 3, 1)
PLAIN: Final = "甲" * (display_width(HOSTILE) // 2) + "a" * (display_width(HOSTILE) % 2)


@pytest.fixture(scope="module", params=some(EXAMPLES, 2))
def dossier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Dossier:
    today = date.fromisoformat(told(request.param, "as_of"))
    folder = tmp_path_factory.mktemp("hostile") / "study"
    make_of_example(folder, request.param)
    return open_dossier(folder, today)


def with_text(dossier: Dossier, text: str) -> Dossier:
    """The dossier with `text` in place of everything that people wrote in words of their own."""
    standard = dossier.standard
    values = {
        path: _replaced(standard.questions[path], value, text)
        for path, value in dossier.workspace.values.items()
    }
    facts = Facts(standard, values, dossier.facts.today, dossier.facts.baseline)
    answers = {name: replace(one, note=text) for name, one in dossier.self_check.answers.items()}
    return replace(dossier, facts=facts, pathway=Pathway(facts), self_check=SelfCheck(answers))


def _replaced(question: Question, value: Value, text: str) -> Value:
    if isinstance(value, str) and question.type == "text":
        return text
    if not isinstance(value, tuple):
        return value
    return tuple(
        Element(one.id, _fields(question, one.fields, text)) if isinstance(one, Element) else one
        for one in value
    )


def _fields(question: Question, values: Mapping[str, Value], text: str) -> dict[str, Value]:
    found = {}
    for name, value in values.items():
        field = question.field_named(name)
        found[name] = _replaced(field, value, text) if field is not None else value
    return found


def papers(dossier: Dossier) -> dict[str, bytes]:
    """Every paper that has a template, needed or not."""
    every = tuple(one.id for one in dossier.standard.documents.values() if one.template)
    package = package_of(dossier, TODAY, every)
    return {
        file.name: file.data
        for file in drafts_of(dossier, package, package.documents, FileNaming.by_id).files
    }


def skeleton(node: Any, texts: list[str]) -> Iterator[str]:
    """Elements and attributes; what they say apart. A figure's shapes are laid out by its texts."""
    if node.tag == qn("w:drawing") or str(node.tag).endswith("}Fallback"):
        yield f"{node.tag} {len(list(node.iter('{*}wsp')))}"
        return
    yield f"{node.tag} {sorted(node.attrib)}"
    texts.extend(node.attrib.values())
    if node.text:
        texts.append(node.text)
    for child in node:
        yield from skeleton(child, texts)


def differ_in_text(name: str, plain: bytes, hostile: bytes) -> int:
    """How often the hostile text stands in a part that is otherwise the plain one."""
    texts: tuple[list[str], list[str]] = ([], [])
    shapes = [
        list(skeleton(etree.fromstring(data), found))
        for data, found in zip((plain, hostile), texts, strict=True)
    ]
    assert shapes[0] == shapes[1], name
    assert [text.replace(HOSTILE, PLAIN) for text in texts[1]] == texts[0]
    return sum(HOSTILE in text for text in texts[1])


def test_word_papers_differ_in_nothing_but_the_text(dossier: Dossier) -> None:
    plain, hostile = papers(with_text(dossier, PLAIN)), papers(with_text(dossier, HOSTILE))
    assert plain.keys() == hostile.keys()
    met = 0
    for name in plain:
        if name.endswith(".xlsx"):
            continue
        one, other = (zipfile.ZipFile(io.BytesIO(of[name])) for of in (plain, hostile))
        assert one.namelist() == other.namelist()
        for part in one.namelist():
            if part.endswith(".xml"):
                met += differ_in_text(name, one.read(part), other.read(part))
    assert met > 50


def test_excel_papers_differ_in_nothing_but_the_text(dossier: Dossier) -> None:
    plain, hostile = papers(with_text(dossier, PLAIN)), papers(with_text(dossier, HOSTILE))
    escaped = HOSTILE.replace("_x0041_", "_x005F_x0041_")
    names = [name for name in plain if name.endswith(".xlsx")]
    assert names
    for name in names:
        one, other = (openpyxl.load_workbook(io.BytesIO(of[name])) for of in (plain, hostile))
        for sheet, twin in zip(one.worksheets, other.worksheets, strict=True):
            for cells, twins in zip(sheet.iter_rows(), twin.iter_rows(), strict=True):
                for cell, its in zip(cells, twins, strict=True):
                    assert cell.data_type == its.data_type
                    text = str(its.value).replace(escaped, PLAIN).replace(HOSTILE, PLAIN)
                    assert text == str(cell.value)


def test_workbooks_hold_the_longest_texts_that_check_lets_through(dossier: Dossier) -> None:
    long = with_text(dossier, "长" * 32_767)
    answers = {
        name: replace(one, note="长" * 32_767, evidence="长" * 32_762, page="1")
        for name, one in long.self_check.answers.items()
    }
    long = replace(long, self_check=SelfCheck(answers))
    every = tuple(one.id for one in long.standard.documents.values() if one.template)
    package = package_of(long, TODAY, every)
    books = [
        paper
        for paper in papers_of(long, package, package.documents, FileNaming.by_id)
        if isinstance(paper, WorkbookPaper)
    ]
    assert len(books) == 12
    for book in books:
        assert book.data(draft=True), book.name
