"""How sources and articles are cited in documents and on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import Final

from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import PRACTICE, Basis, Source, Standard, weakest
from mmethics_cli.wording.language import CHINESE, ENGLISH

MARK: Final = "（待核）"
_UNDECIDED: Final = "（是否适用尚不能判定）"
_COMING: Final = "（自{}施行）"
_ARTICLE = re.compile(r"(\d+)(?:\((\d+)\))?")
_NATIONAL = re.compile(r"(GB(?:/T)? [\d.]+—\d{4}) (.+)")
_AMENDED = re.compile(r"(.+)(（[\d-]+ ?年?(?:修正|修订)）)")


def cite_for(
    facts: Facts, bases: Iterable[Basis], marks: bool = False, applies: bool = True
) -> str:
    """The citations of the bases that cover a study, or may; 实践做法 where none does.

    Empty where there is no basis at all, or where what rests on them does not apply to the study.
    """
    stated = tuple(bases)
    covering = facts.coverage.bases(stated)
    if stated and applies and not covering:
        return CHINESE.practice
    return cite(facts.standard, covering, marks)


def cite_for_in_english(facts: Facts, bases: Iterable[Basis]) -> str:
    """The same by English titles."""
    covering = facts.coverage.bases(bases)
    return cite_in_english(facts.standard, covering) if covering else ENGLISH.practice


def cite(standard: Standard, bases: Iterable[Basis], marks: bool = False) -> str:
    """The citations of several bases, articles of one source together.

    With `marks` articles whose text was not read are followed by （待核）, once where it holds for
    all that are cited of a source. What a study leaves open of a source is always said.
    """
    groups = _by_source(standard, bases)
    return "；".join(_cite_source(source, group, marks) for source, group in groups)


def cite_with_mark(standard: Standard, basis: tuple[Basis, ...]) -> str:
    """The citations with one （待核） behind them where not every article was read."""
    doubtful = basis and weakest(basis) != "text"
    return cite(standard, basis) + (MARK if doubtful else "")


def cite_in_english(standard: Standard, bases: Iterable[Basis]) -> str:
    """The citations of norms by their English titles: `Title, Articles 21 and 22`."""
    return "; ".join(_in_english(source, group) for source, group in _by_source(standard, bases))


def _by_source(standard: Standard, bases: Iterable[Basis]) -> Iterator[tuple[Source, list[Basis]]]:
    for id_, group in groupby(bases, key=lambda basis: basis.source):
        yield standard.sources[id_], list(group)


def _in_english(source: Source, bases: list[Basis]) -> str:
    # A practice has Chinese headings where a norm has numbered articles.
    numbered = source.status != PRACTICE
    articles = [basis.article for basis in bases if basis.article and numbered]
    name = "Chapter" if _NATIONAL.fullmatch(source.title) else "Article"
    listed = " and ".join([*([", ".join(articles[:-1])] if articles[1:] else []), *articles[-1:]])
    cited = f"{source.title_en}, {name}{'s' if articles[1:] else ''} {listed}"
    return (cited if articles else source.title_en) + _open_in_english(bases[0])


def _open_in_english(basis: Basis) -> str:
    coming = basis.in_force_from
    starts = f" (in force from {ENGLISH.date(coming)})" if coming else ""
    return starts + (" (whether it applies is not settled yet)" if basis.undecided else "")


def _cite_source(source: Source, bases: list[Basis], marks: bool) -> str:
    doubtful = [marks and basis.verified != "text" for basis in bases]
    each = any(doubtful) and not all(doubtful)
    articles = "、".join(
        article(source, basis.article or "") + (MARK if each and doubt else "")
        for basis, doubt in zip(bases, doubtful, strict=True)
    )
    if source.status == PRACTICE and articles:
        articles = f"（{articles}）"
    return title(source) + articles + (MARK if all(doubtful) else "") + _open(bases[0])


def _open(basis: Basis) -> str:
    """What a study leaves open of the source of a basis."""
    starts = _COMING.format(basis.in_force_from) if basis.in_force_from else ""
    return starts + (_UNDECIDED if basis.undecided else "")


@cache
def title(source: Source) -> str:
    """The title in book marks; a practice is no published norm and gets none."""
    if source.status == PRACTICE:
        return source.title.partition("（")[0]
    national = _NATIONAL.fullmatch(source.title)
    if national is not None:
        return f"{national[1]}《{national[2]}》"
    amended = _AMENDED.fullmatch(source.title)
    return f"《{amended[1]}》{amended[2]}" if amended else f"《{source.title}》"


@cache
def article(source: Source, text: str) -> str:
    """`18(2)` → 第18条（2）: the pack's bracket counts 款 or 项, so neither word is claimed."""
    number = _ARTICLE.fullmatch(text)
    if number is None:
        return "（条号未核）" if text == "条号未核" else text
    if _NATIONAL.fullmatch(source.title):
        return f"第{text}章"
    return f"第{number[1]}条" + (f"（{number[2]}）" if number[2] else "")
