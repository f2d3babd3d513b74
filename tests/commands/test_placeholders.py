"""Words in place of an answer: kept as they are, named with their place, never handed in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.program import mmethics

DAY = "2027-03-01"
WORDS = {
    "emergency_plan": "待定",
    "plain_risks": "/",
    "sample_size_basis": "XXX",
    "incident_plan": "同上",
    "retention": "【待填】",
    "statistics": "{{ x }}",
    "endpoints": "待法务出具",
    "alternatives": "见方案。",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    done = mmethics("--today", DAY, "new", "s", "--example", "prospective-ecg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path / "s"


def replaced(text: str, key: str, value: str) -> str:
    """The text with the first value of a key, which may be a block, written anew."""
    new, count = re.subn(
        rf"(?m)^( +)(- )?{key}:(?: [^\n]*)?\n(?:\1 +[^\n]*\n|\n(?=\1 ))*",
        lambda match: f'{match[1]}{match[2] or ""}{key}: "{value}"\n',
        text,
        count=1,
    )
    assert count == 1, key
    return new


def findings(folder: Path) -> dict[str, dict[str, object]]:
    done = mmethics("--today", DAY, "check", folder, "--format", "json", cwd=folder)
    errors = [each for each in json.loads(done.stdout)["findings"] if each["severity"] == "error"]
    assert done.returncode == (1 if errors else 0)
    return {each["path"]: each for each in errors}


def test_what_only_keeps_the_place_is_an_error_and_is_not_handed_in(folder: Path) -> None:
    file = folder / "dossier.yaml"
    text = file.read_text(encoding="utf-8")
    for key, word in WORDS.items():
        text = replaced(text, key, word)
    text = re.sub(r"(?m)^  email: .*$", "  email: 无", text, count=1)
    text = re.sub(r"(?m)^(investigator:\n(?:  .*\n)*?  name: )\S+", r"\1XXX", text, count=1)
    file.write_text(text, encoding="utf-8")
    before = file.read_bytes()
    named = findings(folder)
    assert {each["id"] for each in named.values()} == {"placeholder"}
    assert {each["kind"] for each in named.values()} == {"missing_answer"}
    said = {path.rpartition(".")[2]: each for path, each in named.items()}
    for key, word in {**WORDS, "email": "无", "name": "XXX"}.items():
        assert f"“{word}”" in str(said[key]["message"]), key
        assert said[key]["file"] == "dossier.yaml" and said[key]["fix"]
        line = text.splitlines()[int(str(said[key]["line"])) - 1]
        assert line.strip().startswith(f"{key}:")
    done = mmethics("--today", DAY, "submit", folder, cwd=folder)
    assert done.returncode == 1
    assert not (folder / "submissions" / "01-initial" / "manifest.json").exists()
    done = mmethics("--today", DAY, "pathway", folder, cwd=folder)
    assert done.stderr.count("当作未回答：") == len(named)
    assert "dossier.yaml:" in done.stderr
    assert file.read_bytes() == before


def test_list_fields_titles_and_notes_are_looked_at(folder: Path) -> None:
    file, items = folder / "dossier.yaml", folder / "self-check.yaml"
    text = file.read_text(encoding="utf-8")
    at = text.index("  assets:")
    text = text[:at] + replaced(text[at:], "storage", "TBD")
    at = text.index("attachments:")
    text = text[:at] + replaced(text[at:], "title", "XX方案")
    text = text[:at] + replaced(text[at:], "version", "N/A")
    file.write_text(text, encoding="utf-8")
    checked = items.read_text(encoding="utf-8")
    items.write_text(re.sub(r"(?m)^(  note:).*$", r"\1 见方案", checked, count=1), encoding="utf-8")
    named = findings(folder)
    assert {each["id"] for each in named.values()} == {"placeholder"}
    fields = sorted(path.rpartition(".")[2] for path in named if not path.startswith("self_check"))
    assert fields == ["storage", "version"]  # XX方案 may well be how a drug is called
    (note,) = [each for path, each in named.items() if path.startswith("self_check.")]
    assert note["file"] == "self-check.yaml" and note["item"]


def test_sentences_and_what_may_be_none_are_no_placeholders(folder: Path) -> None:
    file = folder / "dossier.yaml"
    text = file.read_text(encoding="utf-8")
    text = replaced(text, "emergency_plan", "联系人待定的环节由主要研究者先行处置，24小时内补报。")
    text = replaced(text, "costs", "无")
    text = replaced(text, "exclusion", "没有。")
    file.write_text(text, encoding="utf-8")
    assert findings(folder) == {}


def test_they_are_taken_at_every_entrance_with_a_word(tmp_path: Path) -> None:
    answers = tmp_path / "a.yaml"
    answers.write_text(
        "project: {title: 待定, kind: observational, start_date: 待定}\n"
        "team: {members: [{id: m1, name: 张某, title: 无}]}\n",
        encoding="utf-8",
    )
    done = mmethics("new", "s", "--answers", answers, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.count("当作未回答：") == 3 and "a.yaml:1" in done.stderr
    text = (tmp_path / "s" / "dossier.yaml").read_text(encoding="utf-8")
    assert "  title: 待定  #" in text and "  start_date: 待定  #" in text and "name: 张某" in text
    asked = ("pathway", "s", "--what-if", "project.end_date=待定")
    done = mmethics(*asked, cwd=tmp_path)
    assert "当作未回答：--what-if：“拟结束日期”写的是“待定”，不算回答。" in done.stderr


def test_an_own_pack_may_know_more(tmp_path: Path) -> None:
    own = tmp_path / "own" / "checklists"
    own.mkdir(parents=True)
    rows = own / "placeholders.yaml"
    rows.write_text(
        "- id: ours\n  fix: 请写病区的正式名称\n  words: [本病区]\n"
        "- id: elsewhere\n  words: [见内网]\n",
        encoding="utf-8",
    )
    done = mmethics("--pack", own.parent, "standard", "lint", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    (tmp_path / "a.yaml").write_text(
        "investigator: {department: 本病区}\ninstitution: {address: 见内网}\n", encoding="utf-8"
    )
    done = mmethics("--pack", own.parent, "pathway", "a.yaml", cwd=tmp_path)
    assert done.stderr.count("当作未回答：") == 2 and "请写病区的正式名称" in done.stderr
    rows.write_text("- id: ours\n  fix: 写\n  words: [待定]\n  patterns: ['(']\n", encoding="utf-8")
    done = mmethics("--pack", own.parent, "standard", "lint", cwd=tmp_path)
    assert done.returncode == 2 or done.returncode == 1
    told = done.stdout + done.stderr
    assert "placeholders.yaml:3" in told and "重复" in told
    assert "placeholders.yaml:4" in told and "写错了" in told


def test_what_a_person_can_not_see_is_told(folder: Path) -> None:
    file = folder / "dossier.yaml"
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^  keywords:[^#\n]*", "  keywords: 重症 #胸片  ", text)
    text = re.sub(r"(?m)^  budget:[^#\n]*", '  budget: "30万\u202e元"  ', text)
    text = re.sub(r"(?m)^  capacity:[^#\n]*", "  capacity: \u200bfull  ", text)
    text = re.sub(r"(?m)^  start_date:[^#\n]*", "  start_date: 2027-04-15\u200b  ", text)
    text = re.sub(r"(?m)^  end_date:[^#\n]*", "  end_date: 2028-\u200b04-14  ", text)
    file.write_text(text, encoding="utf-8")
    done = mmethics("--today", DAY, "check", folder, "--format", "json", cwd=folder)
    said = {each["id"]: each for each in json.loads(done.stdout)["findings"]}
    assert set(said) == {"answer_refused", "text_turned", "text_lost", "law_unverified"}
    assert "零宽空格 U+200B" in said["answer_refused"]["message"]
    assert said["answer_refused"]["path"] == "project.end_date"
    assert "方向控制符 U+202E" in said["text_turned"]["message"]
    assert (
        said["text_lost"]["path"] == "project.keywords"
        and "“#胸片”" in said["text_lost"]["message"]
    )
    assert all(each["line"] for key, each in said.items() if key != "law_unverified")


def test_what_a_note_of_the_self_check_loses_is_told(folder: Path) -> None:
    file = folder / "self-check.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("  note:"))
    lines[at] = "  note: 见附表 #3 第二栏  # 备注"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = mmethics("--today", DAY, "check", folder, "--format", "json", cwd=folder)
    [lost] = [one for one in json.loads(done.stdout)["findings"] if one["id"] == "text_lost"]
    assert (lost["path"], lost["file"]) == ("self_check.BEN-01", "self-check.yaml")
    assert "“#3 第二栏”" in lost["message"] and "BEN-01" in lost["message"]
    assert lost["item"] == "BEN-01"
