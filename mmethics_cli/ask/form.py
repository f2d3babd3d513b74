"""A screen of several rows that waits for one confirmation, by keyboard only.

A row that is left alone answers nothing; what is proposed is taken only by a second confirmation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from prompt_toolkit.application import Application
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from mmethics_cli.ask.field import Draft, Field
from mmethics_cli.ask.form_layout import LETTERS, FormView
from mmethics_cli.ask.prompts import ESCAPE_WAIT, Key, Prompts
from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.interview.steps import QuestionRow, Rows
from mmethics_cli.wording.typed import PromptReader

_PAGE: Final = 8  # options


class FilledForm(Struct, frozen=True):
    """How a form was left: confirmed (`key` is None), gone back from, or gone away from.

    `values` are the answers that changed; `drafts` what was put in and not confirmed.
    """

    values: Mapping[str, Value]
    drafts: Mapping[str, Draft]
    key: Key | None = None


class Form:
    """One run of a form.

    `rows_with` gives the rows as they are with these answers; `help_on` the lines of help on a
    row; `reader` reads what is typed.
    """

    def __init__(
        self,
        prompts: Prompts,
        heading: Sequence[str],
        rows_with: Callable[[Mapping[str, Value]], Rows],
        help_on: Callable[[QuestionRow], Sequence[str]],
        reader: PromptReader,
        columns: int,
        drafts: Mapping[str, Draft] | None = None,
    ) -> None:
        self.prompts = prompts
        self.rows_with = rows_with
        self.reader = reader
        self.fields_by_path: dict[str, Field] = {}  # those too that went away again
        self.drafts = dict(drafts or {})
        self.warned: tuple[str, ...] = ()
        self.fields: list[Field] = []
        self.view = FormView(heading, help_on, columns, self._typed)
        self._refresh()

    def run(self) -> FilledForm:
        """Wait for the person; Ctrl-C and a closed terminal keep what is valid."""
        self.prompts.need_terminal()
        application: Application[Key | None] = Application(
            layout=self.view.layout(),
            key_bindings=self._keys(),
            style=self.view.style(),
            erase_when_done=True,
            input=self.prompts.input,
            output=self.prompts.output,
        )
        application.ttimeoutlen = application.timeoutlen = ESCAPE_WAIT
        try:
            key = application.run()
        except (KeyboardInterrupt, EOFError):
            key = Key.LEAVE
        fields = self.fields_by_path.items()
        drafts = {path: field.draft for path, field in fields if field.touched}
        return FilledForm(self._values(taken=key is None), drafts, key)

    def _values(self, *, taken: bool) -> dict[str, Value]:
        """The changed answers that are valid, with the proposals once they are `taken`."""
        values: dict[str, Value] = {}
        for field in self.fields:
            if field.complaint() is None and field.changed():
                values[field.row.path] = field.value()
            elif taken and field.proposal is not UNKNOWN:
                values[field.row.path] = field.proposal
        return values

    def _refresh(self) -> None:
        """Bring the rows up to date with the answers: some may appear, others go."""
        rows = self.rows_with({})
        answers: dict[str, Value] = {}
        for _ in range(len(rows) + 1):
            for row in rows:
                field = self.fields_by_path.get(row.path)
                if field is None:
                    draft = self.drafts.pop(row.path, Draft())
                    field = self.fields_by_path[row.path] = Field(row, self.reader, draft)
                field.row = row
            self.fields = [self.fields_by_path[row.path] for row in rows]
            before, answers = answers, self._values(taken=False)
            if answers == before:
                break
            rows = self.rows_with(answers)
        self.view.show(self.fields)

    def _typed(self, field: Field, text: str) -> None:
        field.type(text)
        self._refresh()

    def _confirm(self, event: KeyPressEvent) -> None:
        wrong = next((field for field in self.fields if field.complaint()), None)
        if wrong is not None:
            self.view.go_to(wrong)
            self.view.note = wrong.complaint() or ""
            return
        open_ = [field for field in self.fields if field.unanswered]
        proposed = [field for field in self.fields if field.proposal is not UNKNOWN]
        asked = tuple(field.row.path for field in (*open_, *proposed))
        if not asked or self.warned == asked:
            event.app.exit(result=None)
            return
        self.warned = asked
        notes = []
        if open_:
            notes.append(f"还有 {len(open_)} 项没有答，先空着就不作回答")
        if proposed:
            notes.append(f"有 {len(proposed)} 项是建议值（带 * 号），确认才采用，不要的按 Delete")
        self.view.note = f"{'；'.join(notes)}。再按一次 Ctrl-D 就这样确认。"
        self.view.go_to((open_ or proposed)[0])

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        def on(*names: str, eager: bool = True) -> Callable[[Any], Any]:
            def add(handler: Callable[[KeyPressEvent], None]) -> Callable[[KeyPressEvent], None]:
                for name in names:
                    keys.add(name, eager=eager)(handler)
                return handler

            return add

        on("up", "s-tab")(lambda event: self.view.move(-1))
        on("down", "tab")(lambda event: self.view.move(1))
        on("escape", "c-b")(lambda event: event.app.exit(result=Key.BACK))
        on("c-c")(lambda event: event.app.exit(result=Key.LEAVE))
        on("c-d")(self._confirm)
        on("f1")(lambda event: self.view.toggle_help())
        on("enter", "c-j")(self._enter)  # c-j: typed ahead, before the terminal is raw
        self._add_picking(keys)
        return keys

    def _enter(self, event: KeyPressEvent) -> None:
        field = self.view.focused()
        if field is None:
            self._confirm(event)
        else:
            if self.view.pointing and not field.written and field.question.type != "choices":
                self._pick(field.cursor)
            self.view.move(1)

    def _add_picking(self, keys: KeyBindings) -> None:
        picking, writing_empty = self.view.picking, self.view.not_writing
        for name, step in (("left", -1), ("right", 1), ("pageup", -_PAGE), ("pagedown", _PAGE)):
            keys.add(name, filter=picking)(lambda event, step=step: self.view.point(step))
        keys.add("space", filter=picking)(lambda event: self._pick(None))
        for at, letter in enumerate(LETTERS):
            keys.add(letter, filter=picking)(lambda event, at=at: self._pick(at, on=True))
        for letter, key in (("y", "yes"), ("n", "no")):
            keys.add(letter, filter=picking)(lambda event, key=key: self._pick_key(key))
        for name in ("delete", "backspace"):
            keys.add(name, filter=self.view.clearable)(lambda event: self._clear())
        for mark in ("?", "？"):
            keys.add(mark, filter=writing_empty)(lambda event: self.view.toggle_help())

    def _pick_key(self, key: str) -> None:
        field = self.view.focused()
        keys = [] if field is None else [option for option, _ in field.options]
        if key in keys:
            self._pick(keys.index(key), on=True)

    def _pick(self, at: int | None, on: bool = False) -> None:
        """Pick an option of the focused row; one choice picked by its number leads `on`."""
        field = self.view.focused()
        if field is None or (at is not None and at >= len(field.options)):
            return
        field.pick(field.cursor if at is None else at)
        if field.written:
            self.view.reset(field)
        self._refresh()
        if on and field.question.type != "choices" and not field.written:
            self.view.move(1)

    def _clear(self) -> None:
        field = self.view.focused()
        if field is not None:
            field.clear()
            self.view.reset(field)
            self._refresh()
