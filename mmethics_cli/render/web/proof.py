"""Proof of the templates of pages: each is whole, and prints only what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from jinja2 import TemplateSyntaxError, meta, nodes

from mmethics_cli.errors import Problem
from mmethics_cli.render.web.pages import FIXED, FOLDER, PAGES, page_environment

_SUFFIX: Final = ".html"


def page_problems(text_of: Callable[[str], str], names: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong in the templates of pages, each with its place.

    `text_of` gives the text of a template by its name; `names` are all that a pack has, each with
    what messages call it.
    """
    own = {name for name in names if name.startswith(FOLDER) and name.endswith(_SUFFIX)}
    trees: dict[str, nodes.Template] = {}
    for name in sorted(own):
        tree = _parsed(text_of(name), names[name])
        if isinstance(tree, Problem):
            yield tree
        else:
            trees[name] = tree
    if trees.keys() == own:
        proof = _Pages(trees, names)
        pages = {FOLDER + page: given for page, given in PAGES.items()}
        for name in sorted(own & pages.keys()):  # a pack may print no pages
            yield from proof.faults(name, pages[name] | FIXED)
        for name in sorted(own - proof.seen):
            yield Problem("没有网页用到这个模板。", names[name], fix="请核对文件名。")


def _parsed(text: str, called: str) -> nodes.Template | Problem:
    jinja = page_environment()
    try:
        jinja.compile(text)  # an unknown filter is found here only
        return jinja.parse(text)
    except TemplateSyntaxError as error:
        return Problem(f"模板语法错误：{error.message}", called, error.lineno)


class _Pages:
    """The templates of a pack's pages, by name; `seen` are those that pages were made of."""

    def __init__(self, trees: Mapping[str, nodes.Template], called: Mapping[str, str]) -> None:
        self._trees = trees
        self._called = called
        self.seen: set[str] = set()

    def faults(self, name: str, given: frozenset[str]) -> Iterator[Problem]:
        """What a template, and those that it is made of, print without being given it."""
        self.seen.add(name)
        tree, called = self._trees[name], self._called[name]
        parts = {node.target for node in tree.find_all(nodes.Import)}
        unknown = meta.find_undeclared_variables(tree) - given - parts
        for name_ in tree.find_all(nodes.Name):
            if name_.name in unknown:
                unknown.remove(name_.name)
                yield Problem(f"这一页没有“{name_.name}”可印", called, name_.lineno)
        for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            part = getattr(node, "template", None)
            other = FOLDER + str(part.value) if isinstance(part, nodes.Const) else ""
            if other not in self._trees:
                yield Problem("引用的模板不在标准包里", called, node.lineno)
            elif other not in self.seen:
                # A part that is imported sees nothing of the page.
                alone = isinstance(node, nodes.Import | nodes.FromImport)
                yield from self.faults(other, frozenset() if alone else given)
            if isinstance(node, nodes.Import) and other in self._trees:
                yield from self._macros(tree, called, node.target, self._trees[other])

    @staticmethod
    def _macros(
        tree: nodes.Template, called: str, target: str, part: nodes.Template
    ) -> Iterator[Problem]:
        """Macros that a template calls and the part does not have."""
        there = {macro.name for macro in part.find_all(nodes.Macro)}
        for node in tree.find_all(nodes.Getattr):
            named = isinstance(node.node, nodes.Name) and node.node.name == target
            if named and node.attr not in there:
                yield Problem(f"“{target}”里没有“{node.attr}”", called, node.lineno)
