"""How a form looks: a line a row, the help on the focused row below, within any width."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import (
    BufferControl,
    DynamicContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    ScrollablePane,
    VerticalAlign,
    VSplit,
    Window,
)
from prompt_toolkit.layout.containers import AnyContainer
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.styles import Style

from mmethics_cli.ask.field import HOLDS, Field
from mmethics_cli.ask.keys import FOOT, LETTERS, too_small
from mmethics_cli.core.conditions.values import UNKNOWN
from mmethics_cli.core.interview.steps import QuestionRow
from mmethics_cli.core.standard.answers import NOT_APPLICABLE_WORD
from mmethics_cli.wording.columns import width, wrap
from mmethics_cli.wording.values import TAGS, brief_text, prompt_text
from mmethics_cli.wording.visible import visible

_MOST_OPTIONS: Final = 10
_FEWEST_OPTIONS: Final = 2
_OTHER_LINES: Final = 7  # heading, one row, the keys
_RULE: Final = 60
_GAP: Final = "   "
_KEYS: Final = f"Ctrl-D 确认 · {FOOT}"
_ANOTHER: Final = "Ctrl-N 确认并再添一项"
# Below this width a row's label stands on a line of its own.
_BESIDE: Final = 60
_INDENT: Final = 4  # of a value below its label
_ANY: Final = 10_000  # lines
_MOST_LINES: Final = 4
_MOST_LONG: Final = 8
_STYLE: Final = Style.from_dict(
    {"focused": "bold", "open": "ansiyellow", "note": "bold", "picked": "reverse"}
)

Line = StyleAndTextTuples


def panel(
    field: Field | None,
    columns: int,
    note: str,
    help_on: Callable[[QuestionRow], Sequence[str]] | None,
    pointing: bool,
    entry: bool = False,
    rows: int = _ANY,
    readers: str = "",
) -> list[Line]:
    """The lines below the rows; `pointing` shows which option the cursor is on.

    `readers` says who reads the text that is asked for. `entry`: the rows are of an entry of a
    list, to which another may be added. In a window of few `rows` fewer of the options are shown
    at a time.
    """
    lines: list[Line] = [_line("─" * min(columns, _RULE))]
    if field is not None:
        question = field.question
        asked = f"{question.prompt or question.label}［{TAGS[field.row.reason]}］"
        asked += f"（{readers}）" if readers else ""
        lines += map(_line, wrap(asked, columns))
        if field.proposal is not UNKNOWN:
            taken = "（Ctrl-Y 取来修改）" if field.written else ""
            lines += map(_line, wrap(f"* 建议值：{field.row.why}。{taken}", columns))
            lines += _proposed_words(field, columns)
        elif field.row.why and (field.unanswered or field.holds is not UNKNOWN):
            lines += map(_line, wrap(f"（{field.row.why}）", columns))
        if field.options and not field.written:
            most = max(_FEWEST_OPTIONS, min(_MOST_OPTIONS, rows - len(lines) - _OTHER_LINES))
            lines += _options(field, columns, pointing, most)
        wrong = field.complaint() if field.draft.text and not note else None
        if wrong:
            lines += [_line(text, "class:note") for text in wrap(wrong, columns)]
        if help_on is not None:
            lines += [_line(f"  {text}") for text in help_on(field.row)]
    if note:
        lines += [_line(text, "class:note") for text in wrap(note, columns)]
    keys = f"{_keys(field)} · {_ANOTHER}" if entry else _keys(field)
    return lines + [_line(text) for text in wrap(keys, columns)]


def _proposed_words(field: Field, columns: int) -> Iterator[Line]:
    """What a long text proposes, as much as can be read at a glance; Ctrl-Y shows all of it."""
    if field.question.long:
        lines = wrap(prompt_text(field.question, field.proposal), columns - 2)
        for text in lines[:_MOST_LONG]:
            yield _line(f"  {text}")
        if len(lines) > _MOST_LONG:
            yield _line(f"  ……（共 {len(lines)} 行，Ctrl-Y 取来看全文）")


def _line(text: str, style: str = "") -> Line:
    return [(style, visible(text))]


def _keys(field: Field | None) -> str:
    if field is None:
        return f"回车或 {_KEYS}"
    if field.options and not field.written:
        chosen = "数字键勾选" if field.question.type == "choices" else "数字键选"
        return f"{chosen}（或移到那一项按空格），回车到下一行 · {_KEYS}"
    if field.long:
        return f"可写多行，Tab 到下一行，Ctrl-E 用编辑器写 · {_KEYS}"
    if field.question.may_not_apply:
        return f"{NOT_APPLICABLE_WORD}写“{NOT_APPLICABLE_WORD}：理由” · {_KEYS}"
    return _KEYS


def _options(field: Field, columns: int, pointing: bool, most: int) -> Iterator[Line]:
    """Options beside one another where they fit, else one a line, around the cursor."""
    parts = list(_marked(field, pointing))
    if not are_stacked(field, columns):
        line: Line = []
        for style, text in parts:
            line += [(style, text), ("", _GAP)]
        yield line
        return
    first = 0
    if len(parts) > most:
        first = max(0, min(field.cursor - most // 2, len(parts) - most))
    for style, text in parts[first : first + most]:
        yield from (_line(part, style) for part in wrap(text, columns))
    if len(parts) > most:
        yield _line(f"（第 {first + 1} 到 {first + most} 项，共 {len(parts)} 项，↑↓ 翻看）")


def are_stacked(field: Field, columns: int) -> bool:
    """Whether the options stand one below the other: they do not fit beside one another."""
    return width(_GAP.join(text for _, text in _marked(field, False))) > columns


def _marked(field: Field, pointing: bool) -> Iterator[tuple[str, str]]:
    chosen = field.picks
    for at, (key, label) in enumerate(field.options):
        number = LETTERS[at] if at < len(LETTERS) else " "
        style = "class:picked" if pointing and at == field.cursor else ""
        yield style, f"{'●' if key in chosen else '○'} {number} {label}"


class FormView:
    """The windows of a form; keeps which row has the focus.

    `typed` is told when the text of a row changes; `size` is that of the terminal as it is now;
    `entry`: the rows are of an entry of a list.
    """

    def __init__(
        self,
        heading: Sequence[str],
        help_on: Callable[[QuestionRow], Sequence[str]],
        typed: Callable[[Field, str], None],
        size: Callable[[], Size],
        *,
        entry: bool = False,
        readers_of: Callable[[QuestionRow], str] = lambda _: "",
    ) -> None:
        self.text = heading
        self.readers_of = readers_of
        self.help_on = help_on
        self.entry = entry
        self.typed = typed
        self.size = size
        self.note = ""
        self.helping = False
        # Whether the person moved along the options of the focused row.
        self.pointing = False
        self.fields: list[Field] = []
        self.seen: set[str] = set()  # paths of rows that had the focus
        # By the path of a row: to write its text on, and to show what was picked.
        self._windows: dict[str, tuple[Window, Window]] = {}
        # By the same path: how the row looked, and its windows laid out so.
        self._rows: dict[str, tuple[object, AnyContainer]] = {}
        self._at = 0
        self._laid: Layout | None = None
        self._button = Window(
            FormattedTextControl(self._button_text, focusable=True, show_cursor=False), height=1
        )
        self.picking = Condition(self._picking)
        self.not_writing = Condition(self._not_writing)
        self.clearable = Condition(self._clearable)

    def show(self, fields: list[Field]) -> None:
        """Show these rows; the focus stays on its row where that is still there."""
        focused = self.focused()
        self.fields = list(fields)
        if focused in self.fields:
            self._at = self.fields.index(focused)
        self._at = min(self._at, len(self.fields))
        self._focus()

    def layout(self) -> Layout:
        body = HSplit(
            [
                Window(
                    FormattedTextControl(lambda: [("class:focused", "\n".join(self.heading))]),
                    height=lambda: Dimension.exact(len(self.heading)),
                ),
                ScrollablePane(
                    DynamicContainer(self._body),
                    height=self._body_height,
                    show_scrollbar=Condition(self._scrolls),
                ),
                Window(
                    FormattedTextControl(self._below),
                    height=lambda: Dimension.exact(len(self._panel())),
                ),
            ],
            align=VerticalAlign.TOP,
            window_too_small=too_small(),
        )
        self._laid = Layout(body)
        self._focus()
        return self._laid

    def style(self) -> Style:
        return _STYLE

    def focused(self) -> Field | None:
        """The row that has the focus; None on the button below them."""
        return self.fields[self._at] if self._at < len(self.fields) else None

    def move(self, step: int) -> None:
        """The focus to the next row or the one before."""
        self._at = max(0, min(len(self.fields), self._at + step))
        self.note, self.pointing = "", False
        self._focus()

    def go_to(self, field: Field) -> None:
        self._at = self.fields.index(field)
        self._focus()

    def point(self, step: int) -> bool:
        """Along the options of the focused row; whether there is one in that direction."""
        field = self.focused()
        moved = field is not None and field.point(step)
        self.pointing = self.pointing or moved
        return moved

    def stacked(self, field: Field) -> bool:
        """Whether the row's options lie one below the other."""
        return not field.written and are_stacked(field, self.columns - 1)

    def at_edge(self, step: int) -> bool:
        """Whether the cursor is on the first or the last line of the focused text."""
        field = self.focused()
        control = None if field is None else self._window(field).content
        if not isinstance(control, BufferControl):
            return True
        document = control.buffer.document
        last = 0 if step < 0 else document.line_count - 1
        return document.cursor_position_row == last

    @property
    def columns(self) -> int:
        """The width of the terminal as it is now."""
        return self.size().columns

    @property
    def heading(self) -> list[str]:
        return [line for text in self.text for line in wrap(text, self.columns - 1)]

    def toggle_help(self) -> None:
        self.helping = not self.helping

    def reset(self, field: Field) -> None:
        """The row's text again as the field has it."""
        if windows := self._windows.get(field.row.path):
            control = windows[0].content
            if isinstance(control, BufferControl):
                control.buffer.set_document(Document(field.text, len(field.text)))

    def _picking(self) -> bool:
        field = self.focused()
        return field is not None and not field.written

    def _not_writing(self) -> bool:
        field = self.focused()
        return field is None or not field.written or not field.text

    def _clearable(self) -> bool:
        """Delete takes back a pick, a proposal, or the empty reason of 不适用."""
        field = self.focused()
        if field is None:
            return False
        if field.options:
            return not field.written or field.text in (
                "",
                NOT_APPLICABLE_WORD,
                f"{NOT_APPLICABLE_WORD}：",
            )
        return field.proposal is not UNKNOWN

    def _focus(self) -> None:
        if self._laid is not None:
            field = self.focused()
            self.seen |= set() if field is None else {field.row.path}
            self._laid.focus(self._button if field is None else self._window(field))

    def _window(self, field: Field) -> Window:
        """The window of a row: its text to write on, or what was picked."""
        if field.row.path not in self._windows:
            buffer = Buffer(
                document=Document(field.text, len(field.text)),
                multiline=field.question.long,
                on_text_changed=lambda buffer: self.typed(field, buffer.text),
            )
            height = Dimension(min=1, max=_MOST_LONG if field.question.long else _MOST_LINES)
            writing = Window(
                BufferControl(buffer, input_processors=[]),
                height=height,
                wrap_lines=True,
                dont_extend_height=True,
            )
            said = FormattedTextControl(
                lambda: self._said(field), focusable=True, show_cursor=False
            )
            picking = Window(said, height=height, wrap_lines=True, dont_extend_height=True)
            self._windows[field.row.path] = (writing, picking)
        writing, picking = self._windows[field.row.path]
        return writing if field.written else picking

    def _body(self) -> HSplit:
        beside = self._label_columns()
        return HSplit([*(self._row(field, beside) for field in self.fields), self._button])

    def _body_height(self) -> Dimension:
        """As many lines as the rows need; fewer where the terminal has no more."""
        lines = self._body().preferred_height(self.columns, _ANY).preferred
        return Dimension(min=1, preferred=lines, max=lines)

    def _scrolls(self) -> bool:
        others = len(self.heading) + len(self._panel())
        return self._body_height().preferred + others > self.size().rows

    def _row(self, field: Field, beside: int | None) -> AnyContainer:
        """The row as it looks now; kept while it looks so, for every key asks for all rows."""
        here = field is self.focused()
        label = f"{'*' if field.proposal is not UNKNOWN else ''}{field.question.label}"
        style = "class:focused" if here else "class:open" if field.unanswered else ""
        window, before = self._window(field), self._before(field)
        look = (self.columns, beside, here, label, style, before, id(window))
        kept = self._rows.get(field.row.path)
        if kept is None or kept[0] != look:
            lines = wrap(label, (beside or self.columns) - 3)
            text = f"{'›' if here else ' '} " + "\n  ".join(lines)
            head = self._fixed(lambda: [(style, text)], lines, beside)
            kept = self._rows[field.row.path] = (look, self._laid_out(head, before, window, beside))
        return kept[1]

    def _laid_out(
        self, head: Window, before: str, window: Window, beside: int | None
    ) -> AnyContainer:
        """The window of a row behind its label, or below it, and behind what stands `before`.

        The window's width is said to the column, for else prompt_toolkit tries one after the
        other, at every key; a scroll bar takes one.
        """
        taken = _INDENT if beside is None else beside
        value: list[AnyContainer] = []
        if before:
            value.append(self._fixed(lambda: [("", before)], [before], width(before) + 1))
            taken += width(before) + 1
        rest = max(1, self.columns - taken - 1)
        value.append(HSplit([window], width=Dimension.exact(rest)))
        if beside is not None:
            return VSplit([head, *value])
        return HSplit([head, VSplit([Window(width=_INDENT, height=1), *value])])

    def _label_columns(self) -> int | None:
        """The columns of the labels; None where they stand above their rows."""
        if self.columns < _BESIDE:
            return None
        longest = max((width(field.question.label) for field in self.fields), default=0)
        return min(longest + 5, self.columns * 2 // 5)

    def _before(self, field: Field) -> str:
        """The proposal, or what holds, that a text in the row would replace; else ''."""
        held = field.holds
        proposed = held if field.proposal is UNKNOWN else field.proposal
        if proposed is UNKNOWN or field.options:
            return ""
        return brief_text(field.question, proposed) + (" *" if held is UNKNOWN else HOLDS)

    def _said(self, field: Field) -> StyleAndTextTuples:
        text = field.shown()
        mark = " *" if field.proposal is not UNKNOWN else ""
        return [("", text + mark)] if text else [("class:open", "（未答）")]

    def _fixed(
        self,
        text: Callable[[], StyleAndTextTuples],
        lines: Sequence[str],
        columns: int | None = None,
    ) -> Window:
        return Window(FormattedTextControl(text), height=Dimension.exact(len(lines)), width=columns)

    def _button_text(self) -> StyleAndTextTuples:
        here = self.focused() is None
        return [("class:picked" if here else "", "  [ 确认这一屏 ]")]

    def _below(self) -> StyleAndTextTuples:
        return [part for line in self._panel() for part in (*line, ("", "\n"))]

    def _panel(self) -> list[StyleAndTextTuples]:
        field = self.focused()
        return panel(
            field,
            self.columns - 1,
            self.note,
            self.help_on if self.helping else None,
            self.pointing,
            self.entry,
            self.size().rows,
            "" if field is None else self.readers_of(field.row),
        )
