"""The log of a dossier: lines that hang together, and what they know of a manifest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.submission.logbook import (
    LogLine,
    enter,
    read_logbook,
    refuse_sealing_again,
    registration_of,
    trace_of_sealing,
)

DIGEST = "0" * 64
SEALED = LogLine("2027-03-01", "sealed", "01-initial", DIGEST, "mmethics 0")
DECIDED = LogLine("2027-03-20", "decided", "01-initial", DIGEST, "mmethics 0", "approve", "批-1")


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    (tmp_path / "submissions" / "01-initial").mkdir(parents=True)
    return tmp_path


def test_lines_are_added_each_bound_to_the_one_before(dossier: Path) -> None:
    assert read_logbook(dossier).lines == ()
    enter(dossier, SEALED)
    first = (dossier / "log.jsonl").read_bytes()
    enter(dossier, DECIDED, DECIDED)
    log = read_logbook(dossier)
    assert [line.what for line in log.lines] == ["sealed", "decided", "decided"]
    assert log.lines[0].previous == "" and len({line.previous for line in log.lines}) == 3
    assert log.broken == "" and log.data.startswith(first)
    assert json.loads(log.data.splitlines()[1])["number"] == "批-1"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (b"2027-03-01", b"2027-03-02", 2),
        (b'"approve"', b'"disapprove"', 3),
        (b'"what": "sealed"', b'"what": "lost"', 1),
        (b"{", b"", 1),
    ],
)
def test_what_was_changed_in_it_is_told(dossier: Path, old: bytes, new: bytes, line: int) -> None:
    enter(dossier, SEALED, DECIDED, DECIDED)
    path = dossier / "log.jsonl"
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    broken = read_logbook(dossier).broken
    assert f"第 {line} 行" in broken
    assert registration_of(dossier / "submissions/01-initial", read_logbook(dossier)).faults
    before = path.read_bytes()
    with pytest.raises(WorkspaceError, match="移走"):
        enter(dossier, DECIDED)
    assert path.read_bytes() == before


def test_a_number_that_was_sealed_is_not_sealed_again(dossier: Path) -> None:
    folder = dossier / "submissions" / "01-initial"
    refuse_sealing_again(dossier, folder)
    (folder / "committee").mkdir()  # papers about what is not sealed yet
    (folder / "decision.yaml").write_text("event:\n  reviewers_disagree: no\n", encoding="utf-8")
    assert trace_of_sealing(folder, read_logbook(dossier)) == ""
    (folder / "decision.yaml").write_text("decision: approve\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"decision\.yaml"):
        refuse_sealing_again(dossier, folder)
    (folder / "decision.yaml").unlink()
    (folder / "committee" / "approved").mkdir()
    with pytest.raises(WorkspaceError, match="committee/"):
        refuse_sealing_again(dossier, folder)
    (folder / "committee" / "approved").rmdir()
    enter(dossier, SEALED)
    renamed = folder.rename(folder.with_name("01-amendment"))
    with pytest.raises(WorkspaceError, match="02-amendment"):
        refuse_sealing_again(dossier, renamed)
    refuse_sealing_again(dossier, renamed.rename(folder.with_name("02-amendment")))


def test_what_a_manifest_is_held_against(dossier: Path) -> None:
    folder = dossier / "submissions" / "01-initial"
    (folder / "manifest.json").write_bytes(b"{}")
    digest = registration_of(folder, read_logbook(dossier)).digest
    assert not registration_of(folder, read_logbook(dossier)).known
    (folder / "decision.yaml").write_text(
        f"decision: approve\nmanifest_sha256: {DIGEST}\n", encoding="utf-8"
    )
    (fault,) = registration_of(folder, read_logbook(dossier)).faults
    assert "decision.yaml" in fault
    enter(dossier, SEALED)
    assert len(registration_of(folder, read_logbook(dossier)).faults) == 2
    (dossier / "log.jsonl").unlink()
    (folder / "decision.yaml").write_text(
        f"decision: disapprove\nmanifest_sha256: {digest}\n", encoding="utf-8"
    )
    enter(dossier, LogLine("2027-03-20", "decided", "01-initial", digest, "", "approve"))
    known = registration_of(folder, read_logbook(dossier))
    assert known.faults == () and "disapprove" in known.decided
