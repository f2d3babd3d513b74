"""Word files: the text of the template, the order of the schema, the same bytes again."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from itertools import pairwise
from typing import Any

import pytest
from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree
from msgspec.structs import replace

from mmethics_cli.formats.word.house_style import PPR, RPR, house_style
from mmethics_cli.formats.word.style import KEPT
from mmethics_cli.render.word import word_file
from tests.program import ROOT
from tests.render.small import STAMP, body_lines, opened, rendered, study, word

FORM = """---
title: 申请表
layout: form
---
# 申请表

## 一、基本信息

::: form 3 9 3 5
| 名称 | {{ study.title }} | < | < |
|---|---|---|---|
| 风险 | {{ boxes(study.level) }} | 年龄 | {{ study.age }} |
| 人员 | 姓名 | {{ study.title }} | 见附件 |
| ^ | 电话 | < | {{ study.end }} |
:::

::: table 1 4 {header=1}
| 序号 | 名称 |
|:--:|---|
{% for asset in data.assets %}
| {{ loop.index }} | {{ asset.name }} |
{% endfor %}
:::

1. 真实**准确**
2. 先批准 [ ] 后实施

::: box
- 要点
:::

::: note
小字
:::

::: pagebreak
:::

承诺如下：

::: sign
主要研究者签名：____________ 日期：____年__月__日
说明并取得同意的研究者姓名（请用正楷书写）：____________ 签名：____________ 日期：____年__月__日
:::
"""

GOLDEN = [
    "申请表", "一、基本信息",
    "名称", "多模态预测研究", "风险", "☑\u00a0低　☐\u00a0高", "年龄", "30",
    "人员", "姓名", "多模态预测研究", "见附件", "", "电话", "【待填：结束】", "",
    "序号", "名称", "1", "胸部 CT", "2", "门诊录音", "",
    "1.\t真实准确", "2.\t先批准 ☐\u00a0后实施", "•\t要点", "", "", "小字", "承诺如下：",
    "主要研究者签名：", "", "日期：", "　　年　　月　　日",
    "说明并取得同意的研究者姓名（请用正楷书写）：", "",
    "签名：", "", "日期：", "　　年　　月　　日", "",
]  # fmt: skip


def test_golden_text() -> None:
    assert [one for one in body_lines(word(FORM)) if one] == [one for one in GOLDEN if one]


def test_styles_are_real_headings_and_labels() -> None:
    document = opened(word(FORM))
    styles = {one.text: one.style.style_id for one in document.paragraphs if one.style}
    assert (styles["申请表"], styles["一、基本信息"]) == ("Title", "Heading1")
    cells = {cell.text: cell.paragraphs[0] for row in document.tables[0].rows for cell in row.cells}
    faces = {text: one.style.style_id for text, one in cells.items() if one.style}
    assert {faces[one] for one in ("名称", "风险", "年龄", "人员", "姓名")} == {"TableLabel"}
    assert {faces[one] for one in ("多模态预测研究", "见附件", "30")} == {"TableText"}


def test_cells_are_joined_as_the_template_says() -> None:
    table = opened(word(FORM)).tables[0]
    assert table.cell(0, 1)._tc is table.cell(0, 3)._tc
    assert table.cell(2, 0)._tc is table.cell(3, 0)._tc
    widths = [int(column.get(qn("w:w")) or 0) for column in table._tbl.tblGrid]
    assert sum(widths) == 11906 - 2 * 1474


def test_header_rows_come_again_and_rows_stay_whole() -> None:
    rows = opened(word(FORM)).tables[1].rows
    marks = [[one.tag.rpartition("}")[2] for one in row._tr.trPr] for row in rows]
    assert marks == [["cantSplit", "tblHeader"], ["cantSplit"], ["cantSplit"]]


def test_a_paragraph_above_a_table_stays_with_it() -> None:
    table = "::: table 1 4\n| 甲 | 乙 |\n|---|---|\n| 丙 | 丁 |\n:::"
    text = f"说明。\n\n下表如下：\n\n{table}\n\n末段。\n"
    kept = {one.text: one.paragraph_format.keep_with_next for one in opened(word(text)).paragraphs}
    assert (kept["说明。"], kept["下表如下："], kept["末段。"]) == (None, True, None)


def test_a_row_longer_than_half_a_page_may_break() -> None:
    text = "| 甲 | {{ study.title }} |\n|---|---|\n| 乙 | 丙 |\n"
    rows = opened(word(text, study(title="长" * 3000))).tables[0].rows
    marks = [{one.tag for one in row._tr.iter()} for row in rows]
    assert [qn("w:cantSplit") in one for one in marks] == [False, True]


def test_a_signature_stays_with_its_sentence() -> None:
    document = opened(word(FORM))
    sentence = next(one for one in document.paragraphs if one.text == "承诺如下：")
    assert sentence.paragraph_format.keep_with_next
    assert sentence.paragraph_format.page_break_before
    rows = document.tables[-1].rows
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in rows]
    # The last one too: the paragraph that ends the document must not get a page of its own.
    assert kept == [True, True, True]


def test_controls_have_unique_ids_and_tags() -> None:
    body = opened(word(FORM)).element.body
    tags = [one.get(qn("w:val")) for one in body.iter(qn("w:tag"))]
    ids = [one.get(qn("w:val")) for one in body.iter(qn("w:id"))]
    assert len(set(tags)) == len(tags) == len(set(ids)) == len(ids) == 5
    assert "study.level.low" in tags


def test_header_footer_properties_and_watermark() -> None:
    document = opened(word(FORM))
    section = document.sections[0]
    assert section.header.paragraphs[0].text == "申请表\t版本 1.0　2027年3月1日"
    assert [one.text for one in section.footer._element.iter(qn("w:instrText"))] == [
        " PAGE ", " NUMPAGES ",
    ]  # fmt: skip
    assert "草稿" in etree.tostring(section.header._element, encoding="unicode")
    final = opened(word(FORM, draft=False)).sections[0].header._element
    assert "草稿" not in etree.tostring(final, encoding="unicode")
    core = document.core_properties
    assert (core.title, core.author, core.comments, core.language) == ("申请表", "", "", "zh-CN")
    assert core.created is not None and core.created.date().isoformat() == "2027-03-01"


def test_lying_paper() -> None:
    section = opened(word("---\nlandscape: yes\n---\n甲")).sections[0]
    assert section.page_width is not None and section.page_height is not None
    assert section.page_width > section.page_height


def test_properties_stand_in_the_order_of_the_schema() -> None:
    orders = {"rPr": RPR, "pPr": PPR}
    orders["tcPr"] = ("tcW", "gridSpan", "vMerge", "tcBorders", "shd", "noWrap", "vAlign")
    orders["tblPr"] = (
        "tblStyle", "tblW", "jc", "tblInd", "tblBorders", "shd", "tblLayout", "tblCellMar",
        "tblLook", "tblCaption",
    )  # fmt: skip
    orders["sdtPr"] = (
        "rPr",
        "alias",
        "tag",
        "id",
        "showingPlcHdr",
        "date",
        "dropDownList",
        "checkbox",
    )
    with zipfile.ZipFile(io.BytesIO(word(FORM))) as archive:
        names = [one for one in archive.namelist() if one.startswith("word/") and "rels" not in one]
        trees: list[Any] = [etree.fromstring(archive.read(one)) for one in names]
    for node in (one for tree in trees for one in tree.iter() if isinstance(one.tag, str)):
        order = orders.get(etree.QName(node).localname)
        if order is not None:
            places = [order.index(etree.QName(child).localname) for child in node]
            assert all(left < right for left, right in pairwise(places)), etree.tostring(node)


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_same_input_gives_the_same_bytes(seed: str) -> None:
    code = (
        "import hashlib\nfrom tests.formats.word.test_writer import FORM, word\n"
        "print(hashlib.sha256(word(FORM)).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": "Asia/Shanghai", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(word(FORM)).hexdigest()


def test_paragraphs_before_a_signature_go_with_it() -> None:
    text = "# 题\n\n甲\n\n乙\n\n丙\n\n丁\n\n::: sign\n签名：____\n:::"
    kept = [
        one.text for one in opened(word(text)).paragraphs if one.paragraph_format.keep_with_next
    ]
    assert kept == ["乙", "丙", "丁"]


def test_a_sentence_stays_with_the_table_that_it_introduces() -> None:
    text = "# 题\n\n甲\n\n乙\n\n::: table 1 1\n| 丙 | 丁 |\n|---|---|\n| 戊 | 己 |\n:::\n\n庚"
    kept = [
        one.text for one in opened(word(text)).paragraphs if one.paragraph_format.keep_with_next
    ]
    assert kept == ["乙"]


@pytest.mark.parametrize(
    ("block", "rows", "kept"),
    [
        ("table 1 {header=1}", 3, [0, 1, 2]),
        ("table 1 {header=1}", 6, [0, 5]),
        ("form 1", 6, [0, 5]),
    ],
)
def test_rows_are_held_together_at_the_ends_of_a_table(
    block: str, rows: int, kept: list[int]
) -> None:
    body = "".join(f"| {at} |\n" for at in range(rows))
    table = opened(word(f"::: {block}\n| 甲 |\n|---|\n{body}:::\n")).tables[0]
    firsts = [row.cells[0].paragraphs[0].paragraph_format for row in table.rows]
    assert [at for at, one in enumerate(firsts) if one.keep_with_next] == kept


def test_a_note_stays_together_with_what_follows_it() -> None:
    text = "---\ntitle: 表\n---\n::: together\n::: note\n说明\n:::\n\n已核对。\n:::\n\n完\n"
    held, free = opened(word(text)), opened(word(text.replace("::: together", "::: element l.1")))
    assert [kept for document in (held, free) for kept in _kept(document, "说明")] == [True, False]


def _kept(document: Document, text: str) -> list[bool]:
    return [
        bool(paragraph.paragraph_format.keep_with_next)
        for paragraph in document.paragraphs
        if paragraph.text == text
    ]


def test_an_opening_stays_with_the_section_it_leads_to() -> None:
    text = "# 表\n\n## 一\n\n说明。\n\n::: together\n### （一）\n\n句。\n:::\n"
    led, apart = opened(word(text)), opened(word(text.replace("### （一）", "## 二")))
    assert [_kept(document, "说明。") for document in (led, apart)] == [[True], [False]]


def test_what_stays_together_is_held_row_by_row() -> None:
    table = "::: table 1 1 {header=1}\n| 甲 | 乙 |\n|---|---|\n" + "| 一 | 二 |\n" * 5 + ":::\n"
    text = f"---\ntitle: 表\n---\n::: together\n## 选择\n\n{table}\n说明\n:::\n\n完\n"
    held, free = opened(word(text)), opened(word(text.replace("::: together", "::: element l.1")))
    keeps = [
        len(one.element.body.findall(f".//{qn('w:tc')}//{qn('w:keepNext')}"))
        for one in (held, free)
    ]
    # Free: the header with the first row, the last two; the first of many rows is let go.
    assert keeps == [12, 4]
    assert body_lines(word(text)) == body_lines(
        word(text.replace("::: together", "::: element l.1"))
    )


def test_large_type_is_larger_in_text_and_tables() -> None:
    text = "---\ntitle: 图\nlayout: {}\n---\n话\n\n::: table 1 1\n| 甲 | 乙 |\n|---|---|\n:::\n"
    sizes = []
    for layout in ("consent", "large"):
        styles = {one.style_id: one for one in opened(word(text.format(layout))).styles}
        sizes.append([styles[name].font.size.pt for name in ("BodyIndent", "TableText")])
    assert sizes == [[12, 10.5], [14, 16]]


def test_a_long_label_is_parted_evenly_and_stays_one_text() -> None:
    label = "是否曾被暂停或者终止"
    text = (
        f"::: form 3 9 3 5\n| {label} | {{{{ study.title }}}} | 年龄 | 甲 |\n|---|---|---|---|\n:::"
    )
    cells = opened(word(text)).tables[0].rows[0].cells
    assert cells[0].text == label
    indents = cells[0].paragraphs[0].paragraph_format
    assert indents.left_indent == indents.right_indent
    assert indents.left_indent is not None
    room = cells[0].width - indents.left_indent - indents.right_indent
    assert 5 <= (room / 12700 - 8.5) / 10.5 < 6, "two lines of five characters"
    assert cells[2].paragraphs[0].paragraph_format.left_indent is None


@pytest.mark.parametrize(("title", "breaks"), [("知情同意书", 0), ("很长的标题" * 9, 1)])
def test_a_long_title_has_a_line_of_the_header_to_itself(title: str, breaks: int) -> None:
    stamp = replace(STAMP, title=title)
    document = opened(word_file(rendered("# 题"), stamp, draft=True))
    (line,) = document.sections[0].header.paragraphs
    assert line.text.split("\t")[0].rstrip("\n") == title
    assert len(list(line._p.iter(qn("w:br")))) == breaks


def test_the_properties_name_the_program_that_made_it() -> None:
    with zipfile.ZipFile(io.BytesIO(word("文字"))) as package:
        assert b"<Application>mmethics</Application>" in package.read("docProps/app.xml")


def test_the_house_style_is_kept_as_it_is_built() -> None:
    kept = KEPT.read_text(encoding="utf-8")
    assert kept == house_style(), "run: python -m docs.generate"


def test_writing_needs_no_library_that_reads_word() -> None:
    code = (
        "import sys\nfrom mmethics_cli.formats.blocks import Stamp\n"
        "from mmethics_cli.formats.word.page import Page\n"
        "from mmethics_cli.formats.word.writer import write\n"
        "write([], Stamp('t', '甲'), Page(), {}, draft=True)\n"
        "print({'docx', 'lxml'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "set()"
