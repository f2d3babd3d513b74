"""The pages of questions: those that decide the pathway first, then the rest by section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mmethics_cli.core.conditions.explain import unknown_facts
from mmethics_cli.core.conditions.language import Condition, evaluate
from mmethics_cli.core.conditions.values import Truth
from mmethics_cli.core.decisions.relevance import AnswerPlace, Reason, relevant
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import is_of_event, label_at
from mmethics_cli.formats.excel.model import (
    ANSWER,
    FIRST_NAME,
    QUESTIONS,
    REST_NAME,
    AnswerCell,
    CellRule,
    Kind,
    SheetColumn,
    SheetPage,
    SheetRow,
)
from mmethics_cli.sheets.ledger import Ledger
from mmethics_cli.wording.citation import Cite
from mmethics_cli.wording.language import CELL, UNSURE_WORD
from mmethics_cli.wording.typed import NONE_WORD, NOT_APPLICABLE_WORD
from mmethics_cli.wording.values import none_label, option_labels

CLEAR_WORD: Final = "清空"
REMOVE_WORD: Final = "删除"
_KINDS: Final[dict[str, Kind]] = {"int": "int", "date": "date"}


def rule_of(question: Question) -> CellRule:
    """The rule of the cell in which a question is answered."""
    words = options_of(question)
    return CellRule(
        kind=_KINDS.get(question.type, "text"),
        options=(*words, UNSURE_WORD, CLEAR_WORD) if words else (),
        strict=question.type in ("bool", "choice") and not question.may_not_apply,
        title=question.label,
        help=_beside(question),
        minimum=question.minimum,
        maximum=question.maximum,
    )


def list_rule(question: Question) -> CellRule:
    """The rule of the cell that says of a whole list that it has no entries."""
    help_ = f"一条也没有时选“{NONE_WORD}”；有的话不填这里，填另一张工作表。"
    return CellRule("text", (NONE_WORD, CLEAR_WORD), True, question.label, help_)


def options_of(question: Question) -> tuple[str, ...]:
    """The words to choose from; none where the answer is written."""
    labels = tuple(option_labels(question).values())
    none = none_label(question, CELL)
    if question.type != "choices" or question.at_least_one or none in labels:
        return labels
    return (*labels, none)


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


_COLUMNS: Final = (
    SheetColumn("问题", 38),
    SheetColumn("要求", 8, centred=True),
    SheetColumn("回答", 46, ANSWER),
    SheetColumn("说明", 50),
    SheetColumn("依据", 24),
)
REQUIRED: Final = {Truth.YES: "必答", Truth.NO: "选答", Truth.UNKNOWN: "视情况"}
_MOST_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a dossier that may have to be answered; of a blank one the deciding ones.

    `fields` are the open fields of list entries that decide too.
    """

    blank: bool
    deciding: tuple[Question, ...]
    others: tuple[Question, ...]
    fields: tuple[AnswerPlace, ...] = ()

    @property
    def lists(self) -> tuple[Question, ...]:
        return tuple(one for one in (*self.deciding, *self.others) if one.type == "list")


def asked(ledger: Ledger) -> Asked:
    """What to ask now: everything but what certainly does not apply, in the order of the pack."""
    facts = ledger.facts
    questions = facts.standard.questions
    open_ = [place for place, reason in relevant(facts) if reason is Reason.DECIDING]
    whole = (place.question for place in open_ if place.element is None)
    deciding = tuple(one for one in whole if ledger.writable(one))
    answered = {*facts.values, *ledger.unread}
    own = (path for path in answered if not is_of_event(path))
    nothing = all(path in questions and questions[path].of_institution for path in own)
    blank = nothing and bool(deciding)
    rest = tuple(
        one
        for one in questions.values()
        if one not in deciding
        and ledger.writable(one)
        and facts.applies(one) is not Truth.NO
        and not blank
    )
    return Asked(blank, deciding, rest, tuple(one for one in open_ if one.element is not None))


def question_pages(
    ledger: Ledger, wanted: Asked, names: dict[str, str], cite: Cite
) -> list[SheetPage]:
    """The page of deciding questions, and the one of all others; `names` are the lists' sheets."""
    make = _Maker(ledger, names, cite)
    pages = []
    if wanted.deciding:
        notes = (
            "这些回答决定走哪种审查、要交哪些文件。请先答完这一页，导入后再导出一次，其余问题会跟着变。",
        )
        rows = tuple(make.row(one, deciding=True) for one in wanted.deciding)
        pages.append(
            SheetPage(FIRST_NAME, "先答这些：决定审查路径的问题", _COLUMNS, rows, QUESTIONS, notes)
        )
    if wanted.others:
        rows = tuple(make.by_section(wanted.others))
        notes = ("“视情况”的，看“说明”里写的前提；前提不成立就空着。",)
        pages.append(SheetPage(REST_NAME, REST_NAME, _COLUMNS, rows, QUESTIONS, notes))
    return pages


@dataclass(frozen=True, slots=True)
class _Maker:
    ledger: Ledger
    names: dict[str, str]
    cite: Cite

    def by_section(self, questions: Iterable[Question]) -> Iterator[SheetRow]:
        section = ""
        for one in questions:
            if one.section != section:
                section = one.section
                title = AnswerCell(self.ledger.facts.standard.sections[section])
                yield SheetRow((title, *[AnswerCell()] * (len(_COLUMNS) - 1)), look="section")
            yield self.row(one)

    def row(self, question: Question, deciding: bool = False) -> SheetRow:
        needed = requirement(self.ledger, question)
        prompt = question.prompt if question.prompt != question.label else ""
        cells = (
            AnswerCell("\n".join(filter(None, (question.label, prompt)))),
            AnswerCell(REQUIRED[Truth.YES if deciding else needed]),
            self._answer(question),
            AnswerCell("\n".join(filter(None, (explained(question), self._premise(question))))),
            AnswerCell(self.cite(question.basis), grey=True),
        )
        return SheetRow(cells, question.path)

    def _answer(self, question: Question) -> AnswerCell:
        text = self.ledger.text(question.path)
        if question.type != "list":
            return answer_cell(self.ledger, question, question.path)
        name = self.names[question.path]
        if self.ledger.elements(question):
            return AnswerCell(f"{text}，见工作表“{name}”", grey=True)
        return AnswerCell(text, question.path, list_rule(question))

    def _premise(self, question: Question) -> str:
        """What must be known before it is certain that the question is to be answered."""
        facts = self.ledger.facts
        if question.type == "list" and not self.ledger.elements(question):
            return f"逐条填在工作表“{self.names[question.path]}”。"
        condition = question.ask_when
        if condition is None or evaluate(condition, facts) is not Truth.UNKNOWN:
            return ""
        return f"前提：看“{'”“'.join(self._waits_for(condition))}”怎样回答，可能不用答。"

    def _waits_for(self, condition: Condition) -> list[str]:
        facts = self.ledger.facts
        paths = sorted(unknown_facts(condition, facts))
        labels = dict.fromkeys(label_at(facts.standard, facts, path) for path in paths)
        return list(labels)[:_MOST_NAMED]


def answer_cell(ledger: Ledger, question: Question, key: str) -> AnswerCell:
    """The cell of an answer; closed where the answer is too long for a cell."""
    text = ledger.text(key)
    if text != ledger.whole_text(key):
        return AnswerCell(text, key, grey=True)
    return AnswerCell(text, key, rule_of(question))


def requirement(ledger: Ledger, question: Question) -> Truth:
    """Whether a question must be answered, for all that is known."""
    facts = ledger.facts
    if question.required_when is None:
        return Truth.NO
    applies = facts.applies(question)
    required = evaluate(question.required_when, facts)
    return applies if required is Truth.YES else required
