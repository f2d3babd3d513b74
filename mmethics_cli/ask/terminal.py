"""A person at a terminal: each step of the interview as a prompt, each answer as a value."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from mmethics_cli.ask.editor import Edited, edit_text
from mmethics_cli.ask.field import Draft
from mmethics_cli.ask.form import Form
from mmethics_cli.ask.menu import Option
from mmethics_cli.ask.prompts import (
    Key,
    Pressed,
    Prompts,
    later_option,
)
from mmethics_cli.core.conditions.values import UNKNOWN, Element
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.overview import Doubt, OverviewEntry
from mmethics_cli.core.interview.steps import (
    Add,
    Answer,
    Choose,
    Copy,
    EditElement,
    Jump,
    Move,
    Offer,
    Overview,
    Prompt,
    QuestionRow,
    Remove,
    Reply,
    ScreenAnswers,
    Step,
)
from mmethics_cli.core.standard.model import Question
from mmethics_cli.wording.columns import COLUMNS, width, wrap
from mmethics_cli.wording.typed import PromptReader, help_on, read_by
from mmethics_cli.wording.values import TAGS, brief_text, entry_title, place_title

# Keys of the options in menus.
_ADD, _ENOUGH, _EMPTY, _ENTRY, _LIKE = "add", "enough", "empty", "entry ", "like "
_EDIT, _COPY, _REMOVE, _KEEP = "edit", "copy", "remove", "keep"
_MODELS = 3  # entries that a new one may be made like, offered in the menu itself
_KNOWN_PACE, _LAST = 3, 12  # screens from which the time that is left is reckoned
_END, _SECTION, _PATH = "end", "section ", "path "

_SURE: Final[list[Option]] = [(_KEEP, "不删"), (_REMOVE, "删去，不能恢复")]
_DOUBTS: Final = {
    Doubt.REFUSED: "不能用",
    Doubt.OPEN: "未答",
    Doubt.CONTRADICTING: "矛盾",
}


class Terminal(Struct):
    """Asks the steps of an interview.

    `out` prints, `reader` reads what is typed, `columns` tells the width of the terminal, `editor`
    opens a text in the person's editor, `clock` gives seconds. What was typed when the person went
    back is kept and stands there when they come again.
    """

    prompts: Prompts
    titles: dict[str, str]
    out: Callable[[str], None]
    reader: PromptReader
    columns: Callable[[], int] = lambda: COLUMNS
    editor: Callable[[str], Edited] = edit_text
    clock: Callable[[], float] = time.monotonic
    _section: str = ""
    _took: deque[float] = field(default_factory=lambda: deque(maxlen=_LAST))
    _drafts: dict[str, Draft] = field(default_factory=dict)

    def __call__(self, prompt: Prompt) -> Reply:
        """Put one step to the person until it has an answer, and note how long that took."""
        begun = self.clock()
        reply = self._put(prompt)
        self._took.append(self.clock() - begun)
        return reply

    def _put(self, prompt: Prompt) -> Reply:
        if isinstance(prompt, Offer):
            return self._offer(prompt)
        if isinstance(prompt, Overview):
            return self._overview(prompt)
        self._announce(prompt)
        return self._list(prompt) if prompt.question.type == "list" else self._form(prompt)

    def message(self, step: Step) -> str:
        """How a list is put, with why it is asked."""
        question = step.question
        text = question.prompt or question.label
        if step.hint:
            text = f"{text}{step.hint}。"
        if step.value is UNKNOWN and step.rows[0].why:
            text = f"{text}（{step.rows[0].why}）"
        return f"{self._where(step)}\n{text}［{TAGS[step.reason]}］"

    def _announce(self, step: Step) -> None:
        if step.progress.section != self._section:
            self._section = step.progress.section
            self.out("")
            self._print(f"【{self.titles[self._section]}】")

    def _where(self, step: Step) -> str:
        """第 3/12 节 数据资产 · 本节还有 7 题，全部还有 40 屏。"""
        at = step.progress
        parts = [f"第 {at.number}/{at.total} 节 {self.titles[at.section]}"]
        if at.left:
            parts.append(f"本节还有 {at.left} 题")
        if at.screens:
            opened = f"（刚才的回答带出 {at.opened} 屏）" if at.opened else ""
            parts.append(f"共余 {at.screens} 屏{opened}")
            if len(self._took) >= _KNOWN_PACE:
                minutes = at.screens * sum(self._took) / len(self._took) / 60
                parts.append(f"按您的速度约 {max(round(minutes), 1)} 分钟")
        return " · ".join(parts)

    def _confirm(self, question: Question, said: str) -> None:
        self._print(f"✓ {question.label}：{said}")

    def _print(self, text: str) -> None:
        for line in wrap(text, self.columns() - 1):
            self.out(line)

    # One question, or a screen of several rows.

    def _form(self, step: Step) -> Reply:
        filled = Form(
            self.prompts,
            self._heading(step),
            lambda answers: step.rows_with(answers) or step.rows,
            lambda row: self._help_lines(row, step.facts),
            self.reader,
            self.editor,
            self._drafts,
            step.first,
            _is_of_entry(step),
            readers_of=lambda row: read_by(row.question, step.facts),
        ).run()
        rows = step.rows_with(filled.values) or step.rows
        for row in rows:
            self._drafts.pop(row.path, None)
        if filled.key is Key.BACK:
            self._drafts |= filled.drafts
            return Move.BACK
        for row in rows:
            if row.path in filled.values:
                self._confirm(row.question, brief_text(row.question, filled.values[row.path]))
        return ScreenAnswers(filled.values, filled.key is Key.LEAVE, filled.another)

    def _heading(self, step: Step) -> list[str]:
        text = step.screen.title if step.screen else step.question.label
        owner, element = step.place.owner, step.place.element
        if owner is not None and element is not None and _is_of_entry(step):
            text = f"{owner.label} {entry_title(owner, element)}：{text}"
        return [f"{text}（{self._where(step)}）"]

    def _help_lines(self, row: QuestionRow, facts: Facts) -> list[str]:
        texts = help_on(row.question, facts)
        return [line for text in texts for line in wrap(text, self.columns() - 4)]

    # One list.

    def _list(self, step: Step) -> Reply:
        """What to do with a list: add to it, go on, or look at one of its entries."""
        elements = step.value if isinstance(step.value, tuple) else ()
        names = {element.id: entry_title(step.question, element) for element in elements}
        options: list[Option] = [(_ADD, "添加一项")]
        if elements:
            options.append((_ENOUGH, f"就这 {len(elements)} 项，继续"))
        else:
            options += [(_EMPTY, "没有"), later_option(answered=False)]
        options += _alike(step.question, elements)
        options += [(f"{_ENTRY}{id_}", f"修改、复制或删去 {name}") for id_, name in names.items()]
        while True:
            key = self.prompts.choice(self.message(step), options)
            if isinstance(key, Pressed):
                if key.key is Key.BACK:
                    return Move.BACK
                for text in help_on(step.question, step.facts):
                    self._print(f"  {text}")
                continue
            reply = self._listed(key, names)
            if reply is not None:
                return reply

    def _listed(self, key: str, names: Mapping[str, str]) -> Reply | None:
        """What was chosen at a list; None leads back to it."""
        if key == _ADD:
            return Add()
        if key.startswith(_LIKE):
            return Copy(key.removeprefix(_LIKE))
        if not key.startswith(_ENTRY):
            return Answer(()) if key == _EMPTY else Move.LATER
        id_ = key.removeprefix(_ENTRY)
        return self._entry(id_, names[id_])

    def _entry(self, id_: str, name: str) -> Reply | None:
        """What to do with one entry; None leads back to the list."""
        options = [(_EDIT, "修改"), (_COPY, "照着它再添一项"), (_REMOVE, "删去"), (_KEEP, "返回")]
        key = self.prompts.choice(name, options)
        if key == _EDIT:
            return EditElement(id_)
        if key == _COPY:
            return Copy(id_)
        if key == _REMOVE and self.prompts.choice(f"删去 {name}？", _SURE) == _REMOVE:
            return Remove(id_)
        return None

    # What comes after the questions.

    def _offer(self, offer: Offer) -> Reply:
        """Which sections' optional questions to answer; none is an answer."""
        message = "必答的都问过了。还有选答的，要答哪几节？不勾就是都不答。"
        options = [
            (key, f"{self.titles[key]}（{count} 题）") for key, count in offer.sections.items()
        ]
        while True:
            keys = self.prompts.choices(message, options)
            if not isinstance(keys, Pressed):
                return Choose(frozenset(keys)) if keys else Move.LATER
            if keys.key is Key.BACK:
                return Move.BACK

    def _overview(self, overview: Overview) -> Reply:
        """Look through the answers: jump to one of them, or end.

        What is doubtful about the one that is jumped to is said in full.
        """
        key = self._overview_key(overview.entries)
        if key is None:
            return Move.BACK
        if key == _END:
            return Move.LATER
        path = key.removeprefix(_PATH)
        for entry in overview.entries:
            if entry.path == path and entry.note:
                self._print(f"！{entry.note}")
        return Jump(path)

    def _overview_key(self, entries: Sequence[OverviewEntry]) -> str | None:
        """The end or the path of an answer, which may be chosen by its section; None leads back."""
        doubtful = [entry for entry in entries if entry.doubt is not Doubt.NONE]
        sections = {
            section: [entry for entry in entries if entry.place.section == section]
            for section in self.titles
        }
        options: list[Option] = [(_END, "完成访谈")]
        head = "回答总览：没有疑问。选一节可以查看和修改。"
        if doubtful:
            head = f"回答总览：{len(doubtful)} 项未答或有疑问。选一项就去改。"
            listed = [self._answer_option(entry) for entry in doubtful]
            options += [("", f"要看一看的（{len(doubtful)} 项）"), *listed, ("", "全部回答")]
        options += [
            (f"{_SECTION}{section}", f"{self.titles[section]}（{len(answers)} 项）")
            for section, answers in sections.items()
            if answers
        ]
        while True:
            key = self.prompts.choice(head, options)
            if isinstance(key, Pressed):
                if key.key is Key.BACK:
                    return None
                continue
            if not key.startswith(_SECTION):
                return key
            section = key.removeprefix(_SECTION)
            answers = [self._answer_option(entry) for entry in sections[section]]
            back: Option = (_KEEP, "返回")
            path = self.prompts.choice(self.titles[section], [back, *answers])
            if isinstance(path, str) and path != _KEEP:
                return path

    def _answer_option(self, entry: OverviewEntry) -> Option:
        """An answer on one line; what is doubtful about it after it."""
        name = place_title(entry.place)
        text = f"{name}：{brief_text(entry.place.question, entry.value)}"
        if entry.doubt is not Doubt.NONE:
            text = f"［{_DOUBTS[entry.doubt]}］{name}"
            text += f"：{entry.note}" if entry.doubt is not Doubt.OPEN or "缺" in entry.note else ""
        return f"{_PATH}{entry.path}", _cut(text, self.columns() - 4)


def _is_of_entry(step: Step) -> bool:
    """Whether a screen is about one entry of a list."""
    mixed = step.screen is not None and step.screen.of is None
    return step.place.owner is not None and not mixed


def _alike(owner: Question, entries: Sequence[Element]) -> list[Option]:
    """To add an entry like one of the first that are like no other."""
    how = "相同，只答不同之处" if owner.likeness else "一样填好，再改"
    models = [entry for entry in entries if not entry.inherited][:_MODELS]
    return [
        (f"{_LIKE}{entry.id}", f"再添一项，与 {entry_title(owner, entry)} {how}")
        for entry in models
    ]


def _cut(text: str, columns: int) -> str:
    text = " ".join(text.split())
    if width(text) <= columns:
        return text
    while width(text) > columns - 2:
        text = text[:-1]
    return text + "…"
