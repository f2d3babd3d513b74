"""What stands below the rows of a form: the question in full, its options, help and the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from prompt_toolkit.formatted_text import StyleAndTextTuples

from mmethics_cli.ask.field import Field
from mmethics_cli.ask.wording import TAGS
from mmethics_cli.core.columns import width, wrap
from mmethics_cli.core.steps import Row
from mmethics_cli.core.values import UNKNOWN

# No n and y: they answer yes and no.
LETTERS: Final = "123456789abcdefghijklmopqrstuvwxz"
_MOST_OPTIONS: Final = 10
_RULE: Final = 60
_GAP: Final = "   "
_KEYS: Final = "Ctrl-D 确认 · Esc 返回 · F1 说明"

Line = StyleAndTextTuples


def panel(
    field: Field | None,
    columns: int,
    note: str,
    help_on: Callable[[Row], Sequence[str]] | None,
    pointing: bool,
) -> list[Line]:
    """The lines below the rows; `pointing` shows which option the cursor is on."""
    lines: list[Line] = [_line("─" * min(columns, _RULE))]
    if field is not None:
        question = field.question
        asked = f"{question.prompt or question.label}［{TAGS[field.row.reason]}］"
        lines += map(_line, wrap(asked, columns))
        if field.proposal is not UNKNOWN:
            lines += map(_line, wrap(f"* 建议值：{field.row.why}。", columns))
        if field.options and not field.written:
            lines += _options(field, columns, pointing)
        wrong = field.complaint() if field.draft.text and not note else None
        lines += [_line(one, "class:note") for one in wrap(wrong, columns)] if wrong else []
        if help_on is not None:
            lines += [_line(f"  {one}") for one in help_on(field.row)]
    if note:
        lines += [_line(one, "class:note") for one in wrap(note, columns)]
    return lines + [_line(one) for one in wrap(_keys(field), columns)]


def _line(text: str, style: str = "") -> Line:
    return [(style, text)]


def _keys(field: Field | None) -> str:
    if field is None:
        return f"回车或 {_KEYS}"
    if field.options and not field.written:
        chosen = "数字键勾选" if field.question.type == "choices" else "数字键选定"
        return f"{chosen}（或 ←→ 加空格）· {_KEYS}"
    if field.question.may_not_apply:
        return f"不适用写“不适用：理由” · {_KEYS}"
    return _KEYS


def _options(field: Field, columns: int, pointing: bool) -> Iterator[Line]:
    """Options beside one another where they fit, else one a line, around the cursor."""
    parts = list(_marked(field, pointing))
    if width(_GAP.join(text for _, text in parts)) <= columns:
        line: Line = []
        for style, text in parts:
            line += [(style, text), ("", _GAP)]
        yield line
        return
    first = 0
    if len(parts) > _MOST_OPTIONS:
        first = max(0, min(field.cursor - _MOST_OPTIONS // 2, len(parts) - _MOST_OPTIONS))
    for style, text in parts[first : first + _MOST_OPTIONS]:
        yield from (_line(one, style) for one in wrap(text, columns))
    if len(parts) > _MOST_OPTIONS:
        yield _line(f"（第 {field.cursor + 1} 项，共 {len(parts)} 项，PageDown 往后翻）")


def _marked(field: Field, pointing: bool) -> Iterator[tuple[str, str]]:
    chosen = field.picks
    for at, (key, label) in enumerate(field.options):
        number = LETTERS[at] if at < len(LETTERS) else " "
        style = "class:picked" if pointing and at == field.cursor else ""
        yield style, f"{'●' if key in chosen else '○'} {number} {label}"
