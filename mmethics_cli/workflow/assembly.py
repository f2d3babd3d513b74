"""A submission after the first one beside what the committee holds already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from mmethics_cli.core.checks.papers import INITIAL, KIND, attachments_of
from mmethics_cli.core.conditions.values import Element
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.revision import IN_PAIRS, papers_of_the_study, same_edition
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.revision_views import PrintedPaths, seen_before
from mmethics_cli.render.study import Adjustment, Study, TransmittalRow
from mmethics_cli.render.templates import Templates
from mmethics_cli.store.overlay import Override
from mmethics_cli.store.pack_cache import TEMPLATES, cache, cached
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import (
    Document,
    Package,
    next_number,
    rows_of_attachments,
    rows_of_paper,
)

if TYPE_CHECKING:
    from mmethics_cli.workflow.editions import Edition


@dataclass(frozen=True)
class Later:
    """What a submission after the first one is compared with; empty for the first."""

    in_pairs: bool = False
    own: Study | None = None
    editions: Mapping[str, Edition] = field(default_factory=dict)
    seen: Facts | None = None

    @classmethod
    def of(
        cls,
        dossier: Dossier,
        today: date,
        wanted: Collection[str],
        package: Callable[[Dossier], Package],
    ) -> Later:
        """Compare the papers of the study that may be handed in with those that were sealed.

        `wanted` are papers that are handed in anyway; `package` makes the study's own package.
        """
        current, kind = dossier.workspace.current, dossier.facts.get(KIND)
        if current is None or kind == INITIAL or len(dossier.workspace.submissions) == 1:
            return cls()
        # Loaded late: a first submission is compared with nothing.
        from mmethics_cli.workflow.editions import editions_of, for_the_study

        study = for_the_study(dossier)
        own = package(study)
        ids = papers_of_the_study(study.pathway)
        in_pairs = kind in IN_PAIRS
        if not in_pairs:
            ids &= frozenset(wanted)
        whole = replace(own.study, consents=own.consents)
        editions = editions_of(dossier, own, ids, today)
        return cls(in_pairs, whole, editions, seen_before(dossier.facts))

    @property
    def changed(self) -> frozenset[str]:
        """The papers that are handed in because they are not what the committee holds."""
        if not self.in_pairs:
            return frozenset()
        found = self.editions.items()
        return frozenset(id_ for id_, one in found if one.before is not None or not one.known)

    def new_ones(self, entries: list[Element]) -> list[Element]:
        """The attachments that the committee does not hold in this edition."""
        return [
            one
            for one in entries
            if one.id not in self._seen or not same_edition(self._seen[one.id], one)
        ]

    def replacing(self, entries: list[Element]) -> frozenset[str]:
        """The ids of attachments of which the committee holds another edition."""
        if not self.in_pairs:
            return frozenset()
        return frozenset(one.id for one in self.new_ones(entries) if one.id in self._seen)

    @cached_property
    def _seen(self) -> Mapping[str, Element]:
        return {one.id: one for one in attachments_of(self.seen)} if self.seen else {}


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
    papers: list[Document] = []
    rows: list[TransmittalRow] = []
    for document in wanted:
        brought = _attachments(dossier, document.id)
        if document.template is not None and (document.id in also or not brought):
            edition = later.editions.get(document.id)
            stamp = edition.stamp if edition else _stamp(dossier, document, today)
            before = edition.before if edition and later.in_pairs else None
            paper = Document(next_number(rows), document, stamp, before)
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
        known = cached(TEMPLATES, files)
        if known is not None:
            made.known = known
        else:
            cache(TEMPLATES, files, made.compiled)
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
