"""The flow figure: every box once and apart from the others, arrows that meet them, honest cuts."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from docx.oxml.ns import qn

from mmethics_cli.core.conditions.values import Element
from mmethics_cli.formats.blocks import Flow, FlowRow, Text, key_of
from mmethics_cli.formats.word import flow as lines
from mmethics_cli.formats.word.flow import Box, Figure, lay_out, lines_of, settled
from mmethics_cli.formats.word.page import Page
from tests.render.small import opened, problems, rendered, study, word

PAGE = Page(landscape=True)
TEMPLATE = """# 题

::: flow 4 7 4 5
| 来源 | 资产 | 处理 | 接收方 |
|---|---|---|---|
{% for asset in data.assets %}
| 本院 // {{ asset.kind }} | {{ loop.index }}. {{ asset.name }} | 本院服务器 | |
{% endfor %}
| | | 本院服务器 | {{ study.title }} |
--- 国境
{% when {study.contact: yes} %}
| | | 本院服务器 | 境外大学 |
{% endwhen %}
:::
"""


def flow(assets: int, home: int, abroad: int, long: str = "") -> Flow:
    hub = _cell("本院", "院内网络")
    rows = [
        FlowRow((_cell(f"来源{at // 3}{long}"), _cell(f"资产{at}{long}", "影像"), hub, ()))
        for at in range(assets)
    ]
    rows += [FlowRow(((), (), hub, _cell(f"单位{at}{long}", "合作者"))) for at in range(home)]
    rows += [
        FlowRow(((), (), hub, _cell(f"外方{at}{long}", "合作者")), "国境") for at in range(abroad)
    ]
    return Flow((4, 8, 4, 5), ("来源", "资产", "处理", "接收方"), tuple(rows), "数据流向图")


def _cell(*lines: str) -> tuple[tuple[Text, ...], ...]:
    return tuple((Text(line, value=True),) for line in lines)


def laid(of: Flow) -> Figure:
    return lay_out(of, settled(of.rows), PAGE.text_width, PAGE.figure_height)


def overlap(one: Box, other: Box) -> bool:
    beside = one.left + one.width <= other.left or other.left + other.width <= one.left
    apart = one.top + one.height <= other.top or other.top + other.height <= one.top
    return not (beside or apart)


@pytest.mark.parametrize("long", ["", "（名称很长，" * 12], ids=["short", "long"])
@pytest.mark.parametrize(
    ("assets", "home", "abroad"),
    [(1, 0, 0), (1, 1, 0), (3, 8, 0), (12, 0, 0), (12, 8, 0), (12, 4, 4), (12, 0, 8), (2, 0, 1),
     (40, 2, 1), (40, 30, 30)],
)  # fmt: skip
def test_boxes_stay_apart_and_on_the_page(assets: int, home: int, abroad: int, long: str) -> None:
    figure = laid(flow(assets, home, abroad, long))
    assert figure.height <= PAGE.figure_height
    assert not [pair for pair in combinations(figure.boxes, 2) if overlap(*pair)]
    for box in figure.boxes:
        assert box.left >= 0 and box.left + box.width <= figure.width
        assert box.top >= 0 and box.top + box.height <= figure.height
        assert box.height >= len(box.lines) * figure.line_height
    for border in figure.borders:
        x, y = border.points[1]
        crossed = [box for box in figure.boxes if box.left < x < box.left + box.width]
        assert not crossed
        assert not [
            box for box in figure.boxes if box.left > x and box.top < y < box.top + box.height
        ]


@pytest.mark.parametrize(("assets", "home", "abroad"), [(12, 4, 4), (1, 8, 0), (5, 1, 1)])
def test_each_arrow_leads_from_box_to_box(assets: int, home: int, abroad: int) -> None:
    figure = laid(flow(assets, home, abroad))
    for arrow in figure.arrows:
        (x1, y1), (x2, y2) = arrow.start, arrow.end
        assert any(b.left + b.width == x1 and b.top <= y1 <= b.top + b.height for b in figure.boxes)
        assert any(b.left == x2 and b.top <= y2 <= b.top + b.height for b in figure.boxes)
        assert y1 == y2
    assert len(figure.arrows) == 2 * assets + home + abroad


def test_twelve_assets_and_eight_receivers_are_all_there() -> None:
    figure = laid(flow(12, 5, 3, "有限公司"))
    keys = [key_of(box.lines) for box in figure.boxes]
    assert len(keys) == len(set(keys)) == 4 + 12 + 1 + 8
    assert not any("另有" in key for key in keys)


def test_ten_times_the_rows_are_measured_little_more_than_ten_times_as_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured: list[str] = []
    whole = lines.lines_of

    def counted(text: str, width: int) -> int:
        measured.append(text)
        return whole(text, width)

    monkeypatch.setattr(lines, "lines_of", counted)
    counts = []
    for rows in (40, 400):
        measured.clear()
        laid(flow(rows, rows // 10, 1))
        counts.append(len(measured))
    assert counts[0] > 40
    assert counts[1] < 15 * counts[0]


def test_what_does_not_fit_is_counted() -> None:
    figure = laid(flow(40, 2, 1))
    shown = [key_of(box.lines) for box in figure.boxes if box.column == 1]
    (note,) = [key for key in shown if "另有" in key]
    assert note == f"另有{40 - (len(shown) - 1)}项，见表"


def test_a_cut_name_says_so_and_a_gap_is_never_cut() -> None:
    figure = laid(flow(12, 0, 0, "字" * 80))
    names = [line[0] for box in figure.boxes if box.column == 1 for line in box.lines[:1]]
    assert all(isinstance(one, Text) and one.text.endswith("…") for one in names)
    gap = (Text("【待填：" + "很长的名称" * 20 + "】", gap=True),)
    row = FlowRow(((gap,), _cell("资产")))
    kept = laid(Flow((1, 1), ("甲", "乙"), (row,), "图")).boxes[0].lines[0]
    assert kept == gap


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [("", 10, 1), ("一二三四五", 10, 1), ("一二三四五六", 10, 2), ("abcd efgh", 8, 2),
     ("a\nb", 10, 2), ("x" * 25, 10, 3)],
)  # fmt: skip
def test_words_stay_whole(text: str, columns: int, lines: int) -> None:
    assert lines_of(text, columns) == lines


# In a document.


def boxes(data: bytes) -> list[str]:
    return ["\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in box.iter(qn("w:p")))
            for box in opened(data).element.body.iter(qn("w:txbxContent"))]  # fmt: skip


def described(data: bytes) -> str:
    (one,) = opened(data).element.body.iter(qn("wp:docPr"))
    return str(one.get("descr"))


def test_boxes_of_one_text_are_one_and_the_words_say_the_same() -> None:
    data = word(TEMPLATE)
    assert sorted(boxes(data)) == sorted([
        "国境", "来源", "资产", "处理", "接收方", "本院\n影像", "1. 胸部 CT", "本院服务器",
        "本院\n语音", "2. 门诊录音", "多模态预测研究", "境外大学",
    ])  # fmt: skip
    said = described(data)
    assert "本院，影像 → 1. 胸部 CT → 本院服务器；" in said
    assert "本院服务器 → 境外大学（国境）" in said


def test_numbers_of_shapes_are_unique() -> None:
    body = opened(word(TEMPLATE)).element.body
    found: list[Any] = [*body.iter("{*}cNvPr"), *body.iter("{*}docPr")]
    assert len({one.get("id") for one in found}) == len(found) > 10


def test_a_condition_of_no_leaves_out_the_border() -> None:
    assert "国境" not in boxes(word(TEMPLATE, study(contact=False)))


def test_an_unknown_fact_stands_in_its_box() -> None:
    unknown = rendered(TEMPLATE, study(title=None, contact=None))
    assert {gap.path for gap in unknown.gaps} == {"study.title", "study.contact"}
    shown = boxes(word(TEMPLATE, study(title=None, contact=None)))
    assert any(one.startswith("【待填：") for one in shown)
    assert any(one.startswith("【待定：") and one.endswith("境外大学") for one in shown)


def test_no_rows_no_figure() -> None:
    text = "::: flow 1 1\n| 甲 | 乙 |\n|---|---|\n:::\n\n后"
    assert boxes(word(text)) == []


def test_hostile_values_are_no_signs_of_the_figure() -> None:
    for text in ("^", "a // b", "--- 国境", "| x | y |", "<w:t>&\"'"):
        data = word(TEMPLATE, study(title=text, assets=(Element("a1", {"name": text}),)))
        assert text in boxes(data)
        assert f"1. {text}" in boxes(data)
        assert f"本院服务器 → {text}；" in described(data)


def test_lint_wants_the_widths_of_two_columns() -> None:
    (problem,) = problems("::: flow 4\n| 甲 |\n:::")
    assert "至少两列" in str(problem)
