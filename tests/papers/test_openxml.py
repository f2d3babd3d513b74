"""Microsoft's Open XML SDK finds no error in any office file of the worked examples."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tests.binder import bound
from tests.program import EXAMPLES
from tests.validator import errors, errors_of

pytestmark = pytest.mark.openxml


def test_a_wrong_order_of_children_is_seen(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("研究方案")
    document.save(str(tmp_path / "right.docx"))
    properties = paragraph._p.get_or_add_pPr()
    paragraph._p.remove(properties)
    paragraph._p.append(properties)
    document.save(str(tmp_path / "wrong.docx"))
    with zipfile.ZipFile(tmp_path / "no.docx", "w") as archive:
        archive.writestr("a.txt", "not a document")
    assert errors(tmp_path / "right.docx") == []
    assert errors(tmp_path / "wrong.docx")
    assert errors(tmp_path / "no.docx")


def paper(path: Path, spoil: Callable[[Document], None] = lambda _: None) -> Path:
    """A Word file with a header, a list, a numbered element and two sections; spoilt."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = path.stem
    paragraph = document.add_paragraph(f"研究方案 {path.stem}", style="List Bullet")
    for name, id_ in (("bookmarkStart", "1"), ("bookmarkEnd", "1")):
        mark = OxmlElement(f"w:{name}")
        mark.set(qn("w:id"), id_)
        if name == "bookmarkStart":
            mark.set(qn("w:name"), path.stem)
        paragraph._p.append(mark)
    document.add_section()
    spoil(document)
    document.core_properties.title = path.stem
    document.save(str(path))
    return path


def spoilt(document: Document) -> None:
    """A wrong order, a second end, a stray element, an id twice, no such value."""
    first, second, *_ = document.paragraphs
    document.element.body.append(OxmlElement("w:p"))
    first._p.append(first._p.get_or_add_pPr())
    first._p.append(deepcopy(next(first._p.iter(qn("w:bookmarkStart")))))
    second.alignment = WD_ALIGN_PARAGRAPH.LEFT
    next(second._p.iter(qn("w:jc"))).set(qn("w:val"), "middle")
    document.sections[0].header._element.append(OxmlElement("w:tc"))


def test_every_fault_is_seen_among_bound_files(tmp_path: Path) -> None:
    files = [paper(tmp_path / "a.docx"), paper(tmp_path / "b.docx", spoilt)]
    files += [paper(tmp_path / "c.docx")]
    ((_, data),) = bound(files)
    (tmp_path / "bound.docx").write_bytes(data)
    alone, together = (
        [error.partition(": ")[2] for error in errors(tmp_path / name)]
        for name in ("b.docx", "bound.docx")
    )
    assert len(alone) == 5
    assert [said.replace("'100001'", "'1'") for said in together] == alone


def test_alike_files_are_bound_and_others_not(tmp_path: Path) -> None:
    def other_style(document: Document) -> None:
        document.styles["Normal"].name = "Other"

    files = [paper(tmp_path / f"{name}.docx") for name in "abc"]
    files += [paper(tmp_path / "d.docx", other_style)]
    books = list(bound(files))
    assert [[path.stem for path in paths] for paths, _ in books] == [["a", "b", "c"], ["d"]]
    whole = docx.Document(io.BytesIO(books[0][1]))
    assert [p.text for p in whole.paragraphs if p.text] == [f"研究方案 {one}" for one in "abc"]
    assert [s.header.paragraphs[0].text for s in whole.sections] == [*"aabbcc"]
    assert errors_of([*files, paper(tmp_path / "e.docx", spoilt)])[0].startswith("e.docx")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sealed_documents", "committee_papers"])
def test_every_worked_example_is_valid(kind: str, request: pytest.FixtureRequest) -> None:
    files: list[Path] = request.getfixturevalue(kind)
    assert len(files) >= len(EXAMPLES) > 0
    assert errors_of(files) == []
