"""What to prepare before a submission, as a page for the terminal, a file or the printer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import AnswerPlace
from mmethics_cli.core.interview.prepare import Guide, Needs
from mmethics_cli.core.standard.model import DocumentKind, Standard
from mmethics_cli.core.standard.names import label_at
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.wording.columns import COLUMNS, indented, wrap

_BY_WHEN: Final = {"error": "送审前必备", "warning": "一般要交", "note": "要求时交"}
_MOST_LABELS: Final = 3


def guide_text(guide: Guide, standard: Standard, kinds: Iterable[Needs]) -> str:
    """The list for every study, then what each kind of study needs besides."""
    lines = [f"送审前准备什么 ·《{standard.title}》", ""]
    lines += wrap(
        "先看“所有研究”，再看符合您这项研究的各组；各组只列多出来的。〔送审前必备〕的没有就不能"
        "送审，〔一般要交〕的没有会提醒，〔要求时交〕的看委员会的要求。申请表、附表、自查表等由"
        "本工具生成，不用准备。",
        COLUMNS,
    )
    listed: set[str] = set()  # ids of documents that a kind before has explained
    for needs in kinds:
        lines += ["", f"━━ {needs.title} ━━"]
        lines += _sections(guide, needs, listed)
        if needs.rendered and listed:
            names = "、".join(document.title for document in needs.rendered)
            lines += ["", *indented(f"另由本工具生成：{names}", 2)]
        listed |= needs.ids
    return "\n".join(lines)


def lacking_text(guide: Guide, name: str, needs: Needs) -> str:
    """What one study still lacks."""
    lines = [f"{name}：{needs.title}"]
    lines += _sections(guide, needs, set())
    if len(lines) == 1:
        return f"{name}：要准备的都齐了。"
    return "\n".join(lines)


def _sections(guide: Guide, needs: Needs, listed: set[str]) -> Iterator[str]:
    for part in guide.headings:
        lines = [
            *_documents(needs.facts, needs.documents_of(part, guide.headings), listed),
            *_questions(needs.facts, needs.questions_of(part, guide.headings)),
        ]
        if lines:
            yield from ("", f"  {part.title}", *lines)
    if needs.undecided:
        yield from ("", "  看怎么回答，可能还要")
    for waiting in needs.undecided:
        yield from indented(f"□ {waiting.document.title}（看：{_few(waiting.waits_for)}）", 4)


def _documents(facts: Facts, documents: Sequence[DocumentKind], listed: set[str]) -> Iterator[str]:
    for kind in documents:
        again = kind.id in listed
        when = "见上" if again else _BY_WHEN[facts.coverage.weight(kind)]
        yield from indented(f"□ {kind.title}〔{when}〕", 4)
        if not again:
            yield from indented(f"{kind.note}依据：{cite_for(facts, kind.basis)}", 8)


def _few(labels: Sequence[str]) -> str:
    return "、".join(labels[:_MOST_LABELS]) + ("等" if len(labels) > _MOST_LABELS else "")


def _questions(facts: Facts, places: Sequence[AnswerPlace]) -> Iterator[str]:
    """Questions in one paragraph; fields of a list in one of their own, for each entry."""
    single = [place.question.label for place in places if place.owner is None]
    if single:
        yield from indented("□ " + "、".join(single), 4)
    lists: dict[str, list[str]] = {}
    for place in places:
        if place.owner is not None:
            lists.setdefault(_whose(place, facts), []).append(place.question.label)
    for whose, fields in lists.items():
        yield from indented(f"□ {whose}：{'、'.join(fields)}", 4)


def _whose(place: AnswerPlace, facts: Facts) -> str:
    assert place.owner is not None
    if place.element is None:
        return f"{place.owner.label}（每项）"
    return label_at(facts.standard, facts, place.path).rpartition("的")[0]
