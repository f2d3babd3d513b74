"""Drafts of documents, those of the office and approved versions, as files and as values."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.office.documents import committee_package
from mmethics_cli.store.submission.rendered import RenderedFile
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.document_options import FileNaming, Language
from mmethics_cli.workflow.drafting import draft_documents, drafts_of, write_drafts, write_pdfs
from mmethics_cli.workflow.lifecycle.approved import LISTING, approved_package, write_approved
from mmethics_cli.workflow.lifecycle.recording import limits_of, record, submission_to_decide
from mmethics_cli.workflow.opening import open_dossier, reopened
from tests.workflow.example import TODAY


def test_drafts_are_values_until_they_are_written(study: Path, tmp_path: Path) -> None:
    dossier = open_dossier(study, TODAY)
    package = package_of(dossier, TODAY)
    form = next(each for each in package.documents if each.kind.id == "application_form")
    drafts = draft_documents(dossier, package, [form], FileNaming.by_id)
    (file,) = drafts.files
    assert "application_form" in file.name and not drafts.whole
    assert not (study / "submissions" / "01-initial" / "documents").exists()
    assert dossier.workspace.versions["application_form"].version == form.stamp.version
    outcome, folder = write_drafts(dossier, drafts, tmp_path / "out")
    assert (outcome.written, folder) == ([file.name], tmp_path / "out")
    assert (folder / file.name).read_bytes() == file.data


def test_a_whole_package_replaces_what_is_no_longer_needed(study: Path) -> None:
    dossier = open_dossier(study, TODAY)
    package = package_of(dossier, TODAY)
    drafts = drafts_of(dossier, package, package.documents)
    assert drafts.whole and drafts.chinese == []
    outcome, folder = write_drafts(dossier, drafts)
    assert folder == study / "submissions" / "01-initial" / "documents"
    assert outcome.written == [file.name for file in drafts.files]
    by_id = drafts_of(dossier, package, package.documents, FileNaming.by_id)
    outcome, _ = write_drafts(dossier, by_id)
    assert sorted(outcome.removed) == sorted(file.name for file in drafts.files)


def test_a_pdf_of_somebody_else_is_not_written_over(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = open_dossier(study, TODAY)
    made = [RenderedFile("a.pdf", b"%PDF one")]
    monkeypatch.setattr("mmethics_cli.store.pdf.to_pdf", lambda sources: list(made))
    assert write_pdfs(dossier, [], tmp_path / "out").written == ["a.pdf"]
    made[0] = RenderedFile("a.pdf", b"%PDF two")
    assert write_pdfs(dossier, [], tmp_path / "out").written == ["a.pdf"]  # our own is renewed
    path = tmp_path / "out" / "a.pdf"
    assert path.read_bytes() == b"%PDF two"
    path.write_bytes(b"signed and scanned")
    assert write_pdfs(dossier, [], tmp_path / "out").kept == ["a.pdf"]
    assert path.read_bytes() == b"signed and scanned"
    (moved,) = write_pdfs(dossier, [], tmp_path / "out", replace=True).moved
    assert (path.parent / moved).read_bytes() == b"signed and scanned"


def test_english_is_refused_where_no_document_has_it(study: Path) -> None:
    dossier = open_dossier(study, TODAY)
    package = package_of(dossier, TODAY)
    english = drafts_of(dossier, package, package.documents, language=Language.en)
    assert english.chinese and any(file.name.endswith(".en.docx") for file in english.files)
    alone = [each for each in package.documents if each.kind.title in english.chinese]
    with pytest.raises(EthicsError):
        drafts_of(dossier, package, alone, language=Language.en)


def test_the_office_drafts_about_what_was_sealed(sealed: Path) -> None:
    dossier = open_dossier(sealed, TODAY, also=("worksheets",))
    package = committee_package(dossier, TODAY)
    assert {each.kind.audience for each in package.documents} == {"committee"}
    assert package.study.office is not None
    assert all(finding.severity != "error" for finding in package.study.office.findings)
    drafts = draft_documents(dossier, package, package.documents, of_office=True)
    outcome, folder = write_drafts(dossier, drafts, of_office=True)
    assert folder == sealed / "submissions" / "01-initial" / "committee"
    assert len(outcome.written) == len(drafts.files)


def test_approved_versions_are_those_of_the_last_approval(sealed: Path, tmp_path: Path) -> None:
    dossier = open_dossier(sealed, TODAY)
    with pytest.raises(WorkspaceError):
        approved_package(dossier)
    current = submission_to_decide(dossier)
    decision = CommitteeDecision("approve", date(2027, 3, 20), valid_until=date(2028, 3, 19))
    record(dossier, decision, limits_of(dossier, current, TODAY), {})
    dossier = reopened(dossier)
    approved = approved_package(dossier, ["application_form"])
    assert [file.edition.key for file in approved.documents] == ["application_form"]
    outcome, folder = write_approved(approved, tmp_path / "out")
    assert outcome.written == [approved.documents[0].path.name] and outcome.failed == []
    outcome, folder = write_approved(approved_package(dossier))
    assert folder == current.folder / "committee" / "approved"
    assert outcome.written[-1] == LISTING
    with pytest.raises(EthicsError):
        approved_package(dossier, ["none"])
