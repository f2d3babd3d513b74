"""A paragraph of a form as one line of signs, each with the element that it stands in.

What a person fills reads the same however it was made: every sign of an underlined gap, a
placeholder or an empty control is `BLANK`, every box to tick is `BOX`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from mmethics_cli.formats.word.markup import RUN, SDT, W14, Element, P, W, is_on

BLANK: Final = "_"
BOX: Final = "□"
TICKED: Final = "■"
_OPEN_BOXES: Final = frozenset("□☐○◯❏❑❒◻▢")
_FULL_BOXES: Final = frozenset("☑☒■●✓")
# Signs of Wingdings and its brothers, as `w:sym` or as private characters in the text.
_OPEN_SYMBOLS: Final = frozenset((0xA8, 0x6F, 0x63, 0x71, 0x72, 0xA3, 0x2A))
_FULL_SYMBOLS: Final = frozenset((0xFE, 0xFD, 0x52, 0x54, 0x6E))
# 口 typed as a box: at the beginning of something, and no word that begins with 口.
_TYPED_BOX: Final = re.compile(
    r"(?:(?<=^)|(?<=[\s　:：（(、，,；;。/□_]))口(?![服头腔述岸径罩碑译语味鼻型粮感气令号袋供红角])"
)
_PLACEHOLDER: Final = re.compile(
    r"[$#]\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\{\{[^{}]*\}\}|"
    r"(?:单击|点击)(?:或点击)?此处(?:输入|填写|添加)(?:文字|文本|内容|日期)?[。.]?|"
    r"(?:Click|Tap) (?:or tap )?(?:here|to)[ a-z]*(?:text|date)\.?"
)
_SPACES: Final = frozenset(" \t\xa0\u3000\u2002\u2003")


class Sign(Struct):
    """Where one sign of a line stands: in an element of a run, at an offset of its text."""

    node: Element
    offset: int = 0


class FormLine(Struct):
    """A paragraph: its signs as they are read (`text`), as they stand (`raw`), and where."""

    paragraph: Element
    text: str
    raw: str
    signs: list[Sign]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there but room to write."""
        return not self.text.strip(" \t\n\xa0\u3000_")


def line_of(paragraph: Element) -> FormLine:
    """Read a paragraph; what stands in drawings is left out."""
    raw: list[str] = []
    seen: list[str] = []
    signs: list[Sign] = []
    for sign, shown, meant in _signs(paragraph):
        signs.append(sign)
        raw.append(shown)
        seen.append(meant)
    whole = "".join(raw)
    for gap in _PLACEHOLDER.finditer(whole):
        seen[gap.start() : gap.end()] = BLANK * (gap.end() - gap.start())
    text = _TYPED_BOX.sub(BOX, "".join(seen)) if "口" in whole else "".join(seen)
    return FormLine(paragraph, text, whole, signs)


def _signs(paragraph: Element) -> Iterator[tuple[Sign, str, str]]:
    """Each sign: where it stands, what it is, what it means to somebody who fills the form."""
    field: list[str] = []  # the kinds of the fields that are open, the innermost last
    for run in paragraph.iter(RUN):
        if _is_foreign(run, paragraph):
            continue
        empty_control = _in_empty_control(run, paragraph)
        underlined = is_on(run.find(f"{W}rPr/{W}u"))
        for node in run:
            if node.tag == f"{W}fldChar":
                yield from _field(node, field)
            elif node.tag == f"{W}t":
                for offset, char in enumerate(node.text or ""):
                    yield Sign(node, offset), char, _meant(char, underlined, empty_control, field)
            elif node.tag == f"{W}tab":
                yield Sign(node), "\t", BLANK if underlined else "\t"
            elif node.tag in (f"{W}br", f"{W}cr"):
                yield Sign(node), "\n", "\n"
            elif node.tag == f"{W}sym":
                yield Sign(node), "\ufffc", _symbol(int(node.get(f"{W}char", "0"), 16) & 0xFF)


def _field(mark: Element, field: list[str]) -> Iterator[tuple[Sign, str, str]]:
    kind = mark.get(f"{W}fldCharType")
    if kind == "begin":
        box = mark.find(f"{W}ffData/{W}checkBox")
        text = mark.find(f"{W}ffData/{W}textInput")
        field.append("box" if box is not None else "text" if text is not None else "")
        if box is not None:
            yield Sign(mark), "\ufffc", TICKED if is_on(box.find(f"{W}checked")) else BOX
    elif kind == "end" and field and field.pop() == "text":
        yield Sign(mark), "\ufffc", BLANK


def _meant(char: str, underlined: bool, empty_control: bool, field: list[str]) -> str:
    if empty_control or (field and field[-1] == "text"):
        return BLANK
    if char in _SPACES:
        return BLANK if underlined else char
    if char in _OPEN_BOXES:
        return BOX
    if char in _FULL_BOXES:
        return TICKED
    if 0xF000 <= ord(char) <= 0xF0FF:
        return _symbol(ord(char) & 0xFF)
    return BLANK if char in "＿﹍" else char


def _symbol(code: int) -> str:
    return BOX if code in _OPEN_SYMBOLS else TICKED if code in _FULL_SYMBOLS else "\ufffc"


def _is_foreign(run: Element, paragraph: Element) -> bool:
    """Whether a run stands in another paragraph (of a text box), or was deleted."""
    for parent in run.iterancestors():
        if parent is paragraph:
            return False
        if parent.tag in (P, f"{W}del", f"{W}moveFrom"):
            return True
    return False


def _in_empty_control(run: Element, paragraph: Element) -> bool:
    """Whether a run is the placeholder of a content control that is no tick box."""
    control = next(run.iterancestors(SDT), None)
    if control is None:
        return False
    properties = control.find(f"{W}sdtPr")
    return (
        properties is not None
        and properties.find(f"{W14}checkbox") is None
        and is_on(properties.find(f"{W}showingPlcHdr"))
    )
