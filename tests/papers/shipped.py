"""Papers of the shipped pack, printed from an example's answers with some of them changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import yaml

from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.study import Study, TransmittalRow
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import Rendered, render_text
from mmethics_cli.render.word import word_file
from mmethics_cli.store.pack import load
from mmethics_cli.store.yaml.reader import parse
from tests.program import STUDIES
from tests.studies import Tree, facts_of, merged, nested, standard

DAY = date(2027, 3, 1)


@cache
def shipped() -> Templates:
    pack = load()
    texts = {name: pack.template_text(name) for name in pack.templates if name.endswith(".md")}
    return Templates(
        texts, standard(), lambda text: parse(text, "条件").tree, pictures=pack.pictures
    )


@cache
def answers(example: str) -> Tree:
    """All answers of an example for its first submission."""
    found: Tree = {"event": {"kind": "initial"}}
    for name in ("institution.yaml", "dossier.yaml"):
        text = (STUDIES / example / name).read_text(encoding="utf-8")
        tree: Any = yaml.load(text, Loader=yaml.BaseLoader)
        found = merged(found, {key: one for key, one in tree.items() if isinstance(one, dict)})
    return found


def changed(tree: Tree, changes: Mapping[str, Any]) -> Tree:
    """The answers with some of them, by path, replaced; None takes one out."""
    for path, value in changes.items():
        tree = merged(tree, nested(path, value))
    return tree


def study(tree: Tree, document: str, rows: tuple[TransmittalRow, ...] = ()) -> Study:
    facts = facts_of(tree)
    title = standard().documents[document].title
    return Study(facts, Pathway(facts), Stamp(document, title, "1.0", DAY), rows)


def paper(tree: Tree, document: str, rows: tuple[TransmittalRow, ...] = ()) -> Rendered:
    """A paper as text with its gaps, from answers."""
    template = standard().documents[document].template
    assert template is not None
    return render_text(shipped(), template, study(tree, document, rows))


def word(tree: Tree, document: str, rows: tuple[TransmittalRow, ...] = ()) -> bytes:
    """The same as a Word file, as it is submitted."""
    of = study(tree, document, rows)
    return word_file(paper(tree, document, rows), of.stamp, draft=False)
