"""Reading: text as text, every problem at once, and no input that does more than be refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from mmethics_cli.errors import UnreadableFile
from mmethics_cli.store.pack import shipped
from mmethics_cli.store.yaml import events
from mmethics_cli.store.yaml.events import MAX_DEPTH
from mmethics_cli.store.yaml.reader import MAX_BYTES, parse, read_file


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(UnreadableFile) as caught:
        parse(text, "卷宗.yaml")
    assert all(one.file == "卷宗.yaml" for one in caught.value.problems)
    return [(one.line, f"{one.message} {one.fix}") for one in caught.value.problems]


def test_scalars_are_text_as_they_stand() -> None:
    text = "no: no\nversion: 1.10\nphone: 0137\nat: 12:30\nfull: ３２０\nday: 2027-03-01\n"
    tree = {"no": "no", "version": "1.10", "phone": "0137", "at": "12:30", "full": "３２０"}
    assert parse(text, "f").tree == {**tree, "day": "2027-03-01"}


def test_only_plain_blanks_are_nothing() -> None:
    text = "a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: Null\n"
    expected = {"a": None, "b": None, "c": None, "d": "", "e": "null", "f": "Null"}
    assert parse(text, "f").tree == expected


def test_places_of_keys_and_values() -> None:
    document = parse("a:\n  b: 1\nl:\n  - id: x\n    n: y\n", "f")
    assert document.where["a", "b"] == (2, 6)
    assert document.where["a", "b", "@key"] == (2, 3)
    assert document.locate(("l", 0, "n")) == ("f", 5)
    assert document.locate(("l", 0, "missing")) == ("f", 4)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb：2\nc: 3\n", 2, "全角冒号"),
        ("a:\n\tb: 1\n", 2, "Tab"),
        ("title: 题目: 副题\n", 1, "双引号"),
        ("a: 1\nb: @foo\n", 2, "双引号"),
        ("a: *重点*\n", 1, "双引号"),
        ('a: "x\nb: "y"\nc: 1\n', 1, "引号没有闭合"),
        ("a: 'x\nb: 1\n", 1, "引号没有闭合"),
        ("a:值\nb: 2\n", 1, "空格"),
        ("a: 1\nb: 2\na: 3\n", 3, "第一次在第 1 行"),
        ("a: !!python/object:os.system x\n", 1, "标签"),
        ("a: !!str yes\n", 1, "标签"),
        ("!!str a: 1\n", 1, "标签"),
        ("!x {a: 1}\n", 1, "标签"),
        ("a: &a [*a]\n", 1, "指向它自己"),
        ("a: *b\n", 1, "没有对应"),
        ("a: 1\n---\nb: 2\n", 2, "一份内容"),
        ("? {a: b}\n: c\n", 1, "键必须是文字"),
        ("a: {{ x }}\n", 1, "键必须是文字"),
        ("&k a: 1\n*k : 2\n", 2, "键必须是文字"),
        ("a: 1\nb: 好\x07\n", 2, "控制字符 U+0007"),
        ("a: \ud800\n", 1, "孤立代理项"),
        ("a: \ufdd0\n", 1, "非字符 U+FDD0"),
        ("a: \U0001ffff\n", 1, "非字符 U+1FFFF"),
        ("a: 甲\u2028乙\n", 1, "换行符 U+2028"),
        ('a: 1\nb: "\\x07"\n', 2, "控制字符"),
        ('a: "\\uFDD0"\n', 1, "非字符"),
        ('a: "甲\\r"\n', 1, "控制字符"),
        ("a: [1, 2\nb: 3\n", 2, "逗号"),
        ("a:\n\u00a0 \u00a0 b: 1\nc: 2\n", 2, "不换行空格 U+00A0"),
        ("a:\n  c: 1\n\u3000b: 1\n  d: 2\n", 3, "全角空格 U+3000"),
        ("a: 1\n\u3000b: 1\n", 2, "全角空格 U+3000"),
        ("a:\n  b:\u3000何示一\n  c: 2\n", 2, "冒号后面是全角空格 U+3000"),
        ("a:\n  b:\u00a0何示一\n  c: 2\n", 2, "冒号后面是不换行空格 U+00A0"),
        ("l:\n－　id: m1\n  n: 2\n", 2, "不是英文短横"),
        ("l:\n  — id: m1\n    n: 2\n", 2, "不是英文短横"),
        ("a: 1\nb\u200b: 2\n", 2, "零宽空格 U+200B"),
        ("a: 1\n\u202eb: 2\n", 2, "方向控制符 U+202E"),
        ("a: 1\nb\ufeff: 2\n", 2, "零宽不换行空格 U+FEFF"),
        ("a: 1\nb\u3000: 2\n", 2, "全角空格 U+3000"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), 1, "嵌套"),
    ],
)
def test_what_is_refused_and_where(text: str, line: int, word: str) -> None:
    found = problems(text)
    assert [at for at, _ in found] == [line]
    assert word in found[0][1]


def test_what_no_text_is_harmed_by_is_left_in_it() -> None:
    text = "a: |\n  　　首行缩进，\u200b零宽\u00a0空格\nb: 何\u200d示一\n"
    tree = {"a": "　　首行缩进，\u200b零宽\u00a0空格\n", "b": "何\u200d示一"}
    assert parse(text, "f").tree == tree


def test_all_problems_come_at_once() -> None:
    text = "a: 1\nb：2\nc: 题目: 副题\nd: @x\na: 9\ne: \x01\nf: !t x\n"
    assert [line for line, _ in problems(text)] == [2, 3, 4, 5, 6, 7]


def test_problems_of_one_line_come_as_they_stand_there() -> None:
    text = "a: [*q, *r, *s, *t, *u, *v]\n"
    assert [said[4:5] for _, said in problems(text)] == list("qrstuv")


def test_alias_bombs_are_refused_before_they_grow() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "展开后超过" in problems("\n".join(lines))[0][1]


def test_depth_counts_through_aliases() -> None:
    lines = [f"a0: &a0 {'[' * 20}{']' * 20}"]
    lines += [f"a{n}: &a{n} {'[' * 15}*a{n - 1}{']' * 15}" for n in range(1, 60)]
    assert "嵌套" in problems("\n".join(lines))[0][1]


def test_aliases_within_limits_stand_for_their_content() -> None:
    assert parse("a: &x {k: [v]}\nb: *x\n", "f").tree == {"a": {"k": ["v"]}, "b": {"k": ["v"]}}


def test_encodings(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + "甲: 乙\r\n".encode())
    assert read_file(file).tree == {"甲": "乙"}
    file.write_bytes("a: 1\n甲: 乙\n".encode("gbk"))
    with pytest.raises(UnreadableFile, match=r"f.yaml:2：.*GBK.*UTF-8"):
        read_file(file)
    file.write_bytes("a: 1\n".encode("utf-16"))
    with pytest.raises(UnreadableFile, match="UTF-16"):
        read_file(file)


def test_too_large_and_not_there(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(UnreadableFile, match="MB"):
        read_file(file)
    with pytest.raises(UnreadableFile, match="没有这个文件"):
        read_file(tmp_path / "none.yaml")
    with pytest.raises(UnreadableFile, match="文件夹"):
        read_file(tmp_path)


_YAMLISH = st.text(
    st.sampled_from(list("ab:：- \n\t\"'[]{}#&*!|>@%,?~\\\x07\u2028甲０")) | st.characters(),
    max_size=60,
)


@given(_YAMLISH)
@example("?\r0")
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        document = parse(text, "f")
    except UnreadableFile as error:
        assert error.problems
        breaks = len(re.findall("\r\n|\r|\n", text))  # as YAML counts lines
        assert all(one.line and one.line <= breaks + 2 for one in error.problems)
    else:
        assert set(document.where) >= {()} or document.tree is None


def test_without_the_c_parser_the_pack_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (shipped("checklists") / "rules").iterdir().__iter__().__next__().read_text("utf-8")
    wanted = parse(text, "f")
    places = wanted.where
    monkeypatch.setattr(events, "_LOADER", yaml.BaseLoader)
    again = parse(text, "f")
    assert again.tree == wanted.tree
    assert again.where == places
