"""Attached papers beside the dossier: values that contradict it, hints of a template left in.

Only short values behind a label are read; one that is not plain says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.values import Element, Unknown, name_of
from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.names import ATTACHMENTS
from mmethics_cli.core.standard.texts import AttachedLabel

_LONGEST_VALUE: Final = 200
_MOST_HINTS: Final = 3
_BLANK: Final = re.compile(r"[_＿\s年月日／/—\-]*")
_SIZES: Final = (
    "design.sample_size_total", "design.sample_size_site", "design.sample_size_recruited",
)  # fmt: skip
_MONTH: Final = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})(?:\s*[月./-]\s*(\d{1,2})(?!\d))?")
_END_OF_NAME: Final = re.compile(r"[，,、；;（(\s]")


class AttachedText(Struct, frozen=True):
    """A paragraph or cell of an attached file: its words and where they stand.

    `right` are the words of the cell beside it, empty outside tables.
    """

    text: str
    place: str
    right: str = ""


class LabelledValue(Struct, frozen=True):
    text: str
    place: str


def texts_at_odds(facts: Facts, entry: Element, texts: Sequence[AttachedText]) -> Iterator[Finding]:
    """What an attached file says against the dossier, and what a template left in it."""
    words = facts.standard.attached
    for fact, label in words.labels.items():
        said = list(dict.fromkeys(_values(label, texts)))
        # Several values say nothing certain: the file may tell of other studies, too.
        plain_values = [value for value in said if not _BLANK.fullmatch(value.text)]
        if len({_bare(value.text) for value in plain_values}) == 1:
            yield from _compared(facts, entry, fact, plain_values[0])
    yield from _left_in(entry, texts, words.hints)


def _values(label: AttachedLabel, texts: Sequence[AttachedText]) -> Iterator[LabelledValue]:
    """The values that stand behind a label: in its line, or in the cell to its right."""
    names = "|".join(map(re.escape, sorted(label.words, key=len, reverse=True)))
    inline = re.compile(
        rf"(?:^|　|\s{{2,}}|）|\)|；)\s*(?:{names})\s*[:：]\s*([^\n　]*?)(?=　|\s{{2,}}|$|\n)"
    )
    cell = re.compile(rf"\s*(?:{names})\s*[:：]?\s*")
    for text in texts[: label.first or None]:
        if text.right and cell.fullmatch(text.text):
            yield LabelledValue(text.right.strip()[:_LONGEST_VALUE], text.place)
        for match in inline.finditer(text.text):
            if value := match.group(1).strip():
                yield LabelledValue(value[:_LONGEST_VALUE], text.place)


def _compared(facts: Facts, entry: Element, fact: str, value: LabelledValue) -> Iterator[Finding]:
    if fact.startswith(f"{ATTACHMENTS}."):
        name = fact.rpartition(".")[2]
        own = entry.get(name)
        path = f"{ATTACHMENTS}[{entry.id}].{name}"
        said = own.isoformat() if isinstance(own, date) else str(own)
        differs = (
            isinstance(own, date) and (day := parse_date(value.text)) is not None and day != own
            if name == "date"
            else isinstance(own, str) and _versions_differ(own, value.text)
        )
    else:
        path = fact
        said, differs = _against(facts, fact, value.text)
    if differs:
        label = facts.standard.attached.labels[fact].words[0]
        yield Finding(
            "attached_differs", "warning", "inconsistent", path,
            f"附件“{name_of(entry)}”（{value.place}）写的{label}是“{value.text}”，卷宗写的是“{said}”",
            "请核对，把附件或卷宗改成一样；改附件的，版本号和日期一并改",
            practice=True,
        )  # fmt: skip


def _against(facts: Facts, fact: str, text: str) -> tuple[str, bool]:
    """What the dossier says of a fact, and whether a text says something else."""
    if fact == "project.start_date":
        return _period_against(facts, text)
    if fact in _SIZES:
        numbers = {int(n) for n in re.findall(r"\d+", text.replace(",", "").replace("，", ""))}
        values = [facts.get(path) for path in _SIZES]
        if any(isinstance(value, Unknown) for value in values):
            return "", False  # it may be the one that nobody has answered
        sizes = [value for value in values if isinstance(value, int)]
        said = "、".join(map(str, dict.fromkeys(sizes)))
        return said, bool(sizes) and len(numbers) == 1 and numbers.isdisjoint(sizes)
    if fact == "sites.list":
        return _sites_against(facts, text)
    own = facts.get(fact)
    if not isinstance(own, str):
        return "", False
    ours, theirs = _bare(own), _bare(text)
    if fact == "investigator.name":
        theirs = _bare(_END_OF_NAME.split(text.strip())[0])
    return own, bool(ours and theirs) and ours not in _bare(text) and theirs not in ours


def _period_against(facts: Facts, text: str) -> tuple[str, bool]:
    """A period of two days or months, compared as far as the text names them."""
    days = (facts.get("project.start_date"), facts.get("project.end_date"))
    matches = _MONTH.findall(text)
    if len(matches) != 2 or not all(isinstance(day, date) for day in days):
        return "", False
    said = " 至 ".join(str(day) for day in days)
    for day, (year, month, number) in zip(days, matches, strict=True):
        assert isinstance(day, date)
        same = (day.year, day.month) == (int(year), int(month))
        if not same or (number and len(day.isoformat()) > 7 and day.day != int(number)):
            return said, True
    return said, False


def _sites_against(facts: Facts, text: str) -> tuple[str, bool]:
    sites = facts.get("sites.list")
    if not isinstance(sites, tuple):
        return "", False
    names = [name for site in sites if isinstance(name := site.get("name"), str)]
    own = facts.get("institution.name")
    if len(names) < len(sites) or not isinstance(own, str):
        return "", False  # it may be the one that nobody has named
    known = [_bare(name) for name in [*names, own]]
    theirs = [_bare(part) for part in re.split(r"[、，,；;和及]", text) if len(part.strip()) > 3]
    strange = [part for part in theirs if not any(part in name or name in part for name in known)]
    return "、".join(names) or "没有", bool(strange)


def _versions_differ(own: str, theirs: str) -> bool:
    """Whether two versions have other numbers: V1.0, 第1.0版 and 1 are the same."""
    first, second = (re.search(r"\d+(?:\.\d+)*", text) for text in (own, theirs))
    if first is None or second is None:
        return False
    ours, others = (tuple(map(int, m.group().split("."))) for m in (first, second))
    width = max(len(ours), len(others))
    return ours + (0,) * (width - len(ours)) != others + (0,) * (width - len(others))


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _left_in(
    entry: Element, texts: Sequence[AttachedText], hints: Sequence[str]
) -> Iterator[Finding]:
    """Hints of a template that should have been taken out, the first with their places."""
    hints_left = [
        f"“{match.group()[:40]}”（{text.place}）"
        for text in texts
        for hint in hints
        for match in re.finditer(hint, text.text)
    ]
    if hints_left:
        more = f"等 {len(hints_left)} 处" if len(hints_left) > _MOST_HINTS else ""
        yield Finding(
            "attached_hints", "warning", "inconsistent", f"{ATTACHMENTS}[{entry.id}].file",
            f"附件“{name_of(entry)}”里还留着模板的提示：{'、'.join(hints_left[:_MOST_HINTS])}{more}",
            "请写上内容，或删去提示，另存以后再登记",
            practice=True,
        )  # fmt: skip
