"""The package of a submission put together: of the first one, or of a later one beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.core.checks.documents import attachments_of, documents_of
from mmethics_cli.core.conditions.values import Element
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.editions import IN_PAIRS, documents_of_the_study, same_edition
from mmethics_cli.core.lifecycle.revision import seen_before
from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.core.standard.names import INITIAL, KIND
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.revision_views import PrintedPaths
from mmethics_cli.render.study import Adjustment, PaperChanges, Study, TransmittalRow
from mmethics_cli.store.dossier.attachments import attachment_path
from mmethics_cli.store.dossier.profile import form_codes_of
from mmethics_cli.store.overlay import Override
from mmethics_cli.store.paths import OutsideFolder
from mmethics_cli.workflow.lifecycle.standing import as_reported
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import (
    Document,
    Package,
    as_signed,
    next_number,
    rows_of_attachments,
    rows_of_document,
)

if TYPE_CHECKING:
    from mmethics_cli.workflow.lifecycle.editions import Edition

FIRST_VERSION: Final = "1.0"
_ACTIONS: Final = {"added": "增加", "replaced": "改写", "noted": "改为提示"}
_PACK_PARTS: Final = {
    "sources": "法源",
    "derived": "推导的事实",
    "questions": "问题",
    "rules": "规则",
    "review_items": "审查要点",
    "documents": "文件",
    "elements": "告知要素",
    "readability": "易读的界限",
    "placeholders": "不算回答的话",
    "attachments": "附件的种类",
    "consistency": "一致性规则",
    "phrases": "文字与回答的核对",
    "grammar": "句子里的小词",
    "worksheets": "审查工作表的要点",
    "holidays": "法定节假日",
    "due_dates": "到期日",
    "decisions": "委员会的决定",
    "submissions": "各类送审",
    "editions": "版次说明",
    "templates": "文件模板",
}


class EditionComparison(Struct, frozen=True, dict=True):
    """What a submission after the first one is compared with; empty for the first.

    `own` is the study as its own documents print it, `editions` are those documents by id; `seen`
    are the facts as last approved. `in_pairs`: what changed is handed in clean and marked.
    """

    in_pairs: bool = False
    own: Study | None = None
    editions: Mapping[str, Edition] = field(default_factory=dict)
    seen: Facts | None = None

    @classmethod
    def of(
        cls,
        dossier: Dossier,
        today: date,
        needed: Collection[str],
        package: Callable[[Dossier], Package],
    ) -> EditionComparison:
        """Compare the study's documents that may be handed in with those that were sealed.

        `needed` are the ids of documents that are handed in anyway; `package` makes the study's
        own package.
        """
        current, kind = dossier.workspace.current, dossier.facts.get(KIND)
        again = dossier.facts.handed_in is not None
        if current is None or len(dossier.workspace.submissions) == 1:
            return cls()
        if kind == INITIAL and not again:
            return cls()
        # Loaded late: a first submission is compared with nothing.
        from mmethics_cli.workflow.lifecycle.editions import editions_of, for_the_study

        study = for_the_study(dossier)
        own = package(study)
        ids = documents_of_the_study(study.pathway)
        in_pairs = kind in IN_PAIRS or (again and kind == INITIAL)
        if not in_pairs:
            ids &= frozenset(needed)
        whole = replace(own.study, consents=own.consents)
        editions = editions_of(dossier, own, ids, today)
        return cls(in_pairs, whole, editions, seen_before(dossier.facts))

    @property
    def changed(self) -> frozenset[str]:
        """The kinds of those that an amendment or a re-review hands in therefore."""
        return frozenset(map(kind_id, self.papers)) if self.in_pairs else frozenset()

    @property
    def papers(self) -> frozenset[str]:
        """The ids of the documents that are not what the committee holds."""
        return frozenset(
            id_
            for id_, edition in self.editions.items()
            if edition.before is not None or not edition.held
        )

    def document(self, number: str, kind: DocumentKind, stamp: Stamp) -> Document:
        """A document as it is handed in, under `stamp` where the committee knows none of it."""
        edition = self.editions.get(kind.id)
        if edition is None:
            return Document(number, kind, stamp)
        return Document(number, kind, edition.stamp, edition.before if self.in_pairs else None)

    def handed_in(self, documents: Iterable[DocumentKind]) -> Iterator[DocumentKind]:
        """Those of one kind that are handed in: of several none that the committee holds so."""
        for document in documents:
            if document.part is None or not self.in_pairs or document.id in self.papers:
                yield document

    def new_ones(self, attachments: list[Element]) -> list[Element]:
        """The attachments that the committee does not hold in this edition."""
        return [
            entry
            for entry in attachments
            if entry.id not in self._seen or not same_edition(self._seen[entry.id], entry)
        ]

    def replacing(self, attachments: list[Element]) -> frozenset[str]:
        """The ids of attachments of which the committee holds another edition."""
        if not self.in_pairs:
            return frozenset()
        return frozenset(entry.id for entry in self.new_ones(attachments) if entry.id in self._seen)

    @cached_property
    def _seen(self) -> Mapping[str, Element]:
        return {entry.id: entry for entry in attachments_of(self.seen)} if self.seen else {}


def package_of(dossier: Dossier, today: date, also: tuple[str, ...] = ()) -> Package:
    """The applicant's documents that the pathway needs; `also` names others to render besides.

    A document that the applicant brings stands in the place of ours, unless `also` names it; one
    that is a section of another paper that is handed in is no paper of its own. A document that
    first applies gets version 1.0 and the date of today. A later submission keeps the editions
    that the committee holds; an amendment and a re-review hand in, clean and marked, what changed.
    """
    dossier = as_reported(dossier)
    needed = {*_decided(dossier), *also}
    comparison = EditionComparison.of(
        dossier, today, needed, lambda study: package_of(study, today)
    )
    needed |= comparison.changed
    wanted = [
        as_signed(kind, dossier.facts)
        for kind in dossier.standard.documents.values()
        if kind.id in needed and (kind.audience == "applicant" or kind.id in also)
    ]
    own_forms = _own_forms(dossier)
    codes = own_forms | form_codes_of(dossier.workspace.folder, dossier.standard.documents)
    lacking, documents = _without_file(dossier), list[Document]()
    rows: list[TransmittalRow] = []
    for kind in wanted:
        brought = _attachments(dossier, kind.id)
        if _is_section(dossier, kind, needed) and not brought and kind.id not in also:
            continue
        if kind.template is not None and (kind.id in also or not brought):
            for part in comparison.handed_in(documents_of(kind, dossier.facts)):
                stamp = _stamp(dossier, part, today, codes)
                documents.append(comparison.document(next_number(rows), part, stamp))
                rows += rows_of_document(documents[-1], own_forms.get(part.id, ""))
        else:
            rows += rows_of_attachments(brought, kind, rows, comparison.replacing(brought), lacking)
    rest = dossier.standard.documents.keys() - {kind.id for kind in wanted}
    for kind in (listed for id_, listed in dossier.standard.documents.items() if id_ in rest):
        brought = comparison.new_ones(_attachments(dossier, kind.id))
        rows += rows_of_attachments(brought, kind, rows, comparison.replacing(brought), lacking)
    rows = _with_renewed(dossier, rows)
    package = Package(
        tuple(documents),
        tuple(rows),
        _study(dossier, rows),
        dossier.templates,
        tuple(wanted),
        comparison.own,
        frozenset(comparison.editions),
        frozenset(id_ for id_, edition in comparison.editions.items() if not edition.held),
    )
    return _with_changes(dossier, package) if comparison.in_pairs else package


def _with_changes(dossier: Dossier, package: Package) -> Package:
    """The package whose papers can ask for what changed in it; it is compared when they do."""

    @cache
    def changes() -> tuple[PaperChanges, ...]:
        # Loaded late: a first submission is compared with nothing.
        from mmethics_cli.workflow.lifecycle.paper_changes import paper_changes

        return paper_changes(dossier, package)

    return replace(package, study=replace(package.study, paper_changes=changes))


def _own_forms(dossier: Dossier) -> dict[str, str]:
    """The codes that the institution's own forms bear, by the document whose place they take."""
    kind = str(dossier.facts.get(KIND))
    mappings = (form.mapping for form in dossier.loaded.forms)
    return {
        mapping.stands_for: mapping.version
        for mapping in mappings
        if mapping.stands_for and mapping.version and mapping.used_for in ("", kind)
    }


def _is_section(dossier: Dossier, kind: DocumentKind, needed: Collection[str]) -> bool:
    """Whether a document stands in another paper of this submission."""
    return kind.id in dossier.facts.folded and not kind.within.keys().isdisjoint(needed)


def _with_renewed(dossier: Dossier, rows: list[TransmittalRow]) -> list[TransmittalRow]:
    """The rows; in a further round those that were not handed in like this are marked."""
    current = dossier.workspace.current
    before = dossier.workspace.lineage.round_before(current) if current is not None else None
    if before is None:
        return rows
    manifest = before.manifest()
    held = {
        (str(row.get(key)), str(row.get("version") or ""), str(row.get("date") or ""))
        for part, key in (("documents", "id"), ("attachments", "kind"))
        for row in manifest.get(part, [])
    }
    return [
        replace(row, renewed=(row.id, row.version, str(row.date or "")) not in held) for row in rows
    ]


def _study(dossier: Dossier, rows: list[TransmittalRow]) -> Study:
    return Study(
        facts=dossier.facts,
        pathway=dossier.pathway,
        stamp=Stamp("", ""),
        transmittal=tuple(rows),
        self_check=dossier.self_check,
        overrides=tuple(_adjustments(dossier)),
        printed=PrintedPaths(dossier.templates, dossier.facts.folded),
    )


def _adjustments(dossier: Dossier) -> Iterator[Adjustment]:
    if dossier.loaded.inside:
        yield Adjustment("全部", "标准包放在卷宗里", "不是本院的标准包，委员会判定时不用")
    for override in dossier.pack.overrides:
        reason, by = override.reason, override.by
        yield Adjustment(override.id, _what(override), reason, by, override.binding)


def _decided(dossier: Dossier) -> tuple[str, ...]:
    decision = dossier.pathway.decisions["documents"]
    return decision.value if isinstance(decision.value, tuple) else ()


def _what(override: Override) -> str:
    if override.kind == "articles":
        return "核对条文"
    # A note is about a rule: no other kind can become one.
    part = "" if override.action == "noted" else _PACK_PARTS.get(override.kind, "")
    return _ACTIONS[override.action] + part


def _stamp(dossier: Dossier, kind: DocumentKind, today: date, codes: Mapping[str, str]) -> Stamp:
    given = dossier.workspace.versions.get(kind.id)
    version = given.version if given and given.version else FIRST_VERSION
    day = (given.date if given else None) or today
    return Stamp(kind.id, kind.title, version, day, form=codes.get(kind_id(kind.id), ""))


def _without_file(dossier: Dossier) -> frozenset[str]:
    """The ids of attachments of which no file lies there, in a submission that is prepared."""
    current = dossier.workspace.current
    if current is None or current.sealed:
        return frozenset()
    return frozenset(
        entry.id
        for entry in attachments_of(dossier.facts)
        if not _lies_there(dossier, entry.get("file"))
    )


def _lies_there(dossier: Dossier, name: object) -> bool:
    try:
        return isinstance(name, str) and attachment_path(dossier.workspace.folder, name).is_file()
    except (OutsideFolder, OSError):
        return False


def _attachments(dossier: Dossier, kind: str) -> list[Element]:
    return [entry for entry in attachments_of(dossier.facts) if entry.get("kind") == kind]
