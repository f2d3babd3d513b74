"""Proof of the whole pack by worked studies: these answers, so these decisions.

A worked study is data in `cases/`: `facts` are nested answers, laid upon those of the study that
`from` names (lists are replaced whole); `baseline` are answers as approved. `expect` says what is
decided: a bare value that is settled, or aspects of the decision (value, settled, candidates, open,
possible); `pathway` stands for all decisions together. `contradictions` lists the consistency
errors, `items` review items that apply and such as do not, `needs` documents that belong to the
submission, `brings` all those that the applicant has to bring or is sent back.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from mmethics_cli.core.checks.cases import answer_text, case_facts
from mmethics_cli.core.checks.consistency import contradictions
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import NO, YES
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import DocumentKind, Standard
from mmethics_cli.core.standard.node import Fault

Answers = dict[str, Any]  # nested, every scalar as text

_KEYS: Final = (
    "name", "from", "facts", "baseline", "expect", "contradictions", "items", "needs", "brings"
)  # fmt: skip
_ITEM_KEYS: Final = ("applies", "does_not_apply")
_ASPECTS: Final = ("value", "settled", "candidates", "open", "possible", "open_questions")


def laid_upon(below: Answers, above: Answers) -> Answers:
    """Nested answers with others laid upon them; lists are replaced whole."""
    merged = copy.deepcopy(below)
    for key, value in above.items():
        inner = merged.get(key)
        if isinstance(value, dict) and isinstance(inner, dict):
            merged[key] = laid_upon(inner, value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def worked_studies(trees: Mapping[str, object]) -> dict[str, Answers]:
    """The worked studies of a pack by name, as they are written."""
    return {str(study["name"]): study for _, _, study in _entries(trees)}


def answers_of(name: str, studies: Mapping[str, Answers]) -> Answers:
    """The answers of a worked study, those of the studies it is made from below its own."""
    study = studies[name]
    own: Answers = study.get("facts", {})
    return laid_upon(answers_of(study["from"], studies), own) if "from" in study else own


def prove_studies(
    standard: Standard,
    trees: Mapping[str, object],
    wanted: Callable[[str, int], bool] = lambda file, index: True,
) -> Iterator[Fault]:
    """Worked studies that come out otherwise than they say, each with its place.

    `wanted` tells by file and number which of them to prove.
    """
    studies = worked_studies(trees)
    names: set[str] = set()
    for file, index, study in _entries(trees):
        name = str(study["name"])
        if name in names:
            yield file, (index, "name"), f"判定示例“{name}”重复"
        names.add(name)
        if wanted(file, index):
            for text in _wrong_form(study, studies) or _differences(standard, study, studies):
                yield file, (index,), f"判定示例“{name}”：{text}"


def _entries(trees: Mapping[str, object]) -> Iterator[tuple[str, int, Answers]]:
    for file, tree in trees.items():
        if file.startswith("cases/"):
            for index, entry in enumerate(tree if isinstance(tree, list) else ()):
                if isinstance(entry, dict) and "name" in entry and "rule" not in entry:
                    yield file, index, entry


def _wrong_form(study: Answers, studies: Mapping[str, Answers]) -> list[str]:
    """What keeps a study from being read."""
    problems = [f"不认识的键“{key}”" for key in study if key not in _KEYS]
    origin, trail = study, [str(study["name"])]
    while "from" in origin:
        base = str(origin["from"])
        if base not in studies:
            return [*problems, f"没有判定示例“{base}”（from）"]
        if base in trail:
            return [*problems, f"from 成了循环：{' → '.join((*trail, base))}"]
        trail.append(base)
        origin = studies[base]
    if not isinstance(study.get("expect"), dict):
        problems.append("没有写应得的判定（expect）")
    return problems


def _differences(
    standard: Standard, study: Answers, studies: Mapping[str, Answers]
) -> Iterator[str]:
    """What comes out otherwise than the study says."""
    facts = case_facts(standard, answers_of(str(study["name"]), studies), study.get("baseline"))
    if isinstance(facts, str):
        yield facts
        return
    yield from _decided_otherwise(facts, study["expect"])
    if "contradictions" in study:
        errors = sorted(
            {finding.id for finding in contradictions(facts) if finding.severity == "error"}
        )
        if errors != sorted(study["contradictions"]):
            yield f"前后矛盾的应为 {_listed(study['contradictions'])}，查出 {_listed(errors)}"
    if "items" in study:
        yield from _wrong_items(facts, study["items"])
    needed = facts.decision("documents").value
    documents = [str(name) for name in (needed if isinstance(needed, tuple) else ())]
    lacking = [name for name in study.get("needs", ()) if name not in documents]
    if lacking:
        yield f"送审文件里没有 {_listed(lacking)}"
    brought = [name for name in documents if _is_brought_or_returned(standard.documents[name])]
    if "brings" in study and sorted(brought) != sorted(study["brings"]):
        yield f"须自备的文件应为 {_listed(study['brings'])}，判为 {_listed(brought)}"


def _decided_otherwise(facts: Facts, expected: Answers) -> Iterator[str]:
    tables = facts.standard.tables
    parts = {table.part_of: id_ for id_, table in tables.items() if table.part_of is not None}
    for name, wanted in expected.items():
        aspects = wanted if isinstance(wanted, dict) else {"value": wanted, "settled": "yes"}
        decided: object
        if name == "pathway":
            decided = Pathway(facts)
        elif name in tables:
            decided = facts.decision(name)
        else:
            yield f"没有决定表“{name}”"
            continue
        for aspect, value in aspects.items():
            if (name, aspect) in parts:
                outcome = _written(facts.decision(parts[name, aspect]).value)
            elif aspect in _ASPECTS:
                outcome = _written(getattr(decided, aspect, None))
            else:
                yield f"{name} 没有“{aspect}”这一面"
                continue
            if outcome != value:
                yield f"{name}.{aspect} 应为 {_listed(value)}，判为 {_listed(outcome)}"


def _written(value: Any) -> object:
    """A value, or several, as a study writes them."""
    if isinstance(value, tuple | list):
        return [answer_text(part) for part in value]
    return answer_text(value)


def _wrong_items(facts: Facts, expected: Answers) -> Iterator[str]:
    """Review items that apply where the study says that they do not, or the reverse."""
    for key in expected:
        if key not in _ITEM_KEYS:
            yield f"items 里不认识的键“{key}”"
    for key, wanted in zip(_ITEM_KEYS, (YES, NO), strict=True):
        for name in expected.get(key, ()):
            item = facts.standard.items.get(name)
            if item is None:
                yield f"没有审查要点 {name}"
            elif evaluate(item.applies_when, facts) is not wanted:
                yield f"审查要点 {name} 应当{'适用' if wanted is YES else '不适用'}"


def _is_brought_or_returned(document: DocumentKind) -> bool:
    """Whether the applicant has to bring it, and a submission without it is sent back."""
    return (
        document.template is None
        and document.missing == "error"
        and document.audience == "applicant"
    )


def _listed(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value)) or "（没有）"
    return "（空）" if value is None else str(value)
