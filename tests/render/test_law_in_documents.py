"""In which documents a change of the law shows."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from mmethics_cli.core.standard.model import LawChange
from mmethics_cli.core.standard.pack_editions import editions_since
from mmethics_cli.render.law_in_documents import LawInDocuments
from mmethics_cli.workflow.packs import LoadedPack, Packs


@cache
def shipped() -> LoadedPack:
    return Packs().of(also=("worksheets",))


def showing(change: LawChange) -> set[str]:
    law = LawInDocuments(shipped().standard, shipped().templates)
    return {document.id for document in law.showing(change)}


@pytest.mark.parametrize(
    ("change", "documents"),
    [
        (LawChange("", (), "", documents=("legal_opinion",)), {"legal_opinion"}),
        # Its decision lists the rules, or prints the number that they give.
        (LawChange("", (), "", rules=("D12",)), {"pathway_basis"}),
        (LawChange("", (), "", rules=("T7",)), {"pathway_basis", "safety_report"}),
        (LawChange("", (), "", items=("RSK-22",)), {"self_check"}),
        (LawChange("", (), "", items=("ORG-01",)), set()),
        (
            LawChange("", (), "", elements=("hgrreg.12.health",)),
            {
                "consent_adult", "consent_guardian", "assent_14_to_17", "consent_broad",
                "consent_genomic", "consent_elements",
            },
        ),
        (LawChange("", (), "", questions=("samples.remaining",)), set()),
    ],
)  # fmt: skip
def test_a_change_shows_where_it_is_printed(change: LawChange, documents: set[str]) -> None:
    shown = showing(change)
    assert documents <= shown
    if not change.questions:
        assert {name for name in shown if not name.startswith("worksheet_")} == documents
    else:
        assert "consent_adult" in shown and "consent_genomic" in shown


def test_a_change_shows_where_its_article_is_cited() -> None:
    standard = shipped().standard
    [edition] = editions_since(standard, date.min)
    by_source = {change.sources: change for change in edition.changes if change.sources}
    assert "data_incident_report" in showing(by_source[("incident2025",)])
    assert showing(by_source[("dicom33",)]) == {"multimodal_annex", "deidentification_plan"}
