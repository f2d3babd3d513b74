"""A dossier written under an older edition opens, says so once, and is rewritten when saved."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

import pytest

from mmethics_cli.store.dossier.answers_file import read_answers
from mmethics_cli.store.dossier.workspace import open_workspace, write_renamed
from mmethics_cli.store.pack import load
from mmethics_cli.store.submission.logbook import LOG
from tests.followed import ECG
from tests.program import STUDIES, mmethics

MIGRATIONS = """\
- id: made-up-0.0.9
  paths: {contact.telephone: contact.phone}
  fields: {data.assets: {kind_of_data: modality}}
  values: {data.assets.modality: {ecg: biosignal}}
  items: {OLD-01: LAW-13}
  documents: {research_commitment: integrity_commitment, old_protocol: protocol}
  retired: {risk.grade: risk.level}
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack" / "checklists"
    folder.mkdir(parents=True)
    (folder / "migrations.yaml").write_text(MIGRATIONS, encoding="utf-8")
    return tmp_path / "pack"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    study = Path(shutil.copytree(STUDIES / ECG, tmp_path / "old"))
    path = study / "dossier.yaml"
    text = path.read_text(encoding="utf-8")
    at = text.index("contact:")
    text = text[:at] + text[at:].replace("phone:", "telephone:", 1)
    text = text.replace("modality: biosignal", "kind_of_data: ecg")
    text = text.replace("\nrisk:\n", "\nrisk:\n  grade: 低  # 旧的风险等级\n")
    path.write_text(text, encoding="utf-8")
    return study


def check(study: Path, pack: Path) -> list[dict[str, str]]:
    done = mmethics(
        "--pack", pack, "--today", "2027-03-01", "check", study, "--format", "json", cwd=study
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)["findings"]
    return found


def test_it_opens_with_one_note_and_the_files_stay_as_they_are(old: Path, pack: Path) -> None:
    before = (old / "dossier.yaml").read_bytes()
    (note,) = [one for one in check(old, pack) if one["id"] == "renamed"]
    assert note["severity"] == "note"
    for name in ("contact.telephone → contact.phone", "data.assets.modality：ecg → biosignal"):
        assert name in note["message"]
    assert (old / "dossier.yaml").read_bytes() == before


def test_the_next_save_writes_the_new_names_and_drops_nothing(old: Path, pack: Path) -> None:
    standard = load(pack).standard()
    workspace = open_workspace(old, standard)
    values = workspace.values
    workspace.set_answers({"project.number": "新编号-1"})
    text = (old / "dossier.yaml").read_text(encoding="utf-8")
    assert "telephone" not in text
    assert "kind_of_data" not in text
    assert "grade: 低  # 旧的风险等级" in text
    again = open_workspace(old, standard)
    assert again.values == values | {"project.number": "新编号-1"}
    again.set_answers({"project.number": "新编号-2"})


def test_going_on_with_the_interview_rewrites_the_files(old: Path, pack: Path) -> None:
    standard = load(pack).standard()
    write_renamed(open_workspace(old, standard))
    assert "telephone" not in (old / "dossier.yaml").read_text(encoding="utf-8")
    workspace = open_workspace(old, standard)
    assert all(one.old == "risk.grade" for one in workspace.moved)


def test_a_submission_of_it_is_sealed_under_the_new_names(old: Path, pack: Path) -> None:
    steps: tuple[list[str | Path], ...] = (
        ["submit", old],
        ["record", old, "--decision", "approve", "--date", "2027-03-20", "--number", "1"],
        ["verify", old / "submissions/01-initial"],
        ["follow", "amendment", old],
    )
    for words in steps:
        done = mmethics("--pack", pack, "--today", "2027-03-20", *words, cwd=old)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "卷宗与批准的内容没有不同" in done.stderr
    snapshot = (old / "submissions/01-initial/snapshot.yaml").read_text(encoding="utf-8")
    assert "telephone" not in snapshot


def test_answers_and_snapshots_under_old_names_are_read(pack: Path, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    text = "contact: {telephone: 010-1}\nself_check: {OLD-01: {answer: met}}\n"
    file.write_text(text, encoding="utf-8")
    answers = read_answers(file, load(pack).standard())
    assert answers.values["contact.phone"] == "010-1"
    assert answers.self_check.of("LAW-13").answer == "met"


def test_an_answer_under_both_names_is_a_warning(old: Path, pack: Path) -> None:
    path = old / "dossier.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n  telephone:", "\n  phone: 010-2\n  telephone:"), "utf-8")
    (warning,) = [one for one in check(old, pack) if one["id"] == "name_unknown"]
    assert (warning["severity"], warning["path"]) == ("warning", "contact.telephone")
    assert "现在叫“contact.phone”" in warning["message"]
    assert "telephone:" in path.read_text(encoding="utf-8")


def test_a_renamed_document_keeps_version_date_attachments_and_evidence(
    old: Path, pack: Path
) -> None:
    event, items = old / "submissions/01-initial/submission.yaml", old / "self-check.yaml"
    row = "documents:\n  research_commitment: {version: '1.2', date: 2027-02-20}  # 签过\n"
    event.write_text(event.read_text(encoding="utf-8").replace("documents:\n", row), "utf-8")
    text = (old / "dossier.yaml").read_text(encoding="utf-8")
    text = text.replace("kind: protocol\n", "kind: old_protocol\n")
    (old / "dossier.yaml").write_text(text, encoding="utf-8")
    text = items.read_text(encoding="utf-8")
    text = text.replace("evidence: design.background", "evidence: research_commitment")
    items.write_text(text, encoding="utf-8")
    standard = load(pack).standard()
    workspace = open_workspace(old, standard)
    assert workspace.versions["integrity_commitment"].version == "1.2"
    kinds = [one.get("kind") for one in workspace.values["attachments"]]  # type: ignore[union-attr]
    assert "protocol" in kinds
    write_renamed(workspace)
    assert "  integrity_commitment:" in event.read_text(encoding="utf-8")
    assert "old_protocol" not in (old / "dossier.yaml").read_text(encoding="utf-8")
    again = open_workspace(old, standard)
    assert again.versions == workspace.versions
    assert all(one.old == "risk.grade" for one in again.moved)


def test_evidence_that_names_an_attachment_is_none_of_a_document(old: Path, pack: Path) -> None:
    """An attachment may be called as a document was once."""
    text = (old / "dossier.yaml").read_text(encoding="utf-8")
    text = text.replace("id: protocol\n", "id: old_protocol\n")
    (old / "dossier.yaml").write_text(text, encoding="utf-8")
    items = old / "self-check.yaml"
    text = items.read_text(encoding="utf-8")
    items.write_text(text.replace("evidence: protocol\n", "evidence: old_protocol\n"), "utf-8")
    workspace = open_workspace(old, load(pack).standard())
    assert workspace.self_check.of("BEN-01").evidence == "old_protocol"
    write_renamed(workspace)
    assert "evidence: old_protocol\n" in items.read_text(encoding="utf-8")


def test_a_sealed_document_is_known_by_its_name_of_today(old: Path, pack: Path) -> None:
    sealed = old / "submissions/01-initial"
    decided = ("--decision", "approve", "--date", "2027-03-20", "--number", "1")
    options = ("--pack", pack, "--today", "2027-03-20")
    done = mmethics(*options, "submit", "--package", "full", old, cwd=old)
    assert done.returncode == 0, done.stderr
    manifest = sealed / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    assert text.count('"id": "integrity_commitment"') == 1
    manifest.chmod(0o644)
    manifest.write_text(text.replace('"integrity_commitment"', '"research_commitment"'), "utf-8")
    (old / LOG).unlink()  # an older program kept none
    for command in (["record", *decided], ["follow", "amendment"]):
        done = mmethics(*options, *command, old, cwd=old)
        assert done.returncode == 0, done.stdout + done.stderr
    amendment = open_workspace(old, load(pack).standard())
    assert amendment.versions["integrity_commitment"].version == "1.0"
    assert not amendment.unknown_names


# What an entry of migrations.yaml may say that is not so, and how lint names it.
WRONG_NAMES: Final = {
    "paths: {contact.phone: contact.email}": "“contact.phone”还在用",
    "paths: {contact.fax: contact.telefax}": "没有路径“contact.telefax”",
    "fields: {contact.phone: {a: b}}": "没有列表“contact.phone”",
    "fields: {data.assets: {a: b}}": "没有字段“b”",
    "values: {contact.phone: {a: b}}": "不是选择题",
    "values: {risk.level: {a: b}}": "没有选项“b”",
    "items: {OLD-01: NEW-01}": "没有审查要点“NEW-01”",
    "documents: {old: new}": "没有文件“new”",
    "documents: {protocol: self_check}": "文件“protocol”还在用",
    "paths: {contact.fax: event.reason}": "不在同一个文件里",
}


def linted(pack: Path, *migrations: str) -> str:
    """What lint says of those migrations, without the breaks of its lines."""
    file = pack / "checklists" / "migrations.yaml"
    entries = (f"- id: x{n}\n  {entry}\n" for n, entry in enumerate(migrations))
    file.write_text("".join(entries), encoding="utf-8")
    done = mmethics("--pack", pack, "standard", "lint", cwd=pack)
    assert done.returncode in (1, 2)
    return (done.stdout + done.stderr).replace("\n", "").replace("    ", "")


def test_wrong_names_are_named_by_lint(pack: Path) -> None:
    said = linted(pack, *WRONG_NAMES)
    assert [complaint for complaint in WRONG_NAMES.values() if complaint not in said] == []
    assert f"发现 {len(WRONG_NAMES)} 处问题" in said
    assert "不认识的键“path”" in linted(pack, "path: {a: b}")
