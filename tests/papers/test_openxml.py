"""Microsoft's Open XML SDK finds no error in any office file of the worked examples."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docx
import pytest

from tests.program import EXAMPLES

pytestmark = pytest.mark.openxml


def errors(path: Path) -> list[str]:
    """What the validator has to say against one file."""
    done = subprocess.run(
        ["ooxml-validator", path],
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    result = json.loads(done.stdout)
    assert result["ok"] is (done.returncode == 0), done.stderr
    return [
        f"{path.name}{error['path']}{error['xPath']}: {error['description']}"
        for error in result["errors"]
    ]


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
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = [error for of_file in pool.map(errors, files) for error in of_file]
    assert found == []
