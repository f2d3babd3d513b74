"""The papers of a submission in the order of the transmittal list, and what each prints from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from mmethics_cli.commands.later import Later
from mmethics_cli.commands.opening import Dossier
from mmethics_cli.commands.transmittal import (
    Paper,
    next_number,
    rows_of_attachments,
    rows_of_paper,
)
from mmethics_cli.core.conditions import evaluate
from mmethics_cli.core.content import DocumentKind
from mmethics_cli.core.papers import attachments_of
from mmethics_cli.core.values import Element, Truth
from mmethics_cli.render.revisions import PrintedPaths
from mmethics_cli.render.study import Adjustment, ConsentPaper, Stamp, Study, TransmittalRow
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import Rendered, gaps_of, read_facts
from mmethics_cli.render.values import Gap
from mmethics_cli.store.compiled import TEMPLATES, keep, kept
from mmethics_cli.store.overlay import Override
from mmethics_cli.store.yaml_reader import parse

FIRST_VERSION = "1.0"
_ACTIONS = {"added": "增加", "replaced": "改写", "noted": "改为提示"}
_KINDS = {
    "sources": "法源",
    "derived": "推导的事实",
    "questions": "问题",
    "rules": "规则",
    "review_items": "审查要点",
    "documents": "文件",
    "elements": "告知要素",
    "readability": "易读的界限",
    "consistency": "一致性规则",
    "worksheets": "审查工作表的要点",
    "holidays": "法定节假日",
    "due_dates": "到期日",
    "templates": "文件模板",
}


@dataclass(frozen=True)
class Package:
    """What one submission holds; `rows` are all papers, `papers` those that are rendered.

    `wanted` are the kinds of paper that it needs, brought by the applicant or rendered. Of a later
    submission `own` is the study itself, as its own papers (`own_papers`) print it.
    """

    papers: tuple[Paper, ...]
    rows: tuple[TransmittalRow, ...]
    study: Study
    templates: Templates
    wanted: tuple[DocumentKind, ...] = ()
    own: Study | None = None
    own_papers: frozenset[str] = frozenset()
    _read: dict[str, Rendered] = field(default_factory=dict, repr=False)

    def study_of(self, paper: Paper) -> Study:
        """What one paper prints from."""
        if self.own is not None and paper.document.id in self.own_papers:
            return replace(self.own, stamp=paper.stamp)
        return replace(self.study, stamp=paper.stamp, consents=self.consents)

    def reading(self, paper: Paper) -> Rendered:
        """What a paper says of the study, without Jinja's part; read once."""
        id_ = paper.document.id
        if id_ not in self._read:
            name = paper.document.template or ""
            self._read[id_] = read_facts(self.templates, name, self.study_of(paper))
        return self._read[id_]

    def gaps(self, paper: Paper) -> tuple[Gap, ...]:
        """The gaps that a paper would print; of the papers for participants more is wanted."""
        if paper.document.for_form:
            return self.reading(paper).gaps
        return gaps_of(self.templates, paper.document.template or "", self.study_of(paper))

    def consents(self) -> tuple[ConsentPaper, ...]:
        """The papers for participants, the elements that they must hold, and where they do.

        An element that is not due for sure waits for an answer, which `check` asks for itself.
        """
        ours = {one.document.id: one for one in self.papers}
        return tuple(
            ConsentPaper(
                one.title,
                tuple(
                    element.id
                    for element in one.elements
                    if evaluate(element.when, self.study.facts) is Truth.YES
                ),
                self.reading(ours[one.id]).tagged if one.id in ours else None,
            )
            for one in self.wanted
            if one.for_form
        )


def package_of(dossier: Dossier, today: date, also: tuple[str, ...] = ()) -> Package:
    """The applicant's papers that the pathway needs; `also` names others to render besides.

    A paper that the applicant brings stands in the place of ours, unless `also` names it. A
    document that first applies gets version 1.0 and the date of today. A later submission keeps
    the editions that the committee holds; an amendment and a re-review hand in, clean and marked,
    what changed.
    """
    needed = {*_decided(dossier), *also}
    later = Later.of(dossier, today, needed, lambda study: package_of(study, today))
    needed |= later.changed
    wanted = [
        one
        for one in dossier.standard.documents.values()
        if one.id in needed and (one.audience == "applicant" or one.id in also)
    ]
    papers: list[Paper] = []
    rows: list[TransmittalRow] = []
    for document in wanted:
        brought = _attachments(dossier, document.id)
        if document.template is not None and (document.id in also or not brought):
            edition = later.editions.get(document.id)
            stamp = edition.stamp if edition else _stamp(dossier, document, today)
            before = edition.before if edition and later.in_pairs else None
            paper = Paper(next_number(rows), document, stamp, before)
            papers.append(paper)
            rows += rows_of_paper(paper)
        else:
            rows += rows_of_attachments(brought, document, rows, later.replacing(brought))
    kinds = {one.id for one in wanted}
    for kind, document in dossier.standard.documents.items():
        if kind not in kinds:
            brought = later.new_ones(_attachments(dossier, kind))
            rows += rows_of_attachments(brought, document, rows, later.replacing(brought))
    templates = templates_of(dossier)
    study = Study(
        facts=dossier.facts,
        pathway=dossier.pathway,
        stamp=Stamp("", ""),
        transmittal=tuple(rows),
        self_check=dossier.self_check,
        overrides=tuple(
            Adjustment(one.id, _what(one), one.reason, one.by) for one in dossier.pack.overrides
        ),
        printed=PrintedPaths(templates),
    )
    ids = frozenset(later.editions)
    return Package(tuple(papers), tuple(rows), study, templates, tuple(wanted), later.own, ids)


def _decided(dossier: Dossier) -> tuple[str, ...]:
    decision = dossier.pathway.decisions["documents"]
    return decision.value if isinstance(decision.value, tuple) else ()


def _what(override: Override) -> str:
    if override.kind == "articles":
        return "核对条文"
    # A note is about a rule: no other kind can become one.
    kind = "" if override.action == "noted" else _KINDS.get(override.kind, "")
    return _ACTIONS[override.action] + kind


def templates_of(dossier: Dossier) -> Templates:
    """The pack's template texts, compiled when they are asked for."""
    pack, standard = dossier.pack, dossier.standard
    made = Templates(_Texts(dossier), standard, _tree, pack.own_templates, pack.pictures)
    if pack.overlay is None:
        files = pack.template_bytes(made.sections)
        known = kept(TEMPLATES, files)
        if known is not None:
            made.known = known
        else:
            keep(TEMPLATES, files, made.compiled)
    return made


def _tree(text: str) -> object:
    return parse(text, "模板").tree


class _Texts(Mapping[str, str]):
    """Template texts by name, each read from the pack when it is wanted."""

    def __init__(self, dossier: Dossier) -> None:
        self.pack = dossier.pack

    def __getitem__(self, name: str) -> str:
        if name not in self.pack.templates:
            raise KeyError(name)
        return self.pack.template_text(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.pack.templates)

    def __len__(self) -> int:
        return len(self.pack.templates)


def _stamp(dossier: Dossier, document: DocumentKind, today: date) -> Stamp:
    given = dossier.workspace.versions.get(document.id)
    version = given.version if given and given.version else FIRST_VERSION
    return Stamp(document.id, document.title, version, (given.date if given else None) or today)


def _attachments(dossier: Dossier, kind: str) -> list[Element]:
    return [one for one in attachments_of(dossier.facts) if one.get("kind") == kind]
