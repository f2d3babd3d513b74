"""A study that runs: what is approved counts, and nothing else is told of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.followed import ECG, TODAY, change, decide, follow
from tests.golden import word_lines
from tests.program import mmethics

TITLE = "没有批准的题目"


@pytest.fixture
def study(sealed_example: Callable[[str], Path], tmp_path: Path) -> Path:
    """The example, approved; it may begin on 2027-04-15."""
    folder = Path(shutil.copytree(sealed_example(ECG), tmp_path / "study"))
    decide(folder / "submissions" / "01-initial", "approve")
    return folder


def found(folder: Path, expect: int) -> list[dict[str, Any]]:
    done = mmethics("--today", TODAY, "check", folder, "--format", "json", cwd=folder)
    assert done.returncode == expect, done.stdout + done.stderr
    listed: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return [one for one in listed if one["severity"] != "note"]


def unapproved(findings: list[dict[str, Any]]) -> dict[str, str]:
    return {one["path"]: one["severity"] for one in findings if one["id"] == "unapproved_change"}


def report(folder: Path, document: str) -> str:
    done = mmethics("--today", TODAY, "render", folder, "--only", document, cwd=folder)
    assert done.returncode == 0, done.stderr
    last = max((folder / "submissions").iterdir())
    return "\n".join(
        line
        for path in (last / "documents").glob("*.docx")
        for line in word_lines(path.read_bytes())
    )


def test_an_approved_study_is_not_told_that_it_is_late(study: Path) -> None:
    assert found(study, 0) == []
    said = mmethics("--today", TODAY, "check", study, cwd=study).stdout
    assert "已批准，没有准备中的送审" in said
    assert (
        "已批准，没有准备中的送审" in mmethics("--today", TODAY, "status", study, cwd=study).stdout
    )


def test_a_study_that_was_handed_in_waits(sealed_example: Callable[[str], Path]) -> None:
    folder = sealed_example(ECG)
    done = mmethics("--today", TODAY, "check", folder, cwd=folder)
    assert done.returncode == 0
    assert "01-initial 已送审，等待决定" in done.stdout


def test_what_runs_out_of_an_approved_study_is_still_said(study: Path) -> None:
    change(study, {"investigator.training_valid_until": "2027-06-30"})
    (finding,) = found(study, 0)
    assert (finding["kind"], finding["path"]) == ("expired", "investigator.training_valid_until")


def test_reports_print_what_was_approved(study: Path) -> None:
    sample = {"design.sample_size_total": "130", "design.sample_size_site": "130"}
    change(study, {"project.title": TITLE, "investigator.name": "没批准", **sample})
    follow(study, "progress")
    findings = found(study, 1)
    assert unapproved(findings) == dict.fromkeys(
        ["project.title", "investigator.name", *sample], "error"
    )
    asked = [one["fix"] for one in findings if one["id"] == "unapproved_change"]
    assert all("mmethics follow amendment" in fix for fix in asked)
    text = report(study, "progress_report")
    assert TITLE not in text and "没批准" not in text and "130" not in text
    assert "何示一" in text and "114" in text


def test_entries_are_printed_as_they_were_approved(study: Path) -> None:
    added = {"data.assets[calls]": {"like": "survey", "name": "没有批准的数据"}}
    change(study, added)
    follow(study, "completion")
    assert unapproved(found(study, 1)) == {"data.assets[calls]": "error"}
    text = report(study, "completion_report")
    assert "没有批准的数据" not in text and "腕式心电记录" in text


def test_what_means_nothing_to_the_committee_goes_on(study: Path) -> None:
    follow(study, "completion")
    assert not unapproved(found(study, 0))
    assert "MR-11-27-000001" in report(study, "completion_report")


def test_an_edit_without_an_amendment_is_named_while_nothing_is_prepared(study: Path) -> None:
    change(study, {"contact.phone": "010-0000-0299"})
    findings = found(study, 0)
    assert unapproved(findings) == {"contact.phone": "warning"}


def test_what_an_amendment_asks_for_may_stand_there_while_it_waits(study: Path) -> None:
    follow(study, "amendment")
    assert not unapproved(found(study, 0))
    done = mmethics("--today", TODAY, "submit", study, cwd=study)
    assert done.returncode == 0, done.stdout + done.stderr
    # follow() records a decision where there is none, so the report is opened as people do it.
    opened = mmethics("--today", TODAY, "follow", "safety", study, "--blank", cwd=study)
    assert opened.returncode == 0, opened.stderr
    assert not unapproved(found(study, 1))
    assert "010-0000-0299" not in report(study, "safety_report")
    change(study, {"participants.costs": "每次收费100元"})
    assert unapproved(found(study, 1)) == {"participants.costs": "error"}
