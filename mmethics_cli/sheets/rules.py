"""What the cell of a question takes, and how a person is told."""

from __future__ import annotations

from typing import Final

from mmethics_cli.core.standard import Question
from mmethics_cli.core.typed import NONE_WORD, NOT_APPLICABLE_WORD, UNSURE_WORD, none_word
from mmethics_cli.sheets.layout import Kind, Rule

CLEAR_WORD: Final = "清空"
REMOVE_WORD: Final = "删除"
_KINDS: Final[dict[str, Kind]] = {"int": "int", "date": "date"}


def rule_of(question: Question) -> Rule:
    """The rule of the cell in which a question is answered."""
    options = options_of(question)
    return Rule(
        kind=_KINDS.get(question.type, "text"),
        options=(*options, UNSURE_WORD, CLEAR_WORD) if options else (),
        strict=question.type in ("bool", "choice") and not question.may_not_apply,
        title=question.label,
        help=_beside(question),
        minimum=question.minimum,
        maximum=question.maximum,
    )


def list_rule(question: Question) -> Rule:
    """The rule of the cell that says of a whole list that it has no entries."""
    help_ = f"一条也没有时选“{NONE_WORD}”；有的话不填这里，填另一张工作表。"
    return Rule("text", (NONE_WORD, CLEAR_WORD), True, question.label, help_)


def options_of(question: Question) -> tuple[str, ...]:
    """The words to choose from; none where the answer is written."""
    match question.type:
        case "bool":
            return ("是", "否")
        case "choice":
            return tuple(question.values.values())
        case "choices":
            none = none_word(question)
            labels = tuple(question.values.values())
            return labels if none in labels or question.at_least_one else (*labels, none)
    return ()


def explained(question: Question) -> str:
    """The help of a question: meaning, example, options with their numbers, how to write it."""
    parts = [question.help]
    if question.example:
        parts.append(f"例如：{question.example}")
    if question.type == "choices":
        parts.append(_numbered(question))
    parts.append(how_to_write(question))
    return "\n".join(part for part in parts if part)


def how_to_write(question: Question) -> str:
    """What can't be seen from the question: the form of its answer."""
    parts = []
    if question.type == "choices":
        parts.append("选几项时写编号，如 1、3；只选一项可从下拉列表选。")
    elif question.type == "date":
        parts.append("日期写成 2027-03-01。")
    elif question.type == "int":
        parts.append("写整数。")
    if question.may_not_apply:
        parts.append(f"不适用时写“{NOT_APPLICABLE_WORD}：理由”。")
    return "".join(parts)


def _beside(question: Question) -> str:
    """The help that appears beside the chosen cell: shorter than a column's."""
    return "\n".join(
        part for part in (question.prompt, question.help, how_to_write(question)) if part
    )


def _numbered(question: Question) -> str:
    numbered = (f"{at} {label}" for at, label in enumerate(question.values.values(), 1))
    return f"可选：{'；'.join(numbered)}。"
