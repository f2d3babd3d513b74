"""The shipped standard, and answers to it: worked studies of `cases/`, files of the examples."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from mmethics_cli.core.checks import studies
from mmethics_cli.core.checks.cases import case_facts
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.store.pack import load
from tests.program import STUDIES

Tree = dict[str, Any]

merged = studies.laid_upon


@cache
def standard() -> Standard:
    return load().standard()


@cache
def worked_studies() -> dict[str, Tree]:
    return studies.worked_studies(load(also=("cases",)).trees)


def study_facts(name: str) -> Tree:
    """The answers of a worked study, with those of the study that it is made from below them."""
    return studies.answers_of(name, worked_studies())


def facts_of(answers: Tree, baseline: Tree | None = None) -> Facts:
    facts = case_facts(standard(), answers, baseline)
    assert isinstance(facts, Facts), f"the answers can't be read: {facts}"
    return facts


def nested(path: str, value: Any) -> Tree:
    for key in reversed(path.split(".")):
        value = {key: value}
    return dict(value)


@cache
def example_tree(example: str, name: str) -> Tree:
    """A file of a worked example with every scalar as text; not to be changed."""
    text = (STUDIES / example / name).read_text(encoding="utf-8")
    tree = yaml.load(text, Loader=yaml.BaseLoader)
    assert isinstance(tree, dict)
    return tree
