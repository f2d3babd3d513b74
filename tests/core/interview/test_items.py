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
from mmethics_cli.core.conditions.values import Element, NotApplicable, Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.items import (
    ItemReplies,
    ItemScreen,
    ItemStanding,
    Reply,
    WalkPlan,
    bearing_words,
    by_answer,
    open_items,
    walk_items,
)
from mmethics_cli.core.interview.steps import Left, Move
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
    """Replies in order, each to a screen named by its items; the rest is put off."""

    def __init__(self, *replies: tuple[str, Reply], stop_after: int = 60) -> None:
        self.replies = list(replies)
        self.shown: list[str] = []
        self.screens: list[ItemScreen] = []
        self.saved: list[list[SelfCheckAnswer]] = []
        self.stop_after = stop_after

    def ask(self, screen: ItemScreen) -> Reply:
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

    def screen(self, name: str) -> ItemScreen:
        return self.screens[self.shown.index(name)]


def named(screen: ItemScreen) -> str:
    return "+".join(one.item.id for one in screen.items)


def met(id_: str, evidence: str) -> SelfCheckAnswer:
    return SelfCheckAnswer(id_, "met", evidence=evidence)


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


def test_items_of_a_principle_come_together_what_is_not_proved_apart() -> None:
    script = Script()
    run(script, FULL | {"attachments": (), "study.level": "high"})
    assert script.shown == ["A-1+A-2+A-3", "A-4", "B-3", "B-1"]
    assert [one.standing for one in script.screens] == [
        ItemStanding.PROVED, ItemStanding.APART, ItemStanding.PROVED, ItemStanding.APART,
    ]  # fmt: skip


def test_what_is_said_not_to_apply_stands_apart_with_its_reason() -> None:
    script = Script()
    run(script, FULL | {"study.title": NotApplicable("单一影像模态")})
    apart = script.screen("A-1+A-2+A-4")
    assert apart.standing is ItemStanding.APART
    assert apart.items[0].doubts == ("写着不适用：单一影像模态",)


def test_nothing_is_answered_before_the_person_confirms() -> None:
    script = Script(stop_after=1)
    with pytest.raises(Stop):
        run(script)
    assert script.saved == []
    assert [one.given.answer for one in script.screens[0].items] == [None] * 4


def test_the_answers_of_a_screen_are_saved_in_one_go_before_the_next() -> None:
    answers = (met("A-1", "study.title"), SelfCheckAnswer("A-3", "not_met", "还没有定"))
    script = Script(("A-1+A-2+A-3+A-4", ItemReplies(answers)))
    end = run(script)
    assert script.saved == [list(answers)]
    assert (end.of("A-1"), end.of("A-3")) == answers
    assert end.of("A-2").answer is None, "what was not answered is still open"
    again = Script()
    run(again, given=answers)
    assert again.shown[0] == "A-2+A-4"


def test_who_goes_away_leaves_what_was_answered() -> None:
    script = Script(("A-1+A-2+A-3+A-4", ItemReplies((met("A-1", "study.title"),), leave=True)))
    with pytest.raises(Left):
        run(script)
    assert script.saved == [[met("A-1", "study.title")]]


def test_only_so_many_are_put_together() -> None:
    script = Script()
    run(script, plan=WalkPlan(together=3))
    assert script.shown[:2] == ["A-1+A-2", "A-3+A-4"]


def test_an_item_without_all_its_evidence_is_not_proved() -> None:
    script = Script()
    run(script, {"study.title": "某研究", "study.level": "high"})
    asked = script.screen("A-2+A-3+A-4").items[2]
    assert asked.proof is None
    assert [one.state for one in evidence_pieces(asked.item, facts({"study.level": "high"}))] == [
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


@pytest.mark.parametrize("answer", ["not_met", "not_applicable"])
def test_what_is_not_met_or_does_not_apply_needs_a_note(answer: str) -> None:
    script = Script(("B-1", ItemReplies((SelfCheckAnswer("B-1", answer, "没有这样的数据"),))))
    assert "B-1" not in open_items(facts(FULL), run(script))
    again = Script()
    run(again, given=[SelfCheckAnswer("B-1", answer)])
    assert "B-1" in again.shown, "without its note it is open"


def test_a_rendered_paper_proves_and_is_cited() -> None:
    form = replace(STANDARD.items["B-1"], evidence=(Evidence(attachment="form"),))
    assert proof_of(form, facts(FULL)) == "form"
    end = run(Script(("B-1", ItemReplies((met("B-1", "form"),)))))
    assert "B-1" not in open_items(facts(FULL), end)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("短的全印。", "短的全印。"),
        (f"{'无关的话说了很长很长。' * 9}研究价值在于帮助患者。", "……研究价值在于帮助患者。"),
        ("一二三四五" * 30, "一二三四五" * 4 + "……"),
    ],
)
def test_of_a_long_text_the_sentences_that_bear_on_the_item_are_shown(
    text: str, words: str
) -> None:
    about = replace(STANDARD.items["A-1"], text="写明研究价值")
    assert bearing_words(text, about, 20).endswith(words[-12:])
    assert len(bearing_words(text, about, 20)) <= 42


def test_likely_evidence_comes_first() -> None:
    assert citable(STANDARD.items["A-4"], facts(FULL)) == ("study.title", "p", "form")
    assert list(answered_paths(facts(FULL), "study")) == [
        "study.title", "study.age", "study.contact",
    ]  # fmt: skip


def test_back_shows_the_screen_before_with_what_was_answered() -> None:
    first = "A-1+A-2+A-3+A-4"
    script = Script(
        (first, ItemReplies((met("A-1", "study.title"),))),
        ("B-1", Move.BACK),
        (first, ItemReplies((SelfCheckAnswer("A-1"),))),
    )
    end = run(script)
    assert script.screens[2].items[0].given == met("A-1", "study.title")
    assert end.of("A-1") == SelfCheckAnswer("A-1"), "an answer that is taken back opens the item"


def test_back_at_the_first_screen_shows_it_again() -> None:
    script = Script(("A-1+A-2+A-3+A-4", Move.BACK))
    run(script)
    assert script.shown[:2] == ["A-1+A-2+A-3+A-4"] * 2


def test_items_that_do_not_apply_are_told_and_not_asked() -> None:
    script = Script()
    run(script)
    progress = script.screen("B-1").progress
    assert (progress.principle, progress.number, progress.total) == ("harm", 2, 2)
    assert [(one.id, truth) for one, truth in progress.elsewhere] == [
        ("B-2", Truth.NO),
        ("B-3", Truth.UNKNOWN),
    ]
    assert not any("B-2" in name or "C-1" in name for name in script.shown)


def test_progress_counts_what_is_left() -> None:
    replies = ItemReplies((met("A-1", "study.title"), met("A-3", "study.age")))
    script = Script(("A-1+A-2+A-3+A-4", replies))
    run(script)
    assert [one.progress.left for one in script.screens[:2]] == [5, 3]


def test_answered_items_are_asked_again_only_when_all_are_wanted() -> None:
    given = [met("A-1", "study.title")]
    script = Script()
    run(script, given=given)
    assert script.shown[0] == "A-2+A-3+A-4"
    script = Script()
    run(script, given=given, plan=WalkPlan(everything=True))
    assert script.shown[0] == "A-1+A-2+A-3+A-4"


def test_met_without_evidence_that_exists_is_open() -> None:
    script = Script(("A-1+A-2+A-3+A-4", ItemReplies((met("A-1", "study.title"),))))
    end = run(script, given=[met("A-1", "gone")])
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

    script = Script(("A-1+A-2+A-3+A-4", ItemReplies((met("A-1", "study.title"),))))
    with pytest.raises(OSError, match="full"):
        walk_items(facts(FULL), SelfCheck({}), script.ask, refuse)
