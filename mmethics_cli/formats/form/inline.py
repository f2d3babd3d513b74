"""The blanks within lines of text: gaps after labels, dates to complete, boxes to tick."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, field

from mmethics_cli.formats.form.blank import Option
from mmethics_cli.formats.form.line import BOX, TICKED, FormLine

_ROOM: Final = r"[ \t\u3000\xa0_]"
_DAY: Final = rf"{_ROOM}*年{_ROOM}+月(?:{_ROOM}+日)?"
_DATE: Final = re.compile(rf"(?<![\dX○Ο〇零一二三四五六七八九十]){_DAY}")
_RANGE: Final = re.compile(rf"{_ROOM}*(?:至|到|[-—－~～–]+){_ROOM}*")
_GAP: Final = re.compile(
    rf"{_DATE.pattern}(?:{_RANGE.pattern}(?:{_DAY})?)?"
    rf"|_(?:{_ROOM}*_)*(?:{_RANGE.pattern}_(?:{_ROOM}*_)*)?"
    rf"|(?<=[:：]){_ROOM}*(?=$)"
    rf"|(?<=[:：])[ \t\u3000\xa0]{{2,}}(?=\S)"
    r"|(?<=[:：])\s*(?=[（(][^（）()]*[）)]?\s*$)"
    r"|(?<=[:：])[ \t\u3000\xa0]*(?=[，,；;。）)])"
    r"|(?<=[:：])\s*X{2,}"
)
_CUT: Final = re.compile(r"[。；;，,？?！!\t\n]|[ \u3000\xa0]{2,}|_+")
_TRIM: Final = " \t\n\u3000\xa0_:：、，,；;。."
_BOXES: Final = re.compile(f"[{BOX}{TICKED}]+")
_OPTION_END: Final = re.compile(r"[，,；;。:：\t\n]|[ \u3000\xa0]{2,}|_")


_NOTE_BEHIND: Final = re.compile(r"[:：]\s*[（(][^（）()]*[）)]\s*$")
# What is no label of its own, behind a question.
_SAY_MORE: Final = frozenset(("请说明", "说明", "请注明", "请描述", "请具体说明", "请简要说明"))


class LineGap(Struct):
    """A gap in a line: its label (empty where none stands there), the signs it takes."""

    words: str
    start: int
    end: int
    after: str
    is_date: bool = False


class BoxGroup(Struct):
    words: str
    options: list[Option] = field(default_factory=list)


def gaps_of(line: FormLine) -> Iterator[LineGap]:
    """The gaps of a line in order."""
    text, before = line.text, 0
    for match in _GAP.finditer(text):
        start, end = match.span()
        if start == end and text[end:].lstrip().startswith((BOX, TICKED)):
            continue
        rest = text[end:].lstrip()
        if rest.startswith((BOX, TICKED)) and not match.group().strip(" \t\u3000\xa0"):
            continue
        label = _label(text[before:start])
        is_date = "年" in match.group() and "月" in match.group()
        yield LineGap(label, start, end, _after(rest), is_date)
        before = end


def _label(text: str) -> str:
    """The words next to a gap: what stands since the last stop, two letters set apart joined."""
    text = text.rstrip(_TRIM)
    boxes = max(text.rfind(BOX), text.rfind(TICKED))
    text = text[boxes + 1 :]
    cuts = [match.end() for match in _CUT.finditer(text)]
    if not cuts:
        return text.strip(_TRIM)
    last = text[cuts[-1] :].strip(_TRIM)
    if last in _SAY_MORE:
        return text[cuts[-2] if len(cuts) > 1 else 0 :].strip(_TRIM)
    if len(last) == 1 and (head := re.search(r"(?:^|[\s_:：])(\S)[ \u3000]+$", text[: cuts[-1]])):
        return head.group(1) + last
    return last


def _after(rest: str) -> str:
    """The words behind a gap up to the next stop."""
    stop = re.search(r"[。；;，,\t\n_]|[ \u3000]{2,}", rest)
    return (rest[: stop.start()] if stop else rest).strip()[:40]


def boxes_of(lines: Sequence[FormLine], words: str) -> Iterator[BoxGroup]:
    """The groups of boxes in the lines of a cell or paragraph; `words` is the label of the first.

    A label (it ends in a colon or a question mark) begins a group of its own.
    """
    group = BoxGroup(words)
    heading = ""
    for line in lines:
        matches = list(_BOXES.finditer(line.text))
        if not matches and line.text.strip():
            if group.options:
                yield group
                group = BoxGroup(words)
            heading = _NOTE_BEHIND.sub("", line.text.strip()).strip(_TRIM)
            continue
        before = 0
        for number, match in enumerate(matches):
            between = line.text[before : match.start()]
            label = _group_label(between, first=number == 0)
            if label or (heading and not group.options):
                if group.options:
                    yield group
                group = BoxGroup(label or heading)
            heading = ""
            end = matches[number + 1].start() if number + 1 < len(matches) else len(line.text)
            option = _option(line.text[match.end() : end])
            group.options.append(Option(option, line, match.end() - 1))
            before = match.end() + _option_length(line.text[match.end() : end])
    if group.options:
        yield group


def _group_label(between: str, *, first: bool) -> str:
    """The label that opens a group before a box: the beginning, later what ends in a colon."""
    text = _NOTE_BEHIND.sub("", between.strip())
    if first:
        return text.strip(_TRIM + "（(") if len(text.strip(_TRIM + "（(")) > 1 else ""
    if not text.rstrip().endswith((":", "：", "？", "?")):
        return ""
    return _label(text.rstrip("？?"))


def _option_length(text: str) -> int:
    words = text.lstrip()
    stop = _OPTION_END.search(words)
    return (len(text) - len(words)) + (stop.start() if stop else len(words))


def _option(text: str) -> str:
    return text[: _option_length(text)].strip().rstrip("（(")
