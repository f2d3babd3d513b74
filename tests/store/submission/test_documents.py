"""Rendered files: legal names, and nothing that a person wrote is lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmethics_cli.store.dossier.parts import DocumentVersion
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.submission.documents import (
    enter_versions,
    file_name,
    write_documents,
)
from mmethics_cli.store.submission.rendered import RECORD, RenderedFile, read_record

DAY = date(2027, 3, 1)
ONE = RenderedFile("01-甲.docx", b"one")
TWO = RenderedFile("02-乙.docx", b"two")


def test_names() -> None:
    version = DocumentVersion("1.0", DAY)
    name = file_name("02", "伦理审查申请表", version, ".docx")
    assert name == "02-伦理审查申请表-V1.0-2027-03-01.docx"
    assert file_name("03", "表: 甲/乙?", DocumentVersion("1.0 ", None), ".xlsx") == (
        "03-表_ 甲_乙_-V1.0 .xlsx"
    )
    long = file_name("04", "很长的名称" * 60, version, ".docx")
    assert long.endswith("-V1.0-2027-03-01.docx")
    assert len(long.encode()) <= 200


@given(st.text(max_size=100))
def test_any_title_gives_a_name_that_windows_takes(title: str) -> None:
    title = title.encode("utf-8", "ignore").decode("utf-8")
    name = legal_name(title)
    assert name
    assert len(name.encode()) <= 201
    assert not set(name) & set('<>:"/\\|?*\0')
    assert not name.endswith((".", " "))
    assert not PureWindowsPath(name).is_reserved()
    assert legal_name(name) == name


def test_written_again_when_nobody_touched_it(tmp_path: Path) -> None:
    assert write_documents(tmp_path, [ONE, TWO]).written == [ONE.name, TWO.name]
    newer = RenderedFile(ONE.name, b"newer")
    done = write_documents(tmp_path, [newer])
    assert (done.written, done.removed, done.kept) == ([ONE.name], [TWO.name], [])
    assert (tmp_path / ONE.name).read_bytes() == b"newer"
    assert not (tmp_path / TWO.name).exists()


def test_a_part_of_the_package_leaves_the_rest(tmp_path: Path) -> None:
    write_documents(tmp_path, [ONE, TWO])
    assert write_documents(tmp_path, [ONE], whole=False).removed == []
    assert (tmp_path / TWO.name).exists()


@pytest.mark.parametrize("damage", [None, b"", b"[]", b"{", b'{"../x": "y"}'])
def test_a_file_edited_by_hand_is_kept(tmp_path: Path, damage: bytes | None) -> None:
    write_documents(tmp_path, [ONE, TWO])
    (tmp_path / ONE.name).write_bytes(b"by hand")
    (tmp_path / "own.docx").write_bytes(b"own")
    if damage is not None:
        (tmp_path / RECORD).write_bytes(damage)
    done = write_documents(tmp_path, [RenderedFile(ONE.name, b"newer"), TWO])
    assert done.kept == [ONE.name]
    assert done.written == [TWO.name]
    assert (tmp_path / ONE.name).read_bytes() == b"by hand"
    assert (tmp_path / "own.docx").read_bytes() == b"own"


def test_replace_moves_it_aside(tmp_path: Path) -> None:
    for text in (b"first", b"second"):
        write_documents(tmp_path, [ONE], replace=True)
        (tmp_path / ONE.name).write_bytes(text)
    done = write_documents(tmp_path, [ONE], replace=True)
    assert done.moved == ["replaced/01-甲-2.docx"]
    assert (tmp_path / ONE.name).read_bytes() == b"one"
    kept = sorted(one.read_bytes() for one in (tmp_path / "replaced").iterdir())
    assert kept == [b"first", b"second"]


def test_a_file_no_longer_wanted_but_edited_is_kept(tmp_path: Path) -> None:
    write_documents(tmp_path, [ONE, TWO])
    (tmp_path / TWO.name).write_bytes(b"by hand")
    assert write_documents(tmp_path, [ONE]).kept == [TWO.name]
    assert (tmp_path / TWO.name).read_bytes() == b"by hand"


def test_a_file_open_elsewhere_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = write_atomic

    def refuse(path: Path, data: bytes) -> None:
        if path.name == ONE.name:
            raise PermissionError(13, "sharing violation")
        real(path, data)

    monkeypatch.setattr("mmethics_cli.store.submission.documents.write_atomic", refuse)
    done = write_documents(tmp_path, [ONE, TWO])
    assert done.written == [TWO.name]
    assert [name for name, _ in done.failed] == [ONE.name]
    assert "其他程序" in done.failed[0][1]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError], ids=["killed", "full"])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_stopped_at_any_write_no_file_of_ours_looks_edited(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    error: type[BaseException],
    *,
    done: bool,
) -> None:
    write_documents(tmp_path, [ONE, TWO])
    left = number

    def stopped(path: Path, data: bytes) -> None:
        nonlocal left
        left -= 1
        if left == 0 and done:
            real(path, data)
        if left == 0 or (left < 0 and error is OSError):  # a full disk stays full
            raise error(28, "full")
        real(path, data)

    real = write_atomic
    new = [RenderedFile(file.name, b"new", "paper", "source") for file in (ONE, TWO)]
    with monkeypatch.context() as patch:
        for module in ("documents", "rendered"):
            patch.setattr(f"mmethics_cli.store.submission.{module}.write_atomic", stopped)
        with pytest.raises(error):
            write_documents(tmp_path, new)
    record = read_record(tmp_path)
    for file in new:
        assert not record.is_edited(file.name)
        if (tmp_path / file.name).read_bytes() != file.data:
            assert record.source_of(file.name) == ""
    assert write_documents(tmp_path, new).kept == []
    assert [read_record(tmp_path).source_of(file.name) for file in new] == ["source"] * 2


def test_versions_are_entered_where_they_differ(workspace: Workspace) -> None:
    first = DocumentVersion("1.0", DAY)
    enter_versions(workspace, {"application_form": first, "self_check": first})
    event = workspace.folder / "submissions/01-initial/submission.yaml"
    before = event.read_text(encoding="utf-8")
    enter_versions(workspace, {"application_form": first})
    assert event.read_text(encoding="utf-8") == before
    again = open_workspace(workspace.folder, workspace.standard)
    second = DocumentVersion("1.1", date(2029, 1, 1))
    enter_versions(again, {"application_form": second})
    assert again.versions == {"application_form": second, "self_check": first}
