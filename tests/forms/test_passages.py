"""What files written elsewhere say, with the place of each paragraph and cell."""

from __future__ import annotations

import io

import docx
import pytest
from pypdf import PdfWriter

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.passages import heading_level, passages


def protocol() -> bytes:
    document = docx.Document()
    document.add_heading("研究方案", 1)
    document.add_paragraph("")
    document.add_paragraph("一、立题依据")
    document.add_paragraph("肺结节的良恶性难以判断。")
    table = document.add_table(2, 2)
    table.cell(0, 0).text = "方案版本号"
    table.cell(0, 1).text = "V1.2"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_paragraphs_headings_and_cells_come_in_order_with_their_places() -> None:
    said = [(one.text, one.place, one.heading) for one in passages(protocol(), "方案.docx")]
    assert said == [
        ("研究方案", "第 1 段", 1),
        ("一、立题依据", "第 3 段", 1),
        ("肺结节的良恶性难以判断。", "第 4 段", 0),
        ("方案版本号", "表 1 第 1 行第 1 格", 0),
        ("V1.2", "表 1 第 1 行第 2 格", 0),
    ]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("一、研究背景", 1),
        ("（二）纳入标准", 2),
        ("2.1 研究目的与意义", 2),
        ("3．样本量", 1),
        ("1.年龄 18 岁以上；", 0),
        ("研究背景", 0),
        ("2027 年开始", 0),
        ("2、版本号：V1.0", 0),
    ],
)
def test_numbering_tells_a_heading(text: str, level: int) -> None:
    assert heading_level(text) == level


def test_what_has_no_text_is_refused_by_name() -> None:
    writer, file = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(file)
    for data, name, word in [
        (file.getvalue(), "扫描.pdf", "没有文字"),
        (b"%PDF-1.7 broken", "坏.pdf", "读不出"),
        (b"text", "方案.doc", "另存为 .docx"),
        (b"PK broken", "坏.docx", "坏.docx"),
    ]:
        with pytest.raises(DocumentError, match=word):
            passages(data, name)
