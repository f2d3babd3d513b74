"""A year of applications lived through the commands: from receipt to the archive and the count."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from openpyxl import load_workbook

from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import open_office
from mmethics_cli.office.state import Case
from tests.depth import deep
from tests.office.offices import call, new_office
from tests.office.test_meeting import fill, sheet

APPLICATIONS: Final = deep(4, 200)
MEMBERS: Final = 9
SIMPLIFIED, MEETING = "prospective-ecg", "retrospective-imaging-ai"
FIRST: Final = date(2027, 3, 2)
OPEN_DAYS: Final = 290  # of the year, on which applications come
MEETINGS: Final = 14  # days from one to the next


def variant(sealed: Path, number: int, folder: Path) -> Path:
    """A sealed submission of another study: its number in the snapshot, the manifest made anew."""
    target = shutil.copytree(sealed, folder / f"{number}")
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    snapshot, manifest = target / "snapshot.yaml", target / "manifest.json"
    example = sealed.parent.parent.name
    text = snapshot.read_text(encoding="utf-8")
    (line,) = [each for each in text.splitlines() if each.startswith("  number:")][:1]
    snapshot.write_text(text.replace(line, f"  number: {example}-{number}", 1), encoding="utf-8")
    known = json.loads(manifest.read_text(encoding="utf-8"))
    data = snapshot.read_bytes()
    known["files"]["snapshot.yaml"] = hashlib.sha256(data).hexdigest()
    if "sizes" in known:
        known["sizes"]["snapshot.yaml"] = len(data)
    manifest.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    return target


class LivedYear:
    """An office through a year, day by day, by its commands alone."""

    def __init__(self, folder: Path, sealed: Mapping[str, Path]) -> None:
        self.folder = folder
        self.sealed = sealed
        self.office = new_office(folder)
        self.waiting: list[str] = []  # for a meeting
        at = f"{FIRST.isoformat()}T08:00"
        with open_office(self.office).register().writing() as writing:
            for n in range(MEMBERS):
                data = {
                    "name": f"委员{n}", "sex": "FM"[n % 2], "external": n == 4, "declared": True,
                    "category": "medical" if n < 5 else "law", "term_from": "2026-01-01",
                    "term_to": "2030-12-31", "role": "chair" if n == 0 else "member",
                }  # fmt: skip
                happening = Happening("member_appointed", at, person=f"M{n}", data=data)
                writing.append(happening, at, "x")

    def do(self, day: date, *arguments: str | Path) -> str:
        code, said, errors = call(
            "office", *arguments, "--office", self.office, today=day.isoformat()
        )
        assert code == 0, f"{day} {arguments}\n{said}{errors}"
        return said

    def live(self) -> None:
        """Every application in turn; a meeting each fortnight, as long as one waits for it."""
        coming = {
            number: FIRST + timedelta(days=OPEN_DAYS * number // APPLICATIONS)
            for number in range(APPLICATIONS)
        }
        day = FIRST
        while coming or self.waiting:
            for number in [n for n, when in coming.items() if when <= day]:
                del coming[number]
                self.receive(number, day)
            if self.waiting and (day - FIRST).days % MEETINGS == MEETINGS - 1:
                self.meet(day)
            day += timedelta(days=1)

    def receive(self, number: int, day: date) -> None:
        """Taken, accepted, assigned, reviewed; a simplified one is decided and delivered too."""
        example = SIMPLIFIED if number % 2 else MEETING
        self.do(day, "take", variant(self.sealed[example], number, self.folder))
        tail = str(number + 1)
        self.do(day, "accept", tail)
        self.do(day, "assign", tail, f"委员{1 + number % 4}", f"委员{5 + number % 4}")
        for book in self.new_worksheets(day, tail):
            self.do(day + timedelta(days=1), "take", fill(book, sheet(), self.folder / "填.xlsx"))
        if example == SIMPLIFIED:
            self.do(day + timedelta(days=1), "decide", tail)
            self.close(day + timedelta(days=2), tail)
        else:
            self.waiting.append(tail)

    def new_worksheets(self, day: date, tail: str) -> Iterator[Path]:
        number = f"2027-受-{int(tail):04d}"
        yield from sorted((self.office / "outbox").rglob(f"审查工作表-{number}-*.xlsx"))

    def meet(self, day: date) -> None:
        """Whatever waits is on the agenda, voted on by all who came, decided, delivered."""
        planned = self.do(day - timedelta(days=1), "meet", day.isoformat())
        name = planned.split()[1].partition("，")[0]
        book = self.office / "meetings" / name / "会议簿.xlsx"
        pages = [page for page in load_workbook(book).sheetnames if page.isdigit()]
        assert len(pages) >= len(self.waiting)
        said = {("会议", "开始"): "14:00", ("会议", "结束"): "16:00", ("会议", "形式"): "现场"}
        said |= {("到会", f"委员{n}"): "是" if n < 8 else "否" for n in range(MEMBERS)}
        said |= {(page, f"委员{n}"): "批准" for page in pages for n in range(8)}
        self.do(day, "take", fill(book, said, self.folder / "填.xlsx"))
        self.do(day, "decide", name)
        self.do(day + timedelta(days=1), "note", "会议记录定稿", "--meeting", name)
        for tail in self.waiting:
            self.close(day + timedelta(days=2), tail)
        self.waiting = []

    def close(self, day: date, tail: str) -> None:
        self.do(day, "note", "送达", "申请人", "--case", tail)
        self.do(day, "file", tail, "--incomplete", "签字件在途")


@pytest.mark.slow
def test_a_year_lived_through_the_commands(
    tmp_path: Path, sealed_example: Callable[[str], Path]
) -> None:
    sealed = {
        name: sealed_example(name) / "submissions" / "01-initial" for name in (SIMPLIFIED, MEETING)
    }
    year = LivedYear(tmp_path, sealed)
    year.live()
    with open_office(year.office).register().reading() as register:
        cases = register.where(Case)
    assert len(cases) == APPLICATIONS and {case.state for case in cases} == {"filed"}
    assert call("verify", year.office)[0] == 0
    words = ("office", "quality", "2027", "--office", year.office, "--format", "json")
    said = call(*words, today="2027-12-31")[1]
    counted: dict[str, dict[str, Any]] = json.loads(said)["indicators"]
    half = APPLICATIONS // 2
    assert counted["B2"]["denominator"] == APPLICATIONS == counted["B2"]["numerator"]
    for name, count in (("B6", APPLICATIONS), ("C1", half), ("C2", half), ("C6", half)):
        figures = counted[name]
        assert (figures["numerator"], figures["denominator"]) == (count, count), name
    assert counted["E1"]["numerator"] == 0 and counted["E1"]["denominator"] == APPLICATIONS
    assert counted["E5"]["value"] == 1 and counted["E8"]["value"] is True
