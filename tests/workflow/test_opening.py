"""Opening dossiers, files of answers and what was sealed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.submission.submissions import SNAPSHOT
from mmethics_cli.workflow.opening import (
    as_sealed,
    differing,
    open_answers,
    open_dossier,
    open_either,
    reopened,
)
from tests.workflow.example import TODAY

TITLE = "project.title"


def test_a_dossier_is_opened_by_its_folder_alone(study: Path) -> None:
    dossier = open_dossier(study, TODAY)
    assert (dossier.name, dossier.refused) == (str(study), ())
    assert dossier.facts.today == TODAY
    assert dossier.pathway.settled
    assert dossier.where(TITLE)[0] == "dossier.yaml"
    with pytest.raises(WorkspaceError):
        open_dossier(study / "attachments", TODAY)


def test_what_was_sealed_decides_as_the_dossier_did(sealed: Path) -> None:
    snapshot = sealed / "submissions" / "01-initial" / SNAPSHOT
    answers, dossier = open_answers(snapshot, TODAY), open_dossier(sealed, TODAY)
    decided = {name: decision.value for name, decision in answers.pathway.decisions.items()}
    assert decided == {name: each.value for name, each in dossier.pathway.decisions.items()}
    assert open_either(snapshot, TODAY).facts.values == answers.facts.values
    assert open_either(sealed, TODAY).name == str(sealed)
    with pytest.raises(WorkspaceError):
        open_either(sealed / "none", TODAY)


def test_the_dossier_may_differ_from_what_was_sealed(sealed: Path) -> None:
    dossier = open_dossier(sealed, TODAY)
    assert differing(dossier) == ()
    dossier.workspace.set_answers({TITLE: "另一个题目"})
    now = reopened(dossier)
    assert now.facts.get(TITLE) == "另一个题目"
    assert now.loaded is dossier.loaded
    assert differing(now) == ("项目名称",)
    current = now.workspace.current
    assert current is not None
    seen = as_sealed(now, current, TODAY + timedelta(days=30))
    assert seen.facts.get(TITLE) == dossier.facts.get(TITLE) != "另一个题目"
    assert seen.facts.today == TODAY
