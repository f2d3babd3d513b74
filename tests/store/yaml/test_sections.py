"""A text cut into pieces: each save reads back only what changed, and writes what a whole would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mmethics_cli.core.conditions.values import Element
from mmethics_cli.store.dossier.create import copy_example
from mmethics_cli.store.dossier.workspace import open_workspace
from mmethics_cli.store.pack import examples, load
from mmethics_cli.store.yaml import editor, events, reader, writer
from mmethics_cli.store.yaml.editor import Editor, Sections
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.reader import parse, read_file
from mmethics_cli.store.yaml.writer import edit

TEXT = """# 头
a:  # 甲
  b: 1   # 注
  long: |
    一: 二

    # 不是注释
  # 中间的注释
  l:
    - id: x
      n: y
    # 之前的注释
    - id: z
      n: |-
        三
        四
c: [p, q]
d:
- id: s
  t: "引: 号"

e:
"""
KEYS = ["a", "c", "d", "e"]


@pytest.fixture(autouse=True)
def short_pieces_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editor, "_LONG", 1)


def cut(text: str) -> Sections | None:
    return Sections.cut(parse(text, "f"))


def test_a_text_is_cut_at_its_keys_and_items() -> None:
    found = cut(TEXT)
    assert found is not None
    assert (found.head, list(found.texts), found.text) == ("# 头\n", KEYS, TEXT)
    assert list(found.inner["a"].texts) == ["b", "long", "l"]
    assert list(found.inner["a"].inner["l"].texts) == ["x", "z"]
    assert found.inner["d"].text == found.texts["d"]


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",
        "---\na: 1\nb: 2\n",
        "a: 1\r\nb: 2\r\n",
        "a: 1\nb: 2",
        "{a: 1, b: 2}\n",
        'a: "一\n\nb: 二"\nc: 3\n',
        "'a': 1\nb: 2\n",
        "",
        "# 只有注释\n",
    ],
)
def test_what_can_not_be_cut_safely_is_left_whole(text: str) -> None:
    assert cut(text) is None


def _listed(entries: dict[str, dict[str, str]]) -> list[dict[str, str]]:
    return [{"id": name, **one} for name, one in entries.items()]


texts = st.text(st.sampled_from("ab 一二:#-|&*'\"\n[]{}"), max_size=12)
fields = st.dictionaries(st.sampled_from(["n", "t", "u"]), texts, max_size=3)
items = st.dictionaries(st.sampled_from(["x", "y", "z"]), fields, max_size=3)
values = st.one_of(st.none(), texts, items.map(_listed), fields, st.lists(texts, max_size=2))
trees = st.fixed_dictionaries(
    {
        "a": st.fixed_dictionaries({"b": values, "long": texts, "l": items.map(_listed)}),
        "c": values,
        "d": items.map(_listed),
        "e": values,
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(after=trees, again=trees)
@example(
    after={"a": {"b": "&x", "long": "", "l": []}, "c": None, "d": [], "e": "*x"},
    again={"a": {"b": None, "long": "一\n", "l": [{"id": "x"}]}, "c": [], "d": [], "e": {}},
)
def test_pieces_are_written_as_the_whole_would_be(tmp_path: Path, after: Any, again: Any) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(TEXT, encoding="utf-8")
    editor = Editor(path)
    for tree in (after, again):
        before = path.read_text(encoding="utf-8")
        wanted = _written(tree)
        editor.tree = wanted
        editor.save()
        assert read_file(path).tree == wanted
        assert path.read_text(encoding="utf-8") == (
            edit(before, wanted) if wanted != parse(before, "f").tree else before
        )


def _written(tree: Any) -> Tree:
    """The tree as files hold it: an empty text is nothing."""
    if isinstance(tree, dict):
        return {key: _written(one) for key, one in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_written(one) for one in tree]
    return tree if tree else None


@pytest.mark.parametrize("path", ["project.title", "risk.level", "data.assets"])
def test_an_answer_in_a_dossier_of_1500_lines_parses_a_small_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.undo()
    standard = load().standard()
    folder = tmp_path / "x"
    folder.mkdir()
    copy_example(examples()["genomics-imaging-partner"], folder)
    workspace = open_workspace(folder, standard)
    assets = workspace.values["data.assets"]
    assert isinstance(assets, tuple)
    while len((folder / "dossier.yaml").read_text(encoding="utf-8").splitlines()) < 1500:
        assets = (*assets, Element(f"more{len(assets)}", assets[0].fields))
        workspace.set_answer("data.assets", assets)
    first = Element(assets[0].id, {**assets[0].fields, "name": "新名称"})
    value: Any = {
        "project.title": "新题目",
        "risk.level": "high",
        "data.assets": (first, *assets[1:]),
    }[path]
    parsed = 0
    real = events.event_stream

    def counting(text: str) -> Any:
        nonlocal parsed
        parsed += len(text)
        return real(text)

    for module in (events, writer, reader):
        monkeypatch.setattr(module, "event_stream", counting)
    workspace.set_answer(path, value)
    whole = len((folder / "dossier.yaml").read_text(encoding="utf-8"))
    assert 0 < parsed < whole / 10
    assert open_workspace(folder, standard).values == workspace.values
