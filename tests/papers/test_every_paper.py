"""What no paper of any example shows, in either set and language: faults once found, by kind.

The papers are read as they stand on record, where another test holds what is printed today.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest

from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.store.pack import load
from tests.golden import golden_of
from tests.papers.test_short_set import MACHINE_WORDS, opened
from tests.program import COMPLETE
from tests.studies import standard

FAULTS: Final = {
    "an upper limit of age that is none": r"(?:至|到|—|-)\s?120\s?周岁|to 120 years",
    "a version with two letters": r"VV[0-9]",
    "two signs where one stands": r"[；，、。][；，、。]|：[；，、。]",
    "an answer without its question": r"声明：[是否](?:$|。)",
    "a box parted from its label": r"[^|\s]\s*[☐☑]$",
    "an empty form field": r"\{\{|\{%|【待",
}
# A level of risk in any wording.
RISK_LEVELS: Final = re.compile(
    r"(?:(?:不|略|稍|明显|远)?(?:大于|高于|超过|低于)|等于)最小风险|(?<![最程])[低中高]风险"
)
# Of a paper that is handed in, only others fill in these: those who sign, and the office.
BY_HAND: Final = re.compile(
    r"同意|收到|受理|公章|代表|评估人|核对人|研究人员|负责人|研究者|章|签了名字|愿意|[无有没]|No|Endorsed|accepted"
)


def lines(example: str, *, consents: bool = True) -> Iterator[tuple[str, str]]:
    """The name of each paper on record and its lines; an Excel file is no paper."""
    for name, text in golden_of(example).items():
        kind = standard().documents[kind_id(name.split(".")[0])]
        if ".xlsx" not in name and (consents or not kind.for_form):
            yield from ((name, line) for line in text.split("\n"))


@pytest.mark.parametrize("example", COMPLETE)
def test_no_fault_comes_back(example: str) -> None:
    found = [
        (kind, name, line)
        for name, line in lines(example)
        for kind, fault in FAULTS.items()
        if re.search(fault, line)
    ]
    assert found == []


@pytest.mark.parametrize("example", COMPLETE)
def test_a_section_is_not_called_a_paper(example: str) -> None:
    short = {document.kind.id for document in opened(example)[1].documents}
    parts = [f"《{one.title}》" for one in standard().documents.values() if one.within]
    found = [
        (name, line)
        for name, line in lines(example)
        if name in short
        if any(part in line for part in parts) or "单独同意书" in line
    ]
    assert found == []


@pytest.mark.parametrize("example", COMPLETE)
def test_every_page_says_whose_it_is(example: str) -> None:
    facts = opened(example)[0].facts
    committee, number = facts.get("committee.name"), facts.get("project.number")
    for name, text in golden_of(example).items():
        if ".xlsx" not in name:
            head = text.split("\n", 1)[0]
            assert re.match("页眉：|Header", head) and re.search(r"(版本|Version) 1\.0", head), name
            assert str(number) in head and (".en" in name or str(committee) in head), name


def risk_words() -> set[str]:
    """The words of the standard for a level of risk, and the one for any above the lowest."""
    return {*standard().questions["risk.level"].values.values(), "大于最小风险"}


@pytest.mark.parametrize("example", COMPLETE)
def test_a_level_of_risk_is_called_the_same_everywhere(example: str) -> None:
    named = {(match[0], line) for _, line in lines(example) for match in RISK_LEVELS.finditer(line)}
    assert named and [one for one in named if one[0] not in risk_words()] == []


def test_templates_know_no_other_words_for_risk() -> None:
    pack = load()
    named = {
        (match[0], name)
        for name in pack.templates
        if not name.startswith("pictures/")
        for match in RISK_LEVELS.finditer(pack.template_text(name))
    }
    assert named and [one for one in named if one[0] not in risk_words()] == []


@pytest.mark.parametrize("example", COMPLETE)
def test_what_the_applicant_answers_is_answered(example: str) -> None:
    """Of boxes side by side one is ticked, but where those who sign or the office tick."""
    left = [
        (name, line)
        for name, line in lines(example, consents=False)
        for cell in line.split(" | ")
        if cell.count("☐") > 1 and not set("☑☒") & set(cell) and not BY_HAND.search(cell)
    ]
    assert left == []


@pytest.mark.parametrize("example", COMPLETE)
def test_no_word_of_the_machine_stands_in_the_full_set(example: str) -> None:
    typed = "\n".join(str(value) for value in opened(example)[0].workspace.values.values())
    found = {
        (name, match[0])
        for name, line in lines(example)
        if ".en" not in name
        for match in MACHINE_WORDS.finditer(line)
        if match[0] not in typed
    }
    assert found == set()
