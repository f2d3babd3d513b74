"""Proof of a whole pack, what `standard lint` prints: names and bases (by building it), cases and
worked studies, consistency, what to prepare, due dates and holidays, templates; and whether what is
right is good enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from mmethics_cli.core.checks.cases import (
    WorkedStudy,
    prove_consistency,
    prove_rules,
    worked_studies,
)
from mmethics_cli.core.checks.norms import prove_demands, prove_in_force, prove_template
from mmethics_cli.core.checks.pack_quality import gaps, shortcomings
from mmethics_cli.core.checks.phrase_cases import prove_phrases
from mmethics_cli.core.checks.studies import prove_studies
from mmethics_cli.core.conditions.values import KeyPath
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.prepare import PREPARE, prove_guide
from mmethics_cli.core.lifecycle.due import prove_time
from mmethics_cli.core.lifecycle.revision import is_of_study
from mmethics_cli.core.standard.migrations import prove_migrations
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.node import Fault
from mmethics_cli.core.standard.pack_editions import prove_editions
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.forms.words import read_words
from mmethics_cli.store.dossier.workspace import open_workspace
from mmethics_cli.store.examples import about, examples
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.workflow.english import FOLDER
from mmethics_cli.workflow.template_proof import template_problems


def pack_problems(overlay: Path | None, today: date) -> list[Problem]:
    """Everything that is wrong with the pack on a day, which tells what law is in force.

    Raises PackError when it can't even be built.
    """
    pack = load(overlay, also=("cases", "forms", "worksheets", FOLDER, PREPARE))
    standard = pack.standard()
    trees = pack.trees
    faults = [
        *prove_rules(standard, trees),
        *prove_consistency(standard, trees["consistency.yaml"]),
        *prove_phrases(standard, trees),
        *prove_guide(standard, trees),
        *read_words(trees, standard)[1],
        *_without_meaning(standard, trees),
        *prove_time(standard, trees),
        *prove_migrations(standard),
        *prove_editions(standard, trees),
        *prove_in_force(standard, trees, today),
        *prove_demands(standard, trees, _studies(pack, standard)),
    ]
    problems = [
        Problem(text, *pack.locate(file, keys), fix=_fix(pack, file, keys))
        for file, keys, text in faults
    ]
    problems += _worth_saying(pack, standard)
    problems += template_problems(pack, standard)
    problems += _norm_problems(pack, standard, today)
    return list(dict.fromkeys(problems))


def _worth_saying(pack: Pack, standard: Standard) -> Iterator[Problem]:
    """What could be better; of an institution's pack only what it brings or changes itself."""
    for lack in shortcomings(standard, pack.trees):
        if _is_own(pack, lack.file, lack.keys):
            yield Problem(lack.message, *pack.locate(lack.file, lack.keys), fix=lack.fix)
    if pack.overlay is None:
        for lack in gaps(standard, pack.trees):
            yield Problem(lack.message, *pack.locate(lack.file, lack.keys), fix=lack.fix)
    # An institution's rules may well decide the shipped studies otherwise.
    for file, keys, text in prove_studies(
        standard, pack.trees, lambda file, index: _is_own(pack, file, (index,))
    ):
        yield Problem(text, *pack.locate(file, keys))


def _is_own(pack: Pack, file: str, keys: KeyPath) -> bool:
    """Whether an entry stands in the pack that is to be proved, not in the one below it."""
    return pack.overlay is None or pack.locate(file, keys)[0] != file


def _studies(pack: Pack, standard: Standard) -> Iterator[WorkedStudy]:
    """The worked studies of the pack, then its examples."""
    yield from worked_studies(standard, pack.trees)
    for name, folder in examples(pack.overlay).items():
        try:
            values = open_workspace(folder, standard).values
        except EthicsError:
            continue  # it was not written for this pack
        yield WorkedStudy(name, Facts(standard, values, about(folder).as_of))


def _without_meaning(standard: Standard, trees: Mapping[str, object]) -> Iterator[Fault]:
    """Questions about the study that do not say what a change of their answer means."""
    for file, tree in trees.items():
        if not file.startswith("questions/") or not isinstance(tree, dict):
            continue
        entries = tree.get("questions")
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            question = standard.questions[str(entry["path"])]
            if is_of_study(question) and not question.meanings:
                text = f"“{question.label}”没有写改动属于哪一类（change: 类别，无关的写 none）"
                yield file, ("questions", index), text


def _fix(pack: Pack, file: str, keys: KeyPath) -> str:
    """What an institution can do about a shipped case that its own pack has silenced."""
    if _is_own(pack, file, keys) or file.startswith(f"{PREPARE}/"):
        return ""
    return "它受你的标准包影响：请在自己的 cases/ 里写一条同名的用例代替它。"


def _norm_problems(pack: Pack, standard: Standard, today: date) -> Iterator[Problem]:
    """Norms that templates name by hand, or cite though they are repealed."""
    for name in sorted(pack.templates):
        if name.endswith((".md", ".yaml")):
            shown = pack.own_templates.get(name, name)
            for line, text in prove_template(standard, pack.template_text(name), today):
                yield Problem(text, shown, line)
