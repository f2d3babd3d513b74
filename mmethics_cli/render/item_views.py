"""Review items, criteria and consent elements as templates and Excel layouts see them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from msgspec import Struct

from mmethics_cli.core.answers.self_check import ANSWERS, MET, NOT_APPLICABLE, NOT_MET
from mmethics_cli.core.checks.documents import attachments_of
from mmethics_cli.core.conditions.explain import facts_behind
from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import NO, NotApplicable, name_of
from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.core.standard.model import Criterion, ReviewItem
from mmethics_cli.core.standard.names import label_of
from mmethics_cli.render.papers import place_of, spot_of
from mmethics_cli.render.study import ConsentDocument, Office, Study
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.wording.values import (
    APPLIES,
    LONGEST_NAME,
    SEVERITY,
    cut,
    fact_at,
    reasons,
    severity_label,
    value_text,
)

LONGEST_ANSWER: Final = 60  # characters: the whole of it stands in the document named
LONGEST_ENTRY: Final = 24  # the same of a field of a list's entry
NO_PLACE: Final = "没有写"
_MOST_ENTRIES: Final = 4
_MOST_SPOTS: Final = 3
_NONE: Final = "—"
_NOT_ANSWERED: Final = "未填写"


class ItemView(Struct, frozen=True):
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

    @property
    def met(self) -> bool:
        return self.answer == MET


def item_view(study: Study, item: ReviewItem) -> ItemView:
    facts, standard = study.facts, study.standard
    truth = evaluate(item.applies_when, facts)
    answer = study.self_check.of(item.id)
    applies = truth is not NO
    behind = {} if applies else facts_behind(item.applies_when, facts)
    return ItemView(
        id=item.id,
        principle=item.principle,
        principle_label=standard.principles[item.principle],
        theme=item.theme,
        text=item.text,
        applies=truth.name.lower(),
        applies_label=APPLIES[truth],
        answer=answer.answer or "",
        answer_label=ANSWERS[answer.answer] if answer.answer else "",
        note=answer.note,
        evidence=_evidence(study, answer.evidence, answer.page),
        page=answer.page,
        severity_label=severity_label(facts, item) if applies else SEVERITY[item.severity],
        basis_text=cite_for(facts, item.basis, marks=True, applies=applies),
        reason=reasons(facts, behind),
    )


def _evidence(study: Study, evidence: str, page: str) -> str:
    """The evidence by the title of its document or the label of its path, with its page."""
    standard = study.standard
    titles = {entry.id: cut(name_of(entry), LONGEST_NAME) for entry in attachments_of(study.facts)}
    name = titles.get(evidence, evidence)
    if evidence in standard.questions:
        name = label_of(standard, evidence)
    elif evidence in standard.documents and evidence not in titles:
        folded = evidence in study.facts.folded
        title = standard.documents[evidence].title
        name = place_of(study.facts, evidence) if folded else title
    return shown_evidence(name, page)


def shown_evidence(name: str, page: str) -> str:
    """What proves an answer, and on which page."""
    return f"{name}（第{page}页）" if page else name


class PrincipleView(Struct, frozen=True):
    """One of the standard's principles and the items that (may) apply to the applicant."""

    id: str
    label: str
    items: list[ItemView]

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def met(self) -> int:
        return self._answered(MET)

    @property
    def not_met(self) -> int:
        return self._answered(NOT_MET)

    @property
    def not_applicable(self) -> int:
        return self._answered(NOT_APPLICABLE)

    @property
    def open(self) -> int:
        return self._answered("")

    def _answered(self, answer: str) -> int:
        return sum(view.answer == answer for view in self.items)


# Criteria of worksheets.


class CriterionView(Struct, frozen=True):
    """A criterion with the applicant's answer and where it stands; the verdict is left open.

    `applies` is yes, no or unknown. Answers and places stand one a line, or in one line.
    """

    id: str
    group: str
    text: str
    applies: str
    applies_label: str
    reason: str
    answer: str
    where: str
    answer_line: str
    where_line: str
    basis_text: str
    verdict: str = ""
    comment: str = ""


class CriterionGroup(Struct, frozen=True):
    """Criteria of one theme that apply, or may."""

    label: str
    criteria: list[CriterionView]


def criteria_of(study: Study, worksheet: str) -> list[CriterionView]:
    """All criteria of a worksheet, themes together in the order of the pack."""
    criteria = [
        criterion
        for criterion in study.standard.criteria.values()
        if worksheet in criterion.worksheets
    ]
    groups = list(dict.fromkeys(criterion.group for criterion in criteria))
    criteria.sort(key=lambda criterion: groups.index(criterion.group))
    return [_criterion_view(study, criterion) for criterion in criteria]


def groups_of(criteria: list[CriterionView]) -> list[CriterionGroup]:
    """The criteria that apply, or may, by theme."""
    open_ = (view for view in criteria if view.applies != "no")
    groups = groupby(open_, key=lambda view: view.group)
    return [CriterionGroup(label, list(group)) for label, group in groups]


def _criterion_view(study: Study, criterion: Criterion) -> CriterionView:
    truth = evaluate(criterion.applies_when, study.facts)
    applies = truth is not NO
    behind = {} if applies else facts_behind(criterion.applies_when, study.facts)
    answers = [*_answers(study, criterion), *_self_checks(study, criterion)]
    places = list(dict.fromkeys(_places(study, criterion)))
    return CriterionView(
        id=criterion.id,
        group=criterion.group,
        text=criterion.text,
        applies=truth.name.lower(),
        applies_label=APPLIES[truth],
        reason=reasons(study.facts, behind),
        answer="\n".join(answers),
        where="\n".join(places),
        answer_line="；".join(answer.rstrip("。；") for answer in answers) or _NONE,
        where_line="、".join(places) or _NONE,
        basis_text=cite_for(study.facts, criterion.basis, marks=True, applies=applies),
    )


def _answers(study: Study, criterion: Criterion) -> Iterator[str]:
    for path in criterion.facts:
        root, _, field = path.rpartition(".")
        owner = study.standard.questions.get(root)
        if owner is not None and owner.type == "list":
            text = _entries(study, root, field)
        else:
            text = _answer(study, path)
        if text:
            yield text


def _answer(study: Study, path: str) -> str:
    """`标签：值`; nothing for a fact that does not apply here."""
    value = study.facts.get(path)
    if isinstance(value, NotApplicable) and not value.reason:
        return ""
    label = label_of(study.standard, path)
    if isinstance(value, tuple):
        names = [cut(name_of(entry), LONGEST_NAME) for entry in value]
        return f"{label}：{'、'.join(names[:_MOST_ENTRIES])}{_and_more(len(names))}"
    fact = fact_at(study.standard, path)
    text = value_text(fact, value) if fact is not None else None
    return f"{label}：{cut(text or _NOT_ANSWERED, LONGEST_ANSWER)}"


def _entries(study: Study, path: str, field: str) -> str:
    """A field of a list, entry by entry."""
    entries = study.facts.get(path)
    question = study.standard.questions[path].field_named(field)
    if not isinstance(entries, tuple) or question is None:
        return ""
    texts = []
    for entry in entries:
        value = study.facts.field(Scope(path, entry), field)
        if not isinstance(value, NotApplicable):
            text = cut(value_text(question, value) or _NOT_ANSWERED, LONGEST_ENTRY)
            texts.append(f"{cut(name_of(entry), LONGEST_NAME)}（{text}）")
    if not texts:
        return ""
    return f"{question.label}：{'、'.join(texts[:_MOST_ENTRIES])}{_and_more(len(texts))}"


def _and_more(count: int) -> str:
    """等12项 where a list of so many names was cut."""
    return f"等{count}项" if count > _MOST_ENTRIES else ""


def _self_checks(study: Study, criterion: Criterion) -> Iterator[str]:
    for id_ in criterion.items:
        answer = study.self_check.of(id_)
        if answer.answer:
            note = f"，{cut(answer.note, LONGEST_ANSWER)}" if answer.note else ""
            yield f"自查{id_}：{ANSWERS[answer.answer]}{note}"


def _places(study: Study, criterion: Criterion) -> Iterator[str]:
    """Documents with version, headings, and the evidence named by the applicant, with its page."""
    office = study.office or Office()
    papers = {spot_of(study.facts, paper).document for paper in criterion.papers}
    for row in study.transmittal:
        if kind_id(row.id) in papers:
            version = row.version if row.version[:1] in "Vv" else f"V{row.version}"
            yield f"《{cut(row.title, LONGEST_NAME)}》{cut(version, LONGEST_NAME)}"
    for name in criterion.elements:
        for spot in office.spots.get(name, ()):
            yield _spot(study, spot.document, spot.heading)
    headings = dict.fromkeys(
        spots[0] for path in criterion.facts if (spots := office.spots.get(path))
    )
    for spot in list(headings)[:_MOST_SPOTS]:
        yield _spot(study, spot.document, spot.heading)
    for id_ in criterion.items:
        item = study.standard.items[id_]
        evidence = item_view(study, item).evidence if study.self_check.of(id_).answer else ""
        if evidence:
            yield f"{cut(evidence, LONGEST_NAME)}（自查{id_}）"


def _spot(study: Study, document: str, heading: str) -> str:
    title = study.standard.documents[document].title
    return f"《{title}》{heading}"


# Consent elements.


class PlaceView(Struct, frozen=True):
    """A document that must tell an element, and the headings where it does.

    `own` is a document that the applicant brings: the place is written in by hand.
    """

    title: str
    where: str
    own: bool


class ElementView(Struct, frozen=True):
    """An element that at least one document of the submission must tell."""

    id: str
    text: str
    basis_text: str
    places: list[PlaceView]


def element_views(study: Study, marks: bool) -> list[ElementView]:
    """The elements in the order of the pack, each with the documents that must or do tell it."""
    documents = study.consents()
    views = []
    for element in study.standard.elements.values():
        places = [
            _place(document, element.id) for document in documents if _tells(document, element.id)
        ]
        if places:
            cited = cite_for(study.facts, element.basis, marks)
            views.append(ElementView(element.id, element.text, cited, places))
    return views


def _tells(document: ConsentDocument, element: str) -> bool:
    return element in document.required or element in (document.places or {})


def _place(document: ConsentDocument, element: str) -> PlaceView:
    own = document.places is None
    headings = (document.places or {}).get(element, ())
    where = "" if own else "；".join(f"“{heading}”" for heading in headings) or NO_PLACE
    return PlaceView(document.title, where, own)
