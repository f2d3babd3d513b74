"""The submissions of a dossier: one numbered folder each; the highest is the current one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from mmethics_cli.core.conditions.values import parse_date
from mmethics_cli.errors import Problem, WorkspaceError
from mmethics_cli.store.yaml.reader import YamlFile, read_file, reason

FOLDER: Final = "submissions"
EVENT_FILE: Final = "submission.yaml"
SNAPSHOT: Final = "snapshot.yaml"
MANIFEST: Final = "manifest.json"
DECISION: Final = "decision.yaml"
DECISION_KEYS: Final = frozenset(
    {"decision", "date", "number", "valid_until", "interval_months", "comments"}
)
APPROVING: Final = frozenset({"approve", "modify_then_approve"})
# The submissions by which the committee approves the study itself; what it answers to a report is
# no approval of what else the dossier said that day.
OF_THE_STUDY: Final = frozenset({"initial", "amendment", "re_review"})

_NAME = re.compile(r"(?P<number>[0-9]{2,4})-(?P<kind>[a-z]+(?:-[a-z]+)*)")


@dataclass(frozen=True, slots=True)
class SealedAttachment:
    """What a sealed submission holds of one attachment."""

    id: str
    version: str
    date: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission folder; `kind` is the event's key (`data_incident`)."""

    folder: Path
    number: int
    kind: str

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def sealed(self) -> bool:
        return (self.folder / MANIFEST).exists()

    @property
    def event_file(self) -> Path:
        return self.folder / EVENT_FILE

    def manifest(self) -> Mapping[str, Any]:
        """What `submit` sealed; raises WorkspaceError when it can't be read."""
        path = self.folder / MANIFEST
        try:
            found = json.loads(path.read_bytes())
        except OSError as error:
            raise WorkspaceError(f"读不了 {path}：{reason(error)}。") from error
        except ValueError as error:
            raise WorkspaceError(f"{path} 已损坏，不是完整的 JSON。") from error
        if not isinstance(found, dict):
            raise WorkspaceError(f"{path} 已损坏，不是清单。")
        return found

    def attachments(self) -> dict[str, SealedAttachment]:
        """The attachments it was sealed with, by id."""
        rows = self.manifest().get("attachments", [])
        found = [
            SealedAttachment(
                *(str(row.get(key) or "") for key in ("id", "version", "date", "sha256"))
            )
            for row in rows
            if isinstance(row, dict)
        ]
        return {one.id: one for one in found}

    def snapshot(self) -> YamlFile:
        """The study facts, self-check and event as sealed; raises UnreadableFile."""
        return read_file(self.folder / SNAPSHOT, f"{FOLDER}/{self.name}/{SNAPSHOT}")

    def decision(self) -> YamlFile | None:
        """What the committee decided, as recorded; None before that. Raises UnreadableFile."""
        path = self.folder / DECISION
        return read_file(path, f"{FOLDER}/{self.name}/{DECISION}") if path.exists() else None

    @property
    def approved(self) -> bool:
        """Whether the committee's recorded decision lets the study go on as submitted."""
        document = self.decision() if self.sealed else None
        tree = document.tree if document else None
        return isinstance(tree, dict) and tree.get("decision") in APPROVING


def list_submissions(dossier: Path) -> tuple[Submission, ...]:
    """All submissions by number; raises WorkspaceError when a number stands twice."""
    root = dossier / FOLDER
    if not root.is_dir():
        return ()
    found = [
        Submission(folder, int(match["number"]), match["kind"].replace("-", "_"))
        for folder in sorted(root.iterdir())
        if folder.is_dir() and (match := _NAME.fullmatch(folder.name))
    ]
    numbers = [one.number for one in found]
    twice = [one for one in found if numbers.count(one.number) > 1]
    if twice:
        problems = [Problem("序号重复。", f"{FOLDER}/{one.name}") for one in twice]
        raise WorkspaceError("两次送审用了同一个序号，请改文件夹名：", problems)
    return tuple(sorted(found, key=lambda one: one.number))


def next_folder(dossier: Path, kind: str) -> Path:
    """Where the next submission of that kind goes."""
    number = max((one.number for one in list_submissions(dossier)), default=0) + 1
    return dossier / FOLDER / f"{number:02d}-{kind.replace('_', '-')}"


def sealed_date(submission: Submission) -> date | None:
    """The day on which it was sealed."""
    return parse_date(str(submission.manifest().get("date", "")))
