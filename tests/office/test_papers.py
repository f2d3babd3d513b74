"""The ethics office's papers, as an office makes them: what they hold, and where they lie."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.store.pack import load
from tests.once import Once
from tests.papers.test_short_set import MACHINE_WORDS
from tests.program import EXAMPLES, mmethics, told

INCOMPLETE = "retrospective-imaging-ai-incomplete"
PARTNER = "genomics-imaging-partner"  # a meeting, with consent
MINIMAL = "prospective-ecg"  # simplified
FIRST = Path("submissions/01-initial")
# The words that show where each field of published review and decision forms is filled in.
FIELDS = {
    "review_elements": ("worksheet_protocol", "审查要点"),
    "review_comment": ("decision_letter", "决定的理由与审查意见"),
    "decision": ("decision_letter", "审查决定"),
    "decision_date": ("decision_letter", "决定日期"),
    "reviewers": ("minutes", "主审委员"),
    "consultant": ("minutes", "独立顾问与咨询意见"),
    "members_present": ("minutes", "到会者"),
    "quorum": ("minutes", "应到人数"),
    "coi_recusal": ("vote_sheet", "有利益冲突，回避"),
    "meeting_info": ("minutes", "主持人"),
    "meeting_reports": ("minutes", "简易审查结果的报告"),
    "discussion": ("minutes", "讨论的事项"),
    "votes": ("minutes", "表决权人数"),
    "tracking_frequency": ("decision_letter", "跟踪审查间隔"),
    "reviewer_signature": ("worksheet_protocol", "审查委员签名"),
    "chair_signature": ("decision_letter", "主任委员签名"),
    "escalate_meeting": ("worksheet_protocol", "是否提交会议审查"),
    "acceptance_no": ("acceptance_notice", "受理号"),
    "acceptance": ("acceptance_notice", "受理日期"),
    "missing_files": ("supplement_notice", "需要补充的文件"),
    "files_to_modify": ("supplement_notice", "需要修改的内容"),
}


@pytest.fixture
def sealed(office_example: Callable[[str], Path]) -> Path:
    """A worked example that goes to a meeting, handed in, with the office's papers beside it."""
    return office_example(PARTNER)


@pytest.fixture(scope="module")
def incomplete(once: Once) -> Path:
    def make(folder: Path) -> None:
        folder.mkdir()
        day = ("--today", told(INCOMPLETE, "as_of"))
        assert mmethics(*day, "new", "d", "--example", INCOMPLETE, cwd=folder).returncode == 0
        done = mmethics(*day, "render", "d", "--for", "committee", "--names", "id", cwd=folder)
        assert done.returncode == 0, done.stderr

    return once.folder("office-incomplete", make) / "d"


def office(folder: Path, *options: str) -> Any:
    """The office's papers of a dossier, named by id, made long after it was handed in."""
    arguments: tuple[str | Path, ...] = (
        "render",
        folder,
        "--for",
        "committee",
        "--names",
        "id",
        *options,
    )
    return mmethics("--today", "2027-09-01", *arguments, cwd=folder)


def paper(folder: Path, id_: str) -> Path:
    (found,) = (folder / FIRST / "committee").glob(f"*-{id_}.docx")
    return found


def text(path: Path) -> str:
    """All words of a Word file, those in controls too, without blanks."""
    body = docx.Document(str(path)).element.body
    return re.sub(r"\s+", "", "".join(node.text or "" for node in body.iter(qn("w:t"))))


def solid(words: str) -> str:
    return re.sub(r"\s+", "", words)


def choices(path: Path) -> Iterator[list[str | None]]:
    """The options of each drop-down of a Word file."""
    for control in docx.Document(str(path)).element.body.iter(qn("w:dropDownList")):
        yield [one.get(qn("w:value")) for one in control]


def sheets(folder: Path, id_: str) -> list[Worksheet]:
    (found,) = (folder / FIRST / "committee").glob(f"*-{id_}.xlsx")
    return list(openpyxl.load_workbook(found).worksheets)


# What is made.


def test_papers_have_an_order_of_their_own(sealed: Path) -> None:
    names = sorted(one.name for one in (sealed / FIRST / "committee").glob("*.*x"))
    assert names == [
        "01-formal_check.docx",
        "02-acceptance_notice.docx",
        "03-supplement_notice.docx",
        "04-worksheet_protocol.docx",
        "04-worksheet_protocol.xlsx",
        "05-worksheet_consent.docx",
        "05-worksheet_consent.xlsx",
        "06-vote_sheet.docx",
        "07-minutes.docx",
        "08-decision_letter.docx",
    ]


def test_the_list_writes_nothing(tmp_path: Path) -> None:
    assert mmethics("new", "d", "--example", MINIMAL, cwd=tmp_path).returncode == 0
    done = mmethics("render", "d", "--list", "--for", "committee", cwd=tmp_path)
    assert done.returncode == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["01", "formal_check"],
        ["02", "acceptance_notice"],
        ["03", "supplement_notice"],
        ["04", "worksheet_simplified"],
        ["05", "decision_letter"],
    ]
    assert not (tmp_path / "d" / FIRST / "committee").exists()


def test_one_paper_may_be_named_and_written_elsewhere(sealed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = mmethics("render", sealed, "--only", "vote_sheet", "--out", out, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [one.name for one in out.glob("*.docx")] == ["06-表决票.docx"]


def test_papers_of_a_draft_are_drafts(sealed: Path, incomplete: Path) -> None:
    def marked(folder: Path) -> bool:
        header = docx.Document(str(paper(folder, "formal_check"))).sections[0].header
        return "草稿" in str(header._element.xml)

    assert marked(incomplete) and not marked(sealed)


# Sealed.


def test_the_sealed_submission_still_verifies(sealed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sealed, tmp_path / "d")
    edited = paper(folder, "minutes")
    edited.write_bytes(b"mine")
    (folder / FIRST / "committee" / "note.txt").write_text("x", encoding="utf-8")
    assert mmethics("verify", folder / FIRST, cwd=tmp_path).returncode == 0
    again = office(folder)
    assert (again.returncode, edited.read_bytes()) == (1, b"mine")
    assert edited.name in again.stderr
    assert office(folder, "--replace").returncode == 0
    assert edited.read_bytes() != b"mine"
    assert mmethics("verify", folder / FIRST, cwd=tmp_path).returncode == 0


def test_papers_tell_of_what_was_handed_in(sealed: Path, tmp_path: Path) -> None:
    """Neither a later change of the dossier nor the passing of time reaches them."""
    before = {one.name: one.read_bytes() for one in (sealed / FIRST / "committee").glob("*.*x")}
    folder = shutil.copytree(sealed, tmp_path / "d")
    dossier = folder / "dossier.yaml"
    changed = dossier.read_text(encoding="utf-8").replace("  title: ", "  title: 后来改的", 1)
    dossier.write_text(changed.replace("version: V1.0", "version: V9.9"), encoding="utf-8")
    (folder / "self-check.yaml").unlink()
    done = mmethics(
        "--today", "2030-01-01", "render", folder, "--for", "committee", "--names", "id",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    after = {one.name: one.read_bytes() for one in (folder / FIRST / "committee").glob("*.*x")}
    assert after == before


def test_every_paper_handed_in_is_listed_with_version_and_date(sealed: Path) -> None:
    manifest = json.loads((sealed / FIRST / "manifest.json").read_bytes())
    rows = [*manifest["documents"], *manifest["attachments"]]
    for id_ in ("formal_check", "acceptance_notice", "minutes", "decision_letter"):
        found = text(paper(sealed, id_))
        for row in rows:
            assert solid(row["title"]) in found, (id_, row["title"])
            year, month, day = map(int, row["date"].split("-"))
            assert f"{row.get('version', '')}{year}年{month}月{day}日" in found, (id_, row)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_office_is_asked_for_nothing_in_brackets(
    name: str, office_example: Callable[[str], Path]
) -> None:
    for path in (office_example(name) / FIRST / "committee").glob("*.docx"):
        assert not re.search("【待填|【待定|None", text(path)), path.name


def test_what_the_office_recorded_is_printed(sealed: Path, tmp_path: Path) -> None:
    letter = paper(sealed, "decision_letter")
    assert ["批准", "修改后批准", "修改后再审", "不批准"] in list(
        choices(letter)
    )  # an initial review
    folder = shutil.copytree(sealed, tmp_path / "d")
    (folder / FIRST / "decision.yaml").write_text(
        "decision: modify_then_approve\nnumber: 2027-伦审-0137\ndate: 2027-03-20\n"
        "valid_until: 2028-03-19\ninterval_months: 6\n"
        "comments: ['同意书第三节改用通俗的话', '=1+1|**不是** 标记']\n"
        "event:\n  reviewer_asks_meeting: yes\n",
        encoding="utf-8",
    )
    assert office(folder).returncode == 0
    found = text(paper(folder, "decision_letter"))
    for words in (
        "2027-伦审-0137", "决定修改后批准", "2027年3月20日", "2028年3月19日", "6个月",
        "同意书第三节改用通俗的话", "=1+1|**不是**标记",
    ):  # fmt: skip
        assert words in found, words
    assert not list(choices(paper(folder, "decision_letter")))
    _, _, form = sheets(folder, "worksheet_protocol")
    assert ("建议的跟踪审查间隔", "6个月") in list(form.values)
    assert "是否提交会议审查☐是☐否" in text(paper(sealed, "worksheet_protocol"))
    assert "是否提交会议审查☑是☐否" in text(paper(folder, "worksheet_protocol"))


# The check and the notices.


def test_the_supplement_notice_holds_every_error_and_warning_once(incomplete: Path) -> None:
    day = ("--today", told(INCOMPLETE, "as_of"))
    done = mmethics(*day, "check", incomplete, "--format", "json", cwd=incomplete)
    findings = json.loads(done.stdout)["findings"]
    notice = text(paper(incomplete, "supplement_notice"))
    wanted = [one for one in findings if one["severity"] != "note"]
    assert len(wanted) > 10
    for one in wanted:
        if one["id"] == "paper_missing":
            (title,) = re.findall("“(.+)”", one["message"])
            assert title in notice
        else:
            assert notice.count(solid(one["message"])) == 1, one["message"]
            assert one["item"] is None or f"要点{one['item']}" in notice
    assert not MACHINE_WORDS.search(notice)
    notes = [one["message"] for one in findings if one["severity"] == "note"]
    assert notes and not any(solid(one) in notice for one in notes)


def test_the_formal_check_names_what_is_missing(incomplete: Path) -> None:
    found = text(paper(incomplete, "formal_check"))
    assert re.search("病例报告表与问卷（自备）[^☐]*缺少，请补交或说明☐齐全", found)
    assert re.search("审查内容自查表（生成）[^☐]*有5处要改或说明☐齐全", found)
    assert re.search(r"研究方案（自备）[^☐]*没有版本号；有1处要改或说明☐齐全", found)


def test_the_formal_check_names_what_is_not_signed(tmp_path: Path) -> None:
    assert mmethics("new", "d", "--example", PARTNER, cwd=tmp_path).returncode == 0
    dossier = tmp_path / "d" / "dossier.yaml"
    words = dossier.read_text(encoding="utf-8")
    dossier.write_text(words.replace("signed: yes", "signed: no", 1), encoding="utf-8")
    assert office(tmp_path / "d", "--only", "formal_check").returncode == 0
    assert text(paper(tmp_path / "d", "formal_check")).count("登记为尚未签字盖章") == 1


def test_the_check_is_the_applicants_alone(tmp_path: Path) -> None:
    assert mmethics("new", "d", "--blank", cwd=tmp_path).returncode == 0
    done = mmethics("check", "d", "--format", "json", cwd=tmp_path)
    own = [one.title for one in load().standard().documents.values() if one.audience == "committee"]
    assert own and not any(f"《{title}》" in done.stdout for title in own)
    assert office(tmp_path / "d").returncode == 0


HOSTILE = "=1+1|{{ project.title }} **粗** ::: when {} `码` <b> &amp; _x0041_ \\ 【"


def test_whatever_is_written_appears_as_it_is(tmp_path: Path) -> None:
    assert mmethics("new", "d", "--example", PARTNER, cwd=tmp_path).returncode == 0
    dossier = tmp_path / "d" / "dossier.yaml"
    words = dossier.read_text(encoding="utf-8")
    title = json.dumps(HOSTILE, ensure_ascii=False)
    changed = re.sub(r"(?m)^  title: .*", lambda _: f"  title: {title}", words, count=1)
    changed = changed.replace("  social_value:", f"  social_value: {title}\n  was:", 1)
    changed = re.sub(r"(?m)^  was:.*\n(?:^    .*\n)*", "", changed)
    dossier.write_text(changed, encoding="utf-8")
    assert office(tmp_path / "d").returncode == 0
    for path in (tmp_path / "d" / FIRST / "committee").glob("*.docx"):
        if "minutes" not in path.name:
            assert solid(HOSTILE) in text(path), path.name
    summary, page, _ = sheets(tmp_path / "d", "worksheet_protocol")
    assert summary["A2"].value == f"项目名称：{HOSTILE.replace('_x', '_x005F_x')}"
    (answer,) = [row[4] for row in page.iter_rows(min_row=5) if row[0].value == "WP-01"]
    assert HOSTILE[:30] in str(answer.value) and answer.data_type == "s"


# Worksheets.


@pytest.mark.parametrize("id_", ["worksheet_protocol", "worksheet_consent"])
def test_each_criterion_stands_in_word_and_excel(sealed: Path, id_: str) -> None:
    criteria = [
        one
        for one in load(None, ("worksheets",)).standard().criteria.values()
        if id_ in one.worksheets
    ]
    assert len(criteria) > 25
    words = text(paper(sealed, id_))
    summary, page, form = sheets(sealed, id_)
    cells = {str(row[0].value): row for row in page.iter_rows(min_row=5)}
    for one in criteria:
        assert solid(one.text) in words
        assert solid(str(cells[one.id][2].value)) == solid(one.text)
    answered = [row for row in cells.values() if row[3].value != "不适用"]
    assert words.count("☐符合☐须修改☐不符合☐不适用") == len(answered)
    assert all(row[4].value for row in answered)
    assert (summary["A7"].value, form["A3"].value) == ("类别", "事项")


def test_the_applicants_answer_and_its_place_stand_beside(sealed: Path) -> None:
    _, page, _ = sheets(sealed, "worksheet_protocol")
    rows = {row[0].value: [str(cell.value) for cell in row] for row in page.iter_rows(min_row=5)}
    answer, where, basis = rows["WP-25"][4], rows["WP-25"][5], rows["WP-25"][8]
    assert "风险等级：略大于最小风险" in answer
    assert "自查RSK-01：符合，评估结论为略大于最小风险" in answer
    assert "《伦理审查申请表》V1.0" in where and "《伦理审查申请表》六、风险与受益" in where
    assert "《伦理审查申请表》第六部分“风险与受益”（自查RSK-01）" in where
    assert any(re.search(r"研究方案（第\d页）（自查", row[5]) for row in rows.values())
    assert "第19条（4）；" in basis  # read in the text, so it carries no mark
    assert any("（待核）" in row[8] for row in rows.values())
    _, page, _ = sheets(sealed, "worksheet_consent")
    rows = {row[0].value: [str(cell.value) for cell in row] for row in page.iter_rows(min_row=5)}
    assert "《知情同意书（成人）》" in rows["WC-03"][5]


def test_excel_is_locked_but_for_what_reviewers_fill_in(sealed: Path) -> None:
    summary, page, form = sheets(sealed, "worksheet_protocol")
    assert summary.protection.sheet and page.protection.sheet and form.protection.sheet
    open_ = {
        page.cell(4, cell.column or 0).value
        for row in page.iter_rows(min_row=5)
        for cell in row
        if not cell.protection.locked
    }
    assert open_ == {"评价", "意见"}
    (rule,) = page.data_validations.dataValidation
    assert rule.formula1 == '"符合,须修改,不符合,不适用"'
    assert {one.formula1 for one in form.data_validations.dataValidation} >= {'"是,否"'}
    tints = [rule for group in page.conditional_formatting for rule in group.rules]
    assert [one.formula[0] for one in tints] == [
        f'$G5="{value}"' for value in ("不符合", "须修改", "符合", "不适用")
    ]


def test_the_summary_reckons_from_the_verdicts(sealed: Path) -> None:
    summary, page, _ = sheets(sealed, "worksheet_protocol")
    rows = [[cell.value for cell in row] for row in summary.iter_rows(min_row=8)]
    last = max(row for row in range(5, page.max_row + 1) if page.cell(row, 4).value == "适用")
    assert rows[0][2] == f"=COUNTIFS('审查要点'!$B$5:$B${last},$A8,'审查要点'!$G$5:$G${last},C$7)"
    assert rows[0][-1] == f"={rows[0][1]}-SUM(C8:F8)"
    assert rows[-1][0] == "合计"
    assert int(str(rows[-1][1])) == last - 4 == sum(int(str(row[1])) for row in rows[:-1])
    values = openpyxl.load_workbook(
        next((sealed / FIRST / "committee").glob("*worksheet_protocol.xlsx")), data_only=True
    ).worksheets[0]
    assert values.cell(summary.max_row, 7).value == last - 4


@pytest.mark.parametrize("id_", ["worksheet_protocol", "worksheet_consent"])
def test_excel_prints_on_a4_at_a_legible_size(sealed: Path, id_: str) -> None:
    for page in sheets(sealed, id_):
        setup, margins = page.page_setup, page.page_margins
        assert (setup.paperSize, setup.fitToWidth, setup.fitToHeight) == (9, 1, 0)
        assert page.print_title_rows
        paper_width = 841.9 if setup.orientation == "landscape" else 595.3
        room = paper_width - 72 * ((margins.left or 0) + (margins.right or 0))
        widths = [one.width for one in page.column_dimensions.values()]
        needed = sum(5.25 * width + 3.75 for width in widths)
        assert 10.5 * min(1, room / needed) >= 9, (page.title, room / needed)
        for row in page.iter_rows():
            assert (page.row_dimensions[row[0].row or 0].height or 0) >= 15


def test_simplified_review_has_a_worksheet_of_its_own(tmp_path: Path) -> None:
    assert mmethics("new", "d", "--example", MINIMAL, cwd=tmp_path).returncode == 0
    assert office(tmp_path / "d", "--only", "worksheet_simplified").returncode == 0
    words = text(paper(tmp_path / "d", "worksheet_simplified"))
    for wanted in ("转会议审查", "研究风险不大于最小风险", "审查委员意见是否不一致☐是☐否"):
        assert wanted in words


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_published_review_forms_is_filled_in_somewhere(
    sealed: Path, field: str
) -> None:
    id_, words = FIELDS[field]
    assert words in text(paper(sealed, id_))


def test_no_interval_is_offered_that_the_rules_do_not_allow(tmp_path: Path) -> None:
    assert mmethics("new", "d", "--example", PARTNER, cwd=tmp_path).returncode == 0
    dossier = tmp_path / "d" / "dossier.yaml"
    words = dossier.read_text(encoding="utf-8")
    listed = "review_list: [highly_autonomous_decision]"
    dossier.write_text(words.replace("review_list: []", listed), encoding="utf-8")
    assert office(tmp_path / "d").returncode == 0
    for id_ in ("worksheet_protocol", "minutes", "decision_letter", "vote_sheet"):
        assert ["3个月", "6个月"] in list(choices(paper(tmp_path / "d", id_))), id_
        assert "12个月" not in text(paper(tmp_path / "d", id_))
    _, _, form = sheets(tmp_path / "d", "worksheet_protocol")
    rules = [one.formula1 for one in form.data_validations.dataValidation]
    assert '"3个月,6个月"' in rules


# An institution's own pack.


def own_pack(folder: Path, criteria: str) -> Path:
    place = folder / "own" / "checklists" / "worksheets"
    place.mkdir(parents=True)
    (place / "ours.yaml").write_text(criteria, encoding="utf-8")
    return folder / "own"


def test_an_own_pack_adds_and_rewords_criteria(tmp_path: Path) -> None:
    pack = own_pack(
        tmp_path,
        "- id: WS-02\n  text: 本院改写的要点。\n"
        "- id: OUR-1\n  worksheets: [worksheet_simplified]\n  group: 本院\n"
        "  text: 本院增加的要点。\n  basis: [{source: erm2023, article: '31'}]\n",
    )
    assert mmethics("--pack", pack, "standard", "lint", cwd=tmp_path).returncode == 0
    assert mmethics("new", "d", "--example", MINIMAL, cwd=tmp_path).returncode == 0
    render = ("render", "d", "--only", "worksheet_simplified", "--names", "id")
    assert mmethics("--pack", pack, *render, cwd=tmp_path).returncode == 0
    words = text(paper(tmp_path / "d", "worksheet_simplified"))
    assert "本院改写的要点。" in words and "本院增加的要点。" in words
    shown = mmethics("--pack", pack, "standard", "show", "OUR-1", cwd=tmp_path)
    assert "本院增加的要点" in shown.stdout
    listed = mmethics("--pack", pack, "standard", "list", "worksheets", cwd=tmp_path)
    assert "OUR-1" in listed.stdout


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        ("facts: [risk.levell]", "不认识的事实“risk.levell”"),
        ("facts: [data.assets.nothing]", "不认识的事实“data.assets.nothing”"),
        ("items: [RSK-99]", "没有审查要点“RSK-99”"),
        ("papers: [protocoll]", "不认识的文件“protocoll”"),
        ("elements: [erm2023]", "应写法源和条号"),
        ("applies_when: {risk.levell: high}", "risk.levell"),
        ("worksheets: [application_form]", "没有这份伦理委员会的文件“application_form”"),
        ("basis: [{source: nowhere, article: '1'}]", "不认识的法源“nowhere”"),
        ("basis: [{source: erm2023, article: '999'}]", "erm2023 999"),
        ("basis: []", "没有依据"),
        ("verdict: met", "不认识的键“verdict”"),
    ],
)
def test_lint_names_what_is_wrong_in_a_criterion(
    criterion: str, words: str, tmp_path: Path
) -> None:
    fields = {
        "id": "OUR-1",
        "worksheets": "[worksheet_simplified]",
        "group": "本院",
        "text": "要点。",
        "basis": "[{source: erm2023, article: '31'}]",
    }
    key, _, value = criterion.partition(": ")
    lines = [f"{name}: {said}" for name, said in (fields | {key: value}).items()]
    pack = own_pack(tmp_path, "- " + "\n  ".join(lines) + "\n")
    done = mmethics("--pack", pack, "standard", "lint", cwd=tmp_path)
    assert done.returncode == 1
    assert words in done.stdout and "ours.yaml" in done.stdout


def test_lint_sees_a_wrong_layout(tmp_path: Path) -> None:
    place = tmp_path / "own" / "templates"
    place.mkdir(parents=True)
    (place / "worksheet_consent.xlsx.yaml").write_text(
        "rows: criteria\ncolumns:\n"
        "  - {value: verdict, width: 9, input: verdict, choices: [是], colours: {否: red}}\n",
        encoding="utf-8",
    )
    done = mmethics("--pack", tmp_path / "own", "standard", "lint", cwd=tmp_path)
    assert done.returncode == 1
    assert "colours" in done.stdout
