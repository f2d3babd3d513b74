"""Killed, interrupted or refused at any moment: no word is lost, nothing said is untrue.

And the next run goes on. At night every moment of every command; else a few of each.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from mmethics_cli.store.submission.archive import verify_zip
from mmethics_cli.store.submission.manifest import verify_folder
from tests import faults
from tests.depth import NIGHTLY, some
from tests.faults import KINDS, NO_FOLDER_SYNC, Outcome
from tests.once import Once
from tests.program import EXAMPLES, told
from tests.sheets.filling import cell_of, exported, load, saved

EXAMPLE: Final = EXAMPLES[1]
DAY: Final = told(EXAMPLE, "as_of")
TITLE: Final = "工作簿里改过的题目"
BACKGROUND: Final = "在终端里写的一段研究背景，写明为什么要做这项研究。"
LATER: Final = "2027-04-20"
REMARK: Final = "# 交以前先问张主任\n".encode()
CURRENT: Final = "d/submissions/01-initial"
NEXT: Final = "d/submissions/02-amendment"
RECORD: Final = ("record", "d", "--decision", "批准", "--date", LATER, "--number", "甲-001")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork there")


class Command(NamedTuple):
    """A command that writes; `done` tells from the folder that it came to its end.

    `start` is the state it is run in. `again` are the codes with which a second run may end after
    a whole first one; after any other it ends with 0. `keys` are typed.
    """

    start: str
    arguments: tuple[str, ...]
    done: Callable[[Path], bool]
    again: tuple[int, ...] = (0,)
    points: int = 2
    keys: str = ""


def sealed(cwd: Path) -> bool:
    return (cwd / CURRENT / "manifest.json").exists()


def packed(cwd: Path) -> bool:
    return (cwd / "a.zip").exists() and verify_zip(cwd / "a.zip").differences == ()


def redecided(cwd: Path) -> bool:
    return "2028-04-19" in (cwd / CURRENT / "decision.yaml").read_text(encoding="utf-8")


def imported(cwd: Path) -> bool:
    return TITLE in (cwd / "d/dossier.yaml").read_text(encoding="utf-8")


def filled(cwd: Path) -> bool:
    return BACKGROUND in (cwd / "d/dossier.yaml").read_text(encoding="utf-8")


def has(name: str) -> Callable[[Path], bool]:
    return lambda cwd: any(cwd.glob(name))


def taken(cwd: Path) -> bool:
    """Whether the office's register holds it, and its package lies there whole."""
    with contextlib.closing(sqlite3.connect(cwd / "o/register.db")) as register:
        (row,) = register.execute("SELECT count(*) FROM event")
    packages = list(cwd.glob("o/cases/*.zip"))
    return bool(row[0]) and [verify_zip(one).differences for one in packages] == [()]


NEW: Final = ("new", "d", "--example", EXAMPLE)
SUBMIT: Final = ("submit", "d", "--zip", "a.zip", "--replace")
AGAIN: Final = (*RECORD, "--replace", "--valid-until", "2028-04-19")
TAKE: Final = ("office", "take", CURRENT, "--office", "o")
COMMANDS: Final = {
    "new": Command("empty", NEW, has("d/dossier.yaml"), (2,)),
    "render": Command("new", ("render", "d"), has(f"{CURRENT}/documents/02*.docx"), (0, 1)),
    "submit": Command("new", SUBMIT, lambda cwd: sealed(cwd) and packed(cwd), points=5),
    "zip": Command("sealed", ("submit", "d", "--zip", "a.zip"), packed, (2,)),
    "record": Command("sealed", RECORD, has(f"{CURRENT}/decision.yaml"), (2,), 3),
    "record again": Command("decided", AGAIN, redecided),
    "follow": Command(
        "decided", ("follow", "amendment", "d", "--blank"), has(f"{NEXT}/submission.yaml"), (2,)
    ),
    "import": Command("filled", ("sheet", "import", "f.xlsx", "d", "--yes"), imported),
    "fill": Command("lacking", ("fill", "d"), filled, points=3, keys=f"{BACKGROUND}\x041\r"),
    "export": Command("new", ("sheet", "export", "b.xlsx", "d"), has("b.xlsx"), (2,), 1),
    "committee": Command(
        "sealed",
        ("render", "d", "--for", "committee"),
        has(f"{CURRENT}/committee/*.xlsx"),
        points=1,
    ),
    "approved": Command(
        "decided",
        ("render", "d", "--for", "approved"),
        has(f"{CURRENT}/committee/approved/*.docx"),
        points=1,
    ),
    "schema": Command("new", ("standard", "schema", "d"), has("d/.schema/*.json"), points=1),
    "take": Command("office", TAKE, taken, (1,)),
    "calendar": Command("decided", ("status", "d", "--ics", "a.ics"), has("a.ics"), points=1),
}


@pytest.fixture
def started(once: Once, sealed_example: Callable[[str], Path]) -> Callable[[str, Path], Path]:
    """A folder in which `d` is in that state, with what a person put there."""

    def make(state: str, cwd: Path) -> None:
        cwd.mkdir(parents=True)
        if state == "empty":
            return
        if state in ("new", "filled", "lacking"):
            faults_run(NEW, cwd, DAY)
            (cwd / CURRENT / "documents").mkdir()
            (cwd / CURRENT / "documents" / "own.docx").write_bytes(b"own")
            with (cwd / CURRENT / "submission.yaml").open("ab") as file:
                file.write(REMARK)
            if state == "filled":
                book = load(exported(cwd / "d"))
                cell_of(book, "project.title").value = TITLE
                (cwd / "f.xlsx").write_bytes(saved(book))
            if state == "lacking":
                dossier = cwd / "d/dossier.yaml"
                text = dossier.read_text(encoding="utf-8")
                dossier.write_text(without(text, "background"), encoding="utf-8")
            return
        shutil.copytree(sealed_example(EXAMPLE), cwd / "d")
        if state == "decided":
            faults_run(RECORD, cwd, LATER)
        if state == "office":
            faults_run(("office", "init", "o"), cwd, LATER)

    def start(state: str, cwd: Path) -> Path:
        place = once.folder(f"fault-{state}", lambda folder: make(state, folder))
        return Path(shutil.copytree(place, cwd))

    return start


def without(text: str, key: str) -> str:
    """A dossier without a text of several lines."""
    return re.sub(rf"(?m)^  {key}: \|.*\n(?:    .*\n)+", "", text)


def faults_run(arguments: tuple[str, ...], cwd: Path, day: str) -> None:
    done = faults.run(("--today", day, *arguments), cwd)
    assert done.code == 0, done.err


def moments(events: int, points: int) -> list[tuple[str, int]]:
    """What happens when: everything everywhere at night, else each kind somewhere."""
    if NIGHTLY:
        return [(kind, at) for kind in KINDS for at in range(1, events + 1)]
    chosen = some(range(1, events + 1), points)
    return [(KINDS[number % len(KINDS)], at) for number, at in enumerate(chosen)]


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_fault_at_any_moment(
    started: Callable[[str, Path], Path], tmp_path: Path, name: str
) -> None:
    command = COMMANDS[name]
    day = DAY if command.start in ("empty", "new", "filled", "lacking") else LATER
    arguments = ("--today", day, *command.arguments)
    # A disk that knows no sync of folders is one to work on; it counts the events too.
    plain = started(command.start, tmp_path / "plain")
    whole = faults.run(arguments, plain, NO_FOLDER_SYNC, keys=command.keys)
    assert whole.code == 0 and command.done(plain), whole.err
    assert whole.err.replace("\n", "").count("不能确认已经存住") == 1, (
        whole.err
    )  # told, and no error
    for number, (kind, at) in enumerate(moments(whole.events, command.points)):
        cwd = started(command.start, tmp_path / f"{number}")
        before = words(cwd)
        outcome = faults.run(arguments, cwd, kind, at, command.keys)
        where = f"{name}: {kind} at {at}\n{outcome.out}\n{outcome.err}"
        assert outcome.code not in (faults.INTERNAL, 99), where
        assert "Traceback" not in outcome.err, where
        assert_no_lie(cwd, outcome, command, where)
        assert before <= words(cwd), where
        finished = command.done(cwd)
        again = faults.run(arguments, cwd, keys=command.keys)
        assert again.code == 0 or (finished and again.code in command.again), where + again.err
        assert command.done(cwd), where
        assert before <= words(cwd), where
        shutil.rmtree(cwd)


def words(cwd: Path) -> set[bytes]:
    """What people wrote or the committee decided: it may move, it never goes."""
    files = [*cwd.rglob("own.docx"), *cwd.rglob("decision*.yaml"), *cwd.rglob("attachments/*")]
    remarked = any(REMARK in path.read_bytes() for path in cwd.rglob("submission*.yaml"))
    return {path.read_bytes() for path in files} | ({REMARK} if remarked else set())


def assert_no_lie(cwd: Path, outcome: Outcome, command: Command, where: str) -> None:
    if "仍未封存" in outcome.err:
        assert not sealed(cwd), where
    if "已经封存" in outcome.err or "已封存" in outcome.out:
        assert sealed(cwd), where
    if command.start == "new" and outcome.code != -9 and sealed(cwd):
        assert "已封存" in outcome.out or "已经封存" in outcome.err, where
    if sealed(cwd):
        assert verify_folder(cwd / CURRENT).differences == (), where
    if outcome.code == 0:
        assert command.done(cwd), where
    if command.start != "empty":
        assert faults.run(("--today", LATER, "status", "d"), cwd).code == 0, where
