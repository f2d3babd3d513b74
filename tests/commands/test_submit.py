"""Submitting and verifying, as a user does it."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from tests.program import EXAMPLES, mmethics, told


@pytest.fixture
def sealed(sealed_example: Callable[[str], Path], tmp_path: Path) -> Path:
    """A worked example, submitted."""
    return Path(shutil.copytree(sealed_example(EXAMPLES[0]), tmp_path / "sealed"))


def test_what_is_not_complete_is_not_sealed(tmp_path: Path) -> None:
    assert mmethics("new", "d", "--blank", cwd=tmp_path).returncode == 0
    done = mmethics("submit", "d", "--zip", "x.zip", cwd=tmp_path)
    assert done.returncode == 1
    assert "没有封存" in done.stderr
    assert not (tmp_path / "x.zip").exists()
    assert not (tmp_path / "d/submissions/01-initial/manifest.json").exists()
    assert mmethics("verify", "d/submissions/01-initial", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("place", ["none/x.zip", ".", "d/submissions/01-initial/x.zip"])
def test_the_place_of_the_archive_is_looked_at_first(tmp_path: Path, place: str) -> None:
    assert mmethics("new", "d", "--blank", cwd=tmp_path).returncode == 0
    done = mmethics("submit", "d", "--zip", place, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--zip" in done.stderr


def test_a_complete_dossier_is_sealed_once_and_verifies(sealed: Path) -> None:
    folder = sealed / "submissions" / "01-initial"
    done = mmethics("verify", folder, cwd=sealed)
    assert done.returncode == 0, done.stdout
    (listed,) = (folder / "documents").glob("*送审文件清单*.docx")
    printed = "".join(part.text or "" for part in docx.Document(str(listed)).element.body.iter())
    found = re.search(r"个数 (\d+)，总字节数 (\d+)，\n合并校验值（SHA-256）：(\w+)", done.stdout)
    assert found is not None and all(figure in printed for figure in found.groups())
    again = mmethics("--today", told(EXAMPLES[0], "as_of"), "submit", sealed, cwd=sealed)
    assert again.returncode == 2
    assert "已经封存" in again.stderr


@pytest.mark.parametrize(
    ("length", "right", "code"), [(16, True, 0), (64, True, 0), (16, False, 1), (15, True, 2)]
)
def test_the_digest_that_was_noted_is_expected(
    sealed: Path, length: int, code: int, *, right: bool
) -> None:
    folder = sealed / "submissions" / "01-initial"
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    noted = digest[:length].upper() if right else "0" * length
    done = mmethics("verify", folder, "--expect", noted, cwd=sealed)
    assert done.returncode == code, done.stdout
    assert ("--expect" in done.stdout + done.stderr) == (code != 0)
    assert code == 2 or "与登记一致：log.jsonl 第 1 行" in done.stdout


def test_a_change_is_named(sealed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "01-initial"
    shutil.copytree(sealed / "submissions" / "01-initial", folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    (folder / "snapshot.yaml").write_text("x: 1\n", encoding="utf-8")
    done = mmethics("verify", folder, cwd=tmp_path)
    assert done.returncode == 1
    assert "内容变了：snapshot.yaml" in done.stdout


def test_the_archive_holds_what_was_sealed(tmp_path: Path) -> None:
    name = EXAMPLES[0]
    day = told(name, "as_of")
    assert mmethics("--today", day, "new", "d", "--example", name, cwd=tmp_path).returncode == 0
    done = mmethics("--today", day, "submit", "d", "--zip", "送审.zip", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    checked = mmethics("verify", "送审.zip", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.splitlines()[-1] in done.stdout
    # Made again of what is sealed: in place of another only if that is said.
    again = mmethics("submit", "d", "--zip", "送审.zip", cwd=tmp_path)
    assert (again.returncode, "--replace" in again.stderr) == (2, True)
    whole = (tmp_path / "送审.zip").read_bytes()
    (tmp_path / "送审.zip").write_bytes(b"old")
    again = mmethics("submit", "d", "--zip", "送审.zip", "--replace", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "送审.zip").read_bytes() == whole
    unlock = re.search("chmod -R u[+]w (.+)", done.stderr)
    assert unlock and unlock[1].endswith("d/submissions/01-initial")
