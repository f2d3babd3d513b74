"""What documents print from: a study and its submission as one value, and the parts of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.core.answers.self_check import SelfCheck
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.values import Element
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.core.standard.model import DocumentKind, Standard
from mmethics_cli.formats.blocks import Stamp

if TYPE_CHECKING:
    from mmethics_cli.formats.redline.changes import TextChange


class DocumentSpot(Struct, frozen=True):
    """A document, by its id, and the heading in it under which something stands (or nothing)."""

    document: str
    heading: str


# Where documents print each fact (by its path, fields of lists as `list.field`) and element.
Spots = Mapping[str, tuple[DocumentSpot, ...]]


# A line of an office's list: texts, numbers, and lists of such lines, by name.
OfficeRow = Mapping[str, Any]


class TransmittalRow(Struct, frozen=True):
    """One line of the transmittal list: a rendered document or an attachment.

    `after_approval` marks a document that is signed after the approval, person by person; `signed`
    an attachment whose signatures and seals are there already; `marked` the file beside a document
    that shows its changes, under the number of the document; `renewed` what was not handed in like
    this in the round before.
    """

    number: str
    id: str
    title: str
    version: str = ""
    date: date | None = None
    original: str = ""
    signers: tuple[str, ...] = ()
    note: str = ""
    seals: tuple[str, ...] = ()
    after_approval: bool = False
    signed: bool = False
    marked: bool = False
    renewed: bool = False


class Office(Struct, frozen=True, dict=True):
    """What was found of a submission, and what the office has recorded of it.

    `check` finds what there is to say of the submission as it was handed in, `locate` where its
    documents print what: both take long, and few papers ask. `lacking` are documents that it needs
    and does not hold, `standing` those of earlier approvals that it leaves as they are; `rendered`
    are the ids of those that came from templates. `recorded` and
    `comments` are the texts of decision.yaml, `verdicts` are the keys of the decisions that can be
    taken. `acts` are texts of the register by their keys, `rows` its lists: what a notice, a letter
    or the papers of a meeting tell of the office itself.
    """

    check: Callable[[], tuple[Finding, ...]] = tuple
    locate: Callable[[], Spots] = dict
    lacking: tuple[DocumentKind, ...] = ()
    standing: tuple[TransmittalRow, ...] = ()
    rendered: frozenset[str] = frozenset()
    recorded: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    acts: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, tuple[OfficeRow, ...]] = field(default_factory=dict)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return self.check()

    @cached_property
    def spots(self) -> Spots:
        return self.locate()


class Adjustment(Struct, frozen=True):
    """What an overlay pack changed in the standard, why, and who stands for it.

    `binding`: it changes what must be so by the shipped pack.
    """

    id: str
    what: str
    reason: str
    by: str = ""
    binding: bool = False


class SealedBeside(Struct, frozen=True):
    """All that is sealed beside the papers that print this: files, their bytes, one SHA-256."""

    files: int
    bytes: int
    sha256: str


class ConsentDocument(Struct, frozen=True):
    """A document for participants, the elements it must hold, the headings they stand under.

    `places` is None for a document that the applicant brings: nobody has looked into it.
    """

    title: str
    required: tuple[str, ...]
    places: Mapping[str, tuple[str, ...]] | None

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(element for element in self.required if element not in (self.places or {}))


class PaperChanges(Struct, frozen=True):
    """What changed in a paper of the study, its id, title and version; `failed` why it is unknown.

    `is_new`: the committee holds it in no edition; `is_gone`: the study needs it no more.
    """

    id: str
    title: str
    version: str
    changes: tuple[TextChange, ...] = ()
    is_new: bool = False
    is_gone: bool = False
    failed: str = ""


class Study(Struct, frozen=True):
    """A study and its submission as documents see them; `pathway` was decided from `facts`.

    `office` is there for the documents of the ethics office only. `consents` gives the documents
    for participants, when it is asked for; `printed` the paths that each of the applicant's
    documents prints; `left_out` the entries of lists that the document does not speak of; `beside`
    is known once everything else is ready to be sealed. `paper_changes` compares what is handed in
    clean and marked with what was sealed.
    """

    facts: Facts
    pathway: Pathway
    stamp: Stamp
    transmittal: tuple[TransmittalRow, ...] = ()
    self_check: SelfCheck = SelfCheck({})
    overrides: tuple[Adjustment, ...] = ()
    office: Office | None = None
    consents: Callable[[], tuple[ConsentDocument, ...]] = tuple
    printed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    left_out: Mapping[str, tuple[Element, ...]] = field(default_factory=dict)
    beside: SealedBeside | None = None
    paper_changes: Callable[[], tuple[PaperChanges, ...]] = tuple

    @property
    def standard(self) -> Standard:
        return self.facts.standard

    def as_told(self) -> Study:
        """The study as its document tells it: of lists, the entries that it speaks of alone."""
        kind = self.standard.documents.get(kind_id(self.stamp.id))
        judged = self.pathway.facts
        if kind is None or (told := judged.about(kind.about)) is judged:
            return self
        kept: dict[str, tuple[Element, ...]] = {}
        left: dict[str, tuple[Element, ...]] = {}
        for path in kind.about:
            # The entries as `facts` have them: in the language of the document.
            entries = entries_at(self.facts, path)
            ids = {standing.id for standing in entries_at(told, path)}
            kept[path] = tuple(entry for entry in entries if entry.id in ids)
            left[path] = tuple(entry for entry in entries if entry.id not in ids)
        facts = self.facts.assuming(kept)
        return replace(self, facts=facts, pathway=Pathway(told), left_out=left)


def entries_at(facts: Facts, path: str) -> tuple[Element, ...]:
    """The entries of a list, none where it has no answer."""
    entries = facts.get(path)
    return entries if isinstance(entries, tuple) else ()
