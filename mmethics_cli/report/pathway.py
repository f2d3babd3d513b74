"""The pathway as text: each decision, why, what is open; and as JSON (mmethics/pathway/1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from mmethics_cli.core.conditions.values import (
    NO,
    OPEN,
    YES,
    Element,
    NotApplicable,
    Several,
    Unknown,
    Value,
    name_of,
)
from mmethics_cli.core.decisions.pathway import ConflictKept, Pathway, RuleResult
from mmethics_cli.core.decisions.tables import Answer, Decision
from mmethics_cli.core.standard.model import Basis, DocumentKind, Rule, Standard
from mmethics_cli.core.standard.names import label_at
from mmethics_cli.wording.citation import cite, cite_with_mark
from mmethics_cli.wording.columns import COLUMNS, indented, wrap
from mmethics_cli.wording.language import CHINESE
from mmethics_cli.wording.values import reasons, strength_label

FORMAT: Final = "mmethics/pathway/1"
_STATE_KEYS: Final = {YES: "fired", NO: "not_fired", OPEN: "undecided"}
_STATE_LABELS: Final = {YES: "成立", NO: "不成立", OPEN: CHINESE.undecided}
# More names than this are only counted: nobody reads a list of all that may come.
_MOST_NAMES: Final = 4


def pathway_text(pathway: Pathway, limits: bool = False, notices: Sequence[str] = ()) -> str:
    """Every decision with its reasons; `limits` adds time limits, intervals and retention.

    `notices` are what must be said of the pack that decides.
    """
    standard = pathway.facts.standard
    lines = [f"审查路径 ·《{standard.title}》（{standard.edition}）"]
    lines += [line for notice in notices for line in wrap(f"注意：{notice}", COLUMNS)]
    lines.append("")
    for decision in pathway.decisions.values():
        if decision.table.id != "documents" and (limits or not _is_limit(decision)):
            lines += decision_lines(pathway, decision)
    lines += ["", *_documents(pathway), *_open(pathway), *_conflicts(pathway), *_marks(pathway)]
    return "\n".join(lines).rstrip()


def _is_limit(decision: Decision) -> bool:
    return decision.table.type == "int" and not decision.table.counts


def decision_lines(pathway: Pathway, decision: Decision, columns: int = COLUMNS) -> Iterator[str]:
    """One decision and the rules that it rests on, in lines of at most so many columns."""
    table = decision.table
    if table.part_of and not decision.value:
        return
    yield from wrap(f"{table.label}：{answer_label(decision)}", columns)
    yield from _entry_lines(pathway, decision, columns)
    if table.assume:
        return
    fired = [result for result in pathway.results(decision) if result.truth is YES]
    for result in fired:
        if decision.rests_on(result.rule.outcome):
            yield from _because(pathway, result, columns)
    if table.default and not fired and decision.value == table.otherwise:
        covering = pathway.facts.coverage.bases(table.default.basis)
        cited = cite_with_mark(pathway.facts.standard, covering)
        yield from indented(f"〔默认〕{table.default.text}。{cited}", 4, columns)


def _entry_lines(pathway: Pathway, decision: Decision, columns: int) -> Iterator[str]:
    """What is decided of each entry of a list alone, where that is not the same for all."""
    alone = pathway.facts.decision_by_entry(decision.table.id)
    if len({each.value for each in alone.values()}) < 2:
        return
    entries = pathway.facts.get(decision.table.by_entry)
    for entry in entries if isinstance(entries, tuple) else ():
        yield from indented(f"{name_of(entry)}：{answer_label(alone[entry.id])}", 4, columns)


def answer_label(decision: Decision) -> str:
    """The decision in words: its value, and what else may come while it is open."""
    label = value_label(decision, decision.value)
    if decision.table.kind == "union":
        others = [decision.table.label_of(key) for key in decision.possible]
        return f"{label}（{_may('可能还有', others)}）" if others else label
    if decision.settled:
        return label
    values = (value for value in decision.candidates if value is not None)
    others = [other for value in values if (other := value_label(decision, value)) != label]
    return f"{label}（{_may('暂定；还可能是', others)}）"


def _may(head: str, names: list[str]) -> str:
    if len(names) > _MOST_NAMES:
        return f"另有 {len(names)} 项待定"
    return f"{head}：{'、'.join(names)}"


def value_label(decision: Decision, value: Answer) -> str:
    """A value of the decision in Chinese; what is not decided anew says so."""
    if isinstance(value, tuple):
        return "、".join(decision.table.label_of(key) for key in value) or CHINESE.nothing
    if value is not None:
        return decision.table.label_of(value)
    if decision.table.type == "int":
        return CHINESE.not_applicable
    return CHINESE.kept if decision.holds is NO else CHINESE.undecided


def _because(pathway: Pathway, result: RuleResult, columns: int) -> Iterator[str]:
    head = f"{result.rule.id} 〔{strength_label(result)}〕{result.rule.text}。{_cited(result)}"
    yield from indented(head, 4, columns)
    because = reasons(pathway.facts, result.facts)
    if because:
        yield from indented(because, 6, columns)


def _cited(result: RuleResult) -> str:
    return cite_with_mark(result.seen.standard, result.basis)


def _documents(pathway: Pathway) -> Iterator[str]:
    decision = pathway.decisions["documents"]
    standard = pathway.facts.standard
    needed = decision.value if isinstance(decision.value, tuple) else ()
    kinds = list(_of_applicant(standard, needed))
    rendered = [kind.title for kind in kinds if kind.template]
    brought = [kind.title for kind in kinds if not kind.template]
    yield "送审文件"
    if rendered:
        yield from indented(f"本工具生成：{'、'.join(rendered)}", 4)
    if brought:
        yield from indented(f"自备：{'、'.join(brought)}", 4)
    if decision.possible:
        titles = "、".join(kind.title for kind in _of_applicant(standard, decision.possible))
        yield from indented(f"可能还需要：{titles}", 4)


def _of_applicant(standard: Standard, ids: Iterable[str]) -> Iterator[DocumentKind]:
    return (kind for id_ in ids if (kind := standard.documents[id_]).audience == "applicant")


def _open(pathway: Pathway) -> Iterator[str]:
    if pathway.open_questions:
        yield ""
        yield "还要回答这些问题，才能定下来："
        for path in pathway.open_questions:
            label = label_at(pathway.facts.standard, pathway.facts, path)
            yield from indented(f"{label}（{path}）", 4)


def _conflicts(pathway: Pathway) -> Iterator[str]:
    conflicts = pathway.conflicts
    if conflicts:
        yield ""
        yield "规定不一致之处（取最严格、最具体者）："
    for conflict in conflicts:
        names = "、".join(
            other.id if isinstance(other, Rule) else cite(pathway.facts.standard, (other,))
            for other in conflict.over
        )
        why = "较严" if conflict.why == "stricter" else conflict.why
        text = f"{conflict.table.label}：取 {conflict.kept.id}，不取 {names}。{why}"
        yield from indented(text, 4)


def _marks(pathway: Pathway) -> Iterator[str]:
    if any(result.truth is YES and result.verified != "text" for result in pathway.rules):
        yield ""
        yield from wrap("待核：条文尚未核对原文，引用前请以官方文本为准。", COLUMNS)


def explain_rule(pathway: Pathway, rule_id: str) -> str | None:
    """One rule in full: what it says, how it stands, on which facts; None for an unknown id."""
    result = pathway.rule(rule_id)
    if result is None:
        return None
    rule, facts = result.rule, result.facts
    lines = [
        f"{rule.id} {rule.text}",
        f"  决定：{result.table.label} → {result.table.label_of(rule.outcome)}",
        f"  状态：{_state(pathway, result)}〔{strength_label(result)}〕",
        *indented(f"依据：{_cited(result) or CHINESE.practice}", 2),
    ]
    if rule.override:
        lines += indented(f"{override_label(rule)}：{rule.override}", 2)
    if because := reasons(pathway.facts, facts):
        lines += indented(f"事实：{because}", 2)
    if result.needs:
        names = (label_at(pathway.facts.standard, pathway.facts, path) for path in result.needs)
        needs = [f"{name}（{path}）" for name, path in zip(names, result.needs, strict=True)]
        lines += indented(f"还缺：{'、'.join(needs)}", 2)
    if rule.conflict is not None and result.overruled:
        over = cite(pathway.facts.standard, result.overruled)
        lines += indented(f"规定不一致：{over}。{rule.conflict.text}", 2)
    return "\n".join(lines)


def _state(pathway: Pathway, result: RuleResult) -> str:
    if pathway.decisions[result.table.id].holds is NO:
        return "这一事项本次送审不判定"
    return _STATE_LABELS[result.truth]


def override_label(rule: Rule) -> str:
    """What the institution's own pack did to a rule."""
    return "本机构改为提示，不作判定" if rule.noted else "本机构标准包"


# As JSON.


def pathway_json(pathway: Pathway, notices: Sequence[str] = ()) -> str:
    """The whole pathway on one line of JSON; `notices` as above, where there are any."""
    said = {"notices": list(notices)} if notices else {}
    return json.dumps(pathway_tree(pathway) | said, ensure_ascii=False)


def pathway_tree(pathway: Pathway) -> dict[str, object]:
    standard = pathway.facts.standard
    return {
        "format": FORMAT,
        "standard": {"id": standard.id, "edition": standard.edition},
        "settled": pathway.settled,
        "decisions": _decisions(pathway),
        "open_questions": list(pathway.open_questions),
        "rules": [_rule(result) for result in pathway.rules],
        "conflicts": [_conflict(conflict) for conflict in pathway.conflicts],
    }


def _decisions(pathway: Pathway) -> dict[str, object]:
    trees: dict[str, dict[str, object]] = {}
    for name, decision in pathway.decisions.items():
        if decision.table.part_of is None:
            trees[name] = _decision(decision, _parts(pathway, name))
            trees[name] |= _by_entry(pathway, decision)
    return dict(trees)


def _by_entry(pathway: Pathway, decision: Decision) -> dict[str, object]:
    """What is decided of each entry of a list alone, by its id, under the list's name."""
    listed = decision.table.by_entry
    if not listed or decision.holds is NO:
        return {listed.rpartition(".")[2]: {}} if listed else {}
    alone = pathway.facts.decision_by_entry(decision.table.id)
    return {listed.rpartition(".")[2]: {id_: _answer(each.value) for id_, each in alone.items()}}


def _parts(pathway: Pathway, name: str) -> dict[str, Decision]:
    return {
        part.table.part_of[1]: part
        for part in pathway.decisions.values()
        if part.table.part_of is not None and part.table.part_of[0] == name
    }


def _decision(decision: Decision, parts: Mapping[str, Decision]) -> dict[str, object]:
    tree: dict[str, object] = {"value": _answer(decision.value)}
    tree |= {name: _answer(part.value) for name, part in parts.items()}
    # A part that counts is as much of the decision as its value is.
    whole = [decision, *(part for part in parts.values() if part.table.counts)]
    if decision.table.kind == "union":
        tree["possible"] = list(decision.possible)
    tree["settled"] = all(part.settled for part in whole)
    if decision.table.type == "choice":
        tree["candidates"] = [_answer(value) for value in decision.candidates]
    tree["open"] = sorted({path for part in whole for path in part.open})
    return tree


def _answer(answer: Answer) -> object:
    return list(answer) if isinstance(answer, tuple) else answer


def _rule(result: RuleResult) -> dict[str, object]:
    return {
        "rule": result.rule.id,
        "decides": result.table.id,
        "state": _STATE_KEYS[result.truth],
        "strength": result.strength,
        "practice": result.practice,
        "outcome": result.rule.outcome,
        "facts": {path: value_tree(value) for path, value in result.facts.items()},
        "needs": list(result.needs),
        "basis": basis_tree(result.basis),
    }


def basis_tree(basis: Iterable[Basis]) -> list[dict[str, object]]:
    """A basis as JSON: source, article and how far it was verified, one mapping an article.

    `applies` stands only where that is not decided yet, `in_force_from` only where it is to come.
    """
    return [_ground_tree(ground) for ground in basis]


def _ground_tree(ground: Basis) -> dict[str, object]:
    tree: dict[str, object] = {
        "source": ground.source,
        "article": ground.article,
        "verified": ground.verified,
    }
    if ground.undecided:
        tree["applies"] = "unknown"
    if ground.in_force_from is not None:
        tree["in_force_from"] = ground.in_force_from.isoformat()
    return tree


def _conflict(conflict: ConflictKept) -> dict[str, object]:
    return {
        "decision": conflict.table.id,
        "kept": conflict.kept.id,
        "over": [_overruled(other) for other in conflict.over],
        "why": conflict.why,
    }


def _overruled(other: Rule | Basis) -> str:
    """The id of a rule, or source and article of a norm, that a conflict did not keep."""
    if isinstance(other, Rule):
        return other.id
    return " ".join(filter(None, (other.source, other.article)))


def value_tree(value: Value) -> object:
    """A value as JSON: keys stay keys, a set is a list, a list its entries' ids."""
    match value:
        case Several(sure, _):
            return sorted(sure)
        case tuple():
            return [element.id for element in value if isinstance(element, Element)]
        case date():
            return value.isoformat()
        case NotApplicable(reason):
            return {"not_applicable": reason}
        case Unknown():
            return None
    return value
