"""Opening later submissions: when, with what filled in, and which papers then come along."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mmethics_cli.core.lifecycle.editions import next_version
from tests.followed import CHANGES, ECG, change
from tests.program import mmethics

APPROVE = (
    "--decision", "approve", "--date", "2027-03-20", "--number", "伦审2027-031",
    "--valid-until", "2028-03-19",
)  # fmt: skip
EVENT = "submissions/02-amendment/submission.yaml"


@pytest.fixture
def sealed(sealed_example: Callable[[str], Path]) -> Path:
    return sealed_example(ECG)


@pytest.fixture
def study(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "study"))


def run(study: Path, *words: str, expect: int = 0, today: str = "2027-09-01") -> str:
    command, *rest = words
    at = rest.pop(0) if command == "follow" else ""
    done = mmethics("--today", today, command, *filter(None, [at]), study, *rest, cwd=study)
    assert done.returncode == expect, done.stdout + done.stderr
    return (done.stdout + done.stderr).replace("\n", "")


def checked(study: Path, expect: int = 1) -> list[dict[str, Any]]:
    done = mmethics("--today", "2027-09-01", "check", study, "--format", "json", cwd=study)
    assert done.returncode == expect, done.stdout
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def papers(study: Path) -> list[str]:
    done = mmethics("--today", "2027-09-01", "render", study, "--list", cwd=study)
    rows = (line.split("  ") for line in done.stdout.splitlines())
    return [f"{row[1]} {''.join(row[4:5])}" for row in rows]


def test_a_submission_that_cannot_be_is_refused(study: Path) -> None:
    assert "没有“ammendment”这种送审。是不是“amendment”？" in run(
        study, "follow", "ammendment", expect=2
    )
    assert "新建卷宗（mmethics new）就是初始审查" in run(study, "follow", "initial", expect=2)
    assert "还没有记录对这项研究的批准" in run(study, "follow", "修正案", expect=2)
    assert "还没有记录委员会的决定" in run(study, "follow", "re-review", expect=2)
    run(study, "record", *APPROVE)
    assert "不需要复审" in run(study, "follow", "re-review", expect=2)
    run(study, "follow", "amendment")
    run(study, "follow", "progress")  # a draft keeps nobody from opening another submission
    assert sorted(one.name for one in (study / "submissions").iterdir()) == [
        "01-initial", "02-amendment", "03-progress",
    ]  # fmt: skip
    said = run(study, "submit", expect=2)
    assert "--submission 02（02-amendment）" in said and "--submission 03（03-progress）" in said


def test_a_conditional_approval_leads_to_a_re_review_first(study: Path) -> None:
    (study.parent / "c.yaml").write_text("- 请补充随访。\n", encoding="utf-8")
    comments = ("--comments", "../c.yaml")
    run(study, "record", "--decision", "modify_then_approve", "--date", "2027-03-20", *comments)
    assert "follow re-review" in run(study, "follow", "amendment", expect=2)
    run(study, "follow", "re-review", "--blank")
    text = (study / "submissions/02-re-review/submission.yaml").read_text(encoding="utf-8")
    assert "prior_decision: modify_then_approve" in text


def test_a_sealed_baseline_that_was_touched_is_refused(study: Path) -> None:
    run(study, "record", *APPROVE)
    snapshot = study / "submissions/01-initial/snapshot.yaml"
    snapshot.chmod(0o644)
    snapshot.write_text(snapshot.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "内容变了：snapshot.yaml" in run(study, "follow", "amendment", expect=2)


def test_without_a_terminal_it_writes_what_is_known_and_names_the_rest(study: Path) -> None:
    run(study, "record", *APPROVE)
    said = run(study, "follow", "amendment")
    assert "已按记录填好：伦理批件号、批准日期、批件有效期至" in said
    assert "卷宗与批准的内容没有不同" in said
    assert "由谁提出" in said
    text = (study / EVENT).read_text(encoding="utf-8")
    assert "approval_number: 伦审2027-031" in text
    assert 'application_form:\n    version: "1.0"' in text


def test_answers_that_are_refused_write_nothing(study: Path, tmp_path: Path) -> None:
    run(study, "record", *APPROVE)
    file = tmp_path / "a.yaml"
    before = (study / "dossier.yaml").read_bytes()
    for text, complaint in (
        ("event: {kind: progress}", "回答文件说的是另一种送审"),
        ("event: {affects_risk_benefit: 也许吧}", "a.yaml:2"),
        ("event: {reviewers_disagree: yes}", "record --fact"),
    ):
        file.write_text(f"contact: {{phone: 010-1}}\n{text}\n", encoding="utf-8")
        assert complaint in run(study, "follow", "amendment", "--answers", str(file), expect=2)
    assert (study / "dossier.yaml").read_bytes() == before
    assert not (study / EVENT).exists()


def test_editing_between_submit_and_record_never_moves_the_baseline(study: Path) -> None:
    change(study, CHANGES)
    run(study, "record", *APPROVE)
    run(study, "follow", "amendment")
    assert "changes: [contact, procedures, consent_content, add_modality]" in (
        study / EVENT
    ).read_text("utf-8")
    assert "consent_adult 1.1" in papers(study)


def test_changes_made_later_are_compared_again_and_undone_ones_forgotten(study: Path) -> None:
    run(study, "record", *APPROVE)
    run(study, "follow", "amendment")
    assert "application_form 1.1" not in papers(study)
    change(study, {"contact.phone": "010-0000-0299"})
    run(study, "render")
    assert "application_form 1.1" in papers(study)
    assert 'version: "1.1"' in (study / EVENT).read_text(encoding="utf-8")
    assert list(study.glob("submissions/02-*/documents/*申请表-V1.1-2027-09-01-修订标记.docx"))
    change(study, {"contact.phone": "010-0000-0202"})
    run(study, "render")
    assert not any("application_form" in one for one in papers(study))
    assert not list(study.glob("submissions/02-*/documents/*修订标记.docx"))


def test_a_version_that_the_applicant_gave_is_kept(study: Path) -> None:
    run(study, "record", *APPROVE)
    change(study, {"contact.phone": "010-0000-0299"})
    run(study, "follow", "amendment")
    event = study / EVENT
    text = event.read_text(encoding="utf-8")
    at = text.index("application_form:")
    event.write_text(text[:at] + text[at:].replace('"1.0"', '"2.0"', 1), encoding="utf-8")
    assert "application_form 2.0" in papers(study)


def test_what_is_named_and_what_differs_are_held_together(study: Path) -> None:
    run(study, "record", *APPROVE)
    run(study, "follow", "amendment")
    event = study / EVENT
    text = event.read_text(encoding="utf-8")
    event.write_text(text.replace("  changes:  #", "  changes: [purpose]  #"), encoding="utf-8")
    assert "change_not_found" in {one["id"] for one in checked(study)}
    change(study, {"contact.phone": "010-0000-0299"})
    (unnamed,) = [one for one in checked(study) if one["id"] == "change_unnamed"]
    assert "联系人" in unnamed["message"]


def test_an_attachment_with_a_new_version_needs_its_marked_file(study: Path) -> None:
    run(study, "record", *APPROVE)
    dossier = study / "dossier.yaml"
    text = dossier.read_text(encoding="utf-8")
    at = text.index("kind: protocol\n")
    new = text[:at] + text[at:].replace("version: V1.0", "version: V1.1", 1)
    dossier.write_text(new, encoding="utf-8")
    run(study, "follow", "amendment")
    (found,) = [one for one in checked(study) if one["id"] == "marked_missing"]
    assert (found["severity"], found["path"]) == ("error", "attachments[protocol].marked_file")
    marked = new[:at] + new[at:].replace(
        "file: 研究方案.docx", "file: 研究方案.docx\n    marked_file: 研究方案.docx", 1
    )
    dossier.write_text(marked, encoding="utf-8")
    assert "marked_missing" not in {one["id"] for one in checked(study)}
    assert papers(study).count("protocol V1.1") == 2


def test_no_comment_of_the_committee_may_be_left_out_or_reworded(
    study: Path, tmp_path: Path
) -> None:
    comments = tmp_path / "c.yaml"
    comments.write_text("- 请说明年龄上限。\n- 请补充随访。\n", encoding="utf-8")
    run(study, "record", "--decision", "modify_then_rereview", "--date", "2027-03-20",
        "--comments", str(comments))  # fmt: skip
    run(study, "follow", "re-review")
    assert "comment_unanswered" not in {one["id"] for one in checked(study)}
    event = study / "submissions/02-re-review/submission.yaml"
    text = event.read_text(encoding="utf-8")
    event.write_text(text.replace("请补充随访。", "请补充。"), encoding="utf-8")
    (found,) = [one for one in checked(study) if one["id"] == "comment_unanswered"]
    assert "第2条" in found["message"]


def test_a_report_carries_the_period_on_and_hands_in_no_changed_papers(study: Path) -> None:
    run(study, "record", *APPROVE)
    change(study, {"contact.phone": "010-0000-0299"})
    run(study, "follow", "progress")
    text = (study / "submissions/02-progress/submission.yaml").read_text(encoding="utf-8")
    assert "period_start: 2027-03-20" in text
    assert "prior_method: simplified" in text
    assert not any("application_form" in one for one in papers(study))


@pytest.mark.parametrize(
    ("version", "taken", "new"),
    [
        ("1.0", set(), "1.1"), ("1.9", set(), "1.10"), ("2", set(), "3"),
        ("V1.0", {"V1.1"}, "V1.2"),
        ("终稿", set(), "终稿.1"), ("1.0修", set(), "1.1修"),
    ],
)  # fmt: skip
def test_a_version_is_raised_past_those_that_were_used(
    version: str, taken: set[str], new: str
) -> None:
    assert next_version(version, taken) == new
