"""Many changes at once: all files or none, entries found by their id, ids given."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mmethics_cli.core.answers.edits import Edit, Removed
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import ChangedOnDisk, WorkspaceError
from mmethics_cli.store.dossier.workspace import (
    Workspace,
    open_workspace,
    unread_answers,
    write_edits,
)
from mmethics_cli.store.yaml.reader import read_file

EDITS = [
    Edit("project.title", "新名称"),
    Edit("institution.name", "乙医院"),
    Edit("event.kind", "amendment"),
    Edit("", "not_met", "BEN-01", "answer"),
]


def files(folder: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def tree(folder: Path, name: str = "dossier.yaml") -> dict[str, object]:
    found = read_file(folder / name).tree
    assert isinstance(found, dict)
    return dict(found)


def test_each_edit_goes_into_its_file(workspace: Workspace, standard: Standard) -> None:
    write_edits(workspace, EDITS)
    for found in (workspace, open_workspace(workspace.folder, standard)):
        assert found.values["project.title"] == "新名称"
        assert found.values["institution.name"] == "乙医院"
        assert found.values["event.kind"] == "amendment"
        assert found.self_check.of("BEN-01").answer == "not_met"
    assert not list(workspace.folder.glob("*.lock"))
    workspace.set_answers({"project.title": "再改"})
    write_edits(workspace, [Edit("project.title", "又改")])
    assert open_workspace(workspace.folder, standard).values["project.title"] == "又改"


def test_entries_are_changed_added_and_removed(workspace: Workspace) -> None:
    data = tree(workspace.folder)["data"]
    assert isinstance(data, dict)
    write_edits(
        workspace,
        [
            Edit("data.assets", Removed.REMOVED, "1"),
            Edit("data.assets", "心电", "ecg", "name"),
            Edit("data.assets", Removed.REMOVED, "ecg", "modality"),
            Edit("data.assets", {"id": "a3", "name": "录音"}, "a3"),
            Edit("sharing.recipient_list", {"id": "r1", "name": "丙"}, "r1"),
        ],
    )
    after = tree(workspace.folder)
    assert isinstance(after["data"], dict) and isinstance(after["sharing"], dict)
    assert after["data"]["assets"] == [{"id": "ecg", "name": "心电"}, {"id": "a3", "name": "录音"}]
    assert after["sharing"]["recipient_list"] == [{"id": "r1", "name": "丙"}]


def test_an_entry_without_id_is_found_by_its_place_and_gets_one(
    folder: Path, standard: Standard
) -> None:
    path = folder / "dossier.yaml"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"- id: (1|ecg)\n +name", "- name", text)
    assert "id: ecg" not in text
    path.write_text(text, encoding="utf-8")
    workspace = open_workspace(folder, standard)
    assert [one.id for one in workspace.values["data.assets"]] == ["1", "2"]  # type: ignore[union-attr]
    write_edits(
        workspace,
        [Edit("data.assets", Removed.REMOVED, "1"), Edit("data.assets", "心电", "2", "name")],
    )
    data = tree(folder)["data"]
    assert isinstance(data, dict)
    assert data["assets"] == [{"id": "2", "name": "心电", "modality": "biosignal"}]


def test_nothing_is_written_when_one_file_was_changed(workspace: Workspace) -> None:
    path = workspace.folder / "self-check.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# 别人改过\n", encoding="utf-8")
    before = files(workspace.folder)
    with pytest.raises(ChangedOnDisk, match="self-check"):
        write_edits(workspace, EDITS)
    assert files(workspace.folder) == before


def test_nothing_is_written_when_one_value_cannot_be(workspace: Workspace) -> None:
    before = files(workspace.folder)
    with pytest.raises(WorkspaceError, match="U\\+0007"):
        write_edits(workspace, [*EDITS, Edit("", "\x07", "BEN-01", "note")])
    assert files(workspace.folder) == before


def test_the_same_edits_complete_what_was_interrupted(
    workspace: Workspace, standard: Standard, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, calls = os.replace, list[str]()

    def full(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(WorkspaceError, match="原来的内容没有改动"):
        write_edits(workspace, EDITS)
    write_edits(open_workspace(workspace.folder, standard), EDITS)
    found = open_workspace(workspace.folder, standard)
    assert found.values["institution.name"] == "乙医院"
    assert found.self_check.of("BEN-01").answer == "not_met"


def test_answers_that_count_as_unknown(folder: Path, standard: Standard) -> None:
    path = folder / "dossier.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("  age_min:", "  age_min: 三百")
    text = text.replace("  contactable:", "  contactable: unsure")
    text = re.sub("subjects: .*320.*", "subjects: 许多", text)
    path.write_text(text, encoding="utf-8")
    check = folder / "self-check.yaml"
    check.write_text(check.read_text(encoding="utf-8").replace("met", "也许", 1), encoding="utf-8")
    assert unread_answers(open_workspace(folder, standard)) == {
        "participants.age_min": "三百",
        "participants.contactable": "不清楚",
        "data.assets[1].subjects": "许多",
        "self_check.BEN-01": "也许",
    }
