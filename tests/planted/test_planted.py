"""Contradictions planted in the complete examples are found, and other words for the same are not.

The lists are data: planted.yaml (what must be found), held_out.yaml (the same, put as others would
put it), neutral.yaml (what contradicts nothing), others.yaml (what others write that contradicts
nothing). The held-out ones and those of others are read by the phrase rules alone.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from msgspec.structs import replace

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.documents import FileState
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.checks.phrases import misstatements
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.names import ELEMENT_PATH
from mmethics_cli.store.dossier.workspace import open_workspace
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.checking import review
from mmethics_cli.workflow.opening import Dossier, open_dossier
from tests.program import STUDIES, told
from tests.studies import example_tree

HERE: Final = Path(__file__).parent
EXAMPLES: Final = {
    "ecg": "prospective-ecg",
    "glioma": "genomics-imaging-partner",
    "ich": "retrospective-imaging-ai",
    "children": "children-imaging-exome",
    "minimal": "minimal-ecg-text",
    "mixed": "mixed-waiver-consent",
}
FOUND_AT_LEAST: Final = 0.95
HELD_OUT_FOUND_AT_LEAST: Final = 0.9
Row = Mapping[str, Any]


def rows(name: str) -> list[Row]:
    loaded = yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return list(loaded)


@cache
def whole(example: str) -> tuple[Dossier, date, Mapping[str, FileState], frozenset[Finding]]:
    """An example where it lies, its day, its files, and what is found of it as it stands."""
    name = EXAMPLES[example]
    today = date.fromisoformat(told(name, "as_of"))
    dossier = open_dossier(STUDIES / name, today)
    files = open_workspace(STUDIES / name, dossier.standard).file_states()
    return dossier, today, files, frozenset(found(dossier, today, files))


def found(dossier: Dossier, today: date, files: Mapping[str, FileState]) -> list[Finding]:
    package = package_of(dossier, today)
    placed = review(dossier, package, files)
    return [one.finding for one in placed if one.finding.severity != "note"]


def changed(tree: Any, row: Row) -> Any:
    """The answers of an example with the change of a row."""
    tree = copy.deepcopy(tree)
    for path, value in row.get("set", {}).items():
        holder, key = place(tree, path)
        holder[key] = value
    for path, text in row.get("add", {}).items():
        holder, key = place(tree, path)
        old = holder[key].rstrip()
        holder[key] = f"{old}{'' if old.endswith(('。', '；')) else '。'}{text}\n"
    for path, (old, new) in row.get("replace", {}).items():
        holder, key = place(tree, path)
        assert old in holder[key], f"{path} does not say {old}"
        holder[key] = holder[key].replace(old, new)
    return tree


def place(tree: Any, path: str) -> tuple[Any, str]:
    """The holder and the key of an answer; one that assets share is put into its asset first."""
    shared = tree["data"].get("shared", {})
    element = ELEMENT_PATH.fullmatch(path)
    keys = (element["list"] if element else path).split(".")
    for key in keys if element else keys[:-1]:
        tree = tree[key]
    if element is None:
        return tree, keys[-1]
    entry, field = next(one for one in tree if one["id"] == element["id"]), element["field"]
    if field not in entry and field in shared:
        entry[field] = shared[field]
    return entry, field


def fresh(row: Row) -> list[Finding]:
    """What is found of the example with the change, and was not before."""
    dossier, today, files, at_rest = whole(row["example"])
    facts = facts_with(dossier, today, row)
    planted = replace(dossier, facts=facts, pathway=Pathway(facts))
    return [one for one in found(planted, today, files) if one not in at_rest]


def facts_with(dossier: Dossier, today: date, row: Row) -> Facts:
    tree = changed(example_tree(EXAMPLES[row["example"]], "dossier.yaml"), row)
    reading = read_tree(dossier.standard, tree)
    assert not reading.unknown and not reading.refused, row
    return Facts(dossier.standard, {**dossier.facts.values, **reading.values}, today)


def misstated(row: Row) -> list[Finding]:
    """What the phrase rules alone find of the example with the change."""
    dossier, today, _, _ = whole(row["example"])
    facts = facts_with(dossier, today, row)
    return [
        one
        for one in misstatements(facts, {}, lambda path, value: str(value))
        if one.severity != "note"
    ]


def others_of(example: str) -> Row:
    """All that others write of an example, each sentence in the text where it fits."""
    tree = example_tree(EXAMPLES[example], "dossier.yaml")
    add: dict[str, str] = {}
    for row in rows("others.yaml"):
        if example in row.get("of", EXAMPLES) and is_written(tree, row["at"]):
            add[row["at"]] = add.get(row["at"], "") + row["text"]
    return {"example": example, "add": add}


def is_written(tree: Any, path: str) -> bool:
    try:
        holder, key = place(tree, path)
    except (KeyError, TypeError):
        return False
    return isinstance(holder.get(key), str)


def is_found(row: Row) -> bool:
    paths = {one.path for one in fresh(row)}
    return bool(paths & set(row["at"]))


def told_by(row: Row) -> str:
    return str({key: row[key] for key in ("example", "set", "add", "replace") if key in row})


def test_the_lists_are_long_enough() -> None:
    assert len(rows("planted.yaml")) >= 80
    assert len(rows("neutral.yaml")) >= 40
    assert len(rows("others.yaml")) >= 300
    assert {row["example"] for row in rows("planted.yaml")} == set(EXAMPLES)


def test_what_others_write_fits_a_text_of_some_example() -> None:
    trees = {name: example_tree(study, "dossier.yaml") for name, study in EXAMPLES.items()}
    stray = [
        row["text"]
        for row in rows("others.yaml")
        if not any(is_written(trees[name], row["at"]) for name in row.get("of", EXAMPLES))
    ]
    assert stray == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_others_write_is_not_held_against_any_example(example: str) -> None:
    added = others_of(example)
    plain = {one.message for one in misstated({"example": example})}
    assert [one.message for one in misstated(added) if one.message not in plain] == []


def test_held_out_contradictions_are_found() -> None:
    listed = rows("held_out.yaml")
    missed = [
        told_by(row) for row in listed if not {one.path for one in misstated(row)} & set(row["at"])
    ]
    assert len(missed) <= len(listed) * (1 - HELD_OUT_FOUND_AT_LEAST), "\n".join(missed)


def test_planted_contradictions_are_found_where_they_stand() -> None:
    listed = rows("planted.yaml")
    missed = [told_by(row) for row in listed if not is_found(row)]
    assert len(missed) <= len(listed) * (1 - FOUND_AT_LEAST), "\n".join(missed)


@pytest.mark.parametrize("row", rows("neutral.yaml"), ids=told_by)
def test_other_words_that_contradict_nothing_are_left_alone(row: Row) -> None:
    assert [f"{one.id} {one.path}: {one.message}" for one in fresh(row)] == []
