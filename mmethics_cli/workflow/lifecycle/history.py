"""The submissions of a dossier with their decisions, and the versions that are valid today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.core.standard.names import KIND, TITLE
from mmethics_cli.report.status import DocumentEdition, PastSubmission, decision_line
from mmethics_cli.store.submission.decisions import supplement_of
from mmethics_cli.store.submission.submissions import DOCUMENTS, Submission, sealed_date
from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord, DecidedSubmission

_ENGLISH, _BILINGUAL = ".en.docx", ".zh-en.docx"
_SUFFIXES: Final = (_BILINGUAL, _ENGLISH, ".docx")


class DossierHistory(Struct, frozen=True):
    """The submissions in their order, and the editions valid today; `until` says for how long."""

    title: str
    past: tuple[PastSubmission, ...]
    valid: tuple[DocumentEdition, ...]
    until: str


def history_of(record: CommitteeRecord, today: date) -> DossierHistory:
    """All submissions, and what is valid today."""
    dossier = record.dossier
    title = dossier.facts.get(TITLE)
    name = title if isinstance(title, str) else "（还没有项目名称）"
    decisions = {decided.submission: decided.decision for decided in record.decided}
    kinds = dossier.standard.questions[KIND].values
    past = []
    for submission in dossier.workspace.submissions:
        decision = decisions.get(submission)
        past.append(
            PastSubmission(
                submission.name,
                kinds.get(submission.kind, submission.kind),
                sealed_date(submission) if submission.sealed else None,
                decision_line(dossier.standard, decision) if decision else _asked(submission),
                decision.comments if decision else (),
                tuple(sealed_editions(submission)) if submission.sealed else (),
            )
        )
    return DossierHistory(
        f"{dossier.name}：{name}", tuple(past), valid_editions(record), _until(record, today)
    )


def _asked(submission: Submission) -> str:
    """What the office asked for instead of a decision; empty where it did not."""
    day, asked = supplement_of(submission)
    return f"要求补正 {len(asked)} 项（{day}）" if asked else ""


def _until(record: CommitteeRecord, today: date) -> str:
    approval = record.approval
    if record.ended:
        return f"{record.ended}；以下是最后批准的"
    if approval is None or approval.until is None:
        return "没有记录有效期" if record.of_the_study else ""
    over = (today - approval.until).days
    expired = f"，已过期 {over} 天，批件失效" if over > 0 else ""
    return f"批件有效期至 {approval.until}{expired}"


def valid_editions(record: CommitteeRecord) -> tuple[DocumentEdition, ...]:
    """The edition of each document and attachment that was last approved.

    An approved re-review also approves what it left as it was in the submission it answers for.
    Each submission holds all attachments of its day, so one that is not in the last is withdrawn.
    """
    documents: dict[str, DocumentEdition] = {}
    attachments: dict[str, DocumentEdition] = {}
    for approval in record.of_the_study:
        *earlier, last = approved_with(record, approval)
        for submission in earlier:
            documents |= _approved(sealed_editions(submission), documents, attachment=False)
        documents |= _approved(sealed_editions(last), documents, attachment=False)
        attachments = _approved(sealed_editions(last), attachments, attachment=True)
    return (*documents.values(), *attachments.values())


def _approved(
    editions: Iterable[DocumentEdition], before: Mapping[str, DocumentEdition], *, attachment: bool
) -> dict[str, DocumentEdition]:
    """Editions by id; one that was approved before came with that earlier submission."""
    approved = {}
    for edition in editions:
        held = before.get(edition.key)
        same = held is not None and (held.version, held.day) == (edition.version, edition.day)
        if edition.attachment is attachment:
            approved[edition.key] = held if held is not None and same else edition
    return approved


def approved_with(record: CommitteeRecord, approval: DecidedSubmission) -> tuple[Submission, ...]:
    """The submissions that an approval is about, the earliest first.

    A re-review answers for the one whose decision it answers, and so on to the first.
    """
    return record.dossier.workspace.lineage.answered_with(approval.submission)


def sealed_editions(submission: Submission) -> Iterator[DocumentEdition]:
    """The editions that a sealed submission holds, documents first."""
    manifest = submission.manifest()
    for key, attachment in (("documents", False), ("attachments", True)):
        rows = manifest.get(key)
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict):
                yield _edition(row, submission.name, attachment)


def _edition(row: Mapping[str, Any], of: str, attachment: bool) -> DocumentEdition:
    def text(key: str) -> str:
        return str(row.get(key) or "")

    title = text("title") or text("kind") or text("id")
    version = text("version") if attachment or not text("version") else f"V{text('version')}"
    return DocumentEdition(text("id"), title, version, text("date"), of, attachment)


class SealedWordFile(Struct, frozen=True):
    """A sealed Word file, and the edition of the document that it is."""

    path: Path
    edition: DocumentEdition

    @property
    def suffix(self) -> str:
        """`.en.docx` of an English file, `.zh-en.docx` of one in both, else `.docx`."""
        return _suffix(self.path)

    @property
    def english(self) -> bool:
        return self.suffix == _ENGLISH

    @property
    def translated(self) -> bool:
        """Whether it stands beside the Chinese file, which is what counts."""
        return self.suffix in (_ENGLISH, _BILINGUAL)


def word_files(submission: Submission) -> Iterator[SealedWordFile]:
    """The Word files of the rendered documents; a marked version beside one is no version."""
    editions = {
        str(row.get("number")): edition
        for row, edition in zip(
            submission.manifest().get("documents", []),
            (edition for edition in sealed_editions(submission) if not edition.attachment),
            strict=True,
        )
    }
    for path in sorted((submission.folder / DOCUMENTS).iterdir()):
        suffix = _suffix(path)
        edition = editions.get(path.name.partition("-")[0])
        if suffix and edition is not None:
            tail = f"-{edition.version}" + (f"-{edition.day}" if edition.day else "") + suffix
            if path.name.endswith(tail):
                yield SealedWordFile(path, edition)


def _suffix(path: Path) -> str:
    return next((suffix for suffix in _SUFFIXES if path.name.endswith(suffix)), "")
