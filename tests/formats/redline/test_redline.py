"""Revisions between two files, down to the elements."""

from __future__ import annotations

import io
import zipfile
from typing import Final

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmethics_cli.formats.redline.changes import changed, changes
from mmethics_cli.formats.redline.redline import redline
from mmethics_cli.formats.word.revisions import accepted, rejected
from tests.depth import deep
from tests.formats.redline.blocks import (
    BASE,
    DAY,
    document,
    marked,
    para,
    run,
    table,
    texts,
    tick,
    with_parts,
)
from tests.formats.redline.revised import W14, W, part, said
from tests.render.small import PICTURES, word


def test_files_that_say_the_same_are_not_touched() -> None:
    new = document(para("甲乙丙"), table(["一", "二"]), para(""))
    split = document(para(run("甲"), run("乙丙")), table(["一", "二"]), para(""))
    assert marked(split, new) == new
    assert marked(new, new) == new


def test_a_word_is_marked_and_its_surroundings_stay() -> None:
    same = para("第一段不变。")
    new = document(same, para("随访共 24 个月，每 3 个月一次。"))
    data = marked(document(same, para("随访共 18 个月，每 3 个月一次。")), new)
    assert texts(data, "del") == ["18"]
    assert texts(data, "ins") == ["24"]
    for mark in part(data).iter(f"{W}ins", f"{W}del"):
        assert mark.get(f"{W}author") == "申请人"
        assert mark.get(f"{W}date") == "2027-09-01T00:00:00Z"
    ids = [it.get(f"{W}id") for it in part(data).iter(f"{W}ins", f"{W}del")]
    assert len(set(ids)) == len(ids) == 2
    assert same.encode() in zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml")


def test_small_islands_between_changes_are_not_left() -> None:
    data = marked(document(para("由张三医生负责")), document(para("由李四光医师负责")))
    assert texts(data, "del") == ["张三医生"]
    assert texts(data, "ins") == ["李四光医师"]


def test_a_very_long_paragraph_is_compared_by_sentences() -> None:
    sentences = [f"第 {at} 次随访时测量血压、心率和体重并记录。" for at in range(300)]
    changed = [*sentences[:5], "另加一次随访。", *sentences[6:290], *sentences[291:]]
    data = marked(document(para("".join(sentences))), document(para("".join(changed))))
    assert texts(data, "del")[0] == sentences[5]
    for tag in ("del", "ins"):
        assert sum(map(len, texts(data, tag))) < 100


def test_text_split_within_a_word_is_the_same_text() -> None:
    old = document(para(run("编号 SL-20"), run("27-01"), "，共 20 人"))
    data = marked(old, document(para("编号 SL-2027-01，共 30 人")))
    assert texts(data, "del") == ["20"]


def test_emphasis_and_style_are_recorded() -> None:
    old = document(para("普通", run("要紧", "<w:b/>"), "结尾"), para("小标题"))
    new = document(para("普通要紧结尾"), para("小标题", style="Heading2"))
    data = marked(old, new)
    assert not texts(data, "ins") and not texts(data, "del")
    (change,) = part(data).iter(f"{W}rPrChange")
    assert change.getparent().getparent().findtext(f"{W}t") == "要紧"
    assert change.find(f"{W}rPr/{W}b") is not None
    (style,) = part(data).iter(f"{W}pPrChange")
    assert style.find(f"{W}pPr/{W}pStyle").get(f"{W}val") == "BodyIndent"
    back = part(rejected(data))
    assert [it.get(f"{W}val") for it in back.iter(f"{W}pStyle")] == ["BodyIndent"] * 2
    assert len(list(back.iter(f"{W}b"))) == 1
    assert not list(part(accepted(data)).iter(f"{W}b"))


def test_a_tick_keeps_its_box() -> None:
    old = document(para(tick(False), "同意　", tick(True, 1002), "不同意"))
    new = document(para(tick(True), "同意　", tick(False, 1002), "不同意"))
    data = marked(old, new)
    assert texts(data, "del") == ["☐", "☑"]
    for resolved, states in ((accepted(data), ["1", "0"]), (rejected(data), ["0", "1"])):
        found = [it.get(f"{W14}val") for it in part(resolved).iter(f"{W14}checked")]
        assert found == states


def test_a_control_that_comes_or_goes() -> None:
    few = document(para(tick(False), "一"), para("完"))
    many = document(para(tick(False), "一", tick(True, 1002), "二"), para("完"))
    data = marked(few, many)
    assert len(list(part(data).iter(f"{W}customXmlInsRangeStart"))) == 2
    assert len(list(part(accepted(data)).iter(f"{W}sdt"))) == 2
    assert len(list(part(rejected(data)).iter(f"{W}sdt"))) == 1
    assert len(list(part(accepted(marked(many, few))).iter(f"{W}sdt"))) == 1


def test_rows_are_aligned_by_what_they_say() -> None:
    head = ["序号", "名称", "人数"]
    old = document(table(head, ["1", "胸部 CT", "30"], ["2", "心电图", "40"]), para(""))
    new = document(
        table(head, ["1", "门诊录音", "9"], ["2", "胸部 CT", "35"], ["3", "心电图", "40"]), para("")
    )
    data = marked(old, new)
    inserted = [row for row in part(data).iter(f"{W}tr") if row.find(f"{W}trPr/{W}ins") is not None]
    assert ["".join(row.itertext()) for row in inserted] == ["1门诊录音9"]
    assert texts(data, "del") == ["1", "30", "2"]
    assert len(list(part(marked(new, old)).iterfind(f".//{W}trPr/{W}del"))) == 1


def test_a_table_with_other_columns_is_replaced_whole() -> None:
    old = document(table(["名称", "人数"], ["胸部 CT", "30"]), para(""))
    new = document(table(["名称", "人数", "来源"], ["胸部 CT", "30", "本院"]), para(""))
    data = marked(old, new)
    kinds = [[one.tag for one in row.find(f"{W}trPr")] for row in part(data).iter(f"{W}tr")]
    assert kinds == [[f"{W}del"]] * 2 + [[f"{W}ins"]] * 2


@pytest.mark.parametrize("turned", [False, True])
def test_what_stands_at_the_end_of_a_cell_or_body(turned: bool) -> None:
    """The last mark of a cell or body can't be tracked: the one before it is, in its place."""
    short = document(table([para("甲乙丙丁")]), para("一"))
    long = document(
        table([para("甲乙丙丁") + para("乙") + para("丙")]), para("一"), para("二"), para("三")
    )
    data = marked(*((long, short) if turned else (short, long)))
    for holder in (part(data).find(f"{W}body"), *part(data).iter(f"{W}tc")):
        last = holder.findall(f"{W}p")[-1]
        assert last.find(f"{W}pPr/{W}rPr/{W}ins") is None
        assert last.find(f"{W}pPr/{W}rPr/{W}del") is None


def test_version_and_date_in_the_header() -> None:
    with zipfile.ZipFile(io.BytesIO(BASE)) as archive:
        header = archive.read("word/header1.xml").decode()
    new = with_parts(BASE, {"word/header1.xml": header.replace("1.0", "1.1")})
    data = marked(BASE, new)
    marks = part(data, "word/header1.xml").iter(f"{W}ins")
    assert ["".join(it.itertext()) for it in marks] == ["1.1"]
    assert part(data).find(f".//{W}ins") is None
    assert not changed(BASE, new)
    assert changes(BASE, new) == ()


def test_a_picture_is_marked_as_a_whole_and_carried() -> None:
    shown = word("![停](pictures/stop.png 3)\n\n正文", draft=False)
    for old, new in ((shown, BASE), (BASE, shown)):
        data = marked(old, new)
        kept = accepted(data) if new is shown else rejected(data)
        pictures = docx.Document(io.BytesIO(kept)).part.related_parts.values()
        assert PICTURES["pictures/stop.png"] in [getattr(one, "blob", b"") for one in pictures]


def test_hostile_text_stays_text() -> None:
    bad = '</w:t><w:del w:id="1"/>&amp; {{ x }} ]]> <!-- -->'
    data = marked(document(para(f"前{bad}后")), document(para(f"{bad}{bad}前后")))
    assert len(list(part(data).iter(f"{W}p"))) == 1


WORDS: Final = st.sampled_from(["", "甲", "乙丙", "甲乙丙丁", "1", "研究期限 2027", "甲 乙"])
LINES: Final = st.lists(
    st.one_of(WORDS, st.sampled_from([tick(True), tick(False), "<w:r><w:tab/></w:r>"])), max_size=3
)
PARAS: Final = st.builds(
    lambda content, style: para(*content, style=style), LINES, st.sampled_from(["Normal", "Title"])
)


def grids(cells: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def of_width(width: int) -> st.SearchStrategy[list[list[str]]]:
        row = st.lists(cells, min_size=width, max_size=width)
        return st.lists(row, min_size=1, max_size=3)

    return st.integers(1, 2).flatmap(of_width).map(lambda rows: table(*rows))


CELLS: Final = st.lists(PARAS, min_size=1, max_size=3).map("".join)
NESTED: Final = st.tuples(grids(CELLS), PARAS).map("".join)
TABLES: Final = grids(st.one_of(CELLS, NESTED))
BODIES: Final = st.tuples(st.lists(st.one_of(PARAS, PARAS, TABLES), max_size=5), PARAS).map(
    lambda parts: document(*parts[0], parts[1])
)


@settings(max_examples=deep(30, 80))
@given(old=BODIES, new=BODIES)
def test_any_two_bodies(old: bytes, new: bytes) -> None:
    data = redline(old, new, "申请人", DAY)
    assert said(accepted(data)) == said(new)
    assert said(rejected(data)) == said(old)
    changes(old, new)
