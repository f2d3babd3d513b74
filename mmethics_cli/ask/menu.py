"""Options one below the other, of which one or several are chosen; none is chosen beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.layout.dimension import Dimension

from mmethics_cli.ask.keys import FOOT, LETTERS, NOT_PASTED, Pace, too_small
from mmethics_cli.wording.columns import wrap
from mmethics_cli.wording.visible import visible

Option = tuple[str, str]  # a key and its label; a label without a key heads those below it
_PAGE: Final = 8
_NONE: Final = -1


class Menu:
    """One run of a menu; `Pressed`-like results of other keys are made by `leave`.

    `chosen` are the keys that are chosen already: the cursor stands there, else nowhere.
    `several` lets any number be chosen, by `complaint` together.
    """

    def __init__(
        self,
        message: str,
        options: Sequence[Option],
        chosen: frozenset[str],
        *,
        several: bool,
        complaint: Callable[[list[str]], str | None],
        pace: Pace,
        columns: Callable[[], int],
    ) -> None:
        self.message = message
        self.options = list(options)
        self.places = [at for at, (key, _) in enumerate(options) if key]
        self.chosen = set(chosen)
        self.several = several
        self.complaint = complaint
        self.pace = pace
        self.columns = columns
        self.note = ""
        self.cursor = _NONE
        if not several:
            keys = [options[at][0] for at in self.places]
            self.cursor = next((at for at, key in enumerate(keys) if key in chosen), _NONE)

    def application(self, more: KeyBindings, **settings: Any) -> Application[Any]:
        """The application that waits for the choice; `more` are the keys of all prompts."""
        head = Window(
            FormattedTextControl(lambda: [("bold", "\n".join(self._head()))]),
            height=lambda: Dimension(min=1, max=len(self._head()), preferred=len(self._head())),
        )
        listed = Window(
            FormattedTextControl(self._listed, get_cursor_position=None, focusable=True),
            height=lambda: Dimension(min=1, preferred=len(self._lines())),
            dont_extend_height=True,
        )
        foot = Window(
            FormattedTextControl(lambda: [("", "\n".join(self._foot()))]),
            height=lambda: Dimension.exact(len(self._foot())),
        )
        body = HSplit([head, listed, foot], window_too_small=too_small())
        for key, binding in self._own_keys().items():
            more.add(key, eager=True)(binding)
        return Application(layout=Layout(body), key_bindings=more, erase_when_done=True, **settings)

    def _own_keys(self) -> dict[str, Callable[[KeyPressEvent], None]]:
        keys: dict[str, Callable[[KeyPressEvent], None]] = {
            "up": lambda event: self._move(-1),
            "down": lambda event: self._move(1),
            "pageup": lambda event: self._move(-_PAGE),
            "pagedown": lambda event: self._move(_PAGE),
            "enter": self._take,
            "c-j": self._take,
            "c-d": self._take,
            Keys.BracketedPaste.value: self._refuse_paste,
        }
        if self.several:
            keys["space"] = self._toggle
        for at, letter in enumerate(LETTERS[: len(self.places)]):
            keys[letter] = lambda event, at=at: self._pick(event, at)  # type: ignore[misc]
        return keys

    def _move(self, step: int) -> None:
        self.note = ""
        if self.cursor == _NONE:
            self.cursor = 0 if step > 0 else len(self.places) - 1
        else:
            self.cursor = max(0, min(len(self.places) - 1, self.cursor + step))

    def _pick(self, event: KeyPressEvent, at: int) -> None:
        """A digit points at an option, or ticks it; it never leaves."""
        if self.pace.pasted():
            self.note = NOT_PASTED
            return
        self.note, self.cursor = "", at
        if self.several:
            self.chosen ^= {self.options[self.places[at]][0]}

    def _toggle(self, event: KeyPressEvent) -> None:
        if self.cursor != _NONE and not self.pace.pasted():
            self.chosen ^= {self.options[self.places[self.cursor]][0]}

    def _refuse_paste(self, event: KeyPressEvent) -> None:
        self.note = NOT_PASTED

    def _take(self, event: KeyPressEvent) -> None:
        if self.pace.pasted():
            self.note = NOT_PASTED
            return
        if self.several:
            keys = [key for key, _ in self.options if key and key in self.chosen]
            self.note = self.complaint(keys) or ""
            if not self.note:
                event.app.exit(result=keys)
        elif self.cursor == _NONE:
            self.note = "请先选一项：按数字键，或用 ↑↓ 移到那一项。"
        else:
            event.app.exit(result=self.options[self.places[self.cursor]][0])

    # What is shown.

    def _columns(self) -> int:
        return self.columns() - 1

    def _head(self) -> list[str]:
        return [
            line
            for text in visible(self.message).splitlines()
            for line in wrap(text, self._columns())
        ]

    def _foot(self) -> list[str]:
        how = "数字键或空格勾选，回车确认" if self.several else "数字键或 ↑↓ 选，回车确认"
        lines = wrap(self.note, self._columns()) if self.note else []
        return lines + wrap(f"{how} · {FOOT}", self._columns())

    def _lines(self) -> list[tuple[int, str, str]]:
        """Each line of the options: which option, its style, its text."""
        lines: list[tuple[int, str, str]] = []
        for at, (key, label) in enumerate(self.options):
            place = self.places.index(at) if key else _NONE
            here = bool(key) and place == self.cursor
            style = "reverse" if here else "bold" if not key else ""
            if not key:
                sign = ""
            else:
                letter = LETTERS[place] if place < len(LETTERS) else " "
                ticked = key in self.chosen if self.several else here
                sign = f"{'●' if ticked else '○'} {letter} "
            first, *rest = [
                line
                for text in visible(label).splitlines() or [""]
                for line in wrap(text, self._columns() - 4) or [""]
            ]
            lines.append((at, style, sign + first))
            lines += [(at, style, f"    {line}") for line in rest]
        return lines

    def _listed(self) -> StyleAndTextTuples:
        here = self.places[self.cursor] if self.cursor != _NONE else None
        shown: StyleAndTextTuples = []
        seen = False
        for at, style, text in self._lines():
            if at == here and not seen:
                shown.append(("[SetCursorPosition]", ""))
                seen = True
            shown.append((style, text))
            shown.append(("", "\n"))
        return shown[:-1]
