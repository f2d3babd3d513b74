"""`new --from`: what the next study gets, what waits to be confirmed, and what stays behind."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import relevant
from mmethics_cli.errors import UnreadableFile
from mmethics_cli.store.dossier.carried_over import read_carried
from mmethics_cli.store.dossier.profile import file_names_of, overlay_of
from mmethics_cli.store.dossier.workspace import open_workspace
from mmethics_cli.store.pack import load
from mmethics_cli.store.yaml.editor import Editor
from tests.program import ROOT, TERMINAL, mmethics
from tests.typist import press

if sys.platform != "win32":
    import pexpect

STANDARD = load().standard()
EXAMPLE = "retrospective-imaging-ai"
TODAY = "2027-03-01"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dossier of last year's study, in a folder that is copied for each test."""
    folder = tmp_path_factory.mktemp("old")
    done = mmethics("--today", TODAY, "new", "old", "--example", EXAMPLE, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "old"


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "old")
    return tmp_path


def run(home: Path, *arguments: str, today: str = TODAY, code: int = 0) -> str:
    done = mmethics("--today", today, "new", *arguments, cwd=home)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    return done.stderr


def values(folder: Path) -> dict[str, Value]:
    return open_workspace(folder, STANDARD).values


def digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        total.update(str(path.relative_to(folder)).encode())
        total.update(path.read_bytes() if path.is_file() else b"")
    return total.hexdigest()


def test_team_institution_and_contacts_are_filled_in_and_nothing_of_the_study(home: Path) -> None:
    before = digest(home / "old")
    told = run(home, "new", "--from", "old")
    assert digest(home / "old") == before
    old, new = values(home / "old"), values(home / "new")
    same = {path for path, value in new.items() if old.get(path) == value}
    assert {"investigator.name", "contact.phone", "institution.name", "committee.phone"} <= same
    members = new["team.members"]
    assert isinstance(members, tuple) and members
    assert all(one.get("name") for one in members)
    groups = {path.partition(".")[0] for path in new}
    assert groups == {
        "investigator", "contact", "team", "institution", "committee", "attachments", "event",
    }  # fmt: skip
    assert new["event.kind"] == "initial"
    assert "主要研究者" in told and "mmethics fill new" in told


def test_texts_wait_and_do_not_count(home: Path) -> None:
    told = run(home, "new", "--from", "old")
    assert "数据安全措施" in told and "退出与数据处理" in told
    waiting = read_carried(home / "new", STANDARD)
    assert str(waiting["data.security"]) == str(values(home / "old")["data.security"]).strip()
    assert "team.members[m1].role" in waiting
    assert "design.aims" not in waiting and "project.title" not in waiting
    new = values(home / "new")
    assert not waiting.keys() & new.keys()
    open_ = {place.path for place, _ in relevant(Facts(STANDARD, new))}
    assert {"data.security", "team.members[m1].role"} <= open_
    check = mmethics("--today", TODAY, "check", "new", cwd=home)
    assert "没有回答“数据安全措施”" in check.stdout


def test_papers_that_hold_are_copied_and_those_that_do_not_are_named(home: Path) -> None:
    told = run(home, "new", "--from", "old")
    entries = values(home / "new")["attachments"]
    assert isinstance(entries, tuple)
    assert {one.get("kind") for one in entries} == {"training_certificates", "institution_licence"}
    for one in entries:
        copy, source = (
            home / name / "attachments" / str(one.get("file")) for name in ("new", "old")
        )
        assert copy.read_bytes() == source.read_bytes()
    assert {path.name for path in (home / "new/attachments").iterdir()} == {
        one.get("file") for one in entries
    }
    late = run(home, "late", "--from", "old", today="2039-01-01")
    entries = values(home / "late")["attachments"]
    assert isinstance(entries, tuple)
    assert [one.get("kind") for one in entries] == ["institution_licence"]
    assert "没有复制的附件：培训证书" in late
    assert "已经过期，没有沿用" in late and "培训证书有效期至" in late
    assert "investigator.training_valid_until" not in values(home / "late")
    assert "过期" not in told


def test_a_paper_that_is_missing_or_leads_outside_is_named_and_not_copied(home: Path) -> None:
    (home / "old/attachments/机构执业许可证.docx").unlink()
    certificate = home / "old/attachments/培训证书.docx"
    certificate.unlink()
    secret = home / "别处.docx"
    secret.write_text("秘密", encoding="utf-8")
    certificate.symlink_to(secret)
    told = run(home, "new", "--from", "old")
    assert "找不到文件" in told and "链接" in told
    assert list((home / "new/attachments").iterdir()) == []
    assert "attachments" not in values(home / "new")


def test_a_sealed_dossier_gives_the_same(sealed_example: Callable[[str], Path], home: Path) -> None:
    sealed = sealed_example(EXAMPLE)
    before = digest(sealed)
    run(home, "one", "--from", "old")
    run(home, "two", "--from", str(sealed))
    assert digest(sealed) == before
    assert (home / "one/dossier.yaml").read_bytes() == (home / "two/dossier.yaml").read_bytes()


def test_answers_win_over_what_is_carried(home: Path) -> None:
    (home / "in.yaml").write_text(
        "project: {title: 新研究}\n"
        "investigator: {name: 周新, title: }\n"
        "data: {security: 新的办法}\n"
        "team: {members: [{id: x, name: 周新}]}\n"
        "institution: {name: 新院}\n",
        encoding="utf-8",
    )
    run(home, "new", "--from", "old", "--answers", "in.yaml")
    new, waiting = values(home / "new"), read_carried(home / "new", STANDARD)
    assert (new["project.title"], new["investigator.name"]) == ("新研究", "周新")
    assert new["investigator.title"] == values(home / "old")["investigator.title"]
    assert new["institution.name"] == "新院"
    assert new["data.security"] == "新的办法" and "data.security" not in waiting
    members = new["team.members"]
    assert isinstance(members, tuple) and [one.id for one in members] == ["x"]
    assert not any(path.startswith("team.") for path in waiting)
    assert "data.incident_plan" in waiting


def test_refused_answers_write_nothing(home: Path) -> None:
    (home / "in.yaml").write_text("participants: {age_min: 三百}\n", encoding="utf-8")
    assert "in.yaml:1" in run(home, "new", "--from", "old", "--answers", "in.yaml", code=2)
    assert not (home / "new").exists()


def test_the_institutions_profile_holds_over_the_earlier_dossier(home: Path) -> None:
    (home / "institution.yaml").write_text("institution: {name: 总院}\n", encoding="utf-8")
    run(home, "new", "--from", "old")
    assert not (home / "new/institution.yaml").exists()
    new = values(home / "new")
    assert new["institution.name"] == "总院"
    assert "committee.name" not in new
    open_ = {place.path for place, _ in relevant(Facts(STANDARD, new))}
    assert "institution.name" not in open_ and "committee.name" in open_


def test_the_institutions_own_pack_holds_for_the_new_dossier(home: Path) -> None:
    pack = home / "own"
    (pack / "checklists").mkdir(parents=True)
    editor = Editor(home / "old/institution.yaml")
    editor.set(("pack",), "../own")
    editor.set(("file_names",), "id")
    editor.save()
    run(home, "deep/new", "--from", "old")
    assert overlay_of(home / "deep/new") == pack.resolve()
    assert file_names_of(home / "deep/new") == "id"


@pytest.mark.parametrize(
    ("text", "place"),
    [("project: [\n", "dossier.yaml:"), ("nonsense: 1\n", "dossier.yaml:1")],
)
def test_an_earlier_dossier_that_cannot_be_read_is_one_message(
    home: Path, text: str, place: str
) -> None:
    (home / "old/dossier.yaml").write_text(text, encoding="utf-8")
    told = run(home, "new", "--from", "old", code=2)
    assert "旧卷宗“old”读不了" in told and place in told
    assert not (home / "new").exists()


def test_an_answer_that_is_not_understood_is_named(home: Path) -> None:
    path = home / "old/dossier.yaml"
    old = values(home / "old")["investigator.training_valid_until"]
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(f"training_valid_until: {old}", "training_valid_until: 明年", 1), "utf-8"
    )
    told = run(home, "new", "--from", "old")
    assert "读不懂，没有沿用：dossier.yaml:" in told
    assert "investigator.training_valid_until" not in values(home / "new")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new", "--from", "nowhere"], "nowhere"),
        (["old", "--from", "old"], "已经有卷宗"),
        (["old/new", "--from", "old"], "里面"),
        (["new", "--from", "old", "--example", EXAMPLE], "--example"),
        (["--from", "old"], "DIR"),
    ],
)
def test_wrong_calls(home: Path, arguments: list[str], message: str) -> None:
    before = digest(home / "old")
    assert message in run(home, *arguments, code=2)
    assert digest(home / "old") == before
    assert not (home / "new").exists()


def test_a_broken_file_of_carried_texts_is_named(home: Path) -> None:
    run(home, "new", "--from", "old")
    (home / "new/carried-over.yaml").write_text("projct: {title: 甲}\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="carried-over.yaml:1"):
        read_carried(home / "new", STANDARD)


def test_carried_texts_are_not_read_from_outside(home: Path) -> None:
    run(home, "new", "--from", "old")
    (home / "new/carried-over.yaml").rename(home / "elsewhere.yaml")
    (home / "new/carried-over.yaml").symlink_to(home / "elsewhere.yaml")
    with pytest.raises(UnreadableFile, match="链接"):
        read_carried(home / "new", STANDARD)


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a Unix terminal")
def test_a_carried_text_is_shown_and_confirmed_at_a_terminal(home: Path) -> None:
    run(home, "new", "--from", "old")
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mmethics_cli", "--today", TODAY, "fill", "new", "--section", "成果发布"],
        cwd=str(home),
        env=TERMINAL | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PATH": ""},
        encoding="utf-8",
        timeout=30,
        dimensions=(40, 120),
    )
    child.expect("还要确认")
    child.expect("来自上一份卷宗")
    child.expect("研究结束后一年内")
    press(child, "\x04\x04")
    child.expect("✓ 成果发布形式")
    child.expect("回答总览")
    press(child, "1\r")
    child.expect(pexpect.EOF)
    child.close()
    old, new = values(home / "old"), values(home / "new")
    assert str(new["publication.plan"]) == str(old["publication.plan"]).strip()
