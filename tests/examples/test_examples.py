"""The worked examples hold what they promise: they are ready to submit, but for one."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import pytest

from mmethics_cli.core.answers.tree import AnswerTree, read_tree
from mmethics_cli.core.conditions.values import Element
from tests.program import COMPLETE, STUDIES, mmethics
from tests.studies import example_tree as tree
from tests.studies import standard

FOREIGN = "genomics-imaging-partner"
MARK = "示例"
MAX_BYTES = 15 * 1024
PERSON = re.compile(r"^[一-鿿]示[一二三四五六]$")
PHONE = re.compile(r"\d{3,4}-\d{4}-?\d{4}|1\d{10}")
ALL = sorted(path.parent.name for path in STUDIES.glob("*/example.yaml"))
INCOMPLETE = sorted(set(ALL) - set(COMPLETE))


def reading(example: str) -> AnswerTree:
    return read_tree(standard(), tree(example, "dossier.yaml"))


def entries(example: str) -> tuple[Element, ...]:
    value = reading(example).values["attachments"]
    assert isinstance(value, tuple)
    return value


def dossier(example: str, folder: Path) -> Path:
    """The example as `new` makes it."""
    done = mmethics("new", example, "--example", example, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / example


def run(command: str, folder: Path, *options: str) -> tuple[int, Mapping[str, Any]]:
    day = tree(folder.name, "example.yaml")["as_of"]
    done = mmethics("--today", day, command, *options, "--format", "json", folder, cwd=folder)
    return done.returncode, json.loads(done.stdout)


def test_each_folder_is_an_example_that_says_what_it_is() -> None:
    assert sorted(path.name for path in STUDIES.iterdir() if path.is_dir()) == ALL
    assert len(COMPLETE) >= 3


@pytest.mark.parametrize("example", ALL)
def test_an_example_says_what_it_is(example: str) -> None:
    about = tree(example, "example.yaml")
    assert about["id"] == example
    assert about["complete"] in ("yes", "no")
    assert about["title"] and about["summary"] and "\n" not in about["summary"]
    assert all(one["what"] and one["citation"] for one in about["sources"])
    published = [one for one in about["sources"] if one["id"] != MARK]
    assert all(("doi" in one or "url" in one) and one["read"] for one in published)


@pytest.mark.parametrize("example", ALL)
def test_every_fact_has_a_listed_source_and_an_answer(example: str) -> None:
    about = tree(example, "example.yaml")
    listed = {one["id"] for one in about["sources"]}
    answered = set(reading(example).keys)
    answered |= set(read_tree(standard(), tree(example, "institution.yaml")).keys)
    for path, sources in about["fact_sources"].items():
        assert sources and set(sources) <= listed, path
        assert path in answered, path
    assert {source for one in about["fact_sources"].values() for source in one} == listed


@pytest.mark.parametrize("example", COMPLETE)
def test_published_figures_are_those_of_the_paper(example: str) -> None:
    about = tree(example, "example.yaml")
    assert about["figures"]
    for path, figure in about["figures"].items():
        assert "paper" in about["fact_sources"][path]
        assert raw(example, path) == figure


def raw(example: str, path: str) -> str:
    node: Any = tree(example, "dossier.yaml")
    for key in reading(example).keys[path]:
        node = node[key]
    assert isinstance(node, str)
    return node


@pytest.mark.parametrize("example", ALL)
def test_people_and_phones_are_visibly_made_up(example: str) -> None:
    study = tree(example, "dossier.yaml")
    people = [study["investigator"]["name"], study["contact"]["name"]]
    people += [one["name"] for one in study["team"]["members"]]
    assert [one for one in people if not PERSON.match(one)] == []
    assert tree(example, "institution.yaml")["institution"]["name"].startswith(MARK)
    for name in ("dossier.yaml", "institution.yaml"):
        text = (STUDIES / example / name).read_text(encoding="utf-8")
        phones = PHONE.findall(text)
        assert phones and all(one.startswith("010-0000-") for one in phones)


@pytest.mark.parametrize("example", ALL)
def test_attachments_are_real_small_files_marked_as_examples(example: str) -> None:
    folder = STUDIES / example / "attachments"
    named = {str(one.get("file")) for one in entries(example)}
    stored = {path.name for path in folder.iterdir()}
    assert stored <= named
    assert example in INCOMPLETE or stored == named
    for path in folder.iterdir():
        assert path.stat().st_size <= MAX_BYTES, path.name
        document = docx.Document(str(path))
        assert MARK in document.sections[0].header.paragraphs[0].text, path.name
        assert any(MARK in one.text for one in document.paragraphs), path.name
        with ZipFile(path) as archive:
            assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def templated() -> set[str]:
    return {one.id for one in standard().documents.values() if one.template}


@pytest.mark.parametrize("example", ALL)
def test_nothing_is_brought_that_the_program_prepares(example: str) -> None:
    assert {str(one.get("kind")) for one in entries(example)} & templated() == set()


@pytest.mark.parametrize("example", COMPLETE)
def test_an_attachment_bears_the_version_and_date_of_its_entry(example: str) -> None:
    for one in entries(example):
        path = STUDIES / example / "attachments" / str(one.get("file"))
        header = docx.Document(str(path)).sections[0].header.paragraphs[0].text
        version = one.get("version")
        assert f"{one.get('date')}" in header, path.name
        assert ("版本号" in header) is isinstance(version, str), path.name
        assert not isinstance(version, str) or f"版本号{version}" in header, path.name


@pytest.mark.parametrize("example", COMPLETE)
def test_a_complete_example_has_nothing_to_return(example: str, tmp_path: Path) -> None:
    code, found = run("check", dossier(example, tmp_path))
    assert [one for one in found["findings"] if one["severity"] != "note"] == []
    expected = tree(example, "example.yaml").get("notes", [])
    assert all(one["why"] for one in expected)
    notes = [one for one in found["findings"] if one["kind"] != "not_verified"]
    assert Counter((one["kind"], one["path"]) for one in notes) == Counter(
        (one["kind"], one["path"]) for one in expected
    )
    assert found["complete"] is True
    assert code == 0


@pytest.mark.parametrize("example", COMPLETE)
def test_a_complete_example_has_a_settled_pathway(example: str, tmp_path: Path) -> None:
    code, found = run("pathway", dossier(example, tmp_path))
    assert found["settled"] is True and found["open_questions"] == []
    assert code == 0
    decisions = found["decisions"]
    expected = tree(example, "example.yaml")["pathway"]
    assert {"review_method", "consent_waiver", "consent_forms"} <= expected.keys()
    words = {True: "yes", False: "no"}
    for name, value in expected.items():
        decided = decisions[name]["value"]
        assert (words[decided] if isinstance(decided, bool) else decided) == value, name
    assert all(one["settled"] for one in decisions.values())


def test_the_waiver_of_the_retrospective_example_stands(tmp_path: Path) -> None:
    _, found = run("pathway", dossier("retrospective-imaging-ai", tmp_path))
    assert found["decisions"]["consent_waiver"]["conditions"] == "met"
    assert "adult_written" in found["decisions"]["consent_forms"]["if_declined"]


def test_a_remote_look_from_abroad_is_read_strictly(tmp_path: Path) -> None:
    """Nothing leaves the hospital, yet both sets of rules on providing abroad apply."""
    _, found = run("pathway", dossier(FOREIGN, tmp_path))
    duties = set(found["decisions"]["duties"]["value"])
    assert {"export_mechanism", "hgr_authority", "hgr_bundle", "hgr_review"} <= duties
    fired = {one["rule"] for one in found["rules"] if one["state"] == "fired"}
    assert {"M5", "M6", "CF9", "CF11"} <= fired
    papers = set(found["decisions"]["documents"]["value"])
    assert {"hgr_statement", "hgr_approval", "cross_border_statement"} <= papers


def test_the_only_paper_missing_is_the_permit_that_needs_the_approval(tmp_path: Path) -> None:
    _, found = run("check", dossier(FOREIGN, tmp_path))
    missing = [one for one in found["findings"] if one["kind"] == "missing_attachment"]
    title = standard().documents["hgr_approval"].title
    assert [title in one["message"] for one in missing] == [True]


def test_the_partner_abroad_sees_no_raw_or_controlled_data() -> None:
    study = tree(FOREIGN, "dossier.yaml")
    abroad = [
        one["name"] for one in study["team"]["members"] if "境外" in one.get("institution", "")
    ]
    assert len(abroad) == 1
    assets = {one["id"]: one for one in study["data"]["assets"]}
    assert study["data"]["shared"]["origin"] == "prospective"
    assert {one["origin"] for one in assets.values() if "origin" in one} == {
        "open_public",
        "controlled_access",
    }
    assert abroad[0] not in assets["wes_gsa"]["access"]
    for one in ("mri_own", "wes_own", "clin_own"):
        assert f"{abroad[0]}只能远程看" in assets[one]["access"]
    assert {one["contains_face"] for one in assets.values() if "contains_face" in one} == {"no"}


@pytest.mark.parametrize("example", COMPLETE)
def test_a_complete_example_is_submitted_without_a_draft_mark(example: str, tmp_path: Path) -> None:
    folder = dossier(example, tmp_path)
    _, decided = run("pathway", folder)
    day = tree(example, "example.yaml")["as_of"]
    done = mmethics("--today", day, "submit", folder, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    sealed = folder / "submissions" / "01-initial"
    assert (sealed / "manifest.json").is_file()
    papers = sorted((sealed / "documents").iterdir())
    needed = templated() & set(decided["decisions"]["documents"]["value"])
    kinds = [standard().documents[one] for one in needed]
    # A part of another paper that is handed in is no paper of its own.
    due = {
        one.title for one in kinds if one.audience == "applicant" and not one.within.keys() & needed
    }
    # Of an agreement there is one a counterpart, called after it.
    titles = {one.name.split("-")[1].partition("（")[0] for one in papers if one.suffix == ".docx"}
    assert titles == {title.partition("（")[0] for title in due}
    assert any("知情同意" in one for one in due)
    for paper in papers:
        text = words(paper)
        assert not re.search(r"草稿|【待填|【待定", text), paper.name


def words(paper: Path) -> str:
    """Every part of an office file as text, marks removed."""
    with ZipFile(paper) as archive:
        parts = [archive.read(one).decode() for one in archive.namelist() if one.endswith(".xml")]
    return "".join(re.sub(r"<[^>]*>", "", one) + one for one in parts)


@pytest.mark.parametrize("example", INCOMPLETE)
def test_an_incomplete_example_is_returned_for_exactly_these(example: str, tmp_path: Path) -> None:
    folder = dossier(example, tmp_path)
    code, found = run("check", folder)
    wanted = tree(example, "example.yaml")["findings"]
    assert all(one["why"] for one in wanted)
    assert Counter((one["kind"], one["path"]) for one in found["findings"]) == Counter(
        (one["kind"], one["path"]) for one in wanted
    )
    assert code == 1 and found["complete"] is False
    assert len({one["id"] for one in found["findings"]}) >= 8


@pytest.mark.parametrize("example", INCOMPLETE)
def test_an_incomplete_example_cannot_be_submitted(example: str, tmp_path: Path) -> None:
    folder = dossier(example, tmp_path)
    done = mmethics("--today", "2027-03-01", "submit", folder, cwd=tmp_path)
    assert done.returncode == 1
    assert not (folder / "submissions" / "01-initial" / "manifest.json").exists()


@pytest.mark.parametrize("example", COMPLETE)
def test_every_item_that_applies_is_answered_with_evidence(example: str, tmp_path: Path) -> None:
    """A page of an attachment, a paper that is rendered, or the path of an answer."""
    answers = tree(example, "self-check.yaml")
    folder = dossier(example, tmp_path)
    ids = {one.id for one in entries(example)}
    _, decided = run("pathway", folder)
    rendered = set(decided["decisions"]["documents"]["value"]) & templated()
    assert set(answers) <= set(standard().items)
    for item, answer in answers.items():
        evidence = answer.get("evidence", "")
        if answer["answer"] == "met":
            assert evidence in ids | rendered or evidence in standard().questions, item
            assert bool(answer.get("page")) is (evidence in ids), item
        else:
            assert answer["note"], item
    _, found = run("check", folder)
    assert [one["item"] for one in found["findings"] if one["item"]] == []


# What is answered of a whole study, institution and submission with it; attachments and
# self-check aside.
MOST_ANSWERS = {
    "retrospective-imaging-ai": 245,
    "prospective-ecg": 210,
    "genomics-imaging-partner": 285,
}


@pytest.mark.parametrize("example", MOST_ANSWERS)
def test_few_answers_make_a_whole_study(example: str, tmp_path: Path) -> None:
    folder = dossier(example, tmp_path)
    day = tree(example, "example.yaml")["as_of"]
    done = mmethics("--today", day, "status", folder, cwd=tmp_path)
    counted = re.findall(r"^(\S+) +已答 (\d+)/", done.stdout, re.MULTILINE)
    answers = {title: int(count) for title, count in counted}
    assert len(answers) > 15
    others = answers.pop("审查内容自查") and answers.pop("附件")
    assert others
    assert sum(answers.values()) <= MOST_ANSWERS[example]


def test_what_an_entry_is_like_must_be_there(tmp_path: Path) -> None:
    path = dossier("retrospective-imaging-ai", tmp_path) / "dossier.yaml"
    text = path.read_text(encoding="utf-8").replace("like: ct_own", "like: ct_owm")
    path.write_text(text, encoding="utf-8")
    line = text[: text.index("like: ct_owm")].count("\n") + 1
    done = mmethics("check", path.parent, "--format", "json", cwd=tmp_path)
    (wrong,) = (one for one in json.loads(done.stdout)["findings"] if one["kind"] == "invalid")
    assert (wrong["path"], wrong["line"]) == ("data.assets[ct_partner].like", line)
    done = mmethics("new", "y", "--answers", path, cwd=tmp_path)
    assert (done.returncode, (tmp_path / "y").exists()) == (2, False)
    assert f"dossier.yaml:{line}" in done.stderr
