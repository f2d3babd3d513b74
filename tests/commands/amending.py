"""Amendments of an approved example, through the program."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.program import mmethics

EVENT = """
event:
  affects_risk_benefit: no
  capacity_gained: no
  proposer: investigator
  change_description: 按实际情况更改。
  reason: 情况变了。
  risk_impact: 没有影响。
  burden_impact: 没有影响。
  enrolled_impact: 逐一告知。
  new_adverse_reactions: {not_applicable: 无}
  reconsent: 还没有人入组，此后入组的人签新版。
  already_implemented: no
"""
NUMBER = """
contact: {phone: 010-0000-0299}
consent:
  withdrawal: |
    您可以随时打电话给高示二（010-0000-0299）说不参加了，不用说理由。我们在15日内删除您还没有分析的资料；已经合到统计结果里的，取不出来。
"""


def run(study: Path, *words: str, expect: int = 0, today: str = "2027-06-01") -> str:
    command, *rest = words
    at = rest.pop(0) if command == "follow" else ""
    done = mmethics("--today", today, command, *filter(None, [at]), study, *rest, cwd=study)
    assert done.returncode == expect, done.stdout + done.stderr
    return (done.stdout + done.stderr).replace("\n", "")


def approved(sealed: Path, folder: Path) -> Path:
    """A copy of a sealed example, approved."""
    study = Path(shutil.copytree(sealed, folder / "study"))
    decision = ("--decision", "批准", "--date", "2027-03-20", "--valid-until", "2028-03-19")
    run(study, "record", *decision, "--number", "甲-1")
    return study


def amend(study: Path, changes: str) -> None:
    """Open an amendment with these changes of the dossier, its own questions answered."""
    file = study.parent / "amendment.yaml"
    file.write_text(changes + EVENT, encoding="utf-8")
    run(study, "follow", "amendment", "--answers", str(file))
