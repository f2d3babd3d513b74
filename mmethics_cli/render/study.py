"""What a document prints from, as one plain value; the commands fill it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from mmethics_cli.core.answers.self_check import SelfCheck
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import DocumentKind, Standard
from mmethics_cli.formats.blocks import Stamp


@dataclass(frozen=True, slots=True)
class DocumentSpot:
    """A paper, by its id, and the heading in it under which something stands (or nothing)."""

    document: str
    heading: str


Spots = Mapping[str, tuple[DocumentSpot, ...]]


@dataclass(frozen=True)
class Office:
    """What was found of a submission, and what the office has recorded of it.

    `findings` are about the submission as it was handed in; `lacking` are papers that it needs and
    does not hold; `rendered` are the ids of those that came from templates; `spots` say where they
    print what. `recorded` and `comments` are the texts of decision.yaml.
    """

    findings: tuple[Finding, ...] = ()
    lacking: tuple[DocumentKind, ...] = ()
    rendered: frozenset[str] = frozenset()
    spots: Spots = field(default_factory=dict)
    recorded: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TransmittalRow:
    """One paper of the package on the transmittal list: a rendered document or an attachment.

    `later` marks a paper that is signed after the approval, person by person; `signed` an
    attachment whose signatures and seals are there already; `marked` the file beside a paper that
    shows its changes, under the number of the paper.
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
    later: bool = False
    signed: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What an overlay pack changed in the standard, why, and who stands for it."""

    id: str
    what: str
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class ConsentPaper:
    """A paper for participants, the elements it must hold, and the headings they stand under.

    `places` is None for a paper that the applicant brings: nobody has looked into it.
    """

    title: str
    required: tuple[str, ...]
    places: Mapping[str, tuple[str, ...]] | None

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(one for one in self.required if one not in (self.places or {}))


@dataclass(frozen=True)
class Study:
    """A study and its submission as documents see them; `pathway` was decided from `facts`.

    `office` is there for the papers of the ethics office only. `consents` gives the papers for
    participants of the submission, when it is asked for; `printed` the paths that each of the
    applicant's papers prints.
    """

    facts: Facts
    pathway: Pathway
    stamp: Stamp
    transmittal: tuple[TransmittalRow, ...] = ()
    self_check: SelfCheck = SelfCheck({})
    overrides: tuple[Adjustment, ...] = ()
    office: Office | None = None
    consents: Callable[[], tuple[ConsentPaper, ...]] = tuple
    printed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def standard(self) -> Standard:
        return self.facts.standard
