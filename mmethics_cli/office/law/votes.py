"""The law of votes: whether a committee is quorate for an item, and what its votes carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.core.standard.model import Basis
from mmethics_cli.core.standard.node import Fault, Node, Trail
from mmethics_cli.office.law.members import classes_of
from mmethics_cli.office.state import Appointment

FILE: Final = "office/quorum.yaml"
_TABLES: Final = ("quorum", "carried")
_COUNTS: Final = ("members", "present", "votes")


class Tally(Struct, frozen=True):
    """What the rules of votes look at: how many vote at all, are present, are for one option.

    `classes` and `roles` are those of the members present.
    """

    members: int = 0
    present: int = 0
    votes: int = 0
    classes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()


class VoteRule(Struct, frozen=True):
    """One condition: a multiple of a count against a number or another's, or who must be present.

    Of `than` the first is the multiple, the second what is counted; a plain number counts nothing.
    """

    id: str
    table: str
    title: str
    basis: tuple[Basis, ...]
    count: str = ""
    times: int = 1
    strictly: bool = False
    than: tuple[int, str] = (0, "")
    each_of: frozenset[str] = frozenset()
    role_of: frozenset[str] = frozenset()

    def met(self, tally: Tally) -> bool:
        """Whether the condition holds."""
        if self.each_of:
            return self.each_of <= tally.classes
        if self.role_of:
            return bool(self.role_of & tally.roles)
        multiple, other = self.than
        limit = multiple * getattr(tally, other) if other else multiple
        value = self.times * getattr(tally, self.count)
        return bool(value > limit if self.strictly else value >= limit)


class Judgement(Struct, frozen=True):
    """What an item's votes come to: the option that is carried, else why none is.

    `carried` is empty where the committee was not quorate or no option had the votes; `needed` are
    the votes that one option would have needed, None where no number of those present is enough.
    """

    carried: str
    reason: str
    members: tuple[str, ...]
    present: tuple[str, ...]
    recused: tuple[str, ...]
    votes: Mapping[str, int]
    needed: int | None
    unmet: tuple[str, ...]
    rules: tuple[str, ...]

    def proof(self) -> dict[str, Any]:
        """What is stored with a decision: numbers, rules, persons, so that it stands for ever."""
        return {
            "members": list(self.members),
            "present": list(self.present),
            "recused": list(self.recused),
            "votes": dict(sorted(self.votes.items())),
            "needed": self.needed,
            "rules": list(self.rules),
            "unmet": list(self.unmet),
        }


class VoteLaw(Struct, frozen=True):
    """The rules of a pack on quorum and majority."""

    quorum: tuple[VoteRule, ...]
    carried: tuple[VoteRule, ...]

    def needed(self, members: int, present: int) -> int | None:
        """The fewest votes for one option that carry it; None where all present are too few."""
        for votes in range(present + 1):
            if self._carries(Tally(members, present, votes)):
                return votes
        return None

    def _carries(self, tally: Tally) -> bool:
        return all(rule.met(tally) for rule in self.carried)

    def lacking(self, members: int, present: Iterable[Appointment]) -> list[VoteRule]:
        """The rules of quorum that these members present do not meet."""
        tally = _tally(members, list(present), 0)
        return [rule for rule in self.quorum if not rule.met(tally)]

    def judge(
        self,
        members: Mapping[str, Appointment],
        attending: Iterable[str],
        recused: Iterable[str],
        choices: Mapping[str, str],
    ) -> Judgement:
        """What an item's votes come to.

        `members` have a vote in office on that day; of those `attending` the recused are not
        present. Votes of others than those present count for nothing.
        """
        out = frozenset(recused)
        present = sorted((set(attending) & members.keys()) - out)
        votes = Counter(choices[person] for person in present if choices.get(person))
        lacking = self.lacking(len(members), (members[person] for person in present))
        carried = [
            choice
            for choice, count in votes.items()
            if self._carries(Tally(len(members), len(present), count))
        ]
        needed = self.needed(len(members), len(present))
        option = carried[0] if len(carried) == 1 and not lacking else ""
        return Judgement(
            option,
            "" if option else _reason(lacking, len(present), votes, needed),
            tuple(sorted(members)),
            tuple(present),
            tuple(sorted(out & members.keys())),
            votes,
            needed,
            tuple(rule.id for rule in lacking),
            tuple(rule.id for rule in (*self.quorum, *self.carried)),
        )


def _tally(members: int, present: list[Appointment], votes: int) -> Tally:
    classes = {
        word for each in present for word in classes_of(each.category, each.sex, each.external)
    }
    roles = frozenset(each.role for each in present)
    return Tally(members, len(present), votes, frozenset(classes), roles)


def _reason(lacking: list[VoteRule], present: int, votes: Counter[str], needed: int | None) -> str:
    if lacking:
        rules = "；".join(f"{rule.title}（{rule.id}）" for rule in lacking)
        return f"到会{present}人，不合法定人数：{rules}"
    if needed is None:
        return f"到会{present}人，全部赞成也不够通过"
    most = max(votes.values(), default=0)
    return f"到会{present}人，须{needed}票，得票最多的意见{most}票"


# The pack.


def read_vote_law(trees: Mapping[str, object], trail: Trail) -> tuple[VoteLaw, list[Fault]]:
    """The rules of a pack, and every fault in them with its place: none is proved by no case.

    `trail` knows the sources that they may rest on.
    """
    rules = [_read(node) for node in Node(FILE, (), trees.get(FILE), trail).list()]
    quorum, carried = ([rule for rule in rules if rule.table == table] for table in _TABLES)
    return VoteLaw(tuple(quorum), tuple(carried)), trail.problems


def _read(node: Node) -> VoteRule:
    node.only(
        "id", "table", "zh", "count", "times", "at_least", "more_than", "than_times", "each_of",
        "role_of", "basis", "cases", "override",
    )  # fmt: skip
    counted = node.has("count")
    if sum((counted, node.has("each_of"), node.has("role_of"))) != 1:
        node.problem("count、each_of、role_of 写其中一种")
    if counted and node.has("at_least") is node.has("more_than"):
        node.problem("at_least、more_than 写其中一个")
    rule = VoteRule(
        node.text("id"),
        node.one_of("table", _TABLES),
        node.text("zh"),
        node.basis(),
        node.one_of("count", _COUNTS) if counted else "",
        node.number("times", 1),
        node.has("more_than"),
        _than(node) if counted else (0, ""),
        frozenset(node.texts("each_of")),
        frozenset(node.texts("role_of")),
    )
    for problem, place in _case_faults(rule, node):
        place.problem(problem)
    return rule


def _than(node: Node) -> tuple[int, str]:
    text = node.text("more_than" if node.has("more_than") else "at_least", "0")
    if text in _COUNTS:
        return node.number("than_times", 1), text
    if text.isascii() and text.isdigit():
        return int(text), ""
    node.problem(f"“{text}”应是数字，或其中之一：{'、'.join(_COUNTS)}")
    return 0, ""


def _case_faults(rule: VoteRule, node: Node) -> Iterator[tuple[str, Node]]:
    """Cases that do not come out as they say, and a rule that has none."""
    if not node.has("cases") or not node.child("cases").list():
        yield f"规则 {rule.id} 没有用例（cases）", node
        return
    for case in node.child("cases").list():
        case.only("met", "unmet")
        met, unmet = (_facts(case.child(key)) for key in ("met", "unmet"))
        differing = [key for key in met.keys() | unmet.keys() if met.get(key) != unmet.get(key)]
        if len(differing) != 1:
            yield "met 与 unmet 应只差一个事实", case
        if not rule.met(Tally(**met)) or rule.met(Tally(**unmet)):
            yield f"规则 {rule.id} 的用例不成立：met 应成立，unmet 应不成立", case


def _facts(node: Node) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for key in node.mapping():
        if key in _COUNTS:
            facts[key] = node.number(key, 1)
        elif key in ("classes", "roles"):
            facts[key] = frozenset(node.texts(key))
        else:
            node.child(key).problem(f"用例里没有“{key}”")
    return facts
