"""The differences of two documents as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from mmethics_cli.formats.redline.changes import TextChange, changed, changes
from tests.formats.redline.blocks import (
    document,
    para,
    run,
    table,
    tick,
)


def test_changes_say_where_they_stand() -> None:
    def paper(title: str, people: str, extra: str, *more: Sequence[str]) -> bytes:
        return document(
            para("一、概况", style="Heading1"),
            table(["项目名称", title], ["样本量", people]),
            para("二、数据", style="Heading1"),
            table(["序号", "名称", "人数"], ["1", "胸部 CT", people], *more),
            para(extra),
        )

    old = paper("甲研究", "30", "旧的一段话在这里。")
    new = paper("甲研究", "45", "旧的一段话不在这里。", ["2", "录音", "9"])
    assert changes(old, new) == (
        TextChange("一、概况 › 样本量", "30", "45"),
        TextChange("二、数据 › 胸部 CT", "30", "45"),
        TextChange("二、数据", "", "2 | 录音 | 9"),
        TextChange("二、数据", "旧的一段话在这里。", "旧的一段话不在这里。"),
    )


def test_new_numbers_of_rows_and_headings_are_not_listed() -> None:
    def paper(*names: str) -> bytes:
        rows = [[str(at), name, "本院"] for at, name in enumerate(names, 1)]
        heads = (
            para(f"（{at}）{name}的明细", style="Heading2") for at, name in enumerate(names, 1)
        )
        return document(table(["序号", "名称", "来源"], *rows), *heads, para("完"))

    old, new = paper("胸部 CT", "心电图"), paper("门诊录音", "胸部 CT", "心电图")
    assert changes(old, new) == (
        TextChange("", "", "1 | 门诊录音 | 本院"),
        TextChange("（1）门诊录音的明细", "", "（1）门诊录音的明细"),
    )
    assert changes(new, old)[1] == TextChange("（1）门诊录音的明细", "（1）门诊录音的明细", "")


def test_a_line_that_only_moved_on_in_its_list_is_not_listed() -> None:
    old = document(para("1. 先做甲。"), para("2. 再做乙。"), para("体重6.5公斤"))
    new = document(
        para("1. 先做丙。"), para("2. 先做甲。"), para("3. 再做乙。"), para("体重7.5公斤")
    )
    assert changes(old, new) == (
        TextChange("", "", "1. 先做丙。"),
        TextChange("", "体重6.5公斤", "体重7.5公斤"),
    )
    assert changes(document(para("6.5 公斤")), document(para("7.5 公斤"))) != ()


def test_of_a_long_text_every_sentence_that_changed_is_listed_and_no_other() -> None:
    long = "很长的话。" * 200
    old = document(para(f"{long}一共三人。{long}不出院！{long}"))
    new = document(para(f"{long}一共五人；另有两家。{long}{long}最后一句"))
    assert changes(old, new) == (
        TextChange("", "一共三人。", "一共五人；另有两家。"),
        TextChange("", "不出院！", ""),
        TextChange("", "", "最后一句"),
    )
    old, new = (document(*(para(f"{word}{at}") for at in range(300))) for word in ("甲", "乙乙乙"))
    found = changes(old, new)
    assert [one.before for one in found if one.before] == [f"甲{at}" for at in range(300)]
    assert [one.after for one in found if one.after] == [f"乙乙乙{at}" for at in range(300)]


def test_the_body_alone_decides_whether_a_file_changed() -> None:
    one = document(para("甲"), table(["乙"]), para(""))
    assert not changed(one, document(para(run("甲", "<w:b/>")), para(""), table(["乙"]), para("")))
    for other in (
        document(para("甲甲"), table(["乙"]), para("")),
        document(para("甲"), table(["乙", ""]), para("")),
        document(para("甲"), para("乙")),
        document(para("甲", tick(True)), table(["乙"]), para("")),
    ):
        assert changed(one, other)
