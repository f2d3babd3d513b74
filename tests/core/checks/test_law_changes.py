"""A note on a change of the law for each thing that it touches in a study, and for nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from mmethics_cli.core.checks.law_changes import law_changes
from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import Basis, LawChange, PackEdition
from tests.core.small_pack import small_standard, trees

DOCUMENTS = [
    {
        **entry,
        "elements": ["law.1", {"element": "law.2", "when": {"study.age": {"at_least": "18"}}}],
    }
    if entry["id"] == "consent"
    else entry
    for entry in trees()["documents.yaml"]
]
LAW = [{"source": "law", "article": "1"}]
ELEMENTS = [
    {"id": "law.1", "zh": "名称", "basis": LAW},
    {"id": "law.2", "zh": "权利", "basis": LAW},
]
STANDARD = small_standard(**{"documents.yaml": DOCUMENTS, "elements.yaml": ELEMENTS})
BASIS = (Basis("law", "1", "text"),)


def change(**touched: tuple[str, ...]) -> LawChange:
    return LawChange("改成另一样。", BASIS, "照改。", **touched)


def subjects(*changes: LawChange, **answers: Value) -> list[str]:
    """What the notes are on, in their order."""
    values = {f"study.{name}": value for name, value in answers.items()}
    pathway = Pathway(Facts(STANDARD, values))
    notes = list(law_changes(pathway, [PackEdition("包 2", date(2026, 2, 1), changes)]))
    for note in notes:
        assert (note.severity, note.kind, note.id) == ("note", "law_changed", "law_changed")
        assert (note.fix, note.basis) == ("照改。", BASIS)
        assert note.message.endswith("改了：改成另一样。")
    return [
        note.message.removeprefix("包 2 起，").removesuffix("改了：改成另一样。") for note in notes
    ]


def test_each_rule_that_fires_gets_a_note() -> None:
    rules = change(rules=("S1", "M1", "I1"))
    assert subjects(rules, level="low") == ["规则 S1 ", "规则 I1 "]
    assert subjects(rules, level="high") == ["规则 M1 ", "规则 I1 "]
    assert subjects(rules) == ["规则 I1 "]


def test_an_item_is_named_where_no_rule_of_the_change_fires() -> None:
    both = change(rules=("M1",), items=("B-1", "B-2"))
    assert subjects(both, level="high", contact=True) == ["规则 M1 "]
    assert subjects(both, level="low", contact=True) == ["审查要点 B-1 ", "审查要点 B-2 "]
    assert subjects(both, level="low", contact=False) == ["审查要点 B-1 "]


def test_an_element_is_named_where_it_is_required() -> None:
    told = change(elements=("law.1", "law.2"))
    assert subjects(told, contact=True, age=30) == ["告知要素“名称”", "告知要素“权利”"]
    assert subjects(told, contact=True, age=3) == ["告知要素“名称”"]
    assert subjects(told, contact=True) == ["告知要素“名称”"]  # the age is not known
    assert subjects(told, contact=False, age=30) == []  # there is no document to tell it


def test_a_document_is_named_where_the_change_names_nothing_else() -> None:
    assert subjects(change(documents=("plan", "form")), level="high") == [
        "文件《方案》",
        "文件《申请表》",
    ]
    assert subjects(change(documents=("plan",)), level="low") == []
    assert subjects(change(documents=("form",), rules=("M1",)), level="low") == []


@pytest.mark.parametrize("touched", [{"sources": ("law",)}, {"questions": ("study.title",)}])
def test_what_touches_no_study_is_said_to_none(touched: dict[str, tuple[str, ...]]) -> None:
    assert subjects(change(**touched), level="high") == []


def test_a_change_of_a_norm_that_does_not_cover_the_study_does_not_touch_it() -> None:
    sources = [
        {"id": "law", "title_zh": "某法"},
        {"id": "guide", "title_zh": "某指南", "applies_when": {"study.contact": "yes"}},
    ]
    standard = small_standard(**{"sources.yaml": sources})
    of_guide = LawChange("改。", (Basis("guide", "2", "memory"),), "照改。", rules=("I1",))
    of_both = LawChange("改。", (*of_guide.basis, *BASIS), "照改。", rules=("I1",))
    editions = [PackEdition("包 2", date(2026, 2, 1), (of_guide, of_both))]
    for contact, notes in ((True, 2), (False, 1)):
        pathway = Pathway(Facts(standard, {"study.level": "low", "study.contact": contact}))
        assert len(list(law_changes(pathway, editions))) == notes


def test_a_note_on_an_item_stands_at_the_item() -> None:
    pathway = Pathway(Facts(STANDARD, {}))
    editions = [PackEdition("包 2", date(2026, 2, 1), (change(items=("B-1",)),))]
    [note] = law_changes(pathway, editions)
    assert (note.path, note.item) == ("self_check.B-1", "B-1")
