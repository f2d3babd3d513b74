"""The calendar through the life of a study, as two readers that are not ours understand it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest
import vobject  # type: ignore[import-untyped]
from msgspec import Struct

from mmethics_cli.formats.calendar import calendar_file
from mmethics_cli.workflow.lifecycle.calendar import write_calendar
from tests.workflow.lifecycle.lives import DEATH, Life

TODAY = date(2027, 3, 21)
EXPIRY = "伦理批件到期：一项研究"


class Entry(Struct, frozen=True):
    """What a reader found of one entry."""

    uid: str
    sequence: int
    modified: datetime
    day: date
    status: str


def by_icalendar(data: bytes) -> dict[str, Entry]:
    calendar: Any = icalendar.Calendar.from_ical(data)
    return {
        str(event["summary"]): Entry(
            str(event["uid"]), int(event["sequence"]), event["last-modified"].dt,
            event["dtstart"].dt, str(event.get("status", "")),
        )
        for event in calendar.walk("VEVENT")
    }  # fmt: skip


def by_vobject(data: bytes) -> dict[str, Entry]:
    calendar = vobject.readOne(data.decode("utf-8"))
    return {
        event.summary.value: Entry(
            event.uid.value, int(event.sequence.value), event.last_modified.value,
            event.dtstart.value, event.status.value if hasattr(event, "status") else "",
        )
        for event in calendar.vevent_list
    }  # fmt: skip


@pytest.fixture(params=[by_icalendar, by_vobject])
def exported(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., dict[str, Entry]]:
    """What a reader finds in the calendar that is written on a day."""

    def export(life: Life, today: date = TODAY) -> dict[str, Entry]:
        file = tmp_path / "due.ics"
        file.unlink(missing_ok=True)
        write_calendar(life.record(today), file, today)
        entries: dict[str, Entry] = request.param(file.read_bytes())
        return entries

    return export


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path / "study")


def test_a_correction_is_newer_than_what_it_corrects(
    life: Life, exported: Callable[..., dict[str, Entry]]
) -> None:
    life.approved()
    first = exported(life)[EXPIRY]
    assert first.day == date(2028, 3, 19) and first.status == ""
    life.correct("批准", date(2027, 3, 20), valid_until=date(2027, 12, 31))
    second = exported(life)[EXPIRY]
    assert second.uid == first.uid and second.day == date(2027, 12, 31)
    assert second.sequence > first.sequence and second.modified > first.modified
    life.seal(life.open("progress"), TODAY)
    assert exported(life)[EXPIRY].sequence > second.sequence


def test_what_is_due_no_more_is_cancelled(
    life: Life, exported: Callable[..., dict[str, Entry]]
) -> None:
    life.approved()
    before = exported(life)
    life.seal(life.open("safety", **DEATH), date(2027, 6, 4))
    life.seal(life.open("completion"), date(2027, 12, 1))
    life.decide("同意结题", date(2027, 12, 20), "03")
    after = exported(life, date(2027, 12, 21))
    for summary, entry in before.items():
        assert after[summary].status == "CANCELLED" and after[summary].uid == entry.uid
        assert after[summary].sequence > entry.sequence
    (fatal,) = (one for name, one in after.items() if "死亡或危及生命" in name)
    assert fatal.status == ""  # that is owed all the same


def test_a_calendar_is_never_empty(life: Life, tmp_path: Path) -> None:
    life.seal("01-initial", TODAY)
    assert write_calendar(life.record(), tmp_path / "due.ics", TODAY) == 0
    assert not (tmp_path / "due.ics").exists()
    with pytest.raises(ValueError):
        calendar_file("空", [], TODAY)
