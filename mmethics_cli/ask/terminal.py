"""A person at a terminal: each step of the interview as a prompt, each answer as a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mmethics_cli.ask.editor import Edited, edit_text
from mmethics_cli.ask.field import NOT_HERE, Draft, fault_of, options_of, picked_value, picks_of
from mmethics_cli.ask.form import Form
from mmethics_cli.ask.lists import list_menu
from mmethics_cli.ask.prompts import Key, Option, Pressed, Prompts, one_line
from mmethics_cli.ask.review import ask_offer, ask_overview
from mmethics_cli.ask.wording import (
    NOT_APPLICABLE_WORD,
    TAGS,
    Cite,
    brief,
    complaint,
    help_on,
    read_text,
    shown,
    title,
)
from mmethics_cli.core.columns import wrap
from mmethics_cli.core.standard import Question
from mmethics_cli.core.steps import (
    Answer,
    Answers,
    Jump,
    Move,
    Offer,
    Overview,
    Prompt,
    Reply,
    Row,
    Step,
)
from mmethics_cli.core.values import UNKNOWN, NotApplicable

_LATER: Final = "\0later"


@dataclass
class Terminal:
    """Asks the steps of an interview.

    `out` prints, `cite` words a basis, `refused` names a character that no file may hold,
    `columns` tells the width of the terminal, `editor` opens a text in the person's editor. What
    was typed when the person went back is kept and stands there when they come again.
    """

    prompts: Prompts
    titles: dict[str, str]
    out: Callable[[str], None]
    cite: Cite
    refused: Callable[[str], str | None]
    columns: Callable[[], int] = lambda: 80
    editor: Callable[[str], Edited] = edit_text
    _section: str = ""
    _drafts: dict[str, Draft] = field(default_factory=dict)

    def __call__(self, prompt: Prompt) -> Reply:
        """Put one step to the person until it has an answer."""
        if isinstance(prompt, Offer):
            return ask_offer(self.prompts, prompt, self.titles, self.columns())
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
                for text in help_on(prompt.question, self.cite):
                    self._print(f"  {text}")
        self._drafts.pop(prompt.place.path, None)
        if isinstance(reply, Answer):
            self._confirm(prompt.question, brief(prompt.question, reply.value))
        return reply

    def _overview(self, overview: Overview) -> Reply:
        """All answers; what is doubtful about the one that is jumped to is said in full."""
        reply = ask_overview(self.prompts, overview, self.titles, self.columns())
        if isinstance(reply, Jump):
            notes = (one.note for one in overview.entries if one.path == reply.path and one.note)
            for note in notes:
                self._print(f"！{note}")
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
        # A prompt cuts what does not fit; the sign before it takes two columns.
        lines = wrap(f"{self._where(step)}\n{text}［{TAGS[step.reason]}］", self.columns() - 3)
        return "\n  ".join(lines)

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
            lambda row: self._help_lines(row, columns),
            self.refused,
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
                self._confirm(row.question, brief(row.question, filled.values[row.path]))
        return Answers(filled.values, leave=filled.key is Key.LEAVE)

    def _heading(self, step: Step, columns: int) -> list[str]:
        text = step.screen.title if step.screen else ""
        if step.place.owner is not None and step.place.element is not None:
            text = f"{step.place.owner.label} {title(step.place.owner, step.place.element)}：{text}"
        return wrap(f"{text}（{self._where(step)}）", columns - 1)

    def _help_lines(self, row: Row, columns: int) -> list[str]:
        texts = help_on(row.question, self.cite)
        return [line for text in texts for line in wrap(text, columns - 4)]

    # One question.

    def _list(self, step: Step) -> Reply | Pressed:
        return list_menu(self.prompts, step, self.message(step))

    def _single(self, step: Step) -> Answer | Move | Pressed:
        question, draft = step.question, self._drafts.get(step.place.path)
        written = isinstance(step.value, NotApplicable) or (draft is not None and draft.text)
        if question.type in ("bool", "choice", "choices") and not written:
            return self._choice(step)
        return self._text(step, draft.text if draft is not None and draft.text else None)

    def _text(self, step: Step, draft: str | None) -> Answer | Move | Pressed:
        question = step.question
        known = step.rows[0].proposal if step.value is UNKNOWN else step.value
        default = shown(question, known, plain=True) if draft is None else draft
        prompt = self.prompts.long if question.long else self.prompts.line

        def wrong(text: str) -> str | None:
            return complaint(question, text, self.refused)

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
        return Answer(read_text(question, text))

    def _choice(self, step: Step) -> Answer | Move | Pressed:
        question = step.question
        options = options_of(question)
        ticked = picks_of(question, step.value)
        keys: list[str] | str | Pressed

        def fault(keys: list[str]) -> str | None:
            return fault_of(question, keys) if keys else "请用空格勾选至少一项，再按回车。"

        if question.type == "choices":
            keys = self.prompts.several(self.message(step), options, ticked, fault)
        else:
            later: Option = (_LATER, "以后再答" if step.value is UNKNOWN else "不改")
            default = next(iter(ticked), None)
            keys = self.prompts.one(self.message(step), [*options, later], default)
        if isinstance(keys, Pressed):
            return Pressed(keys.key)
        if keys == _LATER:
            return Move.LATER
        chosen = frozenset([keys] if isinstance(keys, str) else keys)
        if NOT_HERE in chosen:
            return self._text(step, f"{NOT_APPLICABLE_WORD}：")
        return Answer(picked_value(question, chosen))

    def _keep(self, step: Step, text: str) -> None:
        """Keep what was typed for when the question is put again."""
        if step.question.type != "list" and text != shown(step.question, step.value, plain=True):
            self._drafts[step.place.path] = Draft(text=text)


def _as_typed(question: Question, text: str) -> str:
    """A recorded text as its prompt gives it back."""
    return text.strip() if question.long else one_line(text)
