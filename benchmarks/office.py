"""Speed of an ethics office with many cases, side by side in one run, with the bars set for it.

    python benchmarks/office.py [--rounds N] [--cases 10000 100000]

Makes an office of each size (five years of 2,000 cases a year, ten of 10,000): all is filed but
what came in during the last forty days, of which the office has the packages, so that notices and
letters are made. Prints a Markdown table and writes nothing else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.table import Row, print_table  # noqa: E402 - the tree must be found first
from benchmarks.timing import medians, process  # noqa: E402
from mmethics_cli.office.events import Happening  # noqa: E402
from mmethics_cli.office.folder import CASES, create_office, open_office  # noqa: E402
from mmethics_cli.office.register.database import Writing  # noqa: E402
from mmethics_cli.office.state import Assignment, Case  # noqa: E402
from mmethics_cli.store.submission.archive import verify_zip  # noqa: E402

TODAY: Final = "2027-03-10"
_MEMBERS: Final = 15
_EXAMPLE: Final = "prospective-ecg"
_LATELY: Final = 45  # days ago, of which the office has the packages
_ACTS: Final = ("accept", "decide")


def members() -> Iterator[Happening]:
    for n in range(_MEMBERS):
        data = {
            "name": f"委员{n}", "sex": "FM"[n % 2], "external": n % 3 == 0, "declared": True,
            "category": "medical" if n < 8 else "law", "role": "member" if n else "chair",
            "term_from": "2015-01-01", "term_to": "2030-12-31",
        }  # fmt: skip
        yield Happening("member_appointed", "2015-01-01T09:00", person=f"M{n}", data=data)


def life(n: int, at: datetime, until: datetime, sealed: dict[str, str]) -> Iterator[Happening]:
    """A case as far as it came by `until`, a dozen events when it is filed.

    `sealed` is what the office has of it.
    """
    study, case = f"S{n // 3}", f"{at.year}-{n:06}"
    method = "meeting" if n % 3 else "simplified"

    def happen(days: int, what: str, person: str = "", **data: Any) -> Iterator[Happening]:
        when = at + timedelta(days=days)
        if when <= until:
            time = when.isoformat(timespec="minutes")
            yield Happening(what, time, study, case, "", person, data)

    title = f"第 {n // 3} 项研究：某种疾病的影像与病历数据"
    yield from happen(0, "submission_received", kind="initial", title=title, **sealed)
    due = (at + timedelta(days=33)).isoformat(timespec="minutes")
    number = f"{at.year}-受-{n:06}"
    yield from happen(3, "accepted", method=method, number=number, due=due)
    reviewers = [f"M{(n + k) % _MEMBERS}" for k in (1, 2)]
    back = (at + timedelta(days=10)).date().isoformat()
    for person in reviewers:
        yield from happen(4, "assigned", person, role="protocol", due=back)
    for person in reviewers:
        yield from happen(9, "worksheet_returned", person, recommendation="approve")
    # An older approval was renewed or its study ended long ago.
    valid = at + timedelta(days=385)
    lasting = {"valid_until": valid.date().isoformat(), "study_state": "active"}
    more = lasting if valid > until else {}
    letter = {"decision": "approve", "method": method, "number": f"伦审{n}"}
    yield from happen(20, "decided", **letter, **more, interval_months=12)
    yield from happen(23, "delivered", to="申请人")
    yield from happen(40, "filed", complete=True)


def sealed_package(scratch: Path) -> Path:
    """A worked example as it is handed in."""
    start = [sys.executable, "-m", "mmethics_cli", "--today", "2027-03-01"]
    process([*start, "new", "sealed", "--example", _EXAMPLE], scratch)()
    process([*start, "submit", "sealed", "--zip", "sealed.zip"], scratch)()
    return scratch / "sealed.zip"


def fill(writing: Writing, cases: int, place: Path, package: Path) -> None:
    years = 5 if cases <= 10_000 else 10
    until = datetime.fromisoformat(f"{TODAY}T12:00")
    began = until - timedelta(days=365 * years)
    for happening in members():
        writing.append(happening, happening.happened, "x")
    digest = verify_zip(package).digest
    for n in range(cases):
        at = (began + (until - began) * n / cases).replace(second=0, microsecond=0)
        sealed = {"package": f"{at.year}-{n:06}-01-initial.zip"}
        if (until - at).days < _LATELY:
            sealed["digest"] = digest
            (place / sealed["package"]).hardlink_to(package)
        for happening in life(n, at, until, sealed):
            writing.append(happening, happening.happened, "x")


def offices(scratch: Path, sizes: list[int]) -> dict[int, Path]:
    made, package = {}, sealed_package(scratch)
    for cases in sizes:
        folder = scratch / str(cases)
        office = create_office(folder, {"committee": "示例伦理委员会"})
        with office.register().writing(whole=True) as writing:
            fill(writing, cases, folder / CASES, package)
        made[cases] = folder
    return made


def one_event(folder: Path) -> Callable[[], object]:
    """One event more, in this process."""
    register = open_office(folder).register()
    at = f"{TODAY}T12:00"

    def append() -> None:
        with register.writing() as writing:
            writing.append(Happening("remark", at, data={"text": "x"}), at, "x")

    return append


def on_another(folder: Path, start: list[str], act: str) -> Callable[[], object]:
    """Another case accepted or decided each time, in a process of its own."""
    with open_office(folder).register().reading() as register:
        received = [case.id for case in register.where(Case, state="received")]
        simplified = [
            case
            for case in register.where(Case, state="accepted")
            if case.method == "simplified" and case.digest
        ]
        back = {each.case for each in register.where(Assignment, state="returned")}
    ready = [case.number for case in simplified if case.id in back]
    waiting = iter(received if act == "accept" else ready)
    return lambda: process([*start, act, next(waiting), "--office", str(folder)], ROOT)()


def verifying(folder: Path) -> tuple[Callable[[], object], int]:
    """The chain and its replay proved, in this process; of how many events."""
    register = open_office(folder).register()
    with register.reading() as reading:
        number, _ = reading.last or (0, "")

    def verify() -> None:
        with register.reading() as reading:
            assert not list(reading.faults())

    return verify, number


def rows(made: dict[int, Path], rounds: int) -> Iterator[Row]:
    start = [sys.executable, "-m", "mmethics_cli", "--today", TODAY, "office"]
    candidates: dict[str, Callable[[], object]] = {
        "typer": process([sys.executable, "-c", "import typer"], ROOT)
    }
    for cases, folder in made.items():
        candidates[f"desk {cases}"] = process([*start, "--office", str(folder)], ROOT)
        for act in _ACTS:
            candidates[f"{act} {cases}"] = on_another(folder, start, act)
        candidates[f"append {cases}"] = one_event(folder)
        candidates[f"quality {cases}"] = process(
            [*start, "quality", "2026", "--format", "json", "--office", str(folder)], ROOT
        )
    smallest = min(made)
    candidates["verify"], events = verifying(made[smallest])
    ms = medians(candidates, rounds)
    typer = ms["typer"]
    yield Row("`python -c 'import typer'`", typer, "× typer", share=1 / typer)
    for cases in made:
        desk, name = ms[f"desk {cases}"], f"{cases:,} cases"
        yield Row(f"`mmethics office`, {name}", desk, "× typer", 8, 1 / typer)
        if cases != smallest:
            share = 1 / ms[f"desk {smallest}"]
            yield Row("the same", desk, f"× that of {smallest:,}", 1.5, share)
        for act in _ACTS:
            yield Row(f"`office {act}`, {name}", ms[f"{act} {cases}"], "× typer", 8, 1 / typer)
        yield Row(f"append an event, {name}", ms[f"append {cases}"], "× typer", 0.5, 1 / typer)
        bar = 30 if cases == smallest else None
        yield Row(
            f"`office quality 2026`, {name}", ms[f"quality {cases}"], "× typer", bar, 1 / typer
        )
    name = f"the register proved, {smallest:,} cases, {events:,} events"
    yield Row(name, ms["verify"], "µs an event", 40, 1000 / events)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="measured rounds")
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 100_000])
    options = parser.parse_args()
    print_table(
        "", options.rounds, lambda scratch: rows(offices(scratch, options.cases), options.rounds)
    )


if __name__ == "__main__":
    main()
