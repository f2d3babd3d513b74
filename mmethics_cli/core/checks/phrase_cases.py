"""Proof of the phrase rules by cases: what each must find, and how else it may be put.

A case is data: under `facts`, each text of `fires` at `path` breaks the rule, none of `but` does.
Against facts that are not known nothing may be found. Each wording must be one that is looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from mmethics_cli.core.checks.cases import case_facts
from mmethics_cli.core.checks.phrases import misstatements
from mmethics_cli.core.conditions.values import KeyPath
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.node import Fault
from mmethics_cli.core.standard.phrases import PHRASES

LEAST_REWORDINGS: Final = 2
_KEYS: Final = {"path", "facts", "fires", "but"}


def prove_phrases(standard: Standard, files: Mapping[str, object]) -> Iterator[Fault]:
    """Phrase rules without a case, and those whose case says otherwise."""
    yield from _unreachable(standard, files)
    for file, keys, entry in _rules(files):
        name, case = str(entry.get("id", "")), entry.get("cases")
        if not isinstance(case, dict) or case.keys() != _KEYS:
            yield file, keys, f"规则 {name} 没有用例（cases 写 path、facts、fires、but）"
        else:
            for text in _wrong(standard, name, case):
                yield file, keys, text


def _unreachable(standard: Standard, files: Mapping[str, object]) -> Iterator[Fault]:
    """Wordings that stand in sentences which hold no word of `near`: these are never read."""
    seen = set()
    for file, keys, entry in _rules(files):
        rule = standard.phrases.get(str(entry.get("id", "")))
        if rule is None or rule.topic.id in seen:
            continue
        topic = rule.topic
        seen.add(topic.id)
        for wording in (*topic.stated, *topic.denied, *topic.named):
            if unseen := _unseen(wording, topic.near):
                words = "”“".join(unseen)
                yield file, keys[:1], f"“{wording}”里的“{words}”不在 near 里，这样的句子看不到"


def _unseen(wording: str, near: Collection[str]) -> Sequence[str]:
    """What of a wording no near word leads to, in the part where least is: none of it need be."""
    parts = [part.split("|") for stretch in wording.split("…") for part in stretch.split("+")]
    return min(
        ([word for word in part if not any(nearby in word for nearby in near)] for part in parts),
        key=len,
    )


def _rules(files: Mapping[str, object]) -> Iterator[tuple[str, KeyPath, Mapping[str, Any]]]:
    folder = PHRASES.removesuffix(".yaml") + "/"
    for file, topics in files.items():
        if file == PHRASES or file.startswith(folder):
            for at, topic in enumerate(topics if isinstance(topics, list) else ()):
                for index, rule in enumerate(topic["rules"]):
                    yield file, (at, "rules", index), rule


def _wrong(standard: Standard, name: str, case: Mapping[str, Any]) -> Iterator[str]:
    path, known = str(case["path"]), case["facts"]
    loud, quiet = _texts(case["fires"]), _texts(case["but"])
    if not loud or len(quiet) < LEAST_REWORDINGS:
        yield f"{name} 的用例：fires 至少写一句，but 至少写 {LEAST_REWORDINGS} 句"
    for text in loud:
        if (verdict := _found(standard, name, known, path, text)) is not True:
            yield f"{name} 的用例：{verdict or f'“{text}”应当查出，没有查出'}"
    for text in quiet:
        if verdict := _found(standard, name, known, path, text):
            yield f"{name} 的用例：{verdict if isinstance(verdict, str) else f'“{text}”不应查出'}"
    for text in loud:
        if _found(standard, name, {}, path, text) is True:
            yield f"{name} 在什么都没有回答时就查出“{text}”，在 when 里写明要等哪个回答"


def _texts(texts: object) -> list[str]:
    return [str(text) for text in texts] if isinstance(texts, list) else []


def _found(standard: Standard, name: str, known: object, path: str, text: str) -> bool | str:
    """Whether the rule finds the text at its path; what can't be read, where the case is wrong."""
    facts = case_facts(standard, _with(known, path.split("."), text, standard))
    if isinstance(facts, str):
        return facts
    proved = standard.phrases.get(name)
    # Only rules of its topic have a say in which sentences it reads.
    rules = [rule for rule in standard.phrases.values() if proved and rule.topic is proved.topic]
    findings = misstatements(facts, {}, lambda at, value: str(value), rules)
    return any(finding.id == name for finding in findings)


def _with(tree: object, keys: list[str], text: str, standard: Standard, at: str = "") -> object:
    """The nested facts with a text put in; in a list it goes into the first entry."""
    if not keys:
        return text
    question = standard.questions.get(at)
    if question is not None and question.type == "list":
        first, *rest = tree if isinstance(tree, list) and tree else [{}]
        return [_with(first, keys, text, standard), *rest]
    key, *below = keys
    whole = dict(tree) if isinstance(tree, dict) else {}
    inner = f"{at}.{key}".lstrip(".")
    return whole | {key: _with(whole.get(key), below, text, standard, inner)}
