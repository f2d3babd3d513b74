"""The interview without a terminal: what it asks, in which order, and what it saves when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from itertools import pairwise

import pytest

from mmethics_cli.core.conditions.values import UNKNOWN, Element, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import Reason, place_at, relevant, section_named
from mmethics_cli.core.interview.loop import Plan, interview
from mmethics_cli.core.interview.steps import (
    Add,
    Answer,
    Choose,
    EditElement,
    Move,
    Offer,
    Overview,
    Prompt,
    Remove,
    Reply,
    Step,
)
from tests.core.small_pack import small_standard

STANDARD = small_standard()
TODAY = date(2027, 3, 1)


class Stop(Exception):
    """The script is at its end."""


class Script:
    """Replies in order by path; anything else is put off, what is optional is wanted.

    Keeps what was asked and saved.
    """

    def __init__(self, *replies: tuple[str, Reply], stop_after: int = 100) -> None:
        self.replies = list(replies)
        self.asked: list[str] = []
        self.steps: list[Step] = []
        self.saved: list[tuple[str, Value]] = []
        self.stop_after = stop_after

    def ask(self, step: Prompt) -> Reply:
        if isinstance(step, Offer):
            return Choose(frozenset(step.sections))
        if isinstance(step, Overview):
            return Move.LATER
        path = step.place.path
        self.asked.append(path)
        self.steps.append(step)
        if len(self.asked) > self.stop_after:
            raise Stop
        if self.replies and self.replies[0][0] == path:
            return self.replies.pop(0)[1]
        return Move.LATER

    def save(self, answers: Mapping[str, Value]) -> None:
        self.saved += answers.items()


def facts(values: Mapping[str, Value] | None = None) -> Facts:
    return Facts(STANDARD, dict(values or {}), TODAY)


def run(
    script: Script, values: Mapping[str, Value] | None = None, plan: Plan | None = None
) -> Facts:
    end = interview(facts(values), script.ask, script.save, plan)
    assert script.replies == [], "the script expected a question that was not asked"
    return end


def test_deciding_facts_come_before_required_ones_and_these_before_the_rest() -> None:
    order = [reason for _, reason in relevant(facts())]
    assert order == sorted(order, key=list(Reason).index)
    reasons = {place.path: reason for place, reason in relevant(facts())}
    assert reasons["study.level"] is Reason.DECIDING
    assert reasons["study.title"] is Reason.REQUIRED
    assert reasons["study.end"] is Reason.OPTIONAL


def test_what_the_office_answers_and_what_does_not_apply_is_not_asked() -> None:
    script = Script(("study.contact", Answer(False)))
    run(script)
    assert "study.asked_meeting" not in script.asked
    assert "study.refusal" not in script.asked


def test_an_answer_opens_the_questions_that_depend_on_it() -> None:
    script = Script(("study.contact", Answer(True)))
    run(script)
    assert "study.refusal" in script.asked


def test_each_answer_is_saved_before_the_next_question() -> None:
    script = Script(("study.level", Answer("low")), stop_after=1)
    with pytest.raises(Stop):
        run(script)
    assert script.saved == [("study.level", "low")]


def test_each_question_is_asked_once_and_the_loop_ends() -> None:
    script = Script()
    run(script)
    assert len(script.asked) == len(set(script.asked))
    assert script.saved == []


def test_unsure_is_saved_as_unknown_and_asked_again_only_next_time() -> None:
    script = Script(("study.level", Answer(UNKNOWN)))
    end = run(script)
    assert script.saved == [("study.level", UNKNOWN)]
    assert script.asked.count("study.level") == 1
    assert "study.level" in {place.path for place, _ in relevant(end)}


def test_back_returns_to_the_question_before_with_its_answer() -> None:
    first, second = [place.path for place, _ in relevant(facts())][:2]
    script = Script((first, Answer("low")), (second, Move.BACK), (first, Answer("high")))
    end = run(script)
    assert script.asked[:4] == [first, second, first, second]
    assert script.steps[2].value == "low"
    assert end.values[first] == "high"


def test_back_at_the_first_question_asks_it_again() -> None:
    first = next(place.path for place, _ in relevant(facts()))
    script = Script((first, Move.BACK))
    run(script)
    assert script.asked[:2] == [first, first]


def test_going_back_over_an_answer_that_took_the_question_away() -> None:
    script = Script(
        ("study.contact", Answer(True)),
        ("study.refusal", Move.BACK),
        ("study.contact", Answer(False)),
    )
    end = run(script, {"study.level": "low", "study.topics": Several()})
    assert end.values["study.contact"] is False
    assert script.asked.count("study.refusal") == 1


def test_a_list_grows_field_by_field() -> None:
    script = Script(
        ("data.assets", Add()),
        ("data.assets[a1].name", Answer("头部CT")),
        ("data.assets[a1].kind", Answer("image")),
        ("data.assets[a1].state", Answer("coded")),
        ("data.assets[a1].face", Answer(True)),
        ("data.assets", Move.LATER),
    )
    end = run(script)
    assert [path for path, _ in script.saved] == ["data.assets"] * 4
    assert script.saved[0][1] == (Element("a1", {"name": "头部CT"}),)
    fields: dict[str, Value] = {"name": "头部CT", "kind": "image", "state": "coded", "face": True}
    assert end.values["data.assets"] == (Element("a1", fields),)


def test_a_field_that_does_not_apply_to_its_element_is_not_asked() -> None:
    script = Script(("data.assets", Add()), ("data.assets[a1].kind", Answer("voice")))
    run(script)
    assert "data.assets[a1].state" in script.asked
    assert "data.assets[a1].face" not in script.asked


def test_a_new_element_without_any_answer_is_not_made() -> None:
    end = run(Script(("data.assets", Add())))
    assert "data.assets" not in end.values


def test_back_from_the_first_field_leads_to_the_list_and_leaves_nothing_behind() -> None:
    script = Script(("data.assets", Add()), ("data.assets[a1].name", Move.BACK))
    end = run(script)
    at = script.asked.index("data.assets[a1].name")
    assert script.asked[at + 1] == "data.assets"
    assert script.asked.count("data.assets[a1].kind") == 0
    assert "data.assets" not in end.values


def test_an_element_is_edited_and_removed_in_its_list() -> None:
    two = (Element("a1", {"name": "甲", "kind": "voice"}), Element("a3", {"name": "乙"}))
    script = Script(
        ("data.assets", EditElement("a1")),
        ("data.assets[a1].name", Answer("丙")),
        ("data.assets", Remove("a3")),
        ("data.assets", Add()),
        ("data.assets[a2].name", Answer("丁")),
    )
    end = run(script, {"data.assets": two}, Plan(everything=True))
    elements = end.values["data.assets"]
    assert isinstance(elements, tuple)
    assert [(one.id, one.get("name")) for one in elements] == [("a1", "丙"), ("a2", "丁")]


def test_what_an_element_must_still_say_is_asked_by_itself() -> None:
    script = Script()
    run(script, {"data.assets": (Element("a1", {"state": "open"}),)})
    assert {"data.assets[a1].name", "data.assets[a1].kind"} <= set(script.asked)
    assert "data.assets[a1].face" not in script.asked  # optional: on editing the entry
    assert "data.assets" not in script.asked


def test_no_elements_is_an_answer() -> None:
    end = run(Script(("data.assets", Answer(()))))
    assert end.values["data.assets"] == ()


def test_one_section_only() -> None:
    script = Script()
    section = STANDARD.questions["study.title"].section
    run(script, plan=Plan(section=section))
    assert script.asked
    assert section_named(STANDARD, STANDARD.sections[section]) == section
    assert section_named(STANDARD, section) == section
    assert section_named(STANDARD, "没有这一节") is None


def test_everything_asks_what_is_answered_too() -> None:
    script = Script()
    run(script, {"study.title": "某研究"}, Plan(everything=True))
    assert script.asked.count("study.title") == 1
    assert next(s.value for s in script.steps if s.place.path == "study.title") == "某研究"


def test_progress_counts_sections_and_required_questions() -> None:
    script = Script(("study.title", Answer("某研究")))
    run(script)
    at = [step.progress for step in script.steps]
    assert all(1 <= one.number <= one.total for one in at)
    here = script.asked.index("study.title")
    assert at[here + 1].left == at[here].left - 1
    for before, after in pairwise(at):
        assert after.screens - after.opened <= before.screens - 1, "what comes on top is told"


@pytest.mark.parametrize("path", ["no.such", "data.assets[a1].no", "no.list[a1].name"])
def test_an_unknown_path_has_no_place(path: str) -> None:
    assert place_at(facts(), path) is None


def test_what_save_raises_ends_the_interview() -> None:
    def refuse(answers: Mapping[str, Value]) -> None:
        raise OSError(28, "full")

    ask: Callable[[Prompt], Reply] = Script(("study.level", Answer("low"))).ask
    with pytest.raises(OSError, match="full"):
        interview(facts(), ask, refuse)
