"""The result of a check, for people and for programs (format mmethics/check/1)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mmethics_cli.core.checks.findings import SEVERITIES, Finding
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.report.pathway import basis_tree
from mmethics_cli.wording.citation import cite
from mmethics_cli.wording.columns import COLUMNS, indented, wrap

FORMAT: Final = "mmethics/check/1"
LABELS: Final = {"error": "错误", "warning": "警告", "note": "提示"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding and where it stands: the file (as the dossier names it) and the line, if any."""

    finding: Finding
    file: str = ""
    line: int | None = None

    @property
    def place(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


def findings_json(dossier: str, findings: Sequence[Placed]) -> str:
    """One dossier's findings on one line of JSON."""
    counts = Counter(one.finding.severity for one in findings)
    tree = {
        "format": FORMAT,
        "dossier": dossier,
        "complete": not counts["error"],
        "counts": {severity: counts[severity] for severity in SEVERITIES},
        "findings": [_tree(one) for one in findings],
    }
    return json.dumps(tree, ensure_ascii=False)


def _tree(placed: Placed) -> dict[str, object]:
    one = placed.finding
    return {
        "id": one.id,
        "severity": one.severity,
        "kind": one.kind,
        "path": one.path,
        "file": placed.file,
        "line": placed.line,
        "message": one.message,
        "fix": one.fix,
        "item": one.item,
        "basis": basis_tree(one.basis),
    }


def findings_text(standard: Standard, dossier: str, findings: Sequence[Placed]) -> str:
    """The findings by severity, each with its place, its remedy and its basis."""
    lines: list[str] = []
    for severity in SEVERITIES:
        of_it = [one for one in findings if one.finding.severity == severity]
        if of_it:
            lines += [f"{LABELS[severity]} {len(of_it)} 项", ""]
            for one in of_it:
                lines += [*_lines(standard, one), ""]
    return "\n".join([*lines, summary(dossier, findings)])


def _lines(standard: Standard, placed: Placed) -> Iterator[str]:
    one = placed.finding
    yield from wrap(f"· {one.message}", COLUMNS)
    for text in (
        placed.place and f"位置：{placed.place}",
        one.fix and f"办法：{one.fix}",
        one.basis and f"依据：{cite(standard, one.basis)}",
    ):
        if text:
            yield from indented(text, 2)


def summary(dossier: str, findings: Sequence[Placed]) -> str:
    """One line: whole or not, and how many findings of each severity."""
    counts = Counter(one.finding.severity for one in findings)
    said = "，".join(f"{LABELS[key]} {counts[key]} 项" for key in SEVERITIES if counts[key])
    whole = "还不齐全" if counts["error"] else "齐全，可以送审"
    return f"{dossier}：{whole}{f'（{said}）' if said else ''}"
