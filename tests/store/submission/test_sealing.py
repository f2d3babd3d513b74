"""Sealing: all or nothing, and every later change is found."""

from __future__ import annotations

import errno
import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mmethics_cli.core.conditions.values import Element
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.dossier.answers_file import answers_of
from mmethics_cli.store.dossier.create import add_submission
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.files import move, sha256
from mmethics_cli.store.submission import archive, sealing
from mmethics_cli.store.submission.archive import verify_zip, zip_submission
from mmethics_cli.store.submission.documents import write_documents
from mmethics_cli.store.submission.manifest import digest_over, is_plain_name, verify_folder
from mmethics_cli.store.submission.rendered import RenderedFile
from mmethics_cli.store.submission.sealing import FileTally, Sealed, seal
from mmethics_cli.store.yaml.reader import parse
from tests.program import ROOT

DAY = date(2027, 3, 1)
FORM = RenderedFile("02-申请表.docx", b"final")
ABOUT = {"tool": "0.1.0"}


@pytest.fixture
def sealed(workspace: Workspace) -> Sealed:
    return seal(workspace, [FORM], ABOUT, DAY)


def differences(folder: Path) -> list[str]:
    return [str(one) for one in verify_folder(folder).differences]


def unlock(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_what_is_sealed(sealed: Sealed, workspace: Workspace) -> None:
    folder = sealed.folder
    names = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
    assert names == {
        "manifest.json",
        "snapshot.yaml",
        "submission.yaml",
        "documents/02-申请表.docx",
        "attachments/方案.pdf",
    }
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert set(manifest["files"]) == names - {"manifest.json"}
    assert (manifest["tool"], manifest["date"], manifest["event"]) == (
        "0.1.0",
        "2027-03-01",
        "initial",
    )
    assert manifest["attachments"][0]["version"] == "1.0"
    assert differences(folder) == []
    assert stat.S_IMODE((folder / "manifest.json").stat().st_mode) == 0o444
    assert [one.name for one in folder.parent.iterdir()] == ["01-initial"]


def test_the_snapshot_says_what_the_dossier_said(sealed: Sealed, workspace: Workspace) -> None:
    again = open_workspace(workspace.folder, workspace.standard)
    assert again.current is not None
    snapshot = answers_of(again.current.snapshot(), workspace.standard)
    assert snapshot.values == workspace.values
    assert snapshot.self_check.answers == workspace.self_check.answers
    assert snapshot.refused == ()


def test_a_sealed_submission_is_closed(sealed: Sealed, workspace: Workspace) -> None:
    again = open_workspace(workspace.folder, workspace.standard)
    with pytest.raises(WorkspaceError, match="已经封存"):
        seal(again, [FORM], ABOUT, DAY)
    with pytest.raises(WorkspaceError, match="已经封存"):
        again.set_answers({"event.kind": "progress"})
    again.set_answers({"project.budget": "1 万元"})
    assert differences(sealed.folder) == []


def test_changes_are_found_and_the_committee_is_not_in_the_way(sealed: Sealed) -> None:
    folder = sealed.folder
    unlock(folder)
    (folder / "committee").mkdir()
    (folder / "committee" / "批件.docx").write_bytes(b"x")
    (folder / "decision.yaml").write_bytes(b"decision: approve\n")
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "documents" / "~$申请表.docx").write_bytes(b"x")
    assert differences(folder) == []
    (folder / "documents" / "02-申请表.docx").write_bytes(b"Final")
    (folder / "attachments" / "方案.pdf").unlink()
    (folder / "documents" / "new.docx").write_bytes(b"x")
    (folder / "extra.txt").write_bytes(b"x")
    assert differences(folder) == [
        "缺少：attachments/方案.pdf",
        "内容变了：documents/02-申请表.docx",
        "多出来的文件：documents/new.docx",
        "多出来的文件：extra.txt",
    ]


def test_a_link_in_place_of_a_file_is_a_missing_file(sealed: Sealed) -> None:
    unlock(sealed.folder)
    file = sealed.folder / "attachments" / "方案.pdf"
    moved = sealed.folder.parent / "moved.pdf"
    file.rename(moved)
    file.symlink_to(moved)
    assert differences(sealed.folder) == ["缺少：attachments/方案.pdf"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": "mmethics/manifest/1", "files": {"../x": "0"}}']
)
def test_a_damaged_manifest_is_said(sealed: Sealed, text: str) -> None:
    unlock(sealed.folder)
    (sealed.folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"manifest.json"):
        verify_folder(sealed.folder)


def test_a_folder_that_is_not_sealed(folder: Path) -> None:
    with pytest.raises(WorkspaceError, match="没有封存"):
        verify_folder(folder / "submissions" / "01-initial")


def _fails_at(number: int, real: Callable[..., Any]) -> Callable[..., Any]:
    calls = 0

    def call(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise OSError(errno.ENOSPC, "full", str(args[0]))
        return real(*args)

    return call


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("shutil.copyfile", 1),
        *[("Path.write_bytes", number) for number in range(1, 5)],
        *[("move", number) for number in range(1, 7)],
        ("sync_tree", 1),
        ("sync_folder", 1),
        ("sync_folder", 2),
        ("sync_folder", 3),
    ],
)
def test_a_failure_at_any_step_seals_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    folder = workspace.folder / "submissions" / "01-initial"
    write_documents(folder / "documents", [RenderedFile(FORM.name, b"draft")])
    (folder / "documents" / "own.docx").write_bytes(b"own")
    owner, _, attribute = name.rpartition(".")
    place: Any = getattr(sealing, owner) if owner else sealing
    with monkeypatch.context() as patch:
        patch.setattr(place, attribute, _fails_at(number, getattr(place, attribute)))
        with pytest.raises(WorkspaceError, match="仍未封存"):
            seal(workspace, [FORM], ABOUT, DAY)
    assert not (folder / "manifest.json").exists()
    assert (folder / "documents" / FORM.name).read_bytes() == b"draft"
    assert (folder / "documents" / "own.docx").read_bytes() == b"own"
    assert [one.name for one in folder.parent.iterdir()] == ["01-initial"]
    done = seal(open_workspace(workspace.folder, workspace.standard), [FORM], ABOUT, DAY)
    assert differences(done.folder) == []


KILLED = """
import os, sys, datetime, pathlib
from mmethics_cli.store.submission import sealing
from mmethics_cli.store.submission.rendered import RenderedFile
from mmethics_cli.store.pack import load
from mmethics_cli.store.dossier.workspace import open_workspace
name, number, folder = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
owner = os if name == "replace" else pathlib.Path
real = getattr(owner, name)
def dies(*args):
    global number
    number -= 1
    if number == 0:
        os._exit(9)
    return real(*args)
workspace = open_workspace(folder, load().standard())
setattr(owner, name, dies)
form = RenderedFile("02-申请表.docx", b"final")
sealing.seal(workspace, [form], {}, datetime.date(2027, 3, 1))
"""


@pytest.mark.parametrize(
    ("name", "number", "is_sealed"),
    [
        *[("replace", number, False) for number in range(1, 7)],
        ("replace", 7, True),
        ("chmod", 2, True),
    ],
)
def test_killed_at_any_step_it_is_sealed_whole_or_not_at_all(
    workspace: Workspace, name: str, number: int, is_sealed: bool
) -> None:
    folder = workspace.folder / "submissions" / "01-initial"
    write_documents(folder / "documents", [RenderedFile(FORM.name, b"draft")])
    (folder / "documents" / "own.docx").write_bytes(b"own")
    command = [sys.executable, "-c", KILLED, name, str(number), str(workspace.folder)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 9
    assert (folder / "manifest.json").exists() == is_sealed
    if not is_sealed:
        again = seal(open_workspace(workspace.folder, workspace.standard), [FORM], ABOUT, DAY)
        assert again.aside == workspace.folder / "set-aside" / "01-initial"
        assert (again.aside / "own.docx").read_bytes() == b"own"
    assert differences(folder) == []
    assert [one.read_bytes() for one in workspace.folder.rglob("own.docx")] == [b"own"]


def test_what_was_edited_by_hand_is_not_kept_twice(workspace: Workspace) -> None:
    folder = workspace.folder / "submissions" / "01-initial" / "documents"
    write_documents(folder, [RenderedFile(FORM.name, b"draft")])
    (folder / FORM.name).write_bytes(b"by hand")
    final = RenderedFile(FORM.name, b"by hand, without watermark", edited=sha256(b"by hand"))
    edited = [{"file": f"documents/{FORM.name}", "draft_sha256": final.edited}]
    done = seal(workspace, [final], ABOUT | {"edited": edited}, DAY)
    assert done.aside is None
    assert (folder / FORM.name).read_bytes() == final.data


def test_what_was_edited_while_it_was_being_sealed_is_kept(workspace: Workspace) -> None:
    folder = workspace.folder / "submissions" / "01-initial" / "documents"
    write_documents(folder, [RenderedFile(FORM.name, b"draft")])
    (folder / FORM.name).write_bytes(b"later words")
    done = seal(workspace, [FORM], ABOUT, DAY)
    assert done.aside is not None
    assert (done.aside / FORM.name).read_bytes() == b"later words"


def test_the_last_papers_tell_what_is_sealed_beside_them(workspace: Workspace) -> None:
    told: list[FileTally] = []

    def last(tally: FileTally) -> list[RenderedFile]:
        told.append(tally)
        return [RenderedFile("01-清单.docx", tally.sha256.encode())]

    folder = seal(workspace, [FORM], ABOUT, DAY, last).folder
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["telling"] == ["documents/01-清单.docx"]
    beside = {name: one for name, one in manifest["files"].items() if "01-清单" not in name}
    size = sum((folder / name).stat().st_size for name in beside)
    assert told == [FileTally(len(beside), size, digest_over(beside))]


def test_attachments_of_one_name_do_not_overwrite_each_other(workspace: Workspace) -> None:
    for place in ("a", "b"):
        (workspace.folder / place).mkdir()
        (workspace.folder / place / "CV.pdf").write_bytes(place.encode())
    entries = tuple(Element(one, {"file": f"{one}/CV.pdf"}) for one in ("a", "b"))
    workspace.set_answers({"attachments": entries})
    done = seal(workspace, [FORM], ABOUT, DAY)
    copies = sorted(one.read_bytes() for one in (done.folder / "attachments").iterdir())
    assert copies == [b"a", b"b"]


@pytest.mark.parametrize(
    ("version", "day", "changed", "same_version"),
    [("1.0", "2027-01-05", True, True), ("1.1", "2027-01-05", True, False), ("1.1", "", False, 0)],
)
def test_an_attachment_changed_since_it_was_sealed(
    sealed: Sealed,
    workspace: Workspace,
    version: str,
    day: str,
    changed: bool,
    same_version: bool,
) -> None:
    add_submission(workspace.folder, workspace.standard, "amendment", {})
    again = open_workspace(workspace.folder, workspace.standard)
    fields: dict[str, Any] = {"file": "方案.pdf", "version": version}
    if day:
        fields["date"] = date.fromisoformat(day)
    again.set_answers({"attachments": (Element("p", fields),)})
    assert again.file_states()["p"].changed_since == ""
    (workspace.folder / "attachments" / "方案.pdf").write_bytes(b"other")
    state = again.file_states()["p"]
    assert state.changed_since == ("01-initial" if changed else "")
    assert state.same_version == bool(same_version)


def test_the_baseline_is_what_the_committee_approved(sealed: Sealed, workspace: Workspace) -> None:
    assert open_workspace(workspace.folder, workspace.standard).baseline is None
    decision = sealed.folder / "decision.yaml"
    decision.write_text("decision: disapprove\nnumber: '1'\n", encoding="utf-8")
    assert open_workspace(workspace.folder, workspace.standard).baseline is None
    decision.write_text("decision: approve\n", encoding="utf-8")
    baseline = open_workspace(workspace.folder, workspace.standard).baseline
    assert baseline is not None
    assert baseline.folder == sealed.folder


def test_the_archive_is_the_same_each_time_and_verifies(sealed: Sealed, tmp_path: Path) -> None:
    one, two = tmp_path / "1.zip", tmp_path / "2.zip"
    zip_submission(sealed.folder, one)
    unlock(sealed.folder)
    (sealed.folder / "decision.yaml").write_bytes(b"x: 1\n")
    zip_submission(sealed.folder, two)
    assert one.read_bytes() == two.read_bytes()
    found = verify_zip(one)
    assert (found.differences, found.digest) == ((), sealed.digest)


def rewritten(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(source) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members.items():
            new.writestr(name, data)
    return target


def test_changes_in_an_archive_are_found(sealed: Sealed, tmp_path: Path) -> None:
    whole, other = tmp_path / "1.zip", tmp_path / "2.zip"
    zip_submission(sealed.folder, whole)

    def change(members: dict[str, bytes]) -> None:
        members["01-initial/attachments/方案.pdf"] = b"other"
        del members["01-initial/documents/02-申请表.docx"]
        members["documents/02-申请表.docx"] = b"final"
        members["01-initial/committee/x"] = b"x"
        members["01-initial/x"] = b"x"

    found = verify_zip(rewritten(whole, other, change))
    assert [str(one) for one in found.differences] == [
        "多出来的文件：../documents/02-申请表.docx",
        "内容变了：attachments/方案.pdf",
        "缺少：documents/02-申请表.docx",
        "多出来的文件：x",
    ]
    assert found.ignored == ("committee/",)  # as in a folder: the office packs what it has


@pytest.mark.parametrize("name", ["../evil", "/etc/x", "a/../../x", "C:/x", "a\\..\\x", "a//b"])
def test_archives_that_lead_outside(sealed: Sealed, tmp_path: Path, name: str) -> None:
    assert not is_plain_name(name)
    whole, other = tmp_path / "1.zip", tmp_path / "2.zip"
    zip_submission(sealed.folder, whole)
    rewritten(whole, other, lambda members: members.update({name: b"x"}))
    with pytest.raises(WorkspaceError, match="没有继续读"):
        verify_zip(other)


def test_archive_bombs(sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, other = tmp_path / "1.zip", tmp_path / "2.zip"
    zip_submission(sealed.folder, whole)
    bomb = "01-initial/documents/bomb"
    rewritten(whole, other, lambda members: members.update({bomb: bytes(60_000_000)}))
    with pytest.raises(WorkspaceError, match="大得不合常理"):
        verify_zip(other)
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    with pytest.raises(WorkspaceError, match="大得不合常理"):
        verify_zip(whole)


def test_archives_that_are_none(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(b"no")
    with pytest.raises(WorkspaceError, match="不是完好的 ZIP"):
        verify_zip(file)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("a", b"x")
    file.write_bytes(buffer.getvalue())
    with pytest.raises(WorkspaceError, match=r"没有 manifest.json"):
        verify_zip(file)
    with pytest.raises(WorkspaceError, match="没有这个文件"):
        verify_zip(tmp_path / "none.zip")


def test_comments_of_people_are_kept_and_not_sealed(workspace: Workspace) -> None:
    file = workspace.folder / "submissions" / "01-initial" / "submission.yaml"
    written = file.read_text(encoding="utf-8") + "# 先问张主任再交\n"
    file.write_text(written, encoding="utf-8")
    done = seal(open_workspace(workspace.folder, workspace.standard), [FORM], ABOUT, DAY)
    assert "张主任" not in file.read_text(encoding="utf-8")
    assert done.aside == workspace.folder / "set-aside" / "01-initial"
    kept = {path.name: path.read_text(encoding="utf-8") for path in done.aside.iterdir()}
    assert kept == {"submission-with-comments.yaml": written}
    assert parse(written, "").tree == parse(file.read_text(encoding="utf-8"), "").tree
    assert differences(done.folder) == []


def test_comments_of_people_are_back_where_they_were_if_it_was_not_sealed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workspace.folder / "submissions" / "01-initial" / "submission.yaml"
    written = file.read_text(encoding="utf-8") + "# 先问张主任再交\n"
    file.write_text(written, encoding="utf-8")
    real = move

    def refuse(source: Path, target: Path) -> None:
        if target.name == "manifest.json":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        real(source, target)

    monkeypatch.setattr(sealing, "move", refuse)
    with pytest.raises(WorkspaceError, match="仍未封存"):
        seal(open_workspace(workspace.folder, workspace.standard), [FORM], ABOUT, DAY)
    assert file.read_text(encoding="utf-8") == written
