"""Two amendments of the same approved study, decided one after the other: both hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from mmethics_cli.workflow.opening import open_dossier
from tests.commands.amending import NUMBER, amend, approved, run
from tests.followed import ECG
from tests.program import mmethics

LONGER = """
project: {end_date: 2028-02-28}
"""


def findings(study: Path) -> dict[str, str]:
    done = mmethics("--today", "2027-07-10", "check", study, "--format", "json", cwd=study)
    return {row["id"]: row["message"] for row in json.loads(done.stdout)["findings"]}


def test_an_amendment_approved_later_does_not_undo_the_one_approved_before(
    sealed_example: Callable[[str], Path], tmp_path: Path
) -> None:
    study = approved(sealed_example(ECG), tmp_path)
    as_approved = (study / "dossier.yaml").read_bytes()
    amend(study, NUMBER)
    run(study, "submit")
    # The second one begins from what is approved: the first still waits.
    (study / "dossier.yaml").write_bytes(as_approved)
    amend(study, LONGER)
    run(study, "submit")
    run(study, "record", "--decision", "批准", "--date", "2027-06-20", "--submission", "03")
    said = run(study, "record", "--decision", "批准", "--date", "2027-06-25", today="2027-06-25")
    assert "《伦理审查申请表》：03-amendment 和 02-amendment 各自改了，都批准了" in said
    assert "02-amendment 的这一份里没有 03-amendment 的改动" in said
    baseline = open_dossier(study, date(2027, 7, 10)).workspace.lineage
    assert [one.name for one in baseline.approvals] == [
        "01-initial", "03-amendment", "02-amendment",
    ]  # fmt: skip
    run(study, "follow", "amendment", "--blank")
    facts = open_dossier(study, date(2027, 7, 10)).facts.baseline
    assert facts is not None and facts.get("contact.phone") == "010-0000-0299"
    assert facts.get("project.end_date") == date(2028, 2, 28)
    told = findings(study)
    assert "papers_crossed" in told and "approvals_crossed" not in told
