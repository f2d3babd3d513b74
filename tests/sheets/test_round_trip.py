"""There and back: through files, through LibreOffice, with any text, and filled in by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell import Cell

from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    Element,
    NotApplicable,
    Several,
    Value,
    name_of,
)
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.sheets.book import pages_of
from mmethics_cli.sheets.ledger import Ledger
from mmethics_cli.sheets.merge import merge
from mmethics_cli.sheets.page import LIST
from mmethics_cli.sheets.reader import read_workbook
from mmethics_cli.sheets.writer import workbook as workbook_bytes
from mmethics_cli.store.dossier.workspace import unread_answers, write_edits
from mmethics_cli.workflow.creating import make_blank, make_of_example
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.workbook import ledger_of, origin_of
from tests.depth import deep, some
from tests.program import EXAMPLES
from tests.sheets.filling import (
    DAY,
    cell_of,
    change,
    exported,
    fill,
    first_spare,
    load,
    merged,
    opened,
    refused,
    saved,
    sheet_of,
    without_ids,
)
from tests.validator import errors

AWKWARD = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "'x",
    "_x0041_",
    "_x005F_x0041_",
    "x005F_",
    "a_x000D_b",
    " 前后有空格 ",
    "\n首行空",
    "尾行空\n",
    "制表\t符",
    "1,234",
    "0137",
    "1.10",
    "12:30",
    "2027-3-1",
    "1e5",
    "TRUE",
    "#REF!",
    "<b>&amp;</b>",
    "𠮷😀",
    "\u00a0\u3000",
    "第一段\u2028第二段\u2029",
    "e\u0301",
    "不适用",
    "清空 ",
    "是",
    "不清楚。",
    "mmethics:record",
    ":id",
    "#",
]


def write_all(data: bytes, folder: Path) -> int:
    """Import a workbook; the number of changes."""
    result = merged(data, folder)
    assert [str(one) for one in result.problems] == []
    write_edits(opened(folder).workspace, [one.edit for one in result.changes])
    return len(result.changes)


def test_what_was_exported_comes_back_without_a_change(workbook: bytes, study: Path) -> None:
    assert merged(workbook, study).changes == ()
    assert merged(saved(load(workbook)), study).changes == ()
    assert write_all(workbook, study) == 0
    assert exported(study) == workbook


@pytest.mark.slow
@pytest.mark.parametrize("example", some(EXAMPLES, 1))
def test_filled_in_twice_a_blank_dossier_says_what_the_example_says(
    example: str, tmp_path: Path
) -> None:
    make_of_example(tmp_path / "there" / "d", example)
    make_blank(tmp_path / "here" / "d")
    there, here = tmp_path / "there" / "d", tmp_path / "here" / "d"
    wanted = ledger_of(opened(there))
    assert 20 < write_all(fill(exported(here), wanted), here) < 60
    assert write_all(fill(exported(here), wanted), here) > 300
    assert write_all(fill(exported(here), wanted), here) == 0
    made = ledger_of(opened(here))
    assert without_ids(made.facts.values) == without_ids(wanted.facts.values)
    assert self_check(made) == self_check(wanted)
    again = exported(here)
    assert merged(again, here).changes == () and exported(here) == again


def self_check(ledger: Ledger) -> dict[str, object]:
    """The answers to the review items, evidence by its name."""
    names = {
        one.id: name_of(one)
        for one in ledger.elements(ledger.facts.standard.questions["attachments"])
    }
    answers = ledger.self_check.answers
    return {
        item: (one.answer, one.note, names.get(one.evidence, one.evidence), one.page)
        for item, one in answers.items()
        if one.answer
    }


@pytest.mark.libreoffice
@pytest.mark.openxml
def test_through_libreoffice(blank: Path, study: Path, tmp_path: Path) -> None:
    """Awkward texts in place and typed, a blank workbook filled: nothing is lost on the way."""
    dossier = opened(study)
    texts = [path for path, one in dossier.standard.questions.items() if one.type == "text"]
    here = [path for path in texts if dossier.facts.values.get(path)][: len(AWKWARD)]
    for path, text in zip(here, AWKWARD, strict=True):
        change(study, path, text)
    data = exported(study)
    wanted = ledger_of(opened(study))
    filled = fill(exported(blank), wanted)
    for name, one in (("full", data), ("filled", filled), ("blank", exported(blank))):
        (tmp_path / f"{name}.xlsx").write_bytes(one)
    assert [*errors(tmp_path / "full.xlsx"), *errors(tmp_path / "blank.xlsx")] == []
    convert([tmp_path / "full.xlsx", tmp_path / "filled.xlsx"], tmp_path / "out")
    result = merged((tmp_path / "out" / "full.xlsx").read_bytes(), study)
    assert (result.changes, result.problems, result.newer) == ((), (), 0)
    assert write_all((tmp_path / "out" / "filled.xlsx").read_bytes(), blank) > 20
    made = ledger_of(opened(blank)).facts.values
    decided = {path: value for path, value in made.items() if path.startswith("risk.")}
    assert decided and decided.items() <= dict(wanted.facts.values).items()
    assert exported(study) == data


def convert(files: list[Path], folder: Path) -> None:
    """Let LibreOffice open workbooks and save them."""
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(folder.parent / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            folder,
            *files,
        ],
        env=os.environ.copy(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=240,
        check=True,
    )


def test_typed_texts_come_back_exactly(blank: Path) -> None:
    write_all(fill(exported(blank), decided(blank)), blank)
    book = load(exported(blank))
    texts = [
        path
        for path, one in opened(blank).standard.questions.items()
        if one.type == "text" and not one.may_not_apply
    ]
    typed = [text for text in AWKWARD if "不适用" not in text and text.strip()]
    there = {}
    for path, text in zip(texts, typed, strict=False):
        try:
            cell = cell_of(book, path)
        except KeyError:
            continue
        put(cell, text)
        there[path] = text
    assert len(there) > 15
    result = merged(saved(book), blank)
    assert result.problems == ()
    written = {one.edit.path: one.edit.tree for one in result.changes}
    # What looks like Excel's own escape is one; and “清空” with blanks around it is the word.
    expected = {
        path: text.replace("_x005F_x0041_", "_x0041_")
        if "_x005F_" in text
        else text.replace("_x0041_", "A").replace("_x000D_", "\n")
        for path, text in there.items()
        if text != "清空 "
    }
    assert written == expected
    write_edits(opened(blank).workspace, [one.edit for one in result.changes])
    dossier = opened(blank)
    # Some of them are no answers, and stand there all the same.
    said = {**dossier.facts.values, **unread_answers(dossier.workspace)}
    assert {path: said[path] for path in expected} == expected


def test_a_workbook_writes_what_the_interview_would(blank: Path, tmp_path: Path) -> None:
    """The same answers by both ways give the same file, byte for byte."""
    asked = Path(shutil.copytree(blank, tmp_path / "asked"))
    book = load(exported(blank))
    typed: dict[str, tuple[str, Value]] = {
        "project.regulatory_track": ("无", "none"),
        "project.commercial_interest": ("不清楚", UNKNOWN),
        "project.other_committee_decisions": ("不适用：没有", NotApplicable("没有")),
        "participants.age_min": ("18", 18),
        "participants.vulnerable": ("没有", Several()),
        "risk.sensitive_topics": ("2、1", Several.of("mental_health", "sexual")),
        "design.interventional": ("否", False),
    }
    for path, (text, _) in typed.items():
        cell_of(book, path).value = text
    assets = sheet_of(book, f"{LIST}data.assets")
    row = first_spare(assets)
    for column, text in enumerate(("心电", "生物信号"), 2):
        assets.cell(row, column).value = text
    assert write_all(saved(book), blank) == len(typed) + 1
    interviewed = opened(asked).workspace
    for path, (_, value) in typed.items():
        interviewed.set_answers({path: value})
    entry = Element("a1", {"name": "心电", "modality": "biosignal"})
    interviewed.set_answers({"data.assets": (entry,)})
    texts = [(one / "dossier.yaml").read_text(encoding="utf-8") for one in (blank, asked)]
    assert texts[0] == texts[1]


def decided(folder: Path) -> Ledger:
    """A dossier that is no longer blank, by one answer."""
    ledger = ledger_of(opened(folder))
    values: dict[str, Value] = {**ledger.facts.values, "risk.level": "minimal"}
    facts = type(ledger.facts)(ledger.facts.standard, values)
    return Ledger(facts, ledger.self_check)


def put(cell: Cell, text: str) -> None:
    cell.value = text
    cell.data_type = "s"


any_text = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("_x05FAD =+-@'\"\t\r\n\x00\x07\x85\ufffe\ud800、，：清空不适用"),
    ),
    max_size=60,
)


@settings(
    max_examples=deep(12, 40),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(texts=st.lists(any_text, min_size=20, max_size=20))
def test_any_text_of_a_dossier_comes_back_or_is_refused(original: Path, texts: list[str]) -> None:
    """Whatever a dossier may hold comes back unchanged, however it looks like a word of ours."""
    dossier = opened_once(original)
    ledger = ledger_of(dossier)
    paths = [
        path
        for path, one in ledger.facts.standard.questions.items()
        if one.type == "text" and ledger.facts.values.get(path)
    ]
    fit = [text for text in texts if refused(text) is None and text.strip()]
    given_texts = dict(zip(paths, fit, strict=False))
    values = {**ledger.facts.values, **given_texts}
    changed = Ledger(Facts(ledger.facts.standard, values, DAY), ledger.self_check)
    pages = pages_of(changed, lambda item: "", DAY)[:2]
    data = workbook_bytes(pages, origin_of(dossier), "研究", DAY)
    result = merge(read_workbook(data), changed, refused)
    assert (result.changes, result.problems, result.newer) == ((), (), 0)
    back = {cell.id: cell.text for cell in read_workbook(data).cells}
    assert {path: back[path] for path in given_texts} == given_texts


@cache
def opened_once(folder: Path) -> Dossier:
    return opened(folder)
