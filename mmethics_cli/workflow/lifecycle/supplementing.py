"""The office asked for more (补正): the submission is opened again as its next round."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.lifecycle.decision import supplement_rows
from mmethics_cli.core.lifecycle.editions import documents_of_the_study, next_version
from mmethics_cli.core.standard.answers import write_value
from mmethics_cli.core.standard.names import SUPPLEMENTS
from mmethics_cli.errors import EthicsError
from mmethics_cli.store.dossier.create import add_round
from mmethics_cli.store.submission.decisions import record_supplement, supplement_of
from mmethics_cli.store.submission.submissions import DECISION, Submission
from mmethics_cli.store.yaml.events import Keys
from mmethics_cli.workflow.lifecycle.editions import for_the_study
from mmethics_cli.workflow.opening import Dossier, reopened


def ask_for_more(dossier: Dossier, current: Submission, asked: Sequence[str], day: date) -> Dossier:
    """Record what the office asked for on a sealed submission, and open its next round.

    The round begins with the event as it was handed in, what came to be known of it since, and a
    row for each thing asked; papers of the event get their next version. The dossier at that
    round is returned. Raises EthicsError where a decision is recorded or nothing is asked,
    WorkspaceError where the system refuses.
    """
    if current.decided:
        raise EthicsError(
            f"{current.name} 已经记录了决定，不再补正。按意见修改的，用 follow re-review。"
        )
    if not asked:
        raise EthicsError("要补正什么没有写：--comments FILE（YAML 列表，一项一条）。")
    with dossier.workspace.writing(whole=True):
        record_supplement(dossier.workspace, asked, day)
        again = add_round(current)
    opened = reopened(dossier, again)
    rows: Value = supplement_rows(asked)
    question = opened.standard.questions[SUPPLEMENTS]
    changes: dict[Keys, object] = {tuple(SUPPLEMENTS.split(".")): write_value(question, rows)}
    changes |= _came_since(dossier)
    own = documents_of_the_study(for_the_study(opened).pathway)
    for id_, edition in opened.workspace.versions.items():
        if id_ not in own and edition.version:
            changes["documents", id_, "version"] = next_version(edition.version, ())
            changes["documents", id_, "date"] = None
    opened.workspace.write(again.event_file, changes)
    return reopened(opened)


def _came_since(dossier: Dossier) -> dict[Keys, object]:
    """What was recorded of a sealed submission since, and would be asked of its next round."""
    recorded = dossier.workspace.parts.get(DECISION)
    values = recorded.reading.values if recorded is not None else {}
    questions = dossier.standard.questions
    return {
        tuple(path.split(".")): write_value(questions[path], value)
        for path, value in values.items()
        if questions[path].later
    }


def asked_for(dossier: Dossier) -> tuple[str, ...]:
    """What the current round has to answer: what the office asked for in the round before."""
    current = dossier.workspace.current
    before = dossier.workspace.lineage.round_before(current) if current is not None else None
    return supplement_of(before)[1] if before is not None else ()
