"""The layout of Chinese help pages, within 80 display columns.

A command's help is its function's docstring: paragraphs are wrapped, what follows the line 示例：
is printed as it stands.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final, get_args, get_origin

from typer._click.core import Command, Context, Parameter
from typer.core import TyperArgument, TyperGroup, TyperOption

from mmethics_cli.core.columns import pad, width, wrap

COLUMNS: Final = 80
EXAMPLES: Final = "示例："
_NAME_COLUMN: Final = 30
_METAVARS: Final = {Path: "PATH", int: "N", str: "TEXT"}


def element_type(annotation: Any) -> tuple[Any, bool]:
    """The type of a parameter's value, or of each value when it is a list of them."""
    origin: object = get_origin(annotation)
    return (get_args(annotation)[0], True) if origin is list else (annotation, False)


def name_of(param: Parameter) -> str:
    """The first column of the help: an argument's name, or an option with what it takes."""
    if isinstance(param, TyperArgument):
        return _bare(param) + ("..." if param.nargs == -1 else "")
    assert isinstance(param, TyperOption)
    # Short names first; typer keeps those of --help in a set.
    names = ", ".join(sorted(param.opts, key=lambda name: (name.startswith("--"), name)))
    return names if param.is_flag else f"{names} {_metavar(param)}"


def _bare(param: TyperArgument) -> str:
    """An argument's name without the signs of the usage line."""
    return (param.metavar or param.name.upper()).removesuffix("...").strip("[]")


def _metavar(param: TyperOption) -> str:
    if param.metavar is not None:
        return param.metavar
    described = param.type_descriptor
    if described.choices is not None:
        return "|".join(str(one.value) for one in described.choices)
    return _METAVARS.get(element_type(described.annotation)[0], "TEXT")


def _help_of(param: TyperOption | TyperArgument) -> str:
    notes = ["必需"] if param.required else []
    default = param.default
    shown = default.value if isinstance(default, Enum) else default
    if param.show_default and shown not in (None, False, [], ()) and not param.required:
        notes.append(f"默认：{shown}")
    text = param.help or ""
    return f"{text} [{'；'.join(notes)}]" if notes else text


def _table(title: str, rows: Sequence[tuple[str, str]]) -> list[str]:
    """A titled list with two columns; a long name has its text on the next line."""
    if not rows:
        return []
    first = min(max(width(name) for name, _ in rows), _NAME_COLUMN) + 2
    lines = ["", f"{title}："]
    for name, text in rows:
        parts = wrap(text, COLUMNS - first - 2)
        if width(name) + 2 > first:
            lines.append("  " + name)
        else:
            lines.append("  " + pad(name, first) + parts.pop(0))
        lines += [" " * (first + 2) + part for part in parts]
    return [line.rstrip() for line in lines]


def usage(command: Command, context: Context) -> str:
    pieces = ["[选项]"]
    for param in command.get_params(context):
        if isinstance(param, TyperArgument) and not param.hidden:
            shown = _bare(param) if param.required else f"[{_bare(param)}]"
            pieces.append(shown + ("..." if param.nargs == -1 else ""))
    if isinstance(command, TyperGroup):
        pieces.append("命令 ...")
    return f"用法：{context.command_path} {' '.join(pieces)}"


def help_page(command: Command, context: Context, commands: Sequence[tuple[str, str]] = ()) -> str:
    text, _, examples = inspect.cleandoc(command.help or command.short_help or "").partition(
        EXAMPLES
    )
    lines = [usage(command, context), ""]
    for paragraph in text.strip().split("\n\n"):
        lines += ["  " + line for line in wrap(_joined(paragraph), COLUMNS - 2)]
    params = [
        param
        for param in command.get_params(context)
        if isinstance(param, TyperOption | TyperArgument) and not param.hidden
    ]
    for title, kind in (("参数", TyperArgument), ("选项", TyperOption)):
        chosen = [param for param in params if isinstance(param, kind)]
        lines += _table(title, [(name_of(param), _help_of(param)) for param in chosen])
    lines += _table("命令", commands)
    if examples:
        lines += ["", EXAMPLES, *("  " + line for line in examples.strip("\n").split("\n"))]
    return "\n".join(line.rstrip() for line in lines)


def _joined(paragraph: str) -> str:
    """The lines of a docstring's paragraph as one; Chinese needs no space between them."""
    first, *others = (line.strip() for line in paragraph.splitlines())
    for line in others:
        first += (" " if first[-1:].isascii() and line[:1].isascii() else "") + line
    return first
