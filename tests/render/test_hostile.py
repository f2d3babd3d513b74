"""Whatever people write stands in the document exactly as written, and is never markup."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mmethics_cli.core.conditions.values import Element
from mmethics_cli.errors import TemplateError
from mmethics_cli.formats.excel.model import (
    CellLook,
    Sheet,
    SheetCell,
    SheetColumn,
    SheetRow,
    SheetStyle,
    Workbook,
)
from mmethics_cli.formats.excel.writer import excel_file
from mmethics_cli.render.slots import CLOSE, OPEN
from tests.render.small import body_lines, rendered, study, word

TEMPLATE = """# 题：{{ study.title }}

{{ study.title }}

正文“{{ study.title }}”之后，**{{ study.title }}**。

- 项目 {{ study.title }}

{% for asset in data.assets %}
- {{ loop.index }} {{ asset.name }}
{% endfor %}

::: form 3 9
| 名称 | {{ study.title }} |
|---|---|
| 二 | 前 {{ study.title }} 后 |
:::

::: sign
签名（{{ study.title }}）：______ 日期：____年__月__日
:::
"""

HOSTILE = [
    "**a**", "*a*", "_a_", "| x | y |", "a\\|b", "{{ study.level }}", "{% if x %}", "{# c #}",
    "::: box", ":::", "# 一级", "- 项", "1. 项", "甲\n- y\n\n:::\n# z", "a\tb", "<b>&amp;</b>",
    "]]>", "[ ]", "____", "____年__月__日", f"{OPEN}0{CLOSE}", "\ufdd2/", "\ufdd30\ufdd4\ufdd5",
    "\ufdd6", "\\", "\u2028", "a  b", " 前后 ", "𠮷𡈽😀", "×÷“”",
    "=1+1", "_x0041_", "&#13;", "<", "^",
]  # fmt: skip

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
        lambda one: one in "\t\n" or ord(one) >= 0x20
    ),
    min_size=1,
    max_size=60,
).map(lambda text: text.rstrip("\n") or "x")


def stands_exactly(text: str) -> None:
    of = study(title=text, assets=(Element("a1", {"name": text}),))
    made = rendered(TEMPLATE, of)
    if len(text) > 3 and not re.fullmatch(
        r"[\s题正文之后项目名称二前签日期年月—_0-9|#*\-:.]*", text
    ):
        assert text not in made.markdown
    lines = body_lines(word(TEMPLATE, of))
    assert lines[0] == f"题：{text}"
    assert "\n".join(lines[1 : 1 + text.count("\n") + 1]) == text
    rest = lines[2 + text.count("\n") :]
    assert rest[0] == f"正文“{text}”之后，{text}。"
    assert f"•\t项目{text}" in rest
    assert f"•\t1 {text}" in rest
    assert text in rest
    assert f"前{text}后" in rest
    assert f"签名（{text}）：" in rest


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_stand_exactly(text: str) -> None:
    stands_exactly(text)


@settings(max_examples=60)
@given(TEXTS)
@example("\r\n甲\r")
def test_any_text_stands_exactly(text: str) -> None:
    stands_exactly(text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") or "x")


def test_a_long_text_is_whole() -> None:
    text = "很长的一段话，" * 4700
    table = "| 甲 | 乙 |\n|---|---|\n| 一 | {{ study.title }} |"
    assert text in body_lines(word(table, study(title=text)))


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "\ufffe", "\x0b"])
def test_what_xml_cannot_hold_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(TemplateError, match="U\\+"):
        word("{{ study.title }}", study(title=f"前文{text}"))


def cells(*texts: str) -> bytes:
    look = CellLook(open=True)
    rows = tuple(SheetRow((SheetCell(text, look),)) for text in texts)
    style = SheetStyle(look, look, look, title_line=30, room=4)
    sheet = Sheet("表", "题", (SheetColumn("说明", 30),), rows, style)
    return excel_file(Workbook((sheet,), "题", None))


@settings(max_examples=30)
@given(st.lists(TEXTS, min_size=1, max_size=5))
@example(HOSTILE)
@example(["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "'=1", "_x0041_", "_x005F_x0041_"])
def test_excel_cells_hold_text_exactly_and_no_formula(texts: list[str]) -> None:
    page = openpyxl.load_workbook(io.BytesIO(cells(*texts))).worksheets[0]
    found = [page.cell(row, 1) for row in range(3, 3 + len(texts))]
    assert {cell.data_type for cell in found} == {"s"}
    wanted = [re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", one) for one in texts]
    assert [str(cell.value).replace("\r\n", "\n") for cell in found] in (texts, wanted)


def test_excel_refuses_a_text_that_no_cell_holds() -> None:
    with pytest.raises(TemplateError, match="A3"):
        cells("长" * 32_768)
    assert cells("长" * 32_767)
