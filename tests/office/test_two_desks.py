"""Two secretaries at two desks: two processes, no number given twice, no event lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import open_office
from mmethics_cli.office.state import Case
from tests.depth import deep
from tests.office.offices import call, new_office
from tests.office.test_register import DATABASES
from tests.program import ROOT

COMMANDS = deep(15, 200)  # of each desk
PATIENCE = deep(600, 3600)  # seconds
# Each command opens the office anew, as it does when it is typed; only Python starts once.
DESK = """
import sys
from tests.office.offices import call
office, first, last, *_ = sys.argv[1:]
for number in range(int(first), int(last)):
    code, said, errors = call("office", "accept", f"2026-{number:04}", "--office", office)
    while code == 2 and "占用" in errors:
        code, said, errors = call("office", "accept", f"2026-{number:04}", "--office", office)
    assert code == 0, said + errors
"""


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
def test_no_number_is_given_twice_and_none_is_left_out(tmp_path: Path, database: str) -> None:
    office = new_office(tmp_path, database)
    at = "2026-11-30T08:00"
    with open_office(office).register().writing() as writing:
        for number in range(2 * COMMANDS):
            case, data = f"2026-{number:04}", {"kind": "initial", "package": "x"}
            writing.append(
                Happening("submission_received", at, f"S{number}", case, data=data), at, "x"
            )
    desks = [
        subprocess.Popen(
            [sys.executable, "-c", DESK, office, str(half * COMMANDS), str((half + 1) * COMMANDS)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for half in (0, 1)
    ]
    assert [desk.wait(PATIENCE) for desk in desks] == [0, 0]
    with open_office(office).register().reading() as register:
        numbers = sorted(case.number for case in register.where(Case))
        events = [event.seq for event in register.events()]
    assert numbers == [f"2026-受-{number:04}" for number in range(1, 2 * COMMANDS + 1)]
    assert events == list(range(1, 4 * COMMANDS + 1))
    assert call("verify", office)[0] == 0
