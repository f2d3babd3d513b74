"""Microsoft's Open XML SDK finds no error in any office file of the worked examples."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest

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


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sealed_documents", "committee_papers"])
def test_every_worked_example_is_valid(kind: str, request: pytest.FixtureRequest) -> None:
    files: list[Path] = request.getfixturevalue(kind)
    assert len(files) >= len(EXAMPLES) > 0
    assert errors_of(files) == []
