"""The result of a check, as text and as JSON (format mmethics/check/1)."""

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
from mmethics_cli.wording.language import CHINESE

FORMAT: Final = "mmethics/check/1"
READY: Final = "齐全，可以送审"
LABELS: Final = {"error": "错误", "warning": "警告", "note": "提示"}


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """A finding and where it stands: the file (as the dossier names it) and the line, if any."""

    finding: Finding
    file: str = ""
    line: int | None = None

    @property
    def place(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


def findings_json(dossier: str, findings: Sequence[PlacedFinding]) -> str:
    """One dossier's findings on one line of JSON."""
    counts = Counter(placed.finding.severity for placed in findings)
    tree = {
        "format": FORMAT,
        "dossier": dossier,
        "complete": not counts["error"],
        "counts": {severity: counts[severity] for severity in SEVERITIES},
        "findings": [_tree(placed) for placed in findings],
    }
    return json.dumps(tree, ensure_ascii=False)


def _tree(placed: PlacedFinding) -> dict[str, object]:
    finding = placed.finding
    return {
        "id": finding.id,
        "severity": finding.severity,
        "kind": finding.kind,
        "path": finding.path,
        "file": placed.file,
        "line": placed.line,
        "message": finding.message,
        "fix": finding.fix,
        "item": finding.item,
        "basis": basis_tree(finding.basis),
        "practice": finding.practice,
    }


def findings_text(
    standard: Standard, dossier: str, findings: Sequence[PlacedFinding], standing: str = READY
) -> str:
    """The findings by severity, each with its place, its remedy and its basis; see `summary`."""
    lines: list[str] = []
    for severity in SEVERITIES:
        group = [placed for placed in findings if placed.finding.severity == severity]
        if group:
            lines += [f"{LABELS[severity]} {len(group)} 项", ""]
            for placed in group:
                lines += [*_lines(standard, placed), ""]
    return "\n".join([*lines, summary(dossier, findings, standing)])


def _lines(standard: Standard, placed: PlacedFinding) -> Iterator[str]:
    finding = placed.finding
    yield from wrap(f"· {finding.message}", COLUMNS)
    for text in (
        placed.place and f"位置：{placed.place}",
        finding.fix and f"办法：{finding.fix}",
        _grounds(standard, finding),
    ):
        if text:
            yield from indented(text, 2)


def _grounds(standard: Standard, finding: Finding) -> str:
    cited = cite(standard, finding.basis) or (CHINESE.practice if finding.practice else "")
    return cited and f"依据：{cited}"


def summary(dossier: str, findings: Sequence[PlacedFinding], standing: str = READY) -> str:
    """One line: complete or not, and how many findings of each severity.

    `standing` is what to say of a dossier without errors: ready, handed in, approved.
    """
    counts = Counter(placed.finding.severity for placed in findings)
    tally = "，".join(f"{LABELS[key]} {counts[key]} 项" for key in SEVERITIES if counts[key])
    verdict = "还不齐全" if counts["error"] else standing
    return f"{dossier}：{verdict}{f'（{tally}）' if tally else ''}"
