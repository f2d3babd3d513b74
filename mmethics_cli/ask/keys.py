"""One key scheme for everything that is asked, and what tells a person's keys from a paste."""

from __future__ import annotations

import time
from typing import Any, Final

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import FormattedTextControl, Window

# What the terminal waits for after Esc, in seconds: an arrow key begins with the same code.
ESCAPE_WAIT: Final = 0.05
# Nobody presses two keys within this time, in seconds; a paste in several pieces does.
_BY_HAND: Final = 0.01
_TYPED_AHEAD: Final = 12  # keys
_LINE_ENDS: Final = frozenset({Keys.ControlM, Keys.ControlJ})
# No n and y: they answer yes and no.
LETTERS: Final = "123456789abcdefghijklmopqrstuvwxz"
FOOT: Final = "Esc 返回 · F1 或 ? 说明 · Ctrl-S 保存离开"
NOT_PASTED: Final = "粘贴的内容不能用来选，请按数字键选。"
TOO_SMALL: Final = "窗口太小，请拉大一些（至少 12 行、40 列）。按 Ctrl-S 保存离开。"


class Pace:
    """Tells whether a key was pressed by hand or came in the middle of a paste.

    Keys that wait together are a paste when there are many of them, or a line ends among them: a
    person who types ahead does not. `watched` off takes every key for one pressed by hand.
    """

    def __init__(self, watched: bool) -> None:
        self._watched = watched
        self._last = float("-inf")
        self._burst = False

    def watch(self, application: Application[Any]) -> None:
        """Note from now on which keys of an application arrive together."""
        processor = application.key_processor
        feed = processor.feed_multiple

        def noted(keys: list[KeyPress], first: bool = False) -> None:
            self._arrived(keys)
            feed(keys, first)

        processor.feed_multiple = noted  # type: ignore[method-assign, assignment]

    def _arrived(self, keys: list[KeyPress]) -> None:
        now = time.monotonic()
        broken = any(press.key in _LINE_ENDS for press in keys)
        several = len(keys) > 1 and (broken or len(keys) > _TYPED_AHEAD)
        self._burst = several or (now - self._last < _BY_HAND and (self._burst or broken))
        self._last = now

    def pasted(self) -> bool:
        """Whether the key that is being handled is part of a paste."""
        return self._watched and self._burst


def too_small() -> Window:
    """What stands in a window that can't show even one line of what is asked."""
    text: StyleAndTextTuples = [("bold", TOO_SMALL)]
    return Window(FormattedTextControl(text), wrap_lines=True)
