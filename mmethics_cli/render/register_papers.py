"""Papers that print what a register tells, about no study: texts by name, and rows of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmethics_cli.formats.blocks import Block
from mmethics_cli.render.jinja_stage import environment, run
from mmethics_cli.render.language import read
from mmethics_cli.render.markdown import blocks_of
from mmethics_cli.render.slots import Book, Words

Row = Mapping[str, str]


class _ToldPrinting:
    """Prints texts of the register as slots, so that data is never markup."""

    def __init__(self) -> None:
        self.book = Book()

    def print(self, value: object) -> str:
        return self.book.put(Words(str(value)))


def register_paper(
    name: str, text: str, acts: Mapping[str, str], rows: Mapping[str, Sequence[Row]]
) -> tuple[str, tuple[Block, ...]]:
    """The title and the blocks of a paper. Raises TemplateError.

    Its template calls `acted("name")` for a text and `rows("name")` for rows.
    """
    source = read(name, {name: text}, frozenset())
    printing: Any = _ToldPrinting()
    jinja = environment()
    context = {"acted": lambda key: acts.get(key, ""), "rows": lambda key: rows.get(key, ())}
    written = run(jinja.from_string(source.text), context, printing)
    title = source.front.get("title", "")
    return title, blocks_of(written, printing.book.fills, title)
