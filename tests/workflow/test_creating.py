"""New dossiers: blank, of answers, of an example; and what a new one takes over."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmethics_cli.core.interview.prepare import PREPARE, lacking
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.store.dossier.parts import DOSSIER
from mmethics_cli.workflow.creating import (
    make_blank,
    make_of_answers,
    make_of_example,
)
from mmethics_cli.workflow.opening import open_dossier
from mmethics_cli.workflow.packs import Packs
from mmethics_cli.workflow.reuse import make_of_earlier
from tests.workflow.example import EXAMPLE, TODAY


def test_a_blank_dossier_has_no_answers(tmp_path: Path) -> None:
    make_blank(tmp_path / "d")
    assert open_dossier(tmp_path / "d", TODAY).facts.values == {"event.kind": "initial"}
    with pytest.raises(WorkspaceError):
        make_blank(tmp_path / "d")


def test_a_dossier_of_answers_says_what_they_say(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("project: {title: 甲}\n", encoding="utf-8")
    make_of_answers(tmp_path / "d", answers)
    assert open_dossier(tmp_path / "d", TODAY).facts.get("project.title") == "甲"
    answers.write_text("risk: {level: nonsense}\n", encoding="utf-8")
    with pytest.raises(EthicsError):
        make_of_answers(tmp_path / "other", answers)
    assert not (tmp_path / "other").exists()


def test_examples_make_dossiers(tmp_path: Path) -> None:
    make_of_example(tmp_path / "d", EXAMPLE)
    assert (tmp_path / "d" / DOSSIER).exists()
    with pytest.raises(EthicsError, match=EXAMPLE):
        make_of_example(tmp_path / "other", "none")


def test_what_an_earlier_dossier_gives_is_told(study: Path, tmp_path: Path) -> None:
    packs = Packs()
    reused = make_of_earlier(tmp_path / "new", study, TODAY, packs=packs)
    new = open_dossier(tmp_path / "new", TODAY, packs)
    assert reused.carried.answers and reused.unread == ()
    assert reused.facts.values.items() <= new.facts.values.items()
    assert {entry.id for entry in reused.copied} == {
        entry.id for entry in reused.carried.attachments
    }
    assert "project.title" not in new.facts.values


def test_a_blank_dossier_lacks_what_the_guide_names(tmp_path: Path) -> None:
    make_blank(tmp_path / "d")
    dossier = open_dossier(tmp_path / "d", TODAY, also=(PREPARE,))
    assert lacking(dossier.loaded.guide, dossier.facts).questions
