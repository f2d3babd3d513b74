"""Proof that a pack demands nothing without law, cites no repealed norm and names none by hand.

Whether law stands behind a demand depends on the study, so it is tried on worked ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from msgspec import Struct

from mmethics_cli.core.checks.cases import WorkedStudy
from mmethics_cli.core.conditions.language import All, Condition, evaluate
from mmethics_cli.core.conditions.values import YES, KeyPath
from mmethics_cli.core.decisions.coverage import repealed
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Basis, Source, Standard
from mmethics_cli.core.standard.node import Fault

# Where sources and their articles are listed, and not cited.
_LISTS: Final = frozenset({"sources.yaml", "articles.yaml"})
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_CALL: Final = re.compile(r"(?:basis|norm)\((?P<arguments>[^)]*)\)")
_STRING: Final = re.compile(r'"([^"]*)"')
_NATIONAL: Final = re.compile(r"(?P<number>GB(?:/T)? [\d.]+)—\d{4} (?P<name>.+)")
_BRACKETS: Final = re.compile(r"（[^（）]*）| ?\([^()]*\)")


# No demand without law.


class _Demand(Struct, frozen=True):
    """Something that the pack demands: where it stands, when, on what basis, what may be done.

    `practice_will_do`: it has no strength to be lowered, so that it may rest on practice.
    """

    part: str
    id: str
    when: Condition
    basis: tuple[Basis, ...]
    name: str
    remedy: str
    practice_will_do: bool = False

    def unfounded(self, facts: Facts) -> bool:
        """Whether no norm that it names covers the study, nor may."""
        if self.practice_will_do:
            return not facts.coverage.bases(self.basis)
        return facts.coverage.is_practice(self.basis)


def prove_demands(
    standard: Standard, trees: Mapping[str, object], studies: Iterable[WorkedStudy]
) -> Iterator[Fault]:
    """What the pack demands although no norm that it names covers the study, only practice.

    First what no norm demands of any study, then what none demands of one of these; each demand
    once.
    """
    places, demands = dict(_places(trees)), list(_demands(standard))
    nothing_known = Facts(standard, {})
    for demand in [demand for demand in demands if demand.unfounded(nothing_known)]:
        demands.remove(demand)
        text = f"{demand.name}，却没有一条规定要求它，只是实践。请补上法源，或{demand.remedy}"
        yield *places[demand.part, demand.id], text
    for study in studies:
        for demand in [demand for demand in demands if _made_of(demand, study.facts)]:
            demands.remove(demand)
            where = f"在“{study.name}”这项研究里没有一条规定适用，只是实践"
            text = f"{demand.name}，{where}。请补上适用的法源，或{demand.remedy}"
            yield *places[demand.part, demand.id], text


def _made_of(demand: _Demand, facts: Facts) -> bool:
    """Whether a study is asked for something that no norm asks of it."""
    return demand.unfounded(facts) and evaluate(demand.when, facts) is YES


def _demands(standard: Standard) -> Iterator[_Demand]:
    for table, rule in standard.rules.values():
        if rule.strength == "required" and table.id != "documents":
            when, name = All((table.holds_when, rule.when)), f"规则 {rule.id} 写着 required"
            yield _Demand("rule", rule.id, when, rule.basis, name, "改为 advised")
    for item in standard.items.values():
        if item.severity == "mandatory":
            name, remedy = f"要点 {item.id} 写着 mandatory", "改为 recommended"
            yield _Demand("item", item.id, item.applies_when, item.basis, name, remedy)
    for kind in standard.documents.values():
        if kind.audience == "office":  # needed by no submission
            continue
        needed = standard.rules[f"document.{kind.id}"][1].when
        if kind.missing == "error" and kind.basis:
            name, remedy = f"文件 {kind.id} 没有就算错误", "写 missing: warning"
            yield _Demand("document", kind.id, needed, kind.basis, name, remedy)
        for number, required in enumerate(kind.elements):
            yield _Demand(
                part="element",
                id=f"{kind.id}.{number}",
                when=All((needed, required.when)),
                basis=standard.elements[required.id].basis,
                name=f"文件 {kind.id} 必须写 {required.id}",
                remedy="用 when 写明何时必须",
                practice_will_do=True,
            )


def _places(trees: Mapping[str, object]) -> Iterator[tuple[tuple[str, str], tuple[str, KeyPath]]]:
    """Where rules, items, documents and the elements of documents stand, by part and name."""
    for file, tree in trees.items():
        for index, entry in enumerate(tree if isinstance(tree, list) else ()):
            if file.startswith("rules/"):
                for at, rule in enumerate(entry.get("rules") or ()):
                    yield ("rule", str(rule["id"])), (file, (index, "rules", at))
            elif file.startswith("review_items/"):
                yield ("item", str(entry["id"])), (file, (index,))
            elif file == "documents.yaml":
                yield ("document", str(entry["id"])), (file, (index,))
                for at, _ in enumerate(entry.get("elements") or ()):
                    yield ("element", f"{entry['id']}.{at}"), (file, (index, "elements", at))


# No repealed norm.


def prove_in_force(standard: Standard, trees: Mapping[str, object], day: date) -> Iterator[Fault]:
    """Where the pack still cites a norm that is repealed on that day."""
    gone = repealed_sources(standard, day)
    for file, tree in trees.items():
        if file not in _LISTS:
            for keys, source in _cited(tree, ()):
                if source in gone:
                    yield file, keys, repealed_text(standard.sources[source])


def repealed_sources(standard: Standard, day: date) -> frozenset[str]:
    """The ids of the sources that hold no more on a day."""
    sources = standard.sources.items()
    return frozenset(id_ for id_, source in sources if repealed(source, day) is YES)


def repealed_text(source: Source) -> str:
    """What is wrong with citing a source that is repealed, and what to cite."""
    day = f"自 {source.repealed_on} 起" if source.repealed_on else "已经"
    instead = f"由“{source.superseded_by}”代替" if source.superseded_by else "没有写由哪个代替"
    return f"法源“{source.id}”{day}废止（{instead}），不能再引用。请改引现行的"


def _cited(tree: object, keys: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """The places of `{source: …, article: …}` in a tree."""
    if isinstance(tree, dict):
        source = tree.get("source")
        if isinstance(source, str) and tree.keys() <= {"source", "article"}:
            yield keys, source
        for key, below in tree.items():
            yield from _cited(below, (*keys, key))
    elif isinstance(tree, list):
        for index, below in enumerate(tree):
            yield from _cited(below, (*keys, index))


# Templates.


def prove_template(standard: Standard, text: str, day: date) -> Iterator[tuple[int, str]]:
    """Line and fault of each norm that a template names by hand, or cites though it is repealed."""
    names, gone = names_of_norms(standard), repealed_sources(standard, day)
    for number, line in enumerate(text.split("\n"), 1):
        for call in _CALL.finditer(line):
            for name in _STRING.findall(call["arguments"]):
                if name in gone:
                    yield number, repealed_text(standard.sources[name])
        for name in _within(_TAG.sub("\0", line), names):
            yield (
                number,
                f"模板里写死了法源的名称“{name}”。"
                f'请写 {{{{ norm("{names[name]}") }}}}，引条文用 basis',
            )


def _within(text: str, names: Mapping[str, str]) -> Iterator[str]:
    """The names that stand in a text; one inside a longer one is not named."""
    for name in sorted(names, key=len, reverse=True):
        if name in text:
            yield name
            text = text.replace(name, "\0")


def names_of_norms(standard: Standard) -> dict[str, str]:
    """What texts call the sources, Chinese and English, and the source of each name.

    Titles without their bracketed parts; a national standard also by its number without the year.
    """
    names: dict[str, str] = {}
    for source in standard.sources.values():
        national = _NATIONAL.fullmatch(source.title)
        if national is not None:
            names |= {national["number"]: source.id, national["name"].split()[-1]: source.id}
        else:
            names[_BRACKETS.sub("", source.title).strip()] = source.id
        names[_BRACKETS.sub("", source.title_en).strip()] = source.id
    names.pop("", None)
    return names
