"""What stands round the facts that a template prints: conditions, loops, consent elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from mmethics_cli.core.conditions.language import All, Answered, Compare, Condition, alike
from mmethics_cli.render.binding import Each, Node, PrintFact, When
from mmethics_cli.render.language import CLOSE, MARK, NODE, NODE_END, TemplatePlace
from mmethics_cli.render.templates import Template

# What depends on facts and its end, then the blocks of the Markdown stage and theirs.
_MARKS: Final = re.compile(
    f"{NODE}(?P<node>\\d+){NODE_END}|(?P<close>{CLOSE})"
    f"|{MARK}(?:(?P<end>/)|element (?P<element>\\S+)|\\w+)"
)


class OpenBlock(NamedTuple):
    """A `:::` block that is not closed yet; `element` is empty but for a consent element's."""

    element: str = ""


class StandingNode(NamedTuple):
    """A node of a template and what is open round it, the outermost first."""

    node: Node
    place: TemplatePlace
    around: tuple[Node | OpenBlock, ...]

    @property
    def printed(self) -> str:
        """The path of the fact that is printed, of a field `list.field`; else empty."""
        if not isinstance(self.node, PrintFact):
            return ""
        lists = {each.name: each.path for each in self.around if isinstance(each, Each)}
        loop = self.node.loop
        return f"{lists[loop]}.{self.node.path}" if loop else self.node.path


def standing_nodes(template: Template) -> Iterator[StandingNode]:
    """The nodes of a template in their order."""
    open_: list[Node | OpenBlock] = []
    for match in _MARKS.finditer(template.text):
        if match["close"] or match["end"]:
            open_.pop()
        elif match["node"] is None:
            open_.append(OpenBlock(match["element"] or ""))
        else:
            number = int(match["node"])
            node = template.nodes[number]
            yield StandingNode(node, template.source.written[number].place, tuple(open_))
            if isinstance(node, When | Each):
                open_.append(node)


def elements_opened(line: str) -> frozenset[str]:
    """The consent elements whose passage a line of a template's text opens."""
    return frozenset(match["element"] for match in _MARKS.finditer(line) if match["element"])


def parts_of(condition: Condition) -> Iterator[Condition]:
    """What must hold, part by part, for a condition to hold."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from parts_of(part)
    else:
        yield condition


class UnguardedPrint(NamedTuple):
    """A fact printed with no condition round it that it is answered; fields as `list.field`."""

    path: str
    place: TemplatePlace


def unguarded_prints(template: Template) -> Iterator[UnguardedPrint]:
    """The prints of a template that leave a gap where nothing was answered."""
    for standing in standing_nodes(template):
        fact = standing.node
        if isinstance(fact, PrintFact) and not any(_guards(each, fact) for each in standing.around):
            yield UnguardedPrint(standing.printed, standing.place)


def _guards(outer: Node | OpenBlock, fact: PrintFact) -> bool:
    answered = Compare(fact.path, Answered(True))
    return (
        isinstance(outer, When)
        and outer.loop == fact.loop
        and any(alike(part, answered) for part in parts_of(outer.condition))
    )
