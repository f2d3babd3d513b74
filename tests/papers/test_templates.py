"""The shipped templates: nothing wrong with them, and their gaps found without Jinja."""

from __future__ import annotations

import json
from datetime import date

import pytest
from msgspec.structs import replace

from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.study import Study
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import gaps_of, read_facts, render_text
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.workflow.template_proof import template_problems


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load()


@pytest.fixture(scope="module")
def standard(pack: Pack) -> Standard:
    return pack.standard()


@pytest.fixture(scope="module")
def shipped(pack: Pack, standard: Standard) -> Templates:
    texts = {name: pack.template_text(name) for name in pack.templates if name.endswith(".md")}
    return Templates(texts, standard, _tree, pictures=pack.pictures)


def _tree(text: str) -> object:
    return parse(text, "条件").tree


def whole_documents(shipped: Templates) -> list[str]:
    return [name for name in shipped.texts if "/" not in name]


def test_gaps_are_found_without_jinja(shipped: Templates, standard: Standard) -> None:
    facts = Facts(standard, {"event.kind": "initial"}, date(2027, 3, 1))
    study = Study(facts, Pathway(facts), Stamp("x", "甲", "1.0", date(2027, 3, 1)))
    for name in whole_documents(shipped):
        quick, whole = read_facts(shipped, name, study), render_text(shipped, name, study)
        assert quick.elements == whole.elements
        assert gaps_of(shipped, name, study) == quick.gaps
        # Jinja's part adds only what decisions wait for, which `check` asks of the pathway itself.
        more = {one.path for one in set(whole.gaps) - set(quick.gaps)}
        waiting = {path for one in study.pathway.decisions.values() for path in one.open}
        assert set(quick.gaps) <= set(whole.gaps)
        assert more <= waiting


def test_templates_in_compiled_form_are_the_same(
    pack: Pack, shipped: Templates, standard: Standard
) -> None:
    compiled = shipped.compiled()
    assert compiled.keys() == set(whole_documents(shipped))
    other = Templates({}, standard, _tree, pictures=pack.pictures)
    other.texts, other.precompiled = shipped.texts, json.loads(json.dumps(compiled))
    for name in compiled:
        one, same = shipped.get(name), other.get(name)
        assert (one.text, one.nodes, one.layout) == (same.text, same.nodes, same.layout)
        assert one.source.places == same.source.places
        assert one.source.files == same.source.files


def test_lint_knows_who_reads_each_text(pack: Pack, standard: Standard) -> None:
    fewer = tuple(
        replace(one, reads=one.reads - {"consent.withdrawal"}) if one.id == "guardian" else one
        for one in standard.readers.all
    )
    forgetful = replace(standard, readers=replace(standard.readers, all=fewer))
    said = [problem.message for problem in template_problems(pack, forgetful)]
    assert "“监护人”读的文件印了“consent.withdrawal”，reads 里没有" in said
