"""What English documents print from: the pack's English words, the texts of dossier.en.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from mmethics_cli.core.checks.documents import attachments_of, documents_of
from mmethics_cli.core.conditions.values import name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.core.standard.english import (
    EnglishTerm,
    in_english,
    lacking,
    read_english,
    with_texts,
)
from mmethics_cli.core.standard.model import DocumentKind, Standard
from mmethics_cli.core.standard.names import PRIOR_DECISION
from mmethics_cli.core.standard.node import Node, Trail
from mmethics_cli.errors import PackError, Problem
from mmethics_cli.render.binding import PrintCall, cited
from mmethics_cli.render.study import Study, TransmittalRow
from mmethics_cli.render.templates import Templates
from mmethics_cli.store.dossier.answers_file import english_texts
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Document, Package

FOLDER: Final = "english"


def template_of(kind: DocumentKind) -> str:
    """The name that a document's English template has: `x.en.md` beside `x.md`."""
    return f"{(kind.template or '').removesuffix('.md')}.en.md"


def words_of(pack: Pack, standard: Standard) -> tuple[Mapping[str, EnglishTerm], list[Problem]]:
    """The English words of a pack that was loaded with them, and what is wrong with them."""
    trail = Trail()
    files = (name for name in pack.files if name.startswith(f"{FOLDER}/"))
    nodes = (Node(name, (), pack.files[name].tree, trail) for name in files)
    terms = read_english((entry for node in nodes for entry in node.list()), standard)
    return terms, [Problem(text, *pack.locate(name, keys)) for name, keys, text in trail.problems]


def english_package(dossier: Dossier, package: Package) -> Package:
    """The same package in English words.

    Raises PackError when the pack's English words are wrong, UnreadableFile when the dossier's are.
    """
    terms, problems = words_of(load(dossier.pack.overlay, (FOLDER,), alone=True), dossier.standard)
    if problems:
        raise PackError("标准包的英文有错误：", problems)
    standard = in_english(dossier.standard, terms)
    texts = english_texts(dossier.workspace.folder, dossier.standard, dossier.facts.values)

    def worded(study: Study) -> Study:
        mine = study.facts
        values = with_texts(mine.values, texts)
        facts = mine.beside(standard, values)
        # What is decided, and every condition in a document, looks at the answers as given.
        judged = mine.beside(standard, mine.values)
        return replace(study, facts=facts, pathway=Pathway(judged))

    study, own = worded(package.study), None if package.own is None else worded(package.own)
    titles = _attachment_titles(package.study.facts, study.facts)
    rows = tuple(_rows(dossier.facts, titles, package.rows))
    return replace(
        package,
        rows=rows,
        study=replace(study, transmittal=rows),
        own=None if own is None else replace(own, transmittal=rows),
    )


def in_english_words(document: Document) -> Document:
    """The document under its English title."""
    stamp = replace(document.stamp, title=document.kind.title_en, language="en")
    return replace(document, stamp=stamp)


def _rows(
    facts: Facts, titles: Mapping[tuple[str, str], str], rows: Iterable[TransmittalRow]
) -> Iterable[TransmittalRow]:
    """The list of documents by their English titles; without one of its own by its kind's."""
    standard = facts.standard
    for row in rows:
        kind = standard.documents[kind_id(row.id)]
        own = titles.get((row.id, row.title), row.title)
        english = {document.title: document.title_en for document in documents_of(kind, facts)}
        yield replace(row, title=english.get(own, own))


def _attachment_titles(mine: Facts, english: Facts) -> dict[tuple[str, str], str]:
    """The English titles of attachments by their kind and Chinese title."""
    titles = {entry.id: name_of(entry) for entry in attachments_of(english)}
    return {
        (str(entry.get("kind")), name_of(entry)): titles[entry.id] for entry in attachments_of(mine)
    }


def english_faults(
    terms: Mapping[str, EnglishTerm], templates: Templates, kind: DocumentKind
) -> Iterator[Problem]:
    """What is wrong with a document's English template, beside the Chinese one, which is right."""
    name, in_chinese = template_of(kind), kind.template or ""
    wrong = templates.problems(name)
    if wrong:
        yield from wrong
        return
    english, chinese = templates.get(name), templates.get(in_chinese)
    # `check` looks for gaps in the Chinese document only.
    for path in sorted(english.printed - chinese.printed):
        yield Problem(f"英文印了“{path}”，中文没有印", name)
    for element in sorted(templates.elements(in_chinese) - templates.elements(name)):
        yield Problem(f"英文没有告知内容“{element}”，中文有", name)
    calls = [node for node in english.nodes if isinstance(node, PrintCall)]
    # A letter prints the decision by the words of the question about it.
    decided = {PRIOR_DECISION for call in calls if call.name == "recorded"}
    for path in lacking(terms, templates.standard, sorted(english.printed | decided)):
        yield Problem(f"{FOLDER}/ 里没有“{path}”的英文", name)
    standard = templates.standard
    sources = {
        source
        for call in calls
        if call.name in ("basis", "norm")
        for source, _ in cited(standard, call.arguments)
    }
    for source in sorted(sources):
        if not standard.sources[source].title_en:
            yield Problem(f"法源“{source}”没有英文标题（title_en），英文里引用了它", name)
