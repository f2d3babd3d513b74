"""Submissions side by side: each opened, sealed and decided by itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mmethics_cli.core.lifecycle.decision import offered_decisions, unanswered_supplements
from mmethics_cli.core.lifecycle.revision import changes_since
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.store.submission.choice import SeveralSubmissions, named, open_one
from mmethics_cli.workflow.approvals import facts_as_sealed
from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord
from mmethics_cli.workflow.lifecycle.recording import submission_to_decide
from mmethics_cli.workflow.lifecycle.standing import Standing
from mmethics_cli.workflow.lifecycle.supplementing import asked_for
from tests.workflow.lifecycle.lives import DEATH, Life, packs

JUNE = date(2027, 6, 20)


@pytest.fixture
def life(tmp_path: Path) -> Life:
    life = Life(tmp_path / "study")
    life.approved()
    return life


def decisions(life: Life) -> list[str]:
    return sorted(path.parent.name for path in life.folder.glob("submissions/*/decision.yaml"))


def test_a_decision_lands_on_the_submission_that_it_names(life: Life) -> None:
    amendment, safety = life.open("amendment"), life.open("safety", **DEATH)
    life.seal(amendment, date(2027, 6, 1))
    life.seal(safety, date(2027, 6, 4))
    with pytest.raises(SeveralSubmissions) as refused:
        life.decide("批准", JUNE)
    assert "--submission 02（02-amendment）" in str(refused.value)
    assert "--submission 03（03-safety）" in str(refused.value)
    assert decisions(life) == ["01-initial"]
    assert life.decide("批准", JUNE, "02") == "02-amendment"
    assert life.opened().workspace.baseline == life.at("02-amendment")
    assert life.decide("继续研究", JUNE) == "03-safety"  # the only one that waits
    with pytest.raises(EthicsError, match="没有“09”这次送审"):
        life.decide("批准", JUNE, "09")


def test_a_draft_keeps_nobody_from_anything(life: Life) -> None:
    amendment = life.open("amendment")
    file = life.at(amendment).event_file
    file.write_text("event: [not, closed\n", encoding="utf-8")
    safety = life.open("safety", **DEATH)
    life.seal(safety, date(2027, 6, 4))
    assert life.decide("继续研究", JUNE) == safety
    assert "sponsor_fatal_report 2027-06-11" in life.due(JUNE)
    assert life.names() == ["01-initial", "02-amendment", "03-safety"]


def test_with_several_open_a_command_is_told_which(life: Life) -> None:
    first, second = life.open("amendment"), life.open("progress")
    with pytest.raises(SeveralSubmissions, match="有 2 次送审在准备"):
        life.opened(open_one)
    for word in (first, "02", "2", f"submissions/{first}/"):
        assert life.at(word).name == first
    life.seal(first, date(2027, 6, 1))
    assert life.opened(open_one).workspace.current == life.at(second)


def test_a_deadline_stays_until_it_is_met(life: Life) -> None:
    safety = life.open("safety", **DEATH)
    fatal = "sponsor_fatal_report 2027-06-11"
    assert fatal in life.due(JUNE)
    life.seal(safety, date(2027, 6, 4))
    life.open("deviation")
    life.open("progress")
    assert fatal in life.due(JUNE)
    life.decide("继续研究", JUNE)
    assert fatal in life.due(JUNE)
    life.came_later(safety, "event.sponsor_reported_date=2027-06-10")
    assert fatal not in life.due(JUNE)
    with pytest.raises(EthicsError, match="不由办公室登记"):
        life.came_later(safety, "event.learned_date=2027-06-10")


def test_a_further_report_of_the_same_event_meets_its_deadline(life: Life) -> None:
    life.seal(life.open("safety", **DEATH), date(2027, 6, 4))
    fatal = "sponsor_fatal_report 2027-06-11"
    other = {**DEATH, "report_type": "follow_up", "sponsor_reported_date": "2027-06-10"}
    life.open("safety", **(other | {"participant": "另一号"}))
    assert fatal in life.due(JUNE)  # that is another event
    life.open("safety", **other)
    assert fatal not in life.due(JUNE)


def test_a_re_review_answers_its_own_decision_whatever_came_between(life: Life) -> None:
    first, second = life.open("amendment"), life.open("amendment")
    life.seal(first, date(2027, 6, 1))
    life.seal(second, date(2027, 6, 2))
    life.decide("修改后再审", date(2027, 6, 10), first, comments=("一",))
    life.decide("修改后再审", date(2027, 6, 11), second, comments=("二", "三"))
    life.seal(life.open("safety", **DEATH), date(2027, 6, 12))
    with pytest.raises(SeveralSubmissions) as refused:
        life.open("re_review")
    assert [one.name for one in refused.value.candidates] == [first, second]
    answer = life.open("re_review", answers="02")
    dossier = life.opened(named(answer))
    assert dossier.facts.get("event.prior_decision") == "modify_then_rereview"
    assert [row.get("comment") for row in dossier.workspace.values["event.responses"]] == ["一"]  # type: ignore[union-attr]
    assert dossier.workspace.lineage.answered_by(life.at(answer)) == life.at(first)
    assert dossier.facts.answered is not None
    life.seal(answer, date(2027, 6, 15))
    life.decide("批准", JUNE, answer)
    record = life.record(JUNE)
    assert [one.name for one in record.dossier.workspace.lineage.approvals] == [
        "01-initial", answer,
    ]  # fmt: skip
    assert record.of_the_study[-1].about.id == "amendment"
    with pytest.raises(WorkspaceError, match="已由 05-re-review 答复"):
        life.open("re_review", answers=first)


def test_the_baseline_is_that_of_the_sealing_and_a_draft_says_when_it_moved(life: Life) -> None:
    first, second = life.open("amendment"), life.open("amendment")
    life.opened(named(first)).workspace.set_answers({"project.title": "甲"})
    life.seal(first, date(2027, 6, 1))
    life.opened(named(second)).workspace.set_answers({"project.title": "乙"})
    assert list(Standing(life.opened(named(second))).moved()) == []
    life.decide("批准", JUNE, first)
    (finding,) = Standing(life.opened(named(second))).moved()
    assert finding.severity == "warning" and "项目名称" in finding.message
    life.seal(second, JUNE)
    third = life.open("amendment")
    life.decide("批准", date(2027, 6, 25), second)
    lineage = life.opened().workspace.lineage
    assert lineage.baseline_of(life.at(first)) == life.at("01-initial")
    assert lineage.baseline_of(life.at(second)) == life.at(first)
    assert lineage.baseline_of(life.at(third)) == life.at(second)


def test_a_report_prints_what_was_approved_while_a_change_is_drafted(life: Life) -> None:
    amendment, safety = life.open("amendment"), life.open("safety", **DEATH)
    dossier = life.opened(named(amendment))
    dossier.workspace.set_answers({"project.regulatory_track": "iit"})
    findings = {one.severity for one in Standing(life.opened(named(safety))).findings()}
    assert findings == {"note"}
    for one in (life.at(amendment), life.at(safety)):
        one.event_file.touch()
    (life.folder / "submissions" / amendment / "submission.yaml").unlink()
    (life.folder / "submissions" / amendment).rmdir()
    findings = {one.severity for one in Standing(life.opened(named(safety))).findings()}
    assert findings == {"error"}  # nobody asks for it


@pytest.mark.parametrize(
    ("kind", "offered", "refused"),
    [
        ("initial", {"批准", "不批准"}, {"继续研究", "同意结题", "暂停", "暂停或者终止研究"}),
        ("progress", {"继续研究", "暂停或者终止研究", "终止"}, {"同意结题", "批准"}),
        ("completion", {"同意结题", "需进一步采取保护措施"}, {"继续研究", "批准"}),
        ("re_review", set(), {"批准"}),
    ],
)
def test_words_are_those_of_the_kind(kind: str, offered: set[str], refused: set[str]) -> None:
    words = set(offered_decisions(packs().of(None).standard, kind).values())
    assert offered <= words and not refused & words


def test_older_words_are_read_as_what_they_meant(life: Life) -> None:
    life.seal(life.open("progress"), date(2028, 2, 1))
    life.decide("同意", date(2028, 2, 10))
    file = life.at("02").folder / "decision.yaml"
    assert file.read_text(encoding="utf-8").startswith("decision: continue\n")
    completion = life.open("completion")
    life.seal(completion, date(2028, 12, 1))
    (life.at(completion).folder / "decision.yaml").write_text(
        "decision: approve\ndate: 2028-12-20\n", encoding="utf-8"
    )
    assert life.record().ended == "研究已结题"


def test_a_word_that_the_pack_lacks_is_kept_and_approves_nothing(life: Life) -> None:
    amendment = life.open("amendment")
    life.seal(amendment, date(2027, 6, 1))
    file = life.at(amendment).folder / "decision.yaml"
    file.write_text("decision: our_word\ndate: 2027-06-20\n", encoding="utf-8")
    dossier = life.opened()
    assert CommitteeRecord(dossier).decided[-1].decision.decision == "our_word"
    assert dossier.workspace.baseline == life.at("01-initial")
    (finding,) = Standing(dossier).unknown_decisions()
    assert finding.severity == "note" and "our_word" in finding.message


def test_a_decision_needs_something_sealed(tmp_path: Path) -> None:
    life = Life(tmp_path / "study")
    with pytest.raises(WorkspaceError, match="还没有封存"):
        submission_to_decide(life.opened())
    life.seal("01-initial", date(2027, 3, 1))
    standard = packs().of(None).standard
    assert facts_as_sealed(life.at("01"), standard).get("project.title") == "一项研究"


def test_what_the_office_asked_for_is_answered_in_the_next_round(tmp_path: Path) -> None:
    life = Life(tmp_path / "study")
    life.seal("01-initial", date(2027, 3, 1))
    again = life.supplement("01", ["请补签名。", "请核对经费。"], date(2027, 3, 3))
    assert again == "01-initial-r2"
    dossier = life.opened(open_one)
    assert dossier.workspace.current == life.at("01")  # the open round, not the sealed one
    rows = dossier.workspace.values["event.supplements"]
    assert [row.get("asked") for row in rows] == ["请补签名。", "请核对经费。"]  # type: ignore[union-attr]
    assert asked_for(dossier) == ("请补签名。", "请核对经费。")
    assert "supplement_statement" in dossier.pathway.decisions["documents"].value  # type: ignore[operator]
    dossier.workspace.set_answers({"project.title": "改了的题目"})
    assert [
        change.path
        for change in changes_since(dossier.facts.handed_in, life.opened().facts)  # type: ignore[arg-type]
    ] == ["project.title"]
    with pytest.raises(WorkspaceError, match="还没有封存"):
        life.decide("批准", JUNE)
    life.seal(again, date(2027, 3, 4))
    assert life.supplement("01", ["还缺一页。"], date(2027, 3, 5)) == "01-initial-r3"
    life.seal("01-initial-r3", date(2027, 3, 6))
    assert life.decide("批准", date(2027, 3, 20)) == "01-initial-r3"
    with pytest.raises(EthicsError, match="不再补正"):
        life.supplement("01", ["晚了。"], JUNE)
    assert life.opened().workspace.baseline == life.at("01-initial-r3")
    for name, digest in life.sealed.items():
        assert life.digest(life.at(name).folder) == digest
    assert life.open("amendment") == "02-amendment"


def test_what_came_to_be_known_is_known_in_the_next_round_too(life: Life) -> None:
    safety = life.open("safety", **DEATH)
    life.seal(safety, date(2027, 6, 4))
    life.came_later(safety, "event.sponsor_reported_date=2027-06-10")
    life.supplement(safety, ["请补一页。"], date(2027, 6, 12))
    assert "sponsor_fatal_report 2027-06-11" not in life.due(JUNE)


def test_what_was_asked_for_may_not_be_left_out_or_reworded(tmp_path: Path) -> None:
    life = Life(tmp_path / "study")
    life.seal("01-initial", date(2027, 3, 1))
    again = life.supplement("01", ["请补签名。"], date(2027, 3, 3))
    facts = life.opened().facts
    assert not list(unanswered_supplements(facts, ["请补签名。"]))
    life.edit(again, supplements="[{id: s1, asked: 别的, done: supplied}]")
    dossier = life.opened()
    (finding,) = unanswered_supplements(dossier.facts, asked_for(dossier))
    assert finding.severity == "error" and "请补签名" in finding.message
