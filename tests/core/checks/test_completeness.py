"""What is lacking, what contradicts, and what is said about it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from mmethics_cli.core.answers.self_check import read_self_check
from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.completeness import first_asked, missing_answers, unanswered_items
from mmethics_cli.core.checks.consistency import contradictions, stray_answers, unverified_law
from mmethics_cli.core.checks.documents import (
    FileState,
    missing_documents,
    own_documents,
    rendered_documents,
)
from mmethics_cli.core.checks.evidence import evidence_exists, evidence_held
from mmethics_cli.core.checks.findings import Finding, in_order
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import Evidence
from tests.core.small_pack import small_standard, trees

STANDARD = small_standard()
WHOLE: dict[str, Any] = {
    "title": "甲",
    "level": "low",
    "topics": [],
    "age": "30",
    "contact": "no",
}


def facts_of(study: dict[str, Any], **more: Any) -> Facts:
    tree = {"study": study, "data": {"assets": []}, **more}
    return Facts(STANDARD, read_tree(STANDARD, tree).values, date(2027, 1, 1))


def without(*names: str) -> dict[str, Any]:
    return {key: value for key, value in WHOLE.items() if key not in names}


def test_a_whole_dossier_lacks_no_answer() -> None:
    assert list(missing_answers(Pathway(facts_of(WHOLE)))) == []


def test_a_required_answer_is_missed() -> None:
    (finding,) = missing_answers(Pathway(facts_of(without("title"))))
    assert (finding.id, finding.severity, finding.kind) == (
        "answer_missing",
        "error",
        "missing_answer",
    )
    assert finding.path == "study.title"
    assert finding.message == "没有回答“名称”"


def test_a_deciding_answer_is_missed_and_says_why() -> None:
    (finding,) = missing_answers(Pathway(facts_of(without("level"))))
    assert finding.path == "study.level"
    assert "决定审查类型、方式或文件" in finding.message


def test_an_answer_that_does_not_apply_with_a_reason_is_an_answer() -> None:
    facts = facts_of({**WHOLE, "title": {"not_applicable": "没有名称"}})
    assert list(missing_answers(Pathway(facts))) == []


def test_a_question_that_may_not_apply_is_not_missed_before_what_decides_that() -> None:
    facts = facts_of(without("contact"))
    assert "study.refusal" in Pathway(facts).open_questions
    (finding,) = missing_answers(Pathway(facts))
    assert finding.path == "study.contact"
    assert first_asked("study.refusal", facts) == ("study.contact",)
    assert first_asked("study.refusal", facts_of({**WHOLE, "contact": "yes"})) == ("study.refusal",)


def test_the_same_holds_for_the_fields_of_an_entry() -> None:
    asset = {"id": "a", "name": "甲"}
    facts = facts_of(WHOLE, data={"assets": [asset]})
    assert first_asked("data.assets[a].face", facts) == ("data.assets[a].kind",)
    facts = facts_of(WHOLE, data={"assets": [{**asset, "kind": "image"}]})
    assert first_asked("data.assets[a].face", facts) == ("data.assets[a].face",)


def test_a_required_field_of_an_entry_is_missed_by_name() -> None:
    facts = facts_of(
        WHOLE, data={"assets": [{"id": "a", "name": "甲"}, {"id": "b", "kind": "voice"}]}
    )
    (finding,) = missing_answers(Pathway(facts))
    assert finding.path == "data.assets[b].name"
    assert finding.message == "没有回答“数据第 2 项（b）的名称”"


def asked_for(**face: Any) -> list[Finding]:
    """What is missed of an image, a voice and an asset of no kind, whose field `face` has these."""
    section = trees()["questions/01-study.yaml"]
    (assets,) = (one for one in section["questions"] if one["path"] == "data.assets")
    assets["basis"] = [{"source": "law", "article": "1"}]
    for field in assets["fields"]:
        if field["name"] == "face":
            field |= face
    standard = small_standard(**{"questions/01-study.yaml": section})
    entries = [{"id": kind, "name": kind, "kind": kind} for kind in ("image", "voice")]
    data = {"assets": [*entries, {"id": "new", "name": "新"}]}
    values = read_tree(standard, {"study": WHOLE, "data": data}).values
    return list(missing_answers(Pathway(Facts(standard, values))))


def test_a_required_field_is_missed_only_where_it_is_asked() -> None:
    (finding,) = asked_for(required="yes")
    assert finding.path == "data.assets[image].face"
    assert finding.message == "没有回答“数据第 1 项（image）的面部”"


def test_a_field_is_required_where_its_entry_makes_it_so() -> None:
    (finding,) = asked_for(ask_when={}, required_when={"kind": "voice"})
    assert finding.path == "data.assets[voice].face"


def test_what_to_do_about_a_missing_answer_is_its_prompt_or_its_name() -> None:
    (finding,) = asked_for(required="yes", prompt="影像里看得见面部吗？")
    assert finding.fix == "影像里看得见面部吗？"
    (finding,) = asked_for(required="yes")
    assert "面部" in finding.fix


def test_a_missing_field_rests_on_its_own_articles_or_on_those_of_its_list() -> None:
    (finding,) = asked_for(required="yes")
    assert [one.source for one in finding.basis] == ["law"]
    (finding,) = asked_for(required="yes", basis=[{"source": "guide", "article": "2"}])
    assert [one.source for one in finding.basis] == ["guide"]


def papers(study: dict[str, Any], attachments: Any, files: dict[str, FileState]) -> list[Finding]:
    return list(missing_documents(Pathway(facts_of(study, attachments=attachments)), files))


def test_a_paper_without_template_must_be_brought() -> None:
    (finding,) = papers({**WHOLE, "level": "high"}, [], {})
    assert (finding.kind, finding.severity, finding.path) == (
        "missing_attachment",
        "error",
        "attachments",
    )
    assert "方案" in finding.message
    assert "attachments/" in finding.fix and "类别登记为“方案”" in finding.fix


def test_the_pack_may_say_how_to_get_a_paper_and_by_which_law() -> None:
    documents = trees()["documents.yaml"]
    law = [{"source": "law", "article": "1"}]
    documents[-1] |= {"note": "向科研处领取", "basis": law}
    standard = small_standard(**{"documents.yaml": documents})
    values = read_tree(standard, {"study": {**WHOLE, "level": "high"}}).values
    (finding,) = missing_documents(Pathway(Facts(standard, values)), {})
    assert finding.fix == "向科研处领取"
    assert [one.source for one in finding.basis] == ["law"]


def test_a_paper_that_is_not_needed_is_not_missed() -> None:
    assert papers(WHOLE, [], {}) == []


PLAN = {"id": "p", "kind": "plan"}


@pytest.mark.parametrize(
    ("state", "severity", "path", "said"),
    [
        (FileState(trouble="文件不存在"), "error", "attachments[p].file", "文件不存在"),
        (FileState("", "01-initial", True), "error", "attachments[p].version", "版本号却没有变"),
        (FileState("", "01-initial", False), "warning", "attachments[p].date", "版本日期却没有变"),
    ],
)
def test_the_file_of_an_attachment(state: FileState, severity: str, path: str, said: str) -> None:
    standard_file = [{**PLAN, "file": "attachments/p.docx"}]
    (finding,) = papers({**WHOLE, "level": "high"}, standard_file, {"p": state})
    assert (finding.severity, finding.path) == (severity, path)
    assert said in finding.message
    assert "原来的文件" in finding.fix or "attachments/" in finding.fix


def test_an_attachment_without_a_file_name() -> None:
    facts = facts_of({**WHOLE, "level": "high"}, attachments=[PLAN])
    found = [*missing_answers(Pathway(facts)), *missing_documents(Pathway(facts), {})]
    assert [one.path for one in found] == ["attachments[p].file"]


FORM = {"id": "f", "kind": "form", "file": "attachments/f.docx"}


def test_a_paper_that_is_brought_stands_in_the_place_of_the_rendered_one() -> None:
    assert rendered_documents(facts_of(WHOLE)) == {"form"}
    own = facts_of(WHOLE, attachments=[FORM])
    assert rendered_documents(own) == frozenset()
    (note,) = own_documents(own)
    assert (note.id, note.severity, note.kind) == ("own_paper", "note", "not_verified")
    assert note.path == "attachments"
    assert "1 份文件用自备的" in note.message and "《申请表》" in note.message
    assert "自行核对" in note.fix


def test_a_paper_that_is_not_rendered_anyway_stands_in_nobodys_place() -> None:
    high = {**WHOLE, "level": "high"}
    assert list(own_documents(facts_of(high, attachments=[PLAN]))) == []
    assert rendered_documents(facts_of(high)) == {"form"}


def items(study: dict[str, Any], answers: Any, **more: Any) -> list[Finding]:
    facts = facts_of(study, **more)
    return list(unanswered_items(facts, read_self_check(STANDARD, answers)))


@pytest.mark.parametrize(
    ("answer", "ids"),
    [
        (None, ["item_unanswered"]),
        ({"answer": "met"}, []),
        ({"answer": "符合", "evidence": "study.title"}, []),
        ({"answer": "met", "evidence": "nowhere"}, ["item_without_evidence"]),
        ({"answer": "not_met"}, ["item_without_reason"]),
        ({"answer": "not_met", "note": "尚缺"}, ["item_not_met"]),
        ({"answer": "not_applicable"}, ["item_without_reason"]),
        ({"answer": "not_applicable", "note": "无关"}, []),
    ],
)
def test_answers_to_a_review_item(answer: Any, ids: list[str]) -> None:
    found = items(WHOLE, {"B-1": answer})
    assert [one.id for one in found] == ids
    assert all(one.item == "B-1" and one.path == "self_check.B-1" for one in found)


def test_what_is_not_met_is_shown_with_its_reason_and_only_warns() -> None:
    (finding,) = items(WHOLE, {"B-1": {"answer": "not_met", "note": "尚缺批件"}})
    assert finding.severity == "warning"
    assert "要点 B-1“写明价值”" in finding.message and "尚缺批件" in finding.message
    assert "提问" in finding.fix


def test_an_item_that_names_no_evidence_asks_for_any() -> None:
    item = trees()["review_items/benefit.yaml"][0] | {"evidence": []}
    standard = small_standard(**{"review_items/benefit.yaml": [item]})
    facts = Facts(standard, {})
    (finding,) = unanswered_items(facts, read_self_check(standard, {"B-1": {"answer": "met"}}))
    assert finding.id == "item_without_evidence"
    assert "“证据”" in finding.fix


def test_an_item_met_without_the_evidence_it_names() -> None:
    (finding,) = items(without("title"), {"B-1": {"answer": "met"}})
    assert finding.id == "item_without_evidence"
    assert finding.severity == "error"
    assert "名称" in finding.fix


def test_a_recommended_item_only_warns_and_is_asked_only_where_it_applies() -> None:
    contact = {**WHOLE, "contact": "yes", "refusal": "no"}
    (finding,) = items(contact, {"B-1": {"answer": "met"}})
    assert (finding.item, finding.severity) == ("B-2", "warning")
    assert items(WHOLE, {"B-1": {"answer": "met"}}) == []


def test_an_attachment_is_evidence_by_kind_and_by_id() -> None:
    facts = facts_of(WHOLE, attachments=[PLAN])
    assert list(evidence_held(STANDARD.items["B-2"], facts)) == [True]
    assert list(evidence_held(STANDARD.items["B-2"], facts_of(WHOLE))) == [False]
    assert evidence_exists("p", facts)
    assert evidence_exists("study.title", facts)
    assert not evidence_exists("q", facts)


def test_a_rendered_paper_is_evidence_and_stays_so_when_another_is_brought() -> None:
    facts = facts_of(WHOLE)
    assert evidence_exists("form", facts)
    assert not evidence_exists("plan", facts)
    own = facts_of(WHOLE, attachments=[FORM])
    assert evidence_exists("form", own) and evidence_exists("f", own)
    names_form = replace(STANDARD.items["B-2"], evidence=(Evidence(attachment="form"),))
    assert list(evidence_held(names_form, facts)) == [True]
    assert list(evidence_held(names_form, own)) == [True]


def test_what_was_handed_in_first_stays_evidence_in_later_submissions() -> None:
    kinds = {"initial": "初次审查", "closing": "结题"}
    kind = {"path": "event.kind", "type": "choice", "label": "事项", "values": kinds}
    documents = trees()["documents.yaml"]
    documents[0] |= {"render_when": {"event.kind": "initial"}}
    standard = small_standard(
        **{
            "questions/02-event.yaml": {"section": "event", "title": "事项", "questions": [kind]},
            "documents.yaml": documents,
        }
    )
    closing = Facts(standard, {"event.kind": "closing"})
    assert rendered_documents(closing) == frozenset()
    assert evidence_exists("form", closing)
    undecided = Facts(standard, {})
    assert not evidence_exists("form", undecided), "nothing was handed in yet"


def test_self_check_says_which_places_it_cannot_read() -> None:
    check = read_self_check(STANDARD, {"B-9": {}, "B-1": {"answr": "met", "answer": "maybe"}})
    assert [one.keys for one in check.unknown] == [("B-9",), ("B-1", "answr")]
    assert check.unknown[0].fix in ("是不是“B-1”？", "是不是“B-2”？")
    assert [one.path for one in check.refused] == ["self_check.B-1"]
    assert read_self_check(STANDARD, ["B-1"]).unknown[0].keys == ()
    assert read_self_check(STANDARD, {"B-1": "met"}).unknown[0].keys == ("B-1",)
    assert read_self_check(STANDARD, {"B-1": {"note": ["a"]}}).unknown[0].keys == ("B-1", "note")
    assert read_self_check(STANDARD, None).answers == {}


def test_a_contradiction_between_answers() -> None:
    dates = {"start": "2027-03-01", "end": "2027-02-01"}
    (finding,) = contradictions(facts_of({**WHOLE, **dates}))
    assert (finding.id, finding.severity, finding.kind, finding.path) == (
        "X1",
        "error",
        "inconsistent",
        "study.end",
    )
    assert list(contradictions(facts_of(WHOLE))) == []


def test_a_contradiction_in_each_entry_that_has_it() -> None:
    face = {"kind": "image", "face": "yes", "state": "anonymous"}
    data = {"assets": [{"id": "a", **face}, {"id": "b", **face, "state": "coded"}]}
    (finding,) = contradictions(facts_of(WHOLE, data=data))
    assert (finding.id, finding.path) == ("X2", "data.assets[a].state")


def test_an_answer_to_a_question_that_does_not_apply_is_stray() -> None:
    (finding,) = stray_answers(facts_of({**WHOLE, "refusal": "yes"}))
    assert (finding.severity, finding.path) == ("warning", "study.refusal")
    assert list(stray_answers(facts_of(WHOLE))) == []


def test_unverified_law_is_one_note_with_its_count() -> None:
    (note,) = unverified_law(Pathway(facts_of({**WHOLE, "topics": ["mind"]})))
    assert (note.severity, note.kind) == ("note", "not_verified")
    assert "4 条规则中，1 条" in note.message
    assert "standard sources" in note.fix
    assert list(unverified_law(Pathway(facts_of(WHOLE)))) == []


def test_findings_come_errors_first_and_once() -> None:
    note = Finding("n", "note", "not_verified", "", "")
    error = Finding("e", "error", "invalid", "", "")
    warning = Finding("w", "warning", "expired", "", "")
    assert in_order([note, error, warning, error]) == (error, warning, note)
