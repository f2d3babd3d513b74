"""Colour for people at a terminal: the words that carry weight stand out; text is never markup."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.highlighter import RegexHighlighter
from rich.theme import Theme

_THEME: Final = Theme(
    {
        "mm.error": "bold red",
        "mm.warning": "yellow",
        "mm.note": "cyan",
        "mm.heading": "bold",
        "mm.open": "yellow",
        "mm.place": "dim",
    }
)


class _Weight(RegexHighlighter):
    base_style = "mm."
    highlights = [
        r"(?m)^(?P<heading>\S+ \d+ 项(?:（.*）)?|［.+］\d+ 项)$",
        r"(?P<error>错误 \d+ 项)",
        r"(?P<warning>警告 \d+ [项条]|(?<=· )警告)",
        r"(?P<note>提示 \d+ 项)",
        r"(?P<error>还不齐全)",
        r"(?m)^(?P<heading>[^\s：（]{2,24})：",
        r"(?P<open>（暂定[^）]*）|（待核）|待核)",
        r"(?m)^ +(?P<place>位置：.*|依据：.*)$",
    ]


def show(text: str) -> None:
    """Print text on the terminal as it stands, wide lines unbroken."""
    console = Console(theme=_THEME, highlighter=_Weight(), markup=False, emoji=False)
    console.print(text, soft_wrap=True)
