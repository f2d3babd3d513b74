"""What a template says about facts, bound to the standard: every name in it must be known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct, field

from mmethics_cli.core.conditions.language import Condition
from mmethics_cli.core.conditions.parser import ConditionProblem, Vocabulary, parse
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.render.language import CALLS, Loop, TemplateMark
from mmethics_cli.render.study import SealedBeside

ReadTree = Callable[[str], object]

_PATH = re.compile(r"\w+(?:\.\w+)+")
_BOXES = re.compile(r"boxes\(\s*(?P<path>[\w.]+)\s*(?:,\s*only=\[(?P<only>[^\]]*)\]\s*)?\)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\)(?P<rest>(?:\.\w+)*)")
_NAMED_IN = re.compile(r'loop\.named_in\("(?P<list>[\w.]+)\.(?P<field>\w+)"\)')
_STRING = re.compile(r'"([^"]*)"')
# What `recorded` prints of decision.yaml.
RECORDED: Final = ("decision", "date", "number", "valid_until", "interval_months")
# What `acted` prints of the register.
ACTED: Final = (
    "number", "title", "method", "accepted_on", "received_on", "due", "supplement_by", "place",
    "present", "recused", "entitled", "in_favour", "first_report_by", "meeting", "meeting_on",
    "start", "end", "form", "chair", "members", "reviewer", "role", "return_by", "package",
    "committee", "contact", "institution", "requested_on", "person", "kind", "capacity",
    "proof", "study", "purpose", "basis", "approver", "approved", "done_on", "year", "found",
)  # fmt: skip
_GROUPS: Final = ("any", "all", "not", "newly")
_CONDITIONAL: Final = ("when", "block")  # kinds of marks


class PrintFact(NamedTuple):
    """Prints a fact, or a field of the entry that `loop` has at hand."""

    path: str
    loop: str | None
    boxes: bool = False
    only: tuple[str, ...] = ()


class PrintIndex(NamedTuple):
    """Prints the number of the entry that the innermost loop has at hand."""

    loop: str


class PrintNamedIn(NamedTuple):
    """Prints the numbers of those entries of a list whose `field` names the entry at hand."""

    loop: str
    path: str
    field: str


class PrintCall(NamedTuple):
    """Prints what a function gives, or an attribute of it."""

    name: str
    arguments: tuple[str, ...]
    attributes: tuple[str, ...]


class When(NamedTuple):
    """A passage under a condition; with `loop` it is about the entry at hand."""

    condition: Condition
    loop: str | None
    block: bool


class Each(NamedTuple):
    """A passage repeated for each entry of a list."""

    name: str
    path: str


Node = PrintFact | PrintIndex | PrintNamedIn | PrintCall | When | Each


class _BindingError(Exception):
    """A mark that cannot be bound; the message says why in Chinese."""


class Binder(Struct):
    """Turns the marks of templates into nodes; `problems` collects those that it could not bind."""

    standard: Standard
    vocabulary: Vocabulary
    read_tree: ReadTree
    problems: list[Problem] = field(default_factory=list)

    def bind(self, marks: Sequence[TemplateMark]) -> tuple[Node, ...]:
        """The nodes of a template's marks, in their order, without those that cannot be bound."""
        conditions = iter(self._trees([mark for mark in marks if mark.kind in _CONDITIONAL]))
        nodes: list[Node] = []
        for mark in marks:
            raw = next(conditions) if mark.kind in _CONDITIONAL else None
            try:
                nodes.append(self._node(mark, raw))
            except (_BindingError, ConditionProblem) as error:
                self.problems.append(mark.place.problem(f"{mark.text}：{error}"))
        return tuple(nodes)

    def _trees(self, conditions: Sequence[TemplateMark]) -> Sequence[object]:
        """The trees of all conditions; one reading for all of them where none is broken."""
        whole = "".join(f"- {mark.text}\n" for mark in conditions)
        try:
            trees = self.read_tree(whole) if whole else []
        except EthicsError:
            trees = None
        if isinstance(trees, list) and len(trees) == len(conditions):
            return trees
        return [self._tree(mark) for mark in conditions]

    def _tree(self, mark: TemplateMark) -> object:
        try:
            return self.read_tree(mark.text)
        except EthicsError as error:
            reason = error.problems[0].message if error.problems else error.message
            self.problems.append(mark.place.problem(f"条件 {mark.text} 读不出来：{reason}"))
            return {}

    def _node(self, mark: TemplateMark, raw: object) -> Node:
        match mark.kind:
            case "print":
                return self._print(mark.text, mark.loops)
            case "each":
                question = self.standard.questions.get(mark.text)
                if question is None or question.type != "list":
                    raise _BindingError("不是列表，不能遍历")
                return Each(mark.inner.name if mark.inner else "", mark.text)
        return self._when(raw, mark)

    # Conditions.

    def _when(self, raw: object, mark: TemplateMark) -> When:
        block = mark.kind == "block"
        for loop in reversed(mark.loops):
            if _names(raw, loop.name):
                fields = self.vocabulary[loop.path].fields
                condition = parse(_rebase(raw, loop.name), self.vocabulary, fields)
                return When(condition, loop.name, block)
        return When(parse(raw, self.vocabulary), None, block)

    # Prints.

    def _print(self, text: str, loops: tuple[Loop, ...]) -> Node:
        if text == "loop.index":
            return PrintIndex(loops[-1].name)
        named = _NAMED_IN.fullmatch(text)
        if named is not None:
            return self._named_in(named["list"], named["field"], loops[-1])
        if _PATH.fullmatch(text):
            return self._fact(text, loops)
        boxes = _BOXES.fullmatch(text)
        if boxes is not None:
            fact = self._fact(boxes["path"], loops)
            only = tuple(_STRING.findall(boxes["only"] or ""))
            return PrintFact(fact.path, fact.loop, boxes=True, only=only)
        call = _CALL.fullmatch(text)
        if call is None or call["name"] not in CALLS - {"boxes"}:
            raise _BindingError("看不懂，这里只能写事实的路径或模板函数")
        if _STRING.sub("", call["arguments"]).strip(" ,[]"):
            raise _BindingError("函数里只能写双引号中的文字")
        arguments = tuple(_STRING.findall(call["arguments"]))
        self._check_call(call["name"], arguments)
        return PrintCall(call["name"], arguments, tuple(call["rest"].split(".")[1:]))

    def _named_in(self, path: str, field: str, loop: Loop) -> PrintNamedIn:
        for entries, name in ((path, field), (loop.path, "name")):
            question = self.standard.questions.get(entries)
            if question is None or question.field_named(name) is None:
                raise _BindingError(f"没有“{entries}”这个列表，或者它没有“{name}”这一栏")
        return PrintNamedIn(loop.name, path, field)

    def _fact(self, path: str, loops: tuple[Loop, ...]) -> PrintFact:
        root, _, rest = path.partition(".")
        for loop in reversed(loops):
            if root == loop.name:
                if self.standard.questions[loop.path].field_named(rest) is None:
                    raise _BindingError(f"“{loop.path}”里没有“{rest}”这一项")
                return PrintFact(rest, loop.name)
        question = self.standard.questions.get(path)
        if question is None and path not in self.standard.derived:
            raise _BindingError("不认识的事实")
        if question is not None and question.type == "list":
            raise _BindingError("是列表，请用 for 逐项打印")
        return PrintFact(path, None)

    def _check_call(self, name: str, arguments: tuple[str, ...]) -> None:
        standard = self.standard
        first = arguments[0] if arguments else ""
        match name:
            case "last_reported" if first not in standard.questions:
                raise _BindingError("不认识的事实")
            case "label" if first not in {*standard.questions, *standard.derived}:
                raise _BindingError("不认识的事实")
            case "decision" if first not in standard.tables:
                raise _BindingError("没有这张决定表")
            case "see" if first not in standard.documents:
                raise _BindingError("没有这份文件")
            case "papers_for" if (first, (arguments + ("", ""))[1]) not in standard.articles:
                raise _BindingError("条文表（articles.yaml）里没有这一条")
            case "recorded" if first not in RECORDED:
                raise _BindingError(f"decision.yaml 里没有这一项，可写：{'、'.join(RECORDED)}")
            case "acted" if first not in ACTED:
                raise _BindingError(f"登记簿里没有这一项，可写：{'、'.join(ACTED)}")
            case "beside" if arguments not in [(key,) for key in SealedBeside.__struct_fields__]:
                keys = "、".join(SealedBeside.__struct_fields__)
                raise _BindingError(f"封存的内容没有这一项，可写：{keys}")
            case "basis" | "norm" if first not in standard.sources:
                raise _BindingError("法源表里没有这个法源")
            case "norm" if arguments[1:]:
                raise _BindingError("norm 里只写法源，条文用 basis")
            case "basis" if not all(
                article is None or (source, article) in standard.articles
                for source, article in cited(standard, arguments)
            ):
                raise _BindingError("条文表（articles.yaml）里没有这一条")


def cited(standard: Standard, arguments: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Source and article of each that `basis("law", "1", "2", "guide")` names.

    The id of a source opens it; one that no article follows stands for itself.
    """
    source, bare = "", False
    for argument in arguments:
        if argument in standard.sources or not source:
            if bare:
                yield source, None
            source, bare = argument, True
        else:
            yield source, argument
            bare = False
    if bare:
        yield source, None


def _names(raw: object, loop: str) -> bool:
    """Whether a condition speaks of the entry that a loop has at hand."""
    if isinstance(raw, dict):
        return any(
            str(key).startswith(f"{loop}.") or _names(value, loop) for key, value in raw.items()
        )
    if isinstance(raw, list):
        return any(_names(part, loop) for part in raw)
    return isinstance(raw, str) and raw.startswith(f"{loop}.")


def _rebase(raw: object, loop: str) -> object:
    """The condition with `loop.field` as a field of the entry in scope."""
    if isinstance(raw, list):
        return [_rebase(part, loop) for part in raw]
    if not isinstance(raw, Mapping):
        return raw
    return {
        str(key).removeprefix(f"{loop}."): (
            _rebase(value, loop) if key in _GROUPS else _rebase_bounds(value, loop)
        )
        for key, value in raw.items()
    }


def _rebase_bounds(tests: object, loop: str) -> object:
    """The same for `{at_least: {fact: loop.field}}`."""
    if not isinstance(tests, Mapping):
        return tests
    return {
        op: {"fact": str(bound["fact"]).removeprefix(f"{loop}.")}
        if isinstance(bound, Mapping) and set(bound) == {"fact"}
        else bound
        for op, bound in tests.items()
    }
