"""What others filled in is read back: all of it, nothing else, and nothing without a word."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from pathlib import Path

import docx
import pytest
from msgspec import Struct

from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.formats.form.answers import answers_of
from mmethics_cli.formats.form.reading import WordForm, read_form
from mmethics_cli.formats.passages import passages
from mmethics_cli.forms.filling import FormCoverage, fill_form
from mmethics_cli.forms.importing import against_blank, without_blank
from mmethics_cli.forms.mapping import FormMapping, proposed_tree, read_mapping
from mmethics_cli.forms.proposing import propose
from mmethics_cli.forms.words import FormWords
from mmethics_cli.workflow.opening import open_dossier
from mmethics_cli.workflow.own_forms.forms import words_of
from mmethics_cli.workflow.packs import LoadedPack, Packs
from tests.depth import some
from tests.forms.institutions import institution_forms
from tests.forms.made import LINES, TABLE, form_bytes, mapped_dossier
from tests.program import ROOT, TERMINAL, mmethics
from tests.typist import press

TODAY = date(2027, 3, 1)


class FilledForm(Struct):
    """A blank form, its mapping, and a copy filled from an example."""

    name: str
    blank: WordForm
    mapping: FormMapping
    data: bytes
    coverage: FormCoverage

    @property
    def filled(self) -> WordForm:
        return read_form(self.data, self.name)


class Filled(Struct):
    facts: Facts
    loaded: LoadedPack
    words: FormWords
    forms: list[FilledForm]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Forms of several institutions, filled from an example by what is proposed for them."""
    folder = tmp_path_factory.mktemp("filled")
    assert mmethics("new", "study", "--example", "prospective-ecg", cwd=folder).returncode == 0
    facts = open_dossier(folder / "study", TODAY).facts
    loaded = Packs(None).of(Path(), ("forms",))
    words = words_of(loaded)
    sources = [(title, form_bytes(title, build)) for title, build in (TABLE, LINES)]
    about = [(one.title, one.data) for one in institution_forms() if one.set != "none"]
    forms = []
    for name, data in [*sources, *some(about, 8)]:
        blank = read_form(data, name)
        reading = propose(blank.blanks, blank.head, blank.text, words, loaded.standard)
        head = {"file": f"{name}.docx"}
        tree = proposed_tree(head, blank.blanks, reading.proposals, words, loaded.standard)
        mapping, faults = read_mapping(name, tree, loaded.standard)
        assert faults == []
        copy = read_form(data, name)
        coverage = fill_form(mapping, copy.blanks, facts, TODAY)
        copy.package.touch(copy.package.main)
        forms.append(FilledForm(name, blank, mapping, copy.package.saved(), coverage))
    return Filled(facts, loaded, words, forms)


def test_every_answer_is_found_in_its_blank_and_none_elsewhere(filled: Filled) -> None:
    for form in filled.forms:
        states = {n for n, one in enumerate(form.coverage.blanks) if one.state == "filled"}
        found = {answer.blank for answer in answers_of(form.blank, form.filled)}
        assert found == states, form.name


def test_a_blank_form_says_nothing(filled: Filled) -> None:
    for form in filled.forms:
        again = read_form(form.blank.package.saved(), form.name)
        assert list(answers_of(form.blank, again)) == [], form.name


def test_what_is_read_is_what_was_filled_in(filled: Filled) -> None:
    values = [
        value
        for form in filled.forms
        for value in against_blank(form.mapping, form.blank, form.filled, filled.loaded.standard)
        if value.value is not None
    ]
    assert len(values) > 60
    for value in values:
        own = filled.facts.get(value.path)
        assert value.value == (own.strip() if isinstance(own, str) else own), value


def test_entries_of_a_list_are_shown_row_by_row_and_taken_by_nobody(filled: Filled) -> None:
    form = filled.forms[0]
    values = against_blank(form.mapping, form.blank, form.filled, filled.loaded.standard)
    rows = [value for value in values if value.path == "team.members"]
    members = filled.facts.get("team.members")
    assert isinstance(members, tuple) and len(rows) == len(members)
    assert all(row.value is None and row.trouble for row in rows)
    assert rows[0].text.split(" / ")[0] == members[0].get("name")


def test_without_the_blank_hardly_a_value_is_wrong(filled: Filled) -> None:
    taken = wrong = 0
    for form in filled.forms:
        said = passages(form.data, f"{form.name}.docx")
        for value in without_blank(said, filled.words, filled.loaded.standard):
            if value.value is not None and not value.doubtful:
                taken += 1
                wrong += value.value != filled.facts.get(value.path)
    assert taken > 25 and wrong <= 0.05 * taken, (wrong, taken)


def test_instructions_and_options_are_no_answers(tmp_path: Path, filled: Filled) -> None:
    document = docx.Document()
    for line in (
        "项目名称：（请填写全称）", "经费来源：口 政府 口 企业", "样本量：XX",
        "主要研究者：____", "研究目的：请说明", "方案编号：${planNo}",
    ):  # fmt: skip
        document.add_paragraph(line)
    table = document.add_table(1, 3)
    for cell, text in zip(table.rows[0].cells, ("研究药物", "剂量/日", "给药途径"), strict=True):
        cell.text = text
    document.save(str(tmp_path / "表.docx"))
    said = passages((tmp_path / "表.docx").read_bytes(), "表.docx")
    assert without_blank(said, filled.words, filled.loaded.standard) == []


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a Unix terminal")
def test_at_a_terminal_only_what_is_ticked_is_written(tmp_path: Path) -> None:
    import pexpect

    mapped_dossier(tmp_path, "prospective-ecg")
    day = ("--today", "2027-03-01")
    assert mmethics("form", "fill", "study", "--out", "out", *day, cwd=tmp_path).returncode == 0
    assert mmethics("new", "blank", "--blank", cwd=tmp_path).returncode == 0
    shutil.copy(tmp_path / "study" / "institution.yaml", tmp_path / "blank" / "institution.yaml")
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mmethics_cli", *day, "form", "import", "out/本院申请表（草稿）.docx", "blank",
         "--form", "本院申请表"],
        env=os.environ | TERMINAL | {"PYTHONPATH": str(ROOT)},
        encoding="utf-8", timeout=30, cwd=str(tmp_path), dimensions=(40, 80),
    )  # fmt: skip
    child.expect("勾选属实的值")
    press(child, "1\r")
    child.expect("写入 1 个值")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    text = (tmp_path / "blank" / "dossier.yaml").read_text(encoding="utf-8")
    assert "title: 腕式心电记录仪" in text and "何示一" not in text
