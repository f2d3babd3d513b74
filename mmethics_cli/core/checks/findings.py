"""What a check finds: a value with a place, a reason and a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.decisions.coverage import Coverage
from mmethics_cli.core.standard.model import Basis

Severity = Literal["error", "warning", "note"]
Kind = Literal[
    "missing_answer",
    "missing_attachment",
    "inconsistent",
    "invalid",
    "not_verified",
    "expired",
    "readability",
    "law_changed",
]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


class Finding(Struct, frozen=True):
    """One thing that an ethics office would send the dossier back for, or should know.

    `path` is a fact (`data.assets[a1].name`), `self_check.<item>` or empty; `id` names the check.
    `basis` is what the pack names; `for_study` leaves what covers the study. `practice`: nothing
    asks it but practice.
    """

    id: str
    severity: Severity
    kind: Kind
    path: str
    message: str
    fix: str = ""
    item: str | None = None
    basis: tuple[Basis, ...] = ()
    practice: bool = False

    def for_study(self, coverage: Coverage) -> Finding:
        """The finding with those of its bases alone that cover the study, or may."""
        if not self.basis:
            return self
        practice = coverage.is_practice(self.basis)
        return replace(self, basis=coverage.bases(self.basis), practice=practice)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings and notes, each in the order found; one finding once."""
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda finding: SEVERITIES.index(finding.severity)))
