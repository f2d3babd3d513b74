"""The walk through the review items without a terminal: what it shows, proposes and saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from mmethics_cli.core.answers.self_check import SelfCheck, SelfCheckAnswer
from mmethics_cli.core.checks.evidence import (
    EvidenceState,
    answered_paths,
    citable,
    evidence_pieces,
    proof_of,
)
from mmethics_cli.core.conditions.values import Element, Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.items import (
    ItemReply,
    Reply,
    Screen,
    Single,
    Ticked,
    WalkPlan,
    by_answer,
    open_items,
    walk_items,
)
from mmethics_cli.core.interview.steps import Move
from mmethics_cli.core.standard.model import Evidence, Standard
from tests.core.small_pack import small_standard


def item(id_: str, *evidence: Mapping[str, str], **more: object) -> dict[str, object]:
    return {
        "id": id_,
        "principle": "benefit",
        "theme": "价值",
        "side": "applicant",
        "text": f"要点{id_}",
        "applies_when": {},
        "evidence": list(evidence),
        "severity": "mandatory",
        "basis": [{"source": "law", "article": "1"}],
        **more,
    }


TITLE, AGE, PLAN = {"path": "study.title"}, {"path": "study.age"}, {"attachment": "plan"}
ITEMS = [
    item("A-1", TITLE),
    item("A-2", TITLE, AGE),
    item("A-3", AGE),
    item("A-4", TITLE, PLAN),
    item("B-1", principle="harm"),
    item("B-2", TITLE, applies_when={"study.contact": "yes"}, principle="harm"),
    item("B-3", TITLE, applies_when={"study.level": "high"}, principle="harm"),
    item("C-1", TITLE, side="committee"),
]


def standard() -> Standard:
    changes: dict[str, Any] = {
        "principles.yaml": {"benefit": "有益", "harm": "控制风险"},
        "review_items/benefit.yaml": ITEMS,
    }
    return small_standard(**changes)


STANDARD = standard()
PLAN_FILE = (Element("p", {"kind": "plan", "file": "方案.docx"}),)
FULL: dict[str, Value] = {
    "study.title": "某研究",
    "study.age": 20,
    "study.contact": False,
    "attachments": PLAN_FILE,
}


class Stop(Exception):
    """The script is at its end."""


class Script:
    """Replies in order, each to a screen named by its ids and part; the rest is put off."""

    def __init__(self, *replies: tuple[str, Reply], stop_after: int = 60) -> None:
        self.replies = list(replies)
        self.shown: list[str] = []
        self.screens: list[Screen] = []
        self.saved: list[list[SelfCheckAnswer]] = []
        self.stop_after = stop_after

    def ask(self, screen: Screen) -> Reply:
        name = named(screen)
        self.shown.append(name)
        self.screens.append(screen)
        if len(self.shown) > self.stop_after:
            raise Stop
        if self.replies and self.replies[0][0] == name:
            return self.replies.pop(0)[1]
        return Move.LATER

    def save(self, changed: Sequence[SelfCheckAnswer]) -> None:
        self.saved.append(list(changed))

    def screen(self, name: str) -> Screen:
        return self.screens[self.shown.index(name)]


def named(screen: Screen) -> str:
    if isinstance(screen, Single):
        return f"{screen.item.id} {screen.part.value}"
    return "+".join(one.id for one in screen.items)


def facts(values: Mapping[str, Value]) -> Facts:
    return Facts(STANDARD, values, date(2027, 3, 1))


def run(
    script: Script,
    values: Mapping[str, Value] | None = None,
    given: Sequence[SelfCheckAnswer] = (),
    plan: WalkPlan | None = None,
) -> SelfCheck:
    before = SelfCheck({one.item: one for one in given})
    end = walk_items(facts(values or FULL), before, script.ask, script.save, plan)
    assert script.replies == [], f"expected another screen; shown: {script.shown}"
    return end


def test_proved_items_of_a_principle_come_together_and_the_rest_one_by_one() -> None:
    script = Script()
    run(script)
    assert script.shown == [
        "A-1+A-2+A-3+A-4", "A-1 answer", "A-2 answer", "A-3 answer", "A-4 answer", "B-1 answer",
    ]  # fmt: skip


def test_nothing_is_answered_before_the_person_confirms() -> None:
    script = Script(stop_after=1)
    with pytest.raises(Stop):
        run(script)
    assert script.saved == []


def test_ticked_items_are_met_by_what_proves_them_and_saved_in_one_go() -> None:
    script = Script(("A-1+A-2+A-3+A-4", Ticked(frozenset({"A-1", "A-3"}))))
    end = run(script)
    assert script.saved == [
        [
            SelfCheckAnswer("A-1", "met", evidence="study.title"),
            SelfCheckAnswer("A-3", "met", evidence="study.age"),
        ]
    ]
    assert "A-1 answer" not in script.shown
    assert script.shown[1:3] == ["A-2 answer", "A-4 answer"], "unticked is still open"
    assert end.of("A-2").answer is None


def test_only_so_many_are_put_together_and_none_alone() -> None:
    script = Script()
    run(script, plan=WalkPlan(together=3))
    assert script.shown[:2] == ["A-1+A-2", "A-3+A-4"]
    script = Script()
    run(script, {"study.title": "某研究", "study.contact": False})
    assert script.shown[0] == "A-1 answer"
    assert isinstance(first := script.screens[0], Single) and first.proposal == "study.title"


def test_an_item_without_all_its_evidence_is_not_proposed() -> None:
    script = Script()
    run(script, {"study.title": "某研究", "study.level": "high"})
    (single,) = (one for one in script.screens if named(one) == "A-4 answer")
    assert isinstance(single, Single) and single.proposal is None
    assert [one.state for one in evidence_pieces(single.item, facts({"study.level": "high"}))] == [
        EvidenceState.MISSING,
        EvidenceState.MISSING,
    ]


def test_evidence_that_the_study_cannot_have_does_not_count() -> None:
    four = STANDARD.items["A-4"]
    low = facts({"study.title": "某研究", "study.level": "low"})
    assert [one.state for one in evidence_pieces(four, low)] == [
        EvidenceState.FOUND,
        EvidenceState.NOT_WANTED,
    ]
    assert proof_of(four, low) == "study.title"
    unknown = facts({"study.title": "某研究"})
    assert proof_of(four, unknown) is None, "what is not known yet never relaxes"
    assert proof_of(STANDARD.items["B-1"], low) is None, "an item that names none is never proved"


def test_each_part_is_saved_before_the_next_is_asked() -> None:
    script = Script(("B-1 answer", ItemReply("not_met")), stop_after=6)
    with pytest.raises(Stop):
        run(script)
    assert script.shown[-1] == "B-1 note"
    assert script.saved == [[SelfCheckAnswer("B-1", "not_met")]]


@pytest.mark.parametrize("answer", ["not_met", "not_applicable"])
def test_what_is_not_met_or_does_not_apply_needs_a_note(answer: str) -> None:
    script = Script(("B-1 answer", ItemReply(answer)), ("B-1 note", ItemReply("没有这样的数据")))
    end = run(script)
    assert end.of("B-1") == SelfCheckAnswer("B-1", answer, "没有这样的数据")
    assert "B-1" not in open_items(facts(FULL), end)
    again = Script()
    run(again, given=[SelfCheckAnswer("B-1", answer)])
    assert "B-1 answer" in again.shown, "without its note it is open"


def test_evidence_is_chosen_and_an_attachment_has_a_page() -> None:
    script = Script(
        ("B-1 answer", ItemReply("met")),
        ("B-1 evidence", ItemReply("p")),
        ("B-1 page", ItemReply("3-4")),
    )
    end = run(script)
    assert end.of("B-1") == SelfCheckAnswer("B-1", "met", evidence="p", page="3-4")
    single = script.screen("B-1 evidence")
    assert isinstance(single, Single) and single.options == ("p", "form")
    path = Script(("B-1 answer", ItemReply("met")), ("B-1 evidence", ItemReply("study.age")))
    assert run(path).of("B-1").evidence == "study.age"
    assert "B-1 page" not in path.shown


def test_a_page_goes_with_the_attachment_it_was_written_for() -> None:
    given = [SelfCheckAnswer("B-1", "met", evidence="gone", page="9")]
    script = Script(("B-1 answer", ItemReply("met")), ("B-1 evidence", ItemReply("p")))
    assert run(script, given=given).of("B-1").page == ""


def test_a_rendered_paper_proves_and_is_cited_with_a_page() -> None:
    form = replace(STANDARD.items["B-1"], evidence=(Evidence(attachment="form"),))
    assert proof_of(form, facts(FULL)) == "form"
    script = Script(
        ("B-1 answer", ItemReply("met")),
        ("B-1 evidence", ItemReply("form")),
        ("B-1 page", ItemReply("2")),
    )
    end = run(script)
    assert end.of("B-1") == SelfCheckAnswer("B-1", "met", evidence="form", page="2")
    assert "B-1" not in open_items(facts(FULL), end)


def test_likely_evidence_comes_first() -> None:
    assert citable(STANDARD.items["A-4"], facts(FULL)) == ("study.title", "p", "form")
    assert list(answered_paths(facts(FULL), "study")) == [
        "study.title", "study.age", "study.contact",
    ]  # fmt: skip


def test_back_goes_through_the_parts_and_to_the_screen_before() -> None:
    script = Script(
        ("A-1+A-2+A-3+A-4", Ticked(frozenset({"A-1", "A-2", "A-3", "A-4"}))),
        ("B-1 answer", ItemReply("not_met")),
        ("B-1 note", Move.BACK),
        ("B-1 answer", Move.BACK),
        ("A-1+A-2+A-3+A-4", Ticked(frozenset({"A-1", "A-2", "A-3"}))),
        ("B-1 answer", ItemReply("met")),
    )
    end = run(script)
    back = [one for one in script.screens if named(one) == "A-1+A-2+A-3+A-4"][1]
    assert not isinstance(back, Single)
    assert back.ticked == {"A-1", "A-2", "A-3", "A-4"}, "what was confirmed is still ticked"
    assert end.of("A-4") == SelfCheckAnswer("A-4"), "a tick that is taken away opens the item"
    assert script.shown[-2:] == ["B-1 evidence", "A-4 answer"]


def test_back_at_the_first_screen_shows_it_again() -> None:
    script = Script(("A-1+A-2+A-3+A-4", Move.BACK))
    run(script)
    assert script.shown[:2] == ["A-1+A-2+A-3+A-4"] * 2


def test_items_that_do_not_apply_are_told_and_not_asked() -> None:
    script = Script()
    run(script)
    progress = script.screen("B-1 answer").progress
    assert (progress.principle, progress.number, progress.total) == ("harm", 2, 2)
    assert [(one.id, truth) for one, truth in progress.elsewhere] == [
        ("B-2", Truth.NO),
        ("B-3", Truth.UNKNOWN),
    ]
    assert not any("B-2" in name or "C-1" in name for name in script.shown)


def test_progress_counts_what_is_left() -> None:
    script = Script(("A-1+A-2+A-3+A-4", Ticked(frozenset({"A-1", "A-2"}))))
    run(script)
    assert [one.progress.left for one in script.screens[:2]] == [5, 3]


def test_answered_items_are_asked_again_only_when_all_are_wanted() -> None:
    given = [SelfCheckAnswer("A-1", "met", evidence="study.title")]
    script = Script()
    run(script, given=given)
    assert "A-1 answer" not in script.shown
    script = Script(("A-1 answer", ItemReply("not_met")), ("A-1 note", ItemReply("改了主意")))
    end = run(script, given=given, plan=WalkPlan(everything=True))
    assert end.of("A-1").answer == "not_met"
    assert script.shown.count("A-1 answer") == 1


def test_met_without_evidence_that_exists_is_open() -> None:
    given = [SelfCheckAnswer("A-1", "met", evidence="gone")]
    script = Script(("A-1 answer", ItemReply("met")), ("A-1 evidence", ItemReply("study.title")))
    end = run(script, given=given)
    assert "A-1" not in open_items(facts(FULL), end)


def test_the_answers_are_counted() -> None:
    answers = SelfCheck(
        {"A-1": SelfCheckAnswer("A-1", "met"), "A-2": SelfCheckAnswer("A-2", "not_met", "因为")}
    )
    counts = dict(by_answer(answers, ["A-1", "A-2", "A-3"]))
    assert counts == {"met": 1, "not_met": 1, "not_applicable": 0}


def test_what_save_raises_ends_the_walk() -> None:
    def refuse(changed: Sequence[SelfCheckAnswer]) -> None:
        raise OSError(28, "full")

    script = Script(("A-1+A-2+A-3+A-4", Ticked(frozenset({"A-1"}))))
    with pytest.raises(OSError, match="full"):
        walk_items(facts(FULL), SelfCheck({}), script.ask, refuse)
