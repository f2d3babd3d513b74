"""What the page of verification says of the law as a whole: what changed, what to read first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct, field

from docs.page import table
from mmethics_cli.core.standard.model import PRACTICE, Basis, Source, Standard
from mmethics_cli.report.law_changes import ShownEdition, change_parts
from mmethics_cli.wording.citation import article, title

MOST: Final = 10  # sources listed that nobody has read
# What rests on a source, and what each counts for.
Kind = Literal["required", "advised", "items", "elements", "documents", "checks"]
WEIGHTS: Final[Mapping[Kind, int]] = {
    "required": 3,
    "advised": 1,
    "items": 1,
    "elements": 2,
    "documents": 1,
    "checks": 1,
}
_HEAD: Final = ("必须的规则", "建议的规则", "审查要点", "告知要素", "文件", "一致性规则")
# A practice is no text that could be read; what was replaced is cited no longer.
_NOT_TO_READ: Final = frozenset({PRACTICE, "superseded"})


def changes_lines(standard: Standard, editions: Sequence[ShownEdition]) -> Iterator[str]:
    """What each edition changed, the newest first."""
    for shown in reversed(editions):
        yield from ("", f"### {shown.edition.id}（{shown.edition.date}）", "")
        for change in shown.changes:
            yield f"- {change.change.text}"
            for label, text in change_parts(standard, change):
                yield f"  - {label}：{text}"


class Unread(Struct):
    """What rests on the articles of a source that nobody has read, by kind; `read`: some was."""

    source: Source
    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(WEIGHTS, 0))
    articles: dict[str, None] = field(default_factory=dict)
    read: bool = False

    @property
    def weight(self) -> int:
        return sum(WEIGHTS[kind] * count for kind, count in self.counts.items())


def unread_sources(standard: Standard) -> list[Unread]:
    """Sources on whose unread articles something rests, what weighs most first."""
    by_source = {name: Unread(source) for name, source in standard.sources.items()}
    for kind, bases in _requirements(standard):
        for name in dict.fromkeys(basis.source for basis in bases):
            unread, cited = by_source[name], [basis for basis in bases if basis.source == name]
            doubtful = [basis for basis in cited if basis.verified != "text"]
            unread.read |= len(doubtful) < len(cited)
            unread.counts[kind] += bool(doubtful)
            unread.articles |= dict.fromkeys(basis.article for basis in doubtful if basis.article)
    return sorted(
        (
            unread
            for unread in by_source.values()
            if unread.weight and unread.source.status not in _NOT_TO_READ
        ),
        key=lambda unread: -unread.weight,
    )


def _requirements(standard: Standard) -> Iterator[tuple[Kind, tuple[Basis, ...]]]:
    """All that rests on law, by kind."""
    for decision, rule in standard.rules.values():
        if decision.id != "documents":
            yield rule.strength, rule.basis
    yield from (("items", item.basis) for item in standard.items.values())
    yield from (("elements", element.basis) for element in standard.elements.values())
    yield from (("documents", document.basis) for document in standard.documents.values())
    yield from (("checks", check.basis) for check in standard.consistency.values())


def unread_lines(standard: Standard) -> Iterator[str]:
    """The table of sources that nobody has read, and those read in part that weigh as much."""
    sources = unread_sources(standard)
    unread = [source for source in sources if not source.read][:MOST]
    least = unread[-1].weight if unread else 0
    partly = [source for source in sources if source.read and source.weight >= least]
    weights = "、".join(
        f"{name}×{WEIGHTS[kind]}" for name, kind in zip(_HEAD, WEIGHTS, strict=True)
    )
    yield f"引到的条文一条也没有读过的法源里，牵动最多的 {len(unread)} 个。"
    yield f"只数凭没有读过的条文的，分量是{weights}之和。"
    yield ""
    yield from table(("法源", "没有读过的条文", *_HEAD, "分量"), map(_row, unread))
    if partly:
        yield from ("", "读过一部分、没有读的那部分同样要紧的：", "")
        yield from table(("法源", "没有读过的条文", *_HEAD, "分量"), map(_row, partly))


def _row(unread: Unread) -> tuple[str, ...]:
    articles = "、".join(article(unread.source, text) for text in unread.articles)
    counts = (str(count) for count in unread.counts.values())
    return (title(unread.source), articles or "没有引到条", *counts, str(unread.weight))
