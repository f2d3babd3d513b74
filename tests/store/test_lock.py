"""One writer at a time: locks of every shape, and what was decided on what was read."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import socket
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import ChangedOnDisk, EthicsError, WorkspaceError
from mmethics_cli.store.dossier.create import add_submission, built_beside
from mmethics_cli.store.dossier.outputs import refuse_output, refuse_output_folder
from mmethics_cli.store.dossier.profile import overlay_of
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.files import sync_folder, write_atomic
from mmethics_cli.store.lock import LOCK_NAME, is_alive, locked
from mmethics_cli.store.pack import load
from mmethics_cli.store.submission.decisions import record_decision
from mmethics_cli.store.submission.rendered import RenderedFile
from mmethics_cli.store.submission.sealing import seal

DAY = date(2027, 3, 1)
FORM = RenderedFile("02-申请表.docx", b"final")
CURRENT = "submissions/01-initial"
APPROVED = CommitteeDecision("approve", date(2027, 3, 20), number="甲-001")
REFUSED = CommitteeDecision("disapprove", date(2027, 3, 21), number="乙-002")


@pytest.mark.parametrize(
    "make",
    [
        lambda lock: lock.symlink_to(lock.parent / "nowhere"),
        lambda lock: lock.symlink_to("/dev/zero"),
        os.mkfifo,
        Path.mkdir,
    ],
)
def test_what_stands_in_the_place_of_a_lock_is_said(
    tmp_path: Path, make: Callable[[Path], object]
) -> None:
    make(tmp_path / LOCK_NAME)
    with pytest.raises(WorkspaceError, match="删去"), locked(tmp_path, wait=0.0):
        pytest.fail("took it for a lock")


@pytest.mark.parametrize(
    "pid",
    [10**30, -1, 0, True, None, pytest.param(os.getpid(), id="own")],  # the workers' differ
)
def test_a_lock_with_a_number_that_no_process_has_is_a_dead_one(
    tmp_path: Path, pid: object
) -> None:
    lock = tmp_path / LOCK_NAME
    lock.write_text(json.dumps({"pid": pid, "host": socket.gethostname()}), encoding="utf-8")
    os.utime(lock, (1, 1))
    if pid is True:  # the first process lives
        with pytest.raises(WorkspaceError, match="另一个"), locked(tmp_path, wait=0.0):
            pass
        return
    with locked(tmp_path, wait=0.0):
        assert json.loads(lock.read_text(encoding="utf-8"))["pid"] == os.getpid()


@pytest.mark.parametrize(("refusal", "alive"), [(5, True), (87, False)])
def test_a_process_that_windows_lets_nobody_ask_is_alive(
    monkeypatch: pytest.MonkeyPatch, refusal: int, alive: bool
) -> None:
    kernel = SimpleNamespace(OpenProcess=lambda *_: 0)
    monkeypatch.setattr(ctypes, "WinDLL", lambda *_, **__: kernel, raising=False)
    monkeypatch.setattr(ctypes, "get_last_error", lambda: refusal, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert is_alive(4711) is alive


@pytest.mark.parametrize("number", [22, 95, 9, 13])  # EINVAL, ENOTSUP, EBADF, EACCES
def test_a_disk_that_knows_no_sync_of_folders_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real = os.fsync

    def refusing(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().is_dir():
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", refusing)
    write_atomic(tmp_path / "f", b"new")
    sync_folder(tmp_path)
    assert (tmp_path / "f").read_bytes() == b"new"


def test_a_disk_that_fails_after_the_change_is_not_said_to_be_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(folder: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("mmethics_cli.store.files.sync_folder", failing)
    with pytest.raises(WorkspaceError, match="已经写好，但"):
        write_atomic(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"new"


def test_a_file_held_for_a_moment_on_windows_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = os.replace, 3

    def held(old: Path, new: Path) -> None:
        nonlocal left
        left -= 1
        if left:
            raise PermissionError(13, "held")
        real(old, new)

    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr("mmethics_cli.store.files._WINDOWS", True)
    write_atomic(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"new"


# Two at once, each having read before the other wrote.


@pytest.fixture
def sealed(folder: Path, standard: Standard) -> Path:
    seal(open_workspace(folder, standard), [FORM], {}, DAY)
    return folder


def test_of_two_decisions_one_is_there_whole(sealed: Path, standard: Standard) -> None:
    one, two = open_workspace(sealed, standard), open_workspace(sealed, standard)
    record_decision(one, APPROVED, {})
    before = (sealed / CURRENT / "decision.yaml").read_bytes()
    with pytest.raises(ChangedOnDisk, match=r"decision\.yaml"):
        record_decision(two, REFUSED, {})
    assert (sealed / CURRENT / "decision.yaml").read_bytes() == before


def test_a_draft_is_not_written_over_what_was_sealed_meanwhile(
    workspace: Workspace, standard: Standard
) -> None:
    with workspace.writing(whole=True):
        pass
    seal(open_workspace(workspace.folder, standard), [FORM], {}, DAY)
    with pytest.raises(ChangedOnDisk, match="封存"), workspace.writing(whole=True):
        pytest.fail("would have written a draft over it")
    with pytest.raises(ChangedOnDisk):  # nor an answer into the sealed event
        workspace.write(workspace.folder / CURRENT / "submission.yaml", {("event",): {}})


@pytest.mark.parametrize("name", ["dossier.yaml", "self-check.yaml", "institution.yaml"])
def test_what_is_sealed_is_what_was_read(
    workspace: Workspace, standard: Standard, name: str
) -> None:
    path = workspace.folder / name
    path.write_text(f"{path.read_text(encoding='utf-8')}# 又改了\n", encoding="utf-8")
    with pytest.raises(ChangedOnDisk, match=name):
        seal(workspace, [FORM], {}, DAY)
    assert not (workspace.folder / CURRENT / "manifest.json").exists()


def test_two_submissions_opened_at_once(sealed: Path, standard: Standard) -> None:
    other = open_workspace(sealed, standard)
    add_submission(sealed, standard, "amendment", {})
    with pytest.raises(ChangedOnDisk, match="新开"), other.writing():
        pytest.fail("would have opened another")


def test_killed_while_a_submission_opens_none_is_counted(
    sealed: Path, standard: Standard, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(path.name for path in (sealed / "submissions").iterdir())

    def killed(*_: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as patch:
        patch.setattr("mmethics_cli.store.files.move", killed)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)  # nobody cleans after a kill
        with pytest.raises(SystemExit):
            add_submission(sealed, standard, "amendment", {})
    again = open_workspace(sealed, standard)
    assert [one.name for one in again.submissions] == ["01-initial"]
    with again.writing():  # the next writer cleans
        pass
    assert sorted(path.name for path in (sealed / "submissions").iterdir()) == before


def test_a_killed_new_leaves_nothing_that_stays(tmp_path: Path) -> None:
    left = tmp_path / f".d.{2**22 + 7}.mmethics"
    left.mkdir()
    others = [tmp_path / ".d.x.mmethics", tmp_path / f".e.{2**22 + 7}.mmethics"]
    for other in others:
        other.mkdir()
    with built_beside(tmp_path / "d") as beside:
        (beside / "dossier.yaml").write_text("", encoding="utf-8")
    assert not left.exists()
    assert all(other.exists() for other in others)


# Places.


@pytest.mark.parametrize(
    "place",
    [
        "submissions/01-initial/committee",
        "submissions/01-initial/documents/.rendered.json",
        "submissions/01-initial/decision.yaml",
        "submissions/02-amendment",
        ".schema",
        "set-aside",
    ],
)
def test_links_in_a_dossier_are_neither_read_nor_written(
    folder: Path, standard: Standard, tmp_path: Path, place: str
) -> None:
    shutil.rmtree(folder / ".schema")
    link = folder / place
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(tmp_path)
    with pytest.raises(WorkspaceError, match=place):
        open_workspace(folder, standard)


@pytest.mark.parametrize("place", ["documents", "attachments"])
def test_a_whole_folder_that_is_a_link(
    folder: Path, standard: Standard, tmp_path: Path, place: str
) -> None:
    if place == "attachments":
        shutil.move(folder / place, tmp_path / "elsewhere")
        (folder / place).symlink_to(tmp_path / "elsewhere")
        state = open_workspace(folder, standard).file_states()["p"]
        assert "链接" in state.trouble
        return
    (folder / CURRENT / place).symlink_to(tmp_path)
    with pytest.raises(WorkspaceError, match="链接"):
        open_workspace(folder, standard)


def test_a_template_that_is_a_link_is_not_printed(tmp_path: Path) -> None:
    (tmp_path / "ours" / "templates").mkdir(parents=True)
    (tmp_path / "ours" / "templates" / "consent.md").symlink_to("/etc/hostname")
    with pytest.raises(WorkspaceError, match=r"templates/consent\.md"):
        load(tmp_path / "ours")


@pytest.mark.parametrize("pack", ["\\\\server\\share", "//server/share", "link"])
def test_a_pack_elsewhere_is_for_the_command_line_alone(folder: Path, pack: str) -> None:
    (folder / "link").symlink_to(folder.parent)
    text = json.dumps(pack)
    (folder / "institution.yaml").write_text(f"pack: {text}\n", encoding="utf-8")
    with pytest.raises(EthicsError, match=r"institution\.yaml:1.*--pack"):
        overlay_of(folder)


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ("dossier.yaml", "卷宗自己"),
        ("submissions/01-initial/x.zip", "卷宗自己"),
        ("attachments/方案.pdf", "卷宗自己"),
        ("预算.xlsx", "卷宗自己"),
        (".mmethics-unfinished", "卷宗自己"),
        ("../link.zip", "链接"),
        ("../none/x.zip", "没有文件夹"),
        ("..", "是文件夹"),
        ("../theirs.zip", "已经有"),
    ],
)
def test_an_output_never_takes_the_place_of_what_is_not_to_be_replaced(
    workspace: Workspace, place: str, word: str
) -> None:
    from mmethics_cli.core.conditions.values import Element

    folder = workspace.folder
    workspace.set_answers({"attachments": (Element("b", {"file": "预算.xlsx"}),)})
    (folder / "预算.xlsx").write_bytes(b"x")
    (folder.parent / "theirs.zip").write_bytes(b"x")
    (folder.parent / "link.zip").symlink_to(folder / "dossier.yaml")
    replace = word != "已经有"
    with pytest.raises(EthicsError, match=word):
        refuse_output(workspace, "--zip", folder / place, "x.zip", replace=replace)
    refuse_output(workspace, "--zip", folder.parent / "theirs.zip", "x.zip", replace=True)
    refuse_output(workspace, "--zip", folder / "送审.zip", "x.zip")


def test_papers_are_not_put_out_into_the_dossier_itself(workspace: Workspace) -> None:
    for place in ("", "attachments", "submissions/01-initial/documents", "dossier.yaml"):
        with pytest.raises(EthicsError, match="--out"):
            refuse_output_folder(workspace, "--out", workspace.folder / place)
    refuse_output_folder(workspace, "--out", workspace.folder / "打印")
