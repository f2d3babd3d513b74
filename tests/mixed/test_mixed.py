"""A study of what exists under waiver, and of what is collected under consent, from end to end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

import docx
import pytest
from typer.testing import CliRunner, Result

from mmethics_cli.cli import app
from tests.program import STUDIES

ANSWERS: Final = Path(__file__).with_name("answers.yaml")
PAST: Final = ("既往12导联心电图", "既往诊断与用药")
NEW: Final = ("腕式心电记录", "同步12导联心电图", "病史与使用感受问卷")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["--today", "2027-03-01", *map(str, arguments)])


def made(folder: Path, answers: Path = ANSWERS) -> Path:
    """The dossier of an answers file, with what others wrote."""
    begun = run("new", folder, "--answers", answers)
    assert begun.exit_code == 0, begun.stderr
    for example in ("retrospective-imaging-ai", "prospective-ecg"):
        for file in (STUDIES / example / "attachments").iterdir():
            shutil.copy(file, folder / "attachments")
    shutil.copy(STUDIES / "prospective-ecg" / "institution.yaml", folder)
    return folder


def changed(tmp_path: Path, *changes: tuple[str, str]) -> dict[str, dict[str, Any]]:
    """What `check` finds, by its id, where the answers say something else."""
    text = ANSWERS.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    tmp_path.mkdir(exist_ok=True)
    answers = tmp_path / "answers.yaml"
    answers.write_text(text, encoding="utf-8")
    checked = run("check", made(tmp_path / "study", answers), "--format", "json")
    return {one["id"]: one for one in json.loads(checked.stdout)["findings"]}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("mixed") / "study")


def decisions(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("pathway", folder, "--format", "json").stdout)
    decided: dict[str, Any] = found["decisions"]
    return decided


def words(file: Path) -> str:
    """The text of a Word file, tables too."""
    document = docx.Document(str(file))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_pathway_waives_for_the_past_and_asks_for_the_new(study: Path) -> None:
    decided = decisions(study)
    waiver = decided["consent_waiver"]
    assert (waiver["value"], waiver["conditions"]) == ("waiver_of_consent", "met")
    assert waiver["assets"] == {
        "wrist": "none",
        "ecg12": "none",
        "survey": "none",
        "past_ecg": "waiver_of_consent",
        "past_diagnosis": "waiver_of_consent",
    }
    assert decided["consent_forms"]["value"] == ["adult_written", "separate_consent_sheet"]
    assert decided["consent_forms"]["if_declined"] == ["adult_written", "separate_consent_sheet"]
    assert decided["legal_advice_needed"]["value"] is True
    assert {"waiver_application", "consent_adult"} <= {*decided["documents"]["value"]}
    shown = run("pathway", study).stdout
    assert "既往诊断与用药：免除知情同意" in shown
    assert "腕式心电记录：不申请" in shown


def test_check_finds_nothing_against_it(study: Path) -> None:
    checked = run("check", study, "--format", "json")
    found = json.loads(checked.stdout)
    assert checked.exit_code == 0, found["findings"]
    # Its attachments are those of another study.
    told = {one["id"] for one in found["findings"] if one["severity"] != "note"}
    assert told == {"attached_differs"}


def test_the_papers_name_the_data_that_they_are_about(study: Path, tmp_path: Path) -> None:
    papers = ("waiver_application", "consent_adult", "application_form")
    only = [word for paper in papers for word in ("--only", paper)]
    rendered = run("render", study, "--out", tmp_path, "--names", "id", *only)
    assert rendered.exit_code == 0, rendered.stderr
    waiver, consent, form = (words(next(tmp_path.rglob(f"*{paper}*.docx"))) for paper in papers)
    assert all(name in waiver for name in PAST)
    assert f"本研究的其余数据（{'、'.join(NEW)}）" in waiver
    assert waiver.count(NEW[-1]) == 1
    assert "问卷的回答" in consent
    assert "病历里的诊断和用药" not in consent
    assert "各项数据的知情同意安排" in form
    assert form.count("申请免除知情同意") >= len(PAST)


def test_what_is_collected_is_never_waived(tmp_path: Path) -> None:
    found = changed(tmp_path, ("origin: routine_care", "origin: prospective"))
    assert found["C105"]["path"].endswith("consent_basis")
    assert {"C37", "C38"}.isdisjoint(found)


def test_who_is_met_can_be_asked(tmp_path: Path) -> None:
    found = changed(tmp_path, ("plan: written", "plan: waiver_of_consent"))
    assert {"C37", "C38"} <= found.keys()


def test_a_risk_that_is_taken_with_consent_is_no_risk_of_the_waiver(tmp_path: Path) -> None:
    higher = ("level: minimal  # 风险等级", "level: slightly_above_minimal")
    assert "C41" in changed(tmp_path / "as_one", higher)
    apart = ("waiver_rights_safe: yes", "waiver_risk: minimal\n  waiver_rights_safe: yes")
    assert "C41" not in changed(tmp_path / "apart", higher, apart)


def test_what_is_given_away_of_people_nobody_reaches_is_named(tmp_path: Path) -> None:
    found = changed(
        tmp_path,
        ("sharing: {not_applicable: 只在本院使用}", "sharing: 某公司"),
        ("recipients: none", "recipients: [company]"),
    )
    unreachable = found["C106"]
    assert unreachable["path"] == "data.assets[past_diagnosis].sharing"
    assert all(way in unreachable["fix"] for way in ("委托处理", "匿名化", "不提供"))
    assert [one["article"] for one in unreachable["basis"]] == ["23", "29", "39"]
