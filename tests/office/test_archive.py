"""Papers filed, volumes closed and destroyed: what lacks, how long, and what blocks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import open_office
from tests.office.offices import call, new_office

DAY = "2027-03-02"
PAST = "2037-06-01"
EXAMPLE = "retrospective-imaging-ai"
Do = Callable[..., tuple[int, str]]


def doing(office: Path) -> Do:
    def do(*arguments: str | Path, today: str = DAY) -> tuple[int, str]:
        code, said, errors = call("office", *arguments, "--office", office, today=today)
        return code, said + errors

    return do


def told(office: Path, *happenings: Happening) -> None:
    """Write down what happened without the acts that lead to it."""
    with open_office(office).register().writing() as writing:
        for each in happenings:
            writing.append(each, each.happened, "x")


@pytest.fixture
def office(tmp_path: Path, sealed_example: Callable[[str], Path]) -> Path:
    """An office with one sealed submission, accepted."""
    made = new_office(tmp_path)
    do = doing(made)
    assert do("take", sealed_example(EXAMPLE) / "submissions" / "01-initial")[0] == 0
    assert do("accept", "1")[0] == 0
    return made


def decided(office: Path, decision: str = "disapprove") -> None:
    """The case went through a meeting, its worksheet came back, its letter was delivered."""
    at = f"{DAY}T15:00"
    refs = {"study": "S0001", "case": "2027-0001"}
    told(
        office,
        Happening("assigned", at, **refs, person="M1", data={"role": "protocol", "due": DAY}),
        Happening("meeting_held", at, meeting="2027-01", data={}),
        Happening(
            "decided", at, **refs, meeting="2027-01",
            data={
                "decision": decision, "method": "meeting", "number": "伦审2027-0001",
                "study_state": "disapproved" if decision == "disapprove" else "active",
            },
        ),
        Happening("delivered", at, **refs, data={"to": "张三"}),
    )  # fmt: skip


def appraised(path: Path, rows: Mapping[str, tuple[str, str, str]]) -> Path:
    """The list filled in: outcome, new day, reason beside each volume."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    roles = {str(cell.value): cell.column for cell in sheet[1] if cell.value}
    for row in sheet.iter_rows():
        texts = [str(cell.value) for cell in row]
        volume = next((name for name in rows if name in texts[1:2]), None)
        if volume:
            for role, text in zip(("outcome", "until", "reason"), rows[volume], strict=True):
                sheet.cell(row[0].row or 0, roles[role] or 0).value = text
    target = path.with_name("填好的清册.xlsx")
    book.save(target)
    return target


def test_what_lacks_is_named_and_papers_fill_it(office: Path, tmp_path: Path) -> None:
    do = doing(office)
    decided(office)
    code, said = do("file", "S0001")
    assert code == 1
    for lack in ("审查工作表（M1）", "会议签到表", "会议记录", "签字的审查意见"):
        assert lack in said
    assert "送达签收" not in said and "受理登记" not in said
    assert do("file", "1", "--paper", "会议签到表")[0] == 2  # where does it lie?
    scan = tmp_path / "扫描.pdf"
    scan.write_bytes(b"%PDF-1.4 signed")
    assert do("file", "1", "--paper", "会议签到表", "--scan", scan)[0] == 1
    assert do("file", "1", "--paper", "签字的审查意见", "--place", "EC-Y-03")[0] == 1
    assert do("note", "会议记录定稿", "--meeting", "2027-01")[0] == 0
    told(
        office,
        Happening(
            "worksheet_returned", f"{DAY}T15:30", "S0001", "2027-0001", person="M1",
            data={"recommendation": "approve"},
        ),
    )  # fmt: skip
    code, said = do("file", "1", "--place", "EC-Y-03")
    assert code == 0 and "归档" in said and "结卷" in said
    assert "保管至 2037-03-02" in said and "待核" in said  # the basis, as honest as its sources
    assert "研究方案" in said and "EC-Y-03" in said
    assert call("verify", office)[0] == 0
    (kept,) = (office / "archive" / "S0001").iterdir()
    kept.write_bytes(b"another")
    code, said, _ = call("verify", office)
    assert code == 1 and "存下的文件被改动：archive/S0001/" in said
    kept.unlink()
    assert "缺少登记簿第" in call("verify", office)[1]


def test_what_is_incomplete_is_filed_with_a_reason(office: Path) -> None:
    do = doing(office)
    decided(office)
    code, said = do("file", "1", "--incomplete", "签到表遗失，已写说明")
    assert code == 0 and "结卷" in said
    code, said = do("show", "1")
    assert "签到表遗失" in said


def test_what_has_no_known_end_is_never_listed(office: Path) -> None:
    do = doing(office)
    decided(office, "approve")
    told(office, Happening("filed", f"{DAY}T16:00", "S0001", "2027-0001", data={"complete": True}))
    code, said = do("file", "S0001")
    assert code == 0 and "未结卷" in said  # nothing says that the study is over
    told(
        office,
        Happening("volume_closed", f"{DAY}T17:00", "S0001", data={"volume": "S0001", "years": 10}),
    )
    code, said = do("file", "--disposal", today="2099-01-01")
    assert code == 0 and "没有期满" in said
    code, said = do("file", "S0001", "--from", "2028-01-31")
    assert code == 0 and "保管至 2038-01-31" in said
    assert do("file", "S0001", "--from", "2029-01-31")[0] == 1  # settled once
    assert "S0001" in do("file", "--disposal", today="2038-02-01")[1]


def test_only_an_approved_list_destroys(office: Path, tmp_path: Path) -> None:
    do = doing(office)
    assert do("accept", "1", "--withdraw", "申请人撤回")[0] == 0
    assert do("file", "S0001")[0] == 0
    package = next((office / "cases").iterdir())
    assert "没有期满" in do("file", "--disposal", today="2037-03-02")[1]  # its last day
    assert do("note", "暂停销毁", "稽查", "--study", "S0001", today=PAST)[0] == 0
    assert "暂停销毁（稽查）" in do("file", "--disposal", today=PAST)[1]
    assert do("note", "解除暂停销毁", "稽查结束", "--study", "S0001", today=PAST)[0] == 0
    code, said = do("file", "--disposal", today=PAST)
    assert code == 0 and "2037-清-01" in said
    assert "2037-清-01" in do("file", "--disposal", today=PAST)[1]  # the same list again
    blank = office / "outbox" / "销毁清册-2037-清-01.xlsx"
    assert do("file", blank, "--disposal", today=PAST)[0] == 2  # nothing is appraised
    code, said = do(
        "file", appraised(blank, {"S0001": ("延长", "2030-01-01", "x")}), "--disposal", today=PAST
    )
    assert code == 2 and "今天以后" in said
    filled = appraised(blank, {"S0001": ("销毁", "", "")})
    code, said = do("file", filled, "--disposal", today=PAST)
    assert code == 0 and "鉴定" in said and package.is_file()
    approve = ("--approved-by", "主任委员", "--approval", "EC-P-01")
    code, said = do(
        "file", filled, "--disposal", *approve, "--witness", "甲", "--witness", " 甲 ", today=PAST
    )
    assert code == 1 and "监销人 1 名" in said and package.is_file()
    both = ("--witness", "甲", "--witness", "乙")
    assert do("file", blank, "--disposal", *approve, *both, today=PAST)[0] == 1  # another list
    assert do("note", "收到投诉", "x", "--person", "张", "--study", "S0001", today=PAST)[0] == 0
    code, said = do("file", filled, "--disposal", *approve, *both, today=PAST)
    assert code == 1 and "投诉没有办结" in said and package.is_file()
    assert do("note", "投诉办结", "--person", "张", "--study", "S0001", today=PAST)[0] == 0
    code, said = do("file", filled, "--disposal", *approve, *both, today=PAST)
    assert code == 0 and not package.exists()
    code, said, _ = call("verify", office)
    assert code == 0 and "已销毁：案卷 S0001" in said and "2037-清-01" in said
    shown = do("file", "S0001", today=PAST)
    assert shown[0] == 1 and "已销毁" in shown[1]
    shutil.rmtree(office / "archive" / "清册")
    assert "缺少登记簿第" in call("verify", office)[1]


def test_a_destruction_that_was_cut_off_is_named_and_done_again(office: Path) -> None:
    do = doing(office)
    assert do("accept", "1", "--withdraw", "x")[0] == 0
    assert do("file", "S0001")[0] == 0
    assert do("file", "--disposal", today=PAST)[0] == 0
    filled = appraised(office / "outbox" / "销毁清册-2037-清-01.xlsx", {"S0001": ("销毁", "", "")})
    assert do("file", filled, "--disposal", today=PAST)[0] == 0
    package = next((office / "cases").iterdir())
    content = package.read_bytes()
    given = ("--approved-by", "甲", "--approval", "x", "--witness", "乙", "--witness", "丙")
    assert do("file", filled, "--disposal", *given, today=PAST)[0] == 0
    package.write_bytes(content)
    code, said, _ = call("verify", office)
    assert code == 1 and package.name in said
    assert do("file", filled, "--disposal", *given, today=PAST)[0] == 0
    assert call("verify", office)[0] == 0 and not package.exists()


def test_longer_is_a_new_day_with_its_reason(office: Path) -> None:
    do = doing(office)
    assert do("accept", "1", "--withdraw", "x")[0] == 0
    assert do("file", "S0001")[0] == 0
    assert do("file", "--disposal", today=PAST)[0] == 0
    blank = office / "outbox" / "销毁清册-2037-清-01.xlsx"
    no_reason = appraised(blank, {"S0001": ("延长", "2040-01-01", "")})
    assert do("file", no_reason, "--disposal", today=PAST)[0] == 2
    longer = appraised(blank, {"S0001": ("延长", "2040-01-01", "诉讼")})
    assert do("file", longer, "--disposal", today=PAST)[0] == 0
    assert "没有期满" in do("file", "--disposal", today=PAST)[1]
    assert "2040-清-02" in do("file", "--disposal", today="2040-01-02")[1]


def test_the_committees_own_volumes(office: Path, tmp_path: Path) -> None:
    do = doing(office)
    decided(office)
    assert do("file", "2027-别的东西")[0] == 2
    code, said = do("file", "2027-会议记录")
    assert code == 1 and "会议 2027-01 的会议记录还没有定稿" in said
    assert do("file", "2027-会议记录", "--close")[0] == 1  # the year is not over
    assert do("note", "会议记录定稿", "--meeting", "2027-01", today="2027-12-01")[0] == 0
    code, said = do("file", "2027-会议记录", "--close", today="2028-01-05")
    assert code == 0 and "保管至 2037-12-31" in said and "自拟" in said and "2027-01" in said
    assert do("file", "2027-制度与规程", "--paper", "章程", "--place", "EC-S-01")[0] == 0
    code, said = do("file")
    assert "2027-会议记录" in said and "2027-制度与规程" in said
    code, said = do("file", "--hand-over", tmp_path / "移交")
    assert code == 2 and "--to" in said
    code, said = do("file", "--hand-over", tmp_path / "移交", "--to", "卫生健康委")
    assert code == 0 and (tmp_path / "移交" / "移交目录.xlsx").is_file()
    assert len(list((tmp_path / "移交" / "cases").iterdir())) == 1
    assert do("file", "--hand-over", tmp_path / "移交", "--to", "x")[0] == 2  # it stands already
    assert call("verify", office)[0] == 0


def test_volumes_are_counted_as_they_were_at_the_end_of_the_year(office: Path) -> None:
    do = doing(office)
    assert counted(office, 2027)["E6"]["value"] is None  # no volume was closed yet
    assert do("accept", "1", "--withdraw", "x")[0] == 0
    assert do("file", "S0001")[0] == 0
    assert counted(office, 2036)["E6"]["value"] == 0
    assert counted(office, 2037)["E6"] == {"value": 1, "cases": ["S0001"]}
    at = f"{PAST}T10:00"
    gone = {"volume": "S0001", "list": "", "witnesses": ["甲"], "gone": []}
    told(office, Happening("disposed", at, "S0001", data=gone))
    assert counted(office, 2037)["E7"] == {"value": 1, "cases": ["S0001"]}
    assert counted(office, 2036)["E7"]["value"] == 0


def counted(office: Path, year: int) -> dict[str, Any]:
    words = ("office", "quality", str(year), "--office", office, "--format", "json")
    code, said, _ = call(*words, today=f"{year}-12-31")
    assert code == 0
    indicators: dict[str, Any] = json.loads(said)["indicators"]
    return indicators
