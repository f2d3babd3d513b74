"""The ethics office's papers of a later submission ask about that one, and list what it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import openpyxl
import pytest

from mmethics_cli.core.lifecycle.decision import decision_words, kind_of
from mmethics_cli.store.pack import load
from tests import pages
from tests.followed import PAPERS
from tests.office.test_papers import choices, solid, text
from tests.papers.test_short_set import MACHINE_WORDS
from tests.printed import convert
from tests.studies import standard
from tests.validator import errors_of

Folder = Callable[[str], Path]
KINDS: Final = sorted(PAPERS)
# What only a first review asks, and one thing that each of the others does.
ONLY_FIRST: Final = ("研究尚未开始", "诚信承诺书、利益冲突声明齐备", "研究团队信息完整")
ASKS: Final = {
    "amendment": ("要不要再次取得同意、向谁、何时", "修改的文件有修订标记版和干净版"),
    "progress": ("严重不良事件都已报告，例数与此前的报告相符", "报告期与上次报告相接"),
    "safety": ("是否严重、是否预期、与研究是否相关", "发生、获知和报告的日期写明"),
    "data_incident": ("已经止住泄露", "没有姓名、病历号等能认出参与者的内容"),
    "deviation": ("原因找得准", "发生、获知和报告的日期写明"),
    "suspension": ("在研的参与者怎样安全地停下来", "数据与样本的处置写明"),
    "completion": ("没有仍在研究里的人", "此前应交的进展报告、事件报告都已交"),
    "re_review": ("每条意见都有答复", "对上次意见逐条答复"),
}


def paper(folder: Path, id_: str) -> str:
    (found,) = folder.glob(f"*-{id_}.docx")
    return text(found)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_own_worksheet_and_no_other(office_followed: Folder, kind: str) -> None:
    sheets = [path.name[3:] for path in office_followed(kind).glob("*worksheet*")]
    assert sorted(sheets) == [f"worksheet_{kind}.docx", f"worksheet_{kind}.xlsx"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_worksheet_asks_about_that_kind_on_paper_and_on_screen(
    office_followed: Folder, kind: str
) -> None:
    folder, id_ = office_followed(kind), f"worksheet_{kind}"
    criteria = [
        one
        for one in load(None, ("worksheets",)).standard().criteria.values()
        if id_ in one.worksheets
    ]
    assert 6 <= len(criteria) <= 8
    words = paper(folder, id_)
    (book,) = folder.glob("*.xlsx")
    page, form = openpyxl.load_workbook(book).worksheets
    rows = {str(row[0].value): row for row in page.iter_rows(min_row=5)}
    for one in criteria:
        assert solid(str(rows[one.id][2].value)) == solid(one.text)
        assert (solid(one.text) in words) is (rows[one.id][3].value != "不适用")
    assert ASKS[kind][0] in words
    assert not list(choices(next(folder.glob(f"*-{id_}.docx"))))  # boxes on paper
    offered = [rule.formula1 for rule in form.data_validations.dataValidation]
    about = kind if kind != "re_review" else "initial"
    known = decision_words(standard())
    decisions = [known[key] for key in kind_of(standard(), about).decisions]
    assert f'"{",".join(decisions)}"' in offered
    assert "".join(f"☐{word}" for word in decisions) in words


@pytest.mark.parametrize("kind", KINDS)
def test_the_formal_check_asks_what_fits(office_followed: Folder, kind: str) -> None:
    words = paper(office_followed(kind), "formal_check")
    assert ASKS[kind][1] in words
    assert not any(asked in words for asked in ONLY_FIRST)


def test_a_first_review_is_asked_what_a_first_review_is(
    office_example: Callable[[str], Path],
) -> None:
    words = paper(
        office_example("prospective-ecg") / "submissions/01-initial/committee", "formal_check"
    )
    assert all(asked in words for asked in ONLY_FIRST)
    assert not any(asked in words for asked, _ in ASKS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_check_and_letter_list_what_came_and_apart_what_stays(
    handed_in: Folder, office_followed: Folder, kind: str
) -> None:
    (manifest,) = handed_in(kind).glob("submissions/02-*/manifest.json")
    came = {row["id"]: row for row in json.loads(manifest.read_bytes())["documents"]}
    first = json.loads((handed_in(kind) / "submissions/01-initial/manifest.json").read_bytes())
    for id_ in ("formal_check", "decision_letter"):
        now, _, before = paper(office_followed(kind), id_).partition("不在本次送审之内")
        before = before.partition("二、")[0]
        assert all(listed(now, row["title"]) for row in came.values())
        for row in (*first["documents"], *first["attachments"]):
            title = row["title"]
            if row["id"] in came or row["id"] == "transmittal_list":
                assert not listed(before, title)
            else:
                assert listed(now, title) is not listed(before, title), title


def listed(words: str, title: str) -> bool:
    """Whether a numbered row of a list names a paper."""
    return re.search(rf"\d\d{re.escape(title)}", words) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_a_complete_dossier_is_not_told_that_something_is_lacking(
    office_followed: Folder, kind: str
) -> None:
    words = paper(office_followed(kind), "supplement_notice")
    assert "应当送审的文件齐全，没有发现需要修改的内容" in words
    assert "尚有材料" not in words and "必须" not in words
    assert not MACHINE_WORDS.search(words)


def test_a_re_review_is_judged_comment_by_comment(
    handed_in: Folder, office_followed: Folder
) -> None:
    words = paper(office_followed("re_review"), "worksheet_re_review")
    assert "建议增加75岁以上参与者的陪同人员。未改，说明理由：" in words
    assert words.count("照改：") == 2


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.openxml
def test_each_worksheet_is_one_page(office_followed: Folder, tmp_path: Path) -> None:
    files = [next(office_followed(kind).glob(f"*-worksheet_{kind}.docx")) for kind in KINDS]
    assert errors_of([*files, *(file.with_suffix(".xlsx") for file in files)]) == []
    printed = convert(files, tmp_path)
    assert {one.source.stem: len(one.pages) for one in printed} == {f.stem: 1 for f in files}
    assert [fault for one in printed for fault in pages.faults(one)] == []
