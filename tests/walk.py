"""A person who knows every answer beforehand and is put the steps of an interview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from mmethics_cli.core.conditions.values import UNKNOWN, Element, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.interview.steps import (
    Add,
    Answer,
    Choose,
    Move,
    Offer,
    Overview,
    Prompt,
    QuestionRow,
    Reply,
    ScreenAnswers,
    Step,
)
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import ELEMENT_PATH
from mmethics_cli.store.pack import load


@cache
def standard() -> Standard:
    return load().standard()


@dataclass
class Walker:
    """Answers each step from `values`; list entries are met again by their number.

    Of the optional sections it wants those of which it knows an answer that was not asked for.
    `counted` leaves out entries of lists after the first, and the menus that add them.
    """

    values: Mapping[str, Value]
    prompts: int = 0
    counted: int = 0
    settled: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _made: dict[str, list[str]] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)

    def ask(self, prompt: Prompt) -> Reply:
        self.prompts += 1
        self.counted += not self._beyond_first(prompt)
        if isinstance(prompt, Offer | Overview):
            self.asked.append(type(prompt).__name__)
            return self._choose(prompt) if isinstance(prompt, Offer) else Move.LATER
        self.asked.append(prompt.screen.id if prompt.screen else prompt.place.path)
        if prompt.question.type == "list":
            return self._list(prompt)
        if prompt.screen is None:
            return Answer(self.value(prompt.rows[0]))
        answers: dict[str, Value] = {}
        for _ in range(len(prompt.rows) + 12):
            answers = {row.path: self.value(row) for row in prompt.rows_with(answers)}
        return ScreenAnswers(
            {path: value for path, value in answers.items() if value is not UNKNOWN}
        )

    def tell(self, facts: Facts, tables: tuple[str, ...]) -> None:
        """Notes at which counted prompt a decision was settled."""
        for table in tables:
            self.settled.setdefault(table, self.counted)
        if Pathway(facts).settled:
            self.settled.setdefault("pathway", self.counted)

    def _choose(self, offer: Offer) -> Reply:
        questions = standard().questions
        unsaid = {questions[path].section for path in self.values if path not in self._said}
        wanted = frozenset(unsaid & set(offer.sections))
        return Choose(wanted) if wanted else Move.LATER

    def value(self, row: QuestionRow) -> Value:
        """What the person answers to one question."""
        self._said.add(row.path)
        match = ELEMENT_PATH.fullmatch(row.path)
        if match is None:
            return self.values.get(row.path, UNKNOWN)
        element = self._meant(match["list"], match["id"])
        return UNKNOWN if element is None else element.get(match["field"])

    def _meant(self, owner: str, id_: str) -> Element | None:
        made, wanted = self._made.setdefault(owner, []), self._wanted(owner)
        same = next((one for one in wanted if one.id == id_), None)
        if same is not None or id_ not in made:
            return same
        return wanted[made.index(id_)]

    def _wanted(self, owner: str) -> tuple[Element, ...]:
        value = self.values.get(owner)
        return value if isinstance(value, tuple) else ()

    def _list(self, step: Step) -> Reply:
        owner = step.place.path
        self._said.add(owner)
        have = step.value if isinstance(step.value, tuple) else ()
        self._made[owner] = [one.id for one in have]
        if len(have) < len(self._wanted(owner)):
            self._made[owner].append(f"{owner.rpartition('.')[2][:1]}{len(have) + 1}")
            return Add()
        if have or owner not in self.values:
            return Move.LATER
        return Answer(())

    def _beyond_first(self, prompt: Prompt) -> bool:
        if not isinstance(prompt, Step):
            return False
        if prompt.question.type == "list":
            have = prompt.value if isinstance(prompt.value, tuple) else ()
            return 0 < len(have) < len(self._wanted(prompt.place.path))
        element, owner = prompt.place.element, prompt.place.owner
        return (
            element is not None
            and owner is not None
            and self._made.get(owner.path, [element.id])[:1] != [element.id]
        )
