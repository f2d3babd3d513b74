"""PDF by LibreOffice: a file made is the only proof."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from mmethics_cli.errors import EthicsError
from mmethics_cli.store.pdf import to_pdf


def test_without_libreoffice_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmethics_cli.store.pdf.shutil.which", lambda _: None)
    with pytest.raises(EthicsError, match=r"LibreOffice.*WPS"):
        to_pdf([tmp_path / "a.docx"], tmp_path)


def test_success_without_a_file_is_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmethics_cli.store.pdf.shutil.which", lambda _: "true")
    with pytest.raises(EthicsError, match=r"a.docx"):
        to_pdf([tmp_path / "a.docx"], tmp_path)


@pytest.mark.libreoffice
def test_word_files_become_pdf(tmp_path: Path) -> None:
    for name in ("01-甲", "02-乙"):
        document = docx.Document()
        document.add_paragraph("知情同意书")
        document.save(str(tmp_path / f"{name}.docx"))
    (tmp_path / "out").mkdir()
    made = to_pdf(sorted(tmp_path.glob("*.docx")), tmp_path / "out")
    assert [one.name for one in made] == ["01-甲.pdf", "02-乙.pdf"]
    assert all(one.read_bytes().startswith(b"%PDF") for one in made)
