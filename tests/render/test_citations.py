"""`basis(…)` and `norm(…)` in a template: norms that cover the study, never empty brackets."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.study import Study
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import render_text
from tests.core.small_pack import small_standard, trees
from tests.render.small import read_tree as condition

SOURCES = [
    {"id": "law", "title_zh": "某法（2021年修订）", "title_en": "Some Law"},
    {"id": "guide", "title_zh": "某指南", "title_en": "Some Guide"},
    {
        "id": "trial",
        "title_zh": "试验规范",
        "title_en": "Trial Rules",
        "applies_when": {"study.level": "high"},
    },
    {"id": "next", "title_zh": "新法", "title_en": "Next Law", "in_force_from": "2028-01-01"},
]
ARTICLES = [*trees()["articles.yaml"], {"source": "trial", "article": "12", "verified": "text"}]
TODAY = date(2027, 3, 1)


def tables_on_trial() -> list[Any]:
    tables = trees()["rules/tables.yaml"]
    basis = [{"source": "trial", "article": "12"}]
    rule = {**tables[0]["rules"][0], "when": {}, "basis": basis}
    return [{**tables[0], "rules": [rule, *tables[0]["rules"][1:]]}, *tables[1:]]


STANDARD = small_standard(
    **{
        "sources.yaml": SOURCES,
        "articles.yaml": ARTICLES,
        "rules/tables.yaml": tables_on_trial(),
    }
)


def printed(text: str, level: str | None, language: str = "zh") -> str:
    tree = {"study": {"level": level}} if level else {}
    facts = Facts(STANDARD, read_tree(STANDARD, tree).values, TODAY)
    stamp = Stamp("form", "申请表", "1.0", TODAY)
    if language == "en":
        stamp = replace(stamp, language="en")
    study = Study(facts, Pathway(facts), stamp, ())
    templates = Templates({"t.md": text}, STANDARD, condition)
    return render_text(templates, "t.md", study).plain.strip()


BOTH = '办理（{{ basis("law", "1", "trial", "12") }}）。'
ALONE = '办理（{{ basis("trial", "12") }}）。'


@pytest.mark.parametrize(
    ("text", "level", "said"),
    [
        (BOTH, "high", "办理（《某法》（2021年修订）第1条；《试验规范》第12条）。"),
        (BOTH, "low", "办理（《某法》（2021年修订）第1条）。"),
        (ALONE, "high", "办理（《试验规范》第12条）。"),
        (ALONE, "low", "办理（实践做法）。"),
        (ALONE, None, "办理（《试验规范》第12条（是否适用尚不能判定））。"),
        (
            '按{{ basis("trial", "law", "1") }}',
            "high",
            "按《试验规范》；《某法》（2021年修订）第1条",
        ),
        ('按{{ basis("next") }}', "low", "按《新法》（自2028-01-01施行）"),
        ('{{ norm("law") }}没有这一项', "low", "《某法》（2021年修订）没有这一项"),
        ('{{ norm("trial") }}只管试验', "low", "《试验规范》只管试验"),
    ],
)
def test_a_template_cites_what_covers_the_study(text: str, level: str | None, said: str) -> None:
    assert printed(text, level) == said


def test_in_english() -> None:
    assert printed('Do so ({{ basis("law", "1", "trial", "12") }}).', "high", "en") == (
        "Do so (Some Law, Article 1; Trial Rules, Article 12)."
    )
    assert printed('Do so ({{ basis("trial", "12") }}).', "low", "en") == (
        "Do so (established practice)."
    )
    assert printed('{{ norm("law") }} says so.', "low", "en") == "Some Law says so."


@pytest.mark.parametrize(
    "text",
    [
        '{{ basis("law", "12") }}',  # an article of another source
        '{{ basis("law", "1", "trail", "12") }}',  # no source, so an article that law lacks
        '{{ norm("law", "1") }}',
        '{{ norm("nolaw") }}',
    ],
)
def test_lint_knows_every_name_in_a_citation(text: str) -> None:
    assert Templates({"t.md": text}, STANDARD, condition).problems("t.md")


RULES = (
    '{% for rule in decision("method").rules %}'
    "{{ rule.id }} {{ rule.strength_label }} {{ rule.basis_text }}；{% endfor %}"
)


def test_a_rule_that_no_norm_asks_of_the_study_is_called_practice() -> None:
    assert printed(RULES, "low").startswith("S1 实践 实践做法；")
    assert printed(RULES, "high").startswith("S1 必须 《试验规范》第12条；")
    assert printed(RULES, None).startswith("S1 必须 《试验规范》第12条（是否适用尚不能判定）；")
    assert printed('{{ decision("method").basis_text }}', "low") == "实践做法"
