"""A stranger's pack: one that lies in the dossier, changes what must be so, or holds links."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mmethics_cli.cli import app
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.overlay import Override
from mmethics_cli.store.pack import load

WEAKER = """\
- table: review_method
  rules:
    - id: M1
      when: {event.kind: completion}
    - id: M2
      when: {event.kind: completion}
    - id: F6
      zh: 只改了说法
"""


def words(folder: Path) -> str:
    """The text of the one paper in a folder."""
    (paper,) = folder.glob("*.docx")
    with zipfile.ZipFile(paper) as package:
        return re.sub("<[^>]+>", "", package.read("word/document.xml").decode())


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["--today", "2027-03-01", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete dossier whose own folder holds the pack that judges it."""
    study = tmp_path_factory.mktemp("inside") / "study"
    assert run("new", study, "--example", "genomics-imaging-partner").exit_code == 0
    rules = study / "pack" / "checklists" / "rules"
    rules.mkdir(parents=True)
    (rules / "weaker.yaml").write_text(WEAKER, encoding="utf-8")
    profile = study / "institution.yaml"
    text = profile.read_text(encoding="utf-8")
    assert "\npack:" in text
    profile.write_text(text.replace("\npack:", "\npack: pack", 1), encoding="utf-8")
    return study


NAMED = "放在卷宗自己的文件夹里，不是本院的；它改写了必须遵守的判定：M1、M2"


def test_every_result_of_a_pack_inside_names_it(folder: Path) -> None:
    path = run("pathway", folder)
    assert NAMED in path.stdout.replace("\n", "") and NAMED not in path.stderr
    assert NAMED in json.loads(run("pathway", folder, "--format", "json").stdout)["notices"][0]
    (found,) = (
        each
        for each in json.loads(run("check", folder, "--format", "json").stdout)["findings"]
        if each["id"] == "pack_differs"
    )
    assert found["severity"] == "warning" and NAMED in found["message"]
    assert NAMED in run("status", folder).stderr
    made = run("render", folder, "--only", "pathway_basis", "--out", folder.parent / "out")
    assert NAMED in made.stderr
    text = words(folder.parent / "out")
    assert "标准包放在卷宗里" in text and "委员会判定时不用" in text


@pytest.mark.parametrize("how", [("--for", "committee"), ("--only", "formal_check")])
def test_the_office_ignores_it_unless_told(folder: Path, how: tuple[str, ...]) -> None:
    told = run("render", folder, *how, "--list")
    assert "标准包“pack”没有用" in told.stderr and "--pack" in told.stderr
    asked = run("--pack", folder / "pack", "render", folder, *how, "--list")
    assert "没有用" not in asked.stderr
    assert "附加标准包“pack”改写了必须遵守的判定：M1、M2" in asked.stderr


def test_the_office_s_papers_name_what_must_be_so_and_was_changed(folder: Path) -> None:
    out = folder.parent / "office"
    run("--pack", folder / "pack", "render", folder, "--only", "formal_check", "--out", out)
    assert "本院标准包改写了必须遵守的判定：M1、M2。" in words(out)


def test_an_approval_is_recorded_without_it(folder: Path) -> None:
    done = run("record", folder, "--decision", "批准", "--date", "2027-03-01")
    assert "标准包“pack”没有用" in done.stderr


def test_only_what_decides_and_must_be_so_is_binding(folder: Path) -> None:
    def binding(override: Override) -> bool:
        return override.binding

    changes = load(folder / "pack").overrides
    assert [(each.id, binding(each)) for each in changes] == [
        ("M1", True), ("M2", True), ("F6", False)
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("place", ["templates", "templates/parts", "templates/consent_adult.md"])
def test_a_pack_that_holds_a_link_is_refused(tmp_path: Path, place: str) -> None:
    pack = tmp_path / "pack"
    link = pack / place
    link.parent.mkdir(parents=True)
    (pack / "checklists").mkdir()
    link.symlink_to(tmp_path)
    with pytest.raises(WorkspaceError, match="链接") as refused:
        load(pack)
    assert place in str(refused.value)


@pytest.mark.parametrize("share", [r"\\server\share", "//server/share"])
def test_a_share_is_not_opened(folder: Path, tmp_path: Path, share: str) -> None:
    (tmp_path / "dossier.yaml").write_text("project: {}\n", encoding="utf-8")
    (tmp_path / "institution.yaml").write_text(f"pack: '{share}'\n", encoding="utf-8")
    done = run("check", tmp_path)
    assert done.exit_code == 2 and "网络" in done.stderr
