"""Filling the marks of a template: what depends on the facts of a study."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mmethics_cli.core.conditions import Scope, evaluate
from mmethics_cli.core.explain import unknown_facts
from mmethics_cli.core.values import UNKNOWN, Truth
from mmethics_cli.render.binding import Each, Node, PrintCall, PrintFact, PrintIndex, When
from mmethics_cli.render.printing import Printing
from mmethics_cli.render.source import CLOSE, NODE, NODE_END
from mmethics_cli.render.values import Gap

_TOKEN = re.compile(f"{NODE}(\\d+){NODE_END}|({CLOSE})")

# The functions that templates call outside Jinja's own loops, by name.
Functions = Mapping[str, Callable[..., object]]


class _Turn(NamedTuple):
    """One turn of a loop: the entry at hand and its number."""

    scope: Scope
    number: int


class _Part(NamedTuple):
    """A piece of text, or a node with what stands in it."""

    text: str = ""
    node: Node | None = None
    inside: tuple[_Part, ...] = ()


def expand(text: str, nodes: Sequence[Node], printing: Printing, functions: Functions) -> str:
    """The text with its facts in slots; passages whose condition is no are left out."""
    parts = tuple(_parse(iter(_TOKEN.split(text)), nodes))
    return _Expansion(printing, functions).run(parts, {})


def note_gaps(text: str, nodes: Sequence[Node], printing: Printing, functions: Functions) -> None:
    """Record the gaps that `expand` would, without making any text: `check` asks every paper."""
    parts = tuple(_parse(iter(_TOKEN.split(text)), nodes))
    _GapsOnly(printing, functions).run(parts, {})


def _parse(pieces: Iterator[str | None], nodes: Sequence[Node]) -> Iterator[_Part]:
    """Parts up to the end or the next closing mark; `pieces` are text, number, close by turns."""
    for text in pieces:
        if text:
            yield _Part(text)
        number = next(pieces, None)
        if next(pieces, None) is not None:
            return
        if number is not None:
            node = nodes[int(number)]
            opens = isinstance(node, When | Each)
            yield _Part(node=node, inside=tuple(_parse(pieces, nodes)) if opens else ())


class _Expansion:
    def __init__(self, printing: Printing, functions: Functions) -> None:
        self.printing = printing
        self.functions = functions

    def run(self, parts: Sequence[_Part], turns: Mapping[str, _Turn]) -> str:
        return "".join([self._part(part, turns) for part in parts])

    def _part(self, part: _Part, turns: Mapping[str, _Turn]) -> str:
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
            case PrintCall(name, arguments, attributes):
                return self._call(name, arguments, attributes)
            case When() as when:
                return self._when(when, part.inside, turns)
            case Each(name, path):
                return self._each(name, path, part.inside, turns)

    def _call(self, name: str, arguments: Sequence[str], attributes: Sequence[str]) -> str:
        value = self.functions[name](*arguments)
        for attribute in attributes:
            value = getattr(value, attribute)
        return self.printing.print(value)

    def _each(
        self, name: str, path: str, inside: Sequence[_Part], turns: Mapping[str, _Turn]
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

    def _when(self, when: When, inside: Sequence[_Part], turns: Mapping[str, _Turn]) -> str:
        scope = turns[when.loop].scope if when.loop is not None else None
        facts = self.printing.judged
        truth = evaluate(when.condition, facts, scope)
        if truth is Truth.NO:
            return ""
        hint = ""
        if truth is Truth.UNKNOWN:
            hint = self.printing.undecided(unknown_facts(when.condition, facts, scope))
        body = self.run(inside, turns)
        if when.block:
            # A block stands by itself: blank lines keep the paragraphs round it apart.
            return f"\n{hint}\n\n{body}\n" if hint else f"\n{body}\n"
        sign = len(_leading_sign(body)) if hint else 0
        return body[:sign] + hint + body[sign:]


class _GapsOnly(_Expansion):
    def _part(self, part: _Part, turns: Mapping[str, _Turn]) -> str:
        match part.node:
            case None | PrintIndex():
                return ""
            case PrintFact(path, loop, boxes):
                scope = turns[loop].scope if loop is not None else None
                self.printing.note_gap(path, scope, boxes=boxes)
                return ""
        return super()._part(part, turns)


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
