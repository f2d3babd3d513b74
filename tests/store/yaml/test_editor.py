"""One file edited: exact texts, whole files whatever happens, one writer at a time."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmethics_cli.errors import ChangedOnDisk, WorkspaceError
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.lock import LOCK_NAME, locked
from mmethics_cli.store.yaml.characters import refused_in_value
from mmethics_cli.store.yaml.editor import Editor, ElementId
from mmethics_cli.store.yaml.reader import read_file
from tests.program import ROOT

BEFORE = "# 头\na:\n  b: 1   # 注\nl:\n  - id: x\n    n: y\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dossier.yaml"
    path.write_text(BEFORE, encoding="utf-8")
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(max_size=40), key=st.sampled_from(["b", "new"]))
def test_any_text_is_read_back_exactly_or_refused_with_its_place(
    file: Path, text: str, key: str
) -> None:
    editor = Editor(file)
    if refused_in_value(text):
        with pytest.raises(WorkspaceError, match=f"a.{key}.*U\\+"):
            editor.set(("a", key), text)
        return
    editor.set(("a", key), text)
    editor.set(("l", ElementId("x"), "n"), text)
    editor.save()
    tree: Any = read_file(file).tree
    assert tree["a"][key] == text
    assert tree["l"][0]["n"] == text
    assert file.read_text(encoding="utf-8").startswith("# 头\n")


def test_keys_make_what_is_missing(file: Path) -> None:
    editor = Editor(file)
    editor.set(("data", "assets", ElementId("ct"), "modality"), "imaging")
    editor.set(("l", ElementId("z"), "n"), "w")
    editor.delete(("a", "b"))
    editor.delete(("l", ElementId("x")))
    editor.save()
    assert read_file(file).tree == {
        "a": {},
        "l": [{"id": "z", "n": "w"}],
        "data": {"assets": [{"id": "ct", "modality": "imaging"}]},
    }


def test_windows_line_ends_and_bom_stay(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + BEFORE.replace("\n", "\r\n").encode())
    editor = Editor(file)
    editor.set(("a", "b"), "一\n二")
    editor.save()
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf# ")
    assert data.count(b"\n") == data.count(b"\r\n")
    tree: Any = read_file(file).tree
    assert tree["a"]["b"] == "一\n二"


def test_a_file_that_changed_meanwhile_is_not_overwritten(file: Path) -> None:
    editor = Editor(file)
    file.write_text("a: 别人\n", encoding="utf-8")
    editor.set(("a",), "我")
    with pytest.raises(ChangedOnDisk, match="没有写入"):
        editor.save()
    assert file.read_text(encoding="utf-8") == "a: 别人\n"


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("a: &x 1  # 注\nb: *x\nc: *x\n", ("a",), "a: 新  # 注\nb: 1\nc: 1\n"),
        ("a: &x 一, 二\nb: [*x, 三]\n", ("a",), 'a: 新\nb: ["一, 二", 三]\n'),
        ("a: &x |\n  一\n  二\nb: *x\n", ("a",), 'a: 新\nb: "一\\n二\\n"\n'),
        ("a: &x '- 一'\nb: *x\nc: &y 2\nd: *y\n", ("a",), 'a: 新\nb: "- 一"\nc: 2\nd: 2\n'),
        ("a: &x 1\nb: *x\n", ("b",), "a: &x 1\nb: 新\n"),
    ],
)
def test_an_answer_that_others_repeat_changes_alone(
    file: Path, before: str, keys: tuple[str], after: str
) -> None:
    file.write_text(before, encoding="utf-8")
    editor = Editor(file)
    others = {key: value for key, value in _tree(file).items() if key not in keys}
    editor.set(keys, "新")
    editor.save()
    assert file.read_text(encoding="utf-8") == after
    assert _tree(file) == {keys[0]: "新", **others}


def _tree(file: Path) -> dict[str, Any]:
    tree: Any = read_file(file).tree
    return dict(tree)


def test_a_list_that_others_repeat_is_left_alone_and_that_is_said(file: Path) -> None:
    text = "a: &x [1]\nb: *x\n"
    file.write_text(text, encoding="utf-8")
    editor = Editor(file)
    editor.set(("a",), "2")
    with pytest.raises(WorkspaceError, match="用了 & 和"):
        editor.save()
    assert file.read_text(encoding="utf-8") == text


def _raise(error: OSError) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), PermissionError(13, "in use")])
@pytest.mark.parametrize("name", ["os.replace", "os.fsync", "tempfile.mkstemp", "os.fdopen"])
def test_a_failed_write_leaves_the_old_file_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: OSError
) -> None:
    editor = Editor(file)
    editor.set(("a", "b"), "2")
    with monkeypatch.context() as patch:
        patch.setattr(name, _raise(error))
        with pytest.raises(WorkspaceError, match="没有改动"):
            editor.save()
    assert file.read_text(encoding="utf-8") == BEFORE
    assert [one.name for one in file.parent.iterdir()] == ["dossier.yaml"]
    editor.save()
    assert "b: 2   # 注" in file.read_text(encoding="utf-8")


KILLED = """
import os, sys
from pathlib import Path
from mmethics_cli.store import files
stage, path = sys.argv[1], Path(sys.argv[2])
def dies(real, before):
    def call(*args):
        if before:
            os._exit(9)
        real(*args)
        os._exit(9)
    return call
name, when = stage.split("-")
setattr(files.os, name, dies(getattr(os, name), when == "before"))
files.write_atomic(path, b"new" * 100000)
"""


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("fsync-before", "old"),
        ("fsync-after", "old"),
        ("replace-before", "old"),
        ("replace-after", "new" * 100000),
    ],
    ids=lambda value: value[:20],  # pytest puts the id into the environment of child processes
)
def test_a_killed_write_leaves_the_old_or_the_new_file(
    tmp_path: Path, stage: str, expected: str
) -> None:
    path = tmp_path / "f"
    path.write_text("old", encoding="utf-8")
    command = [sys.executable, "-c", KILLED, stage, str(path)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 9
    assert path.read_text(encoding="utf-8") == expected


def test_the_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomic(path, b"new")
    assert (path.stat().st_mode & 0o777, path.read_bytes()) == (0o640, b"new")


def test_of_two_writers_one_waits_and_is_told(tmp_path: Path) -> None:
    told = pytest.raises(WorkspaceError, match=f"进程 {os.getpid()}")
    with locked(tmp_path), told, locked(tmp_path, wait=0.1):
        pytest.fail("two held the lock")
    assert not (tmp_path / LOCK_NAME).exists()


def test_a_waiting_writer_gets_its_turn(tmp_path: Path) -> None:
    order: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait()
        with locked(tmp_path, wait=10):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with locked(tmp_path):
        inside.set()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def _dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


@pytest.mark.parametrize("content", ["{pid}", "junk"])
def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path, content: str) -> None:
    lock = tmp_path / LOCK_NAME
    held = json.dumps({"pid": _dead_pid(), "host": socket.gethostname()})
    lock.write_text(held if content == "{pid}" else content, encoding="utf-8")
    os.utime(lock, (1, 1))
    with locked(tmp_path, wait=0.0):
        assert json.loads(lock.read_text(encoding="utf-8"))["pid"] == os.getpid()
    assert [one.name for one in tmp_path.iterdir()] == []


def test_a_lock_of_another_computer_is_respected(tmp_path: Path) -> None:
    lock = tmp_path / LOCK_NAME
    lock.write_text(json.dumps({"pid": _dead_pid(), "host": "别的电脑"}), encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"别的电脑.*删去"), locked(tmp_path, wait=0.0):
        pytest.fail("took a living lock")


def test_a_folder_that_can_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "mmethics_cli.store.files.os.open", _raise(OSError(errno.EROFS, "read-only"))
    )
    with pytest.raises(WorkspaceError, match="不能写"), locked(tmp_path):
        pytest.fail("locked a read-only folder")


def test_what_a_killed_write_left_is_removed_by_the_next_and_nothing_else(tmp_path: Path) -> None:
    current = tmp_path / "submissions" / "01-initial"
    current.mkdir(parents=True)
    left = [tmp_path / ".mmethics-ab12.tmp", current / ".mmethics-cd34.tmp"]
    others = [tmp_path / "mine.tmp", tmp_path / ".mmethics-unfinished", current / "x.tmp"]
    young = tmp_path / ".mmethics-young.tmp"
    long_ago = time.time() - 3600
    for path in (*left, *others, young):
        path.write_text("half", encoding="utf-8")
        os.utime(path, None if path is young else (long_ago, long_ago))
    held = tmp_path / LOCK_NAME
    held.write_text(
        json.dumps({"pid": os.getppid(), "host": socket.gethostname()}), encoding="utf-8"
    )
    with pytest.raises(WorkspaceError, match="另一个 mmethics"), locked(tmp_path, wait=0):
        pass
    assert all(path.exists() for path in left)
    held.unlink()
    with locked(tmp_path):
        assert not any(path.exists() for path in left)
    assert all(path.exists() for path in (*others, young))
