"""A person who knows every answer beforehand and is put the steps of an interview: what they are
asked of the worked examples, and the dossiers that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from mmethics_cli.core.answers.edits import elements_of
from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.values import UNKNOWN, Element, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.interview.agenda import key_of, keys_of_element
from mmethics_cli.core.interview.loop import interview
from mmethics_cli.core.interview.steps import (
    Add,
    Answer,
    Choose,
    Copy,
    Move,
    Offer,
    Overview,
    Prompt,
    QuestionRow,
    Reply,
    ScreenAnswers,
    Step,
)
from mmethics_cli.core.standard.answers import write_value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import ELEMENT_PATH
from mmethics_cli.store.dossier.create import create_dossier
from mmethics_cli.store.yaml.reader import read_file
from tests.program import STUDIES
from tests.studies import standard

TODAY: Final = date(2027, 3, 1)
RETROSPECTIVE: Final = "retrospective-imaging-ai"


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
        self._meet(prompt)
        if prompt.question.type == "list":
            return self._list(prompt)
        answers: dict[str, Value] = {}
        for _ in range(len(prompt.rows) + 12):
            answers = {row.path: self.value(row) for row in prompt.rows_with(answers)}
        known = {path: value for path, value in answers.items() if value is not UNKNOWN}
        return ScreenAnswers(known, another=self._more_wanted(prompt))

    def tell(self, facts: Facts, tables: tuple[str, ...]) -> None:
        """Notes at which counted prompt a decision was settled."""
        for table in tables:
            self.settled.setdefault(table, self.counted)
        if Pathway(facts).settled:
            self.settled.setdefault("pathway", self.counted)

    def _meet(self, step: Step) -> None:
        """Know the entries that stand there: a walk may go on with one that was begun before."""
        owner = step.place.owner
        if owner is not None:
            made = self._made.setdefault(owner.path, [])
            made += [one.id for one in elements_of(owner, step.facts) if one.id not in made]

    def _more_wanted(self, step: Step) -> bool:
        """Whether the last screen of an entry leads on to the next entry, without the menu."""
        owner, element = step.place.owner, step.place.element
        if owner is None or element is None:
            return False
        made, wanted = self._made[owner.path], self._wanted(owner.path)
        last = keys_of_element(step.facts, owner, element.id)[-1]
        have = {one.id for one in elements_of(owner, step.facts)} - {element.id}
        number = made.index(element.id) + 1
        if last != key_of(step.facts, step.place) or number >= len(wanted):
            return False
        if made[number : number + 1] and made[number] in have:
            return False  # gone back to from a later one
        made[number:] = [f"{owner.path.rpartition('.')[2][:1]}{number + 1}"]
        return True

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
            if more := self._next_like(step.question, have):
                return more
            self._made[owner].append(f"{owner.rpartition('.')[2][:1]}{len(have) + 1}")
            return Add()
        if have or owner not in self.values:
            return Move.LATER
        return Answer(())

    def _next_like(self, owner: Question, have: Sequence[Element]) -> Copy | None:
        """To add the next entry where that is like another one."""
        wanted, likeness = self._wanted(owner.path), owner.likeness
        if likeness is None or len(have) >= len(wanted):
            return None
        like = wanted[len(have)].get(likeness.field)
        if not isinstance(like, str):
            return None
        made = self._made.setdefault(owner.path, [])
        made[len(have) :] = [f"{owner.path.rpartition('.')[2][:1]}{len(have) + 1}"]
        return Copy(like)

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


# The worked examples as a person enters them.


def _typed(value: Value) -> Value:
    return value.rstrip("\n") if isinstance(value, str) else value


def _entered(path: str, entries: tuple[Element, ...]) -> tuple[Element, ...]:
    """A list whose entries are named as the interview names them."""
    initial, likeness = path.rpartition(".")[2][:1], standard().questions[path].likeness
    names: dict[Value, str] = {one.id: f"{initial}{n}" for n, one in enumerate(entries, 1)}

    def typed(key: str, value: Value) -> Value:
        return names[value] if likeness and key == likeness.field else _typed(value)

    return tuple(
        Element(names[one.id], {key: typed(key, value) for key, value in one.fields.items()})
        for one in entries
    )


@cache
def example(name: str) -> Mapping[str, Value]:
    """The answers of a worked example as they are typed: a text ends where it ends.

    Its entries are named as the interview names them.
    """
    values: dict[str, Value] = {}
    folder = STUDIES / name
    paths = [folder / "dossier.yaml", folder / "institution.yaml"]
    paths += folder.glob("submissions/*/submission.yaml")
    for path in paths:
        tree: Any = read_file(path).tree
        kept = {key: one for key, one in tree.items() if key not in ("pack", "file_names")}
        values |= _read(kept)
    for path_, value in values.items():
        if isinstance(value, tuple):
            values[path_] = _entered(path_, value)
        else:
            values[path_] = _typed(value)
    return values


def recorded(values: Mapping[str, Value]) -> Mapping[str, Value]:
    """Answers as the facts of a study hold them: each entry with what it takes over."""
    return Facts(standard(), values).values


def _read(tree: Any) -> Mapping[str, Value]:
    return read_tree(standard(), {k: v for k, v in tree.items() if k != "documents"}).values


def five_assets(named_as: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """The retrospective study with five kinds of data, two of them like one of the others.

    Entries of lists that are in `named_as` have the ids that they have there.
    """
    values = dict(example(RETROSPECTIVE))
    assets = values["data.assets"]
    assert isinstance(assets, tuple)
    values["data.assets"] = assets[:5]
    for path, entries in (named_as or {}).items():
        mine = values.get(path)
        if isinstance(entries, tuple) and isinstance(mine, tuple):
            pairs = zip(mine, entries, strict=False)
            values[path] = tuple(Element(named.id, one.fields) for one, named in pairs)
    return values


def single_centre() -> dict[str, Value]:
    """The retrospective study at one hospital: no other site, and none of that site's data."""
    values = dict(example(RETROSPECTIVE))
    values |= {"sites.multicentre": False, "sites.role": "single"}
    del values["sites.list"]
    assets = values["data.assets"]
    assert isinstance(assets, tuple)
    values["data.assets"] = tuple(one for one in assets if one.get("origin") != "partner")
    return values


def simplified() -> dict[str, Value]:
    """The same with patients who could decide for themselves: not vulnerable, so simplified."""
    values = single_centre() | {"participants.vulnerable": Several()}
    values["participants.capacity"] = "full"
    del values["participants.vulnerable_protection"]
    return values


def walk(values: Mapping[str, Value]) -> tuple[Walker, Facts]:
    """The whole interview of a new dossier, which knows only what is submitted."""
    walker = Walker(values)
    begun = Facts(standard(), {"event.kind": "initial"}, TODAY)
    return walker, interview(begun, walker.ask, lambda answers: None, tell=walker.tell)


def new_dossier(folder: Path, answers: Mapping[str, Value] | None = None) -> Path:
    tree: dict[str, Any] = {}
    for path, value in (answers or {}).items():
        node, keys = tree, path.split(".")
        for key in keys[:-1]:
            node = node.setdefault(key, {})
        node[keys[-1]] = write_value(standard().questions[path], value)
    create_dossier(folder, standard(), tree)
    return folder
