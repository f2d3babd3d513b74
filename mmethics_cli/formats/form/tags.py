"""Tags in a Word form: `{{ 名称 }}`, a name alone in double braces, wherever text stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.form.blank import FormBlank
from mmethics_cli.formats.word.markup import Element, P, text_below
from mmethics_cli.formats.word.package import WordPackage

_SIGN: Final = re.compile(r"\{[{%#]|[}%#]\}")
# One word in Jinja's sense; with a space in it, it would be a command of docxtpl ({{r x}}).
_TAG: Final = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")


def tags_of(package: WordPackage) -> list[FormBlank]:
    """The names in the tags of a form, each once, as blanks in order.

    Raises DocumentError for whatever is no name in double braces: no code comes from a form.
    """
    blanks: dict[str, FormBlank] = {}
    for part in package.text_parts():
        where = "正文" if part == package.main else "页眉页脚和注"
        for number, paragraph in enumerate(package.tree(part).iter(P), 1):
            for name in _names(paragraph, f"{where}第 {number} 段"):
                blanks.setdefault(name, FormBlank(name, "tag", f"{where}第 {number} 段"))
    return list(blanks.values())


def _names(paragraph: Element, place: str) -> Iterator[str]:
    text = text_below(paragraph)
    yield from (match.group(1) for match in _TAG.finditer(text))
    rest = _TAG.sub("", text)
    if (sign := _SIGN.search(rest)) is not None:
        around = rest[max(0, sign.start() - 4) : sign.start() + 24]
        raise DocumentError(
            f"{place}有认不出的标签“{around}”：标签只能是双花括号里的一个名称，"
            "如 {{ 项目名称 }}，不能有点号、括号、运算和 {% %}。"
        )
