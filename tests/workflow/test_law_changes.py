"""What newer editions of the pack changed: which studies are told of it, and until when."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.standard.pack_editions import editions_since
from mmethics_cli.store.submission.logbook import LOG
from mmethics_cli.store.submission.submissions import EVENT_FILE, MANIFEST
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.checking import review
from mmethics_cli.workflow.creating import make_blank
from mmethics_cli.workflow.lifecycle.following import open_submission
from mmethics_cli.workflow.opening import Dossier, open_dossier
from tests.workflow.example import DECIDED, TODAY, approved

FIRST = "submissions/01-initial"


def notes(folder: Path, day: date = TODAY) -> list[Finding]:
    return notes_of(open_dossier(folder, day), day)


def notes_of(dossier: Dossier, day: date) -> list[Finding]:
    findings = (placed.finding for placed in review(dossier, package_of(dossier, day)))
    return [finding for finding in findings if finding.id == "law_changed"]


def write_edition(folder: Path, edition: str) -> None:
    path = folder / FIRST / EVENT_FILE
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}edition: {edition}\n", encoding="utf-8")


def seal_under(folder: Path, edition: str) -> None:
    """Let a sealed submission say that it was sealed under another edition."""
    path = folder / FIRST / MANIFEST
    manifest = json.loads(path.read_bytes())
    manifest["standard"]["edition"] = edition
    path.chmod(0o644)
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    (folder / LOG).unlink()  # an older program kept none


def test_a_new_dossier_records_the_edition_and_has_no_notes(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    make_blank(folder)
    dossier = open_dossier(folder, TODAY)
    text = (folder / FIRST / EVENT_FILE).read_text(encoding="utf-8")
    assert f"\nedition: {dossier.standard.edition}\n" in text
    assert dossier.workspace.edition == dossier.standard.edition
    assert notes(folder) == []


def test_a_dossier_without_a_record_has_no_notes(study: Path) -> None:
    assert open_dossier(study, TODAY).workspace.edition == ""
    assert notes(study) == []


def test_a_dossier_of_an_older_edition_is_told_what_changed_until_it_says_otherwise(
    study: Path,
) -> None:
    write_edition(study, "计划号 CI2023146 · 标准包 0.1.0")
    told = notes(study)
    dossier = open_dossier(study, TODAY)
    assert told
    for note in told:
        assert note.message.startswith("标准包 0.2.0 起，")
        assert note.fix and note.basis
    fired = {result.rule.id for result in dossier.pathway.rules if result.truth.name == "YES"}
    named = {note.message.split()[3] for note in told if "，规则 " in note.message}
    [edition] = editions_since(dossier.standard, date.min)
    assert named == {
        name
        for change in edition.changes
        if dossier.facts.coverage.bases(change.basis)
        for name in change.rules
        if name in fired
    }
    path = study / FIRST / EVENT_FILE
    text = path.read_text(encoding="utf-8").replace("标准包 0.1.0", "标准包 0.2.0")
    path.write_text(text, encoding="utf-8")
    assert notes(study) == []


def test_an_edition_that_the_pack_does_not_know_says_nothing(study: Path) -> None:
    write_edition(study, "某院自编 7")
    assert notes(study) == []


def test_what_was_sealed_under_an_older_edition_is_told_in_the_next_submission(
    sealed: Path,
) -> None:
    assert notes(sealed) == []
    seal_under(sealed, "标准包 0.1.0")
    assert notes(sealed)
    opened = open_submission(approved(sealed), "amendment")
    assert "edition:" not in opened.submission.event_file.read_text(encoding="utf-8")
    assert notes_of(opened.dossier, DECIDED)


def test_the_record_is_no_answer_and_is_not_sealed_as_one(tmp_path: Path, sealed: Path) -> None:
    folder = tmp_path / "new"
    make_blank(folder)
    dossier = open_dossier(folder, TODAY)
    assert not dossier.workspace.unknown_names
    assert "edition" not in (sealed / FIRST / "snapshot.yaml").read_text(encoding="utf-8")
