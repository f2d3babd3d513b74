"""A meeting and a simplified review through their workbooks: out, filled, back, decided."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import open_office
from mmethics_cli.office.state import AgendaItem, Appointment, Case
from tests.office.offices import call, keep_package, new_office
from tests.validator import errors_of

DAY = "2027-03-02"
MET = "2027-03-09"


EXAMPLES = {"meeting": "genomics-imaging-partner", "simplified": "prospective-ecg"}


@pytest.fixture
def office(tmp_path: Path, sealed_example: Callable[[str], Path]) -> Path:
    """An office with nine members, and a case for each method that was received."""
    made = new_office(tmp_path)
    at = f"{DAY}T09:00"
    with open_office(made).register().writing() as writing:
        for number in range(9):
            data = {
                "name": f"委员{number}", "sex": "FM"[number % 2], "external": number == 4,
                "category": "medical" if number < 5 else "law", "declared": True,
                "term_from": "2026-01-01", "term_to": "2030-12-31",
                "role": "chair" if number == 0 else "member",
            }  # fmt: skip
            writing.append(
                Happening("member_appointed", at, person=f"M{number}", data=data), at, "x"
            )
        for number, pathway in ((1, "meeting"), (2, "simplified")):
            case = f"2027-000{number}"
            sealed = sealed_example(EXAMPLES[pathway]) / "submissions" / "01-initial"
            data = {
                "kind": "initial", "pathway": pathway, "team": ["委员8"], "title": f"研究{number}",
                **keep_package(made, case, sealed),
            }  # fmt: skip
            writing.append(
                Happening("submission_received", at, f"S{number}", case, data=data), at, "x"
            )
    return made


def doing(office: Path) -> Callable[..., tuple[int, str]]:
    def do(*arguments: str | Path, today: str = DAY) -> tuple[int, str]:
        code, said, errors = call("office", *arguments, "--office", office, today=today)
        return code, said + errors

    return do


def fill(path: Path, answers: Mapping[tuple[str, str], str], saved: Path | None = None) -> Path:
    """Type answers beside labels (sheet, label) and save as people do, under another name."""
    book = load_workbook(path)
    left = dict(answers)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                answer = left.pop((sheet.title, str(cell.value)), None)
                if answer is not None:
                    sheet.cell(row[0].row or 0, (cell.column or 0) + 1).value = answer
    assert not left, left
    target = saved or path.with_name("填好了.xlsx")
    book.save(target)
    return target


def answers_of(votes: Mapping[int, str], present: int = 8) -> dict[tuple[str, str], str]:
    said = {("会议", "开始"): "14:00", ("会议", "结束"): "15：30", ("会议", "形式"): "现场"}
    said |= {("到会", f"委员{n}"): "是" if n < present else "否" for n in range(9)}
    return said | {("1", f"委员{n}"): word for n, word in votes.items()}


def test_a_meeting_decides_what_its_votes_carry(office: Path, tmp_path: Path) -> None:
    do = doing(office)
    assert do("accept", "1")[0] == 0
    code, said = do("meet", MET)
    assert code == 0 and "1. 审查　2027-受-0001　研究1" in said
    book = office / "meetings" / "2027-01" / "会议簿.xlsx"
    seats = [text for row in load_workbook(book)["到会"].values for text in row]
    assert "主任委员" in seats and not {"chair", "member"} & set(seats)
    votes = dict.fromkeys(range(6), "批准") | {6: "不批准", 7: "回避"}
    code, said = do("take", fill(book, answers_of(votes)))
    assert code == 1 and "还没有到" in said  # filled in before its day
    code, said = do("take", fill(book, answers_of(votes | {8: "批准"}, 9)), today=MET)
    assert code == 1 and "研究团队成员" in said
    code, said = do("take", fill(book, answers_of(votes | {8: "批准"}, 8)), today=MET)
    assert code == 1 and "没有到会" in said
    code, said = do("take", fill(book, answers_of(votes | {6: "大概吧"})), today=MET)
    assert code == 2 and "1!" in said and "大概吧" in said
    code, said = do("take", fill(book, answers_of(votes)), today=MET)
    assert code == 0 and "decide 2027-01" in said
    assert do("take", fill(book, answers_of(votes)), today=MET)[0] == 1  # a second time
    code, said = do("decide", "2027-01", today=MET)
    assert code == 0 and "决定：批准（伦审2027-0001，有效期至 2028-03-08）" in said
    assert do("decide", "1", today=MET)[0] == 1
    assert do("note", "送达", "张三", "--case", "1", today=MET)[0] == 0
    assert call("verify", office)[0] == 0
    with open_office(office).register().reading() as register:
        (event,) = register.of_kind("decided")
        proof = event.what.data["proof"]
    assert proof["present"] == [f"M{n}" for n in range(7)]
    assert proof["recused"] == ["M7", "M8"] and proof["votes"] == {"approve": 6, "disapprove": 1}
    assert proof["needed"] == 5 and proof["unmet"] == []


def test_too_few_votes_are_postponed_and_come_again(office: Path) -> None:
    do = doing(office)
    do("accept", "1")
    do("meet", MET)
    book = office / "meetings" / "2027-01" / "会议簿.xlsx"
    votes = dict.fromkeys(range(4), "批准") | dict.fromkeys(range(4, 8), "修改后批准")
    assert do("take", fill(book, answers_of(votes)), today=MET)[0] == 0
    code, said = do("decide", "1", today=MET)
    assert code == 0 and "再议：到会8人，须6票，得票最多的意见4票" in said
    code, said = do("meet", "2027-03-23", today=MET)
    assert code == 0 and "2027-02" in said and "2027-受-0001" in said
    with open_office(office).register().reading() as register:
        (case,) = register.where(Case, id="2027-0001")
        assert case.state == "accepted"
        item = register.get(AgendaItem, "2027-01", "2027-0001")
        assert item is not None and item.outcome == "postponed"


def sheet(
    conflict: str = "否", advice: str = "批准", more: str = "否"
) -> dict[tuple[str, str], str]:
    said = {
        "有没有利益冲突": conflict,
        "建议": advice,
        "要求会议审查": more,
        "意见 1": "补充样本量",
    }
    return {("审查工作表", label): text for label, text in said.items()}


def test_two_reviewers_who_agree_decide_a_simplified_case(office: Path) -> None:
    do = doing(office)
    do("accept", "2027-0002")
    code, said = do("assign", "2027-0002", "委员1", "委员2")
    assert code == 0
    books = sorted((office / "outbox").rglob("*.xlsx"))
    assert len(books) == 2
    assert do("decide", "2027-0002")[0] == 1  # nobody has answered
    assert do("take", fill(books[0], sheet()))[0] == 0
    code, said = do("take", fill(books[1], sheet(conflict="")))
    assert code == 2 and "利益冲突没有声明" in said
    code, said = do("take", fill(books[1], sheet(advice="好的")))
    assert code == 2 and "好的" in said
    assert do("take", fill(books[1], sheet()))[0] == 0
    code, said = do("decide", "2027-0002")
    assert code == 0 and "决定：批准" in said
    code, said = do("meet", MET)
    assert "通报　2027-受-0001" in said
    code, said = do("show", "2027-0002")
    assert "补充样本量" in said


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({"advice": "修改后批准"}, "意见不一致"),
        ({"more": "是"}, "审查委员要求会议审查"),
        ({"conflict": "是"}, ""),
    ],
)
def test_reviewers_who_disagree_send_it_to_a_meeting(
    office: Path, second: dict[str, str], reason: str
) -> None:
    do = doing(office)
    do("accept", "2027-0002")
    do("assign", "2027-0002", "委员1", "委员2")
    books = sorted((office / "outbox").rglob("*.xlsx"))
    do("take", fill(books[0], sheet()))
    code, said = do("take", fill(books[1], sheet(**second)))
    assert code == 0 and ("转会议审查" in said) is bool(reason)
    if not reason:  # an interest: someone else has to review it
        assert do("decide", "2027-0002")[0] == 1
        assert do("assign", "2027-0002", "委员3")[0] == 0
    assert call("verify", office)[0] == 0


def test_a_sheet_for_another_case_or_an_older_package_is_refused(
    office: Path, tmp_path: Path
) -> None:
    do = doing(office)
    do("accept", "2027-0002")
    do("assign", "2027-0002", "委员1", "委员2")
    book = sorted((office / "outbox").rglob("*.xlsx"))[0]
    elsewhere = new_office(_folder(tmp_path / "other"))
    code, _, errors = call("office", "take", fill(book, sheet()), "--office", elsewhere)
    assert code == 2 and "不是本办公室的" in errors
    rows = load_workbook(book)
    rows["审查工作表"].insert_rows(6)
    rows["审查工作表"]["C6"] = "x"
    rows.save(tmp_path / "行.xlsx")
    code, said = do("take", tmp_path / "行.xlsx")
    assert code == 2 and "C6" in said
    shutil.copy(book, tmp_path / "空.xlsx")
    assert do("take", tmp_path / "空.xlsx")[0] == 2
    assert call("verify", office)[0] == 0


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def roster(office: Path, rows: Mapping[str, Mapping[str, str]]) -> Path:
    """The office's roster with these persons typed in, by the titles of its columns."""
    book = load_workbook(office / "roster.xlsx")
    page = book["名册"]
    titles = {
        str(cell.value): cell.column or 0 for row in page.iter_rows() for cell in row if cell.value
    }
    for row in page.iter_rows():
        person = next((str(c.value) for c in row if str(c.value) in rows), "")
        for title, text in rows.get(person, {}).items():
            page.cell(row[0].row or 0, titles[title]).value = text
    book.save(office / "名册填好.xlsx")
    return office / "名册填好.xlsx"


def test_a_roster_is_taken_once_and_again_when_terms_change(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    do = doing(office)
    one = {
        "姓名": "王示一", "性别": "女", "专业类别": "医学", "职务": "主任委员", "非本机构": "否",
        "已签保密与利益声明": "是", "任期起": "2026-1-1", "任期止": "2030年12月31日",
        "专长": "影像、统计",
    }  # fmt: skip
    code, said = do(
        "take", roster(office, {"M01": one, "M02": one | {"姓名": "李示二", "性别": "男"}})
    )
    assert code == 0 and "新登记 2 名" in said
    assert "没有新的委员" in do("take", roster(office, {"M01": one}))[1]
    lock = office / "~$roster.xlsx"
    lock.write_bytes(b"\x05owner")
    code, said = do("take", lock)
    assert code == 2 and "临时记号" in said
    later = one | {"任期起": "2031-01-01", "任期止": "2035-12-31"}
    assert "新登记 1 名" in do("take", roster(office, {"M01": later}))[1]
    code, said = do("take", roster(office, {"M03": one | {"性别": "不详", "任期止": ""}}))
    assert code == 2 and "不详" in said and "缺少任期止" in said and "行" in said
    assert "term_to" not in said
    with open_office(office).register().reading() as register:
        first, *_ = register.where(Appointment, person="M01")
    assert first.expertise == ("影像", "统计") and first.role == "chair" and first.declared


def every_book(office: Path) -> list[Path]:
    do = doing(office)
    do("accept", "1")
    do("accept", "2027-0002")
    do("assign", "2027-0002", "委员1", "委员2")
    do("meet", MET)
    return sorted(office.rglob("*.xlsx"))


@pytest.mark.openxml
def test_the_workbooks_are_valid(office: Path) -> None:
    books = every_book(office)
    assert len(books) == 5
    assert errors_of(books) == []


@pytest.mark.libreoffice
def test_what_libreoffice_saved_says_the_same(office: Path, tmp_path: Path) -> None:
    every_book(office)
    votes = dict.fromkeys(range(6), "批准") | {6: "不批准", 7: "回避"}
    book = fill(office / "meetings" / "2027-01" / "会议簿.xlsx", answers_of(votes))
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "saved", book],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    code, said = doing(office)("take", tmp_path / "saved" / book.name, today=MET)
    assert code == 0, said
    code, said = doing(office)("decide", "2027-01", today=MET)
    assert code == 0 and "决定：批准" in said
