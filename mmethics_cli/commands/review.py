"""Everything that is wrong with a dossier: the checks of all rooms, each finding with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mmethics_cli.commands.answered import comments_to_answer
from mmethics_cli.commands.consent import hard_to_read, lacking_elements
from mmethics_cli.commands.opening import Dossier
from mmethics_cli.commands.package import Package
from mmethics_cli.core.completeness import (
    first_asked,
    missing_answers,
    unanswered_items,
)
from mmethics_cli.core.consistency import contradictions, stray_answers, unverified_law
from mmethics_cli.core.editions import left_behind, unmarked_attachments
from mmethics_cli.core.findings import Finding, in_order
from mmethics_cli.core.migrations import renamed
from mmethics_cli.core.named_changes import unfound_changes, unnamed_changes
from mmethics_cli.core.names import label_at, question_at
from mmethics_cli.core.papers import FileState, missing_papers, own_papers
from mmethics_cli.core.responses import unanswered_comments
from mmethics_cli.render.findings import Placed
from mmethics_cli.render.revisions import seen_before


def review(
    dossier: Dossier, package: Package, files: Mapping[str, FileState] | None = None
) -> tuple[Placed, ...]:
    """All findings, errors first; answers that two checks miss are named once.

    `files` is what is known of the attachments' files, if not what lies in the dossier's folder.
    """
    if files is None:
        files = dossier.workspace.file_states()
    found = [*_refused(dossier), *missing_answers(dossier.pathway)]
    found += missing_papers(dossier.pathway, files)
    found += unanswered_items(dossier.facts, dossier.self_check)
    found += contradictions(dossier.facts)
    found += stray_answers(dossier.facts)
    found += unnamed_changes(dossier.facts)
    found += unfound_changes(dossier.facts)
    found += unmarked_attachments(dossier.facts, seen_before(dossier.facts))
    found += left_behind(dossier.facts, seen_before(dossier.facts), package.study.printed)
    found += unanswered_comments(dossier.facts, comments_to_answer(dossier))
    found += _gaps(dossier, package, {one.path for one in found})
    found += own_papers(dossier.facts)
    found += lacking_elements(package)
    found += hard_to_read(package)
    found += unverified_law(dossier.pathway)
    found += renamed(dossier.workspace.moved)
    return tuple(_place(dossier, one) for one in in_order(_once(found)))


def _refused(dossier: Dossier) -> Iterator[Finding]:
    for one in dossier.refused:
        message, fix = one.problem.message, one.problem.fix
        yield Finding("answer_refused", "error", "invalid", one.path, message, fix)


def _once(found: list[Finding]) -> Iterator[Finding]:
    """An answer that was refused is not missing besides."""
    refused = {one.path for one in found if one.kind == "invalid"}
    return (one for one in found if one.kind != "missing_answer" or one.path not in refused)


def _gaps(dossier: Dossier, package: Package, known: set[str]) -> Iterator[Finding]:
    """Answers that a document would print as a gap, unless another check misses them already."""
    for paper in package.papers:
        gaps = package.gaps(paper)
        for path in (one for gap in gaps for one in first_asked(gap.path, dossier.facts)):
            if path not in known:
                known.add(path)
                yield _gap(dossier, path, paper.document.title)


def _gap(dossier: Dossier, path: str, title: str) -> Finding:
    label = label_at(dossier.standard, dossier.facts, path)
    try:
        question = question_at(dossier.standard, path)
        fix, basis = question.prompt, question.basis
    except KeyError:
        fix, basis = "", ()
    message = f"没有回答“{label}”，《{title}》要用到"
    return Finding("answer_missing", "error", "missing_answer", path, message, fix, basis=basis)


def _place(dossier: Dossier, finding: Finding) -> Placed:
    if not finding.path:
        return Placed(finding)
    file, line = dossier.where(finding.path)
    return Placed(finding, file, line)
