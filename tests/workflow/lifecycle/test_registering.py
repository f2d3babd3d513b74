"""What the committee saw is what it decided on, whatever became of the folder since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.office.documents import committee_package
from mmethics_cli.store.files import sha256
from mmethics_cli.store.submission.logbook import LOG, read_logbook
from mmethics_cli.store.submission.manifest import verify_folder
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.checking import review
from mmethics_cli.workflow.drafting import draft_documents
from mmethics_cli.workflow.lifecycle.approved import approved_package
from mmethics_cli.workflow.lifecycle.following import open_submission
from mmethics_cli.workflow.lifecycle.recording import limits_of, record, submission_to_decide
from mmethics_cli.workflow.opening import Dossier, open_dossier
from mmethics_cli.workflow.registering import unregistered
from mmethics_cli.workflow.submitting import check_submission
from tests.workflow.example import DECIDED, TODAY, approved

FIRST = Path("submissions/01-initial")


def unlock(folder: Path) -> Path:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def edit_with_manifest(study: Path) -> str:
    """Change a sealed file, and the manifest so that it agrees."""
    folder = unlock(study / FIRST)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    snapshot = (folder / "snapshot.yaml").read_bytes() + b"# more\n"
    (folder / "snapshot.yaml").write_bytes(snapshot)
    manifest["files"]["snapshot.yaml"] = sha256(snapshot)
    manifest["sizes"]["snapshot.yaml"] = len(snapshot)
    (folder / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False), encoding="utf-8"
    )
    assert verify_folder(folder).differences == ()
    return sha256((folder / "manifest.json").read_bytes())


def broken(dossier: Dossier) -> list[str]:
    findings = [each.finding for each in review(dossier, package_of(dossier, TODAY))]
    return [finding.message for finding in findings if finding.id == "seal_broken"]


def decide(study: Path, word: str, *, replace: bool = False) -> None:
    dossier = open_dossier(study, DECIDED)
    limits = limits_of(dossier, submission_to_decide(dossier), DECIDED, replace=replace)
    record(dossier, CommitteeDecision(word, DECIDED), limits, {})


def test_seal_and_decisions_are_entered(sealed: Path) -> None:
    approved(sealed)
    decide(sealed, "disapprove", replace=True)
    digest = verify_folder(sealed / FIRST).digest
    log = read_logbook(sealed)
    assert [(line.what, line.decision) for line in log.lines] == [
        ("sealed", ""),
        ("decided", "approve"),
        ("decided", "disapprove"),
    ]
    assert {line.manifest_sha256 for line in log.lines} == {digest}
    assert digest in (sealed / FIRST / "decision.yaml").read_text(encoding="utf-8")
    assert broken(open_dossier(sealed, DECIDED)) == []


def test_an_approval_never_covers_what_is_sealed_later(sealed: Path) -> None:
    approved(sealed)
    (unlock(sealed / FIRST) / "manifest.json").unlink()
    dossier = open_dossier(sealed, DECIDED)
    dossier.workspace.set_answers({"project.title": "别的题目"})
    with pytest.raises(WorkspaceError, match=r"manifest\.json）不见了"):
        check_submission(dossier, DECIDED)
    with pytest.raises(WorkspaceError, match="不见了"):
        submission_to_decide(dossier)
    package = package_of(dossier, DECIDED)
    with pytest.raises(WorkspaceError, match="不见了"):
        draft_documents(dossier, package, package.documents)
    (message,) = broken(dossier)
    assert "不见了" in message
    (sealed / LOG).unlink()
    with pytest.raises(WorkspaceError, match=r"decision\.yaml 记着"):
        check_submission(dossier, DECIDED)


def test_a_manifest_edited_together_with_a_file_is_named_by_every_reader(sealed: Path) -> None:
    approved(sealed)
    edit_with_manifest(sealed)
    dossier = open_dossier(sealed, DECIDED)
    assert len(broken(dossier)) == 2  # by the log, and by the decision
    for read in (
        lambda: submission_to_decide(dossier),
        lambda: approved_package(dossier),
        lambda: open_submission(dossier, "amendment"),
        lambda: committee_package(dossier, DECIDED),
    ):
        with pytest.raises(WorkspaceError, match="与封存时不一致") as told:
            read()
        assert "登记的不同" in str(told.value)


def test_a_dossier_of_an_older_program_goes_on_and_its_log_begins(sealed: Path) -> None:
    (sealed / LOG).unlink()
    dossier = open_dossier(sealed, DECIDED)
    assert (unregistered(dossier), broken(dossier)) == (("01-initial",), [])
    approved(sealed)
    assert [line.what for line in read_logbook(sealed).lines] == ["found", "decided"]
    assert unregistered(open_dossier(sealed, DECIDED)) == ()


def test_a_decision_whose_entry_was_lost_is_recorded_again(
    sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise WorkspaceError("磁盘已满。")

    approved(sealed)
    with monkeypatch.context() as patch:
        patch.setattr("mmethics_cli.store.submission.logbook.write_atomic", full)
        with pytest.raises(WorkspaceError, match="决定已经记录，只是没有登记"):
            decide(sealed, "disapprove", replace=True)
    (message,) = broken(open_dossier(sealed, DECIDED))
    assert "disapprove" in message
    decide(sealed, "disapprove", replace=True)
    assert broken(open_dossier(sealed, DECIDED)) == []
