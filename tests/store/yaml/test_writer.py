"""Writing: what is written reads back the same, and what was not changed stays as it was."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mmethics_cli.store.yaml.characters import refused_in_value
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.least_change import edit
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.store.yaml.writer import mapping_lines, scalar

FILE = """\
# 头
project:   # 节
  kind: database  # 类别
  background:   # 研究背景
  # 长文上面
  long: |   # 长文
    甲

    乙

  last: 1   # 末

# 二
data:    # 数据
  assets:   # 清单
    # 第一项之前
    - id: a1
      name: 甲   # 名
      # 中间
    - id: a2   # 第二
      name: 乙

# 三
c:
  list: [a, b]   # 行内
  flow: {x: 1}
  folded: "a
    b"  # 折行
flat:
- id: z
  n: 1   # 不缩进的列表

# 尾
"""


def changed(text: str, **changes: Tree) -> str:
    tree: Any = parse(text, "f").tree
    for path, value in changes.items():
        *groups, last = path.split("__")
        node = tree
        for group in groups:
            node = node[int(group)] if isinstance(node, list) else node[group]
        if value == "(delete)":
            del node[int(last) if isinstance(node, list) else last]
        else:
            node[last] = value
    result = edit(text, tree)
    assert parse(result, "f").tree == tree
    return result


def lines_changed(new: str) -> tuple[list[str], list[str]]:
    old_lines, new_lines = FILE.splitlines(), new.splitlines()
    gone = [line for line in old_lines if line not in new_lines]
    come = [line for line in new_lines if line not in old_lines]
    return gone, come


def test_nothing_changed_is_nothing_written() -> None:
    assert edit(FILE, parse(FILE, "f").tree) == FILE


@pytest.mark.parametrize(
    ("path", "value", "gone", "come"),
    [
        ("project__kind", "biobank", ["  kind: database  # 类别"], ["  kind: biobank  # 类别"]),
        (
            "project__background",
            "一\n二",
            ["  background:   # 研究背景"],
            ["  background: |-   # 研究背景", "    一", "    二"],
        ),
        (
            "project__long",
            None,
            ["  long: |   # 长文", "    甲", "    乙"],
            ["  long:   # 长文"],
        ),
        ("c__list", ["x"], ["  list: [a, b]   # 行内"], ["  list: [x]   # 行内"]),
        ("c__list", [], ["  list: [a, b]   # 行内"], ["  list: []   # 行内"]),
        ("c__folded", "1.10", ['  folded: "a', '    b"  # 折行'], ['  folded: "1.10"  # 折行']),
        ("project__new", {"a": "b"}, [], ["  new:", "    a: b"]),
        ("data__assets__1", "(delete)", ["    - id: a2   # 第二", "      name: 乙"], []),
        ("flat__0__n", "2", ["  n: 1   # 不缩进的列表"], ["  n: 2   # 不缩进的列表"]),
        ("top", "x", [], ["top: x"]),
    ],
)
def test_only_the_changed_lines_change(
    path: str, value: Tree, gone: list[str], come: list[str]
) -> None:
    assert lines_changed(changed(FILE, **{path: value})) == (gone, come)


def test_an_element_is_added_at_the_end_of_its_list() -> None:
    tree: Any = parse(FILE, "f").tree
    tree["data"]["assets"].append({"id": "a3", "name": "丙"})
    new = edit(FILE, tree)
    assert "      name: 乙\n    - id: a3\n      name: 丙\n\n# 三" in new


@pytest.mark.parametrize(
    "value",
    ["x", None, [], {}, {"k": None}, [{"id": "q", "n": {"m": "o"}}], "a\nb", [["x"], "y"], "# x"],
)
@pytest.mark.parametrize("path", ["project", "data", "data__assets", "c__flow", "project__long"])
def test_any_value_takes_the_place_of_any_other(path: str, value: Tree) -> None:
    comments = ["# 头", "# 二", "# 三", "# 尾"]
    new = changed(FILE, **{path: value})
    assert [one for one in comments if one in new.splitlines()] == comments


_TEXT = st.text(
    st.sampled_from(list("a甲 \n\t:#-'\"\\[]{}&*!|>%@`,?~=<0.9\u2028\ufeff\u3000😀"))
    | st.characters(exclude_categories=["Cs"]),
    max_size=30,
).filter(lambda text: not refused_in_value(text))
_KEY = st.sampled_from(["kind", "title", "no", "y", "BEN-01", "1", "甲"])
_TREE = st.recursive(
    st.none() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEY, inner, max_size=3),
    max_leaves=12,
)
_FILES = st.dictionaries(_KEY, _TREE, min_size=1, max_size=4)


@given(_FILES, _FILES)
def test_any_tree_becomes_any_other(old: dict[str, Tree], new: dict[str, Tree]) -> None:
    text = "# 头\n" + mapping_lines(old, 0) + "# 尾\n"
    assert parse(text, "f").tree == old
    result = edit(text, new)
    assert parse(result, "f").tree == new
    assert result.startswith("# 头\n")
    assert "# 尾\n" in result


@given(_TEXT)
def test_both_libraries_read_the_same_text(text: str) -> None:
    """Words that people write plain (yes, 320, 2027-03-01) are text to us alone."""
    written = mapping_lines({"k": text}, 0)
    assert parse(written, "f").tree == {"k": text}
    plain = text.isdigit() or text in ("yes", "no", "unsure") or written.count("-") > 1
    if not plain:
        read = YAML(typ="safe", pure=True).load(io.StringIO(written))
        assert read == {"k": text}


@pytest.mark.parametrize("text", ["null", "~", "true", "Yes", "1.10", "0137", "12:30", "1e5", ".5"])
def test_what_other_readers_would_retype_is_quoted(text: str) -> None:
    assert scalar(text) == f'"{text}"'


@pytest.mark.parametrize("text", ["yes", "no", "320", "2027-03-01", "某研究（二期）", "a/b c"])
def test_what_people_write_plain_is_plain(text: str) -> None:
    assert scalar(text) == text
