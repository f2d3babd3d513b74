"""Due dates as a calendar file (RFC 5545) that phones and mail programs import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from msgspec import Struct

PRODUCT: Final = "-//mmethics//due dates//ZH"
_OCTETS: Final = 75
_REMINDERS: Final = (30, 7)  # days before
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


class CalendarEntry(Struct, frozen=True):
    """A whole day with what is due on it, in no time zone: it is that day wherever one is.

    `uid` is the same in every file that tells of the same thing; `sequence` rises when its day is
    set anew; `cancelled`: it is due no more.
    """

    uid: str
    sequence: int
    day: date
    summary: str
    description: str
    cancelled: bool = False


def calendar_file(title: str, entries: Sequence[CalendarEntry], today: date) -> bytes:
    """The calendar of one entry or more; the same input gives the same bytes.

    Raises ValueError for none: readers refuse a calendar without a component.
    """
    if not entries:
        raise ValueError("a calendar holds at least one entry")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escaped(title)}",
        *(line for entry in entries for line in _event(entry, today)),
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) + b"\r\n" for line in lines)


def _event(entry: CalendarEntry, today: date) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTAMP:{today:%Y%m%d}T000000Z"
    # What is set anew on one day has a later second each time.
    modified = datetime.combine(today, time()) + timedelta(seconds=entry.sequence)
    yield f"LAST-MODIFIED:{modified:%Y%m%dT%H%M%S}Z"
    if entry.cancelled:
        yield "STATUS:CANCELLED"
    yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
    if entry.day < date.max:
        yield f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}"
    yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{escaped(entry.summary)}"
    if entry.description:
        yield f"DESCRIPTION:{escaped(entry.description)}"
    for days in _REMINDERS:
        if not entry.cancelled and (entry.day - today).days >= days:
            yield "BEGIN:VALARM"
            yield "ACTION:DISPLAY"
            yield f"TRIGGER:-P{days}D"
            yield f"DESCRIPTION:{escaped(entry.summary)}"
            yield "END:VALARM"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A text as the value of a property."""
    return text.translate(_ESCAPES)


def folded(line: str) -> bytes:
    """A content line of at most 75 octets a row; characters are not cut."""
    rows: list[bytes] = []
    row = b""
    for character in line:
        data = character.encode("utf-8")
        # A continued row begins with a space, which counts.
        room = _OCTETS - (1 if rows else 0)
        if len(row) + len(data) > room:
            rows.append(row)
            row = b""
        row += data
    return b"\r\n ".join([*rows, row])
