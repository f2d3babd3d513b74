"""What an amendment says was changed, beside what differs from the approved study."""

from __future__ import annotations

from collections.abc import Iterator

from mmethics_cli.core.facts import Facts
from mmethics_cli.core.findings import Finding
from mmethics_cli.core.revision import ATTACHMENTS, CATEGORIES, changes, proposed
from mmethics_cli.core.standard import Standard
from mmethics_cli.core.values import Several


def unnamed_changes(facts: Facts) -> Iterator[Finding]:
    """Categories that the study's changes fall into and that the amendment does not name."""
    named = facts.get(CATEGORIES)
    if facts.baseline is None or not isinstance(named, Several):
        return
    found = changes(facts.baseline, facts)
    labels = facts.standard.questions[CATEGORIES].values
    for category in sorted(proposed(found) - named.sure, key=list(labels).index):
        places = "、".join(dict.fromkeys(one.label for one in found if one.category == category))
        yield Finding(
            "change_unnamed",
            "warning",
            "inconsistent",
            CATEGORIES,
            f"与批准的内容比对，{places}有改动，“{facts.standard.questions[CATEGORIES].label}”"
            f"却没有选“{labels[category]}”",
            "请补选；改动不属于这一类的，在修改内容概述里说明",
        )


def unfound_changes(facts: Facts) -> Iterator[Finding]:
    """Categories that the amendment names and that nothing in the dossier has changed for.

    What may stand in an attachment alone counts as found where one has another version. Where the
    study did change, it is a note: one answer may change what several categories are about.
    """
    named = facts.get(CATEGORIES)
    if facts.baseline is None or not isinstance(named, Several):
        return
    found = changes(facts.baseline, facts)
    if any(one.path.startswith(f"{ATTACHMENTS}[") for one in found):
        return
    question = facts.standard.questions[CATEGORIES]
    gone = (named.sure & _shown_by_answers(facts.standard)) - proposed(found)
    for category in sorted(gone, key=list(question.values).index):
        yield Finding(
            "change_not_found",
            "note" if found else "warning",
            "inconsistent",
            CATEGORIES,
            f"“{question.label}”选了“{question.values[category]}”，与批准的内容比对，"
            "没有找到直接对应的改动，附件也没有换版本",
            "请核对：先修改卷宗或附件，或去掉这一项",
        )


def _shown_by_answers(standard: Standard) -> frozenset[str]:
    """The categories that changed answers can fall into."""
    questions = standard.questions.values()
    every = [*questions, *(field for one in questions for field in one.fields)]
    return frozenset(
        meaning.category
        for one in every
        for meaning in one.meanings
        if meaning.category is not None
    )
