"""From PyYAML events to a plain tree: every scalar is text, nothing is guessed, limits hold.

`compose` of PyYAML recurses and is not used: events arrive one by one and a stack grows here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias

import yaml
from msgspec import Struct, field
from yaml import events

from mmethics_cli.core.conditions.written import blank_in, hidden_in
from mmethics_cli.store.yaml.characters import name_of, refused_in_value

Tree: TypeAlias = "str | None | list[Tree] | dict[str, Tree]"
Keys: TypeAlias = tuple[str | int, ...]

MAX_DEPTH: Final = 40
MAX_NODES: Final = 200_000

_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
NULLS: Final = frozenset(("", "~", "null"))


class TextPosition(NamedTuple):
    """Line and column in a file, both from 1."""

    line: int
    column: int


class Fault(NamedTuple):
    """A problem at a line, before its file is known."""

    line: int
    message: str
    fix: str = ""


class _LimitReached(Exception):
    """Reading stops here; the fault is already noted."""


class _Frame(Struct):
    node: Any
    is_list: bool
    path: Keys
    anchor: str | None
    nodes_before: int
    key: str | None = None
    height: int = 1
    key_lines: dict[str, int] = field(default_factory=dict)


class Builder:
    """Builds one tree. After `run`, `root`, `where` and `faults` hold what was found."""

    def __init__(self, *, positions: bool) -> None:
        self.root: Tree = None
        self.where: dict[Keys, TextPosition] = {}
        self.faults: list[Fault] = []
        self._positions = positions
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Tree, int, int] | None] = {}
        self._nodes = 0
        self._documents = 0
        self._escapes = True

    def run(self, text: str) -> yaml.YAMLError | None:
        """Read `text`; returns the syntax error at which reading ended, if any.

        It holds no character that is refused in a file (`is_clean_file`).
        """
        self._escapes = "\\" in text  # nothing else brings such a character into a value
        handlers = {
            events.ScalarEvent: self._scalar,
            events.MappingStartEvent: self._open,
            events.SequenceStartEvent: self._open,
            events.MappingEndEvent: self._close,
            events.SequenceEndEvent: self._close,
            events.AliasEvent: self._alias,
            events.DocumentStartEvent: self._document,
        }
        try:
            for event in event_stream(text):
                if handler := handlers.get(type(event)):
                    handler(event)
        except yaml.YAMLError as error:
            return error
        except _LimitReached:
            pass
        return None

    def _fault(self, event: Any, message: str, fix: str = "") -> None:
        self.faults.append(Fault(event.start_mark.line + 1, message, fix))

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._fault(event, "一个文件里只能有一份内容。", "请删去多余的“---”行。")
            raise _LimitReached

    def _count(self, event: Any, nodes: int = 1, height: int = 0) -> None:
        self._nodes += nodes
        if len(self._stack) + height > MAX_DEPTH:
            self._fault(event, f"嵌套超过 {MAX_DEPTH} 层。", "请检查缩进或括号。")
            raise _LimitReached
        if self._nodes > MAX_NODES:
            self._fault(event, f"内容展开后超过 {MAX_NODES} 项。", "请减少引用（*）或拆分文件。")
            raise _LimitReached

    def _scalar(self, event: Any) -> None:
        self._count(event)
        if event.tag is not None:
            self._refuse_tag(event)
        value: str = event.value
        if self._escapes and (bad := refused_in_value(value)):
            self._fault(event, f"含有不能使用的{name_of(bad)}。", "请删去这个字符。")
        stack = self._stack
        if stack and not stack[-1].is_list and stack[-1].key is None:
            self._take_key(stack[-1], event, value)
            return
        plain_null = event.implicit[0] and value in NULLS
        tree = None if plain_null else value
        self._put(event, tree)
        if event.anchor:
            self._anchors[event.anchor] = (tree, 1, 0)

    def _take_key(self, frame: _Frame, event: Any, key: str) -> None:
        frame.key = key
        if key in frame.node:
            first = frame.key_lines.get(key)
            seen = f"（第一次在第 {first} 行）" if first else ""
            self._fault(event, f"键“{key}”重复{seen}。", "请只保留一处。")
        if not key.isascii():
            self._refuse_hidden(event, key)
        if self._positions:
            mark = event.start_mark
            frame.key_lines.setdefault(key, mark.line + 1)
            self.where[(*frame.path, key, "@key")] = TextPosition(mark.line + 1, mark.column + 1)

    def _refuse_hidden(self, event: Any, key: str) -> None:
        """Note a character in a key that can't be seen, or a blank that is no ordinary space."""
        if blank_in(key[:1]) is not None:
            fix = "请删去它，改用普通空格缩进。"
            self._fault(event, f"“{key.strip()}”前面是{blank_in(key[:1])}，不是空格。", fix)
        elif (hidden := hidden_in(key) or blank_in(key)) is not None:
            self._fault(event, f"键“{key}”里有看不见的字符：{hidden}。", "请删去它。")

    def _put(self, event: Any, tree: Tree) -> Keys:
        """Hang `tree` at the place that waits for it; returns its path."""
        path: Keys = ()
        if not self._stack:
            self.root = tree
        else:
            frame = self._stack[-1]
            if frame.is_list:
                path = (*frame.path, len(frame.node)) if self._positions else ()
                frame.node.append(tree)
            else:
                path = (*frame.path, frame.key or "") if self._positions else ()
                frame.node[frame.key] = tree
                frame.key = None
        if self._positions:
            self.where[path] = TextPosition(event.start_mark.line + 1, event.start_mark.column + 1)
        return path

    def _open(self, event: Any) -> None:
        self._count(event, height=1)
        if event.tag is not None:
            self._refuse_tag(event)
        self._need_text_key(event)
        is_list = type(event) is events.SequenceStartEvent
        node: Tree = [] if is_list else {}
        if event.anchor:
            self._anchors[event.anchor] = None
        path = self._put(event, node)
        self._stack.append(_Frame(node, is_list, path, event.anchor, self._nodes))

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        if frame.anchor:
            size = self._nodes - frame.nodes_before + 1
            self._anchors[frame.anchor] = (frame.node, size, frame.height)
        if self._stack:
            parent = self._stack[-1]
            parent.height = max(parent.height, frame.height + 1)

    def _alias(self, event: Any) -> None:
        self._need_text_key(event)
        anchored = self._anchors.get(event.anchor, ())
        if anchored is None:
            self._fault(event, f"引用“*{event.anchor}”指向它自己。", "请写出内容，不用引用。")
            anchored = (None, 1, 0)
        elif not anchored:
            self._fault(
                event,
                f"引用“*{event.anchor}”没有对应的内容。",
                "以 * 开头的文字请加英文双引号。",
            )
            anchored = (None, 1, 0)
        tree, size, height = anchored
        self._count(event, size, height)
        if self._stack:
            self._stack[-1].height = max(self._stack[-1].height, height + 1)
        self._put(event, tree)

    def _need_text_key(self, event: Any) -> None:
        if self._stack and not self._stack[-1].is_list and self._stack[-1].key is None:
            self._fault(
                event,
                "冒号前面的键必须是文字。",
                "以 {、[ 或 * 开头的文字请加英文双引号。",
            )
            raise _LimitReached

    def _refuse_tag(self, event: Any) -> None:
        self._fault(
            event,
            f"不接受标签“{event.tag}”。",
            "以 ! 开头的文字请加英文双引号；其他情况请删去标签。",
        )


def has_aliases(text: str) -> bool:
    """Whether a text that the reader accepted refers to another place of itself (*name)."""
    return "*" in text and any(type(event) is events.AliasEvent for event in event_stream(text))


def event_stream(text: str) -> Iterator[Any]:
    """PyYAML's events, from C where it was built with it; raises YAMLError on bad syntax."""
    return yaml.parse(text, Loader=_LOADER)
