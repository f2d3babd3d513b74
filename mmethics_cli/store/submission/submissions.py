"""The submissions of a dossier: one folder for each round of each, by number."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.errors import Problem, UnreadableFile, WorkspaceError
from mmethics_cli.store.yaml.reader import YamlFile, read_file, reason

FOLDER: Final = "submissions"
EVENT_FILE: Final = "submission.yaml"
SNAPSHOT: Final = "snapshot.yaml"
MANIFEST: Final = "manifest.json"
DECISION: Final = "decision.yaml"
DOCUMENTS: Final = "documents"
COMMITTEE: Final = "committee"  # its papers, beside what was sealed
# Where drafts lie while a submission is being sealed; an interrupted run may leave them.
OLD_DRAFTS: Final = ".documents-before-sealing"
# Where submission.yaml lies meanwhile as people wrote it, if they wrote comments in it.
COMMENTED: Final = "submission-with-comments.yaml"
SET_ASIDE: Final = "set-aside"  # in the dossier: what of people's was not sealed
REPLACED: Final = "replaced"  # within a folder: what was written anew, as it was before
# The key of submission.yaml that says under which edition of the pack the study was prepared.
EDITION: Final = "edition"
# The key of submission.yaml under which texts stand that a person confirmed.
CONFIRMED: Final = "confirmed"
# The key of decision.yaml that says on which manifest the committee decided, and the one of what
# the office asked for before a decision.
MANIFEST_DIGEST: Final = "manifest_sha256"
SUPPLEMENT: Final = "supplement"
DECISION_KEYS: Final = frozenset(
    {
        "decision",
        "date",
        "number",
        "valid_until",
        "interval_months",
        "comments",
        MANIFEST_DIGEST,
        SUPPLEMENT,
    }
)
# The keys of submission.yaml that name the submission whose decision it answers, and the one by
# which the study stood approved when it was opened.
ANSWERS: Final = "answers"
BASELINE: Final = "baseline"
BASELINE_SHA256: Final = "baseline_sha256"  # of its manifest
# What the manifest adds to BASELINE: the place of a submission in the order of sealing.
ORDER: Final = "order"

_NAME = re.compile(
    r"(?P<number>[0-9]{2,4})-(?P<kind>[a-z]+(?:-[a-z]+)*?)(?:-r(?P<round>[2-9]|[1-9][0-9]))?"
)


class SealedAttachment(Struct, frozen=True):
    """What a sealed submission holds of one attachment."""

    id: str
    version: str
    date: str
    sha256: str


class Submission(Struct, frozen=True):
    """One submission folder; `kind` is the event's key (`data_incident`).

    `round` counts how often it was handed in, for the office may ask for more (补正). `renamed` are
    the ids of today by the old ids of documents, under which it may be sealed.
    """

    folder: Path
    number: int
    kind: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    round: int = 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Submission) and other.folder == self.folder

    def __hash__(self) -> int:
        return hash(self.folder)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def sealed(self) -> bool:
        return (self.folder / MANIFEST).exists()

    @property
    def event_file(self) -> Path:
        return self.folder / EVENT_FILE

    def manifest_data(self) -> bytes:
        """The bytes of the manifest; raises WorkspaceError."""
        path = self.folder / MANIFEST
        try:
            return path.read_bytes()
        except OSError as error:
            raise WorkspaceError(f"读不了 {path}：{reason(error)}。") from error

    def manifest(self) -> Mapping[str, Any]:
        """What `submit` sealed, documents by their ids of today; raises WorkspaceError."""
        path = self.folder / MANIFEST
        try:
            manifest = json.loads(self.manifest_data())
        except (ValueError, RecursionError) as error:
            raise WorkspaceError(f"{path} 已损坏，不是完整的 JSON。") from error
        if not isinstance(manifest, dict):
            raise WorkspaceError(f"{path} 已损坏，不是清单。")
        for rows, key in (("documents", "id"), ("attachments", "kind")) if self.renamed else ():
            for row in _rows(manifest, rows):
                row[key] = self.renamed.get(str(row.get(key)), row.get(key))
        return manifest

    def edition(self) -> str:
        """The edition of the pack under which it was sealed; raises WorkspaceError."""
        standard = self.manifest().get("standard")
        return str(standard.get("edition") or "") if isinstance(standard, dict) else ""

    def attachments(self) -> dict[str, SealedAttachment]:
        """The attachments it was sealed with, by id."""
        columns = ("id", "version", "date", "sha256")
        rows = [
            SealedAttachment(*(str(row.get(column) or "") for column in columns))
            for row in _rows(self.manifest(), "attachments")
        ]
        return {row.id: row for row in rows}

    def snapshot(self) -> YamlFile:
        """The study facts, self-check and event as sealed; raises UnreadableFile."""
        return read_file(self.folder / SNAPSHOT, f"{FOLDER}/{self.name}/{SNAPSHOT}")

    def decision(self) -> YamlFile | None:
        """What the committee decided, as recorded; None before that. Raises UnreadableFile."""
        path = self.folder / DECISION
        return read_file(path, f"{FOLDER}/{self.name}/{DECISION}") if path.exists() else None

    @property
    def decided(self) -> str:
        """The key of the committee's recorded decision; empty before that."""
        file = self.decision() if self.sealed else None
        tree = file.tree if file else None
        return str(tree.get("decision") or "") if isinstance(tree, dict) else ""

    @property
    def answers(self) -> str:
        """The name of the submission whose decision it answers, as its file says; else empty."""
        return self._said(ANSWERS)

    @property
    def opened_on(self) -> str:
        """The name of the submission by which the study stood approved when it was opened."""
        return self._said(BASELINE)

    def _said(self, key: str) -> str:
        """A name in its file; a draft that can't be read says nothing, and blocks no other."""
        try:
            tree = read_file(self.event_file, f"{FOLDER}/{self.name}/{EVENT_FILE}").tree
        except UnreadableFile:
            return ""
        return str(tree.get(key) or "").strip() if isinstance(tree, dict) else ""


def _rows(manifest: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    rows = manifest.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def list_submissions(
    dossier: Path, renamed: Mapping[str, str] | None = None
) -> tuple[Submission, ...]:
    """All submissions by number; raises WorkspaceError when a number stands twice.

    `renamed` are the ids of today by the old ids of documents.
    """
    root = dossier / FOLDER
    if not root.is_dir():
        return ()
    submissions = [
        Submission(
            folder,
            int(match["number"]),
            match["kind"].replace("-", "_"),
            renamed or {},
            int(match["round"] or 1),
        )
        for folder in sorted(root.iterdir())
        if folder.is_dir() and (match := _NAME.fullmatch(folder.name))
    ]
    places = [(submission.number, submission.round) for submission in submissions]
    kinds = {(submission.number, submission.kind) for submission in submissions}
    numbers = [number for number, _ in kinds]
    twice = [
        submission
        for submission, place in zip(submissions, places, strict=True)
        if places.count(place) > 1 or numbers.count(submission.number) > 1
    ]
    if twice:
        problems = [Problem("序号重复。", f"{FOLDER}/{submission.name}") for submission in twice]
        raise WorkspaceError("两次送审用了同一个序号，请改文件夹名：", problems)
    return tuple(sorted(submissions, key=lambda submission: (submission.number, submission.round)))


def newest_rounds(submissions: Iterable[Submission]) -> tuple[Submission, ...]:
    """Of each submission the round that was opened last."""
    return tuple({submission.number: submission for submission in submissions}.values())


def by_sealing(submissions: Iterable[Submission]) -> tuple[Submission, ...]:
    """The sealed ones among them in the order in which they were sealed."""
    return tuple(
        sorted((submission for submission in submissions if submission.sealed), key=sealing_order)
    )


def sealing_order(submission: Submission) -> tuple[int, int, int]:
    """What rises with each sealing; before manifests said so, submissions followed one another."""
    recorded = _manifest_of(submission).get(ORDER)
    place = recorded if isinstance(recorded, int) else submission.number
    return place, submission.number, submission.round


def sealed_baseline(submission: Submission) -> str | None:
    """The name of the submission by which the study stood approved when this one was sealed.

    Empty for none; None where its manifest does not say.
    """
    recorded = _manifest_of(submission).get(BASELINE)
    return recorded if isinstance(recorded, str) else None


def _manifest_of(submission: Submission) -> Mapping[str, Any]:
    """The manifest, empty where it can't be read: `verify` says what is wrong with it."""
    try:
        return submission.manifest()
    except WorkspaceError:
        return {}


def next_round(submission: Submission) -> Path:
    """Where the next round of a submission goes (`01-initial-r2`)."""
    kind = submission.kind.replace("_", "-")
    name = f"{submission.name.partition('-')[0]}-{kind}-r{submission.round + 1}"
    return submission.folder.parent / name


def next_folder(dossier: Path, kind: str) -> Path:
    """Where the next submission of that kind goes."""
    number = max((submission.number for submission in list_submissions(dossier)), default=0) + 1
    return dossier / FOLDER / f"{number:02d}-{kind.replace('_', '-')}"


def sealed_date(submission: Submission) -> date | None:
    """The day on which it was sealed."""
    return parse_date(str(submission.manifest().get("date", "")))
