"""A complete dossier with one thing taken away is sent back for exactly that thing.

Over every worked example that can be handed in: each answer, each field of an entry (every field of
every list, in one entry of it), each attachment and each self-check answer is removed in turn. The
check must name what was removed, and may only name these besides:

- review items that had it as evidence, or evidence that is asked only because of it;
- papers, where what was removed said which paper an attachment is;
- the note that counts the unverified articles of the rules, for other rules fire.

Nothing else: an answer that stands there but may no longer apply is not missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.answers.self_check import MET, SelfCheck
from mmethics_cli.core.checks.documents import FileState, rendered_documents
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, Element, Several, Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import (
    DocumentKind,
    ElementFact,
    RequiredElement,
    ReviewItem,
)
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.store.yaml.least_change import edit
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.checking import review
from mmethics_cli.workflow.creating import make_of_example
from mmethics_cli.workflow.opening import Dossier, open_dossier
from mmethics_cli.workflow.package import Package
from tests.depth import some
from tests.program import EXAMPLES, mmethics, told


class Whole(Struct, dict=True):
    """A complete example, opened once; files are not looked at again for each removal."""

    dossier: Dossier
    today: date

    @cached_property
    def package(self) -> Package:
        return package_of(self.dossier, self.today)

    @property
    def values(self) -> Mapping[str, Value]:
        return self.dossier.facts.values

    @property
    def items(self) -> Mapping[str, ReviewItem]:
        return self.dossier.standard.items

    def checked(
        self, values: Mapping[str, Value], self_check: SelfCheck | None = None
    ) -> tuple[Facts, list[Finding]]:
        """The findings as `check` gives them, if these were the answers."""
        dossier = replace(self.dossier, self_check=self_check or self.dossier.self_check)
        facts = dossier.facts
        if values is not self.values:
            facts = Facts(self.dossier.standard, values, self.today)
            dossier = replace(dossier, facts=facts, pathway=Pathway(facts))
        package = replace(package_of(dossier, self.today), templates=self.package.templates)
        return facts, [one.finding for one in review(dossier, package)]

    @cached_property
    def rendered(self) -> frozenset[str]:
        return frozenset(rendered_documents(self.dossier.facts))

    @cached_property
    def at_rest(self) -> frozenset[Finding]:
        return frozenset(self.checked(self.values)[1])

    def without(
        self, values: Mapping[str, Value], self_check: SelfCheck | None = None
    ) -> tuple[Facts, list[Finding]]:
        """What is found that was not found of the whole dossier."""
        facts, found = self.checked(values, self_check)
        fresh = [one for one in found if one not in self.at_rest and one.kind != "not_verified"]
        return facts, fresh


@pytest.fixture(scope="module", params=some(EXAMPLES, 1))
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    name = str(request.param)
    today = date.fromisoformat(told(name, "as_of"))
    folder = tmp_path_factory.mktemp("whole") / name
    make_of_example(folder, name)
    dossier = open_dossier(folder, today)
    states = dossier.workspace.file_states()

    class Kept(Workspace):
        def file_states(self) -> dict[str, FileState]:
            return states

    given = {key: getattr(dossier.workspace, key) for key in Workspace.__struct_fields__}
    return Whole(replace(dossier, workspace=Kept(**given)), today)


def missing(found: list[Finding]) -> list[str]:
    return [one.path for one in found if one.id == "answer_missing" and one.severity == "error"]


def evidence_of(whole: Whole, item: str) -> set[str]:
    """What proves an item: the applicant's own evidence, else what the item names."""
    own = whole.dossier.self_check.of(item).evidence
    return (
        {own} if own else {one.path or one.attachment or "" for one in whole.items[item].evidence}
    )


def lost_evidence(whole: Whole, facts: Facts, found: list[Finding], gone: set[str]) -> set[str]:
    """Items without evidence although none of theirs was removed, or rests on what was.

    A paper that the program prepares rests on what decides whether it is due.
    """
    undecided = whole.rendered - rendered_documents(facts)
    return {
        str(one.item)
        for one in found
        if one.id == "item_without_evidence"
        and not any(
            proof in gone or proof in undecided or gone & facts.unknown_below(proof)
            for proof in evidence_of(whole, str(one.item))
        )
    }


def inheriting(whole: Whole, path: str) -> set[str]:
    """Where the entries of a list stand without an answer that they share."""
    shares = whole.dossier.standard.questions[path].shares
    entries = whole.values.get(shares, ())
    name = path.rpartition(".")[2]
    return {
        f"{shares}[{entry.id}].{name}"
        for entry in (entries if isinstance(entries, tuple) else ())
        if name not in entry.fields
    }


def rest(found: list[Finding], *ids: str) -> list[Finding]:
    return [one for one in found if one.id not in ("item_without_evidence", *ids)]


def test_nothing_is_missing_of_a_whole_dossier(whole: Whole) -> None:
    assert {one.severity for one in whole.at_rest} <= {"note"}
    assert whole.without(whole.values)[1] == []


def test_every_answer_is_missed(whole: Whole) -> None:
    wrong, optional = [], set()
    for path in whole.values:
        if path == "attachments":
            continue
        facts, found = whole.without({k: v for k, v in whole.values.items() if k != path})
        required = whole.dossier.standard.questions[path].required_when
        if not found and (required is None or evaluate(required, facts) is Truth.NO):
            optional.add(path)
            continue
        stray = lost_evidence(whole, facts, found, {path, *inheriting(whole, path)})
        if missing(found) != [path] or len(rest(found)) != 1 or stray:
            wrong.append((path, [(one.id, one.path) for one in found]))
    assert wrong == []
    # Few questions may be left open; what they hold is else written by hand.
    assert len(optional) < len(whole.values) / 20


def told_facts(whole: Whole) -> Iterator[tuple[DocumentKind, RequiredElement, ElementFact]]:
    """What the documents for participants must tell of the study, by the pack."""
    standard, facts = whole.dossier.standard, whole.dossier.facts
    for document in whole.package.documents:
        for required in document.kind.elements:
            if evaluate(required.when, facts) is Truth.YES:
                for fact in standard.elements[required.id].facts:
                    if fact.stands_in(document.kind.id):
                        yield document.kind, required, fact


def taken_away(whole: Whole, fact: ElementFact) -> Iterator[tuple[str, dict[str, Value]]]:
    """The answers without a fact, and the place that lacks one; of a list's field every entry's.

    Of a computed fact the answers that it can't be computed without.
    """
    values, standard = whole.values, whole.dossier.standard
    owner, _, name = fact.path.rpartition(".")
    entries = values.get(owner)
    if isinstance(entries, tuple):
        for entry in entries:
            if evaluate(fact.when, whole.dossier.facts, Scope(owner, entry)) is Truth.YES:
                left = Element(entry.id, {k: v for k, v in entry.fields.items() if k != name})
                changed = tuple(left if one is entry else one for one in entries)
                yield f"{owner}[{entry.id}].{name}", {**values, owner: changed}
    elif evaluate(fact.when, whole.dossier.facts) is Truth.YES:
        for path in values if fact.path in standard.derived else [fact.path]:
            less = {k: v for k, v in values.items() if k != path}
            value = Facts(standard, less, whole.today).get(fact.path)
            if value is UNKNOWN or (isinstance(value, Several) and value.possible):
                yield path, less


def test_what_participants_must_be_told_is_missed_by_element_article_and_document(
    whole: Whole,
) -> None:
    """Every fact of every consent element, one at a time."""
    standard = whole.dossier.standard
    findings: dict[str, list[Finding]] = {}
    unnamed, tried = [], set()
    for document, required, fact in told_facts(whole):
        element = standard.elements[required.id]
        article = f"的“{element.text}”（{cite_for(whole.dossier.facts, element.basis)}）"
        for path, values in taken_away(whole, fact):
            facts = Facts(standard, values, whole.today)
            if fact.path in standard.derived and evaluate(required.when, facts) is not Truth.YES:
                continue  # whether the element is due rests on the same answer
            if path not in findings:
                findings[path] = whole.without(values)[1]
            tried.add((document.id, element.id))
            if not any(
                finding.path == path
                and finding.severity == "error"
                and f"《{document.title}》" in finding.message
                and article in finding.message
                and {*facts.coverage.bases(element.basis)} <= {*finding.basis}
                for finding in findings[path]
            ):
                unnamed.append((document.id, element.id, path))
    assert unnamed == []
    assert tried == {(document.id, required.id) for document, required, _ in told_facts(whole)}
    assert tried or not any(document.for_form for document in whole.package.wanted)


def fields(whole: Whole) -> Iterator[tuple[str, str, Element, dict[str, Value]]]:
    """Each field of each list, in one of the entries that have it, and the answers without it."""
    for path, value in whole.values.items():
        entries = value if isinstance(value, tuple) else ()
        names = dict.fromkeys(name for entry in entries for name in entry.fields)
        for turn, name in enumerate(names):
            having = [entry for entry in entries if name in entry.fields]
            entry = having[turn % len(having)]
            left = Element(entry.id, {k: v for k, v in entry.fields.items() if k != name})
            changed = tuple(left if one is entry else one for one in entries)
            yield path, name, entry, {**whole.values, path: changed}


def test_every_field_of_an_entry_is_missed_unless_nobody_needs_it(whole: Whole) -> None:
    wrong, optional = [], set()
    for path, name, entry, values in fields(whole):
        place = f"{path}[{entry.id}].{name}"
        facts, found = whole.without(values)
        field = whole.dossier.standard.questions[path].field_named(name)
        assert field is not None
        if field.like_by:
            assert missing(found), "what the other said is lacking"
            continue
        entries = facts.get(path)
        if isinstance(entries, tuple) and any(
            one.id == entry.id and one.takes_over(name) for one in entries
        ):
            assert missing(found) == [], "that of the entry that it is like holds"
            continue
        if field.shared and field.inherits in whole.values:
            assert missing(found) == [], "without its own answer that of the others holds"
            continue
        if field.required_when is None and all(one.severity == "note" for one in found):
            optional.add(f"{path}.{name}")
            continue
        # Without its kind an attachment is no longer the paper that it was, nor evidence.
        of_kind = path == "attachments" and name == "kind"
        gone = {place, entry.id, str(entry.get("kind"))} if of_kind else {place, path}
        stray = lost_evidence(whole, facts, found, gone)
        others = rest(found, "paper_missing") if of_kind else rest(found)
        unsigned = [one.path for one in found if one.id == "attachment_unsigned"]
        if missing(found) + unsigned != [place] or len(others) != 1 or stray:
            wrong.append((place, [(one.id, one.path) for one in found]))
    assert wrong == []
    assert len(optional) < len(list(fields(whole))) / 15


def test_every_attachment_is_missed_by_the_name_of_its_paper(whole: Whole) -> None:
    attachments = whole.values["attachments"]
    assert isinstance(attachments, tuple)
    assert len(attachments) >= 7
    wrong = []
    for entry in attachments:
        left = tuple(one for one in attachments if one is not entry)
        facts, found = whole.without({**whole.values, "attachments": left})
        kind = str(entry.get("kind"))
        papers = [one for one in found if one.id == "paper_missing"]
        title = f"“{whole.dossier.standard.documents[kind].title}”"
        # Of two attachments of one kind the other one will do, and where we print the paper, ours.
        ours = whole.dossier.standard.documents[kind].template is not None
        needed = 0 if ours or kind in {one.get("kind") for one in left} else 1
        named = [one for one in papers if one.path == "attachments" and title in one.message]
        stray = lost_evidence(whole, facts, found, {entry.id, kind})
        if not (len(named) == len(papers) == needed and not rest(found, "paper_missing")) or stray:
            wrong.append((entry.id, [(one.id, one.message) for one in found]))
    assert wrong == []


def test_all_attachments_are_missed_together(whole: Whole) -> None:
    attachments = whole.values["attachments"]
    assert isinstance(attachments, tuple)
    kinds = {str(one.get("kind")) for one in attachments}
    values = {path: value for path, value in whole.values.items() if path != "attachments"}
    _, found = whole.without(values)
    messages = [one.message for one in found if one.id == "paper_missing"]
    papers = [whole.dossier.standard.documents[kind] for kind in kinds]
    titles = {one.title for one in papers if one.template is None}
    assert all(any(f"“{title}”" in text for text in messages) for title in titles)
    assert len(messages) == len(titles)


def test_every_self_check_answer_is_missed_by_its_item(whole: Whole) -> None:
    answers = whole.dossier.self_check.answers
    facts = whole.dossier.facts
    # An answer to an item that does not apply counts for nothing.
    applying = [
        item for item in answers if evaluate(whole.items[item].applies_when, facts) is Truth.YES
    ]
    assert len(applying) > 40
    wrong = []
    for item in applying:
        given = answers[item]
        without_item = SelfCheck({key: one for key, one in answers.items() if key != item})
        without_proof = SelfCheck({**answers, item: replace(given, note="", evidence="nothing")})
        severity = "error" if whole.items[item].severity == "mandatory" else "warning"
        proof = "item_without_evidence" if given.answer == MET else "item_without_reason"
        for self_check, id_ in ((without_item, "item_unanswered"), (without_proof, proof)):
            _, found = whole.without(whole.values, self_check)
            said = [(one.id, one.path, one.item, one.severity) for one in found]
            if said != [(id_, f"self_check.{item}", item, severity)]:
                wrong.append((item, said))
    assert wrong == []


# The same through files, for a few.

STUDY = EXAMPLES[0]
REMOVED: list[tuple[str, Keys, str]] = [
    ("dossier.yaml", ("project", "title"), "project.title"),
    ("dossier.yaml", ("risk", "sensitive_topics"), "risk.sensitive_topics"),
    ("dossier.yaml", ("data", "assets", 0, "source"), "data.assets[{id}].source"),
    ("dossier.yaml", ("data", "shared", "legal_ground"), "data.shared.legal_ground"),
    ("dossier.yaml", ("data", "assets"), "data.assets"),
    ("institution.yaml", ("committee", "name"), "committee.name"),
    ("self-check.yaml", ("LAW-10",), "self_check.LAW-10"),
]


def pruned(tree: Tree, keys: Keys) -> Tree:
    """The tree without what stands at `keys`."""
    head, *below = keys
    if isinstance(tree, list):
        return [pruned(one, tuple(below)) if at == head else one for at, one in enumerate(tree)]
    assert isinstance(tree, dict)
    if not below:
        return {key: one for key, one in tree.items() if key != head}
    return {key: pruned(one, tuple(below)) if key == head else one for key, one in tree.items()}


def errors(folder: Path) -> list[str]:
    done = mmethics(
        "--today", told(STUDY, "as_of"), "check", folder, "--format", "json", cwd=folder
    )
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)["findings"]
    return [one["path"] for one in found if one["severity"] == "error"]


def test_a_text_is_named_from_the_first_character_that_no_cell_holds(whole: Whole) -> None:
    name, given = next(iter(whole.dossier.self_check.answers.items()))
    for field, longest in (("note", "𠀀" * 16_383 + "长"), ("evidence", "长" * 32_767)):
        for more in (0, 1):
            answer = replace(given, **{"page": "", field: longest + "长" * more})
            answers = SelfCheck({**whole.dossier.self_check.answers, name: answer})
            found = [one for one in whole.checked(whole.values, answers)[1] if "cell" in one.id]
            assert [(one.severity, one.path, one.item) for one in found] == [
                ("error", f"self_check.{name}", name)
            ] * more


@pytest.mark.parametrize(("name", "keys", "path"), REMOVED, ids=[one[2] for one in REMOVED])
def test_what_is_taken_out_of_a_file_is_missed_until_it_is_back(
    name: str, keys: Keys, path: str, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    make_of_example(folder, STUDY)
    file = folder / name
    text = file.read_text(encoding="utf-8")
    tree = parse(text, name).tree
    if "{id}" in path:
        assets = tree["data"]["assets"] if isinstance(tree, dict) else []  # type: ignore[index,call-overload]
        path = path.format(id=assets[0]["id"])  # type: ignore[index,call-overload]
    file.write_text(edit(text, pruned(tree, keys)), encoding="utf-8")
    assert errors(folder) == [path]
    file.write_text(text, encoding="utf-8")
    assert errors(folder) == []
