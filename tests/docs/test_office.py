"""The office's page: ten things from end to end, with only files passing between two sides."""

from __future__ import annotations

import re
import shlex
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from openpyxl import load_workbook

from mmethics_cli.office.folder import open_office
from mmethics_cli.office.state import RegisteredStudy
from tests.docs.test_lifecycle import Step, step, write
from tests.program import ROOT, mmethics

PAGE: Final = ROOT / "docs" / "office.md"
BEGIN: Final = "\n## 从头到尾"
REQUIREMENTS: Final = "批准后的要求"


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """The blocks of the page: files to write, workbooks to fill, commands to run."""
    yield from re.findall(r"^```(yaml|sh|填)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def fill(folder: Path, body: str) -> None:
    """Type into a workbook what the page says: `page/label：what｜stands｜beside it`."""
    name, *lines = body.splitlines()
    book = load_workbook(folder / name)
    for line in lines:
        label, _, values = line.partition("：")
        page, _, label = label.rpartition("/")
        sheet = book[page] if page else book.worksheets[0]
        cell = next(
            cell for row in sheet.iter_rows() for cell in row if str(cell.value or "") == label
        )
        for at, value in enumerate(values.split("｜"), 1):
            sheet.cell(cell.row or 0, (cell.column or 0) + at).value = value
    book.save(folder / name)


def lived(text: str, folder: Path) -> list[Step]:
    """A part of the page done from top to bottom."""
    steps = []
    for kind, body in blocks(text):
        if kind == "填":
            fill(folder, body)
        elif kind == "yaml":
            name = re.match(r"# (\S+)\n", body)
            assert name, "the first line of a file says its name"
            write(folder / name[1], body)
        else:
            for line in body.splitlines():
                program, *words = shlex.split(line)
                assert program == "mmethics"
                done = Step(words, mmethics(*words, cwd=folder))
                assert done.done.returncode == 0, f"{line}\n{done.said}"
                steps.append(done)
    return steps


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Step]]:
    folder = tmp_path_factory.mktemp("office-page")
    text = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split("\n## ")[0]
    return folder, lived(text, folder)


def papers(folder: Path, place: str) -> set[str]:
    return {path.name for path in (folder / "办公室" / place).iterdir()}


def words(path: Path) -> str:
    """All words of a Word file, its footers too."""
    with zipfile.ZipFile(path) as archive:
        parts = [name for name in archive.namelist() if re.match(r"word/(document|footer)", name)]
        whole = "".join(archive.read(name).decode() for name in parts)
    return re.sub(r"<[^>]+>", "", whole)


def test_a_supplement_goes_out_and_comes_back(office: tuple[Path, list[Step]]) -> None:
    folder, steps = office
    assert papers(folder, "outbox/2027-03-03-2027-0001") == {
        "补正通知书-2027-0001.docx", "回件-2027-0001-补正.zip",
    }  # fmt: skip
    notice = words(folder / "办公室/outbox/2027-03-03-2027-0001/补正通知书-2027-0001.docx")
    assert "请说明测量当天的联系人。" in notice and "2027年3月31日" in notice
    asked = step(steps, "record", "办公室/outbox/2027-03-03-2027-0001/回件-2027-0001-补正.zip")
    assert "要补正的 2 项；再打开为 01-initial-r2" in asked
    assert "收到补正" in step(steps, "take", "心电2.zip")


def test_a_round_that_was_replaced_is_not_taken_again(office: tuple[Path, list[Step]]) -> None:
    folder, _ = office
    done = mmethics(
        "--today", "2029-02-01", "office", "--office", "办公室", "take", "心电.zip", cwd=folder
    )
    assert done.returncode == 1 and "已经收过：2027-0001" in done.stderr


def test_a_simplified_review_ends_with_a_letter_and_a_reply(
    office: tuple[Path, list[Step]],
) -> None:
    folder, steps = office
    taken = step(
        steps, "take", "办公室/outbox/2027-03-06-王示一/审查工作表-2027-受-0001-王示一.xlsx"
    )
    assert "意见一致，可以决定" in taken
    place = "outbox/2027-03-11-2027-受-0001"
    assert papers(folder, place) == {
        "审查意见（批件）-2027-受-0001.docx", "审查意见（批件）-2027-受-0001.en.docx",
        "回件-2027-受-0001.zip",
    }  # fmt: skip
    letter = words(folder / "办公室" / place / "审查意见（批件）-2027-受-0001.docx")
    for said in ("伦审2027-0001", "2027-受-0001", "2028年3月10日", "登记簿第 16 条", REQUIREMENTS):
        assert said in letter, said
    recorded = step(steps, "record", f"办公室/{place}/回件-2027-受-0001.zip")
    assert "01-initial-r2 的决定：批准（2027-03-11，伦审2027-0001" in recorded
    decision = (folder / "心电/submissions/01-initial-r2/decision.yaml").read_text(encoding="utf-8")
    assert "valid_until: 2028-03-10" in decision and "interval_months: 12" in decision


def test_a_meeting_has_its_papers_and_minutes_of_it_all(office: tuple[Path, list[Step]]) -> None:
    folder, steps = office
    assert papers(folder, "meetings/2027-01") == {
        "会议通知.docx", "会议议程.docx", "签到表.docx", "会议簿.xlsx", "会议记录.docx",
        "送审材料", "意见汇总-2027-受-0002.xlsx",
    }  # fmt: skip
    minutes = words(folder / "办公室/meetings/2027-01/会议记录.docx")
    for said in (
        "简易审查：批准", "修改后再审5票，不批准1票", "孙示六认为应先办完备案再送审。",
        "请在协议里写明外方不得导出个体数据。", "登记簿第 44 条",
    ):  # fmt: skip
        assert said in minutes, said
    place = folder / "办公室/outbox/2027-03-24-2027-受-0002"
    letter = words(place / "审查意见（批件）-2027-受-0002.docx")
    assert "请逐条答复上面的意见" in letter and REQUIREMENTS not in letter
    assert "意见 2 条" in step(
        steps, "record", "办公室/outbox/2027-03-24-2027-受-0002/回件-2027-受-0002.zip"
    )


def test_a_re_review_finds_what_it_answers(office: tuple[Path, list[Step]]) -> None:
    folder, steps = office
    (proposal,) = [one.said for one in steps if one.words[-2:] == ["assign", "3"]]
    assert "李示二（原来的审查人" in proposal
    assert "决定：批准（伦审2027-0003" in step(steps, "decide", "2027-02")


def test_an_emergency_is_due_to_the_minute(office: tuple[Path, list[Step]]) -> None:
    _, steps = office
    assert re.search(r"期限 2027-05-14 \d\d:\d\d", step(steps, "accept", "--emergency"))
    assert "紧急会议审查" in step(steps, "decide", "4")


def test_each_kind_is_decided_in_its_own_words(office: tuple[Path, list[Step]]) -> None:
    folder, steps = office
    assert "决定：继续研究" in step(steps, "decide", "2027-03")
    assert "心电/submissions/02-amendment" in step(steps, "follow", "amendment")
    assert "决定：继续研究（伦审2028-0001，有效期至 2029-03-27）" in step(
        steps, "decide", "2028-受-0001"
    )
    assert "决定：同意结题" in step(steps, "decide", "2029-受-0001")
    assert "研究已结题" in step(
        steps, "record", "办公室/outbox/2029-01-16-2029-受-0001/回件-2029-受-0001.zip"
    )
    with open_office(folder / "办公室").register().reading() as register:
        study = register.get(RegisteredStudy, "S0001")
    assert study is not None and study.state == "completed"


def test_the_desk_tells_of_the_end_of_an_approval(office: tuple[Path, list[Step]]) -> None:
    _, steps = office
    soon, late = (one.said for one in steps if one.words[-2:] == ["--office", "办公室"])
    assert "快到期（1）" in soon and "2028-03-10" in soon
    assert "已逾期（1）" in late


def test_a_request_to_copy_is_met_or_refused(office: tuple[Path, list[Step]]) -> None:
    folder, steps = office
    given = step(steps, "lend", "--want", "批件", "S0001")
    assert "复印件 7 件" in given
    copies = papers(folder, "lent/2029-阅-0001-何示一")
    assert copies >= {"申请表.docx", "00-交付单.docx", "01-0001-签字的审查意见.docx"}
    # What was sent out and is not filed with a signature, in both languages.
    unsigned = {name[3:] for name in copies if "（批件）" in name}
    assert unsigned == {
        f"{day}-审查意见（批件）-{number}{language}.docx"
        for day, number in (
            ("2027-03-11", "2027-受-0001"), ("2027-06-10", "2027-受-0005"),
            ("2028-03-28", "2028-受-0001"),
        )
        for language in ("", ".en")
    }  # fmt: skip
    assert "归档" in step(steps, "file", "2029-受-0001")
    assert "lend 2029-阅-0002 --approve" in step(steps, "lend", "--want", "会议记录", "S0001")
    assert papers(folder, "lent/2029-阅-0002-何示一") == {"申请表.docx"}
    assert "不予查阅" in step(steps, "lend", "--refuse")


def test_an_inspector_is_shown_everything(office: tuple[Path, list[Step]]) -> None:
    folder, steps = office
    page = (folder / "检查材料" / "index.html").read_text(encoding="utf-8")
    for said in ("伦审2027-0002", "伦审2027-0003", "修改后再审", "孙示六", "登记簿"):
        assert said in page, said
    then = step(steps, "show", "--as-of")
    assert "修改后再审" in then and "2027-受-0003" not in then
    assert (folder / "质量2027.docx").is_file() and (folder / "登记簿.xlsx").is_file()
    *_, verified = (one.said for one in steps if one.words[-2:] == ["verify", "办公室"])
    assert "登记簿 SHA-256：" in verified
