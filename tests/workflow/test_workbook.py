"""The workbook: exported, filled by whoever, and read back."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from mmethics_cli.errors import EthicsError
from mmethics_cli.workflow.opening import open_dossier
from mmethics_cli.workflow.workbook import (
    export_workbook,
    is_open,
    read_changes,
    require_workbook_name,
    write_changes,
)
from tests.sheets.filling import cell_of
from tests.workflow.example import TODAY

TITLE = "project.title"


def test_what_is_filled_in_comes_back_as_changes(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "问卷.xlsx"
    dossier = open_dossier(study, TODAY)
    export_workbook(dossier, file, TODAY)
    assert not is_open(file)
    assert read_changes(dossier, file).changes == ()
    book = openpyxl.load_workbook(file)
    cell_of(book, TITLE).value = "另一个题目"
    book.save(file)
    filled = read_changes(dossier, file)
    assert (filled.newer, filled.files) == (0, ())
    (change,) = filled.changes
    assert (change.old, change.new) == (dossier.facts.get(TITLE), "另一个题目")
    assert open_dossier(study, TODAY).facts.get(TITLE) == change.old
    write_changes(dossier, filled.changes)
    assert open_dossier(study, TODAY).facts.get(TITLE) == "另一个题目"


def test_what_was_changed_in_the_dossier_since_is_told(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "问卷.xlsx"
    dossier = open_dossier(study, TODAY)
    export_workbook(dossier, file, TODAY)
    dossier.workspace.set_answers({TITLE: "只在卷宗里改了"})
    filled = read_changes(open_dossier(study, TODAY), file)
    assert (filled.changes, filled.newer, filled.files) == ((), 1, ("dossier.yaml",))


def test_no_other_file_is_taken_for_a_workbook(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "问卷.xlsx"
    dossier = open_dossier(study, TODAY)
    file.write_bytes(b"mine")
    with pytest.raises(EthicsError):
        export_workbook(dossier, file, TODAY)
    assert file.read_bytes() == b"mine"
    with pytest.raises(EthicsError):
        read_changes(dossier, file)
    export_workbook(dossier, file, TODAY, replace=True)
    assert read_changes(dossier, file).changes == ()
    for name in ("~$问卷.xlsx", "问卷.docx"):
        with pytest.raises(EthicsError):
            require_workbook_name(tmp_path / name)
