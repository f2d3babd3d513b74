"""`mmethics render`: what it writes, what it keeps, what it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENTS = Path("submissions/01-initial/documents")


def mmethics(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mmethics_cli", "--today", "2027-03-01", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    assert mmethics("new", folder, "--blank").returncode == 0
    return folder


def test_drafts_are_written_and_named_on_stdout(dossier: Path) -> None:
    done = mmethics("render", dossier, "--names", "id")
    names = sorted(one.name for one in (dossier / DOCUMENTS).glob("*.*x"))
    assert (done.returncode, sorted(done.stdout.split())) == (0, names)
    assert "04-self_check-V1.0-2027-03-01.xlsx" in names
    assert "version: '1.0'" in (dossier / DOCUMENTS.parent / "submission.yaml").read_text(
        encoding="utf-8"
    ).replace('"', "'")


def test_a_file_edited_by_hand_is_kept_until_told_otherwise(dossier: Path) -> None:
    mmethics("render", dossier, "--only", "transmittal_list")
    (path,) = (dossier / DOCUMENTS).glob("01-*.docx")
    path.write_bytes(b"mine")
    kept = mmethics("render", dossier, "--only", "transmittal_list")
    assert (kept.returncode, path.read_bytes()) == (1, b"mine")
    assert path.name in kept.stderr
    assert mmethics("render", dossier, "--only", "transmittal_list", "--replace").returncode == 0
    assert path.read_bytes() != b"mine"


def test_another_folder_gets_only_what_was_named(dossier: Path, tmp_path: Path) -> None:
    done = mmethics("render", dossier, "--only", "consent_adult", "--out", tmp_path / "out")
    assert done.returncode == 0
    assert len(list((tmp_path / "out").glob("*.*x"))) == 1
    assert not list((dossier / DOCUMENTS).glob("*.docx"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "transmital_list"], "transmittal_list"),
        (["--only", "protocol"], "自备"),
        (["--only", "transmittal_list", "--documents-lang", "en"], "没有英文模板"),
        (["--for", "committee", "--only", "application_form"], "申请人的文件"),
        (["--only", "application_form,formal_check"], "分两次"),
    ],
)
def test_what_cannot_be_rendered_is_refused(
    dossier: Path, arguments: list[str], words: str
) -> None:
    done = mmethics("render", dossier, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_the_list_writes_nothing(dossier: Path) -> None:
    done = mmethics("render", dossier, "--list")
    assert "application_form" in done.stdout and "自备" in done.stdout
    assert not (dossier / DOCUMENTS).exists() or not list((dossier / DOCUMENTS).iterdir())
