"""The template language: Markdown with the facts of a study in it, read line by line.

What depends on facts (`{{ path }}`, `when`, `for` over a list of the dossier) becomes numbered
marks, so that Jinja, which only sees results of functions, passes it through and `expand` fills it
in. Other `:::` blocks become marks that the Markdown stage finds again. Parts are put in textually:
each line keeps its file and number, and a part sees the loops round it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct, field

from mmethics_cli.errors import Problem

Plain = list[Any]  # what JSON gives back

# Marks are noncharacters, so that no word of a template or a dossier is one.
MARK: Final = "\ufdd2"  # a line that opens a block of the Markdown stage
END: Final = MARK + "/"
NODE: Final = "\ufdd3"  # a number follows: something that depends on facts
NODE_END: Final = "\ufdd4"
CLOSE: Final = "\ufdd5"  # closes a `when` or a `for` over facts
TOKEN: Final = re.compile(f"{NODE}(\\d+){NODE_END}|({CLOSE})")

BLOCKS: Final = frozenset({
    "when", "element", "form", "table", "flow", "sign", "box", "note", "together", "pagebreak",
})  # fmt: skip
FUNCTIONS: Final = frozenset({
    "acted", "basis", "beside", "changed_papers", "checked_papers", "comments", "conflicts",
    "consent_elements", "criteria", "criteria_basis", "criterion_groups", "decision",
    "decisions", "documents", "label", "last_reported", "left_out", "limits", "norm",
    "not_applicable_items", "open_questions", "overrides", "paper_revisions", "papers_for",
    "pick", "pick_date", "pick_verdict", "principles", "recorded", "review_items",
    "revised_attachments", "revisions", "revisions_known", "round_revisions", "rows", "see",
    "self_check_exceptions", "standing_papers", "undecided_rules", "unproved_replies",
    "verdicts", "wanted_papers",
})  # fmt: skip
# Those that `expand` itself calls; inside Jinja's own loops Jinja calls them.
CALLS: Final = frozenset({
    "acted", "boxes", "basis", "beside", "label", "last_reported", "decision", "norm", "papers_for",
    "pick", "pick_date", "pick_verdict", "recorded", "see",
})  # fmt: skip
# Blocks that hold no other block.
_LEAVES: Final = frozenset({"form", "table", "flow", "sign", "pagebreak"})
# `marks: yes` puts 待核 behind articles whose text was not read.
_FRONT: Final = ("title", "layout", "landscape", "marks")

_FENCE = re.compile(r"\s*:{3,}\s*(?P<kind>[a-z]*)\s*(?P<rest>.*?)\s*")
_TAG = re.compile(
    r"\{%\s*(?:(?P<open>for|if|when)\s+(?P<rest>.*?)|end(?P<close>for|if|when))\s*%\}"
    r"|\{\{\s*(?P<print>.*?)\s*\}\}|\{#.*?#\}"
)
_JINJA_TAG = re.compile(r"\{%.*?%\}")
_NO_WORD = re.compile(r"\W")
_SET = re.compile(r"\{%\s*set\s+(\w+)")
_FOR = re.compile(r"(\w+)\s+in\s+(\w+(?:\.\w+)+)")
_WIDTHS = re.compile(r"[\d.]+(?:\s+[\d.]+)*(?:\s*\{header=\d\})?(?:\s*\{lines=\d\})?")
_COLUMNS = re.compile(r"\d+(?:\.\d+)?(?:\s+\d+(?:\.\d+)?)+")
_MAX_DEPTH: Final = 5
_INCLUDE = re.compile(r'\s*\{%\s*include\s+"([^"]+)"(?P<words>(?:\s+\w+="[^"]*")*)\s*%\}\s*')
_WORD = re.compile(r'(\w+)="([^"]*)"')
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class TemplatePlace(NamedTuple):
    """A line of a template's file, as messages name it."""

    file: str
    line: int

    def problem(self, message: str, fix: str = "") -> Problem:
        return Problem(message, self.file, self.line, fix)


class Loop(NamedTuple):
    """A loop over a list of the dossier that stands round a place."""

    name: str
    path: str


class TemplateMark(NamedTuple):
    """What stands in a template and depends on facts, as it is written, with the loops round it.

    `kind` is print, when, block (a `when` of its own lines) or each, which opens the loop `inner`.
    """

    kind: str
    text: str
    place: TemplatePlace
    loops: tuple[Loop, ...]
    inner: Loop | None = None


class TemplateSource(Struct):
    """A template with marks in it, and where each of its lines came from."""

    front: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    places: list[TemplatePlace] = field(default_factory=list)
    written: list[TemplateMark] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def plain(self) -> Plain:
        """All of it but the problems, as JSON holds it."""
        written = [
            [mark.kind, mark.text, *mark.place, [list(loop) for loop in mark.loops], mark.inner]
            for mark in self.written
        ]
        places = [list(place) for place in self.places]
        return [self.front, self.lines, places, written, sorted(self.files)]

    @classmethod
    def of_plain(cls, plain: Plain) -> TemplateSource:
        front, lines, places, written, files = plain
        return cls(
            front=dict(front),
            lines=list(lines),
            places=[TemplatePlace(*place) for place in places],
            written=[
                TemplateMark(
                    kind,
                    text,
                    TemplatePlace(file, line),
                    tuple(Loop(*loop) for loop in loops),
                    Loop(*inner) if inner else None,
                )
                for kind, text, file, line, loops, inner in written
            ],
            files=set(files),
        )

    def place(self, line: int) -> TemplatePlace:
        return self.places[min(max(line, 1), len(self.places)) - 1]


def read(
    name: str,
    texts: Mapping[str, str],
    sections: frozenset[str],
    shown: Mapping[str, str] | None = None,
) -> TemplateSource:
    """Read a template with its parts; `sections` are the first words of the facts' paths.

    `shown` is what messages call a file, where that is not its name. Troubles are collected in
    `problems`.
    """
    reader = _TemplateReader(texts, sections, shown or {})
    reader.take(name, depth=0)
    reader.finish()
    return reader.source


class _Open(NamedTuple):
    """A tag, or with `fence` a `:::` block, that is not closed yet."""

    kind: str
    place: TemplatePlace
    fence: bool = False
    loop: Loop | None = None

    @property
    def of_jinja(self) -> bool:
        return not self.fence and self.kind in ("for", "if") and self.loop is None


class _TemplateReader:
    """Takes the lines of a template and of its parts, and keeps what is open across them."""

    def __init__(
        self, texts: Mapping[str, str], sections: frozenset[str], shown: Mapping[str, str]
    ) -> None:
        self.texts = texts
        self.shown = shown
        self.sections = sections
        self.source = TemplateSource()
        self.stack: list[_Open] = []
        self.named: set[str] = set()  # by Jinja's `set`
        # Tags that fill a line take their line break with them.
        self.pending = ""
        self.last = TemplatePlace("", 1)

    def take(self, name: str, depth: int, words: Mapping[str, str] | None = None) -> None:
        lines = self.texts[name].splitlines()
        file = self.shown.get(name, name)
        self.source.files.add(name)
        start = 0
        if lines and lines[0].strip() == "---":
            start = self._front(file, lines, root=depth == 0)
        for number, text in enumerate(lines[start:], start + 1):
            place, line = TemplatePlace(file, number), _with_words(text, words or {})
            part = _include_of(line)
            if part is None:
                self._line(line, place)
            elif part.name not in self.texts:
                self._problem(place, f"没有“{part.name}”这个部件")
            elif depth >= _MAX_DEPTH:
                self._problem(place, "部件互相引用，或者套得太深")
            else:
                self.take(part.name, depth + 1, {**(words or {}), **part.words})

    def finish(self) -> None:
        for left in self.stack:
            self._problem(left.place, f"“{left.kind}”没有结束", "请补上 ::: 或 {% end… %}。")
        if self.pending:
            self._emit("", self.last)

    def _front(self, file: str, lines: list[str], root: bool) -> int:
        for number, line in enumerate(lines[1:], 2):
            if line.strip() == "---":
                return number
            key, colon, value = line.partition(":")
            if not root or not colon or key not in _FRONT:
                self._problem(TemplatePlace(file, number), f"文件头只能写 {'、'.join(_FRONT)}")
            self.source.front[key.strip()] = value.strip()
        self._problem(TemplatePlace(file, 1), "文件头没有以 --- 结束")
        return len(lines)

    def _problem(self, place: TemplatePlace, message: str, fix: str = "") -> None:
        self.source.problems.append(place.problem(message, fix))

    def _emit(self, line: str, place: TemplatePlace) -> None:
        self.source.lines.append(self.pending + line)
        self.source.places.append(place)
        self.pending = ""

    # One line.

    def _line(self, line: str, place: TemplatePlace) -> None:
        self.last = place
        fence = _FENCE.fullmatch(line) if ":::" in line else None
        if fence is not None:
            self._fence(fence["kind"], fence["rest"], place)
            return
        if "|" in line:
            self._refuse_row_of_signatures(line, place)
        if "{" not in line:
            self._emit(line, place)
            return
        self.named.update(_SET.findall(line))
        words = not line.lstrip().startswith("{") or _JINJA_TAG.sub("", _TAG.sub("", line)).strip()
        text = _TAG.sub(lambda tag: self._tag(tag, place), line)
        if not words and text.strip() and "{{" not in line and "{%" not in text:
            self.pending += text.strip()
            return
        self._emit(text, place)
        if text.rstrip().endswith("%}") and (words or "{{" in line):
            # Jinja takes the line break after its tags, also from a line that has words.
            self._emit("", place)

    def _refuse_row_of_signatures(self, line: str, place: TemplatePlace) -> None:
        """A row of a table among signatures would be printed with its strokes."""
        inside = next((block.kind for block in reversed(self.stack) if block.fence), "")
        if inside == "sign" and _TAG.sub("", line).lstrip().startswith("|"):
            message = "“sign”里面不能写表格行，竖线会照样印出来"
            fix = "一行写一处签名，如“签名：____________ 日期：____年__月__日”；表格用 ::: table。"
            self._problem(place, message, fix)

    def _tag(self, tag: re.Match[str], place: TemplatePlace) -> str:
        if tag["print"] is not None:
            return self._print(tag, place)
        if tag["close"] is not None:
            return self._end(tag, place)
        if tag["open"] is None:
            return ""
        return self._begin(tag, place)

    def _print(self, tag: re.Match[str], place: TemplatePlace) -> str:
        text = tag["print"]
        root = _NO_WORD.split(text, maxsplit=1)[0]
        ours = root in self.sections and root not in self.named
        ours = ours or any(loop.name == root for loop in self._loops())
        if root == "loop":
            inner = next((block for block in reversed(self.stack) if block.kind == "for"), None)
            ours = inner is not None and inner.loop is not None
        if not ours and root not in CALLS:
            return tag[0]
        if root in CALLS and any(block.of_jinja for block in self.stack):
            return tag[0]
        return self._node("print", text, place)

    def _begin(self, tag: re.Match[str], place: TemplatePlace) -> str:
        kind, rest = tag["open"], tag["rest"]
        loop = _FOR.fullmatch(rest) if kind == "for" else None
        over = loop is not None and loop[2].split(".", 1)[0] in self.sections
        if loop is not None and over:
            inner = Loop(loop[1], loop[2])
            mark = self._node("each", loop[2], place, inner)
            self.stack.append(_Open(kind, place, loop=inner))
            return mark
        mark = self._node("when", rest, place) if kind == "when" else tag[0]
        self.stack.append(_Open(kind, place))
        return mark

    def _end(self, tag: re.Match[str], place: TemplatePlace) -> str:
        kind = tag["close"]
        if not self.stack or self.stack[-1].kind != kind or self.stack[-1].fence:
            self._problem(place, f"{{% end{kind} %}} 与前面打开的块不对应")
            return ""
        return tag[0] if self.stack.pop().of_jinja else CLOSE

    def _loops(self) -> tuple[Loop, ...]:
        return tuple(block.loop for block in self.stack if block.loop is not None)

    def _node(self, kind: str, text: str, place: TemplatePlace, inner: Loop | None = None) -> str:
        if any(block.of_jinja for block in self.stack):
            self._problem(place, "if 和函数的循环里面不能用事实，请移到外面或改用 when")
        self.source.written.append(TemplateMark(kind, text, place, self._loops(), inner))
        return f"{NODE}{len(self.source.written) - 1}{NODE_END}"

    # Blocks.

    def _fence(self, kind: str, rest: str, place: TemplatePlace) -> None:
        if not kind and not rest:
            self._close(place)
            return
        if kind not in BLOCKS:
            self._problem(place, f"不认识的块“{kind or rest}”")
        kinds = (block.kind for block in reversed(self.stack))
        outer = next((name for name in kinds if name in _LEAVES), None)
        if outer is not None:
            self._problem(place, f"“{outer}”里面不能再放“{kind}”块", "表格行请用 {% when %}。")
        if kind == "when":
            self.pending += self._node("block", rest, place)
        else:
            for message in _wrong_options(kind, rest):
                self._problem(place, message)
            self._emit(f"{MARK}{kind} {rest}".rstrip(), place)
        self.stack.append(_Open(kind, place, fence=True))

    def _close(self, place: TemplatePlace) -> None:
        if not self.stack or not self.stack[-1].fence:
            self._problem(place, "这个 ::: 没有与它对应的块")
        elif self.stack.pop().kind == "when":
            self.pending += CLOSE
        else:
            self._emit(END, place)


def _wrong_options(kind: str, rest: str) -> Iterator[str]:
    """What is wrong with the options of a block."""
    if kind in ("form", "table") and not _WIDTHS.fullmatch(rest):
        yield f"“{kind}”后面应写各列的相对宽度，例如 ::: {kind} 3 9 3 5"
    if kind == "flow" and not _COLUMNS.fullmatch(rest):
        yield "flow 后面应写各列的相对宽度，至少两列，例如 ::: flow 4 6 4 5"
    if kind == "element" and not re.fullmatch(r"\w+(?:\.[\w()]+)+", rest):
        yield "element 后面应写法源和条号，例如 erm2023.36.3"
    if kind in ("sign", "box", "note", "together", "pagebreak") and rest:
        yield f"“{kind}”后面不写别的字"


class _Include(Struct, frozen=True):
    """A line that puts a part in, and the words it gives to it."""

    name: str
    words: Mapping[str, str]


def _include_of(line: str) -> _Include | None:
    """What a line puts in; None for any other line."""
    match = _INCLUDE.fullmatch(line)
    return _Include(match[1], dict(_WORD.findall(match["words"]))) if match else None


def _with_words(line: str, words: Mapping[str, str]) -> str:
    """The line with the words that its part was given."""
    return _PLACE.sub(lambda place: words.get(place[1], place[0]), line) if words else line
