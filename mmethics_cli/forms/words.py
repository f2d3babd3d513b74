"""The words of forms (checklists/forms): which label asks which fact, whose attribute a word is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from mmethics_cli.core.standard.model import Standard

# Facts of the submission: no question asks them, the program knows them.
SUBMISSION_FACTS: Final[Mapping[str, str]] = {
    "submission.date": "填表（送审）日期",
    "submission.review_type": "审查类型",
    "submission.review_method": "审查方式",
    "attachments.title": "附件名称",
    "attachments.version": "附件的版本号",
    "attachments.date": "附件的版本日期",
    "attachments.kind": "附件的类别",
    "sites.count": "研究中心数目",
}
_NUMBERING: Final = re.compile(
    r"^[\s*★▲#※●◆]*(?:[A-Z](?=\s{1,}|[.、．])|第?[一二三四五六七八九十]{1,3}[、.．章节]|[（(][一二三四五六七八九十\d]{1,2}[）)]"
    r"|\d{1,2}(?:[.．]\d{1,2})*(?:[、.．)）\s]|(?=[^\d\s年月日岁]))|[①-⑳])?[\s.、．]*"
)
_BRACKETS: Final = re.compile(r"[（(【\[〔][^（）()【】\[\]〔〕]*[）)】\]〕]?")
_ENDS: Final = ':：?？。.*＊，,、；;"”“'


def plain(text: str) -> str:
    """A label without what only lays it out: numbers in front, blanks, signs at the end."""
    text = unicodedata.normalize("NFKC", _NUMBERING.sub("", text, count=1))
    return re.sub(r"[\s_]+", "", text).strip(_ENDS)


def loose(word: str) -> str:
    """A plain word without 的, which some write and some do not."""
    return word.replace("的", "") if len(word) > 4 else word


def without_brackets(text: str) -> str:
    return _BRACKETS.sub("", text).strip(_ENDS)


class Owner(Struct, frozen=True):
    """Somebody or something that has attributes: the words for it, its facts by attribute word."""

    id: str
    words: tuple[str, ...]
    fact: str | None
    attributes: Mapping[str, str]


class FormWords(Struct, frozen=True):
    """All that the pack knows of the words on forms, by the plain word."""

    labels: Mapping[str, tuple[str, ...]]
    only_when: Mapping[str, Mapping[str, str]]
    with_title: Mapping[str, str]
    contains: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    options: Mapping[str, Mapping[str, str]]  # path → option word → value
    owners: tuple[Owner, ...]
    lists: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, tuple[str, ...]]

    def owner_in(self, text: str) -> Owner | None:
        """Whose block a heading or label opens: the owner that it names last (项目负责人信息)."""
        word = without_brackets(plain(text))
        for end in self.lists["of_block"]:
            word = word.removesuffix(end)
        word = word.removesuffix("的")
        best: tuple[int, Owner | None] = (0, None)
        for owner in self.owners:
            for name in owner.words:
                if len(name) > best[0] and word.endswith(name):
                    best = (len(name), owner)
        if best[1] is not None and best[1].fact is not None:
            before = word[: -best[0]]
            if any(name in before for name in self.foreign.words):
                return self.foreign
        if best[1] is None:
            return self._before_attribute(word)
        return best[1]

    def _before_attribute(self, word: str) -> Owner | None:
        """The owner before an attribute: 联系人 of 主要研究者指定联系人姓名."""
        if len(word) > 24:
            return None
        for owner in self.owners:
            for attribute in owner.attributes:
                if len(attribute) > 1 and word.endswith(attribute) and word != attribute:
                    rest = word[: -len(attribute)]
                    return self.owner_in(rest)
        return None

    @property
    def foreign(self) -> Owner:
        return next(owner for owner in self.owners if owner.id == "foreign")

    def attribute_owners(self, word: str) -> Iterator[Owner]:
        return (owner for owner in self.owners if word in owner.attributes)

    def matches(self, name: str, text: str) -> bool:
        """Whether one of the patterns of a list stands in a text."""
        return any(re.search(pattern, text) for pattern in self.lists[name])


def read_words(trees: Mapping[str, object], standard: Standard) -> FormWords:
    """The words as `checklists/forms` has them; raises PackError for facts that nobody knows."""
    rows = _rows(trees, "words")
    labels: dict[str, tuple[str, ...]] = {}
    only_when: dict[str, dict[str, str]] = {}
    with_title: dict[str, str] = {}
    contains: list[tuple[str, tuple[tuple[str, ...], ...]]] = []
    options: dict[str, dict[str, str]] = {}
    for row in rows:
        paths = row["path"] if isinstance(row["path"], list) else [row["path"]]
        for word in row.get("form_words", ()):
            labels[loose(plain(word))] = tuple(paths)
        for kind, words in row.get("only_when", {}).items():
            only_when.setdefault(kind, {}).update({plain(word): paths[0] for word in words})
        with_title.update({plain(word): paths[0] for word in row.get("with_title", ())})
        for pattern in row.get("contains", ()):
            parts = tuple(tuple(part.split("|")) for part in pattern.split("+"))
            contains.append((paths[0], parts))
        if "options" in row:
            options[paths[0]] = {
                plain(word): value for value, words in row["options"].items() for word in words
            }
    lists = {row["id"]: row for row in _rows(trees, "reading")}
    return FormWords(
        labels,
        only_when,
        with_title,
        tuple(contains),
        options,
        tuple(_owner(row) for row in _rows(trees, "owners")),
        {name: tuple(row["words"]) for name, row in lists.items() if "words" in row},
        {name: tuple(words) for name, words in lists["kinds"]["kinds"].items()},
    )


def _rows(trees: Mapping[str, object], name: str) -> list[dict[str, object]]:
    """The rows of a file of `forms/`, and of those that an institution's pack adds to it."""
    rows: list[dict[str, object]] = []
    for file, tree in sorted(trees.items()):
        if file.startswith(f"forms/{name}") and isinstance(tree, list):
            rows += tree
    return rows


def _owner(row: Mapping[str, object]) -> Owner:
    attributes = {
        plain(word): path for path, words in row.get("attributes", {}).items() for word in words
    }
    return Owner(row["id"], tuple(map(plain, row["words"])), row.get("self"), attributes)
