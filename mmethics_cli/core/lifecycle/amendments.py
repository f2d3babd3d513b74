"""What an amendment or re-review lacks, compared with what the committee saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mmethics_cli.core.checks.documents import attachments_of
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.values import UNKNOWN, Several, Value, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.editions import IN_PAIRS, same_edition
from mmethics_cli.core.lifecycle.revision import affected_documents, categories_of, changes_since
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import ATTACHMENTS, CHANGES, KIND


def unnamed_changes(facts: Facts) -> Iterator[Finding]:
    """Categories that the study's changes fall into and that the amendment does not name."""
    named = facts.get(CHANGES)
    if facts.baseline is None or not isinstance(named, Several):
        return
    changed = changes_since(facts.baseline, facts)
    labels = facts.standard.questions[CHANGES].values
    for category in sorted(categories_of(changed) - named.sure, key=list(labels).index):
        places = "、".join(
            dict.fromkeys(change.label for change in changed if category in change.categories)
        )
        yield Finding(
            "change_unnamed",
            "warning",
            "inconsistent",
            CHANGES,
            f"与批准的内容比对，{places}有改动，“{facts.standard.questions[CHANGES].label}”"
            f"却没有选“{labels[category]}”",
            "请补选；改动不属于这一类的，在修改内容概述里说明",
        )


def unfound_changes(facts: Facts) -> Iterator[Finding]:
    """Categories that the amendment names and that nothing in the dossier has changed for.

    What may stand in an attachment alone counts as found where one has another version. Where the
    study did change, it is a note: one answer may change what several categories are about.
    """
    named = facts.get(CHANGES)
    if facts.baseline is None or not isinstance(named, Several):
        return
    changed = changes_since(facts.baseline, facts)
    if any(change.path.startswith(f"{ATTACHMENTS}[") for change in changed):
        return
    question = facts.standard.questions[CHANGES]
    gone = (named.sure & _shown_by_answers(facts.standard)) - categories_of(changed)
    for category in sorted(gone, key=list(question.values).index):
        yield Finding(
            "change_not_found",
            "note" if changed else "warning",
            "inconsistent",
            CHANGES,
            f"“{question.label}”选了“{question.values[category]}”，与批准的内容比对，"
            "没有找到直接对应的改动，附件也没有换版本",
            "请核对：先修改卷宗或附件，或去掉这一项",
        )


def moved_baseline(facts: Facts, opened_on: Facts, approved: str) -> Iterator[Finding]:
    """What was approved since a change of the study was begun, and what of that it goes against.

    `opened_on` is the study as it stood approved then, `approved` names what moved it since.
    Nothing is merged: each place is named where the dossier is not as it was approved meanwhile.
    """
    if facts.baseline is None:
        return
    differing = {change.path for change in changes_since(facts.baseline, facts)}
    against = [
        change.label
        for change in changes_since(opened_on, facts.baseline)
        if change.path in differing
    ]
    said = f"这次送审开始以后，{approved} 批准了，改动从它算起"
    if against:
        said += f"；它改过的这几处，卷宗里不是它批准的样子：{'、'.join(against)}"
    yield Finding(
        "baseline_moved",
        "warning" if against else "note",
        "inconsistent",
        CHANGES,
        said,
        "请逐处核对：不再改的，改回批准的内容；要改的，在修改内容里说明",
    )


def _shown_by_answers(standard: Standard) -> frozenset[str]:
    """The categories that changed answers can fall into."""
    questions = standard.questions.values()
    every = [*questions, *(field for question in questions for field in question.fields)]
    return frozenset(
        category
        for question in every
        for meaning in question.meanings
        for category in meaning.categories
    )


def unmarked_attachments(facts: Facts, before: Facts | None) -> Iterator[Finding]:
    """Attachments of another edition than the committee saw, without the changes marked."""
    if before is None or facts.get(KIND) not in IN_PAIRS:
        return
    seen = {entry.id: entry for entry in attachments_of(before)}
    for entry in attachments_of(facts):
        old = seen.get(entry.id)
        if old is None or same_edition(old, entry):
            continue
        marked: Value = entry.get("marked_file")
        if marked is UNKNOWN or marked == old.get("marked_file") and isinstance(marked, str):
            yield Finding(
                "marked_missing",
                "error",
                "missing_attachment",
                f"attachments[{entry.id}].marked_file",
                f"附件“{name_of(entry)}”换了版本，没有附修订标记版",
                "改过的文件要同时交标记版，登记在“修订标记版”；证书一类没有标记版的，"
                "写“不适用：理由”",
            )


def left_behind(
    facts: Facts, before: Facts | None, printed: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """One warning on attachments that are still as the committee saw them, though what they should
    say of the study has changed. `printed`: see `affected_documents`.
    """
    if before is None or facts.get(KIND) not in IN_PAIRS:
        return
    seen = {entry.id: entry for entry in attachments_of(before)}
    kept = [
        entry
        for entry in attachments_of(facts)
        if entry.id in seen and same_edition(seen[entry.id], entry) and entry.get("kind") in printed
    ]
    if not kept:
        return
    changed = [
        change for change in changes_since(before, facts) if not change.path.startswith(ATTACHMENTS)
    ]
    affected = affected_documents(changed, facts.standard, printed)
    said = []
    for entry in kept:
        labels = [change.label for change in changed if entry.get("kind") in affected[change.path]]
        if labels:
            said.append(f"《{name_of(entry)}》（{'、'.join(dict.fromkeys(labels))}）")
    if said:
        yield Finding(
            "own_paper_left",
            "warning",
            "inconsistent",
            ATTACHMENTS,
            f"自备的 {len(said)} 份文件还是上次的版本，要写的内容却有改动：{'、'.join(said)}",
            "请改好、升版本号并附修订标记版；确实不涉及的不必理会；改用生成的，就删去那条附件",
        )
