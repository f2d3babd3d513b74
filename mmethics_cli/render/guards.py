"""Which facts a template prints whether or not they were answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from mmethics_cli.core.conditions.language import All, Answered, Compare, Condition
from mmethics_cli.render.binding import Each, Node, PrintFact, When
from mmethics_cli.render.language import CLOSE, NODE, NODE_END, TemplatePlace
from mmethics_cli.render.templates import Template

_MARKS: Final = re.compile(f"{NODE}(\\d+){NODE_END}|{CLOSE}")


class UnguardedPrint(NamedTuple):
    """A fact printed with no condition round it that it is answered; fields as `list.field`."""

    path: str
    place: TemplatePlace


def unguarded_prints(template: Template) -> Iterator[UnguardedPrint]:
    """The prints of a template that leave a gap where nothing was answered."""
    open_: list[Node] = []
    for match in _MARKS.finditer(template.text):
        if match[1] is None:
            open_.pop()
            continue
        node = template.nodes[int(match[1])]
        if isinstance(node, When | Each):
            open_.append(node)
        elif isinstance(node, PrintFact) and not any(_guards(outer, node) for outer in open_):
            lists = {each.name: each.path for each in open_ if isinstance(each, Each)}
            path = f"{lists[node.loop]}.{node.path}" if node.loop else node.path
            yield UnguardedPrint(path, template.source.written[int(match[1])].place)


def _guards(outer: Node, fact: PrintFact) -> bool:
    return (
        isinstance(outer, When)
        and outer.loop == fact.loop
        and _says_answered(outer.condition, fact.path)
    )


def _says_answered(condition: Condition, path: str) -> bool:
    match condition:
        case All(parts):
            return any(_says_answered(part, path) for part in parts)
        case Compare(compared, Answered(True)):
            return compared == path
    return False
