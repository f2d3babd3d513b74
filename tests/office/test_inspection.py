"""Inspection day: where a study stands, as it was on a day, in Excel, and all of it in a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from mmethics_cli.office.events import Happening
from mmethics_cli.office.pack import office_pack
from mmethics_cli.wording.columns import width
from mmethics_cli.workflow.packs import Packs
from tests.browser import complaints, printed, violations
from tests.office.lived import DAY, MET, lived_office
from tests.office.offices import call
from tests.office.test_desk import HOSTILE, Page, busy_office
from tests.once import Once
from tests.validator import errors_of


@pytest.fixture
def office(once: Once, sealed_example: Callable[[str], Path], tmp_path: Path) -> Path:
    return lived_office(once, sealed_example, tmp_path)


def shown(office: Path, *arguments: str | Path) -> str:
    code, said, errors = call("office", "show", *arguments, "--office", office, today=DAY)
    assert code == 0, errors
    return said


def test_a_case_shows_its_clock_its_papers_and_its_history(office: Path) -> None:
    said = " ".join(shown(office, "1").split())  # the screen breaks lines where it must
    assert "会议审查 已决定 批准（伦审2027-0001，2027-03-16）" in said
    assert "受理 2027-03-02 期限 2027-04-01" in said and "决定 2027-03-16（14 日）" in said
    assert "主审方案 委员1 交回 2027-03-08 批准" in said
    assert "cases/" in said and "returned/2027-03-08-review-worksheet-2027-0001-M1" in said
    assert "交回工作表 M1 意见：补充样本量 建议：批准" in said and "recommendation" not in said


def test_all_that_an_event_may_say_has_words() -> None:
    pack = office_pack(Packs())
    words, kinds = pack.event_words, pack.kinds
    data = [(kind, key, type_) for kind in kinds.values() for key, type_ in kind.data.items()]
    # A proof and an imported row are shown by themselves.
    said = [(kind, key) for kind, key, type_ in data if type_ not in ("proof", "row", "digest")]
    assert [(k.id, key) for k, key in said if not {**words.titles, **k.titles}.get(key)] == []
    ids = [(k, key, id_) for k, key, type_ in data if isinstance(type_, tuple) for id_ in type_]
    ids += [(kinds["access_requested"], "capacity", id_) for id_ in pack.lending.capacities]
    ids += [(kinds["volume_opened"], "kind", id_) for id_ in pack.archive.volumes]
    assert [
        (kind.id, key, id_)
        for kind, key, id_ in ids
        if id_.isascii() and id_ not in {**words.labels.get(key, {}), **kind.labels}
    ] == []


def test_rows_are_said_in_words() -> None:
    pack = office_pack(Packs())
    row = {"item": "WS-01", "verdict": "revise", "comment": "改"}
    paper = {"kind": "letter", "title": "审查意见", "medium": "电子", "digest": "0" * 64}
    for id_, data, text in (
        ("worksheet_returned", {"opinions": [row, row]}, "WS-01 须修改 改、WS-01 须修改 改"),
        ("filed", {"papers": [paper]}, "审查意见 电子"),
    ):
        happening = Happening(id_, "2027-03-09T09:00", data=data)
        ((_, told),) = pack.event_words.said(pack.kinds[id_], happening, pack.decision_word)
        assert told == text


def test_a_study_a_meeting_and_a_person_by_number_name_or_title(office: Path) -> None:
    study = shown(office, "脑出血")
    assert shown(office, study.partition("　")[0]) == study
    assert "进行中" in study and "2027-受-0001" in study
    meeting = shown(office, "2027-01")
    assert "已召开　到会 6 人，缺席 1 人" in meeting and "1. 审查　2027-受-0001" in meeting
    person = shown(office, "委员1")
    assert person.startswith("M1　委员1") and "2026-01-01 至 2030-12-31　委员　医学" in person
    code, _, errors = call("office", "show", "委员", "--office", office)
    assert code == 2 and "不止一个" in errors and "M3　委员3" in errors
    code, _, errors = call("office", "show", "没有这回事", "--office", office)
    assert code == 2 and "登记簿里没有“没有这回事”" in errors
    code, _, errors = call("office", "show", "--office", office)
    assert code == 2 and "NAME" in errors


def test_the_register_as_it_was_on_a_day(office: Path) -> None:
    before = shown(office, "1", "--as-of", "2027-03-05")
    assert "审查中" in before and "交回工作表" not in before and "批准（" not in before
    assert "截至 2027-03-05" in before and "（还有 27 日）" in before
    code, _, errors = call("office", "show", "1", "--office", office, "--as-of", "2027-03-01")
    assert code == 2 and "没有“1”" in errors
    code, _, errors = call("office", "show", "1", "--office", office, "--as-of", "三月")
    assert code == 2 and "--as-of" in errors


def test_a_withdrawn_event_counts_until_its_correction(office: Path) -> None:
    note = ("office", "note", "培训", "内部", "--person", "M2", "--set", "kind=internal")
    assert call(*note, "--office", office, today="2027-03-18")[0] == 0
    seq = shown(office, "M2").splitlines()[-1].split()[0]
    wrong = ("office", "note", "更正", "记错了人", "--set", f"seq={seq}")
    assert call(*wrong, "--office", office, today="2027-03-19")[0] == 0
    assert "已更正" in shown(office, "M2")
    assert "已更正" not in shown(office, "M2", "--as-of", "2027-03-18")


def test_the_register_as_a_workbook(office: Path, tmp_path: Path) -> None:
    file = tmp_path / "登记簿.xlsx"
    shown(office, "--xlsx", file)
    book = load_workbook(file)
    names = ["登记簿", "会议", "委员", "到期", "档案", "查阅", "日志"]
    assert book.sheetnames == names
    texts = {
        name: [cell.value for row in book[name].iter_rows() for cell in row if cell.value]
        for name in names
    }
    assert "伦审2027-0001" in texts["登记簿"] and "委员6" in texts["委员"]
    assert any("审查期限 2027-受-0001" in str(text) for text in texts["到期"])
    assert any(str(text).startswith("returned/") for text in texts["档案"])
    assert len(book["日志"]["B"]) > 30
    code, _, errors = call("office", "show", "--xlsx", file, "--office", office)
    assert code == 2 and "没有覆盖" in errors.replace("\n", "")


@pytest.mark.openxml
def test_hostile_text_in_the_workbook_stays_text(tmp_path: Path) -> None:
    title = f"=1+1{HOSTILE}" + "长" * 40_000
    office = busy_office(tmp_path, title)
    file = tmp_path / "登记簿.xlsx"
    shown(office, "--xlsx", file)
    cells = [cell for row in load_workbook(file)["登记簿"].iter_rows() for cell in row]
    (found,) = [cell for cell in cells if str(cell.value).startswith("=1+1")]
    assert found.data_type == "s" and "全文见" in str(found.value)[-30:]
    assert errors_of([file]) == []


def bundle_of(office: Path, folder: Path) -> Path:
    shown(office, "1", "--bundle", folder)
    return folder / "index.html"


def test_the_bundle_leads_from_each_letter_to_what_it_rests_on(
    office: Path, tmp_path: Path
) -> None:
    page = Page(bundle_of(office, tmp_path / "检查"))
    links = [a["href"] or "" for tag, a in page.tags if tag == "a"]
    ids = {a["id"] for _, a in page.tags if "id" in a}
    for href in links:
        assert (
            href[1:] in ids
            if href.startswith("#")
            else ((tmp_path / "检查" / unquote(href)).is_file())
        ), href
    assert {"#letter-2027-0001"} <= set(links)
    assert sum("returned/" in href for href in links) >= 3
    written = [unquote(href).rpartition("/")[2] for href in links if "outbox/" in unquote(href)]
    assert written == [
        "受理通知书-2027-受-0001.docx", "审查意见（批件）-2027-受-0001.docx",
        "审查意见（批件）-2027-受-0001.en.docx",
    ]  # fmt: skip
    assert any("会议记录.docx" in unquote(href) for href in links)
    for word in (
        "伦审2027-0001", "全体委员 7 人，到会 6 人，回避 0 人；须 4 票；批准 6 票",
        "规则 Q1：到会委员不少于5人", "规则 V-HALF", "科技伦理审查办法",
        "2027-03-16 在任的委员", "2025-06-01 GCP 培训", "登记簿完整", "委员5",
    ):  # fmt: skip
        assert word in page.text, word
    lines = (tmp_path / "检查" / "登记.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 20 and {"decided", "vote", "attended"} <= {
        json.loads(line)["what"]["kind"] for line in lines
    }


def test_a_bundle_says_which_of_its_files_changed(office: Path, tmp_path: Path) -> None:
    sheet = next((office / "returned").glob("*worksheet*"))
    sheet.write_bytes(sheet.read_bytes()[:-1] + b"x")
    text = Page(bundle_of(office, tmp_path / "检查")).text
    assert "被改动：returned/" in text and "登记簿完整" not in text


def test_a_bundle_is_of_a_study_and_covers_nothing(office: Path, tmp_path: Path) -> None:
    (tmp_path / "有").mkdir()
    for name, folder, word in (
        ("1", tmp_path / "有", "没有覆盖"), ("2027-01", tmp_path / "x", "不是研究"),
        ("委员1", tmp_path / "x", "不是研究"),
    ):  # fmt: skip
        code, _, errors = call("office", "show", name, "--bundle", folder, "--office", office)
        assert code == 2 and word in errors.replace("\n", ""), errors
    assert not (tmp_path / "x").exists() and not list((tmp_path / "有").iterdir())


@pytest.mark.chromium
@pytest.mark.slow
def test_the_bundle_in_a_browser(office: Path, tmp_path: Path) -> None:
    page = bundle_of(office, tmp_path / "检查")
    assert complaints(page) == [] and violations(page) == []
    assert "全体委员 7 人" in printed(page, tmp_path / "检查.pdf")


def test_screens_are_narrow_enough_to_read(office: Path) -> None:
    history = shown(office, "1").partition("登记：")[2].splitlines()
    assert max(map(width, history)) <= 80 and MET in "".join(history)
