"""Random lives of a study, held against a model that knows nothing of the program.

What is open, waits, may be answered or stands approved, and what is due, is kept in plain records
here; the program has to find the same from the files, and no sealed byte may ever change.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec import Struct

from mmethics_cli.errors import EthicsError
from mmethics_cli.store.submission.choice import (
    SeveralSubmissions,
    last_sealed,
    one_to_decide,
    waiting,
)
from mmethics_cli.workflow.approvals import approved_facts, crossed
from mmethics_cli.workflow.lifecycle.answering import answerable
from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord
from mmethics_cli.workflow.lifecycle.recording import submission_to_decide
from mmethics_cli.workflow.opening import Dossier
from tests.depth import deep
from tests.workflow.lifecycle.lives import BEGUN, DEATH, Life, open_dues

FOLLOWING = ("amendment", "progress", "safety", "deviation", "completion")
APPROVING = {
    "initial": "批准", "amendment": "批准", "progress": "继续研究", "safety": "继续研究",
    "deviation": "继续研究", "completion": "同意结题",
}  # fmt: skip
NOT_YET = "修改后再审"
STUDY = ("initial", "amendment")
EDITED = ("project.title", "project.plain_title")
ALWAYS = ("safety", "deviation")


class Sent(Struct):
    """A submission as the model knows it: `answers` is the place of what it answers.

    `says` is what it says of the study, as sealed.
    """

    number: int
    kind: str
    round: int = 1
    answers: int | None = None
    sealed: date | None = None
    order: int = 0
    word: str = ""
    decided: date | None = None
    approved: bool = False
    reported: bool = False
    says: Mapping[str, str] = {}
    knew: str = ""  # the last approval when it was sealed

    @property
    def name(self) -> str:
        again = f"-r{self.round}" if self.round > 1 else ""
        return f"{self.number:02d}-{self.kind.replace('_', '-')}{again}"


def half_a_year_after(day: date) -> date:
    """The interval of a study of which so little is known; none of these days is a month's 31st."""
    months = day.month + 5
    return date(day.year + months // 12, months % 12 + 1, day.day)


class LifeOfAStudy(RuleBasedStateMachine):
    """Opens, edits, seals, decides, supplements and answers in any order that is allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        self.life = Life(Path(self.scratch.name) / "study")
        self.sent: list[Sent] = [Sent(1, "initial")]
        self.before: list[Sent] = []  # rounds after which the office asked for more
        self.bytes: dict[str, str] = {}
        self.today = BEGUN
        self.sealings = 0
        self.study = {"project.title": "一项研究", "project.plain_title": "一项"}
        self.life.opened().workspace.set_answers(self.study)

    def teardown(self) -> None:
        self.scratch.cleanup()

    # What the model knows.

    def open_ones(self) -> list[Sent]:
        return [one for one in self.sent if one.sealed is None]

    def waiting(self) -> list[Sent]:
        return [one for one in self.sent if one.sealed and not one.word]

    def answerable(self) -> list[Sent]:
        answered = {one.answers for one in self.sent}
        return [
            one
            for at, one in enumerate(self.sent)
            if one.word and not one.approved and at not in answered
        ]

    def about(self, one: Sent) -> str:
        return one.kind if one.answers is None else self.about(self.sent[one.answers])

    def approvals(self) -> list[Sent]:
        found = [one for one in self.sent if one.approved and self.about(one) in STUDY]
        return sorted(found, key=lambda one: (one.decided or BEGUN, one.order))

    def standing(self, approvals: Sequence[Sent]) -> tuple[dict[str, str], set[str]]:
        """What these approve together, and what they contradict one another in."""
        names = [one.name for one in approvals]
        study, against = dict(approvals[0].says), set[str]()
        for at, one in enumerate(approvals):
            known = names.index(one.knew) + 1 if one.knew else 0
            before = self.standing(approvals[:known])[0] if known else {}
            if known == at:
                study, against = dict(one.says), set()
                continue
            for path in EDITED:
                if one.says[path] == before[path]:
                    continue
                if study[path] in (before[path], one.says[path]):
                    study[path] = one.says[path]
                else:
                    against.add(path)
        return study, against

    def ended(self) -> bool:
        return any(one.approved and self.about(one) == "completion" for one in self.sent)

    def next_day(self) -> date:
        self.today += timedelta(days=1)
        return self.today

    def pick(self, ones: list[Sent], at: int) -> Sent:
        return ones[at % len(ones)]

    # What is done.

    @initialize()
    def approved_or_not(self) -> None:
        self.seal_one(self.sent[0])
        self.decide_one(self.sent[0], APPROVING["initial"])

    @rule(kind=st.sampled_from(FOLLOWING))
    def open(self, kind: str) -> None:
        allowed = bool(self.approvals()) and (not self.ended() or kind in ALWAYS)
        event = DEATH if kind == "safety" else {}
        if not allowed:
            with pytest.raises(EthicsError):
                self.life.open(kind, **event)
            return
        number = max(one.number for one in self.sent) + 1
        self.sent.append(Sent(number, kind))
        assert self.life.open(kind, **event) == self.sent[-1].name

    @rule(at=st.integers(0, 9))
    def answer(self, at: int) -> None:
        candidates = self.answerable()
        if not candidates:
            with pytest.raises(EthicsError):
                self.life.open("re_review")
            return
        if len(candidates) > 1:
            with pytest.raises(SeveralSubmissions) as refused:
                self.life.open("re_review")
            names = [one.name for one in refused.value.candidates]
            assert sorted(names) == sorted(one.name for one in candidates)
        chosen = self.pick(candidates, at)
        number = max(one.number for one in self.sent) + 1
        self.sent.append(Sent(number, "re_review", answers=self.sent.index(chosen)))
        assert self.life.open("re_review", f"{chosen.number:02d}") == self.sent[-1].name

    @precondition(lambda self: self.open_ones())
    @rule(path=st.sampled_from(EDITED), words=st.sampled_from("甲乙丙"))
    def edit(self, path: str, words: str) -> None:
        dossier = self.life.opened(last_sealed)
        dossier.workspace.set_answers({path: words})
        self.study[path] = words

    @precondition(lambda self: self.open_ones())
    @rule(at=st.integers(0, 9))
    def seal(self, at: int) -> None:
        self.seal_one(self.pick(self.open_ones(), at))

    def seal_one(self, one: Sent) -> None:
        self.sealings += 1
        one.sealed, one.order = self.next_day(), self.sealings
        approvals = self.approvals()
        one.says, one.knew = dict(self.study), approvals[-1].name if approvals else ""
        self.life.seal(one.name, self.today)
        self.bytes[one.name] = self.life.digest(self.life.folder / "submissions" / one.name)

    @precondition(lambda self: self.waiting())
    @rule(at=st.integers(0, 9), approve=st.booleans(), by_name=st.booleans())
    def decide(self, at: int, approve: bool, by_name: bool) -> None:
        ones = self.waiting()
        if not by_name and len(ones) > 1:
            with pytest.raises(SeveralSubmissions):
                self.life.decide(NOT_YET, self.today, comments=("一",))
            return
        chosen = self.pick(ones, at)
        self.decide_one(chosen, APPROVING[self.about(chosen)] if approve else NOT_YET, by_name)

    def decide_one(self, one: Sent, word: str, by_name: bool = True) -> None:
        one.word, one.decided, one.approved = word, self.next_day(), word != NOT_YET
        name = f"{one.number:02d}" if by_name else None
        assert self.life.decide(word, self.today, name, comments=("一",)) == one.name

    @precondition(lambda self: self.waiting())
    @rule(at=st.integers(0, 9))
    def supplement(self, at: int) -> None:
        one = self.pick(self.waiting(), at)
        place = self.sent.index(one)
        again = Sent(one.number, one.kind, one.round + 1, one.answers, reported=one.reported)
        assert self.life.supplement(one.name, ("补一页",), self.next_day()) == again.name
        self.before.append(one)
        self.sent[place] = again

    @precondition(lambda self: any(one.kind == "safety" and one.sealed for one in self.sent))
    @rule(at=st.integers(0, 9))
    def report(self, at: int) -> None:
        ones = [one for one in self.sent if one.kind == "safety" and one.sealed]
        one = self.pick(ones, at)
        one.reported = True
        day = self.next_day()
        self.life.came_later(one.name, f"event.sponsor_reported_date={day}")

    # What must hold.

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        if not self.sealings:
            return
        record = self.life.record(self.today)
        self.no_decision_is_lost(record.dossier)
        self.no_deadline_is_lost(record)

    def no_decision_is_lost(self, dossier: Dossier) -> None:
        workspace, lineage = dossier.workspace, dossier.workspace.lineage
        assert [one.name for one in waiting(workspace.submissions)] == [
            one.name for one in self.waiting()
        ]
        assert sorted(one.name for one in answerable(dossier)) == sorted(
            one.name for one in self.answerable()
        )
        assert [one.name for one in lineage.approvals] == [one.name for one in self.approvals()]
        if approvals := self.approvals():
            facts = approved_facts(lineage, lineage.approvals)
            assert facts is not None
            study, against = self.standing(approvals)
            assert {path: facts.get(path) for path in EDITED} == study
            assert {finding.path for finding in crossed(lineage)} == against
        decided = {one.name: one.decided for one in workspace.submissions if one.decided}
        assert set(decided) == {one.name for one in self.sent if one.word}
        for name, digest in self.bytes.items():
            assert self.life.digest(self.life.folder / "submissions" / name) == digest
        if len(self.waiting()) == 1:
            at_it = self.life.opened(one_to_decide)
            assert submission_to_decide(at_it).name == self.waiting()[0].name

    def no_deadline_is_lost(self, record: CommitteeRecord) -> None:
        due = open_dues(record)
        owed = [one for one in self.sent if one.kind == "safety" and not one.reported]
        assert due.count("sponsor_fatal_report 2027-06-11") == len(owed)
        assert bool(record.ended) == self.ended()
        # The interval runs from the last approval of the study's beginning or of a report on it.
        begun = [
            one
            for one in self.sent
            if one.approved and self.about(one) in ("initial", "progress") and one.decided
        ]
        last = max(begun, key=lambda one: (one.decided, one.order))
        assert last.decided and last.sealed
        reported = any(
            one.kind == "progress"
            and one.order > last.order
            and (one.sealed or BEGUN) >= last.decided
            for one in self._ever_sealed()
        )
        follow_up = [row for row in due if row.startswith("follow_up_report ")]
        expected = [f"follow_up_report {half_a_year_after(last.decided)}"]
        if self.ended() or reported:
            expected = []
        assert follow_up == expected

    def _ever_sealed(self) -> list[Sent]:
        return [one for one in [*self.sent, *self.before] if one.sealed]


def test_any_life_of_a_study_is_what_its_files_say() -> None:
    examples = deep(5, 1000)
    run_state_machine_as_test(
        LifeOfAStudy, settings=settings(max_examples=examples, stateful_step_count=12)
    )
