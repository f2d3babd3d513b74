"""A place in a pack file: values are read as what they should be, and what is not is noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from mmethics_cli.core.conditions.language import ALWAYS, Condition
from mmethics_cli.core.conditions.parser import ConditionProblem, Vocabulary, parse
from mmethics_cli.core.conditions.values import KeyPath
from mmethics_cli.core.conditions.written import NO_WORDS, YES_WORDS, parse_date
from mmethics_cli.core.standard.model import Article, Basis

Word = TypeVar("Word", bound=str)
# Something wrong in a pack: the file's name, the place in its tree, what is wrong.
Fault = tuple[str, KeyPath, str]


@dataclass(slots=True)
class Trail:
    """What is known while a pack is read (facts, sources, articles), and the problems so far."""

    problems: list[Fault] = field(default_factory=list)
    vocabulary: Vocabulary = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    articles: Mapping[tuple[str, str], Article] = field(default_factory=dict)


# Not frozen: a pack has ten thousand of them, and frozen ones take thrice as long to make.
@dataclass(slots=True)
class Node:
    """A value of a pack file and where it stands; scalars are text, as in every file we read."""

    file: str
    keys: KeyPath
    value: object
    trail: Trail

    def problem(self, message: str) -> None:
        """Note that something is wrong here."""
        self.trail.problems.append((self.file, self.keys, message))

    def mapping(self) -> Mapping[str, object]:
        """The keys and values that stand here; noted, and none, where it is no mapping."""
        if isinstance(self.value, dict):
            return self.value
        self.problem("这里应是一组“键: 值”")
        return {}

    def list(self) -> Sequence[Node]:
        """The elements of the list that stands here; noted, and none, where it is no list."""
        if isinstance(self.value, list):
            return [
                Node(self.file, (*self.keys, index), value, self.trail)
                for index, value in enumerate(self.value)
            ]
        self.problem("这里应是列表")
        return []

    def has(self, key: str) -> bool:
        """Whether the key stands here, with or without a value."""
        return key in self.mapping()

    def child(self, key: str) -> Node:
        """What stands under a key, with its place."""
        return Node(self.file, (*self.keys, key), self.mapping().get(key), self.trail)

    def only(self, *keys: str) -> None:
        """Note every key that is none of these (不认识的键)."""
        whole = self.mapping()
        if whole.keys() - keys:
            for key in whole:
                if key not in keys:
                    self.child(key).problem(f"不认识的键“{key}”")

    def text(self, key: str, default: str | None = None) -> str:
        """The text under a key; noted where it is missing without a default, or no text."""
        whole = self.value
        value = whole.get(key) if type(whole) is dict else self.mapping().get(key)
        if type(value) is str:
            return value
        if value is None and default is not None:
            return default
        self.child(key).problem(f"缺少“{key}”" if value is None else f"“{key}”应是一个值")
        return ""

    def optional(self, key: str) -> str | None:
        """The text under a key, None where there is none."""
        value = self.mapping().get(key)
        if value is None or type(value) is str:
            return value
        return self.text(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one, a missing key as none."""
        value = self.mapping().get(key)
        if value is None:
            return ()
        entries = value if isinstance(value, list) else [value]
        if all(isinstance(entry, str) for entry in entries):
            return tuple(entries)
        self.child(key).problem(f"“{key}”应是文字的列表")
        return ()

    def labels(self, key: str) -> dict[str, str]:
        """Texts by key, as the options of a question; empty where the key is missing."""
        value = self.mapping().get(key)
        if value is None:
            return {}
        return {name: str(label) for name, label in self.child(key).mapping().items()}

    def text_lists(self, key: str) -> dict[str, tuple[str, ...]]:
        """Lists of texts by key; empty where the key is missing."""
        if self.mapping().get(key) is None:
            return {}
        whole = self.child(key)
        return {name: whole.texts(name) for name in whole.mapping()}

    def yes(self, key: str, default: bool = False) -> bool:
        """A yes or no under a key; noted where it is neither."""
        value = self.mapping().get(key)
        if value is None:
            return default
        if value in YES_WORDS:
            return True
        if value not in NO_WORDS:
            self.child(key).problem(f"“{key}”应是 yes 或 no")
        return False

    def number(self, key: str, default: int) -> int:
        """A whole number of one or more; the default where there is none."""
        text = self.text(key, str(default))
        if text.isascii() and text.isdigit() and int(text) > 0:
            return int(text)
        self.child(key).problem(f"“{key}”应是正整数")
        return default

    def day(self, key: str) -> date | None:
        """The day under a key, None where there is none; noted where it is no day."""
        text = self.text(key, "")
        day = parse_date(text)
        if text and day is None:
            self.child(key).problem(f"“{text}”不是日期，应写成 2027-03-01 的样子")
        return day

    def one_of(self, key: str, values: Sequence[Word], default: Word | None = None) -> Word:
        """One of these words; noted, and the first of them, where it is none."""
        text = self.text(key, default)
        for value in values:
            if value == text:
                return value
        self.child(key).problem(f"“{key}”应是其中之一：{'、'.join(values)}")
        return values[0]

    def condition(self, key: str, fields: Vocabulary | None = None) -> Condition | None:
        """The condition under `key`; None when there is no such key."""
        if not self.has(key):
            return None
        try:
            return parse(self.mapping()[key], self.trail.vocabulary, fields)
        except ConditionProblem as problem:
            self.child(key).problem(str(problem))
            return ALWAYS

    def entry_conditions(self, key: str) -> dict[str, Condition]:
        """Conditions on the entries of lists under a key, by the path of the list."""
        if not self.has(key):
            return {}
        whole = self.child(key)
        return {
            path: whole.condition(path, whole.child(path).fields_of(path)) or ALWAYS
            for path in whole.mapping()
        }

    def fields_of(self, path: str) -> Vocabulary:
        """What conditions on the entries of a list may name; noted, and none, where it is none."""
        term = self.trail.vocabulary.get(path)
        if term is None or term.fields is None:
            self.problem(f"“{path}”不是列表")
            return {}
        return term.fields

    def basis(self, key: str = "basis") -> tuple[Basis, ...]:
        """Sources and articles under a key, all of them known ones; empty where it is missing."""
        if not self.has(key):
            return ()
        return tuple(self._bases(key))

    def _bases(self, key: str) -> Iterator[Basis]:
        for node in self.child(key).list():
            node.only("source", "article")
            source, article = node.text("source"), node.optional("article")
            if source not in self.trail.sources:
                node.problem(f"不认识的法源“{source}”")
            listed = self.trail.articles.get((source, article or ""))
            if article is not None and listed is None:
                node.problem(f"条文表（articles.yaml）里没有“{source} {article}”")
            yield Basis(source, article, listed.verified if listed else "memory")


def rows_of(trees: Mapping[str, object], name: str, trail: Trail) -> Iterator[Node]:
    """The elements of a list file, and of a folder of its name, which an overlay may have."""
    folder = name.removesuffix(".yaml") + "/"
    for file, tree in sorted(trees.items()):
        if file == name or file.startswith(folder):
            yield from Node(file, (), tree, trail).list()
