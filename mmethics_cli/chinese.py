"""Typer in Chinese: commands and groups whose help, usage and parser errors are Chinese."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, Final, get_args, get_origin

import typer

# Typer vendors click and exports only some of its names.
from typer._click.core import Command, Context, Parameter
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer._coercion import RuntimeParam
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from mmethics_cli.wording.columns import COLUMNS, indented, pad, width, wrap

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
        return "|".join(str(choice.value) for choice in described.choices)
    return _METAVARS.get(element_type(described.annotation)[0], "TEXT")


def _help_of(param: TyperOption | TyperArgument) -> str:
    notes = ["必需"] if param.required else []
    default = param.default
    shown = default.value if isinstance(default, Enum) else default
    if param.show_default and shown not in (None, False, "", [], ()) and not param.required:
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
        lines += indented(_joined(paragraph), 2)
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


HELP_SETTINGS: Final = {"help_option_names": ["--help", "-h"]}


class _Plain(RuntimeParam):
    """Typer's own conversion loads pydantic, which doubles the start of every command."""

    def _coerce_value(self, value: Any, param: Any, ctx: Context) -> Any:
        kind, several = element_type(self.annotation)
        return [_converted(kind, part) for part in value] if several else _converted(kind, value)


def _converted(kind: type, value: Any) -> Any:
    if isinstance(value, kind):
        return value
    if issubclass(kind, Enum):
        keys = [str(choice.value) for choice in kind]
        if value not in keys:
            raise BadParameter(f"不能是“{value}”，可选：{'、'.join(keys)}")
    elif kind is int:
        # Loaded late: help knows no values.
        from mmethics_cli.core.conditions.written import parse_int

        number = parse_int(value)
        if number is None:
            raise BadParameter(f"应是整数，现在是“{value}”")
        return number
    elif kind is Path and not value:
        raise BadParameter("不能是空的")
    return kind(value)


def _prepare(params: Iterable[Parameter]) -> None:
    for param in params:
        if isinstance(param, TyperOption | TyperArgument):
            described = param.type_descriptor
            param._runtime_param = _Plain(described.parameter_info, described.annotation)


def _refuse_rest(context: Context, rest: list[str]) -> None:
    if rest and not context.resilient_parsing:
        raise UsageError(f"多余的参数：{' '.join(rest)}", context)


class ChineseCommand(TyperCommand):
    """A command whose help and errors are Chinese and whose parameters need no pydantic."""

    # Typer would refuse leftover arguments in English; `parse_args` does.
    allow_extra_args = True

    def __init__(self, name: str | None, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        _prepare(self.params)

    def get_help(self, ctx: Context) -> str:
        return help_page(self, ctx)

    def get_usage(self, ctx: Context) -> str:
        return usage(self, ctx)

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        return _chinese_help_option(super().get_help_option(ctx))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        _refuse_rest(ctx, rest)
        return rest


class ChineseGroup(TyperGroup):
    """A group of commands, in Chinese like them; called without any it shows its help.

    One that does something by itself (`invoke_without_command`) does that instead.
    """

    def __init__(self, **attributes: Any) -> None:
        attributes["no_args_is_help"] = not attributes.get("invoke_without_command")
        super().__init__(**attributes)
        _prepare(self.params)

    def summaries(self, ctx: Context) -> list[tuple[str, str]]:
        """The commands and what each does, in one line."""
        return [(name, command.get_short_help_str()) for name, command in self.commands.items()]

    def get_help(self, ctx: Context) -> str:
        return help_page(self, ctx, self.summaries(ctx))

    def get_usage(self, ctx: Context) -> str:
        return usage(self, ctx)

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        return _chinese_help_option(super().get_help_option(ctx))

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None:
            near = get_close_matches(name, self.list_commands(ctx), 1)
            hint = f"是不是“{near[0]}”？" if near else f"可用：{'、'.join(self.list_commands(ctx))}"
            raise UsageError(f"没有“{name}”这个命令。{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Context) -> Any:
        if not ctx._protected_args and not self.invoke_without_command:
            raise UsageError("缺少命令。", ctx)
        return super().invoke(ctx)


class LazyGroup(ChineseGroup):
    """A group whose commands are loaded when they are called: help must not load them all.

    `lines` says what each does, in one line; `folder` is the package where each has its module,
    with a Typer app called `app` or a function of the command's name. An app whose module has
    lines of its own (`VERBS`) is such a group too.
    """

    lines: Mapping[str, str]
    folder: str

    def list_commands(self, ctx: Context) -> list[str]:
        return list(self.lines)

    def summaries(self, ctx: Context) -> list[tuple[str, str]]:
        return list(self.lines.items())

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        if cmd_name not in self.lines:
            return None
        if cmd_name not in self.commands:
            module = import_module(f"{self.folder}.{cmd_name}")
            source = getattr(module, "app", None) or getattr(module, cmd_name)
            if verbs := getattr(module, "VERBS", None):
                members = {"lines": verbs, "folder": module.__name__}
                source.info.cls = type("Verbs", (LazyGroup,), members)
            self.commands[cmd_name] = build(cmd_name, source, self.lines[cmd_name])
        return self.commands[cmd_name]


def _chinese_help_option(option: TyperOption | None) -> TyperOption | None:
    if option is not None:
        option.help = "显示这份说明"
        # The help option is made late, so it is prepared late too.
        _prepare([option])
    return option


def explain(error: UsageError) -> str:
    """What was wrong with the call, and where its help is."""
    if isinstance(error, NoArgsIsHelpError):
        return error.message
    lines = [f"错误：{_reason(error)}"]
    if error.ctx is not None:
        lines += [usage(error.ctx.command, error.ctx), f"说明：{error.ctx.command_path} --help"]
    return "\n".join(lines)


def _reason(error: UsageError) -> str:
    match error:
        case MissingParameter(param=TyperArgument() as param):
            return f"缺少参数 {name_of(param)}。"
        case MissingParameter(param=TyperOption() as param):
            return f"缺少必需的选项 {name_of(param)}。"
        case BadParameter(param=TyperOption() | TyperArgument() as param):
            name = param.opts[0] if isinstance(param, TyperOption) else name_of(param)
            return f"{name} {error.message}。"
        case NoSuchOption():
            near = "、".join(f"“{name}”" for name in error.possibilities or ())
            return f"没有“{error.option_name}”这个选项。" + (f"是不是{near}？" if near else "")
        case BadOptionUsage() if "requires" in error.message:
            return f"选项 {error.option_name} 后面要有一个值。"
        case BadOptionUsage():
            return f"选项 {error.option_name} 不带值。"
    return error.message


def build(name: str, source: Any, short_help: str) -> Command:
    """A Chinese command of a function with Typer's annotations, or the group of a Typer app."""
    if isinstance(source, typer.Typer):
        app = source
        app.info.name = name
        if not (isinstance(app.info.cls, type) and issubclass(app.info.cls, ChineseGroup)):
            app.info.cls = ChineseGroup
        app.info.context_settings = dict(HELP_SETTINGS)
    else:
        app = typer.Typer()
        app.command(name, short_help=short_help)(source)
    for command in app.registered_commands:
        command.cls, command.context_settings = ChineseCommand, dict(HELP_SETTINGS)
    # Neither a shell's completion nor coloured help: both are English.
    app._add_completion, app.rich_markup_mode = False, None
    return typer.main.get_command(app)
