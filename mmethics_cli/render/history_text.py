"""All submissions of a dossier with their decisions and versions, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from mmethics_cli.core.columns import pad, width, wrap

COLUMNS: Final = 80
_WIDEST_TITLE: Final = 36
_VERSION: Final = 8
_DAY: Final = 10


@dataclass(frozen=True, slots=True)
class PaperVersion:
    """One version of a document or attachment; `of` is the submission it came with."""

    key: str
    title: str
    version: str
    day: str
    of: str = ""
    attachment: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """A submission: what it was for, when it was sealed (None: being prepared), what it held."""

    name: str
    what: str
    sealed: date | None
    decision: str
    comments: tuple[str, ...]
    papers: tuple[PaperVersion, ...]


def history_text(
    title: str, past: Sequence[Past], valid: Sequence[PaperVersion], until: str
) -> str:
    """The submissions in their order, then the versions that are valid (`until` says how long)."""
    lines = [title, ""]
    for one in past:
        lines += _submission(one)
    lines.append("今天有效的版本" + (f"（{until}）" if until else ""))
    if not valid:
        lines.append("    没有：还没有批准。" if not until else "    没有。")
    lines += _papers(valid, with_submission=True)
    return "\n".join(lines).rstrip()


def _submission(past: Past) -> Iterator[str]:
    state = f"{past.sealed} 封存" if past.sealed else "准备中"
    yield f"{past.name}  {past.what}，{state}"
    if past.sealed:
        first, *more = wrap(f"决定：{past.decision or '还没有记录'}", COLUMNS - 8)
        yield f"    {first}"
        yield from (f"        {line}" for line in more)
    for number, comment in enumerate(past.comments, 1):
        first, *more = wrap(f"{number}. {comment}", COLUMNS - 9)
        yield f"      {first}"
        yield from (f"         {line}" for line in more)
    yield from _papers(past.papers)
    yield ""


def _papers(papers: Sequence[PaperVersion], with_submission: bool = False) -> Iterator[str]:
    widest = min(max((width(_title(one)) for one in papers), default=0), _WIDEST_TITLE)
    for one in papers:
        cells = [pad(one.version or "—", _VERSION), pad(one.day or "—", _DAY)]
        if with_submission:
            cells.append(one.of)
        *before, last = wrap(_title(one), _WIDEST_TITLE)
        yield from (f"    {line}" for line in before)
        yield f"    {pad(last, widest)}  {'  '.join(cells)}".rstrip()


def _title(paper: PaperVersion) -> str:
    return f"附件：{paper.title}" if paper.attachment else paper.title
