"""The submissions of a dossier with their decisions, the versions valid today, and a calendar."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from mmethics_cli.commands.standing import Decided, Standings
from mmethics_cli.core.due import Due
from mmethics_cli.core.papers import KIND
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.render.citation import cite
from mmethics_cli.render.due_text import WITHOUT_HOLIDAYS, decision_line
from mmethics_cli.render.history_text import PaperVersion, Past, history_text
from mmethics_cli.render.icalendar import PRODUCT, CalendarEntry, calendar_file
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.submissions import MANIFEST, Submission, sealed_date
from mmethics_cli.store.yaml_reader import reason


def history_of(standings: Standings, today: date) -> str:
    """All submissions, and what is valid today."""
    dossier = standings.dossier
    title = dossier.facts.get("project.title")
    name = title if isinstance(title, str) else "（还没有项目名称）"
    made = {one.submission.number: one.made for one in standings.decided}
    kinds = dossier.standard.questions[KIND].values
    past = []
    for one in dossier.workspace.submissions:
        decision = made.get(one.number)
        past.append(
            Past(
                one.name,
                kinds.get(one.kind, one.kind),
                sealed_date(one) if one.sealed else None,
                decision_line(dossier.standard, decision) if decision else "",
                decision.comments if decision else (),
                tuple(papers_of(one)) if one.sealed else (),
            )
        )
    return history_text(
        f"{dossier.name}：{name}", past, valid_papers(standings), _until(standings, today)
    )


def valid_papers(standings: Standings) -> tuple[PaperVersion, ...]:
    """The version of each document and attachment that was last approved.

    An approved re-review also approves what it left as it was in the submission it answers for.
    Each submission holds all attachments of its day, so one that is not in the last is withdrawn.
    """
    documents: dict[str, PaperVersion] = {}
    attachments: dict[str, PaperVersion] = {}
    for approval in standings.of_the_study:
        *earlier, last = approved_with(standings, approval)
        for one in earlier:
            documents |= _kept(papers_of(one), documents, attachment=False)
        documents |= _kept(papers_of(last), documents, attachment=False)
        attachments = _kept(papers_of(last), attachments, attachment=True)
    return (*documents.values(), *attachments.values())


def _kept(
    papers: Iterable[PaperVersion], before: Mapping[str, PaperVersion], *, attachment: bool
) -> dict[str, PaperVersion]:
    """Papers by id; one whose version was approved before came with that earlier submission."""
    found = {}
    for one in papers:
        known = before.get(one.key)
        same = known is not None and (known.version, known.day) == (one.version, one.day)
        if one.attachment is attachment:
            found[one.key] = known if known is not None and same else one
    return found


def approved_with(standings: Standings, approval: Decided) -> tuple[Submission, ...]:
    """The submissions that an approval is about, the earliest first.

    A re-review answers for the one before it that was not approved, and so on to the first.
    """
    chain = [approval.submission]
    for one in reversed(standings.dossier.workspace.submissions):
        if chain[-1].kind != "re_review":
            break
        earlier = one.sealed and one.number < approval.submission.number
        if earlier and one.kind in ("re_review", approval.about):
            chain.append(one)
    return tuple(reversed(chain))


def papers_of(submission: Submission) -> Iterator[PaperVersion]:
    """What a sealed submission holds, documents first."""
    manifest = submission.manifest()
    for key, attachment in (("documents", False), ("attachments", True)):
        rows = manifest.get(key)
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict):
                yield _paper(row, submission.name, attachment)


def _paper(row: Mapping[str, Any], of: str, attachment: bool) -> PaperVersion:
    def text(key: str) -> str:
        return str(row.get(key) or "")

    title = text("title") or text("kind") or text("id")
    version = text("version") if attachment or not text("version") else f"V{text('version')}"
    return PaperVersion(text("id"), title, version, text("date"), of, attachment)


def _until(standings: Standings, today: date) -> str:
    approval = standings.approval
    if standings.ended:
        return f"{standings.ended}；以下是最后批准的"
    if approval is None or approval.until is None:
        return "没有记录有效期" if standings.of_the_study else ""
    over = (today - approval.until).days
    expired = f"，已过期 {over} 天，批件失效" if over > 0 else ""
    return f"批件有效期至 {approval.until}{expired}"


def write_calendar(standings: Standings, path: Path, today: date) -> int:
    """Write what is still due as a calendar; how many days it holds.

    Raises EthicsError where another file lies, or the system refuses.
    """
    _refuse_place(path)
    dossier = standings.dossier
    title = dossier.facts.get("project.title")
    name = title if isinstance(title, str) else dossier.name
    study = _study(standings, name)
    dues = [one for one in standings.dues() if one.open()]
    entries = [_entry(standings, one, study, name) for one in dues]
    write_atomic(path, calendar_file(f"伦理审查到期日：{name}", entries, today))
    return len(entries)


def _refuse_place(path: Path) -> None:
    if path.is_dir():
        raise EthicsError(f"--ics：“{path}”是文件夹。请写文件名，如 到期日.ics。")
    if not path.absolute().parent.is_dir():
        raise EthicsError(f"--ics：没有文件夹“{path.parent}”。请先建好，或换一个位置。")
    try:
        ours = not path.exists() or PRODUCT.encode() in path.read_bytes()[:400]
    except OSError as error:
        raise WorkspaceError(f"--ics：读不了“{path}”：{reason(error)}。") from error
    if not ours:
        raise EthicsError(f"--ics：“{path}”已经有别的内容，没有覆盖。请换一个文件名。")


def _study(standings: Standings, name: str) -> str:
    """What tells this study from others in a calendar, the same as long as the dossier lives."""
    for one in standings.dossier.workspace.submissions:
        if one.sealed:
            return hashlib.sha256((one.folder / MANIFEST).read_bytes()).hexdigest()
    return hashlib.sha256(name.encode()).hexdigest()


def _entry(standings: Standings, due: Due, study: str, name: str) -> CalendarEntry:
    # What follows from an approval is one thing that moves; each event has reports of its own.
    key = f"{study}|{due.id}" + (f"|{due.order}" if due.of_event else "")
    notes = [
        due.why,
        f"依据：{cite(standings.dossier.standard, due.basis, marks=True)}" if due.basis else "",
        WITHOUT_HOLIDAYS if due.without_holidays else "",
    ]
    return CalendarEntry(
        uid=f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@mmethics",
        sequence=due.order,
        day=due.day,
        summary=f"{due.label}：{name}",
        description="\n".join(note for note in notes if note),
    )
