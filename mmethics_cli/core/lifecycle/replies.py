"""Replies to a committee's comments: whether the place they name is one that really changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.values import Element
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.names import KIND, RE_REVIEW, RESPONSES

ACCEPTED: Final = "accepted"  # a comment that was followed
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]+)[”\"」』]")
_BRACKET = re.compile("（[^）]*）$")
_BLANK = re.compile(r"\s+")
_LEAST_NAMED: Final = 2  # characters that name a place
_MOST_SHOWN: Final = 6  # places of a paper that a finding names
_SHOWN: Final = 30  # characters of a comment that a finding repeats


class ChangedPaper(Struct, frozen=True):
    """A paper that may be named: `passages` are the places and texts in which it changed.

    `whole`: all of it is new, or it is an attachment, of which nobody knows more than its version.
    """

    title: str
    passages: tuple[tuple[str, str, str], ...] = ()
    whole: bool = False

    def holds(self, words: str) -> bool:
        """Whether the words name a place that changed, or stand in a text that did."""
        wanted = _solid(words)
        return len(wanted) >= _LEAST_NAMED and any(
            wanted in _solid(part) for passage in self.passages for part in passage
        )

    @property
    def places(self) -> str:
        """Some of the places where it changed, in quotation marks."""
        names = dict.fromkeys(
            (place or after or before)[:_SHOWN] for place, before, after in self.passages
        )
        return "".join(f"“{name}”" for name in [*names][:_MOST_SHOWN])


def named_papers(
    text: str, papers: Iterable[ChangedPaper]
) -> Iterator[tuple[ChangedPaper, tuple[str, ...]]]:
    """The papers that a text names, each with what it quotes behind the name.

    A title may stand without its bracket where no other title begins so.
    """
    names = _names(papers)
    if not names:
        return
    title = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    matches = list(title.finditer(text))
    for at, match in enumerate(matches):
        end = matches[at + 1].start() if at + 1 < len(matches) else len(text)
        yield names[match[0]], tuple(_QUOTED.findall(text[match.end() : end]))


def _names(papers: Iterable[ChangedPaper]) -> Mapping[str, ChangedPaper]:
    names: dict[str, ChangedPaper] = {}
    short: dict[str, list[ChangedPaper]] = {}
    for paper in papers:
        names[paper.title] = paper
        short.setdefault(_BRACKET.sub("", paper.title), []).append(paper)
    return {
        **{name: alike[0] for name, alike in short.items() if name and len(alike) == 1},
        **names,
    }


def reply_fault(entry: Element, papers: Iterable[ChangedPaper]) -> str:
    """Why a reply that says 照改 is not borne out; empty where it is, or says nothing of the kind.

    `papers` are all that can be named, those that did not change among them.
    """
    if entry.get("stance") != ACCEPTED:
        return ""
    place = entry.get("place")
    named = list(named_papers(place, papers)) if isinstance(place, str) else []
    if not named:
        return "没有写改在哪份文件"
    for paper, quoted in named:
        if paper.whole:
            continue
        if not paper.passages:
            return f"《{paper.title}》没有改动"
        if not quoted:
            return f"没有写《{paper.title}》改在哪一节、哪一句"
        for words in quoted:
            if not paper.holds(words):
                return f"《{paper.title}》的“{words[:_SHOWN]}”没有改动"
    return ""


def unproved_replies(facts: Facts, papers: Iterable[ChangedPaper]) -> Iterator[tuple[int, str]]:
    """Number and fault of each reply of a re-review that is not borne out."""
    rows = facts.get(RESPONSES) if facts.get(KIND) == RE_REVIEW else ()
    known = tuple(papers)
    for number, entry in enumerate(rows if isinstance(rows, tuple) else (), 1):
        if fault := reply_fault(entry, known):
            yield number, fault


def reply_findings(facts: Facts, papers: Iterable[ChangedPaper]) -> Iterator[Finding]:
    """An error for each of them."""
    known = tuple(papers)
    changed = [paper for paper in known if paper.passages]
    listed = "；".join(f"《{paper.title}》{paper.places}" for paper in changed)
    fix = (
        "写文件名，后面用引号写改动所在的节名或句子，例如：知情同意书（成人）“二、要做的事”；"
        "没有照改的，“怎样处理”改选。" + (f"有改动的：{listed}" if listed else "送审文件都没有改动")
    )
    for number, fault in unproved_replies(facts, known):
        rows = facts.get(RESPONSES)
        assert isinstance(rows, tuple)
        path = f"{RESPONSES}[{rows[number - 1].id}].place"
        message = f"第{number}条意见答复“照改”，{fault}"
        yield Finding("reply_unproved", "error", "inconsistent", path, message, fix)


def _solid(text: str) -> str:
    return _BLANK.sub("", text)
