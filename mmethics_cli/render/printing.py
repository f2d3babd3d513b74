"""One document being printed: its facts become texts with slots, and the gaps met are recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from mmethics_cli.core.conditions.language import Scope
from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable, Several, Value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.errors import TemplateError
from mmethics_cli.formats.blocks import Pick, PickDate, Tick
from mmethics_cli.render.slots import NO_BREAK, Book, Words
from mmethics_cli.render.study import Study
from mmethics_cli.wording.language import ENGLISH, Wording
from mmethics_cli.wording.values import DeclaredFact, labels, option_labels, takes_none, value_text

# An answer of more options is printed without those that were not chosen.
_MOST_BOXES: Final = 3


class Gap(Struct, frozen=True):
    """An answer that the document prints as 【待填】 or that keeps a passage 【待定】."""

    kind: Literal["missing", "undecided"]
    path: str


class Printable:
    """What a function gives to print later: `make` gives its text when it is printed."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], str]) -> None:
        self.make = make

    def __html__(self) -> str:
        return self.make()


class Printing:
    """What one rendering needs at hand, and leaves behind: slots, gaps, texts without English."""

    def __init__(self, study: Study, marks: bool = False) -> None:
        self.study = study = study.as_told()
        self.facts = study.facts
        # An English document says what the Chinese one does: no condition looks at English texts.
        self.judged = study.pathway.facts
        self.words = study.stamp.wording
        self.marks = marks
        self.reader = study.standard.readers.of(study.stamp.id)
        self.book = Book()
        self.gaps: dict[Gap, None] = {}
        # Texts that an English document prints in Chinese.
        self.untranslated: dict[str, None] = {}
        # Whether it tells what is sealed beside it.
        self.counts_others = False
        self._tags: dict[str, int] = {}

    def print(self, value: object) -> str:
        """The text for what a function gave: words and dates go into slots, numbers stand.

        Raises TemplateError for anything else.
        """
        if isinstance(value, Printable):
            return value.__html__()
        if isinstance(value, str):
            return self.book.put(Words(str(value))) if value else ""
        if isinstance(value, date):
            return self.book.put(Words(self.words.date(value)))
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise TemplateError(f"模板想打印一个不能打印的值（{type(value).__name__}）。")

    def tag(self, name: str) -> str:
        """A name for a control; one that comes again gets a number, since they must be unique."""
        count = self._tags[name] = self._tags.get(name, 0) + 1
        return name if count == 1 else f"{name}.{count}"

    def pick(self, name: str, options: tuple[str, ...]) -> str:
        """The slot of a drop-down that people fill in."""
        return self.book.put(Pick(self.tag(name), options, self.words.or_))

    def pick_date(self, name: str) -> str:
        """The slot of a date that people fill in."""
        return self.book.put(PickDate(self.tag(name), self.study.stamp.language))

    def beside(self, key: str) -> str:
        """The slot of what is sealed beside this paper; a draft says when it will be told."""
        self.counts_others = True
        beside = self.study.beside
        text = self.words.at_sealing if beside is None else str(getattr(beside, key))
        return self.book.put(Words(text))

    # Facts.

    def fact(self, path: str, scope: Scope | None = None) -> str:
        """The value of a fact, or of a field of the entry in scope; 【待填】 where unknown."""
        fact, value = self._declared(path, scope), self._value(path, scope)
        text = value_text(fact, value, self.words)
        if text is None:
            return self._gap(path, scope, fact)
        if fact.type == "text" and self.reader is not None and self.words is not ENGLISH:
            text = self.study.standard.readers.spoken(text, self.reader, self._word)
        if (
            self.words is ENGLISH
            and isinstance(value, str)
            and any("\u3400" <= sign <= "\u9fff" for sign in text)
        ):
            self.untranslated[_full_path(path, scope)] = None
        printed = self.book.put(Words(text, path=_full_path(path, scope)))
        if isinstance(value, Several) and value.possible:
            printed += self._gap(path, scope, fact)
        return printed

    def _word(self, path: str) -> str:
        """What a fact says within a word that the reader is spoken to with."""
        text = value_text(self._declared(path, None), self._value(path, None), self.words)
        return text or ""

    def boxes(self, path: str, scope: Scope | None, only: tuple[str, ...] = ()) -> str:
        """All options as tick boxes, the chosen ones ticked; 【待填】 behind them when unknown.

        Of many options those stand alone that were chosen.
        """
        fact, value = self._declared(path, scope), self._value(path, scope)
        if isinstance(value, NotApplicable):
            return self.fact(path, scope)
        place = _full_path(path, scope)
        ticks = _ticks(fact, value, only, self.words)
        is_open = value is UNKNOWN or (isinstance(value, Several) and value.possible)
        if len(ticks) > _MOST_BOXES and not is_open:
            ticks = [tick for tick in ticks if tick[2]]
        boxes = [
            self.book.put(Tick(self.tag(f"{place}.{key}"), checked))
            + NO_BREAK
            + self.book.put(Words(label, path=place))
            for key, label, checked in ticks
        ]
        text = "　".join(boxes)
        return text + self._gap(path, scope, fact) if value is UNKNOWN else text

    def note_gap(self, path: str, scope: Scope | None, *, boxes: bool) -> None:
        """Record the gap that printing a fact, plain or as boxes, would leave."""
        value = self._value(path, scope)
        if value is UNKNOWN or (isinstance(value, Several) and value.possible and not boxes):
            self._gap(path, scope, self._declared(path, scope))

    def undecided(self, paths: frozenset[str]) -> str:
        """【待定：…】 with the labels of what it waits for."""
        for path in sorted(paths):
            self.gaps[Gap("undecided", path)] = None
        waiting = self.words.joined(labels(self.facts, paths))
        return self.book.put(Words(self.words.waiting.format(waiting), gap=True))

    def _gap(self, path: str, scope: Scope | None, fact: DeclaredFact) -> str:
        if _of_office(fact):
            return ""  # the office fills it in by hand
        if not isinstance(fact, Question):
            return self.undecided(self.facts.unknown_below(path) or frozenset({path}))
        if fact.inherits and self.facts.get(fact.inherits) is UNKNOWN:
            # What is lacking is the answer that it would take over.
            return self._gap(fact.inherits, None, self._declared(fact.inherits, None))
        self.gaps[Gap("missing", _full_path(path, scope))] = None
        return self.book.put(Words(self.words.missing.format(fact.label), gap=True))

    def _declared(self, path: str, scope: Scope | None) -> DeclaredFact:
        """What the standard says of a fact, or of a field of the entry in scope."""
        standard = self.study.standard
        if scope is not None:
            field = standard.questions[scope.list_path].field_named(path)
            if field is None:
                raise KeyError(path)  # the binder has refused such paths
            return field
        return standard.questions.get(path) or standard.derived[path]

    def _value(self, path: str, scope: Scope | None) -> Value:
        if _of_office(self._declared(path, scope)) and path not in self.facts.values:
            return UNKNOWN  # conditions take it for no, but a document must not say so
        if scope is not None:
            return self.facts.field(scope, path)
        derived = path in self.study.standard.derived
        return (self.judged if derived else self.facts).get(path)


def _full_path(path: str, scope: Scope | None) -> str:
    return path if scope is None else scope.path_of(path)


def _of_office(fact: DeclaredFact) -> bool:
    return isinstance(fact, Question) and fact.of_office


def _ticks(
    fact: DeclaredFact, value: Value, only: tuple[str, ...], words: Wording
) -> list[tuple[str, str, bool]]:
    """Key, label and tick of each option."""
    choices = option_labels(fact, words).items()
    if fact.type == "bool":
        return [(key, label, value is (key == "yes")) for key, label in choices]
    chosen = value.sure if isinstance(value, Several) else frozenset({value})
    none_key = fact.none_value if isinstance(fact, Question) else None
    ticks = [
        (key, label, key in chosen or (key == none_key and value == Several()))
        for key, label in choices
        if not only or key in only
    ]
    if takes_none(fact) and not only:
        ticks.append(("none", words.nothing, value == Several()))
    return ticks
