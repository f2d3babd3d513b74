"""Opening later submissions: what they begin with, and when they can't be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.workflow.lifecycle.following import kind_named, open_submission
from mmethics_cli.workflow.opening import open_dossier, reopened
from mmethics_cli.workflow.supposing import supposed
from tests.workflow.example import DECIDED, TODAY, VALID_UNTIL, approved


def test_an_amendment_begins_with_what_the_records_say(sealed: Path) -> None:
    dossier = approved(sealed)
    dossier.workspace.set_answers({"project.title": "另一个题目"})
    dossier = reopened(dossier)
    opened = open_submission(dossier, kind_named(dossier.standard, "修正案"))
    assert opened.submission.name == "02-amendment"
    assert opened.dossier.facts.get("event.approval_date") == DECIDED
    assert opened.dossier.facts.get("event.approval_valid_until") == VALID_UNTIL
    assert "event.approval_date" in opened.filled and "event.changes" in opened.filled
    assert opened.counts == {}
    beside = open_submission(opened.dossier, "progress")
    assert beside.submission.name == "03-progress"
    assert beside.dossier.workspace.current == beside.submission


def test_a_file_of_answers_wins(sealed: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "project: {title: 文件里的题目}\nevent: {approval_number: 批-2}\n", encoding="utf-8"
    )
    opened = open_submission(approved(sealed), "progress", answers)
    assert opened.dossier.facts.get("project.title") == "文件里的题目"
    assert opened.dossier.facts.get("event.approval_number") == "批-2"


def test_nothing_follows_what_is_not_approved(sealed: Path, study: Path) -> None:
    dossier = open_dossier(sealed, TODAY)
    with pytest.raises(WorkspaceError, match="基线"):
        open_submission(dossier, "amendment")
    with pytest.raises(EthicsError):
        kind_named(dossier.standard, "initial")
    assert [each.name for each in reopened(dossier).workspace.submissions] == ["01-initial"]


def test_what_if_writes_nothing(study: Path) -> None:
    dossier = open_dossier(study, TODAY)
    facts = supposed(dossier.facts, ["sharing.cross_border=yes"]).facts
    assert facts.get("sharing.cross_border") is True
    assert reopened(dossier).facts.values == dossier.facts.values
    for text in ("sharing.cross_border", "none.such=1", "data.assets=1", "risk.level=nonsense"):
        with pytest.raises(EthicsError):
            supposed(dossier.facts, [text])
