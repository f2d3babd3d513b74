"""The pages of questions: those that decide the pathway first, then the rest by section."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mmethics_cli.core.conditions import Condition, evaluate
from mmethics_cli.core.explain import unknown_facts
from mmethics_cli.core.law import Basis
from mmethics_cli.core.names import label_at
from mmethics_cli.core.relevance import Place, Reason, relevant
from mmethics_cli.core.standard import Question
from mmethics_cli.core.values import Truth
from mmethics_cli.sheets.layout import (
    ANSWER,
    FIRST_NAME,
    QUESTIONS,
    REST_NAME,
    Cell,
    Column,
    Page,
    Row,
)
from mmethics_cli.sheets.ledger import Ledger
from mmethics_cli.sheets.rules import explained, list_rule, rule_of

Cite = Callable[[tuple[Basis, ...]], str]

_COLUMNS: Final = (
    Column("问题", 38),
    Column("要求", 8, centred=True),
    Column("回答", 46, ANSWER),
    Column("说明", 50),
    Column("依据", 24),
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
    fields: tuple[Place, ...] = ()

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
    own = (path for path in answered if not path.startswith("event."))
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


def question_pages(ledger: Ledger, wanted: Asked, names: dict[str, str], cite: Cite) -> list[Page]:
    """The page of deciding questions, and the one of all others; `names` are the lists' sheets."""
    make = _Maker(ledger, names, cite)
    pages = []
    if wanted.deciding:
        notes = (
            "这些回答决定走哪种审查、要交哪些文件。请先答完这一页，导入后再导出一次，其余问题会跟着变。",
        )
        rows = tuple(make.row(one, deciding=True) for one in wanted.deciding)
        pages.append(
            Page(FIRST_NAME, "先答这些：决定审查路径的问题", _COLUMNS, rows, QUESTIONS, notes)
        )
    if wanted.others:
        rows = tuple(make.by_section(wanted.others))
        notes = ("“视情况”的，看“说明”里写的前提；前提不成立就空着。",)
        pages.append(Page(REST_NAME, REST_NAME, _COLUMNS, rows, QUESTIONS, notes))
    return pages


@dataclass(frozen=True, slots=True)
class _Maker:
    ledger: Ledger
    names: dict[str, str]
    cite: Cite

    def by_section(self, questions: Iterable[Question]) -> Iterator[Row]:
        section = ""
        for one in questions:
            if one.section != section:
                section = one.section
                title = Cell(self.ledger.facts.standard.sections[section])
                yield Row((title, *[Cell()] * (len(_COLUMNS) - 1)), look="section")
            yield self.row(one)

    def row(self, question: Question, deciding: bool = False) -> Row:
        needed = requirement(self.ledger, question)
        prompt = question.prompt if question.prompt != question.label else ""
        cells = (
            Cell("\n".join(filter(None, (question.label, prompt)))),
            Cell(REQUIRED[Truth.YES if deciding else needed]),
            self._answer(question),
            Cell("\n".join(filter(None, (explained(question), self._premise(question))))),
            Cell(self.cite(question.basis), grey=True),
        )
        return Row(cells, question.path)

    def _answer(self, question: Question) -> Cell:
        text = self.ledger.text(question.path)
        if question.type != "list":
            return answer_cell(self.ledger, question, question.path)
        name = self.names[question.path]
        if self.ledger.elements(question):
            return Cell(f"{text}，见工作表“{name}”", grey=True)
        return Cell(text, question.path, list_rule(question))

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


def answer_cell(ledger: Ledger, question: Question, key: str) -> Cell:
    """The cell of an answer; closed where the answer is too long for a cell."""
    text = ledger.text(key)
    if text != ledger.whole_text(key):
        return Cell(text, key, grey=True)
    return Cell(text, key, rule_of(question))


def requirement(ledger: Ledger, question: Question) -> Truth:
    """Whether a question must be answered, for all that is known."""
    facts = ledger.facts
    if question.required_when is None:
        return Truth.NO
    applies = facts.applies(question)
    required = evaluate(question.required_when, facts)
    return applies if required is Truth.YES else required
