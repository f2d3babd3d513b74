"""Anchors and aliases (`&x`, `*x`) spelled out: an answer changes without those that repeat it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

import yaml

# A text that stands without quotes wherever a value may stand.
_PLAIN: Final = re.compile(r"[^\s\[\]{},#:&*!|>'\"%@`?-][^\[\]{},#:\n]*")

# From, to, and what stands there instead.
_Change = tuple[int, int, str]


def without_aliases(text: str) -> str:
    """The text with each alias of a single value replaced by the value, and their anchors gone.

    Anchors of lists and mappings stay. The text has been read before: it is sound YAML.
    """
    for start, end, instead in sorted(_changes(text), reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def _changes(text: str) -> Iterator[_Change]:
    values: dict[str, str] = {}
    anchor: yaml.AnchorToken | None = None
    for token in yaml.scan(text, yaml.SafeLoader):
        if isinstance(token, yaml.AliasToken):
            if token.value in values:
                yield token.start_mark.index, token.end_mark.index, _scalar(values[token.value])
        elif isinstance(token, yaml.AnchorToken):
            anchor = token
        elif anchor is not None and not isinstance(token, yaml.TagToken):
            if isinstance(token, yaml.ScalarToken):
                values[anchor.value] = token.value
                end = anchor.end_mark.index
                blanks = len(text[end:]) - len(text[end:].lstrip(" "))
                yield anchor.start_mark.index, end + blanks, ""
            else:
                values.pop(anchor.value, None)
            anchor = None


def _scalar(value: str) -> str:
    plain = _PLAIN.fullmatch(value) is not None and value == value.strip()
    return value if plain else json.dumps(value, ensure_ascii=False)
