"""Proof of the rules by cases: for each rule one that fires and one that is a fact away.

A case is data: `fires` holds nested facts under which the rule fires, `but` the facts by path that
silence it; `baseline` are facts as approved, `reported` facts of an earlier submission, `expect`
what tables decide under `fires`. `strength: advised` says a second time that the rule is no duty. A
worked study is a case of a whole study: `name`, `facts`, of which those of the study named by
`from` are the rest, and `expect`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.consistency import broken_paths
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import NO, OPEN, YES, KeyPath, Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.tables import Answer
from mmethics_cli.core.standard.model import Rule, Standard
from mmethics_cli.core.standard.node import Fault

# Cases about expiry need a day that counts as today; any will do, so long as it stays the same.
CASE_DAY = date(2027, 1, 1)


def prove_rules(standard: Standard, files: Mapping[str, object]) -> Iterator[Fault]:
    """Cases that do not do what they say, and rules without one; `files` are the pack's trees."""
    proved: set[str] = set()
    cases = {name: tree for name, tree in files.items() if name.startswith("cases/")}
    for file, index, case in _entries(cases):
        name = str(case.get("rule", ""))
        if not name:
            continue
        proved.add(name)
        if name not in standard.rules:
            yield file, (index,), f"没有规则 {name}"
            continue
        rule = standard.rules[name][1]
        for text in _wrong_strength(rule, case):
            yield file, (index,), text

        def fires(facts: Facts) -> Truth:
            return evaluate(rule.when, facts)  # noqa: B023  used before the next turn

        for text in prove(standard, name, case, fires):
            yield file, (index,), text
    places = dict(_rule_places(files))
    for name, (table, _) in standard.rules.items():
        if name not in proved and table.id != "documents":
            yield *places[name], f"规则 {name} 没有用例"


def _wrong_strength(rule: Rule, case: Mapping[str, object]) -> Iterator[str]:
    """A rule that is a duty by mistake, or no duty: it is said in two places."""
    said = case.get("strength", "required")
    if said != rule.strength:
        yield f"规则 {rule.id} 的强度（strength）写的是 {rule.strength}，它的用例写的是 {said}"


def _rule_places(files: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, KeyPath]]]:
    tables = {name: tree for name, tree in files.items() if name.startswith("rules/")}
    for file, index, table in _entries(tables):
        rules = table.get("rules")
        for at, rule in enumerate(rules if isinstance(rules, list) else []):
            yield str(rule["id"]), (file, (index, "rules", at))


def prove_consistency(standard: Standard, tree: object) -> Iterator[Fault]:
    """Consistency rules without a case of their own (`cases`), or whose case says otherwise."""
    for file, index, entry in _entries({"consistency.yaml": tree}):
        name, case = str(entry.get("id", "")), entry.get("cases")
        if not isinstance(case, dict):
            yield file, (index,), f"规则 {name} 没有用例"
            continue

        rule = standard.consistency[name]

        def finds(facts: Facts) -> Truth:
            broken = any(broken_paths(rule, facts))  # noqa: B023  as above
            return YES if broken else NO

        for text in prove(standard, name, case, finds):
            yield file, (index,), text
        change = case.get("but")
        if isinstance(change, dict) and len(change) > 1:
            yield file, (index,), f"{name} 的用例：but 应只改一个事实"
        loud = case_facts(standard, case.get("fires"), case.get("baseline"), case.get("reported"))
        times = len(list(broken_paths(rule, loud))) if isinstance(loud, Facts) else 0
        if times > 1:
            yield file, (index,), f"{name} 在 fires 的事实下查出 {times} 处，应只有一处"


def _entries(files: Mapping[str, object]) -> Iterator[tuple[str, int, Mapping[str, object]]]:
    for file, tree in files.items():
        for index, entry in enumerate(tree if isinstance(tree, list) else []):
            if isinstance(entry, dict):
                yield file, index, entry


def prove(
    standard: Standard,
    name: str,
    case: Mapping[str, object],
    fires: Callable[[Facts], Truth],
) -> Iterator[str]:
    """What is wrong with one case: facts that no question has, or a rule that behaves otherwise."""
    tree, change = case.get("fires"), case.get("but")
    if not isinstance(tree, dict) or not isinstance(change, dict) or not change:
        yield f"{name} 的用例应有 fires 与 but"
        return
    before = case.get("baseline"), case.get("reported")
    loud = case_facts(standard, tree, *before)
    quiet = case_facts(standard, _changed(tree, change), *before)
    if isinstance(loud, str) or isinstance(quiet, str):
        yield f"{name} 的用例：{loud if isinstance(loud, str) else quiet}"
        return
    if fires(loud) is not YES:
        yield f"{name} 在 fires 的事实下没有成立"
    silenced = fires(quiet)
    if silenced is YES:
        yield f"{name} 在 but 的事实下仍然成立"
    elif silenced is OPEN:
        yield f"{name} 在 but 的事实下还定不下来，应当不成立"
    expected = case.get("expect")
    for table, value in expected.items() if isinstance(expected, dict) else ():
        decided = answer_text(loud.decision(table).value)
        if decided != value:
            yield f"{name} 的用例：{table} 应为 {value}，判为 {decided}"


def answer_text(answer: Answer) -> object:
    """A decision as a case writes it: yes and no, numbers as text, null, lists of keys."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, tuple):
        return list(answer)
    return None if answer is None else str(answer)


def case_facts(
    standard: Standard, tree: object, baseline: object = None, reported: object = None
) -> Facts | str:
    """The facts of a case, or what can't be read in it."""
    before = case_facts(standard, baseline) if baseline is not None else None
    earlier = case_facts(standard, reported) if reported is not None else None
    if isinstance(before, str):
        return before
    if isinstance(earlier, str):
        return earlier
    reading = read_tree(standard, tree)
    for trouble in (*reading.unknown, *reading.refused):
        return trouble.message
    last = () if earlier is None else (earlier,)
    return Facts(standard, reading.values, CASE_DAY, before, last)


class WorkedStudy(Struct, frozen=True):
    """A study that the pack works out: its name and its facts."""

    name: str
    facts: Facts


def worked_studies(standard: Standard, files: Mapping[str, object]) -> Iterator[WorkedStudy]:
    """The worked studies of the pack's trees that it can read."""
    cases = {name: tree for name, tree in files.items() if name.startswith("cases/")}
    entries = [entry for _, _, entry in _entries(cases) if "name" in entry]
    trees: dict[str, Mapping[str, object]] = {}
    for entry in entries:
        name, own = str(entry["name"]), entry.get("facts")
        below = trees.get(str(entry.get("from", "")), {})
        trees[name] = laid_upon(below, own if isinstance(own, dict) else {})
        facts = case_facts(standard, trees[name], entry.get("baseline"), entry.get("reported"))
        if isinstance(facts, Facts):
            yield WorkedStudy(name, facts)


def laid_upon(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    """Nested facts with others laid upon them; lists are replaced whole."""
    merged = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        if isinstance(value, dict) and isinstance(inner, dict):
            merged[key] = laid_upon(inner, value)
        else:
            merged[key] = value
    return merged


def _changed(tree: Mapping[str, object], change: Mapping[str, object]) -> dict[str, object]:
    """The nested facts with those of `change` (by dotted path) put in."""
    result = dict(tree)
    for path, value in change.items():
        head, _, rest = path.partition(".")
        below = result.get(head)
        if rest:
            result[head] = _changed(below if isinstance(below, dict) else {}, {rest: value})
        else:
            result[head] = value
    return result
