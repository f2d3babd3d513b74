"""English consent papers and the decision letter say what the Chinese ones say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from shutil import copytree

import docx
import pytest
from docx.oxml.ns import qn
from msgspec.structs import replace

from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.english import in_english
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.study import Study
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import Rendered, read_facts
from mmethics_cli.store.pack import load
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.document_options import FileNaming, Language
from mmethics_cli.workflow.drafting import drafts_of
from mmethics_cli.workflow.english import FOLDER, english_faults, template_of, words_of
from mmethics_cli.workflow.opening import open_dossier
from tests import pages
from tests.children import DAY, dossier, study
from tests.depth import deep, some
from tests.papers.test_consent import (
    by_chance,
    example,
    family,
    printed,
    read_by,
    standard,
    templates,
    values_of,
)
from tests.printed import convert
from tests.program import COMPLETE, mmethics
from tests.validator import errors_of

GENOMICS = "genomics-imaging-partner"
CITATION = re.compile(r"\b(?:Law|Articles?|Measures|Regulations?|GB/T)\b|第\s*\d+\s*条|《")
# What a template's lines are: rows, items, headings, boxes to tick, places to sign, blocks.
SIGNS = {
    "row": re.compile(r"^\|", re.MULTILINE),
    "item": re.compile(r"^- ", re.MULTILINE),
    "heading": re.compile(r"^#", re.MULTILINE),
    "box": re.compile(r"\[ \]"),
    "date": re.compile(r"____年__月__日|____/____/____"),
    "sign": re.compile(r"____年__月__日|____/____/____|____________"),
    "block": re.compile("\ufdd2(?:sign|table|form|element \\S+|box|together)"),
}


@cache
def english_standard() -> Standard:
    terms, problems = words_of(load(None, (FOLDER,)), standard())
    assert not problems
    return in_english(standard(), terms)


def in_english_papers(values: Mapping[str, Value]) -> dict[str, Rendered]:
    """The papers for participants of a study, by id, its own texts as they are."""
    facts = Facts(english_standard(), {"event.kind": "initial", **values}, date(2027, 3, 1))
    stamp = Stamp("x", "X", "1.0", date(2027, 3, 1), "en")
    of = Study(facts, Pathway(facts), stamp)
    chinese, _ = printed(values)
    forms = chinese.decision("consent_forms").value
    assert isinstance(forms, tuple)
    needed = [one for one in family() if set(one.for_form) & set(forms)]
    return {one.id: read_facts(templates(), template_of(one), read_by(one, of)) for one in needed}


def shape(rendered: Rendered) -> Counter[str]:
    return Counter({name: len(sign.findall(rendered.markdown)) for name, sign in SIGNS.items()})


def test_lint_wants_the_words_of_decisions_and_english_titles_of_sources() -> None:
    letter = standard().documents["decision_letter"]
    terms, _ = words_of(load(None, (FOLDER,)), standard())
    assert list(english_faults(terms, templates(), letter)) == []
    sources = {id_: replace(one, title_en="") for id_, one in standard().sources.items()}
    bare = Templates(templates().texts, replace(standard(), sources=sources), _tree)
    fewer = {path: one for path, one in terms.items() if path != "event.prior_decision"}
    said = "\n".join(one.message for one in english_faults(fewer, bare, letter))
    assert "没有“event.prior_decision”的英文" in said
    assert "法源“erm2023”没有英文标题" in said


def _tree(text: str) -> object:
    return parse(text, "条件").tree


def same(values: Mapping[str, Value]) -> None:
    _, chinese = printed(values)
    english = in_english_papers(values)
    assert english.keys() == chinese.keys()
    for id_, rendered in english.items():
        assert rendered.elements == chinese[id_].elements, id_
        assert shape(rendered) == shape(chinese[id_]), id_
        assert set(rendered.gaps) <= set(chinese[id_].gaps), id_
        template_words = re.sub("\ufdd0\\d+\ufdd1", "", rendered.markdown)
        assert not pages.HAN.search(template_words), id_
        assert not CITATION.search(template_words), id_
        assert not re.search(r"\.\.|。\.| \.", rendered.plain), id_


@pytest.mark.parametrize("name", COMPLETE)
def test_both_languages_hold_the_same_in_every_example(name: str) -> None:
    same(example(name) | {"consent.plan": "written"})


def test_both_languages_hold_the_same_for_children() -> None:
    same(example(GENOMICS) | values_of(study()))


@pytest.mark.parametrize("seed", range(deep(20, 60)))
def test_both_languages_hold_the_same_in_any_study(seed: int) -> None:
    same(by_chance(seed))


# The example that brings its texts in English.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("study") / GENOMICS
    done = mmethics("--today", DAY, "new", made, "--example", GENOMICS, cwd=made.parent)
    assert done.returncode == 0, done.stderr
    return made


def render(folder: Path, out: Path, *more: str | Path) -> tuple[str, dict[str, Path]]:
    """What is said, and the files by the id of their document (`x`, `x.en`)."""
    given = ("--names", "id", "--out", out, "--documents-lang", "both")
    done = mmethics("--today", DAY, "render", folder, *given, *more, cwd=folder)
    assert done.returncode == 0, done.stderr
    found = {}
    for path in sorted(out.glob("*.docx")):
        id_ = path.name.removesuffix(".docx").removesuffix(".en").split("-")[1]
        found[id_ + (".en" if path.name.endswith(".en.docx") else "")] = path
    return done.stderr, found


def words(path: Path) -> str:
    """Every text of a file, header and footer included."""
    document = docx.Document(str(path))
    section = document.sections[0]
    parts = (section.header._element, document.element.body, section.footer._element)
    return "\n".join(one.text or "" for part in parts for one in part.iter(qn("w:t")))


def wide(path: Path) -> Iterator[str]:
    """Words whose quotes and apostrophes are set as wide as a Han character."""
    for run in docx.Document(str(path)).element.body.iter(qn("w:r")):
        fonts = run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        text = "".join(one.text or "" for one in run.iter(qn("w:t")))
        if fonts is not None and fonts.get(qn("w:hint")) and re.search("[A-Za-z]", text):
            yield text


CONSENTS = ("consent_adult", "consent_separate", "consent_genomic")


def test_the_example_leaves_nothing_untranslated(folder: Path, tmp_path: Path) -> None:
    said, files = render(folder, tmp_path, "--only", ",".join((*CONSENTS, "application_form")))
    assert "仍是中文" not in said
    for id_ in CONSENTS:
        text = words(files[f"{id_}.en"])
        assert not pages.HAN.findall(text), id_
        assert "Version 1.0" in text and "Page " in text and " of " in text
        assert not list(wide(files[f"{id_}.en"])), id_


def test_the_letter_comes_in_both_languages(folder: Path, tmp_path: Path) -> None:
    said, files = render(folder, tmp_path, "--for", "committee", "--only", "decision_letter")
    assert "仍是中文" not in said
    assert files.keys() == {"decision_letter", "decision_letter.en"}
    found = words(files["decision_letter.en"])
    for wanted in ("Study protocol", "Consent form (adults)", "Articles 21 and 22", "12 months"):
        assert wanted in found, wanted
    chinese, english = (list(lists(files[f"decision_letter{one}"])) for one in ("", ".en"))
    assert list(map(len, english)) == list(map(len, chinese)) != []
    assert english[0][:2] == ["Approved", "Approve after modification"]
    assert controls(files["decision_letter.en"]) == controls(files["decision_letter"])
    assert "月" not in found and "／" not in found


def test_what_the_committee_recorded_is_said_in_english(folder: Path, tmp_path: Path) -> None:
    sealed = tmp_path / GENOMICS
    copytree(folder, sealed)
    assert mmethics("--today", DAY, "submit", sealed, cwd=tmp_path).returncode == 0
    (sealed / "submissions/01-initial/decision.yaml").write_text(
        "decision: modify_then_approve\nnumber: 2027-0137\ndate: 2027-03-20\n"
        "valid_until: 2028-03-19\ninterval_months: 6\n",
        encoding="utf-8",
    )
    _, files = render(sealed, tmp_path / "out", "--for", "committee", "--only", "decision_letter")
    found = words(files["decision_letter.en"])
    for wanted in ("2027-0137", "Approve after modification", "20 March 2027", "6 months"):
        assert wanted in found, wanted


def lists(path: Path) -> Iterator[list[str | None]]:
    """The options of each drop-down."""
    for one in docx.Document(str(path)).element.body.iter(qn("w:dropDownList")):
        yield [item.get(qn("w:displayText")) for item in one]


def controls(path: Path) -> Counter[str]:
    """How many dates, drop-downs and boxes there are."""
    body = docx.Document(str(path)).element.body
    kinds = {"dropDownList", "date", "checkbox"}
    return Counter(tag for one in body.iter() if (tag := one.tag.rpartition("}")[2]) in kinds)


def test_an_english_paper_offers_the_choices_of_the_chinese_one(
    folder: Path, tmp_path: Path
) -> None:
    path = folder / "dossier.yaml"
    before = path.read_text(encoding="utf-8")
    start = before.index("  future_use: |")
    end = before.index("\n\n", start)
    # The Chinese answer keeps nothing for later; its English words do not say so in Chinese.
    path.write_text(
        before[:start] + "  future_use: 研究结束就销毁，不再用于其他研究。" + before[end:],
        encoding="utf-8",
    )
    try:
        _, files = render(folder, tmp_path, "--only", "consent_adult")
    finally:
        path.write_text(before, encoding="utf-8")
    chinese, english = files["consent_adult"], files["consent_adult.en"]
    assert "留给以后的医学研究，每次" not in words(chinese)
    assert "To keep the information for later" not in words(english)
    assert controls(english) == controls(chinese)


# Side by side.


def test_two_languages_side_by_side_are_filled_in_once(folder: Path, tmp_path: Path) -> None:
    given = ("--names", "id", "--out", tmp_path, "--documents-lang", "bilingual")
    done = mmethics(
        "--today", DAY, "render", folder, *given, "--only", "consent_adult,pia_report", cwd=folder
    )
    assert done.returncode == 0 and "仍是中文：个人信息保护影响评估" in done.stderr
    found = {path.name.split("-V1.0")[0]: path for path in tmp_path.glob("*.zh-en.docx")}
    (both,) = found.values()
    chinese = both.with_name(both.name.replace(".zh-en", ""))
    assert controls(both) == controls(chinese)
    told = words(both)
    for one in (
        "为什么做这项研究",
        "Why we do this study",
        "参与者签名",
        "Participant’s signature",
    ):
        assert one in told
    (rows,) = {
        tuple(cell.text.split("\n")[0] for cell in row.cells)
        for table in docx.Document(str(both)).tables
        for row in table.rows
        if row.cells[0].text.startswith("为什么做")
    }
    assert rows == ("为什么做这项研究，要做什么", "Why we do this study, and what will happen")


def test_an_english_paper_with_chinese_in_it_is_not_sealed(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    copytree(folder, own)
    english = own / "dossier.en.yaml"
    text = english.read_text(encoding="utf-8")
    start, end = text.index("  plain_benefits:"), text.index("  plain_privacy:")
    english.write_text(text[:start] + text[end:], encoding="utf-8")
    for language in ("en", "bilingual"):
        done = mmethics("--today", DAY, "submit", own, "--documents-lang", language, cwd=own)
        assert done.returncode == 1, done.stderr
        assert (
            "英文文件里有 1 项仍是中文：受益（通俗）" in done.stderr and "没有封存" in done.stderr
        )
    assert not list(own.rglob("manifest.json"))


# On paper.


@pytest.fixture(scope="module")
def english_papers(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """English and bilingual papers of the example and of the children's study, as sealed."""
    out = tmp_path_factory.mktemp("english")
    for place in (folder, dossier(tmp_path_factory.mktemp("children"))):
        opened = open_dossier(place, date.fromisoformat(DAY))
        package = package_of(opened, date.fromisoformat(DAY), tuple(one.id for one in family()))
        kinds = package.documents
        of_people = [one for one in kinds if one.kind.for_form]
        for language, documents in ((Language.en, kinds), (Language.bilingual, of_people)):
            drafts = drafts_of(opened, package, documents, FileNaming.by_id, language, draft=False)
            for file in drafts.files:
                if file.name.endswith("en.docx"):
                    (out / f"{place.name}-{file.name}").write_bytes(file.data)
    return sorted(out.iterdir())


@pytest.mark.slow
@pytest.mark.libreoffice
def test_english_papers_have_no_fault_on_their_pages(
    english_papers: list[Path], tmp_path: Path
) -> None:
    assert len(english_papers) > 12
    found = [
        fault for one in convert(some(english_papers, 19), tmp_path) for fault in pages.faults(one)
    ]
    # In the application form “None” is a word: the name of a choice.
    form = re.compile(r"-application_form-.*: None left in ")
    assert [one for one in found if not form.search(one)] == []


@pytest.mark.slow
@pytest.mark.openxml
def test_english_papers_are_valid(english_papers: list[Path]) -> None:
    assert errors_of(english_papers) == []
