"""审查意见（批件）: what it asks of the applicant is what was decided."""

from __future__ import annotations

from typing import Final

import pytest

from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.decision import kind_of, outcome_of
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.study import Office, Study
from mmethics_cli.render.text import render_text
from tests.papers.shipped import answers, changed, shipped
from tests.studies import facts_of, standard

LASTING: Final = {"approve", "continue"}
# Under which the letter has what, in both languages.
REQUIREMENTS: Final = ("批准后的要求", "After approval")
ANSWER: Final = ("请逐条答复上面的意见", "answer the comments above")
EITHER_WAY: Final = ("决定为批准的", "If the decision is an approval")
DECISIONS: Final = [(kind.id, word) for kind in standard().submissions.values()
                    for word in (*kind.decisions, *kind.read_as)]  # fmt: skip


def letters(kind: str, word: str, **more: str) -> list[str]:
    """The letter on a submission in both languages; `word` is empty before it is decided."""
    asked = facts_of(changed(answers("prospective-ecg"), {"event.kind": kind, **more}))
    facts = Facts(standard(), asked.values, asked.today, outcome=outcome_of(asked, word))
    office = Office(recorded={"decision": word} if word else {}, acts={"number": "1"})
    stamp = Stamp("decision_letter", "审查意见（批件）")
    study = Study(facts, Pathway(facts), stamp, office=office)
    names = ("decision_letter.md", "decision_letter.en.md")
    return [render_text(shipped(), name, study).plain for name in names]


@pytest.mark.parametrize(("kind", "word"), DECISIONS)
def test_requirements_follow_an_approval_alone(kind: str, word: str) -> None:
    meant = kind_of(standard(), kind).read_as.get(word, word)
    lasts = meant in LASTING
    answered = standard().decisions[meant].comments
    for at, text in enumerate(letters(kind, word)):
        assert (REQUIREMENTS[at] in text) is lasts
        assert (ANSWER[at] in text) is answered
        assert EITHER_WAY[at] not in text


def test_an_approved_end_asks_nothing_more() -> None:
    ended = letters("suspension", "approve", **{"event.termination": "yes"})
    assert not any(words in text for words, text in zip(REQUIREMENTS, ended, strict=True))
    rests = letters("suspension", "approve", **{"event.termination": "no"})
    assert all(words in text for words, text in zip(REQUIREMENTS, rests, strict=True))


def test_a_letter_to_be_filled_in_says_what_follows_from_each_decision() -> None:
    for at, text in enumerate(letters("initial", "")):
        assert REQUIREMENTS[at] in text and EITHER_WAY[at] in text and ANSWER[at] not in text
