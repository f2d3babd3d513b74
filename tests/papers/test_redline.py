"""Of every paper: all revisions accepted give the new text, all rejected the old one."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.core.conditions.values import Element, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import Question
from mmethics_cli.formats.redline.changes import changed, changes
from mmethics_cli.formats.redline.redline import redline
from mmethics_cli.formats.word.revisions import accepted, rejected
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import render_text
from mmethics_cli.render.word import word_file
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.creating import make_of_example
from mmethics_cli.workflow.opening import Dossier, open_dossier
from tests.depth import deep, some
from tests.formats.redline.revised import said
from tests.program import EXAMPLES, told
from tests.validator import errors_of

BEFORE, AFTER = date(2027, 3, 1), date(2027, 9, 1)
PHRASES: Final = (
    "另加 3 次随访，", "不", "2028-12-31", "<w:del/>&amp;{{ x }}", "\n", "“引号”", "𠮷", "\t",
)  # fmt: skip


class Studies(Struct):
    """The worked examples, opened once."""

    folder: Path
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    templates: dict[str, Templates] = field(default_factory=dict)

    def open(self, example: str) -> Dossier:
        if example not in self.dossiers:
            today = date.fromisoformat(told(example, "as_of"))
            make_of_example(self.folder / example, example)
            self.dossiers[example] = open_dossier(self.folder / example, today)
        return self.dossiers[example]

    def papers(self) -> list[str]:
        documents = self.open(EXAMPLES[0]).standard.documents.values()
        return [one.id for one in documents if one.template]

    def paper(
        self, example: str, name: str, values: Mapping[str, Value], version: str, day: date
    ) -> bytes:
        """One paper of an example with these answers in place of its own."""
        dossier = self.open(example)
        facts = Facts(dossier.standard, values, dossier.facts.today, dossier.facts.baseline)
        dossier = replace(dossier, facts=facts, pathway=Pathway(facts))
        package = package_of(dossier, day, (name,))
        templates = self.templates.setdefault(example, package.templates)
        found = next(document for document in package.documents if document.kind.id == name)
        stamp = replace(found.stamp, version=version, date=day)
        study = package.study_of(replace(found, stamp=stamp))
        rendered = render_text(templates, found.template, study)
        return word_file(rendered, stamp, draft=False)

    def pair(self, example: str, name: str, chance: random.Random) -> tuple[bytes, bytes]:
        """A paper as it was and with some answers changed."""
        values = self.open(example).workspace.values
        edited = dict(edits(self.open(example), chance))
        before = self.paper(example, name, values, "1.0", BEFORE)
        after = self.paper(example, name, {**values, **edited}, "1.1", AFTER)
        return (before, after) if chance.random() < 0.5 else (after, before)


def edits(dossier: Dossier, chance: random.Random) -> Iterator[tuple[str, Value]]:
    """Some answers, changed as people change them."""
    values = dossier.workspace.values
    share = chance.choice((0.02, 0.2, 0.8))
    for path, value in values.items():
        if chance.random() < share:
            yield path, other(dossier.standard.questions[path], value, chance)


def other(question: Question, value: Value, chance: random.Random) -> Value:
    match value:
        case bool():
            return not value
        case int():
            return value + chance.randint(1, 9)
        case date():
            return value.replace(year=value.year + 1, day=1)
        case str() if question.type == "text":
            return reworded(value, chance)
        case str() if question.values:
            return chance.choice(list(question.values))
        case Several() if question.values:
            return Several.of(*chance.sample(list(question.values), 1 + chance.randrange(2)))
        case tuple():
            return tuple(relisted(question, value, chance))
    return value


def reworded(text: str, chance: random.Random) -> str:
    at, end = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
    if chance.random() < 0.7:
        end = min(end, at + 4)
    return (text[:at] + chance.choice(PHRASES) + text[end:]).strip() or "无"


def relisted(
    question: Question, entries: Sequence[object], chance: random.Random
) -> Iterator[Element]:
    """Entries left out, reworded, added and moved."""
    found = [one for one in entries if isinstance(one, Element)]
    if chance.random() < 0.3:
        chance.shuffle(found)
    for number, one in enumerate(found):
        if chance.random() < 0.2:
            continue
        fields = {
            name: other(its, value, chance)
            if (its := question.field_named(name)) is not None and chance.random() < 0.3
            else value
            for name, value in one.fields.items()
        }
        yield Element(one.id, fields)
        if chance.random() < 0.2:
            yield Element(f"{one.id}-{number}", fields)


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Studies:
    return Studies(tmp_path_factory.mktemp("studies"))


def check_both_ways(before: bytes, after: bytes) -> bytes:
    marked = redline(before, after, "申请人", AFTER)
    assert said(accepted(marked)) == said(after)
    assert said(rejected(marked)) == said(before)
    return marked


@settings(
    max_examples=deep(12, 40),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_random_edits_of_any_paper(studies: Studies, data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(EXAMPLES))
    name = data.draw(st.sampled_from(studies.papers()))
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    before, after = studies.pair(example, name, chance)
    check_both_ways(before, after)
    if not changed(before, after):
        assert changes(before, after) == ()


def test_each_paper_with_much_changed_and_against_another_study(studies: Studies) -> None:
    one, *_, last = EXAMPLES
    for at, name in enumerate(some(studies.papers(), 16)):
        values = [studies.open(example).workspace.values for example in (one, last)]
        chance = random.Random(at)
        edited = {**values[0], **dict(edits(studies.open(one), chance))}
        first = studies.paper(one, name, values[0], "1.0", BEFORE)
        check_both_ways(first, studies.paper(one, name, edited, "1.1", AFTER))
        check_both_ways(first, studies.paper(last, name, values[1], "1.1", AFTER))


def test_a_paper_that_only_got_a_new_version_is_not_changed(studies: Studies) -> None:
    values = studies.open(EXAMPLES[0]).workspace.values
    for name in studies.papers():
        before = studies.paper(EXAMPLES[0], name, values, "1.0", BEFORE)
        after = studies.paper(EXAMPLES[0], name, values, "1.1", AFTER)
        if not changed(before, after):
            assert changes(before, after) == ()
            break
    else:
        pytest.fail("every paper prints its version in its body")


@pytest.fixture(scope="module")
def marked_papers(studies: Studies, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Papers with random edits marked in them; at night each paper."""
    folder, found = tmp_path_factory.mktemp("marked"), []
    for at, name in enumerate(some(studies.papers(), 16)):
        example = EXAMPLES[at % len(EXAMPLES)]
        chance = random.Random(at)
        marked = check_both_ways(*studies.pair(example, name, chance))
        found.append(folder / f"{name}.docx")
        found[-1].write_bytes(marked)
    return found


@pytest.mark.openxml
@pytest.mark.slow
def test_marked_papers_are_valid(marked_papers: list[Path]) -> None:
    assert errors_of(marked_papers) == []


@pytest.mark.libreoffice
@pytest.mark.slow
def test_marked_papers_open_in_libreoffice(marked_papers: list[Path], tmp_path: Path) -> None:
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
        + ["--outdir", str(tmp_path), *map(str, marked_papers)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=True,
    )
    made = [tmp_path / f"{file.stem}.pdf" for file in marked_papers]
    assert all(file.stat().st_size > 1000 for file in made)
