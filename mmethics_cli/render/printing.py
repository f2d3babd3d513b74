"""One document being printed: values become slots, and the gaps met are recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from mmethics_cli.core.conditions import Scope
from mmethics_cli.core.standard import Question
from mmethics_cli.core.values import UNKNOWN, NotApplicable, Several, Value
from mmethics_cli.errors import TemplateError
from mmethics_cli.render.slots import NO_BREAK, Book, PickDate, Slot, Tick, Words
from mmethics_cli.render.study import Study
from mmethics_cli.render.values import Asked, Gap, labels, value_text
from mmethics_cli.render.wording import ENGLISH, Wording

_HAN = re.compile("[\u3400-\u9fff]")


class Mark:
    """Something of ours that prints as `make` says, when it is printed."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], str]) -> None:
        self.make = make

    def __html__(self) -> str:
        return self.make()


class Printing:
    """What one rendering needs at hand and leaves behind."""

    def __init__(self, study: Study, marks: bool = False) -> None:
        self.study = study
        self.facts = study.facts
        # An English paper says what the Chinese one does: no condition looks at English texts.
        self.judged = study.pathway.facts
        self.words = study.stamp.wording
        self.marks = marks
        self.book = Book()
        self.gaps: dict[Gap, None] = {}
        # Texts that an English document prints in Chinese.
        self.untranslated: dict[str, None] = {}
        self._tags: dict[str, int] = {}

    def print(self, value: object) -> str:
        """The mark for what a function gave: text and dates go into slots, numbers stand.

        Raises TemplateError for anything else.
        """
        if isinstance(value, Mark | Slot):
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

    def pick_date(self, name: str) -> str:
        """The mark for a date that people fill in."""
        return self.book.put(PickDate(self.tag(name), self.study.stamp.language))

    # Facts.

    def fact(self, path: str, scope: Scope | None = None) -> str:
        """The value of a fact, or of a field of the entry in scope; 【待填】 where unknown."""
        asked, value = self._asked(path, scope), self._value(path, scope)
        text = value_text(asked, value, self.words)
        if text is None:
            return self._gap(path, scope, asked)
        if self.words is ENGLISH and isinstance(value, str) and _HAN.search(text):
            self.untranslated[scope.path_of(path) if scope else path] = None
        mark = self.book.put(Words(text, path=scope.path_of(path) if scope else path))
        if isinstance(value, Several) and value.possible:
            mark += self._gap(path, scope, asked)
        return mark

    def boxes(self, path: str, scope: Scope | None, only: tuple[str, ...] = ()) -> str:
        """All options as tick boxes, the chosen ones ticked; 【待填】 behind them when unknown."""
        asked, value = self._asked(path, scope), self._value(path, scope)
        if isinstance(value, NotApplicable):
            return self.fact(path, scope)
        place = scope.path_of(path) if scope else path
        marks = [
            self.book.put(Tick(self.tag(f"{place}.{key}"), checked))
            + NO_BREAK
            + self.book.put(Words(label))
            for key, label, checked in _options(asked, value, only, self.words)
        ]
        text = "　".join(marks)
        return text + self._gap(path, scope, asked) if value is UNKNOWN else text

    def note_gap(self, path: str, scope: Scope | None, *, boxes: bool) -> None:
        """Record the gap that printing a fact, plain or as boxes, would leave."""
        value = self._value(path, scope)
        if value is UNKNOWN or (isinstance(value, Several) and value.possible and not boxes):
            self._gap(path, scope, self._asked(path, scope))

    def undecided(self, paths: frozenset[str]) -> str:
        """【待定：…】 with the labels of what it waits for."""
        for path in sorted(paths):
            self.gaps[Gap("undecided", path)] = None
        waiting = self.words.joined(labels(self.facts, paths))
        return self.book.put(Words(self.words.waiting.format(waiting), gap=True))

    def _gap(self, path: str, scope: Scope | None, asked: Asked) -> str:
        if _of_office(asked):
            return ""  # the office fills it in by hand
        if not isinstance(asked, Question):
            return self.undecided(self.facts.unknown_below(path) or frozenset({path}))
        self.gaps[Gap("missing", scope.path_of(path) if scope else path)] = None
        return self.book.put(Words(self.words.missing.format(asked.label), gap=True))

    def _asked(self, path: str, scope: Scope | None) -> Asked:
        standard = self.study.standard
        if scope is not None:
            field = standard.questions[scope.list_path].field_named(path)
            if field is None:
                raise KeyError(path)  # the binder has refused such paths
            return field
        return standard.questions.get(path) or standard.derived[path]

    def _value(self, path: str, scope: Scope | None) -> Value:
        if _of_office(self._asked(path, scope)) and path not in self.facts.values:
            return UNKNOWN  # conditions take it for no, but a paper must not say so
        if scope is not None:
            return self.facts.field(scope, path)
        derived = path in self.study.standard.derived
        return (self.judged if derived else self.facts).get(path)


def _of_office(asked: Asked) -> bool:
    return isinstance(asked, Question) and asked.of_office


def _options(
    asked: Asked, value: Value, only: tuple[str, ...], words: Wording
) -> list[tuple[str, str, bool]]:
    """Key, label and tick of each option."""
    if asked.type == "bool":
        return [("yes", words.yes, value is True), ("no", words.no, value is False)]
    chosen = value.sure if isinstance(value, Several) else frozenset({value})
    none = asked.none_value if isinstance(asked, Question) else None
    found = [
        (key, label, key in chosen or (key == none and value == Several()))
        for key, label in asked.values.items()
        if not only or key in only
    ]
    must = isinstance(asked, Question) and asked.at_least_one
    if asked.type == "choices" and none is None and not must and not only:
        found.append(("none", words.nothing, value == Several()))
    return found
