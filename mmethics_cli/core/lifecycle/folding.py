"""The study as several approvals together approve it, whatever order they were decided in.

An amendment asks for its changes alone: what was approved since it was sealed stays approved. What
two of them change differently is in conflict; the earlier approval holds, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.language import Scope
from mmethics_cli.core.conditions.values import UNKNOWN, Element, Value
from mmethics_cli.core.lifecycle.revision import is_of_study
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import is_of_event, label_of

_FIX: Final = (
    "以哪个为准，改好卷宗，报修正案（mmethics follow amendment）写明；批准以前按先批准的办"
)

Answers = Mapping[str, Value]


class ApprovedChange(Struct, frozen=True):
    """What was approved under a name, and what stood approved when it was sealed."""

    name: str
    values: Answers
    before: Answers


class Crossing(Struct, frozen=True):
    """An answer that two approvals changed differently; `left` names the one that does not hold.

    In lists the path is `list[id]` or `list[id].field`.
    """

    path: str
    left: str


class FoldedStudy(Struct, frozen=True):
    """The answers of the study by path, and what of them a person has to decide."""

    values: Answers
    crossings: tuple[Crossing, ...] = ()


def folded(standard: Standard, approvals: Sequence[ApprovedChange]) -> FoldedStudy:
    """The study as these approve it, in the order in which they were decided.

    The first knew of all before it: what it asks for stands. Of the event, and what only the office
    can tell, the study says what the last of them does.
    """
    study = FoldedStudy(approvals[0].values)
    for approval in approvals[1:]:
        study = _Fold(standard, study, approval).study()
    return study


class _Fold(Struct, frozen=True):
    """One approval laid over what stands approved."""

    standard: Standard
    standing: FoldedStudy
    approval: ApprovedChange

    def study(self) -> FoldedStudy:
        before, asked, now = self.approval.before, self.approval.values, self.standing.values
        values = {path: value for path, value in asked.items() if not self._is_study(path)}
        crossings: list[Crossing] = []
        for path in dict.fromkeys((*now, *asked)):
            if self._is_study(path):
                was, wanted, stands = (side.get(path, UNKNOWN) for side in (before, asked, now))
                values[path] = self._joined(path, was, wanted, stands, crossings)
        known = {path: value for path, value in values.items() if value is not UNKNOWN}
        return FoldedStudy(known, (*self._still(crossings), *crossings))

    def _is_study(self, path: str) -> bool:
        question = self.standard.questions.get(path)
        return not is_of_event(path) if question is None else is_of_study(question)

    def _still(self, crossings: Sequence[Crossing]) -> Iterator[Crossing]:
        """What was in conflict before, and this approval knew nothing of."""
        named = {crossing.path for crossing in crossings}
        for crossing in self.standing.crossings:
            if crossing.path not in named:
                yield crossing

    def _joined(
        self, path: str, before: Value, asked: Value, now: Value, crossings: list[Crossing]
    ) -> Value:
        """Whichever side changed an answer; where both did, what stands."""
        if _same(asked, before) or _same(asked, now):
            return now
        if _same(now, before):
            return asked
        if all(_is_list(side) for side in (before, asked, now) if side is not UNKNOWN):
            return tuple(self._entries(path, before, asked, now, crossings))
        crossings.append(Crossing(path, self.approval.name))
        return now

    def _entries(
        self, path: str, before: Value, asked: Value, now: Value, crossings: list[Crossing]
    ) -> Iterator[Element]:
        sides = [_by_id(side) for side in (before, asked, now)]
        for id_ in dict.fromkeys((*sides[2], *sides[1])):
            was, wanted, stands = (side.get(id_) for side in sides)
            if was is None and stands is not None and wanted is not None and wanted != stands:
                was = Element(id_)  # both added it
            if was and wanted and stands:
                yield self._entry(path, was, wanted, stands, crossings)
            elif wanted in (was, stands):
                if stands is not None:
                    yield stands
            elif stands == was:
                if wanted is not None:
                    yield wanted
            else:
                crossings.append(Crossing(f"{path}[{id_}]", self.approval.name))
                if stands is not None:
                    yield stands

    def _entry(
        self,
        path: str,
        was: Element,
        wanted: Element,
        stands: Element,
        crossings: list[Crossing],
    ) -> Element:
        scope = Scope(path, stands)
        fields = {
            name: self._joined(
                scope.path_of(name), was.get(name), wanted.get(name), stands.get(name), crossings
            )
            for name in dict.fromkeys((*stands.fields, *wanted.fields))
        }
        return Element(stands.id, {name: v for name, v in fields.items() if v is not UNKNOWN})


def _same(value: Value, other: Value) -> bool:
    """Whether two answers say the same: a file may end a text with a line break."""
    if isinstance(value, str) and isinstance(other, str):
        return value.rstrip("\n") == other.rstrip("\n")
    return value == other


def _is_list(value: Value) -> bool:
    return isinstance(value, tuple)


def _by_id(value: Value) -> dict[str, Element]:
    return {entry.id: entry for entry in value} if isinstance(value, tuple) else {}


def crossing_findings(standard: Standard, crossings: Sequence[Crossing]) -> Iterator[Finding]:
    """A warning for each answer that two approvals changed differently."""
    for crossing in crossings:
        path = crossing.path
        whole = path.partition("[")[0]
        label = label_of(standard, whole) + path.removeprefix(whole)
        message = (
            f"“{label}”：{crossing.left} 的改动批准了，但它封存时不知道此前批准的另一处改动；"
            "两处不同，按先批准的算"
        )
        yield Finding("approvals_crossed", "warning", "inconsistent", path, message, _FIX)
