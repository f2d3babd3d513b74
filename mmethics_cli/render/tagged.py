"""A tagged Word form (`{{ 名称 }}`) filled by docxtpl, which is an extra.

A form is not ours: Jinja gets names alone, no code and no attribute, and every text is escaped.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Final

from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mmethics_cli.errors import DocumentError, EthicsError
from mmethics_cli.formats.word.markup import text_below
from mmethics_cli.formats.word.package import WordPackage, handled

_ALLOWED: Final = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)
# What docxtpl takes for a command to break a paragraph or a page, and what XML can't hold.
_COMMANDS: Final = {number: None for number in range(32) if chr(number) not in "\t\n"}


class _NamesAlone(ImmutableSandboxedEnvironment):
    """An environment that compiles text with names in it, and nothing else."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, keep_trailing_newline=True)
        self.globals, self.filters, self.tests = {}, {}, {}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED):
                raise DocumentError("标签只能是双花括号里的一个名称，如 {{ 项目名称 }}。")
        return tree


def fill_tags(package: WordPackage, texts: Mapping[str, str]) -> None:
    """Put the texts in the place of the tags of their names, in body, headers, footers and notes.

    A part without tags keeps its bytes. Raises DocumentError for a tag that is more than a name,
    EthicsError where docxtpl is not installed.
    """
    try:
        from docxtpl import DocxTemplate
    except ImportError as error:
        raise EthicsError(
            "这份表格用了 {{ }} 标签，要装上 docxtpl 才能填：pip install 'mmethics[tags]'"
        ) from error
    jinja = _NamesAlone()
    words = {name: text.translate(_COMMANDS) for name, text in texts.items()}
    for part in package.text_parts():
        if "{{" not in text_below(package.tree(part)):
            continue
        with handled("表格的标签"):
            template = DocxTemplate(io.BytesIO())
            patched = template.patch_xml(package.parts[part].decode("utf-8"))
            filled = jinja.from_string(patched).render(words)
            package.replace(part, template.resolve_listing(filled).encode())
