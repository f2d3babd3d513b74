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
        to_pdf([tmp_path / "a.docx"])


def test_success_without_a_file_is_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmethics_cli.store.pdf.shutil.which", lambda _: "true")
    with pytest.raises(EthicsError, match=r"a.docx"):
        to_pdf([tmp_path / "a.docx"])


def test_what_libreoffice_says_stands_in_the_cause_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\necho Fatal error in module >&2\nexit 77\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr("mmethics_cli.store.pdf.shutil.which", lambda _: str(program))
    with pytest.raises(EthicsError, match="a.docx（LibreOffice 出错退出，代码 77）") as refused:
        to_pdf([tmp_path / "a.docx"])
    assert "Fatal" not in str(refused.value)
    assert "Fatal error in module" in str(refused.value.__cause__)


def test_a_paper_and_its_workbook_become_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "soffice"
    program.write_text(
        '#!/bin/sh\nwhile [ "$1" != --outdir ]; do shift; done\necho "$@" > "$2/a.pdf"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setattr("mmethics_cli.store.pdf.shutil.which", lambda _: str(program))
    made = to_pdf([tmp_path / "a.docx", tmp_path / "a.xlsx"])
    assert [one.name for one in made] == ["a.pdf", "a.xlsx.pdf"]
    assert made[0].data != made[1].data


@pytest.mark.libreoffice
def test_word_files_become_pdf(tmp_path: Path) -> None:
    for name in ("01-甲", "02-乙"):
        document = docx.Document()
        document.add_paragraph("知情同意书")
        document.save(str(tmp_path / f"{name}.docx"))
    made = to_pdf(sorted(tmp_path.glob("*.docx")))
    assert [one.name for one in made] == ["01-甲.pdf", "02-乙.pdf"]
    assert all(one.data.startswith(b"%PDF") for one in made)
