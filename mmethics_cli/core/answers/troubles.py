"""Places in a tree of answers that can't be used, and names that the pack does not have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct

from mmethics_cli.core.conditions.values import KeyPath
from mmethics_cli.core.conditions.written import plain
from mmethics_cli.core.standard.migrations import renamed_to
from mmethics_cli.core.standard.model import Standard

# What a name may be the name of, and where people find the names of its kind.
NameKind = Literal["问题", "审查要点", "文件"]
_LISTED: Final[Mapping[NameKind, str]] = {
    "问题": "请删去，或查看 mmethics standard list questions",
    "审查要点": "编号见 mmethics standard list items",
    "文件": "文件编号见 mmethics render --list",
}


class Trouble(Struct, frozen=True):
    """A place in a tree of answers that can't be used; `path` is empty for an unknown key."""

    path: str
    keys: KeyPath
    message: str
    fix: str = ""

    @property
    def kept(self) -> bool:
        """Whether what stands there stays as it is, of no effect, and its file can be read."""
        return False


class UnknownName(Trouble, frozen=True):
    """A key for which the pack has no question, review item or document.

    Another edition of the pack, or an overlay that was left out, may have it. `name` is the path
    of the key (`data.assets.shelf`, `self_check.OUR-01`, `documents.pledge`). `meant` is the name
    of the pack in its place that it is likely a misspelling of, or was `renamed` to and that has
    an answer too; `blank` says that nothing is answered below the unknown one.
    """

    kind: NameKind = "问题"
    name: str = ""
    meant: str = ""
    renamed: bool = False
    blank: bool = False

    @property
    def kept(self) -> bool:
        """Kept unless it most likely is a misspelt name of the pack."""
        return self.renamed or not self.meant


def unknown_name(
    standard: Standard,
    kind: NameKind,
    name: str,
    keys: KeyPath,
    around: Mapping[str, object],
    names: Mapping[str, str],
) -> UnknownName:
    """What can be said of an unknown key of the mapping `around`.

    `names` are those that can stand there, with what people call them.
    """
    key, below = str(keys[-1]), around[keys[-1]]  # type: ignore[index]
    renamed = renamed_to(standard.migrations, name)
    likely = (
        other
        for other, label in names.items()
        if (key == label or is_slip(key, other)) and _comparable(around.get(other), below)
    )
    meant = renamed or next(likely, "")
    # Where hundreds stand, it is no slip of the pen, and to look for likenesses takes long.
    near = [meant] if meant else get_close_matches(key, names, 1) if len(around) < _MANY else []
    return UnknownName(
        "",
        keys,
        f"不认识的字段“{name}”" if kind == "问题" else f"没有{kind}“{key}”",
        f"是不是“{near[0]}”？" if near else _LISTED[kind],
        kind,
        name,
        meant,
        bool(renamed),
        is_blank(below),
    )


def is_blank(tree: object) -> bool:
    """Whether nothing is answered anywhere in a tree."""
    if isinstance(tree, dict):
        return all(is_blank(value) for value in tree.values())
    if isinstance(tree, list):
        return all(is_blank(value) for value in tree)
    return tree is None or tree == ""


def _comparable(right: object, wrong: object) -> bool:
    """Whether two trees can be answers to the same: groups with a key in common, or no groups."""
    if isinstance(right, dict) and isinstance(wrong, dict):
        return bool(right.keys() & wrong.keys())
    return True


_SHORT: Final = 4  # letters: of such a name another one is often a letter away
_LONG: Final = 8  # letters: of such a name two may be wrong
_MANY: Final = 300  # keys of one group
_NOT_LETTERS: Final = re.compile("[^a-z]")
_NUMBERS: Final = re.compile("[0-9]+")


def is_slip(word: str, name: str) -> bool:
    """Whether a word is a name with a slip of the pen: one letter, or two of a long name.

    Case and separators do not count. Numbers are compared by value; where there are some the name
    is a code like BEN-02, and only two letters that changed places are a slip.
    """
    (numbers, typed), (wanted_numbers, wanted) = _spelling(word), _spelling(name)
    if numbers != wanted_numbers or abs(len(typed) - len(wanted)) > 2:
        return False
    if typed == wanted:
        return bool(typed)
    code = numbers or len(typed) == len(wanted) <= _SHORT
    if code and sorted(typed) != sorted(wanted):
        return False
    most = 2 if len(wanted) >= _LONG else 1
    return _distance(typed, wanted) <= most


@lru_cache(maxsize=1024)
def _spelling(text: str) -> tuple[tuple[int, ...], str]:
    """The numbers in a name, and its letters."""
    said = plain(text)
    return tuple(map(int, _NUMBERS.findall(said))), _NOT_LETTERS.sub("", said.lower())


def _distance(word: str, other: str) -> int:
    """How many letters must be added, left out, replaced or exchanged with the next one."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(word, 1):
        above, row = row, [at]
        for place, wanted in enumerate(other, 1):
            costs = [above[place] + 1, row[-1] + 1, above[place - 1] + (letter != wanted)]
            if at > 1 < place and (letter, word[at - 2]) == (other[place - 2], wanted):
                costs.append(before[place - 2] + 1)
            row.append(min(costs))
        before = above
    return row[-1]
