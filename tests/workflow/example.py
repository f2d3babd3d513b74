"""The worked example that use cases are tried on, and its days."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.workflow.lifecycle.recording import limits_of, record, submission_to_decide
from mmethics_cli.workflow.opening import Dossier, open_dossier, reopened
from tests.program import EXAMPLES, told

EXAMPLE: Final = EXAMPLES[0]
TODAY: Final = date.fromisoformat(told(EXAMPLE, "as_of"))
DECIDED: Final = TODAY + timedelta(days=19)
VALID_UNTIL: Final = DECIDED + timedelta(days=364)


def approved(folder: Path) -> Dossier:
    """The sealed example with an approval recorded."""
    dossier = open_dossier(folder, DECIDED)
    limits = limits_of(dossier, submission_to_decide(dossier), DECIDED)
    decision = CommitteeDecision("approve", DECIDED, "批-1", VALID_UNTIL)
    assert record(dossier, decision, limits, {}) is None
    return reopened(dossier)
