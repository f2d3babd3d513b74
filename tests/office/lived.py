"""An office in which a study was reviewed at a meeting and its amendment is still open.

Everything went through the commands, workbooks out and back.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import open_office
from tests.office.offices import call, new_office
from tests.office.test_meeting import fill, sheet
from tests.once import Once

RECEIVED: Final = "2027-03-02"
MET: Final = "2027-03-16"
DAY: Final = "2027-03-20"


def lived_office(
    once: Once, sealed_example: Callable[[str], Path], folder: Path, database: str = "sqlite"
) -> Path:
    """A copy of such an office on SQLite, made once; one of its own on PostgreSQL."""
    sealed = sealed_example("retrospective-imaging-ai") / "submissions" / "01-initial"
    if database != "sqlite":
        return _live(folder, sealed, database)
    made = once.folder("lived-office", lambda place: _made(place, sealed))
    return Path(shutil.copytree(made / "office", folder / "office"))


def _made(place: Path, sealed: Path) -> None:
    place.mkdir()
    _live(place, sealed, "sqlite")


def _live(folder: Path, sealed: Path, database: str) -> Path:
    office = new_office(folder, database)
    at = f"{RECEIVED}T09:00"
    with open_office(office).register().writing() as writing:
        for n in range(7):
            data = {
                "name": f"委员{n}", "sex": "FM"[n % 2], "external": n == 4, "declared": True,
                "category": "medical" if n < 4 else "law", "term_from": "2026-01-01",
                "term_to": "2030-12-31", "role": "chair" if n == 0 else "member",
            }  # fmt: skip
            writing.append(Happening("member_appointed", at, person=f"M{n}", data=data), at, "x")

    def do(*arguments: str | Path, today: str = RECEIVED) -> None:
        code, said, errors = call("office", *arguments, "--office", office, today=today)
        assert code == 0, said + errors

    training = ("note", "培训", "GCP 培训", "--person", "M1", "--set", "kind=gcp")
    do(*training, "--date", "2025-06-01")
    do("take", sealed)
    do("accept", "1")
    do("assign", "1", "委员1", "委员2")
    for book in sorted((office / "outbox").rglob("*.xlsx")):
        do("take", fill(book, sheet(), folder / "填好了.xlsx"), today="2027-03-08")
    do("meet", MET)
    votes = {("1", f"委员{n}"): "批准" for n in range(6)}
    said = {("会议", "开始"): "14:00", ("会议", "结束"): "15:30", ("会议", "形式"): "现场"}
    said |= {("到会", f"委员{n}"): "是" if n < 6 else "否" for n in range(7)}
    book = office / "meetings" / "2027-01" / "会议簿.xlsx"
    do("take", fill(book, said | votes, folder / "填好了.xlsx"), today=MET)
    do("decide", "2027-01", today=MET)
    return office
