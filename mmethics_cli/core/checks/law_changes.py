"""What newer editions of the pack changed of the law, as far as it touches one study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import YES, Several
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import LawChange, PackEdition, Standard
from mmethics_cli.core.standard.names import DOCUMENTS


def law_changes(pathway: Pathway, editions: Sequence[PackEdition]) -> Iterator[Finding]:
    """A note for each thing that these editions changed and that touches the study.

    Of one change these are the rules that fire; where none does, the items that apply; then the
    elements that are required; the documents that are needed only where nothing else is named.
    A change that rests on norms which do not cover the study does not touch it.
    """
    if not any(edition.changes for edition in editions):
        return
    touched = _Touched.of(pathway)
    for edition in editions:
        for change in edition.changes:
            if not pathway.facts.coverage.bases(change.basis):
                continue
            for subject, item in touched.by(change):
                yield Finding(
                    "law_changed",
                    "note",
                    "law_changed",
                    f"self_check.{item}" if item else "",
                    f"{edition.id} 起，{subject}改了：{change.text}",
                    change.fix,
                    item,
                    change.basis,
                )


class _Touched(Struct, frozen=True):
    """What touches a study, by id: rules that fire, the applicant's items, elements, documents."""

    standard: Standard
    rules: frozenset[str]
    items: frozenset[str]
    elements: frozenset[str]
    documents: frozenset[str]

    @classmethod
    def of(cls, pathway: Pathway) -> _Touched:
        facts, standard = pathway.facts, pathway.facts.standard
        decided = facts.get(DOCUMENTS)
        needed = decided.sure if isinstance(decided, Several) else frozenset[str]()
        return cls(
            standard,
            frozenset(result.rule.id for result in pathway.rules if result.truth is YES),
            frozenset(
                item.id
                for item in standard.items.values()
                if item.side == "applicant" and evaluate(item.applies_when, facts) is YES
            ),
            frozenset(
                element.id
                for name in needed
                for element in standard.documents[name].elements
                if evaluate(element.when, facts) is YES
            ),
            needed,
        )

    def by(self, change: LawChange) -> Iterator[tuple[str, str | None]]:
        """What a change touches, in words, and the review item that it is, if it is one."""
        rules = [name for name in change.rules if name in self.rules]
        items = [name for name in change.items if name in self.items]
        elements = [name for name in change.elements if name in self.elements]
        if rules:
            yield from ((f"规则 {name} ", None) for name in rules)
        elif items:
            yield from ((f"审查要点 {name} ", name) for name in items)
        elif elements:
            yield from (
                (f"告知要素“{self.standard.elements[name].text}”", None) for name in elements
            )
        elif not (change.rules or change.items or change.elements):
            for name in change.documents:
                if name in self.documents:
                    yield f"文件《{self.standard.documents[name].title}》", None
