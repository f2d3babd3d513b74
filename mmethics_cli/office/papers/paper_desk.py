"""The office's papers, of the register and of what was sealed, each anchored to the register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.office.documents import committee_package
from mmethics_cli.office.events import Event
from mmethics_cli.office.folder import CASES, OfficeFolder
from mmethics_cli.office.law.acceptance import case_name
from mmethics_cli.office.pack import ALSO, OfficePack
from mmethics_cli.office.packages import BRINGS_PACKAGE, kept_papers, package_fault
from mmethics_cli.office.papers.sealed_dossier import SealedArchive, sealed_dossier
from mmethics_cli.office.register.database import Reading
from mmethics_cli.office.state import Case
from mmethics_cli.render.item_views import CriterionView, criteria_of
from mmethics_cli.render.study import Office, OfficeRow, Study
from mmethics_cli.render.text import render_text
from mmethics_cli.render.word import word_file
from mmethics_cli.store.submission.decisions import decision_tree
from mmethics_cli.store.submission.replies import decision_file
from mmethics_cli.wording.language import CHINESE
from mmethics_cli.workflow.document_options import FileNaming, Language
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Document, Package
from mmethics_cli.workflow.papers import papers_of

# The facts of a study that an office's own papers print: who it is.
_OWN_FACTS: Final = {"committee.name": "committee", "institution.name": "institution"}

Acts = Mapping[str, str]
Rows = Mapping[str, tuple[OfficeRow, ...]]


def day_said(time: str) -> str:
    """A day or a minute of the register, as papers write it."""
    day, _, minute = time.partition("T")
    return f"{CHINESE.date(date.fromisoformat(day))}{minute}" if day else ""


class CasePapers(Struct, frozen=True):
    """The papers about a case as it was sealed; `anchor` stands in their footers."""

    dossier: Dossier
    package: Package
    anchor: tuple[str, ...]

    @property
    def worksheets(self) -> list[str]:
        """The ids of the documents that a reviewer fills in, which what was sealed needs."""
        needed = self.package.study.pathway.decisions["documents"].value
        named = {
            name for each in self.dossier.standard.criteria.values() for name in each.worksheets
        }
        return [id_ for id_ in needed if id_ in named] if isinstance(needed, tuple) else []

    def title(self, document: str) -> str:
        """The title of a document."""
        return self.dossier.standard.documents[document].title

    def criteria(self, worksheet: str) -> list[CriterionView]:
        """The criteria of a worksheet that apply, or may."""
        study = self.package.study
        return [view for view in criteria_of(study, worksheet) if view.applies != "no"]

    def word(self, document: str, language: Language = Language.zh) -> bytes:
        """A document as Word."""
        (own,) = (paper for paper in self.package.documents if paper.kind.id == document)
        stamped = Document(own.number, own.kind, replace(own.stamp, anchor=self.anchor))
        papers = papers_of(self.dossier, self.package, [stamped], FileNaming.by_title, language)
        return next(iter(papers)).data(draft=False)


class PaperDesk(Struct, frozen=True, dict=True):
    """Makes papers of the register as it is now; `now` is the minute."""

    office: OfficeFolder
    pack: OfficePack
    state: Reading
    now: str

    @property
    def today(self) -> date:
        return date.fromisoformat(self.now.partition("T")[0])

    @property
    def entry(self) -> str:
        """The last entry of the register: its number and its hash."""
        return " ".join(map(str, self.state.last or ()))

    @property
    def anchor(self) -> tuple[str, ...]:
        """What stands in the footers: whoever has the paper can prove the register up to it."""
        return tuple(self.entry.split())

    @property
    def acts(self) -> dict[str, str]:
        """What every paper may tell of the office itself."""
        keys = ("committee", "institution", "place", "contact")
        return {key: self.office.setting(key) for key in keys}

    @cached_property
    def _standard_facts(self) -> Facts:
        standard = self.pack.papers.standard
        known = {path: self.office.setting(key) for path, key in _OWN_FACTS.items()}
        return Facts(standard, {path: text for path, text in known.items() if text}, self.today)

    def own(self, document: str, acts: Acts, rows: Rows) -> bytes:
        """A paper of the office itself, about no one submission, as Word."""
        kind = self.pack.papers.standard.documents[document]
        facts = self._standard_facts
        stamp = Stamp(kind.id, kind.title, anchor=self.anchor)
        office = Office(acts=self.acts | dict(acts), rows=rows)
        study = Study(facts, Pathway(facts), stamp, office=office)
        rendered = render_text(self.pack.papers.templates, kind.template or "", study)
        return word_file(rendered, stamp, draft=False)

    # About a case.

    @contextmanager
    def about(
        self, case: Case, also: Sequence[str] = (), acts: Acts | None = None,
        rows: Rows | None = None,
    ) -> Iterator[CasePapers]:  # fmt: skip
        """The papers about a case, for as long as its archives are laid out; `also` names others
        than those that it needs. Raises WorkspaceError where an archive is not as it came."""
        archives = self._archives(case)
        with sealed_dossier(archives, self.pack.packs, self.today, ALSO) as dossier:
            told = Office(acts=self.acts | self.case_acts(case) | dict(acts or {}), rows=rows or {})
            package = committee_package(dossier, self.today, tuple(also), told)
            yield CasePapers(dossier, package, self.anchor)

    def case_acts(self, case: Case) -> dict[str, str]:
        """What papers may tell of a case."""
        return {
            "number": case_name(case),
            "method": self.pack.kinds["accepted"].labels.get(case.method, ""),
            "accepted_on": day_said(case.accepted_at.partition("T")[0]),
            "due": day_said(case.due_at.removesuffix("T23:59")),
            "received_on": day_said(case.received_at.partition("T")[0]),
        }

    def _archives(self, case: Case) -> list[SealedArchive]:
        """What the office has of a study up to a case, which comes last, with what was decided."""
        events = [each for each in self.state.events(study=case.study) if each.what.data]
        decided = {
            each.what.case: decision_file(self._decision_tree(each, events))
            for each in events
            if each.what.kind == "decided"
        }
        archives: dict[str, SealedArchive] = {}
        for each in events:
            what = each.what
            if what.kind in BRINGS_PACKAGE and what.data.get("digest"):
                file = str(what.data["package"])
                name = file.removeprefix(f"{what.case}-")
                known = self.state.get(Case, what.case)
                newest = known is not None and known.package == file
                decision = decided.get(what.case, b"") if newest else b""
                fault = package_fault(self.office.path, next(kept_papers([each])))
                if fault:
                    raise WorkspaceError(f"{fault}。没有写文件，也没有登记；请先从备份恢复。")
                archives.pop(name, None)
                archives[name] = SealedArchive(self.office.path / CASES / file, decision)
                if newest and what.case == case.id:
                    break
        return list(archives.values())

    def _decision_tree(self, event: Event, events: Sequence[Event]) -> Mapping[str, Any]:
        case = self.state.get(Case, event.what.case)
        digest = case.digest if case else ""
        return decision_tree(self.decision(event, case.comments if case else ()), digest)

    @staticmethod
    def decision(event: Event, comments: tuple[str, ...]) -> CommitteeDecision:
        """A decision of the register as the applicant records it."""
        data = event.what.data
        until = data.get("valid_until")
        return CommitteeDecision(
            data["decision"],
            date.fromisoformat(event.what.happened.partition("T")[0]),
            str(data.get("number") or ""),
            date.fromisoformat(until) if until else None,
            data.get("interval_months") or None,
            comments,
        )
