"""A cell of whatever type as the text that a person would have typed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from openpyxl.cell import Cell

from mmethics_cli.sheets.package import plain_text

_EXACT: Final = 1e15  # from here on a float no longer holds each whole number


class Unreadable(Exception):
    """The cell holds no answer; the message says what it holds instead."""


def text_of(cell: Cell) -> str:
    """What the cell says. Raises Unreadable for a formula and for an error value."""
    value: object = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise Unreadable("是公式，公式不算回答")
    if cell.data_type == "e":
        raise Unreadable(f"是错误值 {plain_text(str(value))[:20]}")
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float() | int():
            return _number(float(value) if isinstance(value, float) else value, cell.number_format)
        case datetime():
            whole = value.time() == time()
            return value.date().isoformat() if whole else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
    return plain_text(str(value))


def _number(value: float, format_: str | None) -> str:
    """A number as it was typed: 3000, not 3000.0; 15%, not 0.15."""
    if "%" in (format_ or ""):
        return f"{value * 100:.12g}%"
    if abs(value) < _EXACT and value == int(value):
        return str(int(value))
    return repr(value)
