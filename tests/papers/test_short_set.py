"""The set of papers that a secretary keeps: few pages, few signatures, each fact once."""

from __future__ import annotations

import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import docx
import pytest
import yaml
from docx.oxml.ns import qn
from pypdf import PdfReader

from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.creating import make_of_example
from mmethics_cli.workflow.document_options import PaperSet
from mmethics_cli.workflow.drafting import drafts_of
from mmethics_cli.workflow.opening import Dossier, open_dossier
from mmethics_cli.workflow.package import Package
from tests.papers.shipped import shipped
from tests.printed import convert
from tests.program import COMPLETE, STUDIES, told
from tests.studies import standard

PAGES: Final = {
    "minimal-ecg-text": 24,
    "retrospective-imaging-ai": 50,
    "prospective-ecg": 50,
    "genomics-imaging-partner": 80,
}
EXCEPTED: Final = yaml.safe_load(
    (Path(__file__).parent / "said_twice.yaml").read_text(encoding="utf-8")
)
MOST_REPEATED: Final = 0.03
LEAST_RUN: Final = 20  # characters
# What a person at the computer sees and nobody on paper: codes, paths, words for files.
MACHINE_WORDS: Final = re.compile(
    r"[a-z]+_[a-z_]+|\b(?:data|sharing|consent|design|risk|participants)\.[a-z]|yaml|dossier"
    r"|\bnote\b|\bfile\b|None|True|False|id："
)


@cache
def opened(example: str, papers: PaperSet = PaperSet.short) -> tuple[Dossier, Package]:
    day = date.fromisoformat(told(example, "as_of"))
    dossier = open_dossier(STUDIES / example, day, papers=papers)
    return dossier, package_of(dossier, day)


@cache
def files(example: str, papers: PaperSet = PaperSet.short) -> Mapping[str, bytes]:
    """The Word files of a set as they are submitted, by the document's id."""
    dossier, package = opened(example, papers)
    drafts = drafts_of(dossier, package, package.documents, draft=False)
    words = [file for file in drafts.files if file.name.endswith(".docx")]
    ids = [document.kind.id for document in package.documents]
    return dict(zip(ids, (file.data for file in words), strict=True))


def lines(data: bytes) -> Iterator[str]:
    """The paragraphs of the body without blanks; figures show names, and are left out."""
    body = docx.Document(io.BytesIO(data)).element.body
    for figure in [*body.iter(qn("w:drawing")), *body.iter(qn("w:pict"))]:
        figure.getparent().remove(figure)
    for paragraph in body.iter(qn("w:p")):
        if text := re.sub(
            r"\s", "", "".join(node.text or "" for node in paragraph.iter(qn("w:t")))
        ):
            yield text


def names(example: str) -> Iterator[str]:
    """What is called by name wherever it comes up."""
    facts = opened(example)[0].facts
    for path in EXCEPTED["names"]:
        owner, _, field = path.rpartition(".")
        listed = facts.get(owner) if (owner, field) in standard().fields else None
        entries = listed if isinstance(listed, tuple) else ()
        values = [one.get(field) for one in entries] if listed is not None else [facts.get(path)]
        yield from (re.sub(r"\s", "", value) for value in values if isinstance(value, str))


@pytest.mark.parametrize("example", COMPLETE)
def test_each_fact_stands_in_one_paper(example: str) -> None:
    known = re.compile(
        "|".join([*map(re.escape, names(example)), "《[^》]*》(?:第.{1,2}部分(?:“[^”]*”)?)?"])
    )
    papers = {
        id_: [known.sub("¶", line) for line in lines(data)]
        for id_, data in files(example).items()
        if not standard().documents[kind_id(id_)].for_form
        and kind_id(id_) not in EXCEPTED["papers"]
    }
    where = defaultdict(set)
    for id_, texts in papers.items():
        for text in texts:
            for at in range(len(text) - LEAST_RUN + 1):
                where[text[at : at + LEAST_RUN]].add(id_)
    total, twice, said = 0, 0, Counter[str]()
    for texts in papers.values():
        for text in texts:
            marked = bytearray(len(text))
            for at in range(len(text) - LEAST_RUN + 1):
                if len(where[text[at : at + LEAST_RUN]]) > 1:
                    marked[at : at + LEAST_RUN] = b"x" * LEAST_RUN
            total, twice = total + len(text), twice + marked.count(b"x")
            said.update(text[m.start() : m.end()] for m in re.finditer(b"x+", marked))
    assert twice / total <= MOST_REPEATED, said.most_common(20)


@pytest.mark.parametrize("example", COMPLETE)
def test_no_word_of_the_machine_stands_on_paper(example: str) -> None:
    dossier, _ = opened(example)
    typed = "\n".join(str(value) for value in dossier.workspace.values.values())
    found = {
        (id_, match[0])
        for id_, data in files(example).items()
        for line in lines(data)
        for match in MACHINE_WORDS.finditer(line)
        if match[0] not in typed
    }
    assert found == set()


def test_the_smallest_study_is_signed_by_three_applicants_and_once_each() -> None:
    signers = Counter(
        one
        for row in opened("minimal-ecg-text")[1].rows
        if not row.signed and not row.after_approval
        for one in row.signers
    )
    members = opened("minimal-ecg-text")[0].facts.get("team.members")
    assert isinstance(members, tuple) and len(members) == 3
    assert signers == {
        "主要研究者": 1, "全体研究人员": 1, "科室负责人": 1, "个人信息保护负责人": 1,
    }  # fmt: skip


def test_both_sets_need_the_same_documents() -> None:
    for example in COMPLETE:
        _, short = opened(example)
        _, full = opened(example, PaperSet.full)
        kept = {document.kind.id for document in short.documents}
        folded = {document.kind.id for document in full.documents} - kept
        assert folded and all(standard().documents[id_].within.keys() & kept for id_ in folded)
        assert {one.id for one in short.wanted} == {one.id for one in full.wanted}


@pytest.mark.parametrize("example", COMPLETE)
def test_every_statutory_paper_has_its_place_on_the_list(example: str) -> None:
    _, package = opened(example)
    table = next(
        table
        for table in docx.Document(io.BytesIO(files(example)["transmittal_list"])).tables
        if table.cell(0, 0).text == "项"
    )
    rows = {row.cells[0].text: row.cells[2].text for row in table.rows[1:]}
    assert len(rows) == 11 and all(rows.values())
    assert rows["（一）"] == "《伦理审查申请表》第十三部分“承诺与签字”"
    listed = {row.id: f"《{row.title}》" for row in package.rows}
    consents = [
        title for id_, title in listed.items() if standard().documents[kind_id(id_)].for_form
    ]
    waiver = [listed["waiver_application"]] if "waiver_application" in listed else []
    assert rows["（五）"] == "、".join([*consents, *waiver])
    for id_ in ("protocol", "crf", "recruitment_material", "scientific_review"):
        assert id_ not in listed or listed[id_] in "".join(rows.values())


def test_a_draft_list_says_which_file_is_not_there(tmp_path: Path) -> None:
    make_of_example(tmp_path / "study", "minimal-ecg-text")
    file = next((tmp_path / "study/attachments").glob("*.docx"))
    day = date.fromisoformat(told("minimal-ecg-text", "as_of"))

    def notes() -> list[str]:
        package = package_of(open_dossier(tmp_path / "study", day), day)
        return [row.title for row in package.rows if row.note == "文件还没有放入"]

    assert notes() == []
    file.unlink()
    assert len(notes()) == 1


def test_a_section_of_another_paper_can_be_had_alone() -> None:
    day = date.fromisoformat(told("minimal-ecg-text", "as_of"))
    package = package_of(opened("minimal-ecg-text")[0], day, ("pathway_basis",))
    assert "pathway_basis" in {document.kind.id for document in package.documents}
    assert shipped().get("pathway_basis.md")


@pytest.mark.libreoffice
@pytest.mark.slow
@pytest.mark.parametrize("example", PAGES)
def test_the_package_has_few_pages(example: str, tmp_path: Path) -> None:
    sources = []
    for id_, data in files(example).items():
        sources.append(tmp_path / f"{id_}.docx")
        sources[-1].write_bytes(data)
    pages = {one.source.stem: len(PdfReader(one.pdf).pages) for one in convert(sources, tmp_path)}
    once: dict[str, int] = {}  # several agreements count once: the longest
    for id_, number in pages.items():
        once[kind_id(id_)] = max(number, once.get(kind_id(id_), 0))
    assert sum(once.values()) <= PAGES[example], pages
