"""The quality of one year of an office: its whole register counted by the pack's indicators."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import DecodeError, Struct

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.office.events import Event, Happening
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.packages import BRINGS_PACKAGE, package_records
from mmethics_cli.office.quality.courses import Record
from mmethics_cli.office.quality.indicators import Indicator, Result, evaluate, office_in
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
    told = _Register()
    with office.register().reading() as register:
        told.read(register.rows(), register.corrected())
    also: dict[str, list[Record]] = {
        "register": [{"id": "register", "intact": told.intact}],
        "package": package_records(office.path, told.brought, told.gone),
    }
    known = {each.happened[:4] for each in told.happenings}
    past = {}
    for each in range(year - before, year + 1):
        if each == year or str(each) in known:
            period = Period(each, pack.calendar)
            counted = office_in(told.happenings, pack.standard, period, also)
            past[each] = {
                name: evaluate(indicator, counted, period)
                for name, indicator in pack.indicators.items()
            }
    happened = Counter(each.kind for each in told.happenings if each.happened[:4] == str(year))
    return CountedYear(pack.groups, pack.indicators, past[year], past, happened)


class _Register:
    """A whole register read once: what it tells of, whether its chain holds, its packages."""

    def __init__(self) -> None:
        self.happenings: list[Happening] = []
        self.brought: list[Event] = []
        self.gone: frozenset[str] = frozenset()
        self.intact = True

    def read(self, rows: Iterable[RegisterRow], corrected: frozenset[int]) -> None:
        """Read all events, those aside that were withdrawn. Raises WorkspaceError."""
        chain, keep = ChainReader(), self.happenings.append
        try:
            for row, what in chain.read(rows):
                if row[0] in corrected:
                    continue
                keep(what)
                if row[5] in BRINGS_PACKAGE:
                    self.brought.append(event_of(row))
                elif row[5] == "disposed":
                    self.gone |= set(what.data["gone"])
        except (DecodeError, TypeError) as error:
            raise WorkspaceError(
                f"登记簿第 {chain.number} 条读不了：内容损坏。"
                "先核验：mmethics verify 办公室的文件夹。"
            ) from error
        self.intact = chain.intact
