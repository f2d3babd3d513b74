"""A person at a terminal: each step of the interview as a prompt, each answer as a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from mmethics_cli.ask.prompts import Key, Option, Prompts
from mmethics_cli.core.answers import NOT_APPLICABLE, Refused, read_value, write_value
from mmethics_cli.core.columns import wrap
from mmethics_cli.core.interview import Add, Answer, Edit, Move, Remove, Reply, Step
from mmethics_cli.core.law import Basis
from mmethics_cli.core.relevance import Reason
from mmethics_cli.core.standard import Question
from mmethics_cli.core.values import UNKNOWN, Element, NotApplicable, Several, Value

NOT_APPLICABLE_WORD: Final = "不适用"
_UNSURE, _LATER, _NONE, _ADD, _DONE = "\0unsure", "\0later", "\0none", "\0add", "\0done"
_TAGS: Final = {Reason.DECIDING: "决定审查路径", Reason.REQUIRED: "必答", Reason.OPTIONAL: "选答"}
_BOOL: Final = (("yes", "是"), ("no", "否"))
_SHOWN: Final = 40


@dataclass
class Terminal:
    """Asks the steps of an interview; an instance remembers which section it is in.

    `out` prints, `cite` words a basis, `refused` names a character that no file may hold,
    `columns` is the width of the terminal.
    """

    prompts: Prompts
    titles: dict[str, str]
    out: Callable[[str], None]
    cite: Callable[[tuple[Basis, ...]], str]
    refused: Callable[[str], str | None]
    columns: int = 80
    _section: str = ""
    _optional: bool = False

    def __call__(self, step: Step) -> Reply:
        """Put one step to the person until it has an answer."""
        self._announce(step)
        while True:
            reply = self._list(step) if step.question.type == "list" else self._scalar(step)
            if reply is not Key.HELP:
                break
            self._help(step.question)
        if reply is Key.BACK:
            return Move.BACK
        assert not isinstance(reply, Key)
        self._confirm(step, reply)
        return reply

    def _announce(self, step: Step) -> None:
        if step.place.section != self._section:
            self._section = step.place.section
            title = self.titles[self._section]
            left = f"，还有 {step.left} 道必答题" if step.left else ""
            self.out(f"\n第 {step.number}/{step.total} 节 {title}{left}")
        optional = step.reason is Reason.OPTIONAL and step.left == 0
        if optional and not self._optional:
            self._print("必答的都答完了。下面是选答：直接回车跳过，Ctrl-C 结束，已答的都已保存。")
        self._optional = optional

    def _confirm(self, step: Step, reply: Reply) -> None:
        if isinstance(reply, Answer):
            shown = self.shown(step.question, reply.value).replace("\n", " ")
            short = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
            self._print(f"✓ {step.question.label}：{short}")

    def _print(self, text: str) -> None:
        for line in wrap(text, self.columns - 1):
            self.out(line)

    def _help(self, question: Question) -> None:
        parts = [question.help or f"请回答“{question.label}”。"]
        if question.example:
            parts.append(f"例如：{question.example}")
        if question.type == "date":
            parts.append("日期写成 2027-03-01 的样子。")
        if question.may_not_apply:
            parts.append(f"不适用时写“{NOT_APPLICABLE_WORD}：理由”。")
        if question.basis:
            parts.append(f"依据：{self.cite(question.basis)}")
        for part in parts:
            self._print("  " + part)

    def message(self, step: Step) -> str:
        """How the question is put, with why it is asked."""
        question = step.question
        text = question.prompt or question.label
        if step.place.owner is not None and step.place.element is not None:
            text = f"{step.place.owner.label}·{step.place.element.id}：{text}"
        # A prompt cuts what does not fit; the sign before it takes two columns.
        return "\n  ".join(wrap(f"{text}［{_TAGS[step.reason]}］", self.columns - 3))

    def _scalar(self, step: Step) -> Answer | Move | Key:
        question = step.question
        if question.type in ("bool", "choice"):
            return self._choice(step)
        if question.type == "choices":
            return self._choices(step)
        default = self.shown(question, step.value, plain=True)
        prompt = self.prompts.long if question.long else self.prompts.line
        text = prompt(
            self.message(step), default, lambda entered: self._complaint(question, entered)
        )
        if isinstance(text, Key):
            return text
        if not text and step.value is UNKNOWN:
            return Move.LATER
        return Answer(_read(question, text))

    def _complaint(self, question: Question, text: str) -> str | None:
        bad = self.refused(text)
        if bad is not None:
            return f"含有不能使用的{bad}，请删去。"
        try:
            _read(question, text)
        except Refused as refusal:
            return f"{refusal.message}。{refusal.fix}"
        return None

    def _choice(self, step: Step) -> Answer | Move | Key:
        question = step.question
        keys = _BOOL if question.type == "bool" else tuple(question.values.items())
        later = "以后再答" if step.value is UNKNOWN else "不改"
        options = [*keys, (_UNSURE, "不清楚"), (_LATER, later)]
        current = write_value(question, step.value) if step.value is not UNKNOWN else None
        default = current if isinstance(current, str) else None
        key = self.prompts.one(self.message(step), options, default)
        if isinstance(key, Key):
            return key
        if key == _LATER:
            return Move.LATER
        return Answer(UNKNOWN if key == _UNSURE else read_value(question, key))

    def _choices(self, step: Step) -> Answer | Move | Key:
        question = step.question
        options: list[Option] = list(question.values.items())
        if question.none_value is None and not question.at_least_one:
            options.append((_NONE, "以上都没有"))
        options.append((_UNSURE, "不清楚，以后再答"))
        ticked = step.value.sure if isinstance(step.value, Several) else frozenset[str]()
        if isinstance(step.value, Several) and not ticked:
            ticked = frozenset({question.none_value or _NONE})

        def complaint(keys: list[str]) -> str | None:
            alone = {_UNSURE, _NONE, question.none_value} & set(keys)
            if not keys:
                return "请用空格勾选至少一项，再按回车。"
            return "“没有”“不清楚”不能和别的一起选。" if alone and len(keys) > 1 else None

        keys = self.prompts.several(self.message(step), options, ticked, complaint)
        if isinstance(keys, Key):
            return keys
        if keys == [_UNSURE]:
            return Answer(UNKNOWN)
        return Answer(Several() if keys == [_NONE] else read_value(question, keys))

    def _list(self, step: Step) -> Reply | Key:
        """What to do with a list: add, edit, remove, or go on."""
        elements = step.value if isinstance(step.value, tuple) else ()
        options: list[Option] = [(_ADD, "添加一项")]
        if elements:
            options.append((_DONE, f"就这 {len(elements)} 项，继续"))
        else:
            options += [(_NONE, "没有"), (_LATER, "以后再答")]
        for one in elements:
            name = _title(step.question, one)
            options += [(f"e{one.id}", f"修改 {name}"), (f"r{one.id}", f"删去 {name}")]
        default = _DONE if elements else _ADD
        key = self.prompts.one(self.message(step), options, default)
        if isinstance(key, Key):
            return key
        if key in (_LATER, _DONE):
            return Move.LATER
        if key == _NONE:
            return Answer(())
        if key == _ADD:
            return Add()
        return Edit(key[1:]) if key[0] == "e" else Remove(key[1:])

    def shown(self, question: Question, value: Value, plain: bool = False) -> str:
        """A value as people write it; `plain` as it is typed into a prompt (unknown is empty)."""
        match value:
            case bool():
                return "是" if value else "否"
            case Several(sure):
                labels = [label for key, label in question.values.items() if key in sure]
                return "、".join(labels) or "没有"
            case NotApplicable(reason):
                return f"{NOT_APPLICABLE_WORD}：{reason}"
            case date():
                return value.isoformat()
            case tuple():
                return f"{len(value)} 项" if value else "没有"
            case int() | str():
                return question.values.get(str(value), str(value))
        return "" if plain else "不清楚"


def _read(question: Question, text: str) -> Value:
    """The value of a typed text; 不适用：理由 where the question may not apply."""
    if question.may_not_apply and text.startswith(NOT_APPLICABLE_WORD):
        reason = text.removeprefix(NOT_APPLICABLE_WORD).lstrip("：:，, ")
        if not reason:
            raise Refused("不适用要写理由", f"写成“{NOT_APPLICABLE_WORD}：理由”")
        return read_value(question, {NOT_APPLICABLE: reason})
    return read_value(question, text)


def _title(question: Question, element: Element) -> str:
    """What an element is called in a menu: its first text, else its id."""
    texts = (element.get(one.path) for one in question.fields if one.type == "text")
    name = next((text for text in texts if isinstance(text, str)), "")
    return f"{element.id} {name}".strip()
