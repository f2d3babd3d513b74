"""A dossier's folder: what its files say together, where, and what is refused."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from mmethics_cli.core.checks.documents import FileLook, FileState
from mmethics_cli.core.conditions.values import UNKNOWN, Element
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import ChangedOnDisk, UnreadableFile, WorkspaceError
from mmethics_cli.store.dossier.answers_file import read_answers
from mmethics_cli.store.dossier.blank_files import dossier_text, self_check_text, submission_text
from mmethics_cli.store.dossier.create import add_submission, create_dossier
from mmethics_cli.store.dossier.parts import DocumentVersion
from mmethics_cli.store.dossier.profile import overlay_of
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.submission.choice import named
from mmethics_cli.store.yaml.reader import parse


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_values_of_all_files(workspace: Workspace) -> None:
    values = workspace.values
    assert values["project.number"] == "0137"
    assert values["institution.name"] == "甲医院"
    assert values["event.kind"] == "initial"
    assets = values["data.assets"]
    assert isinstance(assets, tuple)
    assert [(one.id, one.get("subjects")) for one in assets] == [("1", 320), ("ecg", UNKNOWN)]
    assert workspace.self_check.of("BEN-01").answer == "met"


def test_every_question_has_its_place_in_a_blank_dossier(
    tmp_path: Path, standard: Standard
) -> None:
    create_dossier(tmp_path / "d", standard)
    blank = open_workspace(tmp_path / "d", standard)
    assert blank.values == {"event.kind": "initial"}
    placed = {path for part in blank.parts.values() for path in part.reading.keys}
    expected = {path for path in standard.questions if not path.startswith("event.")}
    assert expected <= placed
    text = dossier_text(standard)
    for path, question in standard.questions.items():
        if path in expected and not question.of_institution:
            assert f"  # {question.label}" in text, path


def test_scaffolds_read_back(standard: Standard) -> None:
    assert parse(self_check_text(standard), "f").tree
    for kind in standard.questions["event.kind"].values:
        document = parse(
            submission_text(standard, kind, {"x": DocumentVersion("1.1", date(2027, 3, 1))}), "f"
        )
        assert isinstance(document.tree, dict)
        event = document.tree["event"]
        assert isinstance(event, dict)
        assert event["kind"] == kind
        assert document.tree["documents"] == {"x": {"version": "1.1", "date": "2027-03-01"}}


def test_where(workspace: Workspace) -> None:
    lines = (workspace.folder / "dossier.yaml").read_text(encoding="utf-8").splitlines()
    file, line = workspace.where("data.assets[ecg].modality")
    assert file == "dossier.yaml"
    assert lines[(line or 0) - 1].strip() == "modality: biosignal"
    file, line = workspace.where("data.assets[ecg].origin")
    assert lines[(line or 0) - 1].strip() == "- id: ecg"
    assert workspace.where("institution.name")[0] == "institution.yaml"
    assert workspace.where("event.kind")[0] == "submissions/01-initial/submission.yaml"
    file, line = workspace.where("self_check.BEN-01")
    assert (file, line is not None) == ("self-check.yaml", True)


def test_an_answer_goes_where_it_lives(workspace: Workspace) -> None:
    workspace.set_answers({"committee.name": "甲医院伦理委员会"})
    workspace.set_answers({"project.start_date": date(2027, 3, 1)})
    workspace.set_answers({"event.kind": "amendment"})
    workspace.set_answers({"project.title": UNKNOWN})
    again = open_workspace(workspace.folder, workspace.standard)
    assert again.values == workspace.values
    assert again.values["committee.name"] == "甲医院伦理委员会"
    assert again.values["project.start_date"] == date(2027, 3, 1)
    assert again.values["event.kind"] == "amendment"
    assert "project.title" not in again.values
    profile = (workspace.folder / "institution.yaml").read_text(encoding="utf-8")
    assert "name: 甲医院伦理委员会  # " in profile


def test_refused_scalars_count_as_unknown_and_are_kept(folder: Path, standard: Standard) -> None:
    replace(folder / "dossier.yaml", "subjects: 320", "subjects: 三百")
    workspace = open_workspace(folder, standard)
    [refused] = workspace.refused
    assert refused.path == "data.assets[1].subjects"
    assert "三百" in refused.problem.message
    workspace.set_answers({"data.assets": (Element("1", {"name": "CT"}), Element("n", {}))})
    text = (folder / "dossier.yaml").read_text(encoding="utf-8")
    assert "subjects: 三百" in text
    assert "modality: imaging" not in text, "a cleared field is gone"
    assert "ecg" not in text


def test_all_places_of_all_files_at_once(folder: Path, standard: Standard) -> None:
    replace(folder / "dossier.yaml", "  title:", "  titel: x\n  title:")
    replace(folder / "dossier.yaml", "project:", "event: {kind: initial}\nproject:")
    replace(folder / "institution.yaml", "institution:", "project: {title: x}\ninstitution:")
    replace(folder / "self-check.yaml", "BEN-01:", "BNE-02:\n  answer: met\nBEN-01:")
    event = folder / "submissions/01-initial/submission.yaml"
    replace(event, "documents:", "documents: {aplication_form: {version: '1', date: 明天}}")
    with pytest.raises(UnreadableFile) as caught:
        open_workspace(folder, standard)
    shown = [f"{one.file}|{one.message}{one.fix}" for one in caught.value.problems]
    assert all(one.line for one in caught.value.problems)
    for file, word in [
        ("dossier.yaml", "是不是“title”"),
        ("dossier.yaml", "submission.yaml"),
        ("institution.yaml", "dossier.yaml"),
        ("self-check.yaml", "是不是“BEN-02”"),
        ("submissions/01-initial/submission.yaml", "是不是“application_form”"),
    ]:
        assert any(one.startswith(f"{file}|") and word in one for one in shown), (file, word)


def test_a_broken_file_does_not_hide_the_next(folder: Path, standard: Standard) -> None:
    (folder / "dossier.yaml").write_text("a：1\nb: 2\n", encoding="utf-8")
    (folder / "self-check.yaml").write_bytes("甲: 1".encode("gbk"))
    with pytest.raises(UnreadableFile) as caught:
        open_workspace(folder, standard)
    assert {one.file for one in caught.value.problems} == {"dossier.yaml", "self-check.yaml"}


def test_what_is_no_dossier(tmp_path: Path, standard: Standard) -> None:
    with pytest.raises(WorkspaceError, match=r"没有文件夹.*mmethics new"):
        open_workspace(tmp_path / "none", standard)
    with pytest.raises(WorkspaceError, match="没有卷宗"):
        open_workspace(tmp_path, standard)
    file = tmp_path / "f"
    file.write_bytes(b"")
    with pytest.raises(WorkspaceError, match="是文件"):
        open_workspace(file, standard)
    with pytest.raises(WorkspaceError, match="是文件"):
        create_dossier(file, standard)


def test_a_dossier_is_not_made_twice(folder: Path, standard: Standard) -> None:
    with pytest.raises(WorkspaceError, match="已经有卷宗"):
        create_dossier(folder, standard)


def test_a_change_by_another_program_is_noticed(workspace: Workspace) -> None:
    replace(workspace.folder / "dossier.yaml", "肺结节", "甲状腺结节")
    with pytest.raises(ChangedOnDisk):
        workspace.set_answers({"project.budget": "10 万元"})
    assert "甲状腺结节" in (workspace.folder / "dossier.yaml").read_text(encoding="utf-8")


def test_a_change_between_two_answers_is_noticed(workspace: Workspace) -> None:
    workspace.set_answers({"project.budget": "10 万元"})
    replace(workspace.folder / "dossier.yaml", "10 万元", "20 万元")
    with pytest.raises(ChangedOnDisk):
        workspace.set_answers({"project.keywords": "影像"})
    again = open_workspace(workspace.folder, workspace.standard)
    assert again.values["project.budget"] == "20 万元"


def test_the_profile_of_the_parent_is_shared(tmp_path: Path, standard: Standard) -> None:
    profile = "institution: {name: 乙医院}\npack: ours\nfile_names: id\n"
    (tmp_path / "institution.yaml").write_text(profile, encoding="utf-8")
    (tmp_path / "ours").mkdir()
    folder = tmp_path / "d"
    create_dossier(folder, standard)
    assert not (folder / "institution.yaml").exists()
    workspace = open_workspace(folder, standard)
    assert workspace.values["institution.name"] == "乙医院"
    assert workspace.where("institution.name") == ("../institution.yaml", 1)
    assert overlay_of(folder) == tmp_path / "ours"
    (tmp_path / "ours").rmdir()
    with pytest.raises(UnreadableFile, match=r"institution.yaml:2"):
        overlay_of(folder)


def test_files_that_are_links_out_of_the_folder(folder: Path, standard: Standard) -> None:
    outside = folder.parent / "outside.yaml"
    shutil.move(folder / "self-check.yaml", outside)
    (folder / "self-check.yaml").symlink_to(outside)
    with pytest.raises(UnreadableFile, match=r"self-check.yaml.*之外"):
        open_workspace(folder, standard)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("/etc/passwd", "绝对路径"),
        ("C:\\x.pdf", "绝对路径"),
        ("../x.pdf", ".."),
        ("attachments\\..\\..\\x", ".."),
        ("link.pdf", "之外的链接"),
        ("none.pdf", "找不到"),
        ("empty.pdf", "空的"),
        ("attachments", "不是文件"),
    ],
)
def test_attachments_that_can_not_be_used(
    workspace: Workspace, tmp_path: Path, name: str, word: str
) -> None:
    (tmp_path / "x.pdf").write_bytes(b"x")
    (workspace.folder / "attachments" / "link.pdf").symlink_to(tmp_path / "x.pdf")
    (workspace.folder / "attachments" / "empty.pdf").write_bytes(b"")
    workspace.set_answers({"attachments": (Element("p", {"file": name}),)})
    assert word in workspace.file_states()["p"].trouble


def test_attachments_that_are_there(workspace: Workspace) -> None:
    looked = (FileLook("方案.pdf", "pdf", cut=True),)
    assert workspace.file_states() == {"p": FileState(looks=looked)}
    workspace.set_answers({"attachments": (Element("p", {"file": "attachments\\方案.pdf"}),)})
    assert workspace.file_states() == {"p": FileState(looks=looked)}


def test_submissions_are_numbered(folder: Path, standard: Standard) -> None:
    made = add_submission(folder, standard, "data_incident", {})
    assert made.name == "02-data-incident"
    workspace = open_workspace(folder, standard, named("02"))
    assert workspace.current == made
    assert workspace.values["event.kind"] == "data_incident"
    (folder / "submissions" / "02-progress").mkdir()
    with pytest.raises(WorkspaceError, match="同一个序号"):
        open_workspace(folder, standard)


def test_a_file_of_answers_whole_or_in_part(tmp_path: Path, standard: Standard) -> None:
    file = tmp_path / "facts.yaml"
    text = "data: {assets: [{modality: imaging}]}\nevent: {kind: progress}\n"
    text += "self_check: {BEN-01: {answer: 大概}}\nproject: {start_date: 明天}\n"
    file.write_text(text, encoding="utf-8")
    answers = read_answers(file, standard)
    assert answers.values["event.kind"] == "progress"
    assert [one.path for one in answers.refused] == ["project.start_date", "self_check.BEN-01"]
    with pytest.raises(UnreadableFile) as caught:
        answers.require_all_read()
    assert [one.line for one in caught.value.problems] == [4, 3]
    file.write_text("projet: {}\nself_check: {XX: {}}\n", encoding="utf-8")
    with pytest.raises(UnreadableFile) as caught:
        read_answers(file, standard)
    assert [one.line for one in caught.value.problems] == [1, 2]
