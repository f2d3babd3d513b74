"""Who reads a text is told where it is asked for: in the help, at the prompt and in a workbook."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import Mock

import pytest

from mmethics_cli.ask.form import FilledForm
from mmethics_cli.ask.prompts import Prompts
from mmethics_cli.ask.terminal import Terminal
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import AnswerPlace
from mmethics_cli.core.interview.steps import InterviewProgress, QuestionRow, Step
from mmethics_cli.wording.typed import PromptReader, help_on, read_by
from tests.papers.shipped import answers
from tests.studies import facts_of, standard

CHILDREN, ECG = "children-imaging-exome", "prospective-ecg"
PAST = "retrospective-imaging-ai"


def facts(example: str) -> Facts:
    return facts_of(answers(example))


@pytest.mark.parametrize(
    ("example", "path", "readers"),
    [
        (ECG, "consent.plain_purpose", "读的人：成年的参与者、本人或者监护人、看到招募启事的人"),
        (CHILDREN, "consent.child_purpose", "读的人：8至13周岁的参与者、不满8周岁的参与者"),
        (
            CHILDREN, "risk.injury",
            "读的人：成年的参与者、监护人、14至17周岁的参与者、本人或者监护人",
        ),
        (PAST, "data.retention", ""),
        (ECG, "design.background", ""),
        (ECG, "risk.level", ""),
    ],
)  # fmt: skip
def test_readers_are_those_that_the_study_has_a_paper_for(
    example: str, path: str, readers: str
) -> None:
    assert read_by(standard().questions[path], facts(example)) == readers


def test_the_prompt_and_its_help_say_who_reads_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    question, study = standard().questions["consent.plain_purpose"], facts(CHILDREN)
    row = QuestionRow(AnswerPlace(question))
    said = []

    def no_form(*_: object, readers_of: Callable[[QuestionRow], str]) -> Mock:
        said.append(readers_of(row))
        return Mock(**{"run.return_value": FilledForm({}, {})})

    monkeypatch.setattr("mmethics_cli.ask.terminal.Form", no_form)
    terminal = Terminal(
        Prompts(False), dict(standard().sections), print, PromptReader(lambda _: None)
    )
    terminal(Step((row,), InterviewProgress("consent", 1, 2, 3, 4), study))
    assert said == [read_by(question, study)] and said[0].startswith("读的人：")
    assert [line for line in help_on(question, study) if line.startswith("读的人：")]
