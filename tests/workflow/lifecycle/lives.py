"""The life of a small study, lived in process: its submissions are sealed without papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.store.dossier.create import create_dossier
from mmethics_cli.store.submission.choice import (
    Choose,
    last_sealed,
    named,
    newest_one,
    one_to_correct,
    one_to_decide,
)
from mmethics_cli.store.submission.sealing import seal
from mmethics_cli.store.submission.submissions import Submission, list_submissions
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord
from mmethics_cli.workflow.lifecycle.following import open_submission
from mmethics_cli.workflow.lifecycle.recording import (
    DecisionOptions,
    decided_kind,
    limits_of,
    office_facts,
    read_options,
    record,
    record_facts,
    submission_to_decide,
)
from mmethics_cli.workflow.lifecycle.supplementing import ask_for_more
from mmethics_cli.workflow.opening import Dossier, open_dossier
from mmethics_cli.workflow.packs import Packs
from mmethics_cli.workflow.submitting import place_in_life

BEGUN = date(2027, 3, 1)
STUDY = "project: {title: 一项研究, regulatory_track: device_trial}\nevent: {kind: initial}\n"
# A death that the sponsor has learned of and has not reported yet.
DEATH: Mapping[str, str] = {
    "occurred_date": "2027-06-03",
    "learned_date": "2027-06-03",
    "reported_date": "2027-06-04",
    "report_type": "first",
    "related": "yes",
    "serious": "yes",
    "serious_criteria": "[death]",
    "participant": "某号，成年",
    "sponsor_learned_date": "2027-06-04",
    "sponsor_reported_date": "{not_applicable: 还没有报告}",
}


def open_dues(record: CommitteeRecord) -> list[str]:
    """What is due and not handed in yet: id and day, the earliest first."""
    return [f"{due.id} {due.day}" for due in record.dues() if due.open()]


@cache
def packs() -> Packs:
    return Packs()


class Life:
    """A dossier and what is done with it, each day later than the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        create_dossier(folder, packs().of(None).standard, parse(STUDY, "study").tree)
        self.sealed: dict[str, str] = {}

    def opened(self, choose: Choose = newest_one, today: date = BEGUN) -> Dossier:
        return open_dossier(self.folder, today, packs(), choose=choose)

    def record(self, today: date = BEGUN, choose: Choose = last_sealed) -> CommitteeRecord:
        return CommitteeRecord(self.opened(choose, today))

    def names(self) -> list[str]:
        return [one.name for one in list_submissions(self.folder)]

    def at(self, name: str) -> Submission:
        current = self.opened(named(name)).workspace.current
        assert current is not None
        return current

    def open(self, kind: str, answers: str | None = None, **event: str) -> str:
        """Open a submission with these answers; its name."""
        opened = open_submission(self.opened(last_sealed), kind, answered=answers)
        self.edit(opened.submission.name, **event)
        return opened.submission.name

    def edit(self, name: str, **event: str) -> None:
        """Write answers about one submission, each in YAML."""
        workspace = self.opened(named(name)).workspace
        assert workspace.current is not None
        changes: dict[tuple[str | int, ...], object] = {
            ("event", key): parse(text, key).tree for key, text in event.items()
        }
        workspace.write(workspace.current.event_file, changes)

    def seal(self, name: str, day: date) -> None:
        dossier = self.opened(named(name))
        about: dict[str, Any] = {"documents": [], **place_in_life(dossier)}
        sealed = seal(dossier.workspace, [], about, day)
        self.sealed[name] = self.digest(sealed.folder)

    def digest(self, folder: Path) -> str:
        """All bytes that were sealed; what stands beside them may come and go."""
        files = sorted(
            path
            for path in folder.rglob("*")
            if path.is_file() and path.name != "decision.yaml" and "committee" not in path.parts
        )
        return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()

    def decide(self, word: str, day: date, name: str | None = None, **more: Any) -> str:
        """Record a decision as the command does; the name of the submission that it lies on."""
        return self._decide(one_to_decide if name is None else named(name), word, day, **more)

    def correct(self, word: str, day: date, name: str | None = None, **more: Any) -> str:
        """Record a decision in place of another."""
        choose = one_to_correct if name is None else named(name)
        return self._decide(choose, word, day, replace=True, **more)

    def supplement(self, name: str, asked: Sequence[str], day: date) -> str:
        """The office asks for more; the name of the next round."""
        dossier = self.opened(named(name), day)
        current = ask_for_more(dossier, submission_to_decide(dossier), asked, day).workspace.current
        assert current is not None
        return current.name

    def _decide(
        self, choose: Choose, word: str, day: date, replace: bool = False, **more: Any
    ) -> str:
        dossier = self.opened(choose, day)
        current = submission_to_decide(dossier)
        limits = limits_of(dossier, current, day, replace=replace)
        options = DecisionOptions(word, day.isoformat())
        decision = read_options(dossier.standard, options, decided_kind(dossier, current))
        filled = CommitteeDecision(decision.decision, day, **more)
        record(dossier, filled, limits, {})
        return current.name

    def came_later(self, name: str, fact: str) -> None:
        """Record what came after sealing."""
        dossier = self.opened(named(name))
        record_facts(dossier, office_facts(dossier, [fact]))

    def due(self, today: date) -> list[str]:
        """What is due and not handed in yet: id and day, the earliest first."""
        return open_dues(self.record(today))

    def approved(self, until: date = date(2028, 3, 19)) -> None:
        """Seal the initial review, and have it approved."""
        self.seal("01-initial", BEGUN)
        self.decide("批准", date(2027, 3, 20), valid_until=until)
