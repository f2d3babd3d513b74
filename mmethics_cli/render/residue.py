"""Signs of the template language that would be left standing in a document's text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mmethics_cli.errors import Problem
from mmethics_cli.render.blocks import Text
from mmethics_cli.render.markdown import line_reader
from mmethics_cli.render.source import CLOSE, MARK, NODE, NODE_END, Source

SIGNS: Final = ("**", ":::", "{{", "}}", "{%", "%}")
_MARKS = re.compile(f"{NODE}\\d+{NODE_END}|{CLOSE}")
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}")


def residues(source: Source) -> Iterator[Problem]:
    """Lines in which a sign stays: emphasis that does not parse, a brace too many.

    `**` beside Chinese punctuation is no emphasis for Markdown and would be printed.
    """
    reader = line_reader(())
    for line, place in zip(source.lines, source.places, strict=True):
        if line.startswith(MARK):
            continue
        # A value stands where a mark is: a word, as far as emphasis goes.
        text = _JINJA.sub("值", _MARKS.sub("值", line))
        cells = text.split("|") if text.lstrip().startswith("|") else [text.lstrip("#")]
        words = [one.text for cell in cells for one in reader.read(cell) if isinstance(one, Text)]
        for sign in SIGNS:
            if any(sign in one for one in words):
                yield place.problem(f"文字里会留下“{sign}”", "请检查这一行的记号。")
