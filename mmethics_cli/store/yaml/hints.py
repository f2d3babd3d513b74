"""What a syntax error most likely means, in Chinese, and a guess that lets reading go on.

The guess is only used to find further problems in the same run; the file stays refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import yaml

from mmethics_cli.core.conditions.written import blank_in
from mmethics_cli.store.yaml.events import Fault

_KEY = r"^(?P<head>\s*(?:- +)*(?:[\w.-]+))"
_TAB = re.compile(r"^ *\t")
_BLANK = "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_ODD_INDENT = re.compile(rf"^(?P<indent> *{_BLANK}\s*)(?P<body>(?:- |[\w.-]+\s*[:：]).*)$")
_ODD_COLON = re.compile(_KEY + rf":(?P<blank>{_BLANK})\s*(?P<rest>[^\n]*)$")
_ODD_DASH = re.compile(r"^(?P<indent> *)(?P<dash>[－–—−﹣•·])\s*(?P<rest>\S[^\n]*)$")
_WIDE_COLON = re.compile(_KEY + r"\s*：\s*(?P<rest>[^\n]*)$")
_TIGHT_COLON = re.compile(_KEY + r":(?P<rest>[^\s:][^\n]*)$")
_MARK_FIRST = re.compile(r"^(?P<head>\s*(?:- +)*(?:[\w.-]+: +)?)(?P<rest>[@`%*&!][^\n]*)$")
_COLON_INSIDE = re.compile(_KEY + r": +(?P<rest>[^\"'|>\[{#&*!\s][^\n]*:(?:\s[^\n]*)?)$")
_OPEN_QUOTE = re.compile(r"^(?P<head>\s*(?:- +)*(?:[\w.-]+: +)?)(?P<rest>[\"'][^\n]*)$")

_PLAIN_REASONS: Final = (
    ("expected <block end>", "缩进或括号不对：这一行和上面的内容接不上。"),
    ("did not find expected key", "缩进或引号不对：这一行和上面的内容接不上。"),
    ("did not find expected '-' indicator", "列表的每一项要以“- ”开头，并左边对齐。"),
    ("expected ',' or", "方括号或花括号里缺少英文逗号，或没有闭合。"),
    ("could not find expected ':'", "这里缺少英文冒号“: ”。"),
    ("mapping values are not allowed", "这里多了一个冒号，或缩进不对。"),
    ("unexpected end of stream", "引号或括号没有闭合，一直到文件末尾。"),
    ("unknown escape", "双引号里的反斜杠“\\”要写成两个。"),
    ("escape", "双引号里的反斜杠“\\”写法不对，要写成两个。"),
    ("block sequence entries are not allowed", "“- ”不能写在这里，请另起一行。"),
    ("undefined alias", "以 * 开头的文字请加英文双引号。"),
)


class GuessedFault(NamedTuple):
    """A fault with, where a guess is possible, the text in which it is mended."""

    fault: Fault
    mended: str | None


class _Hint(NamedTuple):
    message: str
    fix: str
    line: str


def explain(error: yaml.YAMLError, text: str) -> GuessedFault:
    """The fault behind `error`; looks at its line, the line before and where its context began."""
    lines = text.split("\n")
    for number in _suspects(error, lines):
        for hint in _HINTS:
            if mended := hint(lines[number]):
                lines[number] = mended.line
                return GuessedFault(Fault(number + 1, mended.message, mended.fix), "\n".join(lines))
    number = _line_of(error)
    return GuessedFault(
        Fault(number + 1, _plain_reason(error), "请对照示例改正这一行或上一行。"), None
    )


def _line_of(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line if mark else 0


def _suspects(error: yaml.YAMLError, lines: list[str]) -> list[int]:
    last = len(lines) - 1
    at = min(_line_of(error), last)
    context = getattr(error, "context_mark", None)
    begun = [min(context.line, last)] if context else []
    scalar = "scalar" in (getattr(error, "context", None) or "")
    near = [at, *(n for n in range(at - 1, max(at - 4, -1), -1))]
    return [*begun, *near] if scalar else [*near, *begun]


def _plain_reason(error: yaml.YAMLError) -> str:
    said = str(getattr(error, "problem", None) or error)
    return next((zh for english, zh in _PLAIN_REASONS if english in said), "这里的写法读不懂。")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _tab(line: str) -> _Hint | None:
    if not _TAB.match(line):
        return None
    body = line.lstrip(" \t")
    indent = line[: len(line) - len(body)].replace("\t", "  ")
    return _Hint("缩进用了制表符（Tab）。", "请改用空格缩进。", indent + body)


def _odd_indent(line: str) -> _Hint | None:
    """A blank before a key that only looks like a space."""
    if not (match := _ODD_INDENT.match(line)):
        return None
    indent = "".join("  " if sign == "\u3000" else " " for sign in match["indent"])
    message = f"缩进里有{blank_in(match['indent'])}，不是空格。"
    return _Hint(message, "请改用普通空格缩进。", indent + match["body"])


def _odd_colon(line: str) -> _Hint | None:
    if not (match := _ODD_COLON.match(line)):
        return None
    return _Hint(
        f"冒号后面是{blank_in(match['blank'])}，不是空格。",
        "请删去它，改成英文冒号加空格“: ”。",
        f"{match['head']}: {_safe(match['rest'])}",
    )


def _odd_dash(line: str) -> _Hint | None:
    if not (match := _ODD_DASH.match(line)):
        return None
    return _Hint(
        f"列表前面的“{match['dash']}”不是英文短横。",
        "请改成英文短横加空格“- ”。",
        f"{match['indent']}- {match['rest']}",
    )


def _wide_colon(line: str) -> _Hint | None:
    if not (match := _WIDE_COLON.match(line)):
        return None
    return _Hint(
        "键后面用了全角冒号“：”。",
        "请改成英文冒号加空格“: ”。",
        f"{match['head']}: {_safe(match['rest'])}",
    )


def _tight_colon(line: str) -> _Hint | None:
    match = _TIGHT_COLON.match(line)
    if not match or ": " in line:
        return None
    return _Hint(
        "英文冒号后面少了空格。",
        "请在冒号后面加一个空格。",
        f"{match['head']}: {_safe(match['rest'])}",
    )


def _mark_first(line: str) -> _Hint | None:
    if not (match := _MARK_FIRST.match(line)):
        return None
    return _Hint(
        f"文字不能直接以“{match['rest'][0]}”开头。",
        "请给整段文字加英文双引号。",
        match["head"] + _quoted(match["rest"]),
    )


def _colon_inside(line: str) -> _Hint | None:
    if not (match := _COLON_INSIDE.match(line)):
        return None
    return _Hint(
        "文字里有英文冒号加空格“: ”，会被当成另一个键。",
        "请给整段文字加英文双引号，或改用全角冒号“：”。",
        f"{match['head']}: {_quoted(match['rest'])}",
    )


def _open_quote(line: str) -> _Hint | None:
    match = _OPEN_QUOTE.match(line)
    if not match:
        return None
    quote, body = match["rest"][0], match["rest"][1:]
    plain = re.sub(r"\\.", "", body) if quote == '"' else body
    if plain.count(quote) % 2:
        return None
    return _Hint(
        "引号没有闭合。",
        f"请在这段文字末尾补上 {quote}；文字里的引号请改用“”。",
        match["head"] + _quoted(body),
    )


def _safe(rest: str) -> str:
    """A value as it stands when it can stand, else quoted: a guess must not bring a new error."""
    if not rest or rest[0] in "\"'|>[{#":
        return rest
    return _quoted(rest)


_HINTS: Final[tuple[Callable[[str], _Hint | None], ...]] = (
    _tab,
    _odd_indent,
    _odd_dash,
    _odd_colon,
    _wide_colon,
    _mark_first,
    _open_quote,
    _colon_inside,
    _tight_colon,
)
