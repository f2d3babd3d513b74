"""Where a dossier stands, on one screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from mmethics_cli.core.answers.self_check import SelfCheck
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import Reason, places, relevant
from mmethics_cli.core.lifecycle.decision import CommitteeDecision, decision_words
from mmethics_cli.core.lifecycle.due import Due
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import TITLE, label_at
from mmethics_cli.report.findings import Placed, summary
from mmethics_cli.report.pathway import answer_label
from mmethics_cli.wording.columns import pad, width, wrap

COLUMNS: Final = 80
_SECTION: Final = 24
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """The dossier and its current submission: its folder's name, whether sealed, changed since.

    `decisions` are lines on what the committee decided and what stands; `dues` what is due.
    """

    dossier: str
    submission: str
    sealed: bool
    changed: bool
    decisions: tuple[str, ...] = ()
    dues: tuple[str, ...] = ()


def status_text(
    pathway: Pathway, self_check: SelfCheck, found: Sequence[Placed], standing: Standing
) -> str:
    """Sections, self-check, findings, pathway, open questions and time limits."""
    facts = pathway.facts
    title = facts.get(TITLE)
    lines = [
        f"{standing.dossier}：{title if isinstance(title, str) else '（还没有项目名称）'}",
        _submission(standing),
        *(line for text in standing.decisions for line in wrap(text, COLUMNS)),
        "",
        *_due(standing),
        *_sections(facts),
        pad("审查内容自查", _SECTION) + _items(facts, self_check),
        "",
        summary("核对", found) + "。详见 mmethics check",
        *_pathway(pathway),
        "",
        *_next(facts),
        *_limits(pathway),
    ]
    return "\n".join(lines).rstrip()


def _submission(standing: Standing) -> str:
    if not standing.submission:
        return "还没有送审"
    state = "已封存" if standing.sealed else "准备中"
    changed = "；卷宗在封存之后改过，与送审的内容不同" if standing.changed else ""
    return f"送审 {standing.submission}（{state}）{changed}"


def _due(standing: Standing) -> Iterator[str]:
    if standing.dues:
        yield "到期日"
        yield from standing.dues
        yield ""


def _sections(facts: Facts) -> Iterator[str]:
    asked: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for place in places(facts):
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
        if item.side == "applicant" and evaluate(item.applies_when, facts) is Truth.YES
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
        for path in wanted[:_SHOWN]:
            yield from (f"    {line}" for line in wrap(label_at(facts.standard, facts, path), 72))
        yield ""


def _limits(pathway: Pathway) -> Iterator[str]:
    limits = [one for one in pathway.decisions.values() if one.table.type == "int" and one.value]
    if limits:
        yield "时限与保存期限"
        for decision in limits:
            yield from (
                f"    {line}"
                for line in wrap(f"{decision.table.label}：{answer_label(decision)}", 76)
            )


_WIDEST_TITLE: Final = 36
_VERSION: Final = 8
_DAY: Final = 10


@dataclass(frozen=True, slots=True)
class DocumentEdition:
    """One version of a document or attachment; `of` is the submission it came with."""

    key: str
    title: str
    version: str
    day: str
    of: str = ""
    attachment: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """A submission: what it was for, when it was sealed (None: being prepared), what it held."""

    name: str
    what: str
    sealed: date | None
    decision: str
    comments: tuple[str, ...]
    papers: tuple[DocumentEdition, ...]


def history_text(
    title: str, past: Sequence[Past], valid: Sequence[DocumentEdition], until: str
) -> str:
    """The submissions in their order, then the versions that are valid (`until` says how long)."""
    lines = [title, ""]
    for one in past:
        lines += _past_submission(one)
    lines.append("今天有效的版本" + (f"（{until}）" if until else ""))
    if not valid:
        lines.append("    没有：还没有批准。" if not until else "    没有。")
    lines += _papers(valid, with_submission=True)
    return "\n".join(lines).rstrip()


def _past_submission(past: Past) -> Iterator[str]:
    state = f"{past.sealed} 封存" if past.sealed else "准备中"
    yield f"{past.name}  {past.what}，{state}"
    if past.sealed:
        first, *more = wrap(f"决定：{past.decision or '还没有记录'}", COLUMNS - 8)
        yield f"    {first}"
        yield from (f"        {line}" for line in more)
    for number, comment in enumerate(past.comments, 1):
        first, *more = wrap(f"{number}. {comment}", COLUMNS - 9)
        yield f"      {first}"
        yield from (f"         {line}" for line in more)
    yield from _papers(past.papers)
    yield ""


def _papers(papers: Sequence[DocumentEdition], with_submission: bool = False) -> Iterator[str]:
    widest = min(max((width(_title(one)) for one in papers), default=0), _WIDEST_TITLE)
    for one in papers:
        cells = [pad(one.version or "—", _VERSION), pad(one.day or "—", _DAY)]
        if with_submission:
            cells.append(one.of)
        *before, last = wrap(_title(one), _WIDEST_TITLE)
        yield from (f"    {line}" for line in before)
        yield f"    {pad(last, widest)}  {'  '.join(cells)}".rstrip()


def _title(paper: DocumentEdition) -> str:
    return f"附件：{paper.title}" if paper.attachment else paper.title


WITHOUT_HOLIDAYS: Final = "未含法定节假日"


def decision_line(standard: Standard, made: CommitteeDecision) -> str:
    """The decision, its number, day, validity and interval, as far as they were recorded."""
    label = decision_words(standard).get(made.decision, made.decision)
    parts = [
        str(made.day) if made.day else "",
        made.number,
        f"有效期至 {made.valid_until}" if made.valid_until else "",
        f"跟踪审查间隔 {made.interval_months} 个月" if made.interval_months else "",
        f"意见 {len(made.comments)} 条" if made.comments else "",
    ]
    said = "，".join(part for part in parts if part)
    return f"{label}（{said}）" if said else label


def due_lines(dues: Iterable[Due], today: date) -> Iterator[str]:
    """A line for each thing that is due, or was handed in; overdue ones say by how many days."""
    for one in dues:
        notes = [one.why, WITHOUT_HOLIDAYS if one.without_holidays else ""]
        said = "；".join(note for note in notes if note)
        text = f"{one.label}：{state(one, today)}" + (f"（{said}）" if said else "")
        day = f"    {one.day}  "
        first, *more = wrap(text, COLUMNS - len(day))
        yield f"{day}{first}"
        yield from (f"{' ' * len(day)}{line}" for line in more)


def state(due: Due, today: date) -> str:
    """How a due date stands today: 已逾期 3 天, 今天到期, 还有 12 天, 已提交."""
    over = due.days_over(today)
    if due.done is not None:
        late = f"，迟 {over} 天" if over > 0 else ""
        return f"已于 {due.done} 提交{late}"
    if over > 0:
        return f"已逾期 {over} 天"
    return "今天到期" if over == 0 else f"还有 {-over} 天"
