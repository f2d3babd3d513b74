"""What a new dossier takes over from an earlier one: texts to confirm, and copies of papers."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, cast

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.values import Element, Value
from mmethics_cli.core.standard.answers import write_value
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import ELEMENT_PATH, question_at
from mmethics_cli.errors import Problem, UnreadableFile
from mmethics_cli.store.dossier.attachments import FOLDER, attachment_path
from mmethics_cli.store.dossier.parts import problem_at
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.paths import OutsideFolder, inside
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.reader import read_file, reason
from mmethics_cli.store.yaml.writer import mapping_lines

# Beside the dossier's own files; what stands in it is no answer.
CARRIED: Final = "carried-over.yaml"
_HEAD: Final = (
    "# 从上一份卷宗带来、要逐条确认的文字。写在这里的不算回答：mmethics fill 问到时会显示，\n"
    "# 确认或修改后才写进 dossier.yaml。也可以自己抄过去。不用的可以删去，整个文件也可以删去。\n"
)


def tree_of(standard: Standard, values: Mapping[str, Value]) -> dict[str, Tree]:
    """Answers by path as one tree of nested keys; fields of elements stand in their lists."""
    tree: dict[str, Tree] = {}
    for path, value in values.items():
        match = ELEMENT_PATH.fullmatch(path)
        written = cast(Tree, write_value(question_at(standard, path), value))
        if match is None:
            _put(tree, path, written)
            continue
        elements = _get(tree, match["list"])
        listed = elements if isinstance(elements, list) else []
        entry = next((e for e in listed if isinstance(e, dict) and e["id"] == match["id"]), None)
        if entry is None:
            listed.append({"id": match["id"], match["field"]: written})
        else:
            entry[match["field"]] = written
        _put(tree, match["list"], listed)
    return tree


def _put(tree: dict[str, Tree], path: str, value: Tree) -> None:
    *groups, last = path.split(".")
    for group in groups:
        tree = cast(dict[str, Tree], tree.setdefault(group, {}))
    tree[last] = value


def _get(tree: dict[str, Tree], path: str) -> Tree:
    node: Tree = tree
    for key in path.split("."):
        node = node.get(key) if isinstance(node, dict) else None
    return node


def write_carried(folder: Path, standard: Standard, texts: Mapping[str, Value]) -> None:
    """Keep the texts that are still to be confirmed beside the dossier; no file where none are."""
    if texts:
        text = _HEAD + mapping_lines(tree_of(standard, texts), 0)
        write_atomic(folder / CARRIED, text.encode("utf-8"))


def read_carried(folder: Path, standard: Standard) -> dict[str, Value]:
    """The texts still to be confirmed, by path; none where there is no such file.

    Raises UnreadableFile with every place that is no question's.
    """
    try:
        path = inside(folder, CARRIED)
    except OutsideFolder as outside:
        raise UnreadableFile("带来的文字读不了：", [Problem(f"{outside}。", CARRIED)]) from outside
    if not path.exists():
        return {}
    file = read_file(path, CARRIED)
    reading = read_tree(standard, file.tree)
    unknown = [trouble for trouble in reading.unknown if not trouble.kept]
    if unknown or reading.refused:
        problems = [problem_at(file, trouble) for trouble in (*unknown, *reading.refused)]
        raise UnreadableFile("带来的文字读不懂，请改正，或把这个文件删去：", problems)
    texts: dict[str, Value] = {}
    for name, value in reading.values.items():
        if not isinstance(value, tuple):
            texts[name] = value
            continue
        for entry in value:
            texts |= {f"{name}[{entry.id}].{field}": held for field, held in entry.fields.items()}
    return texts


def copy_papers(
    old: Path, new: Path, papers: Iterable[Element]
) -> tuple[tuple[Element, ...], list[tuple[Element, str]]]:
    """Copy the files of attachments into a new dossier.

    Returns the entries with the names of their copies, and those that have none, with the reason.
    """
    copied: list[Element] = []
    left: list[tuple[Element, str]] = []
    target = new / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for paper in papers:
        name = paper.get("file")
        try:
            source = attachment_path(old, name) if isinstance(name, str) else None
            if source is None or not source.is_file():
                left.append((paper, f"找不到文件“{name}”" if source else "没有写文件名"))
                continue
            copy = _free(target, source.name)
            shutil.copyfile(source, copy)
        except OutsideFolder as outside:
            left.append((paper, f"文件“{name}”{outside}"))
        except OSError as error:
            left.append((paper, f"文件“{name}”不能复制：{reason(error)}"))
        else:
            fields = {key: value for key, value in paper.fields.items() if key != "marked_file"}
            copied.append(Element(paper.id, {**fields, "file": copy.name}))
    return tuple(copied), left


def _free(folder: Path, name: str) -> Path:
    """A name in the folder that no other copy has."""
    copy, number = folder / name, 2
    while copy.exists():
        copy = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    return copy


NOTE: Final = ".mmethics-unfinished"


def unfinished_list(folder: Path, standard: Standard) -> str | None:
    """The path of the list that was left in the middle; None where none was."""
    try:
        path = (folder / NOTE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    question = standard.questions.get(path)
    return path if question is not None and question.type == "list" else None


def keep_unfinished(folder: Path, path: str | None) -> None:
    """Note which list is being filled; None when it is finished. Raises WorkspaceError."""
    if path is not None:
        write_atomic(folder / NOTE, path.encode("utf-8"))
        return
    with contextlib.suppress(OSError):
        (folder / NOTE).unlink()
