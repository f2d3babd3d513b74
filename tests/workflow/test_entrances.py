"""One reader for every entrance: a day in any way people write it is the same day everywhere, and
the same bytes once it was saved."""

from __future__ import annotations

import io
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Final

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell import Cell

from mmethics_cli.commands.options import resolve_today
from mmethics_cli.core.lifecycle.decision import read_decision
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import EthicsError, UnreadableFile
from mmethics_cli.sheets.merge import merge
from mmethics_cli.sheets.page import LIST
from mmethics_cli.sheets.reader import read_workbook
from mmethics_cli.store.dossier.parts import read_versions
from mmethics_cli.store.dossier.workspace import write_edits
from mmethics_cli.store.yaml.characters import named_refusal
from mmethics_cli.store.yaml.reader import YamlFile, parse
from mmethics_cli.store.yaml.writer import scalar
from mmethics_cli.wording.typed import PromptReader
from mmethics_cli.workflow.creating import make_blank, make_of_answers
from mmethics_cli.workflow.lifecycle.recording import DecisionOptions, read_options
from mmethics_cli.workflow.opening import open_dossier
from mmethics_cli.workflow.supposing import supposed
from mmethics_cli.workflow.workbook import ledger_of, workbook_of
from tests.sheets.filling import column_of, first_spare, sheet_of
from tests.ways import NO_DAYS, WAYS
from tests.workflow.example import TODAY

DAY: Final = date(2027, 3, 1)
ASSETS: Final = f"{LIST}data.assets"
TEXTS: Final = tuple(dict.fromkeys(way(DAY) for way in WAYS))


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Standard:
    folder = tmp_path_factory.mktemp("pack") / "study"
    make_blank(folder)
    return open_dossier(folder, TODAY).standard


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    folder = tmp_path / "blank"
    make_blank(folder)
    return folder


def answers(days: tuple[str, ...]) -> str:
    """A file of answers with a day as a question and as a field of a list's entries."""
    lines = ["project:", f"  start_date: {scalar(days[0])}", "data:", "  assets:"]
    for number, day in enumerate(days, 1):
        lines += [
            f"    - id: a{number}",
            f"      name: 第{number}项",
            f"      period_start: {scalar(day)}",
        ]
    return "\n".join([*lines, "attachments:", "  - id: p1", f"    date: {scalar(days[0])}", ""])


def of_answers(days: tuple[str, ...], folder: Path) -> bytes:
    """The dossier that a file of answers makes."""
    file = folder.with_suffix(".yaml")
    file.write_text(answers(days), encoding="utf-8")
    assert make_of_answers(folder, file) == ()
    return (folder / "dossier.yaml").read_bytes()


def test_a_file_of_answers_and_a_hand_edited_dossier(tmp_path: Path) -> None:
    right = of_answers(("2027-03-01",) * len(TEXTS), tmp_path / "right")
    assert of_answers(TEXTS, tmp_path / "typed") == right
    hand = Path(shutil.copytree(tmp_path / "right", tmp_path / "hand"))
    start, *parts = right.decode().split("period_start: 2027-03-01")
    days = [f"period_start: {scalar(written)}" for written in TEXTS]
    text = start + "".join(day + part for day, part in zip(days, parts, strict=True))
    text = text.replace("start_date: 2027-03-01", "start_date: 2027年3月1日")
    (hand / "dossier.yaml").write_text(text, encoding="utf-8")
    dossier = open_dossier(hand, TODAY)
    assert dossier.refused == ()
    assert dossier.facts.values == open_dossier(tmp_path / "right", TODAY).facts.values
    assert (hand / "dossier.yaml").read_text(encoding="utf-8") == text  # reading writes nothing
    for folder in (hand, tmp_path / "right"):
        open_dossier(folder, TODAY).workspace.set_answers({"project.title": "肺部影像"})
    saved = (hand / "dossier.yaml").read_bytes()
    assert saved == (tmp_path / "right" / "dossier.yaml").read_bytes() and b"2027\xe5" not in saved


def test_a_workbook(blank: Path, tmp_path: Path) -> None:
    open_dossier(blank, TODAY).workspace.set_answers({"project.kind": "observational"})
    right = Path(shutil.copytree(blank, tmp_path / "right"))
    cells: list[object] = [*TEXTS, datetime(2027, 3, 1), 46447, 20270301]
    for folder, typed in ((blank, cells), (right, ["2027-03-01"] * len(cells))):
        dossier = open_dossier(folder, TODAY)
        book = openpyxl.load_workbook(io.BytesIO(workbook_of(dossier, TODAY)))
        sheet = sheet_of(book, ASSETS)
        row, name, start = (
            first_spare(sheet),
            column_of(sheet, "name"),
            column_of(sheet, "period_start"),
        )
        for at, written in enumerate(typed):
            sheet.cell(row + at, name).value = f"第{at + 1}项"
            cell = sheet.cell(row + at, start)
            assert isinstance(cell, Cell)
            cell.value = written  # type: ignore[assignment]
            if isinstance(written, str):
                cell.data_type = "s"
            elif isinstance(written, int):
                cell.number_format = "General"
        out = io.BytesIO()
        book.save(out)
        merged = merge(read_workbook(out.getvalue()), ledger_of(dossier), named_refusal)
        assert [str(problem) for problem in merged.problems] == []
        write_edits(dossier.workspace, [change.edit for change in merged.changes])
    assert (blank / "dossier.yaml").read_bytes() == (right / "dossier.yaml").read_bytes()


@settings(max_examples=60)
@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sampled_from(WAYS))
def test_flags_the_terminal_and_the_committees_files(
    standard: Standard, day: date, way: object
) -> None:
    assert callable(way)
    text = way(day)
    later = way(date(day.year + 1, day.month, 1))
    options = read_options(standard, DecisionOptions("批准", text, valid_until=later), "initial")
    assert (options.day, options.valid_until) == (day, date(day.year + 1, day.month, 1))
    assert resolve_today(text, {}) == day
    question = standard.questions["project.start_date"]
    reader = PromptReader(named_refusal, standard.placeholders)
    assert reader.complaint(question, text) is None
    assert reader.value(question, text) == day
    decision, faults = read_decision(standard, {"decision": "approve", "date": text}, "initial")
    assert faults == [] and decision is not None and decision.day == day
    tree = parse(
        f"documents:\n  application_form: {{version: '1.0', date: {scalar(text)}}}\n", "f"
    ).tree
    versions, troubles = read_versions(standard, YamlFile(tree, "f", ""))
    assert troubles == [] and versions["application_form"].date == day


def test_what_if(study: Path) -> None:
    dossier = open_dossier(study, TODAY)
    for text in TEXTS:
        facts = supposed(dossier.facts, [f"project.start_date={text}"]).facts
        assert facts.values["project.start_date"] == DAY


@pytest.mark.parametrize(("text", "why"), NO_DAYS)
def test_what_is_no_day_is_refused_with_the_reason_everywhere(
    standard: Standard, study: Path, tmp_path: Path, text: str, why: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"project:\n  start_date: {scalar(text)}\n", encoding="utf-8")
    with pytest.raises(UnreadableFile) as refused:
        make_of_answers(tmp_path / "new", file)
    assert "a.yaml:2" in str(refused.value) and why in str(refused.value)
    assert not (tmp_path / "new").exists()
    with pytest.raises(EthicsError, match=why):
        supposed(open_dossier(study, TODAY).facts, [f"project.start_date={text}"])
    for options in (
        DecisionOptions("批准", text),
        DecisionOptions("批准", "2027-3-1", valid_until=text),
    ):
        with pytest.raises(EthicsError, match=why):
            read_options(standard, options, "initial")
    with pytest.raises(EthicsError, match=why):
        resolve_today(text, {})
    reader = PromptReader(named_refusal, standard.placeholders)
    assert why in (reader.complaint(standard.questions["project.start_date"], text) or "")


OTHER_ANSWERS: Final = """\
project: {kind: 观察性研究, commercial_interest: 否, number: 不适用：没有编号, budget: ' 3万元'}
design: {sample_size_total: 3，208例, collection: 回顾性}
participants: {age_max: 不限, vulnerable: 无, population: 仅既往资料、患者, sex: 男女不限}
samples: {use: 无}
sharing: {recipients: 不提供, cross_border: ×}
data:
  assets:
    - {name: CT, identifiability: 去标识化, subjects: 1 000, contains_face: 没有}
team: {members: 无}
self_check: {BEN-01: {answer: 不适用, note: 没有对照组}}
documents: {application_form: {version: '1.0', date: 2027/3/1}}
"""


def test_other_answers_are_saved_in_one_form_too(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OTHER_ANSWERS, encoding="utf-8")
    make_of_answers(tmp_path / "d", tmp_path / "a.yaml")

    def tree(*names: str) -> object:
        return parse((tmp_path / "d").joinpath(*names).read_text(encoding="utf-8"), "f").tree

    dossier = tree("dossier.yaml")
    assert isinstance(dossier, dict)

    def said(group: str) -> dict[str, object]:
        part = dossier[group]
        assert isinstance(part, dict)
        return {key: value for key, value in part.items() if value is not None}

    assert said("project") == {
        "kind": "observational",
        "commercial_interest": "no",
        "number": {"not_applicable": "没有编号"},
        "budget": " 3万元",
    }
    assert said("design") == {"sample_size_total": "3208", "collection": "retrospective"}
    assert said("participants") == {
        "age_max": "120",
        "vulnerable": [],
        "population": ["patients", "records_only"],
        "sex": "any",
    }
    assert said("samples") == {"use": "none"}
    assert said("sharing") == {"recipients": [], "cross_border": "no"}
    asset = {"id": "1", "name": "CT", "identifiability": "deidentified", "subjects": "1000"}
    assert said("data")["assets"] == [{**asset, "contains_face": "no"}]
    assert said("team") == {"members": []}
    items = tree("self-check.yaml")
    assert isinstance(items, dict) and items["BEN-01"]["answer"] == "not_applicable"
    event = tree("submissions", "01-initial", "submission.yaml")
    assert isinstance(event, dict)
    assert event["documents"] == {"application_form": {"version": "1.0", "date": "2027-03-01"}}


def test_a_file_with_references_keeps_its_ways(blank: Path) -> None:
    file = blank / "dossier.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("  start_date:", "  start_date: &day 2027/3/1").replace(
        "  end_date:", "  end_date: *day"
    )
    file.write_text(text, encoding="utf-8")
    open_dossier(blank, TODAY).workspace.set_answers({"project.title": "肺部影像"})
    assert "start_date: &day 2027/3/1" in file.read_text(encoding="utf-8")
    assert open_dossier(blank, TODAY).facts.values["project.end_date"] == DAY
