"""Where a document is read: a paper of its own, or the section of another paper that it is."""

from __future__ import annotations

from collections.abc import Collection

from mmethics_cli.core.conditions.values import Several
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.names import DOCUMENTS
from mmethics_cli.render.study import DocumentSpot


def spot_of(facts: Facts, document: str) -> DocumentSpot:
    """The paper that a document is handed in as, and the heading of its section (or nothing).

    Of several papers that it may stand in, the first that the study needs.
    """
    kind = facts.standard.documents[document]
    if document not in facts.folded:
        return DocumentSpot(document, "")
    decided = facts.get(DOCUMENTS)
    needed: Collection[str] = decided.sure if isinstance(decided, Several) else ()
    hosts = sorted(kind.within, key=lambda host: host not in needed)
    return DocumentSpot(hosts[0], kind.within[hosts[0]])


def place_of(facts: Facts, document: str) -> str:
    """The same in words: 《伦理审查申请表》第二部分“研究者与团队”."""
    spot = spot_of(facts, document)
    title = f"《{facts.standard.documents[spot.document].title}》"
    number, _, name = spot.heading.partition("、")
    if not spot.heading:
        return title
    return f"{title}第{number}部分“{name}”" if name else f"{title}“{number}”"
