"""The calendar file: rows of at most 75 octets, no character cut, texts that come back."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mmethics_cli.formats.calendar import CalendarEntry, calendar_file, escaped, folded

TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t;,\\:伦理🧬"),
    max_size=200,
)
TODAY = date(2027, 3, 1)


def lines(data: bytes) -> list[str]:
    """The content lines, unfolded."""
    assert data.endswith(b"\r\n")
    return data.decode("utf-8").removesuffix("\r\n").replace("\r\n ", "").split("\r\n")


def unescaped(text: str) -> str:
    found, rest = "", iter(text)
    for character in rest:
        if character == "\\":
            following = next(rest)
            found += "\n" if following == "n" else following
        else:
            found += character
    return found


def entry(day: date, summary: str = "报告", description: str = "") -> CalendarEntry:
    return CalendarEntry("u@mmethics", 1, day, summary, description)


@given(TEXTS)
def test_rows_are_short_and_whole(text: str) -> None:
    line = f"SUMMARY:{escaped(text)}"
    rows = folded(line).split(b"\r\n")
    assert all(len(row) <= 75 and row.decode("utf-8") for row in rows)
    assert all(row.startswith(b" ") for row in rows[1:])
    assert rows[0] + b"".join(row[1:] for row in rows[1:]) == line.encode()


@given(TEXTS, TEXTS)
def test_whatever_is_written_comes_back(title: str, description: str) -> None:
    found = lines(
        calendar_file(title, "study", [entry(date(2027, 9, 1), title, description)], TODAY)
    )
    (summary,) = (line for line in found if line.startswith("SUMMARY:"))
    assert unescaped(summary.removeprefix("SUMMARY:")) == title
    told = [unescaped(line[12:]) for line in found if line.startswith("DESCRIPTION:")]
    assert told[0] == (description or title)
    assert sum(line.startswith("BEGIN:VEVENT") for line in found) == 1


def test_an_entry_is_a_whole_day_with_reminders() -> None:
    found = lines(calendar_file("研究", "study", [entry(date(2027, 12, 31))], TODAY))
    assert found[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"] and found[-1] == "END:VCALENDAR"
    for line in (
        "DTSTAMP:20270301T000000Z", "DTSTART;VALUE=DATE:20271231", "DTEND;VALUE=DATE:20280101",
        "UID:u@mmethics", "SEQUENCE:1", "TRIGGER:-P30D", "TRIGGER:-P7D",
    ):  # fmt: skip
        assert line in found
    assert found.count("BEGIN:VALARM") == found.count("END:VALARM") == 2


def test_no_reminder_lies_in_the_past() -> None:
    near = lines(calendar_file("研究", "study", [entry(date(2027, 3, 10))], TODAY))
    assert "TRIGGER:-P7D" in near and "TRIGGER:-P30D" not in near
    assert "BEGIN:VALARM" not in lines(calendar_file("研究", "study", [entry(TODAY)], TODAY))
