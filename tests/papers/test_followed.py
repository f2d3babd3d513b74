"""The papers after the committee's first answer, through the command line on a worked example."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from tests import pages
from tests.depth import NIGHTLY
from tests.followed import ECG, FOLDER, PAPERS, TODAY, change, events, follow, papers_of, sent_in
from tests.golden import word_lines
from tests.printed import convert
from tests.program import mmethics
from tests.studies import standard
from tests.validator import errors_of

REFRESH = "If that is meant: python -m docs.generate"


@pytest.fixture
def sealed(sealed_example: Callable[[str], Path]) -> Path:
    return sealed_example(ECG)


def checked(folder: Path, today: str = TODAY, *options: str) -> list[dict[str, Any]]:
    """What `check` finds, notes left out."""
    done = mmethics("--today", today, "check", folder, "--format", "json", *options, cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)["findings"]
    return [one for one in found if one["severity"] != "note"]


def rendered(folder: Path, document: str, today: str = TODAY) -> str:
    """The text of a paper of the current submission."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    done = mmethics(
        "--today", today, "render", folder, "--only", document, "--out", out, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    (path,) = out.glob("*.docx")
    return "\n".join(word_lines(path.read_bytes()))


@pytest.mark.parametrize("kind", sorted(PAPERS))
def test_each_kind_of_submission_is_complete_and_says_what_it_said(
    sealed: Path, kind: str, tmp_path: Path
) -> None:
    folder = tmp_path / kind
    texts = papers_of(sealed, folder, kind)
    assert sorted(texts) == sorted(PAPERS[kind])
    for name, text in texts.items():
        assert "【待" not in text
        on_record = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
        assert text.splitlines() == on_record.splitlines(), REFRESH
    assert not checked(folder)


@pytest.mark.parametrize("kind", sorted(PAPERS))
def test_each_kind_of_submission_is_sealed_with_its_papers(
    handed_in: Callable[[str], Path], kind: str
) -> None:
    folder = handed_in(kind)
    (manifest,) = folder.glob("submissions/02-*/manifest.json")
    rows = json.loads(manifest.read_bytes())["documents"]
    ids = {row["id"] for row in rows}
    assert set(PAPERS[kind]) <= ids
    others = {paper for papers in PAPERS.values() for paper in papers} - {"revision_table"}
    assert not ids & (others - set(PAPERS[kind]))


@pytest.mark.parametrize("kind", sorted(PAPERS))
def test_a_sealed_report_leaves_nothing_to_be_chosen(
    handed_in: Callable[[str], Path], kind: str
) -> None:
    for name in PAPERS[kind]:
        (path,) = handed_in(kind).glob(f"submissions/02-*/documents/*-{name}-V*.docx")
        assert not list(docx.Document(str(path)).element.body.iter(qn("w:dropDownList")))
        cells = (cell for line in word_lines(path.read_bytes()) for cell in line.split(" | "))
        assert [cell for cell in cells if "☐" in cell and "☑" not in cell] == []


# What changed.


def test_the_table_of_revisions_lists_what_differs_from_the_approved_study(
    sealed: Path, tmp_path: Path
) -> None:
    text = rendered(sent_in(sealed, tmp_path / "a", "amendment"), "revision_table")
    facts, _, sentences = text.partition("二、逐句对照")
    for line in (
        "1 | 联系人电话 | ", "2 | 参加持续时间 | ", "3 | 数据资产清单（三个月电话随访记录） | ",
        "4 | 同一人是否有多个时点的数据 | ", "5 | 退出与数据处理 | ",
    ):  # fmt: skip
        assert f"\n{line}" in facts
    assert "\n6 | " not in facts
    assert "参加持续时间 | 一次，约40分钟，在门诊完成 | 测量一次，约40分钟；三个月后" in sentences
    # What the answers bring about in other texts.
    assert "以后的病情和随访记录。" in sentences and "随访 | 单独" not in facts


@pytest.mark.parametrize("kind", ["amendment", "re_review"])
def test_the_table_lists_every_sentence_that_changed_and_no_other(
    handed_in: Callable[[str], Path], kind: str
) -> None:
    folder = handed_in(kind)
    before, after = (folder / f"submissions/{name}/documents" for name in _names(folder))
    (path,) = after.glob("*-revision_table-*.docx")
    table = _solid("".join(word_lines(path.read_bytes())))
    marked = sorted(after.glob("*-修订标记.docx"))
    titles = {one.id: one.title for one in standard().documents.values()}
    assert len(marked) >= 5
    for file in marked:
        (old,) = before.glob(f"*-{titles[_id(file)]}-V*.docx")
        (new,) = (one for one in after.glob(f"*-{_id(file)}-*.docx") if one != file)
        said, says = _sentences(old), _sentences(new)
        assert (lacking := [one for one in said ^ says if one not in table]) == [], lacking
    listed = set(re.findall(r"《([^《》]*)》V\d", table))
    assert listed == {_solid(titles[_id(file)]) for file in marked}


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "submissions").iterdir())


def _solid(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _sentences(path: Path) -> set[str]:
    """Every sentence of the body, figures and the numbers of lines left out."""
    lines = [line for line in word_lines(path.read_bytes()) if "〔图" not in line]
    body = [line for line in lines if not line.startswith(("页眉", "页脚"))]
    cells = [cell for line in body for cell in re.split(r" \| |⏎", line)]
    bare = [
        re.sub(r"^[#•\s]*(\d+[.、](?!\d)|（[一二三四五六七八九十\d]+）)?", "", cell)
        for cell in cells
    ]
    return {
        _solid(sentence)
        for cell in bare
        for sentence in re.split("(?<=[。！？；])", cell)
        if _solid(sentence)
    }


def test_an_edit_after_the_submission_was_sealed_is_a_change_too(
    sealed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "a"
    shutil.copytree(sealed, folder)
    change(folder, {"project.budget": "人民币9万元"})
    follow(folder, "amendment")
    text = rendered(folder, "revision_table")
    assert "研究总经费 | 人民币6万元 | 人民币9万元 | " in text


def test_an_attachment_with_another_version_is_listed(sealed: Path, tmp_path: Path) -> None:
    folder = sent_in(sealed, tmp_path / "a", "amendment")
    path = folder / "dossier.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index("kind: protocol")
    place = text.index("version:", start)
    end = text.index("\n", place)
    path.write_text(f"{text[:place]}version: '9.9'{text[end:]}", encoding="utf-8")
    for paper in ("revision_table", "amendment_application"):
        assert "V9.9 " in rendered(folder, paper)


def test_a_re_review_is_compared_with_what_the_committee_answered(
    sealed: Path, tmp_path: Path
) -> None:
    folder = sent_in(sealed, tmp_path / "r", "re_review")
    table = rendered(folder, "revision_table")
    assert "电话010-0000-0202。 | 高示二，电话010-0000-0299。 | 审查意见第2条" in table
    assert "3 | 建议增加75岁以上参与者的陪同人员。 | 未改，说明理由" in rendered(
        folder, "response_table"
    )


UNPROVED: list[tuple[str, str]] = [
    ("多模态数据附表V1.1第2页", "没有写《多模态数据附表》改在哪一节"),
    ("多模态数据附表“资产9”", "《多模态数据附表》的“资产9”没有改动"),
    ("《知情同意要素对照表》“一、”", "《知情同意要素对照表》没有改动"),
    ("同意书第2页已改", "没有写改在哪份文件"),
    ("知情同意书“要做什么”、伦理审查申请表“风险”", "《伦理审查申请表》的“风险”没有改动"),
]


@pytest.mark.parametrize(("place", "fault"), UNPROVED)
def test_a_reply_that_names_no_place_that_changed_is_an_error(
    sealed: Path, tmp_path: Path, place: str, fault: str
) -> None:
    responses = [dict(one) for one in events()["re_review"]["responses"]]
    responses[0]["place"] = place
    folder = sent_in(sealed, tmp_path / "r", "re_review", {"responses": responses})
    (found,) = checked(folder)
    assert (found["id"], found["severity"]) == ("reply_unproved", "error")
    assert found["message"].startswith(f"第1条意见答复“照改”，{fault}")
    assert "《知情同意书（成人）》“要做什么”" in found["fix"]
    if place != UNPROVED[0][0]:
        return
    text = rendered(folder, "response_table")
    assert "确有改动" not in text and f"第1条：{fault}" in text
    assert mmethics("--today", TODAY, "submit", folder, cwd=folder).returncode == 1


def test_a_change_that_the_amendment_does_not_name_is_noticed(sealed: Path, tmp_path: Path) -> None:
    folder = sent_in(sealed, tmp_path / "a", "amendment", {"changes": ["contact"]})
    found = [one for one in checked(folder) if one["id"] == "change_unnamed"]
    assert ["新增模态" in one["message"] for one in found] == [False, False, True]
    assert "三个月电话随访记录" in found[-1]["message"]
    assert {one["path"] for one in found} == {"event.changes"}


def test_a_changed_text_is_printed_as_it_stands(sealed: Path, tmp_path: Path) -> None:
    text = "**甲** {{ doc.id }} {% if %} ::: | <b>乙</b> & [ ] `丙`"
    folder = sent_in(sealed, tmp_path / "a", "amendment")
    change(folder, {"project.keywords": text})
    assert f" | {text} | " in rendered(folder, "revision_table")


# Reports.


def test_the_counts_of_the_last_report_stand_beside_the_new_ones(
    sealed: Path, tmp_path: Path
) -> None:
    folder = sent_in(sealed, tmp_path / "p", "progress")
    assert mmethics("--today", TODAY, "submit", folder, cwd=folder).returncode == 0
    follow(folder, "safety")
    assert mmethics("--today", TODAY, "submit", folder, cwd=folder).returncode == 0
    follow(folder, "completion")
    text = rendered(folder, "completion_report")
    assert "上次报告 | — | 86 | 2 | 82 | 2 | 1 | 1" in text
    assert checked(folder) == []
    follow(folder, "completion", {"enrolled_total": "85", "enrolled_done": "81"})
    # The submission before is not sealed, so the progress report is still the last one.
    assert {"C86"} == {one["id"] for one in checked(folder, TODAY, "--submission", "05")}


LATE = {"learned_date": "2027-06-01", "occurred_date": "2027-06-01"}


def approved_as_interventional(folder: Path) -> None:
    """Let the study have been approved as one that intervenes: reports print what was approved."""
    for path in (folder / "dossier.yaml", folder / "submissions/01-initial/snapshot.yaml"):
        text = path.read_text(encoding="utf-8")
        assert text.count("  interventional: no") == 1
        path.chmod(0o644)
        path.write_text(text.replace("  interventional: no", "  interventional: yes"), "utf-8")


def test_a_late_safety_report_must_say_why(sealed: Path, tmp_path: Path) -> None:
    folder = sent_in(sealed, tmp_path / "s", "safety", LATE)
    assert checked(folder) == []  # no rule gives a term for a study that does not intervene
    approved_as_interventional(folder)
    assert "C83" in {one["id"] for one in checked(folder)}
    reason = {"late_reason": "值班人员不熟悉流程，当夜已电话报告。"}
    shutil.rmtree(folder)
    folder = sent_in(sealed, folder, "safety", LATE | reason)
    approved_as_interventional(folder)
    assert "C83" not in {one["id"] for one in checked(folder)}
    text = rendered(folder, "safety_report")
    (line,) = [one for one in text.splitlines() if one.startswith("报告时限")]
    assert (
        line.replace("\xa0", " ")
        == "报告时限 | 获知后立即报告；最迟24 小时（通行做法） | 是否超过时限 | ☑ 是　☐ 否"
    )
    assert "超过时限的原因 | 值班人员不熟悉流程" in text


@pytest.mark.parametrize(
    ("today", "late"), [("2028-02-18", False), ("2028-02-19", True), ("2028-03-20", True)]
)
def test_a_progress_report_is_due_thirty_days_before_the_approval_ends(
    sealed: Path, tmp_path: Path, today: str, late: bool
) -> None:
    folder = sent_in(sealed, tmp_path / "p", "progress")
    found = {one["id"] for one in checked(folder, today)}
    assert ("C83" in found) is late
    assert ("C82" in found) is (today > "2028-03-19")


WRONG: list[tuple[str, Mapping[str, Any], str]] = [
    ("deviation", {"serious": "yes"}, "安全性事件"),
    ("deviation", {"description": "研究护士把表格误发到院外邮箱。"}, "数据安全事件"),
    ("safety", {"affected_data": "问卷表格"}, "数据安全事件"),
    ("progress", {"changes": ["title"]}, "修正案"),
    ("data_incident", {"description": "参与者晕厥，送急诊抢救。"}, "安全性事件"),
]


@pytest.mark.parametrize(("kind", "more", "right"), WRONG)
def test_an_event_reported_under_the_wrong_kind_is_noticed(
    sealed: Path, tmp_path: Path, kind: str, more: Mapping[str, Any], right: str
) -> None:
    (found,) = checked(sent_in(sealed, tmp_path / kind, kind, more))
    assert found["severity"] == "warning"
    assert f"“{right}”" in found["fix"]


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.openxml
def test_the_papers_are_valid_and_clean_on_paper(
    handed_in: Callable[[str], Path], tmp_path: Path
) -> None:
    documents = {
        kind: sorted(handed_in(kind).glob("submissions/02-*/documents/*.docx")) for kind in events()
    }
    assert sum(map(len, documents.values())) > len(events())
    if not NIGHTLY:
        # A re-review hands in the papers of the study again, changed as in the amendment.
        same = {_id(path) for path in documents["amendment"]} - {"revision_table"}
        documents["re_review"] = [p for p in documents["re_review"] if _id(p) not in same]
    made = tmp_path / "made"
    made.mkdir()
    files = [
        Path(shutil.copy(path, made / f"{kind}-{path.name}"))
        for kind, paths in documents.items()
        for path in paths
    ]
    assert errors_of(files) == []
    out = tmp_path / "pdf"
    out.mkdir()
    assert [fault for item in convert(files, out) for fault in pages.faults(item)] == []


def _id(path: Path) -> str:
    """The document's id in the name of a file that was named by it."""
    return path.name.split("-")[1]
