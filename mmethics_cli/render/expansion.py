"""The text of a template: its marks become the facts that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mmethics_cli.core.conditions.explain import unknown_facts
from mmethics_cli.core.conditions.language import Scope, evaluate, stands_in
from mmethics_cli.core.conditions.values import NO, OPEN, UNKNOWN
from mmethics_cli.render.binding import (
    Each,
    Node,
    PrintCall,
    PrintFact,
    PrintIndex,
    PrintNamedIn,
    When,
)
from mmethics_cli.render.language import TOKEN
from mmethics_cli.render.printing import Gap, Printing

# The functions that templates call outside Jinja's own loops, by name.
TemplateCalls = Mapping[str, Callable[..., object]]


class TextPart(NamedTuple):
    """A piece of text, or a node with what stands in it."""

    text: str = ""
    node: Node | None = None
    inside: tuple[TextPart, ...] = ()


class _Turn(NamedTuple):
    """One turn of a loop: the entry at hand and its number."""

    scope: Scope
    number: int


def parts_of(text: str, nodes: Sequence[Node]) -> tuple[TextPart, ...]:
    """The parts of a template's text, its marks opened up into what they stand for."""
    return tuple(_parse(iter(TOKEN.split(text)), nodes))


def without_texts(parts: Iterable[TextPart]) -> tuple[TextPart, ...]:
    """The parts that may leave a gap, or hold one that may."""
    return tuple(
        part._replace(inside=without_texts(part.inside))
        for part in parts
        if part.node is not None and not isinstance(part.node, PrintIndex | PrintNamedIn)
    )


def expand(parts: Sequence[TextPart], printing: Printing, calls: TemplateCalls) -> str:
    """The text with its facts in slots; passages whose condition is no are left out."""
    return _Expansion(printing, calls).run(parts, {})


def note_gaps(parts: Sequence[TextPart], printing: Printing, calls: TemplateCalls) -> None:
    """Record the gaps that `expand` would, without making any text: `check` asks every document.

    Of the parts those suffice that are not `without_texts`.
    """
    _GapsOnly(printing, calls).run(parts, {})


def _parse(pieces: Iterator[str | None], nodes: Sequence[Node]) -> Iterator[TextPart]:
    """Parts up to the end or the next closing mark; `pieces` are text, number, close by turns."""
    for text in pieces:
        if text:
            yield TextPart(text)
        number = next(pieces, None)
        if next(pieces, None) is not None:
            return
        if number is not None:
            node = nodes[int(number)]
            opens = isinstance(node, When | Each)
            yield TextPart(node=node, inside=tuple(_parse(pieces, nodes)) if opens else ())


class _Expansion:
    def __init__(self, printing: Printing, calls: TemplateCalls) -> None:
        self.printing = printing
        self.calls = calls

    def run(self, parts: Sequence[TextPart], turns: Mapping[str, _Turn]) -> str:
        return "".join([self._part(part, turns) for part in parts])

    def _part(self, part: TextPart, turns: Mapping[str, _Turn]) -> str:
        match part.node:
            case None:
                return part.text
            case PrintFact(path, loop, boxes, only):
                scope = turns[loop].scope if loop is not None else None
                if boxes:
                    return self.printing.boxes(path, scope, only)
                return self.printing.fact(path, scope)
            case PrintIndex(loop):
                return str(turns[loop].number)
            case PrintNamedIn(loop, path, field):
                return self._named_in(turns[loop].scope, path, field)
            case PrintCall(name, arguments, attributes):
                return self._call(name, arguments, attributes)
            case When() as when:
                return self._when(when, part.inside, turns)
            case Each(name, path):
                return self._each(name, path, part.inside, turns)

    def _call(self, name: str, arguments: Sequence[str], attributes: Sequence[str]) -> str:
        value = self.calls[name](*arguments)
        for attribute in attributes:
            value = getattr(value, attribute)
        return self.printing.print(value)

    def _named_in(self, named: Scope, path: str, field: str) -> str:
        facts = self.printing.facts
        name, entries = facts.field(named, "name"), facts.get(path)
        if not isinstance(name, str) or not isinstance(entries, tuple):
            return ""
        texts = [facts.field(Scope(path, entry), field) for entry in entries]
        return self.printing.words.joined(
            str(number)
            for number, text in enumerate(texts, 1)
            if isinstance(text, str) and stands_in(name, text)
        )

    def _each(
        self, name: str, path: str, inside: Sequence[TextPart], turns: Mapping[str, _Turn]
    ) -> str:
        entries = self.printing.facts.get(path)
        if entries is UNKNOWN:
            # A table without rows would hide that the list was never filled in.
            self.printing.gaps[Gap("missing", path)] = None
        if not isinstance(entries, tuple):
            return ""
        return "".join(
            self.run(inside, {**turns, name: _Turn(Scope(path, entry), number)})
            for number, entry in enumerate(entries, 1)
        )

    def _when(self, when: When, inside: Sequence[TextPart], turns: Mapping[str, _Turn]) -> str:
        scope = turns[when.loop].scope if when.loop is not None else None
        facts = self.printing.judged
        truth = evaluate(when.condition, facts, scope)
        if truth is NO:
            return ""
        hint = ""
        if truth is OPEN:
            hint = self.printing.undecided(unknown_facts(when.condition, facts, scope))
        body = self.run(inside, turns)
        if when.block:
            # A block stands by itself: blank lines keep the paragraphs round it apart.
            return f"\n{hint}\n\n{body}\n" if hint else f"\n{body}\n"
        sign = len(_leading_sign(body)) if hint else 0
        return body[:sign] + hint + body[sign:]


class _GapsOnly(_Expansion):
    def _part(self, part: TextPart, turns: Mapping[str, _Turn]) -> str:
        if not isinstance(part.node, PrintFact):
            return super()._part(part, turns)
        path, loop, boxes, _ = part.node
        scope = turns[loop].scope if loop is not None else None
        self.printing.note_gap(path, scope, boxes=boxes)
        return ""


def _leading_sign(text: str) -> str:
    """The blanks and the sign (`| `, `- `, `1. `, `## `) that a line must begin with."""
    stripped = text.lstrip()
    head = text[: len(text) - len(stripped)]
    word = stripped.split(" ", 1)[0]
    if word.startswith("|"):
        return head + "|"
    if word in ("-", "*") or set(word) == {"#"} or (word[:-1].isdigit() and word[-1:] == "."):
        return head + stripped[: len(word) + 1]
    return head
