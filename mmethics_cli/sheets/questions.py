"""The pages of questions: those that decide the pathway first, then the rest by section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from mmethics_cli.core.conditions.explain import unknown_facts
from mmethics_cli.core.conditions.language import Condition, evaluate
from mmethics_cli.core.conditions.values import NO, OPEN, YES, Truth
from mmethics_cli.core.conditions.written import parse_date, parse_int
from mmethics_cli.core.decisions.relevance import AnswerPlace, Reason, relevant
from mmethics_cli.core.standard.answers import NOT_APPLICABLE_WORD
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import is_of_event, label_at
from mmethics_cli.formats.excel.model import CellRule, Sheet, SheetCell, SheetColumn, SheetRow
from mmethics_cli.sheets.ledger import Ledger
from mmethics_cli.sheets.page import (
    ANSWER,
    CLEAR_WORD,
    ENTRY,
    FIRST_NAME,
    PLAIN,
    QUESTIONS,
    RED,
    REST_NAME,
    SMALL,
    answer_cell,
    drop_down,
    heading_row,
    page,
)
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.wording.language import CELL, UNSURE_WORD
from mmethics_cli.wording.typed import NONE_WORD, read_by
from mmethics_cli.wording.values import brief_text, none_label, option_labels

_COLUMNS: Final = (
    SheetColumn("问题", 38),
    SheetColumn("要求", 8, centred=True),
    SheetColumn("回答", 46, role=ANSWER),
    SheetColumn("说明", 50),
    SheetColumn("依据", 24),
)
_REQUIRED: Final = {YES: "必答", NO: "选答", OPEN: "视情况"}
_INHERITED: Final = "沿用"
_MOST_NAMED: Final = 4

# What a cell takes, and what is said beside it.


def rule_of(question: Question, readers: str = "") -> CellRule:
    """What the cell takes in which a question is answered, with help shorter than a column's."""
    parts = (question.prompt, question.help, _how_to_write(question), readers)
    help_ = "\n".join(part for part in parts if part)
    if options := options_of(question):
        strict = question.type in ("bool", "choice") and not question.may_not_apply
        return drop_down(question.label, (*options, UNSURE_WORD, CLEAR_WORD), help_, strict=strict)
    otherwise = "要写“不清楚”“清空”或“不适用：理由”，请选“是”继续。"
    least, most = question.minimum or "", question.maximum or ""
    match question.type:
        case "int":
            error = f"这里写整数；{otherwise}"
            bounds = parse_int(least), parse_int(most)
            return CellRule("int", (), *bounds, question.label, error, help_)
        case "date":
            error = f"这里写日期，如 2027-03-01；{otherwise}"
            days = parse_date(least), parse_date(most)
            return CellRule("date", (), *days, question.label, error, help_)
    return CellRule(title=question.label, help=help_)


def _list_rule(question: Question) -> CellRule:
    """What the cell takes that says of a whole list that it has no entries."""
    help_ = f"一条也没有时选“{NONE_WORD}”；有的话不填这里，填另一张工作表。"
    return drop_down(question.label, (NONE_WORD, CLEAR_WORD), help_)


def options_of(question: Question) -> tuple[str, ...]:
    """The words to choose from; none where the answer is written."""
    labels = tuple(option_labels(question).values())
    none = none_label(question, CELL)
    if question.type != "choices" or question.at_least_one or none in labels:
        return labels
    return (*labels, none)


def _explained(question: Question) -> str:
    """The help of a question: meaning, example, options with their numbers, how to write it."""
    parts = [question.help]
    if question.example:
        parts.append(f"例如：{question.example}")
    if question.type == "choices":
        numbered = (f"{at} {label}" for at, label in enumerate(question.values.values(), 1))
        parts.append(f"可选：{'；'.join(numbered)}。")
    parts.append(_how_to_write(question))
    return "\n".join(part for part in parts if part)


def _how_to_write(question: Question) -> str:
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


# Which questions are asked, and their pages.


class Asked(Struct, frozen=True):
    """The questions of a dossier that may have to be answered; of a blank one the deciding ones.

    `fields` are the open fields of list entries that decide too.
    """

    blank: bool
    deciding: tuple[Question, ...]
    others: tuple[Question, ...]
    fields: tuple[AnswerPlace, ...] = ()

    @property
    def lists(self) -> tuple[Question, ...]:
        questions = (*self.deciding, *self.others)
        return tuple(question for question in questions if question.type == "list")


def asked(ledger: Ledger) -> Asked:
    """What to ask now: everything but what certainly does not apply, in the order of the pack."""
    facts = ledger.facts
    questions = facts.standard.questions
    open_ = [place for place, reason in relevant(facts) if reason is Reason.DECIDING]
    whole = (place.question for place in open_ if place.element is None)
    deciding = tuple(question for question in whole if ledger.writable(question))
    answered = {*facts.values, *ledger.unread}
    own = (path for path in answered if not is_of_event(path))
    nothing = all(path in questions and questions[path].of_institution for path in own)
    blank = nothing and bool(deciding)
    others = tuple(
        question
        for question in questions.values()
        if question not in deciding
        and ledger.writable(question)
        and facts.applies(question) is not NO
        and not blank
    )
    fields = tuple(place for place in open_ if place.element is not None)
    return Asked(blank, deciding, others, fields)


def question_pages(ledger: Ledger, wanted: Asked, names: dict[str, str]) -> list[Sheet]:
    """The page of deciding questions, and the one of all others; `names` are the lists' sheets."""
    rows = _QuestionRows(ledger, names)
    pages = []
    if wanted.deciding:
        title = "先答这些：决定审查路径的问题"
        notes = (
            "这些回答决定走哪种审查、要交哪些文件。请先答完这一页，导入后再导出一次，其余问题会跟着变。",
        )
        deciding = tuple(rows.row(question, "必答") for question in wanted.deciding)
        pages.append(page(FIRST_NAME, title, _COLUMNS, deciding, QUESTIONS, notes))
    if wanted.others:
        notes = (
            "“视情况”的，看“说明”里写的前提；前提不成立就空着。"
            "写明“读的人”的，原话会印给他们看；没有写的，由伦理委员会和办公室读。",
        )
        others = tuple(rows.by_section(wanted.others))
        pages.append(page(REST_NAME, REST_NAME, _COLUMNS, others, QUESTIONS, notes))
    return pages


class _QuestionRows(Struct, frozen=True):
    """Makes the rows of questions."""

    ledger: Ledger
    names: dict[str, str]

    def by_section(self, questions: Iterable[Question]) -> Iterator[SheetRow]:
        section = ""
        for question in questions:
            if question.section != section:
                section = question.section
                yield heading_row(self.ledger.facts.standard.sections[section])
            inherited = AnswerPlace(question).is_inherited(self.ledger.facts)
            required = _INHERITED if inherited else _REQUIRED[_requirement(self.ledger, question)]
            yield self.row(question, required)

    def row(self, question: Question, required: str) -> SheetRow:
        prompt = question.prompt if question.prompt != question.label else ""
        asked = "\n".join(filter(None, (question.label, prompt)))
        readers = read_by(question, self.ledger.facts)
        inherited = self._inherited(question) if required == _INHERITED else ""
        parts = (_explained(question), readers, self._premise(question), inherited)
        explained = "\n".join(filter(None, parts))
        cells = (
            SheetCell(asked, PLAIN),
            SheetCell(required, RED if required == _REQUIRED[YES] else PLAIN),
            self._answer(question),
            SheetCell(explained, PLAIN),
            SheetCell(cite_for(self.ledger.facts, question.basis, marks=True), SMALL),
        )
        return SheetRow(cells, ENTRY + question.path)

    def _answer(self, question: Question) -> SheetCell:
        if question.type != "list":
            return answer_cell(self.ledger, question.path, rule_of(question))
        if self.ledger.elements(question):
            count, name = self.ledger.text(question.path), self.names[question.path]
            return SheetCell(f"{count}，见工作表“{name}”", SMALL)
        return answer_cell(self.ledger, question.path, _list_rule(question))

    def _premise(self, question: Question) -> str:
        """What must be known before it is certain that the question is to be answered."""
        facts = self.ledger.facts
        if question.type == "list" and not self.ledger.elements(question):
            return f"逐条填在工作表“{self.names[question.path]}”。"
        condition = question.ask_when
        if condition is None or evaluate(condition, facts) is not OPEN:
            return ""
        return f"前提：看“{'”“'.join(self._waits_for(condition))}”怎样回答，可能不用答。"

    def _inherited(self, question: Question) -> str:
        """What holds without an answer, and by which fact."""
        facts = self.ledger.facts
        source = label_at(facts.standard, facts, question.inherits)
        said = brief_text(question, facts.get(question.path))
        return f"空着就沿用“{source}”：{said}；不同才填。"

    def _waits_for(self, condition: Condition) -> list[str]:
        facts = self.ledger.facts
        paths = sorted(unknown_facts(condition, facts))
        labels = dict.fromkeys(label_at(facts.standard, facts, path) for path in paths)
        return list(labels)[:_MOST_NAMED]


def _requirement(ledger: Ledger, question: Question) -> Truth:
    """Whether a question must be answered, as far as is known."""
    facts = ledger.facts
    if question.required_when is None:
        return NO
    required = evaluate(question.required_when, facts)
    return facts.applies(question) if required is YES else required
