"""Before the end: which optional sections to answer, and all answers, the doubtful ones first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mmethics_cli.ask.prompts import Key, Option, Pressed, Prompts
from mmethics_cli.ask.wording import brief, name_of_place
from mmethics_cli.core.columns import width, wrap
from mmethics_cli.core.review import Doubt, Entry
from mmethics_cli.core.steps import Choose, Jump, Move, Offer, Overview, Reply

_END, _SECTION, _PATH = "end", "section ", "path "
_DOUBTS: Final = {
    Doubt.REFUSED: "不能用",
    Doubt.OPEN: "未答",
    Doubt.CONTRADICTING: "矛盾",
}


def ask_offer(prompts: Prompts, offer: Offer, titles: Mapping[str, str], columns: int) -> Reply:
    """Which sections' optional questions to answer; none is an answer."""
    message = _lines("必答的都问过了。还有选答的，要答哪几节？不勾就是都不答。", columns)
    options = [(key, f"{titles[key]}（{count} 题）") for key, count in offer.sections.items()]
    while True:
        keys = prompts.several(message, options, frozenset(), lambda keys: None)
        if not isinstance(keys, Pressed):
            return Choose(frozenset(keys)) if keys else Move.LATER
        if keys.key is Key.BACK:
            return Move.BACK


def ask_overview(
    prompts: Prompts, overview: Overview, titles: Mapping[str, str], columns: int
) -> Reply:
    """Look through the answers: jump to one of them, or end."""
    doubtful = [one for one in overview.entries if one.doubt is not Doubt.NONE]
    sections: dict[str, list[Entry]] = {}
    for one in sorted(overview.entries, key=lambda one: list(titles).index(one.place.section)):
        sections.setdefault(one.place.section, []).append(one)
    options: list[Option] = [(_END, "完成访谈")]
    if doubtful:
        options += [("", f"要看一看的（{len(doubtful)} 项）")]
        options += [_option(one, columns) for one in doubtful]
        options += [("", "全部回答")]
    options += [
        (f"{_SECTION}{key}", f"{titles[key]}（{len(entries)} 项）")
        for key, entries in sections.items()
    ]
    head = (
        f"回答总览：{len(doubtful)} 项未答或有疑问。选一项就去改。"
        if doubtful
        else "回答总览：没有疑问。选一节可以查看和修改。"
    )
    default = options[2][0] if doubtful else _END
    while True:
        key = prompts.one(_lines(head, columns), options, default)
        if isinstance(key, Pressed):
            if key.key is Key.BACK:
                return Move.BACK
            continue
        if key == _END:
            return Move.LATER
        if key.startswith(_PATH):
            return Jump(key.removeprefix(_PATH))
        section = key.removeprefix(_SECTION)
        chosen = _in_section(prompts, titles[section], sections[section], columns)
        if chosen is not None:
            return Jump(chosen)


def _in_section(prompts: Prompts, title: str, entries: list[Entry], columns: int) -> str | None:
    """One of the answers of a section; None leads back."""
    options = [(_END, "返回"), *(_option(one, columns) for one in entries)]
    key = prompts.one(title, options, options[1][0])
    return key.removeprefix(_PATH) if isinstance(key, str) and key != _END else None


def _option(entry: Entry, columns: int) -> Option:
    """An answer on one line; what is doubtful about it after it."""
    said = brief(entry.place.question, entry.value)
    text = f"{name_of_place(entry.place)}：{said}"
    if entry.doubt is not Doubt.NONE:
        text = f"［{_DOUBTS[entry.doubt]}］{name_of_place(entry.place)}"
        text += f"：{entry.note}" if entry.doubt is not Doubt.OPEN or "缺" in entry.note else ""
    return f"{_PATH}{entry.path}", _cut(text, columns - 4)


def _cut(text: str, columns: int) -> str:
    text = " ".join(text.split())
    if width(text) <= columns:
        return text
    while width(text) > columns - 2:
        text = text[:-1]
    return text + "…"


def _lines(text: str, columns: int) -> str:
    return "\n  ".join(wrap(text, columns - 3))
