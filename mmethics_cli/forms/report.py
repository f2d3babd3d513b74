"""A form's reading, check and coverage in words, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.formats.form.blank import FormBlank
from mmethics_cli.forms.filling import FormCoverage, State, coverage_tree, fact_label
from mmethics_cli.forms.mapping import Located
from mmethics_cli.forms.proposing import MARKERS, FormReading
from mmethics_cli.forms.review_sheet import MARKER_WORDS

_STATES: Final[dict[State, str]] = {
    "filled": "填了",
    "unanswered": "卷宗没有回答",
    "by_hand": "手写、签字、办公室填",
    "unplaced": "没有定下来",
}
_MOST: Final = 12


def reading_json(name: str, blanks: Sequence[FormBlank], reading: FormReading) -> str:
    """The proposals for programs: `is` is a list, or null where nothing is proposed."""
    rows = [
        {
            "words": blank.words, "is": list(proposal.facts) or None, "maybe": list(proposal.maybe),
            "how": proposal.how, "kind": blank.kind, "place": blank.place, "under": blank.group,
        }
        for blank, proposal in zip(blanks, reading.proposals, strict=True)
    ]  # fmt: skip
    tree = {
        "format": "mmethics/form/1", "form": name, "used_for": reading.used_for,
        "about_study": reading.is_about_study, "blanks": rows,
    }  # fmt: skip
    return json.dumps(tree, ensure_ascii=False, indent=1)


def reading_text(
    name: str, blanks: Sequence[FormBlank], reading: FormReading, standard: Standard
) -> str:
    """The proposals for people: blank by blank, in order."""
    lines = []
    for blank, proposal in zip(blanks, reading.proposals, strict=True):
        said = "、".join(
            MARKER_WORDS[path] if path in MARKERS else fact_label(path, standard)
            for path in proposal.facts
        )
        lines.append(f"{blank.place}  {blank.words[:24]} → {said or '不确定'}")
    proposed = sum(bool(proposal.facts) and not proposal.marker for proposal in reading.proposals)
    head = f"{name}：{len(blanks)} 个空格，提出了 {proposed} 个。"
    if not reading.is_about_study:
        head += "表上没有研究的名称，不像是关于一项研究的，所以什么也没有提。"
    return "\n".join([head, "", *lines, "", "核对：加 --out 核对.xlsx 写成 Excel。"])


def check_json(place: Located, total: int) -> str:
    tree = {
        "format": "mmethics/form-check/1", "blanks": total, "found": len(place.found),
        "moved": [blank.words for blank in place.moved],
        "gone": [entry.at.words for entry in place.gone],
        "new": [{"words": blank.words, "place": blank.place} for blank in place.new],
    }  # fmt: skip
    return json.dumps(tree, ensure_ascii=False, indent=1)


def check_text(name: str, place: Located, total: int) -> str:
    """How far a mapping still fits its form."""
    lines = [f"{name}：表上 {total} 个空格，对上 {len(place.found)} 个。"]
    for title, words in (
        ("挪了地方", [f"{blank.words}（{blank.place}）" for blank in place.moved]),
        ("不见了", [entry.at.words for entry in place.gone]),
        ("新出现", [f"{blank.words}（{blank.place}）" for blank in place.new]),
    ):
        if words:
            lines.append(f"{title} {len(words)}：{_some(words)}")
    return "\n".join(lines)


def coverage_json(name: str, coverage: FormCoverage, standard: Standard) -> str:
    labels = {path: fact_label(path, standard) for path in coverage.nowhere}
    return json.dumps(coverage_tree(name, coverage, labels), ensure_ascii=False, indent=1)


def coverage_text(name: str, coverage: FormCoverage, standard: Standard) -> str:
    """The five parts: four that add up to all blanks, and the facts that stand nowhere."""
    lines = [f"{name}：{len(coverage.blanks)} 个空格"]
    for state, title in _STATES.items():
        words = [blank.words or blank.place for blank in coverage.blanks if blank.state == state]
        listed = "" if state == "filled" or not words else f"：{_some(words)}"
        lines.append(f"  {title} {len(words)}{listed}")
    nowhere = [fact_label(path, standard) for path in coverage.nowhere]
    lines.append(
        f"  表上没有地方印的事实 {len(nowhere)}" + (f"：{_some(nowhere)}" if nowhere else "")
    )
    if coverage.overlong:
        lines.append(
            "  太长、写“见附页”的：" + _some([fact_label(p, standard) for p in coverage.overlong])
        )
    for path, count in coverage.left_over:
        label = fact_label(path.rpartition(".")[0], standard)
        lines.append(f"  {label}还有 {count} 条没有写：表上的行不够，请加行再填")
    return "\n".join(lines)


def _some(words: Sequence[str]) -> str:
    shown = "、".join(dict.fromkeys(word[:24] for word in words[:_MOST]))
    return shown if len(words) <= _MOST else f"{shown}……共 {len(words)}"
