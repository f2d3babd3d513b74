"""The committee's comments and their answers: none left out, none reworded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from mmethics_cli.core.facts import Facts
from mmethics_cli.core.findings import Finding
from mmethics_cli.core.values import UNKNOWN, Element, Value

RESPONSES: Final = "event.responses"
ALL_ACCEPTED: Final = "event.all_comments_accepted"
_ACCEPTED: Final = "accepted"
_SHOWN: Final = 30


def rows_for(comments: Sequence[str]) -> tuple[Element, ...]:
    """One row for each comment, its answer still open."""
    return tuple(Element(f"r{n}", {"comment": text}) for n, text in enumerate(comments, 1))


def all_accepted(responses: Value) -> Value:
    """Whether every comment was followed; unknown while one has no stance."""
    if not isinstance(responses, tuple) or not responses:
        return UNKNOWN
    stances = [one.get("stance") for one in responses]
    if any(one is UNKNOWN for one in stances):
        return UNKNOWN
    return all(one == _ACCEPTED for one in stances)


def unanswered_comments(facts: Facts, comments: Sequence[str]) -> Iterator[Finding]:
    """Comments of the decision that no row of the responses repeats word for word."""
    if facts.get("event.kind") != "re_review":
        return
    rows = facts.get(RESPONSES)
    said = [one.get("comment") for one in rows] if isinstance(rows, tuple) else []
    known = {" ".join(one.split()) for one in said if isinstance(one, str)}
    for number, text in enumerate(comments, 1):
        if " ".join(text.split()) not in known:
            short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
            yield Finding(
                "comment_unanswered",
                "error",
                "inconsistent",
                RESPONSES,
                f"第{number}条审查意见没有答复，或者改了原文：{short}",
                "照审查意见的原文写进“审查意见”一栏，再写怎样处理和答复",
            )
