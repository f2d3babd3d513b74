"""A person at a terminal: each step of the interview as a prompt, each answer as a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct, field

from mmethics_cli.ask.editor import Edited, edit_text
from mmethics_cli.ask.field import NOT_HERE, Draft, fault_of, options_of, picked_value, picks_of
from mmethics_cli.ask.form import Form
from mmethics_cli.ask.prompts import (
    LATER,
    Key,
    Option,
    Pressed,
    Prompts,
    later_option,
    message_lines,
    one_line,
)
from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable
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
from mmethics_cli.core.standard.answers import NOT_APPLICABLE_WORD
from mmethics_cli.core.standard.model import Question
from mmethics_cli.wording.columns import COLUMNS, width, wrap
from mmethics_cli.wording.typed import PromptReader, help_on, read_by
from mmethics_cli.wording.values import TAGS, brief_text, entry_title, place_title, prompt_text

# Keys of the options in menus.
_ADD, _ENOUGH, _EMPTY, _ENTRY = "add", "enough", "empty", "entry "
_EDIT, _COPY, _REMOVE, _KEEP = "edit", "copy", "remove", "keep"
_END, _SECTION, _PATH = "end", "section ", "path "

_SURE: Final[list[Option]] = [(_KEEP, "不删"), (_REMOVE, "删去，不能恢复")]
_DOUBTS: Final = {
    Doubt.REFUSED: "不能用",
    Doubt.OPEN: "未答",
    Doubt.CONTRADICTING: "矛盾",
}


class Terminal(Struct):
    """Asks the steps of an interview.

    `out` prints, `reader` reads what is typed, `columns` tells the width of
    the terminal, `editor` opens a text in the person's editor. What was typed when the person went
    back is kept and stands there when they come again.
    """

    prompts: Prompts
    titles: dict[str, str]
    out: Callable[[str], None]
    reader: PromptReader
    columns: Callable[[], int] = lambda: COLUMNS
    editor: Callable[[str], Edited] = edit_text
    _section: str = ""
    _drafts: dict[str, Draft] = field(default_factory=dict)

    def __call__(self, prompt: Prompt) -> Reply:
        """Put one step to the person until it has an answer."""
        if isinstance(prompt, Offer):
            return self._offer(prompt)
        if isinstance(prompt, Overview):
            return self._overview(prompt)
        self._announce(prompt)
        if prompt.screen is not None:
            return self._form(prompt)
        while True:
            reply = self._list(prompt) if prompt.question.type == "list" else self._single(prompt)
            if not isinstance(reply, Pressed):
                break
            self._keep(prompt, reply.text)
            if reply.key is Key.BACK:
                return Move.BACK
            if reply.key is Key.HELP:
                for text in help_on(prompt.question, prompt.facts):
                    self._print(f"  {text}")
        self._drafts.pop(prompt.place.path, None)
        if isinstance(reply, Answer):
            self._confirm(prompt.question, brief_text(prompt.question, reply.value))
        return reply

    def message(self, step: Step) -> str:
        """How a question is put, with why it is asked."""
        question = step.question
        text = question.prompt or question.label
        if step.place.owner is not None and step.place.element is not None:
            text = f"{step.place.owner.label}·{step.place.element.id}：{text}"
        if step.hint:
            text = f"{text}{step.hint}。"
        if step.value is UNKNOWN and step.rows[0].why:
            text = f"{text}（{step.rows[0].why}）"
        if question.may_not_apply and question.type in ("text", "int", "date"):
            text = f"{text}（不适用就写“{NOT_APPLICABLE_WORD}：理由”）"
        if readers := read_by(question, step.facts):
            text = f"{text}（{readers}）"
        return self._lines(f"{self._where(step)}\n{text}［{TAGS[step.reason]}］")

    def _lines(self, text: str) -> str:
        return message_lines(text, self.columns())

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
            parts.append(f"共余 {at.screens} 屏")
        return " · ".join(parts)

    def _confirm(self, question: Question, said: str) -> None:
        self._print(f"✓ {question.label}：{said}")

    def _print(self, text: str) -> None:
        for line in wrap(text, self.columns() - 1):
            self.out(line)

    # One screen of several rows.

    def _form(self, step: Step) -> Reply:
        columns = self.columns()
        filled = Form(
            self.prompts,
            self._heading(step, columns),
            step.rows_with,
            lambda row: self._help_lines(row, step.facts, columns),
            self.reader,
            columns,
            self._drafts,
        ).run()
        paths = {row.path for row in step.rows_with(filled.values)}
        for path in paths:
            self._drafts.pop(path, None)
        if filled.key is Key.BACK:
            self._drafts |= filled.drafts
            return Move.BACK
        for row in step.rows_with(filled.values):
            if row.path in filled.values:
                self._confirm(row.question, brief_text(row.question, filled.values[row.path]))
        return ScreenAnswers(filled.values, leave=filled.key is Key.LEAVE)

    def _heading(self, step: Step, columns: int) -> list[str]:
        text = step.screen.title if step.screen else ""
        owner, element = step.place.owner, step.place.element
        if owner is not None and element is not None:
            text = f"{owner.label} {entry_title(owner, element)}：{text}"
        return wrap(f"{text}（{self._where(step)}）", columns - 1)

    def _help_lines(self, row: QuestionRow, facts: Facts, columns: int) -> list[str]:
        texts = help_on(row.question, facts)
        return [line for text in texts for line in wrap(text, columns - 4)]

    # One list, one question.

    def _list(self, step: Step) -> Reply | Pressed:
        """What to do with a list: add to it, go on, or look at one of its entries."""
        elements = step.value if isinstance(step.value, tuple) else ()
        names = {element.id: entry_title(step.question, element) for element in elements}
        options: list[Option] = [(_ADD, "添加一项")]
        if elements:
            options.append((_ENOUGH, f"就这 {len(elements)} 项，继续"))
        else:
            options += [(_EMPTY, "没有"), later_option(answered=False)]
        options += [(f"{_ENTRY}{id_}", f"修改、复制或删去 {name}") for id_, name in names.items()]
        while True:
            default = _ENOUGH if elements else _ADD
            key = self.prompts.choice(self.message(step), options, default)
            if isinstance(key, Pressed):
                return key
            if key == _ADD:
                return Add()
            if not key.startswith(_ENTRY):
                return Answer(()) if key == _EMPTY else Move.LATER
            id_ = key.removeprefix(_ENTRY)
            reply = self._entry(id_, names[id_])
            if reply is not None:
                return reply

    def _entry(self, id_: str, name: str) -> Reply | None:
        """What to do with one entry; None leads back to the list."""
        options = [(_EDIT, "修改"), (_COPY, "照着它再添一项"), (_REMOVE, "删去"), (_KEEP, "返回")]
        key = self.prompts.choice(name, options, _EDIT)
        if key == _EDIT:
            return EditElement(id_)
        if key == _COPY:
            return Copy(id_)
        if key == _REMOVE and self.prompts.choice(f"删去 {name}？", _SURE, _KEEP) == _REMOVE:
            return Remove(id_)
        return None

    def _single(self, step: Step) -> Answer | Move | Pressed:
        question, draft = step.question, self._drafts.get(step.place.path)
        written = isinstance(step.value, NotApplicable) or (draft is not None and draft.text)
        if question.type in ("bool", "choice", "choices") and not written:
            return self._choice(step)
        return self._text(step, draft.text if draft is not None and draft.text else None)

    def _text(self, step: Step, draft: str | None) -> Answer | Move | Pressed:
        question = step.question
        value = step.rows[0].proposal if step.value is UNKNOWN else step.value
        default = prompt_text(question, value, unknown="") if draft is None else draft
        prompt = self.prompts.long if question.long else self.prompts.line

        def wrong(text: str) -> str | None:
            return self.reader.complaint(question, text)

        text = prompt(self.message(step), default, wrong)
        while isinstance(text, Pressed) and text.key is Key.EDITOR:
            edited = self.editor(text.text)
            if edited.trouble:
                self._print(edited.trouble)
            text = prompt(self.message(step), edited.text, wrong)
        if isinstance(text, Pressed):
            return text
        if not text and step.value is UNKNOWN:
            return Move.LATER
        if isinstance(step.value, str) and text == _as_typed(question, step.value):
            return Answer(step.value)  # with the line breaks that end it in its file
        return Answer(self.reader.value(question, text))

    def _choice(self, step: Step) -> Answer | Move | Pressed:
        question = step.question
        options = options_of(question)
        ticked = picks_of(question, step.value)
        keys: list[str] | str | Pressed

        def fault(keys: list[str]) -> str | None:
            return fault_of(question, keys) if keys else "请用空格勾选至少一项，再按回车。"

        if question.type == "choices":
            keys = self.prompts.choices(self.message(step), options, ticked, fault)
        else:
            options.append(later_option(answered=step.value is not UNKNOWN))
            default = next(iter(ticked), None)
            keys = self.prompts.choice(self.message(step), options, default)
        if isinstance(keys, Pressed):
            return Pressed(keys.key)
        if keys == LATER:
            return Move.LATER
        chosen = frozenset([keys] if isinstance(keys, str) else keys)
        if NOT_HERE in chosen:
            return self._text(step, f"{NOT_APPLICABLE_WORD}：")
        return Answer(picked_value(question, chosen))

    def _keep(self, step: Step, text: str) -> None:
        """Keep what was typed for when the question is put again."""
        if step.question.type != "list" and text != prompt_text(
            step.question, step.value, unknown=""
        ):
            self._drafts[step.place.path] = Draft(text=text)

    # What comes after the questions.

    def _offer(self, offer: Offer) -> Reply:
        """Which sections' optional questions to answer; none is an answer."""
        message = self._lines("必答的都问过了。还有选答的，要答哪几节？不勾就是都不答。")
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
        default = _END
        if doubtful:
            head = f"回答总览：{len(doubtful)} 项未答或有疑问。选一项就去改。"
            listed = [self._answer_option(entry) for entry in doubtful]
            options += [("", f"要看一看的（{len(doubtful)} 项）"), *listed, ("", "全部回答")]
            default = listed[0][0]
        options += [
            (f"{_SECTION}{section}", f"{self.titles[section]}（{len(answers)} 项）")
            for section, answers in sections.items()
            if answers
        ]
        while True:
            key = self.prompts.choice(self._lines(head), options, default)
            if isinstance(key, Pressed):
                if key.key is Key.BACK:
                    return None
                continue
            if not key.startswith(_SECTION):
                return key
            section = key.removeprefix(_SECTION)
            answers = [self._answer_option(entry) for entry in sections[section]]
            back: Option = (_KEEP, "返回")
            path = self.prompts.choice(self.titles[section], [back, *answers], answers[0][0])
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


def _as_typed(question: Question, text: str) -> str:
    """A recorded text as its prompt gives it back."""
    return text.strip() if question.long else one_line(text)


def _cut(text: str, columns: int) -> str:
    text = " ".join(text.split())
    if width(text) <= columns:
        return text
    while width(text) > columns - 2:
        text = text[:-1]
    return text + "…"
