"""The quality of one year of an office: its whole register counted by the pack's indicators."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping

from msgspec import DecodeError, Struct

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.office.events import CORRECTED, Event, Happening, withdrawn_by
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.packages import BRINGS_PACKAGE, package_records
from mmethics_cli.office.quality.courses import Record
from mmethics_cli.office.quality.histories import Histories
from mmethics_cli.office.quality.indicators import Indicator, OfficeHistories, Result, evaluate
from mmethics_cli.office.quality.language import Period
from mmethics_cli.office.register.schema import ChainReader, RegisterRow, event_of
from mmethics_cli.workflow.packs import Packs


class CountedYear(Struct, frozen=True):
    """What a year came to, by indicator, and the indicators with the titles of their groups.

    `past` are the results of years before it, where they were asked for, and its own; `happened`
    how often each kind of event happened in it.
    """

    groups: Mapping[str, str]
    indicators: Mapping[str, Indicator]
    results: Mapping[str, Result]
    past: Mapping[int, Mapping[str, Result]]
    happened: Mapping[str, int]


def quality_of(office: OfficeFolder, packs: Packs, year: int, before: int = 0) -> CountedYear:
    """Count a year, and as many `before` it as the register tells of.

    Raises WorkspaceError, UnreadableFile or PackError.
    """
    # What is read stays until the end: looking for what could be freed would take half the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _counted(office, office_pack(packs, office), year, before)
    finally:
        if collecting:
            gc.enable()


def _counted(office: OfficeFolder, pack: OfficePack, year: int, before: int) -> CountedYear:
    with office.register().reading() as register:
        told = _Register(register.rows())
    also: dict[str, list[Record]] = {
        "register": [{"id": "register", "intact": told.intact}],
        "package": package_records(office.path, told.brought, told.gone),
    }
    whole = Histories(told.happenings, pack.standard, also)
    past = {}
    for each in range(year - before, year + 1):
        if each == year or whole.happened_in(each).total():
            period = Period(each, pack.calendar)
            counted = OfficeHistories(whole, whole.until(period.end))
            past[each] = {
                name: evaluate(indicator, counted, period)
                for name, indicator in pack.indicators.items()
            }
    return CountedYear(pack.groups, pack.indicators, past[year], past, whole.happened_in(year))


class _Register:
    """A whole register read once: what it tells of, whether its chain holds, its packages."""

    def __init__(self, rows: Iterable[RegisterRow]) -> None:
        """Read all events, those aside that were withdrawn. Raises WorkspaceError."""
        chain = ChainReader()
        told: dict[int, Happening] = {}
        brought: dict[int, Event] = {}
        disposed: dict[int, Happening] = {}
        corrected: list[Happening] = []
        try:
            for row, what in chain.read(rows):
                number, kind = row[0], row[5]
                told[number] = what
                if kind in BRINGS_PACKAGE:
                    brought[number] = event_of(row)
                elif kind == "disposed":
                    disposed[number] = what
                elif kind == CORRECTED:
                    corrected.append(what)
            for number in withdrawn_by(corrected):
                for numbered in (told, brought, disposed):
                    numbered.pop(number, None)
            self.gone = frozenset(name for each in disposed.values() for name in each.data["gone"])
        except (DecodeError, TypeError) as error:
            raise WorkspaceError(
                f"登记簿第 {chain.number} 条读不了：内容损坏。"
                "先核验：mmethics verify 办公室的文件夹。"
            ) from error
        self.happenings, self.brought = told.values(), brought.values()
        self.intact = chain.intact
