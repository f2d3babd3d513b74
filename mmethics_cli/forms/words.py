"""The words of forms (checklists/forms): which label asks which fact, whose attribute a word is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, TypeVar

from msgspec import Struct, field

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.node import Fault, Node, Trail
from mmethics_cli.core.standard.record_reader import RecordReader

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
# The key of option words that tell which fact boxes ask, but not which value one of them is.
RECOGNISED: Final = "any"
_SHORTEST_ALIKE: Final = 3
GENERIC: Final = 3  # so short a word for an owner (负责人) may mean anybody's
PEOPLE: Final = frozenset(("investigator", "contact"))
T = TypeVar("T")
_NUMBERING: Final = re.compile(
    r"^[\s*★▲#※●◆]*(?:[A-Z](?=\s{1,}|[.、．])|第?[一二三四五六七八九十]{1,3}[、.．章节]|[（(][一二三四五六七八九十\d]{1,2}[）)]"
    r"|\d{1,2}(?:[.．]\d{1,2})*(?:[、.．)）\s]|(?=[^\d\s年月日岁]))|[①-⑳])?[\s.、．]*"
)
_BRACKETS: Final = re.compile(r"[（(【\[〔][^（）()【】\[\]〔〕]*[）)】\]〕]?")
_IN_BRACKETS: Final = re.compile(r"[（(]([^（）()]+)[）)]")
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


class FormWords(Struct, frozen=True, dict=True):
    """All that the pack knows of the words on forms, by the plain word."""

    labels: Mapping[str, tuple[str, ...]]
    only_when: Mapping[str, Mapping[str, str]]
    with_title: Mapping[str, str]
    contains: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    options: Mapping[str, Mapping[str, str]]  # path → option word → value
    owners: tuple[Owner, ...]
    lists: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, tuple[str, ...]]
    meanings: Mapping[str, tuple[str, ...]]
    whether: Mapping[str, Mapping[str, tuple[str, ...]]]  # path → words of labels → values of 是

    def owner_in(self, text: str) -> Owner | None:
        """Whose block a heading or label opens: the owner that it names last (项目负责人信息)."""
        word = without_brackets(plain(text))
        if self.names_stranger(text):
            return self.foreign
        for end in self.lists["of_block"]:
            word = word.removesuffix(end)
        word = word.removesuffix("的")
        for start in range(len(word)):
            if owners := self.by_name.get(word[start:]):
                before = word[:start]
                is_foreign = owners[0].fact is not None and any(
                    name in before for name in self.foreign.words
                )
                # Somebody whom nobody knows has a contact and a head of his own (统计负责人).
                is_foreign |= owners[0].id in PEOPLE and not self._is_known(before)
                return self.foreign if is_foreign else owners[0]
        return self._before_attribute(word)

    def names_stranger(self, text: str) -> bool:
        """Whether the brackets of a label say that it means somebody else: 研究协调员（CRC）."""
        inside = (plain(bracket[1]) for bracket in _IN_BRACKETS.finditer(plain(text)))
        return any(word in self.foreign.words for word in inside)

    def _is_known(self, before: str) -> bool:
        """Whether what stands before an owner's name is ours, or tells nothing."""
        before = before.removesuffix("的")
        if any(house in before for house in ("本院", *self.meanings.get("本院", ()))):
            return True
        return not before or before in self.lists["prefixes"] or before in self.by_name

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Owner, ...]]:
        """The owners that a word names."""
        owners: dict[str, tuple[Owner, ...]] = {}
        for owner in self.owners:
            for name in owner.words:
                owners[name] = (*owners.get(name, ()), owner)
        return owners

    def _before_attribute(self, word: str) -> Owner | None:
        """The owner before an attribute: 联系人 of 主要研究者指定联系人姓名."""
        if len(word) > 24:
            return None
        for start in range(len(word) - 2, 0, -1):
            if word[start:] in self._attributes:
                return self.owner_in(word[:start])
        return None

    @cached_property
    def _attributes(self) -> frozenset[str]:
        return frozenset(word for owner in self.owners for word in owner.attributes)

    def same(self, word: str) -> str:
        """A word in which one of each group of words of the same meaning stands for all."""
        if word not in self._same:
            found = self._variants.sub(lambda match: self._standing[match[0]], loose(word))
            self._same[word] = re.sub(r"(.{2,})\1", r"\1", found)
        return self._same[word]

    @cached_property
    def _same(self) -> dict[str, str]:
        return {}

    @cached_property
    def _standing(self) -> Mapping[str, str]:
        return {
            plain(word) or word: meaning
            for meaning, words in self.meanings.items()
            for word in (meaning, *words)
        }

    @cached_property
    def _variants(self) -> re.Pattern[str]:
        longest_first = sorted(self._standing, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    @cached_property
    def labels_alike(self) -> Mapping[str, tuple[str, ...]]:
        """The facts by labels in such words; none where labels of several facts are alike."""
        return _unique((self.same(word), facts) for word, facts in self.labels.items())

    @cached_property
    def ask_alike(self) -> frozenset[str]:
        return frozenset(map(self.same, self.ask))

    @cached_property
    def owners_alike(self) -> Mapping[str, tuple[Owner, ...]]:
        """The owners by names in such words; none where names of several are alike."""
        return _unique((self.same(name), owners) for name, owners in self.by_name.items())

    @cached_property
    def office(self) -> frozenset[str]:
        """The labels of what the office fills."""
        return frozenset(map(plain, self.lists["office"]))

    @cached_property
    def of_person(self) -> frozenset[str]:
        """What forms ask of a person that no dossier knows (性别, 出生年月)."""
        return frozenset(map(plain, self.lists["person"]))

    @cached_property
    def ask(self) -> frozenset[str]:
        """The labels that mean something else at each institution."""
        return frozenset(map(plain, self.lists["ask"]))

    @cached_property
    def foreign(self) -> Owner:
        return self.owner("foreign")

    def owner(self, id_: str) -> Owner:
        return next(owner for owner in self.owners if owner.id == id_)

    def attribute_owners(self, word: str) -> Iterator[Owner]:
        return (owner for owner in self.owners if word in owner.attributes)

    def matches(self, name: str, text: str) -> bool:
        """Whether one of the patterns of a list stands in a text."""
        return any(re.search(pattern, text) for pattern in self.lists[name])


def _unique(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """By key, where it has one value alone; very short keys mean too much."""
    unique: dict[str, T] = {}
    several: set[str] = set()
    for key, value in pairs:
        if len(key) < _SHORTEST_ALIKE or unique.setdefault(key, value) != value:
            several.add(key)
    return {key: value for key, value in unique.items() if key not in several}


class _WordsRow(Struct, frozen=True):
    """A row of words.yaml: facts, their labels, what else tells them (see there)."""

    path: tuple[str, ...]
    form_words: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    with_title: tuple[str, ...] = ()
    only_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whether: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class _OwnerRow(Struct, frozen=True):
    id: str
    words: tuple[str, ...]
    fact: str | None = None
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class _ReadingRow(Struct, frozen=True):
    id: str
    words: tuple[str, ...] = ()
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_WORDS: Final = RecordReader(_WordsRow)
_OWNER: Final = RecordReader(_OwnerRow, fact="self")
_READING: Final = RecordReader(_ReadingRow)


def read_words(trees: Mapping[str, object], standard: Standard) -> tuple[FormWords, list[Fault]]:
    """The words as `checklists/forms` has them, and every fault: facts that nobody knows."""
    trail = Trail()
    rows = [_checked(_WORDS(node), node, standard) for node in _rows(trees, "words", trail)]
    owners = [_OWNER(node) for node in _rows(trees, "owners", trail)]
    for node, owner in zip(_rows(trees, "owners", trail), owners, strict=True):
        _prove(node, (*owner.attributes, *filter(None, (owner.fact,))), standard)
    lists = {row.id: row for row in map(_READING, _rows(trees, "reading", trail))}
    words = FormWords(
        {loose(plain(word)): row.path for row in rows for word in row.form_words},
        _by_kind(rows),
        {plain(word): row.path[0] for row in rows for word in row.with_title},
        tuple((row.path[0], _parts(pattern)) for row in rows for pattern in row.contains),
        {row.path[0]: _option_words(row.options) for row in rows if row.options},
        tuple(_owner(owner) for owner in owners),
        {row.id: row.words for row in lists.values()},
        lists["kinds"].kinds if "kinds" in lists else {},
        lists["same"].meanings if "same" in lists else {},
        {row.path[0]: row.whether for row in rows if row.whether},
    )
    return words, trail.problems


def _checked(row: _WordsRow, node: Node, standard: Standard) -> _WordsRow:
    _prove(node, row.path, standard)
    question = standard.questions.get(row.path[0]) if len(row.path) == 1 else None
    if question is not None and question.values:
        for value in row.options.keys() - question.values.keys() - {RECOGNISED}:
            node.child("options").problem(f"“{row.path[0]}”没有选项“{value}”")
        for value in {
            key for keys in row.whether.values() for key in keys
        } - question.values.keys():
            node.child("whether").problem(f"“{row.path[0]}”没有选项“{value}”")
    return row


def _prove(node: Node, paths: Iterable[str], standard: Standard) -> None:
    for path in paths:
        if not is_fact(path, standard):
            node.problem(f"不认识的事实“{path}”")


def is_fact(path: str, standard: Standard) -> bool:
    """Whether a path is a fact of the dossier, a field of its lists, or of the submission."""
    bare = re.sub(r"^attachments\[[^\]]*\]", "attachments", path)
    owner, _, name = bare.rpartition(".")
    return (
        bare in SUBMISSION_FACTS
        or bare in standard.questions
        or bare in standard.derived
        or (owner, name) in standard.fields
    )


def _rows(trees: Mapping[str, object], name: str, trail: Trail) -> Iterator[Node]:
    """The rows of a file of `forms/`, and of those that an institution's pack adds to it."""
    for file, tree in sorted(trees.items()):
        if file.startswith(f"forms/{name}"):
            yield from Node(file, (), tree, trail).list()


def _by_kind(rows: Iterable[_WordsRow]) -> dict[str, dict[str, str]]:
    only: dict[str, dict[str, str]] = {}
    for row in rows:
        for kind, words in row.only_when.items():
            only.setdefault(kind, {}).update({plain(word): row.path[0] for word in words})
    return only


def _parts(pattern: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(part.split("|")) for part in pattern.split("+"))


def _option_words(options: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {plain(word): value for value, words in options.items() for word in words}


def _owner(row: _OwnerRow) -> Owner:
    attributes = {plain(word): path for path, words in row.attributes.items() for word in words}
    return Owner(row.id, tuple(map(plain, row.words)), row.fact, attributes)
