"""Of a study that also uses old records under a waiver, people are told how many are invited."""

from __future__ import annotations

import pytest

from tests.papers.shipped import answers, changed, paper

MIXED = "mixed-waiver-consent"


@pytest.mark.parametrize("document", ["recruitment_material", "consent_adult"])
def test_whose_records_are_used_without_consent_are_not_invited(document: str) -> None:
    printed = paper(answers(MIXED), document).plain
    assert "600人" in printed and "45664" not in printed


def test_the_committee_sees_both_numbers() -> None:
    printed = paper(answers(MIXED), "application_form").plain
    assert "45664例（其中要邀请的600例）" in printed


def test_a_study_that_invites_everybody_is_not_asked_how_many() -> None:
    everybody = changed(answers("prospective-ecg"), {"design.sample_size_recruited": "5"})
    for document in ("recruitment_material", "consent_adult", "application_form"):
        printed = paper(everybody, document)
        assert "114" in printed.plain and "要邀请的" not in printed.plain
        assert printed.gaps == ()
