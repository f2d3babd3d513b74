"""docs/own-pack.md is true: its files are tests/own_pack, and its commands print what it shows."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

import docx
import openpyxl
import pytest
from msgspec import Struct, field

from tests.program import ROOT, mmethics

OWN_PACK: Final = ROOT / "tests" / "own_pack"
PAGE: Final = (ROOT / "docs" / "own-pack.md").read_text(encoding="utf-8")
NAME: Final = "本院标准包"
DAY: Final = ("--today", "2027-03-01")
ELSE: Final = "……"
FILE = re.compile(
    r"^`((?:checklists|templates)/\S+)`：\n\n```(?:yaml|text)\n(.*?)^```", re.M | re.S
)
STEP = re.compile(r"^```(diff|console)\n(.*?)^```", re.M | re.S)


class Said(Struct):
    """A command of the page: what it shows, and what happened."""

    command: str
    shown: list[str] = field(default_factory=list)
    code: int = 0
    printed: tuple[list[str], list[str]] = ([], [])


def commands(block: str) -> Iterator[Said]:
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, *shown = part.rstrip().splitlines()
        yield Said(command, shown)


def edit(folder: Path, block: str) -> Path:
    """Make the change that a diff of the page shows; its first line names the file."""
    head, *lines = block.splitlines()
    path = folder / head.removeprefix("# ")
    old = "\n".join(line[1:] for line in lines if line.startswith("-"))
    new = "\n".join(line[1:] for line in lines if line.startswith("+"))
    text = path.read_text(encoding="utf-8")
    assert f"\n{old}" in f"\n{text}", f"{path.name} has no {old}"
    changed = f"\n{text}".replace(f"\n{old}", f"\n{new}", 1)
    path.write_text(changed[1:], encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pack in it, as the page begins."""
    folder = tmp_path_factory.mktemp("hospital")
    shutil.copytree(OWN_PACK, folder / NAME)
    return folder


@pytest.fixture(scope="module")
def walk(hospital: Path) -> list[Said]:
    """Every command of the page, run in its order; a mistake in the pack is undone after it."""
    done: list[Said] = []
    mistaken = False
    for kind, block in STEP.findall(PAGE):
        if kind == "diff":
            mistaken |= edit(hospital, block).is_relative_to(hospital / NAME)
            continue
        for said in commands(block):
            ran = mmethics(*shlex.split(said.command)[1:], cwd=hospital)
            said.code, out, err = ran.returncode, ran.stdout, ran.stderr
            said.printed = (out.rstrip().splitlines(), [*out.splitlines(), *err.splitlines()])
            done.append(said)
        if mistaken:
            shutil.rmtree(hospital / NAME)
            shutil.copytree(OWN_PACK, hospital / NAME)
            mistaken = False
    return done


def shows(shown: list[str], printed: list[str]) -> bool:
    """Whether these lines were printed, with anything in place of each line of dots."""
    text = "\n".join(
        ".*" if line == ELSE else re.escape(line.rstrip()) for line in shown if line.strip()
    )
    lines = "\n".join(line.rstrip() for line in printed if line.strip())
    return re.fullmatch(text, lines, re.S) is not None


def test_the_files_on_the_page_are_the_pack() -> None:
    files = dict(FILE.findall(PAGE))
    kept = [path for path in OWN_PACK.rglob("*") if path.is_file()]
    assert files == {
        path.relative_to(OWN_PACK).as_posix(): path.read_text(encoding="utf-8") for path in kept
    }


def test_every_command_prints_what_the_page_shows(walk: list[Said]) -> None:
    assert len(walk) >= 14
    for said in walk:
        assert any(shows(said.shown, printed) for printed in said.printed), (
            said.command,
            said.printed[1],
        )


def test_the_pack_is_sound_and_each_mistake_is_found(walk: list[Said]) -> None:
    sound, *mistaken = [one for one in walk if one.command.endswith("standard lint")]
    assert sound.code == 0
    assert len(mistaken) == 6
    assert {one.code for one in mistaken} == {1}
    others = [one.code for one in walk if "lint" not in one.command and "check" not in one.command]
    assert set(others) == {0}


# What the page says in words.


def study(text: str, folder: Path, name: str = "study.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def decided(pack: Path | None, path: Path) -> dict[str, Any]:
    chosen = () if pack is None else ("--pack", pack)
    ran = mmethics(*chosen, "pathway", path, "--format", "json", cwd=path.parent)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def method(pack: Path | None, path: Path) -> str:
    return str(decided(pack, path)["decisions"]["review_method"]["value"])


DEVIATION = """
event:
  kind: deviation
  deviation_severity: minor
  immediate_danger: no
  may_change_risk_benefit: no
  changed_since_approval: no
"""
PARTICIPANT = """
event: {kind: initial}
project: {regulatory_track: none}
sites: {multicentre: yes, role: participant, lead_committee_approved: yes}
"""


def test_a_minor_deviation_is_simplified_by_the_hospitals_own_rule(tmp_path: Path) -> None:
    path = study(DEVIATION, tmp_path)
    assert method(None, path) == "meeting"
    ours = decided(OWN_PACK, path)
    states = {one["rule"]: one["state"] for one in ours["rules"]}
    assert states["OUR-S1"] == "fired"
    assert "F6" not in states
    assert ours["decisions"]["review_method"]["candidates"][0] == "simplified"


def test_confirming_the_lead_committee_needs_a_meeting_here(hospital: Path, tmp_path: Path) -> None:
    path = study(PARTICIPANT, tmp_path)
    state = {one["rule"]: one for one in decided(None, path)["rules"]}["S4"]
    assert (state["state"], state["outcome"]) == ("fired", "simplified")
    state = {one["rule"]: one for one in decided(OWN_PACK, path)["rules"]}["S4"]
    assert (state["state"], state["outcome"]) == ("fired", "meeting")
    assert {one["verified"] for one in state["basis"]} == {"text"}


def document(hospital: Path, number: str) -> str:
    [path] = (hospital / "卷宗" / "submissions" / "01-initial" / "documents").glob(f"{number}-*")
    body = docx.Document(str(path)).element.body
    return "".join(text.text or "" for text in body.iter() if text.tag.endswith("}t"))


def test_the_new_question_is_printed_in_the_application(walk: list[Said], hospital: Path) -> None:
    assert "本院补充事项是否由信息中心批量导出本院数据" in document(hospital, "02")


def test_every_change_is_printed_with_its_reason_and_who_stands_for_it(
    walk: list[Said], hospital: Path
) -> None:
    printed = document(hospital, "05").partition("本机构对标准包的调整")[2]
    for wanted in (
        "S4改写规则本院规程第12条要求会议确认邓示六 2027-01-10",
        "F6改为提示本院规程第15条已明确轻微偏离走简易邓示六 2027-01-10",
        "ster2023 22核对条文许示五 2027-01-12",
        "OUR-M1增加规则",
        "OUR-01增加审查要点",
        "data.hospital_export增加问题",
        "export_request增加文件",
        "our_sop增加法源",
        "parts/own_items.md改写文件模板",
    ):
        assert wanted in printed


def test_the_new_items_stand_in_the_self_check(walk: list[Said], hospital: Path) -> None:
    ran = mmethics(*DAY, "render", "卷宗", "--only", "self_check", cwd=hospital)
    assert ran.returncode == 0, ran.stderr
    folder = hospital / "卷宗" / "submissions" / "01-initial" / "documents"
    [path] = folder.glob("*.xlsx")
    cells = {
        cell.value
        for sheet in openpyxl.load_workbook(path).worksheets
        for row in sheet.iter_rows()
        for cell in row
    }
    assert {"OUR-01", "OUR-02"} <= cells


def test_bringing_what_is_asked_makes_the_dossier_whole(hospital: Path, walk: list[Said]) -> None:
    folder = hospital / "齐全"
    shutil.copytree(hospital / "卷宗", folder)
    (folder / "attachments" / "审批单.txt").write_bytes(b"approved")
    with (folder / "dossier.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {id: export, kind: export_request, title: 审批单, version: V1.0,")
        file.write(" date: 2027-02-20, file: 审批单.txt}\n")
    with (folder / "self-check.yaml").open("a", encoding="utf-8") as file:
        file.write('OUR-01: {answer: met, evidence: export, page: "1"}\n')
        file.write("OUR-02: {answer: not_applicable, note: 数据不出本院}\n")
    ran = mmethics(*DAY, "check", folder, "--strict", "--format", "json", cwd=hospital)
    found = json.loads(ran.stdout)["findings"]
    # The law that was not read, and that the hospital changed what must be so.
    assert [one["id"] for one in found] == ["law_unverified", "pack_differs"]
    assert ran.returncode == 0
    submitted = mmethics(*DAY, "submit", folder, cwd=hospital)
    assert submitted.returncode == 0, submitted.stderr
    manifest = folder / "submissions" / "01-initial" / "manifest.json"
    assert "S4 replaced" in manifest.read_text(encoding="utf-8")


def test_the_option_goes_before_the_profile(hospital: Path, walk: list[Said]) -> None:
    other = hospital / "另一个" / "checklists"
    other.mkdir(parents=True)
    (other / "principles.yaml").write_text("balance: 利益平衡\n", encoding="utf-8")
    ran: CompletedProcess[str] = mmethics(
        *DAY, "--pack", "另一个", "check", "卷宗", "--format", "json", cwd=hospital
    )
    notes = [row for row in json.loads(ran.stdout)["findings"] if row["id"] == "name_unknown"]
    assert any("hospital_export" in note["message"] for note in notes)
    assert {note["severity"] for note in notes} == {"note"}


def test_a_template_that_nothing_uses_is_named(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    shutil.copytree(OWN_PACK, ours)
    parts = ours / "templates" / "parts"
    (parts / "own_items.md").rename(parts / "own_item.md")
    ran = mmethics("--pack", ours, "standard", "lint", cwd=tmp_path)
    assert ran.returncode == 1
    assert "ours/templates/parts/own_item.md：没有文件用到这个模板" in ran.stdout


def test_a_rule_without_a_case_is_named_where_it_stands(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    shutil.copytree(OWN_PACK, ours)
    cases = ours / "checklists" / "cases" / "our_cases.yaml"
    text = cases.read_text(encoding="utf-8")
    cases.write_text(text.replace("rule: OUR-S1", "rule: F6"), encoding="utf-8")
    ran = mmethics("--pack", "ours", "standard", "lint", cwd=tmp_path)
    assert ran.returncode == 1
    assert ran.stdout == "ours/checklists/rules/our_rules.yaml:13：规则 OUR-S1 没有用例\n"


def test_the_pack_may_be_the_folder_one_stands_in() -> None:
    ran = mmethics("--pack", ".", "standard", "show", "OUR-01", cwd=OWN_PACK)
    assert ran.returncode == 0, ran.stderr
