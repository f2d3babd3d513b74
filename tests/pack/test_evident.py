"""What other answers already say is not asked: it holds until the applicant says otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from mmethics_cli.core.checks.completeness import missing_answers
from mmethics_cli.core.conditions.explain import facts_behind
from mmethics_cli.core.conditions.values import UNKNOWN, Several, Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from tests.studies import facts_of

GENES: dict[str, Any] = {"name": "外显子组", "modality": "genomics", "individual_level": "yes"}
BLOOD = {"use": "prospective", "kinds": ["blood"]}
# What is answered, what is evident then, and the same with a little less, where it is not.
EVIDENT: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "hgr.individual_genomic_information",
        {"data": {"assets": [{**GENES, "origin": "prospective"}]}},
        {"data": {"assets": [{**GENES, "origin": "open_public"}]}},
    ),
    (
        "hgr.samples_collected",
        {"samples": BLOOD},
        {"samples": {**BLOOD, "kinds": ["urine"]}},
    ),
    (
        "hgr.provided_abroad",
        {"hgr": {"individual_genomic_information": "yes"}, "sharing": {"cross_border": "yes"}},
        {"hgr": {"individual_genomic_information": "yes"}, "sharing": {"cross_border": "no"}},
    ),
    (
        "hgr.permit_or_filing_needed",
        {"samples": BLOOD, "sites": {"foreign_party": "yes"}},
        {"samples": BLOOD, "sites": {"foreign_party": "no"}},
    ),
    (
        "sharing.cross_border",
        {"sharing": {"recipients": ["abroad_partner"]}},
        {"sharing": {"recipients": ["entrusted_processor"]}},
    ),
    (
        "sites.foreign_party",
        {"sites": {"multicentre": "yes", "list": [{"name": "甲", "abroad": "yes"}]}},
        {"sites": {"multicentre": "yes", "list": [{"name": "甲", "abroad": "no"}]}},
    ),
]


def study(answers: dict[str, Any]) -> Facts:
    return facts_of({"event": {"kind": "initial"}, **answers})


@pytest.mark.parametrize(("path", "answers", "less"), EVIDENT)
def test_what_is_evident_is_yes_until_denied_and_never_no(
    path: str, answers: dict[str, Any], less: dict[str, Any]
) -> None:
    known = study(answers)
    assert known.get(path) is True
    assert path not in {missing.path for missing in missing_answers(Pathway(known))}
    assert Facts(known.standard, {**known.values, path: False}).get(path) is False
    assert study(less).get(path) is UNKNOWN


def test_a_rule_fires_on_what_is_evident_and_names_the_answers() -> None:
    known = study({"sharing": {"recipients": ["abroad_partner"]}})
    decision = known.decision("review_method")
    (abroad,) = (state for state in decision.states if state.rule.id == "M6")
    assert (abroad.truth, decision.value) == (Truth.YES, "meeting")
    because = facts_behind(abroad.rule.when, known)
    assert because == {"event.kind": "initial", "sharing.recipients": Several.of("abroad_partner")}
