"""The generated pages of docs/ say what the pack, the examples and the mapping of fields say."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from docs.generate import HERE, Field, coverage, known_paths, pages, printed_by
from docs.law import MOST, WEIGHTS, unread_sources
from docs.papers import examples
from mmethics_cli.core.standard.model import weakest
from mmethics_cli.store.pack import load
from tests.program import STUDIES
from tests.studies import standard


@cache
def made() -> dict[Path, str]:
    return pages()


@cache
def fields() -> tuple[Field, ...]:
    return tuple(one for part in coverage().values() for one in part)


@pytest.mark.parametrize("name", ["fields", "documents", "verification", "decisions"])
def test_a_generated_page_is_up_to_date(name: str) -> None:
    path = HERE / f"{name}.md"
    assert path.read_text(encoding="utf-8") == made()[path], "run: python -m docs.generate"
    assert len(made()) == 4, "each is looked at"


def test_each_field_that_forms_ask_for_has_a_place_that_exists() -> None:
    known, papers = known_paths(standard()), standard().documents
    assert len({one.key for one in fields()}) == len(fields())
    assert [one.key for one in fields() if not one.paths and not one.papers] == []
    assert [path for one in fields() for path in one.paths if path not in known] == []
    assert [key for one in fields() for key in one.papers if key not in papers] == []


def test_a_field_of_most_first_applications_stands_in_a_paper_that_we_print() -> None:
    printed, papers = printed_by(load(), standard()), standard().documents
    often = [one for one in fields() if one.initial >= 3]
    assert often
    for one in often:
        ours = [papers[name].template for name in one.papers]
        assert any(ours) or any(printed.get(path) for path in one.paths), one.key


def test_what_a_loop_or_a_part_prints_is_found() -> None:
    printed = printed_by(load(), standard())
    assert "multimodal_annex" in printed["data.assets.modality"]
    assert "self_check" in printed["project.title"]
    assert "application_form" in printed["team.members.name"]
    assert "consent_adult" not in printed["data.assets.modality"]


def test_each_item_and_source_stands_on_the_page_of_verification() -> None:
    text = next(page for path, page in made().items() if path.name == "verification.md")
    for item in standard().items.values():
        assert f"| {item.id} | {item.text} |" in text
    for name in standard().sources:
        assert f"`{name}`" in text
    doubtful = sum(weakest(one.basis) == "memory" for one in standard().items.values())
    assert f"凭记忆 {doubtful}" in text


def test_each_change_of_the_law_stands_on_the_page_of_verification() -> None:
    text = next(page for path, page in made().items() if path.name == "verification.md")
    changes = [change for edition in standard().editions for change in edition.changes]
    assert len(changes) > 30
    for change in changes:
        assert f"- {change.text}\n" in text
        assert f"  - 办法：{change.fix}\n" in text


def test_the_sources_to_read_first_are_those_on_which_most_rests() -> None:
    sources = unread_sources(standard())
    weights = [source.weight for source in sources]
    assert weights == sorted(weights, reverse=True)
    unread = [source for source in sources if not source.read][:MOST]
    assert len(unread) == MOST
    of_rules = {
        name: sum(
            WEIGHTS[rule.strength]
            for table, rule in standard().rules.values()
            if table.id != "documents"
            and any(basis.source == name and basis.verified != "text" for basis in rule.basis)
        )
        for name in standard().sources
    }
    for source in sources:
        counts = source.counts
        rules = WEIGHTS["required"] * counts["required"] + WEIGHTS["advised"] * counts["advised"]
        assert rules == of_rules[source.source.id]
    assert not {source.source.status for source in sources} & {"practice", "superseded"}


def row(document: str) -> list[str]:
    """The cells of a document's row on the page of documents."""
    text = next(page for path, page in made().items() if path.name == "documents.md")
    line = next(one for one in text.split("\n") if f"`{document}` |" in one)
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_each_document_stands_on_the_page_of_documents() -> None:
    for one in standard().documents.values():
        title, when, basis, signers, seals, fields, *given = row(one.id)
        assert title == f"{one.title} `{one.id}`"
        assert when and basis
        assert (signers, seals) == ("、".join(one.signers), "、".join(one.seals))
        assert fields.isdigit() if one.template else fields == "自备"
        assert len(given) == len(examples())
        assert set(given) <= {"生成", "归入", "附件", "缺", "办公室", "—"}


def test_the_page_says_what_each_example_gets() -> None:
    order = [one.id for one in examples()]
    assert order == sorted(path.parent.name for path in STUDIES.glob("*/example.yaml"))
    got = {name: row("recruitment_material")[6:][at] for at, name in enumerate(order)}
    assert got["retrospective-imaging-ai"] == "—"
    assert {got["prospective-ecg"], got["genomics-imaging-partner"]} <= {"生成", "附件"}
    assert row("hgr_approval")[6:][order.index("genomics-imaging-partner")] == "缺"
    assert set(row("decision_letter")[6:]) == {"办公室"}
