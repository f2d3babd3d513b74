"""Power fails at any step of sealing and recording: all of it is there, or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.submission.decisions import record_decision
from mmethics_cli.store.submission.documents import write_documents
from mmethics_cli.store.submission.manifest import verify_folder
from mmethics_cli.store.submission.rendered import RenderedFile
from mmethics_cli.store.submission.sealing import seal
from mmethics_cli.store.submission.submissions import list_submissions
from tests.store.disk import Image, laid_out, recorded

DAY = date(2027, 3, 1)
FORM = RenderedFile("02-申请表.docx", b"final")
CURRENT = "submissions/01-initial"
APPROVED = CommitteeDecision("approve", date(2027, 3, 20), number="甲-001")
REFUSED = CommitteeDecision("disapprove", date(2027, 3, 21), number="乙-002")


def images(
    folder: Path, standard: Standard, act: Callable[[Workspace], object], forgotten: str = ""
) -> list[Image]:
    workspace = open_workspace(folder, standard)
    with pytest.MonkeyPatch.context() as patch:
        disk = recorded(folder, patch, forgotten)
        act(workspace)
        disk.look()
    return disk.images


def sealing(workspace: Workspace) -> None:
    seal(workspace, [FORM], {}, DAY)


def torn(images: list[Image], place: Path) -> list[int]:
    """The numbers of the states in which a submission is sealed and can't be proved."""
    wrong = []
    for number, image in enumerate(images):
        if f"{CURRENT}/manifest.json" not in image:
            continue
        folder = laid_out(image, place / str(number)) / CURRENT
        try:
            whole = not verify_folder(folder).differences
        except Exception:  # the manifest itself is torn
            whole = False
        wrong += [] if whole else [number]
    return wrong


@pytest.fixture
def drafted(folder: Path) -> Path:
    documents = folder / CURRENT / "documents"
    write_documents(documents, [RenderedFile(FORM.name, b"draft")])
    (documents / "own.docx").write_bytes(b"own")
    return folder


def test_a_submission_is_sealed_and_provable_or_not_sealed(
    drafted: Path, standard: Standard, tmp_path: Path
) -> None:
    found = images(drafted, standard, sealing)
    sealed = [image for image in found if f"{CURRENT}/manifest.json" in image]
    assert len(found) > 20 and sealed  # the disk was looked at, and the power failed late too
    assert torn(found, tmp_path / "states") == []
    for image in found:
        assert b"own" in image.values()  # what a person wrote is somewhere
    # Whatever state an early cut leaves, the next `submit` seals.
    early = [image for image in found if f"{CURRENT}/manifest.json" not in image]
    for number, image in enumerate(early[:: max(1, len(early) // 5)]):
        again = laid_out(image, tmp_path / f"again-{number}")
        done = seal(open_workspace(again, standard), [FORM], {}, DAY)
        assert verify_folder(done.folder).differences == ()


@pytest.mark.parametrize(
    "forgotten",
    [
        r"\.tmp/documents/.*\.docx$",  # a paper's bytes
        r"\.tmp/documents$",  # the papers' names
        r"\.tmp/manifest\.json$",
        r"^submissions/01-initial$|\.tmp$",  # that all was moved in before the manifest
    ],
)
def test_each_sync_is_needed(
    drafted: Path, standard: Standard, tmp_path: Path, forgotten: str
) -> None:
    assert torn(images(drafted, standard, sealing, forgotten), tmp_path / "states")


@pytest.mark.parametrize("forgotten", ["", r"\.tmp$"])
def test_a_decision_is_there_whole_or_not_at_all(
    folder: Path, standard: Standard, tmp_path: Path, forgotten: str
) -> None:
    sealing(open_workspace(folder, standard))
    found = images(
        folder, standard, lambda workspace: record_decision(workspace, APPROVED, {}), forgotten
    )
    path = folder / CURRENT / "decision.yaml"
    first = path.read_bytes()
    states = {image.get(f"{CURRENT}/decision.yaml") for image in found}
    assert (states == {None, first}) is (forgotten == "")
    if forgotten:
        return
    found = images(folder, standard, lambda workspace: record_decision(workspace, REFUSED, {}))
    assert {image[f"{CURRENT}/decision.yaml"] for image in found} == {first, path.read_bytes()}
    assert all(first in image.values() for image in found)  # laid aside before it is replaced
    [submission] = list_submissions(folder)
    assert submission.decided == "disapprove"
