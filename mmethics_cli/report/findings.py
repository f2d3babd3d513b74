"""The result of a check, as text and as JSON (format mmethics/check/1)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct

from mmethics_cli.core.checks.completeness import NOT_MET, UNANSWERED
from mmethics_cli.core.checks.findings import SEVERITIES, Finding, Kind, Severity
from mmethics_cli.core.standard.model import Basis, Standard
from mmethics_cli.report.pathway import basis_tree
from mmethics_cli.wording.citation import cite
from mmethics_cli.wording.columns import COLUMNS, indented, wrap
from mmethics_cli.wording.language import CHINESE

FORMAT: Final = "mmethics/check/1"
READY: Final = "齐全，可以送审"
LABELS: Final[Mapping[Severity, str]] = {"error": "错误", "warning": "警告", "note": "提示"}

# What a finding asks of a person.
_Task = Literal["wrong", "open", "noted"]
TASKS: Final[Mapping[_Task, str]] = {
    "wrong": "写错或前后不一致",
    "open": "还没有做",
    "noted": "请留意",
}
_TO_DO: Final[frozenset[Kind]] = frozenset({"missing_answer", "missing_attachment"})
_TO_NOTE: Final[frozenset[Kind]] = frozenset({"not_verified", "readability", "law_changed"})
_ITEMS: Final = "审查内容自查"
# Of more review items that wait for an answer each principle has one line.
_ITEMS_IN_FULL: Final = 3


class PlacedFinding(Struct, frozen=True):
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
    """The findings by what a person has to do, each with its place, its remedy and its basis.

    What is wrong comes first, then what is not done yet by section, then what is to be noted;
    see `summary`.
    """
    groups: dict[_Task, list[PlacedFinding]] = {"wrong": [], "open": [], "noted": []}
    for placed in findings:
        groups[_task(placed.finding)].append(placed)
    lines: list[str] = []
    for task, group in groups.items():
        if group:
            lines += [f"{TASKS[task]} {len(group)} 项{_tally(group)}", ""]
            lines += _by_section(standard, group) if task == "open" else _all(standard, group)
    return "\n".join([*lines, summary(dossier, findings, standing)])


def _task(finding: Finding) -> _Task:
    if finding.severity == "note" or finding.id == NOT_MET or finding.kind in _TO_NOTE:
        return "noted"
    return "open" if finding.kind in _TO_DO else "wrong"


def _tally(findings: Sequence[PlacedFinding]) -> str:
    """（错误 2 项，警告 1 项）; empty where the findings are of one severity that needs no name."""
    counts = Counter(placed.finding.severity for placed in findings)
    if counts.keys() == {"note"}:
        return ""
    return f"（{_counted(counts)}）"


def _counted(counts: Mapping[Severity, int]) -> str:
    return "，".join(f"{LABELS[key]} {counts[key]} 项" for key in SEVERITIES if counts.get(key))


def _all(standard: Standard, group: Iterable[PlacedFinding]) -> Iterator[str]:
    for placed in group:
        yield from _lines(standard, placed)
        yield ""


def _by_section(standard: Standard, group: Sequence[PlacedFinding]) -> Iterator[str]:
    """What is not done yet in the order of the interview; the self-check last."""
    sections: dict[str, list[PlacedFinding]] = {name: [] for name in (*standard.sections, _ITEMS)}
    for placed in group:
        sections[_section(standard, placed.finding)].append(placed)
    for name, members in sections.items():
        if members:
            yield f"［{standard.sections.get(name, _ITEMS)}］{len(members)} 项"
            yield ""
            unchecked = [placed for placed in members if placed.finding.id == UNANSWERED]
            if len(unchecked) > _ITEMS_IN_FULL:
                yield from _unchecked(standard, unchecked)
                members = [placed for placed in members if placed.finding.id != UNANSWERED]
            yield from _all(standard, members)


def _section(standard: Standard, finding: Finding) -> str:
    if finding.item is not None:
        return _ITEMS
    return standard.questions[finding.path.partition("[")[0]].section


def _unchecked(standard: Standard, group: Sequence[PlacedFinding]) -> Iterator[str]:
    """One line a principle on the review items that nobody has looked at yet."""
    yield from wrap("还没有自查的审查要点，按原则：", COLUMNS)
    principles: dict[str, list[PlacedFinding]] = {}
    for placed in group:
        item = standard.items[placed.finding.item or ""]
        principles.setdefault(item.principle, []).append(placed)
    for principle, members in principles.items():
        ids = "、".join(str(placed.finding.item) for placed in members)
        advised = sum(placed.finding.severity != "error" for placed in members)
        weight = f"（{LABELS['warning']} {advised} 条）" if advised else ""
        place = f"{members[0].place} 起" if members[0].line else members[0].place
        head = f"· {standard.principles[principle]} {len(members)} 条{weight}：{ids}（{place}）"
        yield from wrap(head, COLUMNS)
    fixes = "；".join(dict.fromkeys(placed.finding.fix for placed in group))
    yield from indented(f"办法：逐条{fixes}，可以用 mmethics fill --section 自查", 2)
    yield from indented("依据：每条的内容和依据见 mmethics standard show 编号", 2)
    yield ""


def _lines(standard: Standard, placed: PlacedFinding) -> Iterator[str]:
    finding = placed.finding
    weight = f"{LABELS['warning']}：" if finding.severity == "warning" else ""
    yield from wrap(f"· {weight}{finding.message}", COLUMNS)
    for text in (
        placed.place and f"位置：{placed.place}",
        finding.fix and f"办法：{finding.fix}",
        grounds_text(standard, finding.basis, finding.practice),
    ):
        if text:
            yield from indented(text, 2)


def grounds_text(standard: Standard, basis: tuple[Basis, ...], practice: bool) -> str:
    """On what law, or on practice alone, a finding rests; empty where it needs none."""
    cited = cite(standard, basis) or (CHINESE.practice if practice else "")
    return cited and f"依据：{cited}"


def summary(dossier: str, findings: Sequence[PlacedFinding], standing: str = READY) -> str:
    """One line: complete or not, and how many findings of each severity.

    `standing` is what to say of a dossier without errors: ready, handed in, approved.
    """
    counts = Counter(placed.finding.severity for placed in findings)
    tally = _counted(counts)
    verdict = "还不齐全" if counts["error"] else standing
    return f"{dossier}：{verdict}{f'（{tally}）' if tally else ''}"
