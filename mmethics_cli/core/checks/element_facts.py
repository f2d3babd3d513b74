"""What the consent elements of a study must tell participants, and nobody has answered yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from mmethics_cli.core.checks.completeness import first_asked
from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, YES, Several
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import ConsentElement, DocumentKind, ElementFact


class UnansweredElementFact(Struct, frozen=True):
    """A question to be answered, at `path`, before a document can tell what an element is about."""

    path: str
    element: ConsentElement
    document: DocumentKind


def unanswered_element_facts(
    facts: Facts, documents: Iterable[DocumentKind]
) -> Iterator[UnansweredElementFact]:
    """What these documents must tell of the study and nobody has answered.

    An element, or a fact of it, that is not due for sure waits for an answer itself.
    """
    for document in documents:
        for required in document.elements:
            if evaluate(required.when, facts) is not YES:
                continue
            element = facts.standard.elements[required.id]
            for fact in element.facts:
                if fact.stands_in(document.id):
                    for path in dict.fromkeys(_unanswered(fact, facts)):
                        yield UnansweredElementFact(path, element, document)


def _unanswered(fact: ElementFact, facts: Facts) -> Iterator[str]:
    owner, _, name = fact.path.rpartition(".")
    if (owner, name) in facts.standard.fields:
        yield from _unanswered_fields(owner, name, fact, facts)
    elif evaluate(fact.when, facts) is YES:
        value = facts.get(fact.path)
        if value is UNKNOWN or (isinstance(value, Several) and value.possible):
            derived = fact.path in facts.standard.derived
            paths = sorted(facts.unknown_below(fact.path)) if derived else [fact.path]
            for path in paths:
                yield from first_asked(path, facts)


def _unanswered_fields(owner: str, name: str, fact: ElementFact, facts: Facts) -> Iterator[str]:
    entries = facts.get(owner)
    if entries is UNKNOWN:
        yield from first_asked(owner, facts)
    for entry in entries if isinstance(entries, tuple) else ():
        scope = Scope(owner, entry)
        due = evaluate(fact.when, facts, scope) is YES
        if due and facts.field(scope, name) is UNKNOWN:
            yield from first_asked(scope.path_of(name), facts)
