"""`demo` runs the whole way, once, in a folder of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mmethics_cli.cli import app
from mmethics_cli.commands.demo import EXAMPLE
from tests.program import told


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_demo_seals_a_submission_and_tells_each_step() -> None:
    result = CliRunner().invoke(app, ["demo"])
    assert result.exit_code == 0, result.stderr
    sealed = Path("mmethics-demo/submissions/01-initial")
    manifest = json.loads((sealed / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["date"] == told(EXAMPLE, "as_of")
    assert list((sealed / "documents").glob("*.docx"))
    calls = re.findall("】mmethics ([a-z]+)", result.stderr)
    assert calls == ["new", "pathway", "check", "render", "submit"]
    assert CliRunner().invoke(app, ["verify", str(sealed)]).exit_code == 0
    # An ordinary user deletes only from folders that can be written.
    assert all(path.stat().st_mode & 0o200 for path in sealed.rglob("*"))


def test_demo_leaves_a_folder_that_is_not_empty_alone() -> None:
    Path("d").mkdir()
    Path("d/mine").write_text("", encoding="utf-8")
    result = CliRunner().invoke(app, ["demo", "d"])
    assert result.exit_code == 2
    assert "不是空文件夹" in result.stderr
    assert [path.name for path in Path("d").iterdir()] == ["mine"]


def test_demo_stops_with_the_code_of_the_step_that_failed() -> None:
    result = CliRunner().invoke(app, ["--today", "2099-01-01", "demo", "d"])
    assert result.exit_code == 1
    assert "【5/5】" not in result.stderr
