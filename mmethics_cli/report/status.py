"""Where a dossier stands, what is due, and what came before: submissions and valid versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from mmethics_cli.core.answers.self_check import SelfCheck
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, YES
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import Reason, places, relevant
from mmethics_cli.core.lifecycle.decision import CommitteeDecision, decision_label
from mmethics_cli.core.lifecycle.due import Due
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import TITLE, label_at
from mmethics_cli.report.findings import PlacedFinding, summary
from mmethics_cli.report.pathway import answer_label
from mmethics_cli.wording.columns import COLUMNS, indented, pad, width, wrap

WITHOUT_HOLIDAYS: Final = "未含法定节假日"
_SECTION: Final = 24  # columns, as the others
_WIDEST_TITLE: Final = 36
_VERSION: Final = 8
_DAY: Final = 10
_MOST_QUESTIONS: Final = 5


class DossierStatus(Struct, frozen=True):
    """The dossier and its current submission: its folder's name, whether sealed, changed since.

    `standing` is said of it where nothing is wrong; `others` are submissions beside it that are
    being prepared or wait; `decisions` are lines on what the committee decided and what stands;
    `dues` what is due.
    """

    dossier: str
    submission: str
    sealed: bool
    changed: bool
    standing: str
    others: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    dues: tuple[str, ...] = ()


def status_text(
    pathway: Pathway,
    self_check: SelfCheck,
    findings: Sequence[PlacedFinding],
    status: DossierStatus,
) -> str:
    """Sections, self-check, findings, pathway, open questions and time limits."""
    facts = pathway.facts
    title = facts.get(TITLE)
    lines = [
        f"{status.dossier}：{title if isinstance(title, str) else '（还没有项目名称）'}",
        _submission(status),
        *(line for text in _others(status) for line in wrap(text, COLUMNS)),
        *(line for text in status.decisions for line in wrap(text, COLUMNS)),
        "",
        *_due(status),
        *_sections(facts),
        pad("审查内容自查", _SECTION) + _items(facts, self_check),
        "",
        summary("核对", findings, status.standing) + "。详见 mmethics check",
        *_pathway(pathway),
        "",
        *_next(facts),
        *_limits(pathway),
    ]
    return "\n".join(lines).rstrip()


def _submission(status: DossierStatus) -> str:
    if not status.submission:
        return "还没有送审"
    state = "已封存" if status.sealed else "准备中"
    changed = "；卷宗在封存之后改过，与送审的内容不同" if status.changed else ""
    return f"送审 {status.submission}（{state}）{changed}"


def _others(status: DossierStatus) -> Iterator[str]:
    if status.others:
        yield f"另有 {'、'.join(status.others)}"


def _due(status: DossierStatus) -> Iterator[str]:
    if status.dues:
        yield "到期日"
        yield from status.dues
        yield ""


def _sections(facts: Facts) -> Iterator[str]:
    asked: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for place in places(facts):
        if place.is_inherited(facts):
            continue
        asked[place.section] += 1
        answered[place.section] += place.recorded(facts) is not UNKNOWN
    lacking = Counter(
        place.section for place, reason in relevant(facts) if reason is not Reason.OPTIONAL
    )
    for section, title in facts.standard.sections.items():
        if asked[section]:
            must = f"，必答的还有 {lacking[section]} 题" if lacking[section] else ""
            yield pad(title, _SECTION) + f"已答 {answered[section]}/{asked[section]}{must}"


def _items(facts: Facts, self_check: SelfCheck) -> str:
    applying = [
        item.id
        for item in facts.standard.items.values()
        if item.side == "applicant" and evaluate(item.applies_when, facts) is YES
    ]
    done = sum(self_check.of(item).answer is not None for item in applying)
    return f"已答 {done}/{len(applying)}"


def _pathway(pathway: Pathway) -> Iterator[str]:
    for name in ("review_type", "review_method", "exemption", "consent_waiver"):
        decision = pathway.decisions[name]
        yield from wrap(f"{decision.table.label}：{answer_label(decision)}", COLUMNS)


def _next(facts: Facts) -> Iterator[str]:
    wanted = [place.path for place, reason in relevant(facts) if reason is not Reason.OPTIONAL]
    if wanted:
        yield f"接下来要答的（共 {len(wanted)} 题，用 mmethics fill 继续）："
        for path in wanted[:_MOST_QUESTIONS]:
            yield from indented(label_at(facts.standard, facts, path), 4, COLUMNS - 4)
        yield ""


def _limits(pathway: Pathway) -> Iterator[str]:
    limits = [
        decision
        for decision in pathway.decisions.values()
        if decision.table.type == "int" and decision.value
    ]
    if limits:
        yield "时限与保存期限"
        for decision in limits:
            yield from indented(f"{decision.table.label}：{answer_label(decision)}", 4)


# What came before.


class DocumentEdition(Struct, frozen=True):
    """One version of a document or attachment; `of` is the submission it came with."""

    key: str
    title: str
    version: str
    day: str
    of: str = ""
    attachment: bool = False


class PastSubmission(Struct, frozen=True):
    """A submission: what it was for, when it was sealed (None: being prepared), what it held."""

    name: str
    what: str
    sealed: date | None
    decision: str
    comments: tuple[str, ...]
    documents: tuple[DocumentEdition, ...]


def history_text(
    title: str, past: Sequence[PastSubmission], valid: Sequence[DocumentEdition], until: str
) -> str:
    """The submissions in their order, then the editions that are valid (`until` says how long)."""
    lines = [title, ""]
    for submission in past:
        lines += _past_submission(submission)
    lines.append("今天有效的版本" + (f"（{until}）" if until else ""))
    if not valid:
        lines.append("    没有：还没有批准。" if not until else "    没有。")
    lines += _editions(valid, with_submission=True)
    return "\n".join(lines).rstrip()


def _past_submission(past: PastSubmission) -> Iterator[str]:
    state = f"{past.sealed} 封存" if past.sealed else "准备中"
    yield f"{past.name}  {past.what}，{state}"
    if past.sealed:
        yield from _hanging("    ", f"决定：{past.decision or '还没有记录'}", 8)
    for number, comment in enumerate(past.comments, 1):
        yield from _hanging("      ", f"{number}. {comment}", 9)
    yield from _editions(past.documents)
    yield ""


def _editions(editions: Sequence[DocumentEdition], with_submission: bool = False) -> Iterator[str]:
    widest = min(max((width(_title(edition)) for edition in editions), default=0), _WIDEST_TITLE)
    for edition in editions:
        cells = [pad(edition.version or "—", _VERSION), pad(edition.day or "—", _DAY)]
        if with_submission:
            cells.append(edition.of)
        *before, last = wrap(_title(edition), _WIDEST_TITLE)
        yield from (f"    {line}" for line in before)
        yield f"    {pad(last, widest)}  {'  '.join(cells)}".rstrip()


def _title(edition: DocumentEdition) -> str:
    return f"附件：{edition.title}" if edition.attachment else edition.title


# What was decided and what is due.


def decision_line(standard: Standard, decision: CommitteeDecision) -> str:
    """The decision, its number, day, validity and interval, as far as they were recorded."""
    label = decision_label(standard, decision.decision)
    parts = [
        str(decision.day) if decision.day else "",
        decision.number,
        f"有效期至 {decision.valid_until}" if decision.valid_until else "",
        f"跟踪审查间隔 {decision.interval_months} 个月" if decision.interval_months else "",
        f"意见 {len(decision.comments)} 条" if decision.comments else "",
    ]
    details = "，".join(part for part in parts if part)
    return f"{label}（{details}）" if details else label


def due_lines(dues: Iterable[Due], today: date) -> Iterator[str]:
    """A line for each thing that is due, or was handed in; overdue ones say by how many days."""
    for due in dues:
        notes = [due.why, WITHOUT_HOLIDAYS if due.without_holidays else ""]
        remarks = "；".join(note for note in notes if note)
        text = f"{due.label}：{_due_state(due, today)}" + (f"（{remarks}）" if remarks else "")
        yield from _hanging(f"    {due.day}  ", text)


def _due_state(due: Due, today: date) -> str:
    """How a due date stands today: 已逾期 3 天, 今天到期, 还有 12 天, 已提交."""
    over = due.days_over(today)
    if due.done is not None:
        late = f"，迟 {over} 天" if over > 0 else ""
        return f"已于 {due.done} 提交{late}"
    if over > 0:
        return f"已逾期 {over} 天"
    return "今天到期" if over == 0 else f"还有 {-over} 天"


def _hanging(head: str, text: str, indent: int = 0) -> Iterator[str]:
    """The text behind a head; its further lines stand below the first, or `indent` columns in."""
    indent = indent or width(head)
    first, *more = wrap(text, COLUMNS - indent)
    yield head + first
    yield from (" " * indent + line for line in more)
