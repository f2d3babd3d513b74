"""Sealing: only what was checked, and only what is complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.store.lock import locked
from mmethics_cli.store.submission.manifest import verify_folder
from mmethics_cli.store.submission.sealing import make_writable
from mmethics_cli.store.submission.submissions import OLD_DRAFTS
from mmethics_cli.workflow.creating import make_blank
from mmethics_cli.workflow.opening import open_dossier
from mmethics_cli.workflow.submitting import (
    check_submission,
    complete_sealing,
    final_documents,
    seal_submission,
)
from tests.workflow.example import TODAY


def test_a_complete_submission_is_sealed(study: Path) -> None:
    submission = check_submission(open_dossier(study, TODAY), TODAY)
    assert submission.complete
    sealed = seal_submission(submission, final_documents(submission))
    assert (sealed.aside, sealed.left) == (None, ())
    seal = verify_folder(sealed.folder)
    assert (seal.differences, seal.files, seal.digest) == ((), sealed.files, sealed.digest)
    with pytest.raises(WorkspaceError, match="已经封存"):
        check_submission(open_dossier(study, TODAY), TODAY)


def test_an_incomplete_submission_is_not_sealed(tmp_path: Path) -> None:
    make_blank(tmp_path / "d")
    dossier = open_dossier(tmp_path / "d", TODAY)
    submission = check_submission(dossier, TODAY)
    assert not submission.complete
    with pytest.raises(WorkspaceError):
        seal_submission(submission, final_documents(submission))
    current = dossier.workspace.current
    assert current is not None and not current.sealed


def test_the_place_of_an_archive_is_looked_at_first(study: Path) -> None:
    with pytest.raises(EthicsError, match="--zip"):
        check_submission(open_dossier(study, TODAY), TODAY, study / "none" / "x.zip")


def test_drafts_that_another_run_moves_this_moment_are_left_to_it(study: Path) -> None:
    dossier = open_dossier(study, TODAY)
    current = dossier.workspace.current
    assert current is not None
    moved = current.folder / OLD_DRAFTS
    moved.mkdir()
    with locked(study), pytest.raises(WorkspaceError, match="另一个 mmethics"):
        check_submission(dossier, TODAY)
    assert moved.exists()
    assert check_submission(dossier, TODAY).complete  # of a run that ended there
    assert not moved.exists()


def test_what_is_not_as_it_was_sealed_is_not_tidied(study: Path) -> None:
    submission = check_submission(open_dossier(study, TODAY), TODAY)
    folder = seal_submission(submission, final_documents(submission)).folder
    (folder / OLD_DRAFTS).mkdir()
    make_writable(folder)
    snapshot = folder / "snapshot.yaml"
    before = snapshot.read_bytes()
    snapshot.write_bytes(b"")
    with pytest.raises(WorkspaceError, match="不一致"):
        complete_sealing(open_dossier(study, TODAY), TODAY)
    assert (folder / OLD_DRAFTS).exists()
    snapshot.write_bytes(before)
    assert complete_sealing(open_dossier(study, TODAY), TODAY) is not None
    assert not (folder / OLD_DRAFTS).exists()
