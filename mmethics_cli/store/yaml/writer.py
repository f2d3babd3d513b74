"""A tree as YAML text, as people would write it: plain where that is safe, long texts as blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from mmethics_cli.store.yaml.events import Tree

STEP: Final = 2
_FLOW_WIDTH: Final = 80

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# Short words, whole numbers and dates are written as people write them; the reader takes every
# scalar as text, whatever YAML 1.1 or 1.2 would make of it.
_AS_PEOPLE_WRITE = re.compile(r"yes|no|unsure|0|[1-9][0-9]{0,14}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OTHER_TYPE = re.compile(r"(?i:null|true|false|yes|no|on|off|y|n)|[-+.]?[0-9][-+0-9a-zA-Z_.,:]*")
_PLAIN_START = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`~<=.+]")
_NOT_PLAIN = re.compile(r": |:$| #|[\t\n\ufeff\u2028\u2029]")
_FLOW_WORD = re.compile(r"[^\W\d][\w\-]*")
_ESCAPED = re.compile("[\ufeff\u2028\u2029\x7f-\x9f]")
_NOT_BLOCK = re.compile(r"\A[ \t\n]|[ \t]$|^\t|[\ufeff\u2028\u2029]|\n\n\Z", re.M)


def key_text(key: str) -> str:
    """A key as it stands before its colon."""
    return key if _KEY.fullmatch(key) and not _OTHER_TYPE.fullmatch(key) else quoted(key)


def quoted(text: str) -> str:
    """In double quotes, on one line, whatever it holds."""
    escaped = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped)


def scalar(text: str) -> str:
    """One line: plain where that is safe, else in double quotes."""
    if _AS_PEOPLE_WRITE.fullmatch(text):
        return text
    plain = (
        _PLAIN_START.match(text)
        and not _NOT_PLAIN.search(text)
        and not _OTHER_TYPE.fullmatch(text)
        and text == text.strip()
    )
    return text if plain else quoted(text)


def value_after(tree: Tree, column: int) -> tuple[str, str]:
    """What follows `key:` at `column`: the rest of its line, and the lines below it.

    The first part begins with its space when there is one; each line below ends with a newline.
    """
    if tree is None:
        return "", ""
    if isinstance(tree, str):
        return _literal(tree, column) if _fits_block(tree) else (f" {scalar(tree)}", "")
    if not tree:
        return (" {}" if isinstance(tree, dict) else " []"), ""
    if isinstance(tree, dict):
        if set(tree) == {"not_applicable"} and isinstance(tree["not_applicable"], str):
            return f" {{not_applicable: {quoted(tree['not_applicable'])}}}", ""
        return "", mapping_lines(tree, column + STEP)
    if (flow := _flow(tree)) is not None:
        return f" {flow}", ""
    return "", "".join(item_lines(item, column + STEP) for item in tree)


def mapping_lines(tree: Mapping[str, Tree], column: int) -> str:
    """The entries of a mapping, one below the other."""
    return "".join(entry_lines(key, value, column) for key, value in tree.items())


def entry_lines(key: str, value: Tree, column: int) -> str:
    rest, below = value_after(value, column)
    return f"{' ' * column}{key_text(key)}:{rest}\n{below}"


def item_lines(tree: Tree, column: int) -> str:
    """One list item, its dash at `column`."""
    if isinstance(tree, dict) and tree:
        lines = mapping_lines(tree, column + STEP)
        return f"{' ' * column}- {lines[column + STEP :]}"
    rest, below = value_after(tree, column)
    return f"{' ' * column}-{rest}\n{below}"


def _flow(tree: list[Tree]) -> str | None:
    """`[a, b]` for a short list of texts; None where lines are better."""
    texts = [text for text in tree if isinstance(text, str)]
    if len(texts) < len(tree):
        return None
    shown = "[" + ", ".join(t if _FLOW_WORD.fullmatch(t) else quoted(t) for t in texts) + "]"
    return shown if len(shown) <= _FLOW_WIDTH else None


def _fits_block(text: str) -> bool:
    return "\n" in text.rstrip("\n") and not _NOT_BLOCK.search(text)


def _literal(text: str, column: int) -> tuple[str, str]:
    head = " |" if text.endswith("\n") else " |-"
    indent = " " * (column + STEP)
    lines = text.removesuffix("\n").split("\n")
    return head, "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
