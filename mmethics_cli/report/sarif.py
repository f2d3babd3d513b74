"""The result of a check as SARIF 2.1.0, which editors and code hosts show beside the lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from posixpath import join, normpath
from typing import Final
from urllib.parse import quote

from mmethics_cli import __version__
from mmethics_cli.core.checks.findings import Finding, Kind
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import label_of, question_at
from mmethics_cli.report.findings import PlacedFinding, grounds_text
from mmethics_cli.report.pathway import basis_tree

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
# What a check of each kind looks for, and what to do, where the pack has no words of its own.
KINDS: Final[Mapping[Kind, tuple[str, str]]] = {
    "missing_answer": ("该答的没有答", "在所指的位置写上回答，或运行 mmethics fill"),
    "missing_attachment": ("该附的文件没有附", "把文件放进 attachments/，登记在附件清单里"),
    "inconsistent": ("前后不一致", "核对两处，改正其中一处"),
    "invalid": ("回答读不懂", "照所写的办法改写"),
    "not_verified": ("没有核对过", "由人核对"),
    "expired": ("过了期", "换成还有效的"),
    "readability": ("写给参与者的话不好懂", "改得好懂些；不影响送审"),
    "law_changed": ("规定改了", "对照新的规定改；不影响送审"),
}
_OUTSIDE: Final = "DOSSIER"


def sarif_log(runs: Iterable[Mapping[str, object]]) -> str:
    """A SARIF file of several runs, one a dossier."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": list(runs)}
    return json.dumps(log, ensure_ascii=False, indent=2)


def sarif_run(
    standard: Standard, dossier: Path, here: Path, findings: Sequence[PlacedFinding]
) -> dict[str, object]:
    """One dossier's findings as a run; those that stand in no file are about the file `dossier`.

    Files are named from `here`, where the dossier lies below it, else from the dossier's folder.
    Both paths are absolute.
    """
    folder = dossier.parent
    below = folder.is_relative_to(here)
    start = folder.relative_to(here).as_posix() if below else "."
    base = "" if below else _OUTSIDE
    rules: dict[str, dict[str, object]] = {}
    for placed in findings:
        id_, subject = _rule_of(standard, placed.finding)
        rules.setdefault(id_, _rule(standard, id_, subject, placed.finding))
    indexes = {id_: index for index, id_ in enumerate(rules)}
    run: dict[str, object] = {
        "tool": {
            "driver": {
                "name": "mmethics",
                "version": __version__,
                "rules": list(rules.values()),
            },
            "extensions": [{"name": standard.title, "version": standard.edition}],
        },
        "automationDetails": {"id": f"mmethics/check/{folder.name}/"},
        "language": "zh-CN",
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True}],
        "results": [
            _result(standard, placed.finding, indexes)
            | {"locations": [{"physicalLocation": _location(file, placed.line, base)}]}
            for placed in findings
            for file in [normpath(join(start, placed.file or dossier.name))]
        ],
    }
    if not below:
        run["originalUriBaseIds"] = {_OUTSIDE: {"uri": f"{folder.as_uri()}/"}}
    return run


def _rule_of(standard: Standard, finding: Finding) -> tuple[str, str]:
    """The id of the rule that a finding breaks, and what the rule is about, in words.

    What is asked of each answer, or review item, is a rule of its own: each has its own law.
    """
    if finding.id in standard.consistency or not finding.path:
        return finding.id, ""
    if finding.item is not None:
        return f"{finding.id}/{finding.item}", standard.items[finding.item].text
    try:
        question = question_at(standard, finding.path)
    except KeyError:
        return finding.id, ""
    return f"{finding.id}/{question.name}", label_of(standard, question.name)


def _rule(standard: Standard, id_: str, subject: str, finding: Finding) -> dict[str, object]:
    """What a rule asks for, what to do, and the law behind it."""
    own = standard.consistency.get(finding.id)
    text, fix = KINDS[finding.kind] if own is None else (own.message, own.fix)
    grounds = grounds_text(standard, finding.basis, finding.practice)
    return {
        "id": id_,
        "shortDescription": {"text": f"{text}：{subject}" if subject else text},
        "help": {"text": "\n".join(filter(None, (f"办法：{fix}" if fix else text, grounds)))},
        "defaultConfiguration": {"level": finding.severity},
        "properties": {"check": finding.id, "basis": basis_tree(finding.basis)},
    }


def _result(standard: Standard, finding: Finding, indexes: Mapping[str, int]) -> dict[str, object]:
    id_, _ = _rule_of(standard, finding)
    grounds = grounds_text(standard, finding.basis, finding.practice)
    fix = finding.fix and f"办法：{finding.fix}"
    return {
        "ruleId": id_,
        "ruleIndex": indexes[id_],
        "level": finding.severity,
        "message": {"text": "\n".join(filter(None, (finding.message, fix, grounds)))},
        "partialFingerprints": {"finding/v1": f"{finding.id}:{finding.path or finding.message}"},
        "properties": {
            "path": finding.path,
            "kind": finding.kind,
            "item": finding.item,
            "basis": basis_tree(finding.basis),
            "practice": finding.practice,
        },
    }


def _location(file: str, line: int | None, base: str) -> dict[str, object]:
    artifact = {"uri": quote(file)} | ({"uriBaseId": base} if base else {})
    location: dict[str, object] = {"artifactLocation": artifact}
    return location if line is None else location | {"region": {"startLine": line}}
