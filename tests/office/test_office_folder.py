"""An office's folder and what it refuses: settings, strange files, rows that can't be read."""

from __future__ import annotations

import json
import shlex
import zipfile
from pathlib import Path

import pytest

from mmethics_cli.office.pack import office_problems
from tests.office.offices import call, new_office, write_events


def test_an_office_is_made_once_and_shows_an_empty_desk(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    code, _, errors = call("office", "init", office)
    assert code == 2 and "已经有伦理办公室" in errors.replace("\n", "")
    assert f"\nmmethics office --office {office}\n" in errors
    code, said, _ = call("office", "--office", office)
    assert code == 0 and said.startswith("示例伦理委员会") and "案头是空的" in said
    code, said, _ = call("office", "--office", office, "--format", "json")
    assert json.loads(said) == {"office": "示例伦理委员会", "day": "2026-11-30", "lines": []}


@pytest.mark.parametrize(
    ("text", "word"),
    [("secretery: 张三", "secretery"), ("place: [a]", "place"), ("- a", "键: 值")],
)
def test_settings_that_say_nothing_known_are_refused(tmp_path: Path, text: str, word: str) -> None:
    office = new_office(tmp_path)
    (office / "office.yaml").write_text(text, encoding="utf-8")
    code, _, errors = call("office", "--office", office)
    assert code == 2 and word in errors and "office.yaml:1" in errors


def test_what_is_no_office_is_refused(tmp_path: Path) -> None:
    code, _, errors = call("office", "quality", "2026", "--office", tmp_path)
    assert code == 2 and "不是伦理办公室" in errors
    office = new_office(tmp_path)
    (office / "register.db").unlink()
    code, _, errors = call("office", "--office", office)
    assert code == 2 and "备份" in errors and not (office / "register.db").exists()


def test_rows_that_cannot_be_read_keep_the_file_out(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    nothing = {"study": "", "case": "", "meeting": "", "person": "", "data": {}}
    good = {"seq": 1, "at": "2025-01-01T00:00", "event": "self_assessed"} | nothing
    odd = good | {"event": "accepted", "case": "K1"}
    unknown = good | {"event": "tea_served"}
    code, said, _ = call(
        "office", "take", write_events(tmp_path / "a.csv", [good, odd, unknown]),
        "--office", office, "--yes",
    )  # fmt: skip
    assert code == 0 and "tea_served" in said and "a.csv:3" in said
    assert call("verify", office)[0] == 0
    bad = good | {"at": "2025-1-1"}
    code, said, _ = call(
        "office", "take", write_events(tmp_path / "b.csv", [good, bad]), "--office", office, "--yes"
    )
    assert code == 1 and "b.csv:3" in said and "没有导入" in said
    other = tmp_path / "别的.txt"
    other.write_text("天气很好", encoding="utf-8")
    code, _, errors = call("office", "take", other, "--office", office)
    assert code == 2 and "认不出" in errors


def test_the_offices_part_of_the_pack_is_whole() -> None:
    assert office_problems(None) == []


_ADDED = """\
- {id: X1, group: B, zh: 药物研究的受理件数, stat: count, from: case, in: accepted_at,
   where: {regime: drug}, unit: 件, basis: [],
   override: {reason: 本院要数, by: 张三, date: 2026-11-30}}
- {id: B5, target: {max: 10}, override: {reason: 本院更严, by: 张三, date: 2026-11-30}}
"""


def test_an_institution_adds_an_indicator_without_python(tmp_path: Path) -> None:
    pack = tmp_path / "pack" / "checklists" / "office"
    pack.mkdir(parents=True)
    (pack / "quality.yaml").write_text(_ADDED, encoding="utf-8")
    assert office_problems(tmp_path / "pack") == []
    office = new_office(tmp_path)
    nothing = {"meeting": "", "person": ""}
    rows = [
        {"seq": n, "at": at, "event": event, "study": "S1", "case": case, "data": data} | nothing
        for n, (at, event, case, data) in enumerate(
            (at, event, case, data)
            for case, regime, days in (("K1", "drug", "14"), ("K2", "data", "12"))
            for at, event, data in (
                ("2026-03-01T09:00", "submission_received",
                 {"kind": "initial", "package": "x", "regime": regime}),
                ("2026-03-02T09:00", "accepted", {"method": "simplified", "number": case}),
                (f"2026-03-{days}T09:00", "decided",
                 {"decision": "approve", "method": "simplified", "number": "x"}),
            )
        )
    ]  # fmt: skip
    past = write_events(tmp_path / "往年.csv", rows)
    assert call("office", "take", past, "--office", office, "--yes")[0] == 0
    asked = ("--pack", tmp_path / "pack", "office", "quality", "2026", "--office", office)
    code, said, _ = call(*asked, "--format", "json")
    assert code == 0
    assert json.loads(said)["indicators"]["X1"] == {"value": 1, "cases": ["K1"]}
    code, said, _ = call(*asked)
    lines = {line.split()[0]: line for line in said.splitlines() if line.startswith("  ")}
    assert "药物研究的受理件数" in lines["X1"] and "1 件" in lines["X1"]
    assert "未达到" in lines["B5"]  # the median of 10 and 12 days meets the shipped target


def test_lint_proves_the_indicators_of_an_institution(tmp_path: Path) -> None:
    pack = tmp_path / "pack" / "checklists" / "office"
    pack.mkdir(parents=True)
    wrong = _ADDED.replace("regime: drug", "regimen: drug")
    (pack / "quality.yaml").write_text(wrong, encoding="utf-8")
    code, said, errors = call("--pack", tmp_path / "pack", "standard", "lint")
    assert code == 1 and "没有“regimen”" in said + errors and "quality.yaml:2" in said + errors


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("工作表.docx", "填进发出的 .xlsx"),
        ("旧.xls", "另存为 .xlsx"),
        ("回件.zip", "mmethics record 卷宗 --from"),
        ("卷宗/", "submissions/ 里封存的那一次"),
        ("没有.zip", "cd 到它所在的文件夹"),
        ("office/", "办公室的文件夹"),
    ],
)
def test_what_is_no_return_is_said_to_be_what_it_is(tmp_path: Path, name: str, said: str) -> None:
    office, path = new_office(tmp_path), tmp_path / name
    if name == "卷宗/":
        path.mkdir()
        (path / "dossier.yaml").write_text("", encoding="utf-8")
    elif name == "回件.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("reply.json", "{}")
    elif name[-1] != "/" and name != "没有.zip":
        path.write_bytes(b"x")
    code, _, errors = call("office", "take", path, "--office", office)
    assert code == 2 and said in errors.replace("\n", "")
    assert call("verify", office)[0] == 0


def test_a_folder_with_a_blank_in_its_name_can_be_copied_from_what_is_said(tmp_path: Path) -> None:
    place = tmp_path / "伦理 办公室"
    _, _, said = call("office", "init", place)
    lines = [shlex.split(line) for line in said.splitlines() if line.startswith("mmethics ")]
    assert ["mmethics", "office", "--office", str(place)] in lines
    for line in lines:
        code, _, errors = call(*line[1:])
        assert code == 0, errors
