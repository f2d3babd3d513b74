"""Proof of a whole pack: what building it proves, its cases, its guide, due dates, templates."""

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
from mmethics_cli.core.conditions.values import KeyPath
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.prepare import PREPARE, prove_guide
from mmethics_cli.core.lifecycle.due import prove_time
from mmethics_cli.core.lifecycle.revision import is_of_study
from mmethics_cli.core.standard.migrations import prove_migrations
from mmethics_cli.core.standard.model import DocumentKind, Standard
from mmethics_cli.core.standard.node import Fault
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.render.templates import Templates
from mmethics_cli.store.dossier.create import about
from mmethics_cli.store.dossier.workspace import open_workspace
from mmethics_cli.store.pack import Pack, examples, load
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.workflow.english import FOLDER, english_faults, template_of, words_of
from mmethics_cli.workflow.packs import condition_tree


def pack_problems(overlay: Path | None, today: date) -> list[Problem]:
    """Everything that is wrong with the pack on a day, which tells what law is in force.

    Raises PackError when it can't even be built.
    """
    pack = load(overlay, also=("cases", "worksheets", FOLDER, PREPARE))
    standard = pack.standard()
    trees = pack.trees
    faults = [
        *prove_rules(standard, trees),
        *prove_consistency(standard, trees["consistency.yaml"]),
        *prove_guide(standard, trees),
        *_without_meaning(standard, trees),
        *prove_time(standard, trees),
        *prove_migrations(standard),
        *prove_in_force(standard, trees, today),
        *prove_demands(standard, trees, _studies(pack, standard)),
    ]
    problems = [
        Problem(text, *pack.locate(file, keys), fix=_fix(pack, file, keys))
        for file, keys, text in faults
    ]
    problems += [*_template_problems(pack, standard), *_norm_problems(pack, standard, today)]
    return list(dict.fromkeys(problems))


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
        questions = tree.get("questions")
        for index, raw in enumerate(questions if isinstance(questions, list) else ()):
            question = standard.questions[str(raw["path"])]
            if is_of_study(question) and not question.meanings:
                text = f"“{question.label}”没有写改动属于哪一类（change: 类别，无关的写 none）"
                yield file, ("questions", index), text


def _fix(pack: Pack, file: str, keys: KeyPath) -> str:
    """What an institution can do about a shipped case that its own pack has silenced."""
    own = pack.overlay is None or pack.locate(file, keys)[0] != file
    if own or file.startswith(f"{PREPARE}/"):
        return ""
    return "它受你的标准包影响：请在自己的 cases/ 里写一条同名的用例代替它。"


def _template_problems(pack: Pack, standard: Standard) -> Iterator[Problem]:
    """What is wrong in templates, documents whose template is not there, templates of no use."""
    texts = {name: pack.template_text(name) for name in pack.templates if name.endswith(".md")}
    templates = Templates(texts, standard, condition_tree, pack.own_templates, pack.pictures)
    terms, problems = words_of(pack, standard)
    yield from problems
    used = {f"{kind.id}.xlsx.yaml" for kind in standard.documents.values()}
    for number, kind in enumerate(standard.documents.values()):
        if kind.template is None:
            continue
        if kind.template not in texts:
            yield _lacks_template(pack, number, kind)
        else:
            used |= templates.files(kind.template)
            wrong = templates.problems(kind.template)
            yield from wrong
            yield from _element_problems(pack, number, kind, templates)
            english = template_of(kind)
            if not wrong and english in texts:
                used |= templates.files(english)
                yield from english_faults(terms, templates, kind)
        yield from _layout_problems(pack, kind)
    for name in sorted(pack.own_templates.keys() - used):
        fix = "请核对文件名，或在 documents.yaml 里写 template:。"
        yield Problem("没有文件用到这个模板。", pack.own_templates[name], fix=fix)


def _norm_problems(pack: Pack, standard: Standard, today: date) -> Iterator[Problem]:
    """Norms that templates name by hand, or cite though they are repealed."""
    for name in sorted(pack.templates):
        if name.endswith(".md"):
            shown = pack.own_templates.get(name, name)
            for line, text in prove_template(standard, pack.template_text(name), today):
                yield Problem(text, shown, line)


def _layout_problems(pack: Pack, kind: DocumentKind) -> Iterator[Problem]:
    """What is wrong in the layout of a document that is also an Excel file."""
    name = f"{kind.id}.xlsx.yaml"
    if "xlsx" in kind.formats and name in pack.templates:
        from mmethics_cli.render.worksheets import problems

        tree = parse(pack.template_text(name), name).tree
        yield from problems(pack.own_templates.get(name, name), tree)


def _element_problems(
    pack: Pack, number: int, kind: DocumentKind, templates: Templates
) -> Iterator[Problem]:
    """Consent elements that a document must hold and its template lacks, or the reverse."""
    written = templates.elements(kind.template or "")
    for index, element in enumerate(kind.elements):
        if element.id not in written:
            place = pack.locate("documents.yaml", (number, "elements", index))
            yield Problem(f"模板“{kind.template}”里没有“::: element {element.id}”", *place)
    for name in sorted(written - templates.standard.elements.keys()):
        place = pack.locate("documents.yaml", (number, "template"))
        yield Problem(f"模板“{kind.template}”标出了不认识的告知要素“{name}”", *place)


def _lacks_template(pack: Pack, number: int, kind: DocumentKind) -> Problem:
    place = pack.locate("documents.yaml", (number, "template"))
    return Problem(f"没有模板“{kind.template}”", *place)
