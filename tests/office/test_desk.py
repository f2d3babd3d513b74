"""The desk: what waits for whom, as text, JSON, calendar and a page in a browser."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest
from icalendar import Calendar

from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import open_office
from mmethics_cli.wording.columns import width
from tests.browser import asked, complaints, printed, violations
from tests.office.offices import call, new_office

DAY: Final = "2027-03-10"
HOSTILE: Final = (
    "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}\u202e\x1b"
)


def happen(office: Path, *happenings: tuple[str, str, dict[str, str], dict[str, object]]) -> None:
    """Write events: kind, day, references, data."""
    with open_office(office).register().writing() as register:
        for kind, day, refs, data in happenings:
            register.append(Happening(kind, f"{day}T10:00", **refs, data=data), f"{day}T10:00", "x")


def member(n: int, name: str) -> tuple[str, str, dict[str, str], dict[str, object]]:
    data: dict[str, object] = {
        "name": name, "sex": "FM"[n % 2], "category": "medical", "external": n == 1,
        "declared": True, "term_from": "2026-01-01", "term_to": "2030-12-31", "role": "member",
    }  # fmt: skip
    return "member_appointed", "2027-01-04", {"person": f"M{n}"}, data


def received(n: int, title: str) -> tuple[str, str, dict[str, str], dict[str, object]]:
    data: dict[str, object] = {"kind": "initial", "package": "x.zip", "title": title}
    return "submission_received", "2027-02-01", refs(n), data


def refs(n: int, person: str = "", meeting: str = "") -> dict[str, str]:
    more = {"person": person} if person else {}
    more |= {"meeting": meeting} if meeting else {}
    return {"study": f"S{n}", "case": f"2027-000{n}", **more}


def accepted(
    n: int, due: str, method: str = "meeting"
) -> tuple[str, str, dict[str, str], dict[str, object]]:
    data: dict[str, object] = {"method": method, "number": f"2027-受-000{n}", "due": due}
    return "accepted", "2027-02-08", refs(n), data


def busy_office(folder: Path, title: str = "研究一") -> Path:
    """An office with something in every state."""
    office = new_office(folder)
    happen(
        office, member(1, "王委员"), member(2, "李委员"),
        *(received(n, title if n == 1 else f"研究{n}") for n in range(1, 7)),
        accepted(1, "2027-03-08T10:00"), accepted(2, "2027-03-14T10:00", "simplified"),
        accepted(3, "2027-04-08T10:00"), accepted(4, "2027-03-10T10:00"),
        ("assigned", "2027-02-09", refs(1, "M1"), {"role": "protocol", "due": "2027-02-16"}),
        ("assigned", "2027-02-09", refs(2, "M1"), {"role": "simplified", "due": "2027-03-12"}),
        ("assigned", "2027-02-09", refs(2, "M2"), {"role": "simplified", "due": "2027-03-12"}),
        ("worksheet_returned", "2027-02-12", refs(2, "M1"), {"recommendation": "approve"}),
        ("assigned", "2027-02-09", refs(3, "M2"), {"role": "protocol", "due": "2027-02-16"}),
        ("worksheet_returned", "2027-02-12", refs(3, "M2"), {"recommendation": "approve"}),
        ("meeting_planned", "2027-02-09", {"meeting": "2027-02"}, {"date": "2027-03-23"}),
        ("agenda_item", "2027-02-09", refs(3, meeting="2027-02"), {"purpose": "review"}),
        ("decided", "2027-02-20", refs(4), {
            "decision": "approve", "method": "meeting", "number": "L4", "study_state": "active",
            "valid_until": "2027-04-01", "interval_months": 12,
        }),
        ("supplement_requested", "2027-02-03", refs(5), {}),
    )  # fmt: skip
    return office


def lines_of(office: Path, today: str = DAY) -> list[dict[str, str]]:
    code, said, _ = call("office", "--office", office, "--format", "json", today=today)
    assert code == 0
    lines: list[dict[str, str]] = json.loads(said)["lines"]
    return lines


def test_the_desk_says_what_waits_for_whom_and_what_to_type(tmp_path: Path) -> None:
    office = busy_office(tmp_path)
    found = {(line["group"], line["id"]): line for line in lines_of(office)}
    assert {
        ("overdue", "2027-0001 limit"), ("overdue", "2027-0001 M1 protocol"),
        ("mine", "2027-0006 accept"), ("mine", "2027-0004 deliver"), ("mine", "backup"),
        ("due", "2027-0002 limit"), ("due", "S4 valid"), ("mine", "S4 remind"),
        ("others", "2027-0002 M2 simplified"), ("others", "2027-0005 supplement"),
        ("others", "2027-0003 decide"), ("meeting", "2027-02 meeting"),
    } == set(found)  # fmt: skip
    assert found["overdue", "2027-0001 M1 protocol"]["text"] == "2027-受-0001 等王委员交回工作表"
    assert found["mine", "2027-0006 accept"]["command"] == "mmethics office accept 2027-0006"
    assert all(line["command"] for line in found.values() if line["group"] in ("overdue", "mine"))
    code, said, _ = call("office", "--office", office, today=DAY)
    assert code == 0 and max(map(width, said.splitlines())) <= 80
    assert said.index("已逾期（2）") < said.index("等我办（4）") < said.index("快到期（2）")


def test_strict_ends_with_one_when_something_is_late(tmp_path: Path) -> None:
    office = busy_office(tmp_path)
    assert call("office", "--office", office, "--strict", today=DAY)[0] == 1
    assert call("office", "--office", office, "--strict", today="2027-02-10")[0] == 0


def test_a_past_meeting_wants_its_book_and_a_held_one_its_minutes(tmp_path: Path) -> None:
    office = busy_office(tmp_path)
    assert "2027-02 book" in {line["id"] for line in lines_of(office, "2027-03-24")}
    happen(office, ("meeting_held", "2027-03-23", {"meeting": "2027-02"}, {"start": "14:00"}))
    found = {line["id"]: line["command"] for line in lines_of(office, "2027-03-24")}
    assert found["2027-0003 decide"] == "mmethics office decide 2027-02"
    assert "2027-02 minutes" in found and "2027-02 book" not in found


def approved(n: int, months: int, until: str) -> tuple[str, str, dict[str, str], dict[str, object]]:
    data: dict[str, object] = {
        "decision": "approve", "method": "meeting", "number": f"L{n}", "study_state": "active",
        "valid_until": until, "interval_months": months,
    }  # fmt: skip
    return "decided", "2027-02-20", refs(n), data


def of_studies(office: Path, today: str) -> dict[str, tuple[str, str]]:
    """Group and due day of each line about a study, by its id."""
    lines = lines_of(office, today)
    return {one["id"]: (one["group"], one["due"]) for one in lines if one["id"][0] == "S"}


def test_reports_and_ends_of_approvals_come_with_their_reminders(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    happen(
        office, received(1, "研究一"), received(2, "研究二"), accepted(1, "2027-03-08T10:00"),
        approved(1, 12, "2028-02-19"), accepted(2, "2027-03-08T10:00"),
        approved(2, 6, "2028-02-19"),
    )  # fmt: skip
    assert of_studies(office, "2027-07-05") == {}
    report = {"S2 report": ("due", "2027-08-20"), "S2 remind": ("mine", "2027-08-20")}
    assert of_studies(office, "2027-07-10") == report
    told: dict[str, object] = {"what": "x", "due": "2027-08-20"}
    happen(office, ("reminder_sent", "2027-07-10", {"study": "S2"}, told))
    # Of the two reminders, 45 and 30 days before, the second is lacking again.
    assert of_studies(office, "2027-07-10") == {"S2 report": report["S2 report"]}
    assert of_studies(office, "2027-07-21") == report
    assert of_studies(office, "2027-08-21") == {"S2 report": ("overdue", "2027-08-20")}
    progress: dict[str, object] = {"kind": "progress", "package": "x.zip"}
    case = {"study": "S2", "case": "2027-0009"}
    happen(office, ("submission_received", "2027-08-21", case, progress))
    assert of_studies(office, "2027-08-21") == {}
    ends = {"S1 valid": ("due", "2028-02-19"), "S2 valid": ("due", "2028-02-19")}
    assert of_studies(office, "2028-01-30") == ends | {"S1 remind": ("mine", "2028-02-19")}
    assert of_studies(office, "2028-02-20") == {
        id_: ("overdue", due) for id_, (_, due) in ends.items()
    }
    commands = {line["id"]: line["command"] for line in lines_of(office, "2028-01-30")}
    assert commands["S1 remind"].endswith("note 提醒 进展报告 --study S1 --due 2028-02-19")
    code, said, _ = call("office", "--office", office, today="2028-01-30")
    assert (
        code == 0
        and "（进展报告 2027-0009 在办）" in said
        and max(map(width, said.splitlines())) <= 80
    )


def test_many_lines_are_counted_and_not_all_shown(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    data: dict[str, object] = {"kind": "initial", "package": "x"}
    happen(office, *(("submission_received", DAY, {"study": "S", "case": f"K{n:03}"}, data)
                     for n in range(130)))  # fmt: skip
    _, said, _ = call("office", "--office", office, today=DAY)
    assert "等我办（130）" in said and "另外 30 项" in said
    assert len(lines_of(office)) == 130


def events_of(path: Path) -> dict[str, tuple[str, int, bool]]:
    calendar = Calendar.from_ical(path.read_bytes())
    return {
        str(event["SUMMARY"]): (
            str(event["UID"]), int(str(event["SEQUENCE"])), event.get("STATUS") == "CANCELLED"
        )
        for event in calendar.walk("VEVENT")
    }  # fmt: skip


def test_the_calendar_knows_its_entries_again_and_takes_away_what_is_done(tmp_path: Path) -> None:
    office = busy_office(tmp_path)
    file = tmp_path / "到期.ics"
    assert call("office", "--office", office, "--ics", file, today=DAY)[0] == 0
    before = events_of(file)
    assert not before["审查期限 2027-受-0001：研究一"][2]
    assert before["审查期限 2027-受-0004：研究4"][2]  # decided
    assert not before["会议 2027-02"][2] and not before["批件有效期 研究4"][2]
    happen(
        office, ("extended", DAY, refs(1), {"reason": "x", "until": "2027-04-30"}),
        ("worksheet_returned", DAY, refs(2, "M2"), {"recommendation": "approve"}),
    )  # fmt: skip
    assert call("office", "--office", office, "--ics", file, today=DAY)[0] == 0
    after = events_of(file)
    one = "审查期限 2027-受-0001：研究一"
    assert after[one][0] == before[one][0] and after[one][1] > before[one][1]
    assert after["工作表 2027-受-0002：李委员"][2]
    assert len({uid for uid, _, _ in after.values()}) == len(after)


def test_a_calendar_is_never_empty_and_covers_nothing_else(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    file = tmp_path / "空.ics"
    code, _, errors = call("office", "--office", office, "--ics", file)
    assert code == 0 and "没有到期日" in errors and not file.exists()
    file.write_text("别的", encoding="utf-8")
    (tmp_path / "b").mkdir()
    other = busy_office(tmp_path / "b")
    code, _, errors = call("office", "--office", other, "--ics", file)
    assert code == 2 and "没有覆盖" in errors and file.read_text(encoding="utf-8") == "别的"


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def desk_page(folder: Path, title: str) -> Path:
    office = busy_office(folder, title)
    page = folder / "案头.html"
    code, said, errors = call("office", "--office", office, "--html", page, today=DAY)
    assert (code, said) == (0, ""), errors
    return page


def test_the_page_holds_all_in_one_file_and_hostile_text_as_text(tmp_path: Path) -> None:
    page = Page(desk_page(tmp_path, HOSTILE))
    assert "</title><script>alert(1)</script><img" in page.text and "{{7*7}}" in page.text
    assert "\\u202e\\x1b" in page.text and "49" not in page.text.split("{{7*7}}")[0][-20:]
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == 1 and "img" not in tags and "link" not in tags
    for _, attributes in page.tags:
        assert not {"src", "onerror", "onclick"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv")) or ""
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    for word in ("已逾期（2）", "mmethics office accept 2027-0006", "2027-受-0003", "王委员"):
        assert word in page.text


def test_a_page_is_made_anew_but_covers_nothing_else(tmp_path: Path) -> None:
    page = desk_page(tmp_path, "研究一")
    before = page.read_bytes()
    assert call("office", "--office", tmp_path / "office", "--html", page, today=DAY)[0] == 0
    assert page.read_bytes() == before
    page.write_text("别的", encoding="utf-8")
    for place in (page, tmp_path / "office" / "office.yaml", tmp_path / "office" / "cases" / "a"):
        code, _, errors = call("office", "--office", tmp_path / "office", "--html", place)
        assert code == 2 and "--html" in errors
    assert page.read_text(encoding="utf-8") == "别的"


@pytest.mark.chromium
@pytest.mark.slow
def test_the_page_in_a_browser(tmp_path: Path) -> None:
    page = desk_page(tmp_path, f"研究一{HOSTILE}")
    assert complaints(page) == []
    assert violations(page) == []
    shown = asked(page, """() => {
      const box = document.getElementById("search");
      box.value = "王委员 0001";
      box.dispatchEvent(new Event("input"));
      return [document.getElementById("found").textContent,
              document.querySelectorAll("tbody tr:not([hidden])").length,
              document.querySelectorAll("svg rect").length > 12];
    }""")  # fmt: skip
    assert shown == ["找到 2 行", 2, True]
    text = printed(page, tmp_path / "案头.pdf")
    assert "本年的会议" in text and "2027-02" in text and "查找" not in text
