"""From the sealed package to reviewers: what is taken, accepted, assigned, and what is refused."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mmethics_cli.core.standard.node import Trail
from mmethics_cli.errors import EthicsError
from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import open_office
from mmethics_cli.office.law import acceptance, review
from mmethics_cli.office.law.acceptance import ActRefused, find_case
from mmethics_cli.office.law.clocks import read_clocks
from mmethics_cli.office.state import Appointment, Assignment, Case, Interest, OfficeState
from mmethics_cli.wording.columns import width
from tests.office.offices import call, new_office

DAY = "2027-03-02"
CLOCKS = read_clocks(
    {
        "office/clocks.yaml": [
            {"id": "review", "zh": "x", "days": "30", "basis": []},
            {"id": "emergency", "zh": "x", "hours": "72", "basis": []},
            {"id": "worksheet", "zh": "x", "days": "7", "basis": []},
            {"id": "worksheet_emergency", "zh": "x", "hours": "24", "basis": []},
            {"id": "loan", "zh": "x", "days": "7", "basis": []},
            {"id": "supplement", "zh": "x", "days": "28", "basis": []},
            {"id": "validity", "zh": "x", "months": "12", "basis": []},
            {"id": "follow_up", "zh": "x", "months": "12", "basis": []},
        ]
    },
    Trail(),
)
NOW = "2027-03-02T10:00"


def state(*records: object) -> OfficeState:
    made = OfficeState()
    for record in records:
        made.put(record)  # type: ignore[arg-type]
    return made


def member(name: str, **more: object) -> Appointment:
    known = {"name": name, "category": "medical", "sex": "F", "role": "member"} | more
    return Appointment(name, "2026-01-01", "2028-12-31", **known)  # type: ignore[arg-type]


def test_a_package_goes_from_the_desk_to_its_reviewers(
    tmp_path: Path, sealed_example: Callable[[str], Path]
) -> None:
    sealed = sealed_example("retrospective-imaging-ai") / "submissions" / "01-initial"
    office = new_office(tmp_path)

    def do(*arguments: str | Path) -> tuple[int, str]:
        code, said, errors = call("office", *arguments, "--office", office, today=DAY)
        return code, said + errors

    code, said = do("take", sealed)
    assert code == 0 and "审查路径：会议审查" in said and "2027-0001" in said
    code, said = do("take", sealed)
    assert code == 1 and "已经收过" in said
    code, said = do("accept", "1", "--method", "simplified")
    assert code == 1 and "不能按简易审查" in said
    assert do("accept", "1", "--supplement", "缺简历")[0] == 0
    assert do("accept", "1")[0] == 1  # it waits for the applicant
    history = do("show", "1")[1].partition("登记：")[2].splitlines()
    assert [line[:8].strip() for line in history if line[:8].strip()] == ["1", "2"]
    shutil.copytree(sealed, tmp_path / "changed")
    (tmp_path / "changed" / "snapshot.yaml").chmod(0o644)
    (tmp_path / "changed" / "snapshot.yaml").write_text("x", encoding="utf-8")
    code, said = do("take", tmp_path / "changed")
    assert code == 2 and "snapshot.yaml" in said and "重新打包" in said


def test_reviewers_are_proposed_assigned_and_replaced(
    tmp_path: Path, sealed_example: Callable[[str], Path]
) -> None:
    sealed = sealed_example("retrospective-imaging-ai") / "submissions" / "01-initial"
    office = new_office(tmp_path)

    def do(*arguments: str | Path) -> tuple[int, str]:
        code, said, errors = call("office", *arguments, "--office", office, today=DAY)
        return code, said + errors

    assert do("take", sealed)[0] == 0
    code, said = do("accept", "0001")
    assert code == 0 and "2027-受-0001" in said and "期限 2027-04-01 23:59" in said
    for person, name in (("M1", "甲"), ("M2", "乙"), ("M3", "丙"), ("M4", "林示一")):
        sets = {
            "name": name, "sex": "F", "category": "medical", "external": "否", "declared": "是",
            "term_from": "2026-01-01", "term_to": "2028-12-31",
        }  # fmt: skip
        options = [part for key, value in sets.items() for part in ("--set", f"{key}={value}")]
        code, said = do("note", "任命委员", "--person", person, *options)
        assert code == 0, said
    assert do("note", "声明利益冲突", "同一课题组", "--case", "1", "--person", "M3")[0] == 0
    code, said = do("assign", "1")
    assert code == 0 and "不能：林示一，是研究团队成员" in said and "不能：丙" in said
    code, said = do("assign", "1", "甲", "林示一")
    assert code == 1 and "研究团队成员" in said
    assert do("assign", "1", "甲", "乙")[0] == 0
    assert do("assign", "1", "--replace", "甲=丙", "--reason", "出差")[0] == 1
    assert do("note", "送达", "张三", "--case", "1")[0] == 1  # nothing is decided yet
    code, said = do("note", "送达")
    assert code == 2 and "哪一件" in said and "note 送达 --case 12" in said
    assert "（case）" not in said and "study" not in said
    listed = do("note", "list")[1]
    assert "送达　--case [一句话] [方式=]" in listed and "term_to" not in listed
    assert max(map(width, listed.splitlines()[:-1])) <= 80
    trained = do("note", "培训", "x", "--person", "M1", "--set", "类型=内部", "--set", "学时=4")
    assert trained[0] == 0 and "　甲" in trained[1]
    assert do("note", "备注", "来电询问", "--case", "1", "--date", "2027-03-05")[0] == 2
    assert "等甲交回工作表" in do()[1]
    assert do("note", "更正", "记错了人", "--set", "seq=2")[0] == 1  # accepted: an act of law
    seq = next(
        line.split()[0] for line in do("show", "1")[1].splitlines() if "声明利益冲突" in line
    )
    assert do("note", "更正", "记错了人", "--set", f"seq={seq}")[0] == 0
    assert do("note", "更正", "记错了人", "--set", f"seq={seq}")[0] == 1
    assert "已更正" in do("show", "1")[1]
    assert "不能：丙" not in do("assign", "1")[1]
    code, said = do("accept", "1", "--extend", "2027-04-20", "--reason", "等专家意见")
    assert code == 0 and "期限 2027-04-20" in said
    assert call("verify", office)[0] == 0
    (package,) = (office / "cases").iterdir()
    (office / "cases" / "来历不明.zip").write_bytes(b"x")
    code, said, _ = call("verify", office)
    assert code == 1 and "没有登记的文件：cases/来历不明.zip" in said
    (office / "cases" / "来历不明.zip").unlink()
    package.unlink()
    assert call("verify", office)[0] == 1


@pytest.mark.parametrize("pathway", ["", "meeting", "emergency_meeting"])
def test_a_simplified_review_needs_a_pathway_that_says_so(pathway: str) -> None:
    case = Case("1", "S", "initial", pathway=pathway)
    with pytest.raises(ActRefused, match="简易"):
        acceptance.Acceptance("受", "simplified").of(state(case), case, CLOCKS, NOW)


def test_clocks_end_by_day_or_by_hour() -> None:
    case = Case("1", "S", "initial", pathway="emergency_meeting", emergency_hours=48)

    def due(method: str, of: Case) -> str:
        event = acceptance.Acceptance("受", method).of(state(of), of, CLOCKS, NOW)
        return str(event.data["due"])

    assert due("", case) == "2027-03-04T10:00"
    assert due("meeting", case) == "2027-04-01T23:59"
    assert due("", Case("1", "S", "initial", pathway="simplified", review_days=20)) == (
        "2027-03-22T23:59"
    )
    plain = Case("1", "S", "initial", pathway="meeting")
    with pytest.raises(ActRefused, match="--reason"):
        acceptance.Acceptance("受", "emergency_meeting").of(state(plain), plain, CLOCKS, NOW)


def test_a_second_notice_and_a_late_extension_are_refused() -> None:
    asked = Case("1", "S", "initial", supplements=1)
    with pytest.raises(ActRefused, match="一次性"):
        acceptance.ask_supplement(asked, ["x"], "", CLOCKS, NOW)
    again = acceptance.ask_supplement(asked, ["x"], "专家要求", CLOCKS, NOW)
    assert again.data["again"] == "专家要求" and again.data["due"] == "2027-03-30"
    late = Case("1", "S", "initial", state="accepted", due_at="2027-03-01T23:59")
    with pytest.raises(ActRefused, match="届满"):
        acceptance.extend(late, "2027-05-01", "x", NOW)
    running = Case("1", "S", "initial", state="accepted", due_at="2027-03-09T23:59")
    with pytest.raises(ActRefused, match="以后"):
        acceptance.extend(running, "2027-03-09", "x", NOW)


def test_who_must_keep_out_cannot_be_assigned() -> None:
    case = Case("1", "S", "initial", state="accepted", method="simplified", sponsor="某某药业公司",
                team=("甲",))  # fmt: skip
    people = [
        member("甲"), member("乙"), member("丙", firms=("某某药业",)), member("丁"),
        member("戊", category="consultant"),
    ]  # fmt: skip
    office = state(case, Interest("1", "乙"), *people)
    for name in ("甲", "乙", "丙"):
        with pytest.raises(ActRefused):
            review.assign(office, case, [name, "丁"], CLOCKS, NOW)
    with pytest.raises(ActRefused, match="至少由 2 名"):
        review.assign(office, case, ["丁", "戊"], CLOCKS, NOW)  # a consultant is no reviewer
    with pytest.raises(EthicsError, match="不在任"):
        review.assign(office, case, ["过客", "丁"], CLOCKS, NOW)
    assert [each.person for each in review.propose(office, case, DAY).candidates] == ["丁"]


def test_who_was_appointed_by_mistake_reviews_nothing() -> None:
    case = Case("1", "S", "initial", state="accepted", method="simplified")
    sheets = [Assignment("1", who, "simplified", state="returned") for who in ("甲", "乙")]
    office = state(case, member("甲"), *sheets)
    assert [each.person for each in review.reviewing(office, case)] == ["甲"]


def test_a_case_is_found_by_any_unique_end() -> None:
    office = state(
        Case("2027-0001", "S", "initial", number="2027-受-0012"),
        Case("2027-0002", "S", "initial", number="2027-受-0112"),
        Case("2027-0003", "S", "initial"),
    )
    assert find_case(office, "12").id == "2027-0001"
    assert find_case(office, "3").id == "2027-0003"
    with pytest.raises(EthicsError, match="没有受理件"):
        find_case(office, "2")


def test_a_package_that_was_packed_again_is_taken(
    tmp_path: Path, sealed_example: Callable[[str], Path]
) -> None:
    sealed = sealed_example("retrospective-imaging-ai") / "submissions" / "01-initial"
    with zipfile.ZipFile(tmp_path / "再打包.zip", "w") as archive:
        for path in sorted(sealed.rglob("*")):
            if path.is_file():
                archive.write(path, f"桌面/材料/{path.relative_to(sealed).as_posix()}")
        archive.writestr("__MACOSX/桌面/._材料", "x")
    office = new_office(tmp_path)
    code, said, errors = call(
        "office", "take", tmp_path / "再打包.zip", "--office", office, today=DAY
    )
    assert code == 0 and "2027-0001" in said, errors
    assert call("verify", office)[0] == 0


def test_a_zip_that_is_none_of_ours_is_not_taken(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    code, _, errors = call("office", "take", tmp_path / "x.zip", "--office", office)
    assert code == 2 and "认不出" in errors
    assert open_office(office).setting("committee") == "示例伦理委员会"


def test_an_amendment_rests_on_what_the_office_approved(
    tmp_path: Path, handed_in: Callable[[str], Path]
) -> None:
    first, amendment = sorted(handed_in("amendment").glob("submissions/*"))
    about = {"study": "S0001", "case": "2027-0001"}

    def office_that(*decisions: str) -> tuple[Path, tuple[int, str]]:
        """An office that decided so on the first submission; what it says of the amendment."""
        folder = tmp_path / "-".join(("office", *decisions))
        folder.mkdir()
        office = new_office(folder)
        assert call("office", "take", first, "--office", office, today=DAY)[0] == 0
        with open_office(office).register().writing() as register:
            for word in decisions:
                data = {"decision": word, "method": "meeting", "number": "L1"}
                happening = Happening("decided", f"{DAY}T10:00", **about, data=data)
                register.append(happening, f"{DAY}T10:00", "x")
        code, said, errors = call("office", "take", amendment, "--office", office, today=DAY)
        return office, (code, said + errors)

    _, (code, said) = office_that()
    assert code == 1 and "它对照的是 2027-0001，登记簿里那一件还没有决定" in said, said
    refusing, (code, said) = office_that("disapprove")
    assert code == 1 and "决定是“不批准”，不是批准" in said
    with open_office(refusing).register().writing() as register:
        for kind, data in (
            ("submission_received", {"kind": "initial", "package": "x", "digest": "0" * 64}),
            ("decided", {"decision": "approve", "method": "meeting", "number": "L2"}),
        ):
            happening = Happening(kind, f"{DAY}T11:00", "S0001", "2027-0009", data=data)
            register.append(happening, f"{DAY}T11:00", "x")
    code, _, errors = call("office", "take", amendment, "--office", refusing, today=DAY)
    assert code == 1 and "决定是“不批准”" in errors
    _, (code, said) = office_that("approve")
    assert code == 0 and "2027-0002" in said
    # The committee that the dossier names is not this office's: that is said and not refused.
    assert "伦理委员会名称是“示例市第一医院医学伦理委员会”" in said and "示例伦理委员会" in said
    assert "伦理委员会电话" not in said  # the office has not written down its own


def test_a_report_that_rests_on_something_else_is_taken_all_the_same(
    tmp_path: Path, handed_in: Callable[[str], Path]
) -> None:
    first, report = sorted(handed_in("safety").glob("submissions/*"))
    office = new_office(tmp_path)
    settings = office / "office.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('contact: ""', 'contact: "010-9999-9999"'), encoding="utf-8")
    assert call("office", "take", first, "--office", office, today=DAY)[0] == 0
    code, said, _ = call("office", "take", report, "--office", office, today=DAY)
    assert code == 0 and "还没有决定" in said and "照收" in said
    assert "电话是“010-0000-0100”" in said and max(map(width, said.splitlines())) <= 80
