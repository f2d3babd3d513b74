"""The register as it is, or as it was at the end of a day: its events till then, replayed."""

from __future__ import annotations

from collections.abc import Iterator

from mmethics_cli.office.events import CORRECTED, IMPORTED, Event
from mmethics_cli.office.register.database import Reading
from mmethics_cli.office.state import Lookup, OfficeState


class RegisterView:
    """What the register said on a day, empty for today.

    An event counts from the day on which it was written; of a past year from the day on which it
    happened. `corrected` are the numbers of those that were withdrawn by then.
    """

    def __init__(self, register: Reading, day: str = "") -> None:
        self._register = register
        self.day = day
        self.corrected = (
            frozenset(
                int(each.what.data["seq"])
                for each in register.of_kind(CORRECTED)
                if self._is_told(each)
            )
            if day
            else register.corrected()
        )
        self.state: Lookup = self._replayed() if day else register

    def events(self, **columns: str | int) -> Iterator[Event]:
        """The events till then whose columns say this, in their order; withdrawn ones too."""
        return (event for event in self._register.events(**columns) if self._is_told(event))

    def _is_told(self, event: Event) -> bool:
        written = event.counted.happened if event.what.kind == IMPORTED else event.at
        return not self.day or written[:10] <= self.day

    def _replayed(self) -> OfficeState:
        state = OfficeState()
        for event in self.events():
            if event.seq not in self.corrected:
                state.apply(event.counted)
        return state
