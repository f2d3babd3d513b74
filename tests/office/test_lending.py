"""查阅、复印、借阅: who may see what, who allows it, what the copies say, what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from mmethics_cli.office.events import Happening
from tests.office.offices import call, new_office
from tests.office.test_archive import DAY, EXAMPLE, Do, doing, told
from tests.validator import errors_of


@pytest.fixture
def office(tmp_path: Path, sealed_example: Callable[[str], Path]) -> Path:
    """An office with one sealed submission, accepted, and a worksheet in its volume."""
    made = new_office(tmp_path)
    do = doing(made)
    assert do("take", sealed_example(EXAMPLE) / "submissions" / "01-initial")[0] == 0
    assert do("accept", "1")[0] == 0
    sheet = tmp_path / "工作表.pdf"
    sheet.write_bytes(b"%PDF-1.4 who reviewed")
    assert do("file", "1", "--paper", "审查工作表", "--scan", sheet)[0] == 0
    letter = tmp_path / "批件.pdf"
    letter.write_bytes(b"%PDF-1.4 letter")
    assert do("file", "1", "--paper", "签字的审查意见", "--scan", letter)[0] == 0
    return made


def files(office: Path, number: str) -> list[str]:
    (folder,) = (office / "lent").glob(f"{number}-*")
    return sorted(path.name for path in folder.iterdir())


def text_of(path: Path) -> str:
    document = docx.Document(str(path))
    return "".join(node.text or "" for node in document.element.iter("{*}t"))


def asked(do: Do, capacity: str, want: str, *more: str) -> tuple[int, str]:
    return do("lend", "S0001", "--for", "张某", "--as", capacity, "--want", want, *more)


@pytest.mark.openxml
def test_the_investigator_gets_marked_copies_at_once(office: Path) -> None:
    do = doing(office)
    code, said = asked(do, "研究者", "研究方案,批件", "--purpose", "=1+1|**补报**")
    assert code == 0 and "批准查阅" in said and "复印件 2 件" in said
    names = files(office, "2027-阅-0001")
    assert len(names) == 4 and "00-交付单.docx" in names and "申请表.docx" in names
    (folder,) = (office / "lent").iterdir()
    sheet = text_of(folder / "00-交付单.docx")
    assert "2027-阅-0001" in sheet and "以交付单为准" in sheet and "批件.pdf" not in sheet
    assert "=1+1|**补报**" in text_of(folder / "申请表.docx")
    code, said = asked(do, "研究者", "申请表")
    (form,) = (office / "lent").glob("2027-阅-0002-*/*申请表-*.docx")
    header = docx.Document(str(form)).sections[0].header._element
    marks = [node.get("string") for node in header.iter("{urn:schemas-microsoft-com:vml}textpath")]
    assert list(filter(None, marks)) == ["复印件 2027-阅-0002"]
    assert not list(errors_of((office / "lent").rglob("*.docx")))
    assert call("verify", office)[0] == 0


def test_reviewers_and_votes_are_left_out_unless_the_row_says_all(office: Path) -> None:
    do = doing(office)
    code, said = asked(do, "研究者", "工作表,批件")
    assert code == 0 and "由秘书批准" in said and "审查人的姓名" in said
    code, said = do("lend", "2027-阅-0001", "--approve", "秘书")
    assert code == 0 and "没有给：工作表" in said and "复印件 1 件" in said
    assert not any("工作表" in name for name in files(office, "2027-阅-0001"))
    code, said = asked(do, "其他", "审查工作表题名")
    assert code == 0 and "逐项批准" in said and "由主任委员批准" in said
    assert asked(do, "检查员", "全部")[0] == 2  # no letter
    assert asked(do, "检查员", "全部", "--letter", "检字1号")[0] == 0
    assert do("lend", "2027-阅-0003", "--refuse", "忙")[0] == 1  # nobody refuses an inspector
    assert do("lend", "2027-阅-0003", "--approve", "主任委员")[0] == 0
    assert any("工作表" in name for name in files(office, "2027-阅-0003"))


def test_what_the_program_sent_out_is_given_until_the_signed_one_is_filed(
    office: Path, tmp_path: Path
) -> None:
    do = doing(office)
    settings = (office / "office.yaml").read_text(encoding="utf-8")
    named = settings.replace('secretary: ""', "secretary: 白示八")
    (office / "office.yaml").write_text(named, encoding="utf-8")
    code, said = asked(do, "研究者", "通知书,批件")
    assert code == 0 and "复印件 2 件" in said and "批准人：白示八" in said
    (folder,) = (office / "lent").iterdir()
    (notice,) = folder.glob("*受理通知书*.docx")
    assert "2027-受-0001" in text_of(notice)
    sheet = text_of(folder / "00-交付单.docx")
    assert sheet.count("没有签字的文本") == 1 and "白示八" in sheet
    scan = tmp_path / "通知书.pdf"
    scan.write_bytes(b"%PDF-1.4 signed")
    assert do("file", "1", "--paper", "notice", "--title", "受理通知书", "--scan", scan)[0] == 0
    asked(do, "研究者", "通知书")
    (pdf,) = (office / "lent").glob("2027-阅-0002-*/*受理通知书*")
    assert pdf.suffix == ".pdf"
    code, said = asked(do, "研究者", "工作表")
    assert "由秘书白示八批准" in said


def test_a_refusal_has_a_reason_and_is_final(office: Path) -> None:
    do = doing(office)
    assert asked(do, "其他", "批件")[0] == 0
    assert "等批准" in do()[1]
    code, said = do("lend", "2027-阅-0001", "--refuse", "与本人无关", "--approve", "主任")
    assert code == 0 and "不予查阅" in said
    assert do("lend", "2027-阅-0001", "--approve", "主任")[0] == 1
    assert "没有办理" not in do()[1] and "等批准" not in do()[1]
    assert asked(do, "邻居", "批件")[0] == 2
    assert do("lend", "2027-阅-0009", "--return")[0] == 2
    assert do("lend", "S0001", "--return", "--approve", "x")[0] == 2


def test_a_loan_is_due_and_comes_back(office: Path) -> None:
    do = doing(office)
    code, said = asked(do, "研究者", "批件", "--kind", "loan")
    assert code == 0 and "应于 2027-03-09 归还" in said
    assert "已逾期" not in do(today="2027-03-09")[1]
    code, said = do(today="2027-03-10")
    assert "已逾期" in said and "没有归还" in said and "lend 2027-阅-0001 --return" in said
    assert do("lend", "2027-阅-0001", "--return", today="2027-03-10")[0] == 0
    assert "没有归还" not in do(today="2027-03-11")[1]
    assert do("lend", "2027-阅-0001", "--return")[0] == 1
    code, said = do("lend")
    assert "已归还" in said
    assert all(do("lend", name) == (0, said) for name in ("2027-阅-0001", "S0001", "1"))
    code, said = do("lend", "2027-阅-0002")
    assert code == 2 and "没有受理件“2027-阅-0002”" in said
    told(office, Happening("complaint_received", f"{DAY}T10:00", person="x", data={}))


def test_requests_of_the_office_are_counted_as_past_ones(office: Path) -> None:
    do = doing(office)
    assert asked(do, "研究者", "批件")[0] == 0
    assert asked(do, "研究者", "批件", "--kind", "loan")[0] == 0
    code, said, _ = call(
        "office", "quality", "2027", "--office", office, "--format", "json", today=DAY
    )
    counted = json.loads(said)["indicators"]
    assert (counted["E3"]["numerator"], counted["E3"]["denominator"]) == (2, 2)
    assert counted["E4"]["value"] == 1  # out at the end of the year
