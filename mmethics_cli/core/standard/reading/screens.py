"""Reading the screens and proposals of the interview: which questions stand together on one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.standard.answers import Refused, read_value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.node import Node
from mmethics_cli.core.standard.record_reader import RecordReader
from mmethics_cli.core.standard.screens import Proposal, Screen, Screens

SCREENS: Final = "screens.yaml"
PROPOSALS: Final = "proposals.yaml"
# More rows than this do not fit a terminal of 24 lines with the help below them.
MOST_ROWS: Final = 12
MOST_OF_ENTRY: Final = 40  # most of them are not asked, or another answer holds
MOST_LONG: Final = 5
EVENT_SECTION: Final = "event"

_SCREEN: Final = RecordReader(Screen, members="rows")
_PROPOSAL: Final = RecordReader(Proposal, why="zh", copies="from")


def read_screens(nodes: Mapping[str, Node], questions: Mapping[str, Question]) -> Screens:
    """The screens and proposals of a pack; every name in them must be known."""
    by_id: dict[str, Screen] = {}
    taken: set[tuple[str | None, str]] = set()
    for node in _entries(nodes, SCREENS):
        screen = _read_screen(node, questions)
        if screen.id in by_id:
            node.problem(f"“{screen.id}”重复")
        for member in screen.members:
            if (screen.of, member) in taken:
                node.child("rows").problem(f"“{member}”已经在另一屏上")
            taken.add((screen.of, member))
        by_id[screen.id] = screen
    proposals: dict[str, Proposal] = {}
    for node in _entries(nodes, PROPOSALS):
        proposal = _read_proposal(node, questions)
        if proposal.path in proposals:
            node.problem(f"“{proposal.path}”重复")
        proposals[proposal.path] = proposal
    return Screens(by_id, proposals)


def _entries(nodes: Mapping[str, Node], name: str) -> Iterable[Node]:
    return nodes[name].list() if name in nodes else ()


def _read_screen(node: Node, questions: Mapping[str, Question]) -> Screen:
    screen = _SCREEN(node)
    owner = questions.get(screen.of or "")
    if screen.of is not None and (owner is None or owner.type != "list"):
        node.child("of").problem(f"“{screen.of}”不是列表")
    rows = {
        member: questions.get(member) if owner is None else owner.field_named(member)
        for member in screen.members
    }
    where = node.child("rows")
    for member, question in rows.items():
        if question is None:
            where.problem(f"不认识的问题“{member}”")
        elif question.type == "list":
            where.problem(f"“{member}”是列表，要单独问")
        elif question.of_office:
            where.problem(f"“{member}”由办公室填写")
    if sum(question is not None and question.long for question in rows.values()) > MOST_LONG:
        where.problem(f"一屏最多 {MOST_LONG} 段长文字")
    homes = {
        (asked.section == EVENT_SECTION, asked.of_institution)
        for asked in rows.values()
        if asked is not None
    }
    if owner is None and len(homes) > 1:
        where.problem("一屏上的问题要写在同一个文件里")
    most = MOST_ROWS if owner is None else MOST_OF_ENTRY
    if not 2 <= len(screen.members) <= most or len(rows) < len(screen.members):
        where.problem(f"一屏应有 2 至 {most} 个不同的问题")
    return screen


def _read_proposal(node: Node, questions: Mapping[str, Question]) -> Proposal:
    path, source = node.text("path"), node.optional("from")
    question = questions.get(path)
    value: Value = UNKNOWN
    if question is None or question.type == "list":
        node.child("path").problem(f"不认识的问题“{path}”")
    elif (source is None) == (not node.has("value")):
        node.problem("value 与 from 写其中一个")
    elif source is not None:
        if source not in questions or questions[source].type != question.type:
            node.child("from").problem(f"“{source}”不是同一类问题")
    else:
        try:
            value = read_value(question, node.mapping()["value"])
        except Refused as refusal:
            node.child("value").problem(refusal.message)
    return _PROPOSAL(node, value=value)
