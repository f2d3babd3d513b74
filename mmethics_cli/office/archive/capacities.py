"""Who may see what of the archive, and who allows it: the rules of capacities.yaml."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Final

from msgspec import Struct

from mmethics_cli.core.standard.model import Basis
from mmethics_cli.core.standard.node import Node, Trail
from mmethics_cli.errors import EthicsError

FILE: Final = "office/capacities.yaml"
ALL: Final = "all"
SECRETARY, CHAIR, TOLD = "secretary", "chair", "told"
APPROVERS: Final = {SECRETARY: "秘书", CHAIR: "主任委员", TOLD: "主任委员（告知，不得拒绝）"}
_SOURCES: Final = ("package", "paper", ALL)


class Capacity(Struct, frozen=True):
    """Somebody's standing towards a study: what they may see, who allows it, what they show.

    Where it is `asked`, they see what their letter names, as whoever allows it decides.
    """

    id: str
    title: str
    also: tuple[str, ...]
    may_see: tuple[str, ...]
    approver: str
    asked: bool
    proof: bool
    own: bool
    basis: tuple[Basis, ...]

    @property
    def sees_all(self) -> bool:
        return ALL in self.may_see


class LendableItem(Struct, frozen=True):
    """A kind of material: whence it comes, and whether names or votes stand in it.

    `documents` are what the program itself wrote of it and sent out.
    """

    id: str
    title: str
    also: tuple[str, ...]
    source: str
    titles: tuple[str, ...]
    kinds: tuple[str, ...]
    names: bool
    documents: tuple[str, ...] = ()


class LendingLaw(Struct, frozen=True):
    """Capacities and materials, by id."""

    capacities: Mapping[str, Capacity]
    items: Mapping[str, LendableItem]

    def capacity(self, word: str) -> Capacity:
        """The capacity that a word means. Raises EthicsError."""
        for each in self.capacities.values():
            if word in (each.id, each.title, *each.also):
                return each
        listed = "、".join(
            each.also[0] if each.also else each.title for each in self.capacities.values()
        )
        raise EthicsError(f"不知道“{word}”是什么身份。--as 可以写：{listed}。")

    def item(self, word: str) -> LendableItem | None:
        """The kind of material that a word means; None for a word of the papers themselves."""
        for each in self.items.values():
            if word in (each.id, each.title, *each.also):
                return each
        return None

    def refusal(self, capacity: Capacity, item: LendableItem | None) -> str:
        """Why a capacity may not see a material by itself, in Chinese; empty where it may."""
        if capacity.sees_all:
            return ""
        if item is None:
            return "不在这种身份可以看的材料里"
        if item.names or item.source == ALL:
            return "其中有审查人的姓名或表决，只有可以看全部的身份才给"
        return "" if item.id in capacity.may_see else "不在这种身份可以看的材料里"


def read_lending_law(
    trees: Mapping[str, object], documents: Container[str], trail: Trail
) -> LendingLaw:
    """The rules of a pack that has these documents; what is wrong with them is noted."""
    capacities: dict[str, Capacity] = {}
    items: dict[str, LendableItem] = {}
    for node in Node(FILE, (), trees.get(FILE), trail).list():
        node.only(
            "id", "table", "zh", "also", "may_see", "approver", "asked", "proof", "own", "basis",
            "from", "titles", "kinds", "names", "documents", "override",
        )  # fmt: skip
        name, title, also = node.text("id"), node.text("zh"), node.texts("also")
        if node.one_of("table", ("capacity", "item")) == "capacity":
            capacities[name] = Capacity(
                name, title, also, node.texts("may_see"), node.one_of("approver", tuple(APPROVERS)),
                node.yes("asked"), node.yes("proof"), node.yes("own"), node.basis(),
            )  # fmt: skip
        else:
            items[name] = LendableItem(
                name, title, also, node.one_of("from", _SOURCES), node.texts("titles"),
                node.texts("kinds"), node.yes("names"), node.texts("documents"),
            )  # fmt: skip
            for document in items[name].documents:
                if document not in documents:
                    node.child("documents").problem(f"没有文件“{document}”")
    for number, capacity in enumerate(capacities.values()):
        for item in capacity.may_see:
            if item not in items:
                trail.problems.append((FILE, (number, "may_see"), f"没有“{item}”这种材料"))
    return LendingLaw(capacities, items)
