"""The quality of one year of an office: its whole register counted by the pack's indicators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from mmethics_cli.office.events import Event, Happening, breaks
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.pack import office_pack
from mmethics_cli.office.packages import BRINGS_PACKAGE, package_records
from mmethics_cli.office.quality.histories import Record
from mmethics_cli.office.quality.indicators import Indicator, Result, evaluate, office_in
from mmethics_cli.office.quality.language import Period
from mmethics_cli.workflow.packs import Packs


class CountedYear(Struct, frozen=True):
    """What a year came to, by indicator, and the indicators with the titles of their groups."""

    groups: Mapping[str, str]
    indicators: Mapping[str, Indicator]
    results: Mapping[str, Result]


def quality_of(office: OfficeFolder, packs: Packs, year: int) -> CountedYear:
    """Count a year. Raises WorkspaceError, UnreadableFile or PackError."""
    pack = office_pack(packs, office)
    period = Period(year, pack.calendar)
    happenings: list[Happening] = []
    brought: list[Event] = []

    def read(events: Iterable[Event], corrected: frozenset[int]) -> Iterator[Event]:
        for event in events:
            # Of a past year the row alone is kept: a register may be larger than the memory.
            if event.seq not in corrected:
                happenings.append(event.counted)
            if event.what.kind in BRINGS_PACKAGE:
                brought.append(event)
            yield event

    with office.register().reading() as register:
        faults = list(breaks(read(register.events(), register.corrected())))
    also: dict[str, list[Record]] = {
        "register": [{"id": "register", "intact": not faults}],
        "package": package_records(office.path, brought),
    }
    counted = office_in(happenings, period, also)
    results = {
        name: evaluate(indicator, counted, period) for name, indicator in pack.indicators.items()
    }
    return CountedYear(pack.groups, pack.indicators, results)
