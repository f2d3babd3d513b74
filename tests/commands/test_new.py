"""`new` and `fill`: what is written, what is refused, and that a refusal leaves nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner, Result

from mmethics_cli.cli import app
from mmethics_cli.core.conditions.values import Several
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.dossier.create import built_beside
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.pack import load
from tests.program import EXAMPLES, ROOT, TERMINAL
from tests.typist import press

if sys.platform != "win32":
    import pexpect

FILES: Final = {
    ".schema",
    "attachments",
    "dossier.yaml",
    "institution.yaml",
    "self-check.yaml",
    "submissions",
}


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["--today", "2027-03-01", *arguments])


def opened(folder: str = "d") -> Workspace:
    return open_workspace(Path(folder), load().standard())


def names(folder: str = ".") -> set[str]:
    return {path.name for path in Path(folder).iterdir()}


def test_blank_dossier() -> None:
    result = run("new", "d", "--blank")
    assert (result.exit_code, result.stdout) == (0, "")
    assert names("d") == FILES
    assert opened().values == {"event.kind": "initial"}
    current = opened().current
    assert current is not None
    assert current.name == "01-initial"


def test_folders_above_are_made() -> None:
    assert run("new", "a/b/d", "--blank").exit_code == 0
    assert names("a/b") == {"d"}


def test_answers_are_written_as_they_are_and_gaps_stay() -> None:
    Path("in.yaml").write_text(
        "project: {title: '某研究', kind: 观察性研究}\n"
        "participants: {vulnerable: 未成年人}\n"
        "data: {assets: [{name: 头部CT, modality: imaging}]}\n"
        "event: {kind: initial}\n"
        "self_check: {BEN-01: {answer: met, note: 见方案}}\n",
        encoding="utf-8",
    )
    result = run("new", "d", "--answers", "in.yaml")
    assert result.exit_code == 0, result.stderr
    workspace = opened()
    values = workspace.values
    assert values["project.title"] == "某研究"
    assert values["project.kind"] == "observational"
    assert values["participants.vulnerable"] == Several.of("minors")
    assets = values["data.assets"]
    assert isinstance(assets, tuple)
    assert assets[0].id and assets[0].get("modality") == "imaging"
    assert workspace.self_check.of("BEN-01").answer == "met"


def test_a_text_is_written_the_same_however_its_block_ends() -> None:
    written = []
    for number, head in enumerate(("|", "|-", "|+")):
        text = f"design:\n  background: {head}\n    一\n    二\n\n"
        text += f"publication:\n  plan: {head}\n    三\n"
        Path("in.yaml").write_text(text, encoding="utf-8")
        assert run("new", f"d{number}", "--answers", "in.yaml").exit_code == 0
        written.append(Path(f"d{number}/dossier.yaml").read_text(encoding="utf-8"))
        values = opened(f"d{number}").values
        assert (values["design.background"], values["publication.plan"]) == ("一\n二", "三")
    assert written[0] == written[1] == written[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("participants: {age_min: 三百}\nproject: {title: x}\n", "in.yaml:1"),
        ("project: {tilte: x}\nrisk: {no_such: y}\n", "in.yaml:2"),
        ("project: [\n", "in.yaml"),
        ("project: {title: x}\nproject: {title: y}\n", "in.yaml:2"),
        ('project: {title: "\\a"}\n', "in.yaml:1"),
        ("project:\n  title: x\n  keywords: 重症 #胸片\n", "in.yaml:3：“#胸片”没有读"),
        ("self_check:\n  BEN-01: {answer: met}\n  BEN-02:\n    note: 见 #三\n", "in.yaml:4"),
    ],
)
def test_refused_answers_write_nothing(text: str, message: str) -> None:
    Path("in.yaml").write_text(text, encoding="utf-8")
    result = run("new", "d", "--answers", "in.yaml")
    assert result.exit_code == 2
    assert message in result.stderr
    assert names() == {"in.yaml"}


def test_missing_answers_file() -> None:
    result = run("new", "d", "--answers", "no.yaml")
    assert result.exit_code == 2
    assert "no.yaml" in result.stderr
    assert names() == set()


def test_other_files_stay_and_a_dossier_is_never_written_over() -> None:
    Path("d").mkdir()
    Path("d/笔记.txt").write_text("我的", encoding="utf-8")
    assert run("new", "d", "--blank").exit_code == 0
    assert names("d") == FILES | {"笔记.txt"}
    before = Path("d/dossier.yaml").read_bytes()
    again = run("new", "d", "--blank")
    assert again.exit_code == 2
    assert "已经有卷宗" in again.stderr
    assert Path("d/dossier.yaml").read_bytes() == before


def test_a_name_that_is_taken_is_refused_and_nothing_changes() -> None:
    Path("d/attachments").mkdir(parents=True)
    result = run("new", "d", "--blank")
    assert result.exit_code == 2
    assert "attachments" in result.stderr
    assert names("d") == {"attachments"}
    assert names() == {"d"}


def test_the_institutions_own_file_is_kept() -> None:
    Path("d").mkdir()
    Path("d/institution.yaml").write_text("institution: {name: 某院}\n", encoding="utf-8")
    assert run("new", "d", "--blank").exit_code == 0
    assert opened().values["institution.name"] == "某院"


def test_the_institutions_file_above_holds_and_is_not_copied() -> None:
    Path("institution.yaml").write_text("institution: {name: 某院}\n", encoding="utf-8")
    Path("old").mkdir()
    for folder in ("new", "old"):
        assert run("new", folder, "--blank").exit_code == 0
        assert names(folder) == FILES - {"institution.yaml"}
        assert opened(folder).values["institution.name"] == "某院"


def test_answers_never_write_over_the_institutions_file() -> None:
    Path("d").mkdir()
    Path("d/institution.yaml").write_text("institution: {name: 某院}\n", encoding="utf-8")
    Path("in.yaml").write_text("institution: {name: 别院}\n", encoding="utf-8")
    result = run("new", "d", "--answers", "in.yaml")
    assert result.exit_code == 2
    assert "institution.yaml" in result.stderr
    assert names("d") == {"institution.yaml"}


def test_the_current_folder_may_be_the_new_one() -> None:
    assert run("new", ".", "--blank").exit_code == 0
    assert names() == FILES


def test_a_file_is_no_folder() -> None:
    Path("d").write_text("", encoding="utf-8")
    assert run("new", "d", "--blank").exit_code == 2


def test_a_failure_on_the_way_leaves_nothing() -> None:
    Path("d").mkdir()
    Path("d/mine").write_text("", encoding="utf-8")
    with pytest.raises(RuntimeError), built_beside(Path("d")) as beside:
        (beside / "dossier.yaml").write_text("", encoding="utf-8")
        raise RuntimeError
    with pytest.raises(RuntimeError), built_beside(Path("x/y/z")):
        raise RuntimeError
    assert names() == {"d"}
    assert names("d") == {"mine"}


def test_what_the_system_refuses_on_the_way_is_said_and_leaves_nothing() -> None:
    with pytest.raises(WorkspaceError, match="没有权限"), built_beside(Path("x/d")) as beside:
        (beside / "a").write_text("", encoding="utf-8")
        raise PermissionError
    assert names() == set()


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        (["new", "d"], ["--answers", "--example", "--blank"]),
        (["fill", "d"], ["--answers"]),
        (["new"], ["DIR"]),
        (["new", "d", "--blank", "--example", "x"], ["--blank", "--example"]),
    ],
)
def test_without_terminal_or_folder_the_message_says_what_to_write(
    arguments: list[str], flags: list[str]
) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert all(flag in result.stderr for flag in flags)
    assert names() == set()


def test_examples_are_listed_id_first_and_copied() -> None:
    listed = run("new", "--list-examples")
    assert listed.exit_code == 0
    rows = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    assert set(EXAMPLES) < {row[0] for row in rows}
    assert EXAMPLES
    for name, title in rows:
        assert title
        assert run("new", name, "--example", name).exit_code == 0
        assert (Path(name) / "submissions/01-initial/submission.yaml").is_file()
        assert not (Path(name) / "example.yaml").exists()
        assert opened(name).values["event.kind"] == "initial"


def test_unknown_example_names_the_known_ones() -> None:
    result = run("new", "d", "--example", "nonsense")
    assert result.exit_code == 2
    assert all(name in result.stderr for name in EXAMPLES)
    assert names() == set()


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a Unix terminal")
def test_an_interview_at_a_terminal(tmp_path: Path) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mmethics_cli", "new", "d"],
        cwd=str(tmp_path),
        env=TERMINAL | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PATH": ""},
        encoding="utf-8",
        timeout=30,
        dimensions=(40, 120),
    )
    child.expect("有写好的研究方案吗")
    press(child, "\r")
    child.expect("第 1/[0-9]+ 节")
    child.expect("监管路径|专门规定")
    child.expect("不清楚")
    press(child, "\t2\x04\x04")  # the second row and option, confirmed with rows left open
    child.expect("✓ 监管路径：药物临床试验")
    child.expect("Ctrl-D|Esc")
    child.send("\x03")
    child.expect("已回答的都已保存")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert opened().values["project.regulatory_track"] == "drug_trial"
    assert not list(Path("d").glob(".mmethics*"))
