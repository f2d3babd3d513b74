"""Screens of several questions: what they show, what they save, and what a pack may not say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from mmethics_cli.core.conditions.values import UNKNOWN, Element, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.loop import Plan, interview
from mmethics_cli.core.interview.overview import Doubt, overview
from mmethics_cli.core.interview.steps import (
    Add,
    Answer,
    Choose,
    Copy,
    Jump,
    Left,
    Move,
    Offer,
    Overview,
    Prompt,
    Reply,
    ScreenAnswers,
    Step,
)
from mmethics_cli.core.standard.screens import Screen
from mmethics_cli.errors import PackError
from tests.core.small_pack import small_standard

SCREENS: list[Any] = [
    {"id": "study", "title": "研究", "rows": ["study.title", "study.contact", "study.refusal"]},
    {"id": "asset", "title": "数据", "of": "data.assets", "rows": ["name", "kind", "face"]},
]
PROPOSALS: list[Any] = [
    {"path": "study.end", "from": "study.start", "zh": "与开始相同"},
    {"path": "study.refusal", "value": "yes", "when": {"study.contact": "yes"}, "zh": "接触"},
]
STANDARD = small_standard(**{"screens.yaml": SCREENS, "proposals.yaml": PROPOSALS})
TODAY = date(2027, 3, 1)


def facts(values: Mapping[str, Value] | None = None) -> Facts:
    return Facts(STANDARD, dict(values or {}), TODAY)


class Script:
    """Replies by what names a step; anything else is put off."""

    def __init__(self, *replies: tuple[str, Reply]) -> None:
        self.replies = list(replies)
        self.asked: list[str] = []
        self.steps: list[Step] = []
        self.offers: list[Offer] = []
        self.overviews: list[Overview] = []
        self.saved: list[dict[str, Value]] = []

    def ask(self, prompt: Prompt) -> Reply:
        if isinstance(prompt, Step):
            name = _name(prompt.screen, prompt)
            self.steps.append(prompt)
        else:
            name = type(prompt).__name__.lower()
            if isinstance(prompt, Offer):
                self.offers.append(prompt)
            elif isinstance(prompt, Overview):
                self.overviews.append(prompt)
        self.asked.append(name)
        assert len(self.asked) < 100
        if self.replies and self.replies[0][0] == name:
            return self.replies.pop(0)[1]
        return Move.LATER

    def save(self, answers: Mapping[str, Value]) -> None:
        self.saved.append(dict(answers))

    def run(self, values: Mapping[str, Value] | None = None, plan: Plan | None = None) -> Facts:
        end = interview(facts(values), self.ask, self.save, plan)
        assert self.replies == [], "the script expected a step that did not come"
        return end


def _name(screen: Screen | None, step: Step) -> str:
    if screen is None:
        return step.place.path
    return screen.id if step.place.element is None else f"{screen.id}[{step.place.element.id}]"


def test_the_answers_of_a_screen_are_saved_at_once() -> None:
    script = Script(("study", ScreenAnswers({"study.title": "某研究", "study.contact": False})))
    end = script.run()
    assert script.saved == [{"study.title": "某研究", "study.contact": False}]
    assert end.values["study.title"] == "某研究"
    assert script.asked.count("study") == 1


def test_a_row_that_is_left_alone_stays_unknown() -> None:
    end = Script(("study", ScreenAnswers({"study.title": "某研究"}))).run()
    assert "study.contact" not in end.values
    assert end.get("study.contact") is UNKNOWN


def test_an_answer_brings_further_rows_of_the_same_screen() -> None:
    script = Script()
    script.run()
    step = next(one for one in script.steps if one.screen)
    assert [row.path for row in step.rows] == ["study.title", "study.contact"]
    more = [row.path for row in step.rows_with({"study.contact": True})]
    assert more == ["study.title", "study.contact", "study.refusal"]


def test_only_open_rows_are_shown_but_all_of_them_on_going_back() -> None:
    script = Script(
        ("study", ScreenAnswers({"study.contact": False})),
        ("data.assets", Move.BACK),
        ("study", ScreenAnswers({"study.title": "乙"})),
    )
    script.run(
        {"study.title": "甲", "study.level": "low", "study.topics": Several(), "study.age": 30}
    )
    shown = [one for one in script.steps if one.screen and one.screen.id == "study"]
    assert [row.path for row in shown[0].rows] == ["study.contact"]
    assert [(row.path, row.value) for row in shown[1].rows] == [
        ("study.title", "甲"),
        ("study.contact", False),
    ]


def test_a_proposal_is_shown_with_its_source_and_never_taken_by_itself() -> None:
    script = Script()
    end = script.run({"study.start": date(2027, 5, 1)}, Plan(everything=True))
    row = next(one.rows[0] for one in script.steps if one.place.path == "study.end")
    assert (row.proposal, row.why) == (date(2027, 5, 1), "与开始相同")
    assert "study.end" not in end.values
    step = next(one for one in script.steps if one.screen and one.screen.id == "study")
    assert [row.proposal for row in step.rows_with({"study.contact": True})][2] is True


def test_a_new_entry_takes_its_first_answers_in_one_save() -> None:
    script = Script(
        ("data.assets", Add()),
        (
            "asset[a1]",
            ScreenAnswers({"data.assets[a1].name": "CT", "data.assets[a1].kind": "image"}),
        ),
        ("data.assets[a1].state", Move.LATER),
        ("data.assets", Move.LATER),
    )
    script.run()
    element = Element("a1", {"name": "CT", "kind": "image"})
    assert script.saved[0] == {"data.assets": (element,)}


def test_an_entry_whose_first_screen_is_left_empty_is_given_up() -> None:
    script = Script(
        ("data.assets", Add()), ("asset[a1]", ScreenAnswers({})), ("data.assets", Move.LATER)
    )
    end = script.run()
    assert "data.assets[a1].state" not in script.asked
    assert "data.assets" not in end.values


def test_a_copy_has_all_but_the_name_and_is_gone_through() -> None:
    one = Element("a1", {"name": "CT", "kind": "image", "state": "coded", "face": False})
    script = Script(
        ("data.assets", Copy("a1")),
        ("asset[a2]", ScreenAnswers({"data.assets[a2].name": "MR"})),
        ("data.assets[a2].state", Move.LATER),
        ("data.assets", Move.LATER),
    )
    end = script.run({"data.assets": (one,)}, Plan(everything=True))
    assert end.values["data.assets"] == (one, Element("a2", {**one.fields, "name": "MR"}))
    shown = next(step for step in script.steps if step.screen and step.screen.id == "asset")
    assert [row.value for row in shown.rows] == [UNKNOWN, "image", False]


def test_going_away_in_the_middle_saves_what_was_valid() -> None:
    script = Script(("study", ScreenAnswers({"study.title": "半"}, leave=True)))
    with pytest.raises(Left):
        script.run()
    assert script.saved == [{"study.title": "半"}]


def test_optional_questions_are_offered_by_section_or_skipped_at_once() -> None:
    declined = Script()
    declined.run()
    assert declined.asked.count("offer") == 1
    assert declined.offers[0].sections["study"] >= 3
    assert "study.start" not in declined.asked
    wanted = Script(("offer", Choose(frozenset({"study"}))))
    wanted.run()
    assert "study.start" in wanted.asked
    assert wanted.asked.count("offer") == 1


def test_back_from_the_offer_and_from_the_overview() -> None:
    script = Script(("offer", Move.BACK), ("overview", Move.BACK))
    script.run()
    first = script.asked.index("offer")
    assert script.asked[first + 1] == script.asked[first - 1]
    last = script.asked.index("overview")
    assert script.asked[last + 1] == script.asked[first - 1]
    assert script.asked[-1] == "overview"


def test_the_overview_comes_last_jumps_and_comes_again() -> None:
    script = Script(
        ("overview", Jump("study.title")),
        ("study", ScreenAnswers({"study.title": "乙"})),
        ("overview", Move.LATER),
    )
    end = script.run({"study.title": "甲"})
    assert end.values["study.title"] == "乙"
    assert script.asked[-3:] == ["overview", "study", "overview"]


def test_the_overview_puts_doubtful_answers_first() -> None:
    values: dict[str, Value] = {
        "study.title": "甲",
        "study.level": "low",
        "study.start": date(2027, 5, 1),
        "study.end": date(2027, 4, 1),
    }
    entries = overview(facts(values), refused={"study.age"})
    assert [one.doubt for one in entries] == sorted(one.doubt for one in entries)
    doubts = {one.path: one.doubt for one in entries}
    assert doubts["study.age"] is Doubt.REFUSED
    assert doubts["study.end"] is Doubt.CONTRADICTING
    assert not [one.note for one in entries if "。。" in one.note]
    assert doubts["study.topics"] is Doubt.OPEN
    assert doubts["study.title"] is Doubt.NONE


def test_a_stray_answer_is_in_the_overview_and_can_be_reached() -> None:
    values: dict[str, Value] = {"study.contact": False, "study.refusal": True}
    stray = next(one for one in overview(facts(values)) if one.path == "study.refusal")
    assert stray.doubt is Doubt.CONTRADICTING
    script = Script(("overview", Jump("study.refusal")), ("study.refusal", Move.LATER))
    script.run(values)


def test_papers_that_lack_keep_the_list_of_attachments_open() -> None:
    script = Script()
    one = (Element("p", {"kind": "form", "file": "a.docx"}),)
    script.run({"study.level": "high", "attachments": one})
    step = next(one for one in script.steps if one.place.path == "attachments")
    assert "方案" in step.hint
    whole = (Element("p", {"kind": "plan", "file": "a.docx"}),)
    after = Script()
    after.run({"study.level": "high", "attachments": whole})
    assert "attachments" not in after.asked


@pytest.mark.parametrize(
    ("screen", "message"),
    [
        ({"rows": ["study.title", "no.such"]}, "不认识的问题“no.such”"),
        ({"rows": ["study.title", "data.assets"]}, "是列表，要单独问"),
        ({"rows": ["study.title", "study.asked_meeting"]}, "由办公室填写"),
        ({"rows": ["study.title"]}, "2 至"),
        ({"rows": ["study.title", "study.title"]}, "2 至"),
        ({"of": "study.title", "rows": ["name", "kind"]}, "不是列表"),
        ({"of": "data.assets", "rows": ["name", "no"]}, "不认识的问题“no”"),
        ({"rows": ["study.title", "study.level"], "more": "x"}, "不认识的键“more”"),
    ],
)
def test_a_screen_that_can_not_be_is_refused(screen: dict[str, Any], message: str) -> None:
    assert any(message in one for one in _refused([{"id": "x", "title": "屏", **screen}], []))


def test_a_question_stands_on_one_screen_only() -> None:
    twice = [{**SCREENS[0], "id": "a"}, {**SCREENS[0], "id": "b"}]
    assert any("已经在另一屏上" in one for one in _refused(twice, []))


@pytest.mark.parametrize(
    ("proposal", "message"),
    [
        ({"path": "no.such", "value": "1"}, "不认识的问题"),
        ({"path": "study.level"}, "写其中一个"),
        ({"path": "study.level", "value": "low", "from": "study.title"}, "写其中一个"),
        ({"path": "study.level", "value": "middle"}, "没有“middle”这个选项"),
        ({"path": "study.level", "from": "study.title"}, "不是同一类问题"),
    ],
)
def test_a_proposal_that_can_not_be_is_refused(proposal: dict[str, Any], message: str) -> None:
    assert any(message in one for one in _refused([], [{"zh": "因为", **proposal}]))


def _refused(screens: list[Any], proposals: list[Any]) -> list[str]:
    with pytest.raises(PackError) as error:
        small_standard(**{"screens.yaml": screens, "proposals.yaml": proposals})
    return [problem.message for problem in error.value.problems]


def test_what_is_settled_is_told_once_and_again_when_it_changes() -> None:
    told: list[tuple[object, ...]] = []

    def tell(now: Facts, tables: tuple[str, ...]) -> None:
        told.append(tuple(now.decision(name).value for name in tables))

    known: dict[str, Value] = {"study.topics": Several(), "study.contact": False}
    script = Script(
        ("study.level", Answer("low")),
        ("study.age", Move.BACK),
        ("study.level", Answer("low")),
        ("study.age", Move.BACK),
        ("study.level", Answer("high")),
    )
    interview(facts(known), script.ask, script.save, tell=tell)
    assert script.replies == []
    assert [one[0] for one in told] == ["simple", "meeting"]


def test_a_list_that_was_left_in_the_middle_comes_first() -> None:
    noted: list[str | None] = []
    script = Script(
        ("data.assets", Add()), ("asset[a2]", ScreenAnswers({})), ("data.assets", Move.LATER)
    )
    one = (Element("a1", {"name": "CT", "kind": "image"}),)
    begun = facts({"data.assets": one})
    plan = Plan(unfinished="data.assets")
    interview(begun, script.ask, script.save, plan, listing=noted.append)
    assert script.asked[:3] == ["data.assets", "asset[a2]", "data.assets"]
    assert noted[:2] == ["data.assets", None]
