"""The limits of an office's work, and when they end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from mmethics_cli.core.standard.model import Basis
from mmethics_cli.core.standard.node import Node, Trail

FILE: Final = "office/clocks.yaml"


class Clock(Struct, frozen=True):
    """A limit in whole days, which end at midnight, in hours, to the minute, or in months."""

    id: str
    title: str
    days: int
    hours: int
    months: int
    own: bool
    basis: tuple[Basis, ...]

    def ends(self, start: str, *, days: int = 0, hours: int = 0) -> str:
        """The last minute of a limit that begins at `start`; a shorter limit given here holds."""
        begun = datetime.fromisoformat(start)
        if self.hours:
            limit = min(self.hours, hours or self.hours)
            return (begun + timedelta(hours=limit)).isoformat(timespec="minutes")
        limit = min(self.days, days or self.days)
        return f"{(begun.date() + timedelta(days=limit)).isoformat()}T23:59"

    def counted(self, months: int = 0) -> int:
        """The months of the limit; a shorter limit given here holds."""
        return min(self.months, months or self.months)


Clocks = Mapping[str, Clock]
NEEDED: Final = (
    "review", "emergency", "worksheet", "worksheet_emergency", "validity", "follow_up",
    "supplement", "loan",
)  # fmt: skip
_UNITS: Final = ("days", "hours", "months")


def read_clocks(trees: Mapping[str, object], trail: Trail) -> Clocks:
    """The limits of a pack by id; what is wrong with them is noted."""
    whole = Node(FILE, (), trees.get(FILE), trail)
    clocks = {}
    for node in whole.list():
        node.only("id", "zh", *_UNITS, "own", "basis", "override")
        if sum(node.has(unit) for unit in _UNITS) != 1:
            node.problem("days、hours、months 写其中一个")
        clocks[node.text("id")] = Clock(
            node.text("id"),
            node.text("zh"),
            node.number("days", 1) if node.has("days") else 0,
            node.number("hours", 1) if node.has("hours") else 0,
            node.number("months", 1) if node.has("months") else 0,
            node.yes("own"),
            node.basis(),
        )
    for name in NEEDED:
        if name not in clocks:
            whole.problem(f"缺少期限“{name}”")
    return clocks
