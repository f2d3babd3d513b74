"""Jinja for what functions give: loops over rows, `if` on their attributes; never over facts.

Sandboxed, and held to a few constructs: no arithmetic on text, no methods. So a text of the study
can reach the page as a slot only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mmethics_cli.errors import Problem, TemplateError
from mmethics_cli.render.language import FUNCTIONS, TemplateSource
from mmethics_cli.render.printing import Printing

OBJECTS: Final = frozenset({"doc", "standard"})
_PRINTING: Final = "_printing"
_FILTERS: Final = {"length": len}
_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Call,
    nodes.Const, nodes.For, nodes.If, nodes.Filter, nodes.Compare, nodes.Operand, nodes.Not,
    nodes.And, nodes.Or, nodes.List, nodes.Keyword, nodes.CondExpr, nodes.Assign,
)  # fmt: skip


@pass_context
def _printable(context: Context, value: object) -> Markup:
    """What `{{ }}` prints: a slot or a number of ours, so nothing needs escaping after it."""
    if isinstance(value, Undefined):
        str(value)  # raises, naming what is missing
    return Markup(cast(Printing, context[_PRINTING]).print(value))


def environment() -> ImmutableSandboxedEnvironment:
    """The only Jinja environment of ours: sandboxed, without globals, tests and most filters."""
    jinja = ImmutableSandboxedEnvironment(
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    jinja.filters = dict(_FILTERS)
    jinja.globals = {}
    jinja.tests = {}
    return jinja


def compile_text(
    jinja: ImmutableSandboxedEnvironment, name: str, source: TemplateSource
) -> tuple[Template | None, list[Problem]]:
    """The program of a template's text, or what is wrong with it."""
    try:
        tree = jinja.parse(source.text)
        problems = list(_problems(tree, FUNCTIONS | OBJECTS | {"loop"}, source))
        if problems:
            return None, problems
        return Template.from_code(jinja, jinja.compile(tree, name), {}), []
    except TemplateSyntaxError as error:
        return None, [source.place(error.lineno).problem(f"模板语法错误：{error.message}")]


def run(program: Template, context: Mapping[str, object], printing: Printing) -> str:
    """The text that the program prints; raises TemplateError when a name does not exist."""
    try:
        return program.render({**context, _PRINTING: printing})
    except (UndefinedError, SecurityError) as error:
        raise TemplateError(f"模板“{program.name}”出错：{error}") from error


def _problems(node: nodes.Node, names: frozenset[str], source: TemplateSource) -> Iterator[Problem]:
    """Constructs that a template may not use, and names beside `names`, with their places."""

    def wrong(message: str) -> Problem:
        return source.place(node.lineno).problem(message)

    match node:
        case nodes.Name(name=name, ctx="load") if name not in names:
            yield wrong(f"不认识的名字“{name}”")
        case nodes.Filter(name=name) if name not in _FILTERS:
            yield wrong(f"不能用过滤器“{name}”")
        case nodes.Call(node=nodes.Name(name=name)) if name in FUNCTIONS:
            pass
        case nodes.Call():
            yield wrong("只能调用模板函数：" + "、".join(sorted(FUNCTIONS)))
        case nodes.For(target=nodes.Name(name=name)):
            names |= {name}
        case _ if not isinstance(node, _ALLOWED) or isinstance(node, nodes.For):
            yield wrong(f"模板里不能用 {type(node).__name__} 这种写法")
    yield from _siblings(node.iter_child_nodes(), names, source)


def _siblings(
    children: Iterable[nodes.Node], names: frozenset[str], source: TemplateSource
) -> Iterator[Problem]:
    """The same for siblings; a name that one of them sets may be used in those after it."""
    for child in children:
        yield from _problems(child, names, source)
        if isinstance(child, nodes.Assign) and isinstance(child.target, nodes.Name):
            names |= {child.target.name}
