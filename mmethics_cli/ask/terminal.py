"""A person at a terminal: each step of the interview as a prompt, each answer as a value."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mmethics_cli.ask.field import NOT_HERE, Draft, fault_of, options_of, picked_value, picks_of
from mmethics_cli.ask.form import Form
from mmethics_cli.ask.prompts import Key, Option, Pressed, Prompts, lines_edited, one_line
from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable
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
from mmethics_cli.wording.citation import Cite
from mmethics_cli.wording.columns import COLUMNS, width, wrap
from mmethics_cli.wording.typed import (
    NONE_WORD,
    NOT_APPLICABLE_WORD,
    complaint,
    help_on,
    read_prompt,
)
from mmethics_cli.wording.values import TAGS, brief_text, entry_title, place_title, prompt_text

_USUAL: Final = ("nano", "vim", "vi", "notepad")


@dataclass(frozen=True, slots=True)
class Edited:
    """The text as the editor left it; `trouble` says what went wrong, the text is then kept."""

    text: str
    trouble: str = ""


def edit_text(text: str, environ: Mapping[str, str] = os.environ) -> Edited:
    """Open VISUAL, else EDITOR, else a usual editor on a text, and wait until it is closed.

    Whatever fails, a text comes back: the written one where it can be read, else the given one.
    """
    command = _command(environ)
    if not command:
        return Edited(text, "没有找到编辑器。请设置环境变量 VISUAL 或 EDITOR，或在这里写。")
    with tempfile.TemporaryDirectory(prefix="mmethics-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "回答.txt"
        path.write_text(text, encoding="utf-8")
        trouble = ""
        try:
            with lines_edited():
                done = subprocess.run([*command, str(path)], check=False)
            if done.returncode:
                trouble = f"编辑器 {command[0]} 出错退出（{done.returncode}），写下的内容还在。"
        except OSError as error:
            return Edited(text, f"打不开编辑器 {command[0]}：{error.strerror}。原来的内容还在。")
        try:
            written = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return Edited(text, "编辑器存下的文件读不出来（要存为 UTF-8）。原来的内容还在。")
    return Edited(written.replace("\r\n", "\n").rstrip(), trouble)


def _command(environ: Mapping[str, str]) -> list[str]:
    for name in ("VISUAL", "EDITOR"):
        if given := environ.get(name, "").strip():
            return [given] if sys.platform == "win32" else _split(given)
    return [name for name in _USUAL if shutil.which(name)][:1]


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # a quote that is never closed
        return [command]


_ADD, _DONE, _NONE, _LIST_LATER, _ENTRY = "add", "done", "none", "later", "entry "
_EDIT, _COPY, _REMOVE, _KEEP = "edit", "copy", "remove", "keep"
_SURE: Final[list[Option]] = [(_KEEP, "不删"), (_REMOVE, "删去，不能恢复")]


def list_menu(prompts: Prompts, step: Step, message: str) -> Reply | Pressed:
    """What to do with a list."""
    elements = step.value if isinstance(step.value, tuple) else ()
    names = {one.id: entry_title(step.question, one) for one in elements}
    options: list[Option] = [(_ADD, "添加一项")]
    if elements:
        options.append((_DONE, f"就这 {len(elements)} 项，继续"))
    else:
        options += [(_NONE, NONE_WORD), (_LIST_LATER, "以后再答")]
    options += [(f"{_ENTRY}{id_}", f"修改、复制或删去 {name}") for id_, name in names.items()]
    while True:
        key = prompts.one(message, options, _DONE if elements else _ADD)
        if isinstance(key, Pressed):
            return key
        if not key.startswith(_ENTRY):
            break
        id_ = key.removeprefix(_ENTRY)
        done = _entry(prompts, id_, names[id_])
        if done is not None:
            return done
    if key == _ADD:
        return Add()
    return Answer(()) if key == _NONE else Move.LATER


def _entry(prompts: Prompts, id_: str, name: str) -> Reply | None:
    """What to do with one entry; None leads back to the list."""
    options = [(_EDIT, "修改"), (_COPY, "照着它再添一项"), (_REMOVE, "删去"), (_KEEP, "返回")]
    key = prompts.one(name, options, _EDIT)
    if key == _EDIT:
        return EditElement(id_)
    if key == _COPY:
        return Copy(id_)
    if key == _REMOVE and prompts.one(f"删去 {name}？", _SURE, _KEEP) == _REMOVE:
        return Remove(id_)
    return None


_END, _SECTION, _PATH = "end", "section ", "path "
_DOUBTS: Final = {
    Doubt.REFUSED: "不能用",
    Doubt.OPEN: "未答",
    Doubt.CONTRADICTING: "矛盾",
}


def ask_offer(prompts: Prompts, offer: Offer, titles: Mapping[str, str], columns: int) -> Reply:
    """Which sections' optional questions to answer; none is an answer."""
    message = _lines("必答的都问过了。还有选答的，要答哪几节？不勾就是都不答。", columns)
    options = [(key, f"{titles[key]}（{count} 题）") for key, count in offer.sections.items()]
    while True:
        keys = prompts.several(message, options, frozenset(), lambda keys: None)
        if not isinstance(keys, Pressed):
            return Choose(frozenset(keys)) if keys else Move.LATER
        if keys.key is Key.BACK:
            return Move.BACK


def ask_overview(
    prompts: Prompts, overview: Overview, titles: Mapping[str, str], columns: int
) -> Reply:
    """Look through the answers: jump to one of them, or end."""
    doubtful = [one for one in overview.entries if one.doubt is not Doubt.NONE]
    sections: dict[str, list[OverviewEntry]] = {}
    for one in sorted(overview.entries, key=lambda one: list(titles).index(one.place.section)):
        sections.setdefault(one.place.section, []).append(one)
    options: list[Option] = [(_END, "完成访谈")]
    if doubtful:
        options += [("", f"要看一看的（{len(doubtful)} 项）")]
        options += [_option(one, columns) for one in doubtful]
        options += [("", "全部回答")]
    options += [
        (f"{_SECTION}{key}", f"{titles[key]}（{len(entries)} 项）")
        for key, entries in sections.items()
    ]
    head = (
        f"回答总览：{len(doubtful)} 项未答或有疑问。选一项就去改。"
        if doubtful
        else "回答总览：没有疑问。选一节可以查看和修改。"
    )
    default = options[2][0] if doubtful else _END
    while True:
        key = prompts.one(_lines(head, columns), options, default)
        if isinstance(key, Pressed):
            if key.key is Key.BACK:
                return Move.BACK
            continue
        if key == _END:
            return Move.LATER
        if key.startswith(_PATH):
            return Jump(key.removeprefix(_PATH))
        section = key.removeprefix(_SECTION)
        chosen = _in_section(prompts, titles[section], sections[section], columns)
        if chosen is not None:
            return Jump(chosen)


def _in_section(
    prompts: Prompts, title: str, entries: list[OverviewEntry], columns: int
) -> str | None:
    """One of the answers of a section; None leads back."""
    options = [(_END, "返回"), *(_option(one, columns) for one in entries)]
    key = prompts.one(title, options, options[1][0])
    return key.removeprefix(_PATH) if isinstance(key, str) and key != _END else None


def _option(entry: OverviewEntry, columns: int) -> Option:
    """An answer on one line; what is doubtful about it after it."""
    said = brief_text(entry.place.question, entry.value)
    text = f"{place_title(entry.place)}：{said}"
    if entry.doubt is not Doubt.NONE:
        text = f"［{_DOUBTS[entry.doubt]}］{place_title(entry.place)}"
        text += f"：{entry.note}" if entry.doubt is not Doubt.OPEN or "缺" in entry.note else ""
    return f"{_PATH}{entry.path}", _cut(text, columns - 4)


def _cut(text: str, columns: int) -> str:
    text = " ".join(text.split())
    if width(text) <= columns:
        return text
    while width(text) > columns - 2:
        text = text[:-1]
    return text + "…"


def _lines(text: str, columns: int) -> str:
    return "\n  ".join(wrap(text, columns - 3))


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
    columns: Callable[[], int] = lambda: COLUMNS
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
            self._confirm(prompt.question, brief_text(prompt.question, reply.value))
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
                self._confirm(row.question, brief_text(row.question, filled.values[row.path]))
        return ScreenAnswers(filled.values, leave=filled.key is Key.LEAVE)

    def _heading(self, step: Step, columns: int) -> list[str]:
        text = step.screen.title if step.screen else ""
        owner, element = step.place.owner, step.place.element
        if owner is not None and element is not None:
            text = f"{owner.label} {entry_title(owner, element)}：{text}"
        return wrap(f"{text}（{self._where(step)}）", columns - 1)

    def _help_lines(self, row: QuestionRow, columns: int) -> list[str]:
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
        default = prompt_text(question, known, unknown="") if draft is None else draft
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
        return Answer(read_prompt(question, text))

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
        if step.question.type != "list" and text != prompt_text(
            step.question, step.value, unknown=""
        ):
            self._drafts[step.place.path] = Draft(text=text)


def _as_typed(question: Question, text: str) -> str:
    """A recorded text as its prompt gives it back."""
    return text.strip() if question.long else one_line(text)
