"""Where a dossier stands, on one screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mmethics_cli.core.columns import pad, wrap
from mmethics_cli.core.conditions import evaluate
from mmethics_cli.core.decide import Pathway
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.names import label_at
from mmethics_cli.core.relevance import Reason, places, relevant
from mmethics_cli.core.self_check import SelfCheck
from mmethics_cli.core.values import UNKNOWN, Truth
from mmethics_cli.render.findings import Placed, summary
from mmethics_cli.render.pathway_text import answer_label

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
    title = facts.get("project.title")
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
