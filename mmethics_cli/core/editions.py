"""Which edition of a paper a later submission holds: the number raised where its text changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from mmethics_cli.core.conditions import ALWAYS
from mmethics_cli.core.content import DocumentKind
from mmethics_cli.core.decide import Pathway
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.findings import Finding
from mmethics_cli.core.papers import KIND, attachments_of
from mmethics_cli.core.revision import ATTACHMENTS, affected_documents, changes
from mmethics_cli.core.values import UNKNOWN, Element, Several, Value, name_of

# These hand in every paper that changed, clean and with the changes marked.
IN_PAIRS: Final = frozenset({"amendment", "re_review"})
_LAST_NUMBER: Final = re.compile(r"(\d+)(\D*)$")


def raised(version: str, taken: Collection[str]) -> str:
    """The next version that is not `taken`: 1.0 → 1.1, 2 → 3; one without a number gets one."""
    made = version
    while True:
        match = _LAST_NUMBER.search(made)
        if match is None:
            made = f"{made}.1"
        else:
            made = f"{made[: match.start()]}{int(match[1]) + 1}{match[2]}"
        if made not in taken:
            return made


def papers_of_the_study(pathway: Pathway) -> frozenset[str]:
    """The papers that say what the study is, by id; `pathway` is that of the initial review.

    What every submission has anew (the list of what is submitted) is none of them.
    """
    decided = pathway.facts.get("decided.documents")
    sure = decided.sure if isinstance(decided, Several) else frozenset[str]()
    documents = pathway.facts.standard.documents
    return frozenset(id_ for id_ in sure if of_the_study(documents[id_]))


def of_the_study(document: DocumentKind) -> bool:
    """Whether a paper is no mere paper of one submission."""
    return (
        document.audience == "applicant" and document.needed_when != ALWAYS and not document.listing
    )


def same_edition(one: Element, other: Element) -> bool:
    """Whether two entries of the list of attachments name the same version and date."""
    return all(one.get(key) == other.get(key) for key in ("version", "date"))


def unmarked_attachments(facts: Facts, before: Facts | None) -> Iterator[Finding]:
    """Attachments of another edition than the committee saw, without the changes marked."""
    if before is None or facts.get(KIND) not in IN_PAIRS:
        return
    seen = {one.id: one for one in attachments_of(before)}
    for one in attachments_of(facts):
        old = seen.get(one.id)
        if old is None or same_edition(old, one):
            continue
        marked: Value = one.get("marked_file")
        if marked is UNKNOWN or marked == old.get("marked_file") and isinstance(marked, str):
            yield Finding(
                "marked_missing",
                "error",
                "missing_attachment",
                f"attachments[{one.id}].marked_file",
                f"附件“{name_of(one)}”换了版本，没有附修订标记版",
                "改过的文件要同时交标记版，登记在 marked_file；证书一类没有标记版的，"
                "写 {not_applicable: 理由}",
            )


def left_behind(
    facts: Facts, before: Facts | None, printed: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """One warning on papers that the applicant brings and that still are as the committee saw them
    though what such papers say of the study has changed. `printed`: see `affected_documents`.
    """
    if before is None or facts.get(KIND) not in IN_PAIRS:
        return
    seen = {one.id: one for one in attachments_of(before)}
    kept = [
        one
        for one in attachments_of(facts)
        if one.id in seen and same_edition(seen[one.id], one) and one.get("kind") in printed
    ]
    if not kept:
        return
    found = [one for one in changes(before, facts) if not one.path.startswith(ATTACHMENTS)]
    affected = affected_documents(found, facts.standard, printed)
    said = []
    for entry in kept:
        labels = [one.label for one in found if entry.get("kind") in affected[one.path]]
        if labels:
            said.append(f"《{name_of(entry)}》（{'、'.join(dict.fromkeys(labels))}）")
    if said:
        yield Finding(
            "own_paper_left",
            "warning",
            "inconsistent",
            ATTACHMENTS,
            f"自备的 {len(said)} 份文件还是上次的版本，要写的内容却有改动：{'、'.join(said)}",
            "请改好、升版本号并附修订标记版；确实不涉及的不必理会；改用生成的，就删去那条附件",
        )
