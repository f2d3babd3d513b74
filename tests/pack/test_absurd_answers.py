"""No question for a number or a day takes one that is no study's, in entries of lists either."""

from __future__ import annotations

import pytest

from mmethics_cli.core.standard.answers import Refused, read_value
from mmethics_cli.core.standard.model import Question
from tests.studies import facts_of

STANDARD = facts_of({}).standard
BOUNDED = [
    question
    for question in (*STANDARD.questions.values(), *STANDARD.fields.values())
    if question.type in ("int", "date")
]


@pytest.mark.parametrize("question", BOUNDED, ids=lambda question: question.name)
def test_what_is_no_answer_of_any_study_is_refused(question: Question) -> None:
    absurd = ("-1", "99999999999") if question.type == "int" else ("1800-01-01", "2999-12-31")
    for text in absurd:
        with pytest.raises(Refused, match="不能") as refused:
            read_value(question, text)
        assert refused.value.fix
    assert read_value(question, question.example)


def test_every_such_question_is_looked_at() -> None:
    assert len(BOUNDED) > 35
    assert {"event.ended_date", "data.assets.subjects"} <= {one.name for one in BOUNDED}
    for path in ("design.sample_size_total", "data.assets.subjects"):
        question = next(one for one in BOUNDED if one.name == path)
        with pytest.raises(Refused, match="不能小于 1"):
            read_value(question, "0")
