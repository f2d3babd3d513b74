"""The review items as templates and Excel layouts see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mmethics_cli.core.conditions import evaluate
from mmethics_cli.core.content import ReviewItem
from mmethics_cli.core.explain import facts_behind
from mmethics_cli.core.names import label_of
from mmethics_cli.core.papers import attachments_of
from mmethics_cli.core.self_check import ANSWERS
from mmethics_cli.core.values import Truth, name_of
from mmethics_cli.render.citation import cite
from mmethics_cli.render.study import Study
from mmethics_cli.render.values import reasons
from mmethics_cli.render.wording import CHINESE

_SEVERITY: Final = {"mandatory": "必须", "recommended": "建议"}
_APPLIES: Final = {Truth.YES: "适用", Truth.NO: "不适用", Truth.UNKNOWN: CHINESE.undecided}


@dataclass(frozen=True, slots=True)
class ItemView:
    """A review item with the applicant's answer; `applies` is yes, no or unknown."""

    id: str
    principle: str
    principle_label: str
    theme: str
    text: str
    applies: str
    applies_label: str
    answer: str
    answer_label: str
    note: str
    evidence: str
    page: str
    severity_label: str
    basis_text: str
    reason: str


def item_view(study: Study, item: ReviewItem) -> ItemView:
    facts, standard = study.facts, study.standard
    truth = evaluate(item.applies_when, facts)
    answer = study.self_check.of(item.id)
    behind = facts_behind(item.applies_when, facts) if truth is Truth.NO else {}
    return ItemView(
        id=item.id,
        principle=item.principle,
        principle_label=standard.principles[item.principle],
        theme=item.theme,
        text=item.text,
        applies=truth.name.lower(),
        applies_label=_APPLIES[truth],
        answer=answer.answer or "",
        answer_label=ANSWERS[answer.answer] if answer.answer else "",
        note=answer.note,
        evidence=_evidence(study, answer.evidence, answer.page),
        page=answer.page,
        severity_label=_SEVERITY[item.severity],
        basis_text=cite(standard, item.basis, marks=True),
        reason=reasons(facts, behind),
    )


def _evidence(study: Study, evidence: str, page: str) -> str:
    """The evidence by the title of its paper or the label of its path, with its page."""
    standard = study.standard
    titles = {one.id: name_of(one) for one in attachments_of(study.facts)}
    found = titles.get(evidence, evidence)
    if evidence in standard.questions:
        found = label_of(standard, evidence)
    elif evidence in standard.documents and evidence not in titles:
        found = standard.documents[evidence].title
    return f"{found}（第{page}页）" if page else found


@dataclass(frozen=True, slots=True)
class PrincipleView:
    """One of the standard's principles and the items that (may) apply to the applicant."""

    id: str
    label: str
    items: list[ItemView]
