"""A consistency rule of the shipped pack names the entry that contradicts."""

from __future__ import annotations

from mmethics_cli.core.checks.consistency import contradictions
from tests.studies import facts_of


def test_an_element_is_named_where_it_contradicts() -> None:
    expired = {"id": "m2", "name": "王芳", "training_valid_until": "2000-12-31"}
    valid = {"id": "m1", "name": "李华", "training_valid_until": "2099-12-31"}
    findings = contradictions(facts_of({"team": {"members": [valid, expired]}}))
    (finding,) = [finding for finding in findings if finding.id == "C19"]
    assert finding.path == "team.members[m2].training_valid_until"
    assert finding.kind == "expired"
