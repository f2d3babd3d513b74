"""Proof of a whole pack: names and bases (by building it), cases, consistency, templates."""

from __future__ import annotations

from pathlib import Path

from mmethics_cli.core.cases import prove_consistency, prove_rules
from mmethics_cli.errors import Problem
from mmethics_cli.render.templates import Templates
from mmethics_cli.store.pack import load
from mmethics_cli.store.yaml_reader import parse


def faults(overlay: Path | None) -> list[Problem]:
    """Everything that is wrong with the pack; raises PackError when it can't even be built."""
    pack = load(overlay, also=("cases",))
    standard = pack.standard()
    cases = {name: tree for name, tree in pack.trees.items() if name.startswith("cases/")}
    found = [
        *prove_rules(standard, cases),
        *prove_consistency(standard, pack.trees["consistency.yaml"]),
    ]
    problems = [
        Problem(text, *(pack.locate(file, keys) if file else ())) for file, keys, text in found
    ]
    texts = {name: pack.template_text(name) for name in pack.templates if name.endswith(".md")}
    templates = Templates(texts, standard, lambda text: parse(text, "模板").tree)
    for document in standard.documents.values():
        if document.template is None:
            continue
        if document.template not in texts:
            problems.append(Problem(f"没有模板“{document.template}”", "documents.yaml"))
        else:
            problems += templates.problems(document.template)
    return list(dict.fromkeys(problems))
