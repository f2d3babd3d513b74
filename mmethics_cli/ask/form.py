"""A screen of several rows that waits for one confirmation, by keyboard only.

A row that is left alone answers nothing; what is proposed is taken only by a second confirmation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec import Struct
from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from mmethics_cli.ask.editor import Edited
from mmethics_cli.ask.field import Draft, Field
from mmethics_cli.ask.form_layout import FormView
from mmethics_cli.ask.keys import ESCAPE_WAIT, LETTERS, NOT_PASTED
from mmethics_cli.ask.prompts import Key, Prompts
from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.interview.steps import QuestionRow, Rows
from mmethics_cli.wording.typed import PromptReader
from mmethics_cli.wording.values import prompt_text

_PAGE: Final = 8  # options
_ROUNDS: Final = 40  # an answer may bring a row, whose answer brings another


class FilledForm(Struct, frozen=True):
    """How a form was left: confirmed (`key` is None), gone back from, or gone away from.

    `values` are the answers that changed; `drafts` what was put in and not confirmed; `another`
    says that one more entry of the list is wanted.
    """

    values: Mapping[str, Value]
    drafts: Mapping[str, Draft]
    key: Key | None = None
    another: bool = False


class Form:
    """One run of a form.

    `rows_with` gives the rows as they are with these answers; `help_on` the lines of help on a
    row; `reader` reads what is typed; `editor` opens a long text in the person's own editor;
    `first` is the path of the row to begin at; `entry`: it is about an entry of a list; `together`
    is an option that Ctrl-A picks in every row that had the focus and has no answer; `readers_of`
    says who reads the text that a row asks for.
    """

    def __init__(
        self,
        prompts: Prompts,
        heading: Sequence[str],
        rows_with: Callable[[Mapping[str, Value]], Rows],
        help_on: Callable[[QuestionRow], Sequence[str]],
        reader: PromptReader,
        editor: Callable[[str], Edited],
        drafts: Mapping[str, Draft] | None = None,
        first: str = "",
        entry: bool = False,
        together: str = "",
        readers_of: Callable[[QuestionRow], str] = lambda _: "",
    ) -> None:
        self.together = together
        self.prompts = prompts
        self.rows_with = rows_with
        self.reader = reader
        self.editor = editor
        self.another = False
        self.pace = prompts.pace()
        self.fields_by_path: dict[str, Field] = {}  # those too that went away again
        self.drafts = dict(drafts or {})
        self.warned: tuple[str, ...] = ()
        self.fields: list[Field] = []
        self.view = FormView(
            heading, help_on, self._typed, prompts.size, entry=entry, readers_of=readers_of
        )
        self._refresh()
        for field in self.fields:
            if field.row.path == first:
                self.view.go_to(field)

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
        self.pace.watch(application)
        try:
            key = application.run()
        except (KeyboardInterrupt, EOFError):
            key = Key.LEAVE
        fields = self.fields_by_path.items()
        drafts = {path: field.draft for path, field in fields if field.touched}
        return FilledForm(self._values(taken=key is None), drafts, key, self.another)

    def _values(self, *, taken: bool) -> dict[str, Value]:
        """The changed answers that are valid, with the proposals once they are `taken`."""
        values: dict[str, Value] = {}
        for field in self.fields:
            if field.complaint() is None and field.changed():
                values[field.row.path] = field.value()
            elif taken and field.proposal is not UNKNOWN and self._was_read(field):
                values[field.row.path] = field.proposal
        return values

    def _was_read(self, field: Field) -> bool:
        """Whether a proposal was on the screen: of a long text, once it had the focus."""
        return not field.question.long or field.row.path in self.view.seen

    def _refresh(self) -> None:
        """Bring the rows up to date with the answers: some may appear, others go."""
        rows = self.rows_with({})
        answers: dict[str, Value] = {}
        for _ in range(_ROUNDS):
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
        self.another = False
        self.warned = asked
        notes = []
        if open_:
            notes.append(f"还有 {len(open_)} 项没有答，先空着就不作回答")
        if proposed:
            notes.append(f"有 {len(proposed)} 项是建议值（带 * 号），确认才采用，不要的按 Delete")
        if unread := sum(not self._was_read(field) for field in proposed):
            notes.append(f"其中 {unread} 段还没有移到过，没有看的不采用")
        self.view.note = f"{'；'.join(notes)}。再按一次就这样确认。"
        self.view.go_to((open_ or proposed)[0])

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        def on(*names: str, eager: bool = True) -> Callable[[Any], Any]:
            def add(handler: Callable[[KeyPressEvent], None]) -> Callable[[KeyPressEvent], None]:
                for name in names:
                    keys.add(name, eager=eager)(handler)
                return handler

            return add

        on("up")(lambda event: self._vertical(event, -1))
        on("down")(lambda event: self._vertical(event, 1))
        on("s-tab")(lambda event: self.view.move(-1))
        on("tab")(lambda event: self.view.move(1))
        on("escape")(lambda event: event.app.exit(result=Key.BACK))
        on("c-s", "c-c")(lambda event: event.app.exit(result=Key.LEAVE))
        on("c-d")(self._confirm)
        on("c-n")(self._confirm_and_add)
        on("c-e")(self._edit)
        on("c-y")(lambda event: self._take_over())
        on("c-a")(lambda event: self._pick_together())
        on("f1")(lambda event: self.view.toggle_help())
        on("enter", "c-j")(self._enter)  # c-j: typed ahead, before the terminal is raw
        self._add_picking(keys)
        return keys

    def _take_over(self) -> None:
        """The proposal of the focused text into its row, to be changed there."""
        field = self.view.focused()
        if field is not None and field.written and field.proposal is not UNKNOWN:
            field.type(prompt_text(field.question, field.proposal))
            self.view.reset(field)
            self._refresh()

    def _pick_together(self) -> None:
        """The same option in every row whose words were shown and that has no answer."""
        for field in self.fields if self.together else ():
            keys = [key for key, _ in field.options]
            if field.unanswered and field.row.path in self.view.seen and self.together in keys:
                field.pick(keys.index(self.together))
        self._refresh()

    def _confirm_and_add(self, event: KeyPressEvent) -> None:
        if self.view.entry:
            self.another = True
            self._confirm(event)

    def _vertical(self, event: KeyPressEvent, step: int) -> None:
        """Within what lies vertically: the lines of a text, options one a line; else the rows."""
        field = self.view.focused()
        if field is not None and field.long and not self.view.at_edge(step):
            buffer = event.current_buffer
            (buffer.cursor_up if step < 0 else buffer.cursor_down)()
        elif not (field is not None and self.view.stacked(field) and self.view.point(step)):
            self.view.move(step)

    def _edit(self, event: KeyPressEvent) -> None:
        """A long text in the person's own editor; the form stands there again afterwards."""
        field = self.view.focused()
        if field is None or not field.long:
            return

        def edit() -> None:
            edited = self.editor(field.text)
            self.view.note = edited.trouble
            field.type(edited.text)
            self.view.reset(field)

        run_in_terminal(edit)

    def _enter(self, event: KeyPressEvent) -> None:
        field = self.view.focused()
        if field is not None and field.written and (field.long or self.pace.pasted()):
            event.current_buffer.insert_text("\n")
        elif self.pace.pasted():
            self.view.note = NOT_PASTED
        elif field is None:
            self._confirm(event)
        else:
            if self.view.pointing and not field.written and field.question.type != "choices":
                self._pick(field.cursor)
            self.view.move(1)

    def _add_picking(self, keys: KeyBindings) -> None:
        picking, writing_empty = self.view.picking, self.view.not_writing

        def on(name: str, act: Callable[[], None]) -> None:
            def by_hand(event: KeyPressEvent) -> None:
                if self.pace.pasted():
                    self.view.note = NOT_PASTED
                else:
                    act()

            keys.add(name, filter=picking)(by_hand)

        for name, step in (("left", -1), ("right", 1), ("pageup", -_PAGE), ("pagedown", _PAGE)):
            keys.add(name, filter=picking)(lambda event, step=step: self.view.point(step))
        on("space", lambda: self._pick(None))
        for at, letter in enumerate(LETTERS):
            on(letter, partial(self._pick, at))
        for letter, key in (("y", "yes"), ("n", "no")):
            on(letter, partial(self._pick_key, key))
        keys.add(Keys.BracketedPaste, filter=picking)(lambda event: self._refuse_paste())
        for name in ("delete", "backspace"):
            keys.add(name, filter=self.view.clearable)(lambda event: self._clear())
        for mark in ("?", "？"):
            keys.add(mark, filter=writing_empty)(lambda event: self.view.toggle_help())

    def _refuse_paste(self) -> None:
        self.view.note = NOT_PASTED

    def _pick_key(self, key: str) -> None:
        field = self.view.focused()
        keys = [] if field is None else [option for option, _ in field.options]
        if key in keys:
            self._pick(keys.index(key))

    def _pick(self, at: int | None) -> None:
        """Pick an option of the focused row, that under the cursor if none is given."""
        field = self.view.focused()
        if field is None or not 0 <= (field.cursor if at is None else at) < len(field.options):
            return
        self.view.note = ""
        field.pick(field.cursor if at is None else at)
        if field.written:
            self.view.reset(field)
        self._refresh()

    def _clear(self) -> None:
        field = self.view.focused()
        if field is not None:
            field.clear()
            self.view.reset(field)
            self._refresh()
