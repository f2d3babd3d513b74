"""What Excel lets a person type into a cell, and the drop-downs that it shows."""

from __future__ import annotations

from typing import Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.core.words import parse_date, parse_int
from mmethics_cli.core.workbook import escaped
from mmethics_cli.sheets.layout import Rule

_TITLE, _TEXT = 32, 255  # Excel's limits
_LAST_DAY: Final = "2958465"  # 9999-12-31, as Excel numbers days
_EPOCH: Final = 693594  # the ordinal of the day that Excel numbers 0


class Options:
    """The hidden sheet of the drop-downs' options, a column a list; equal lists are one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.columns: dict[tuple[str, ...], int] = {}

    def range_of(self, options: tuple[str, ...]) -> str:
        """Where the options stand."""
        letter = get_column_letter(self.columns.setdefault(options, len(self.columns) + 1))
        return f"'{self.name}'!${letter}$1:${letter}${len(options)}"

    def write(self, sheet: Worksheet) -> None:
        for options, column in self.columns.items():
            for row, text in enumerate(options, 1):
                cell = sheet.cell(row, column)
                cell.value = escaped(text)
                cell.data_type = "s"


def validation(rule: Rule, options: Options) -> DataValidation | None:
    """The validation of a rule; None when there is nothing to check or to say."""
    made = DataValidation(allow_blank=True, showErrorMessage=True, errorStyle="warning")
    made.errorTitle = _cut(rule.title, _TITLE)
    if rule.options:
        made.type, made.formula1 = "list", options.range_of(rule.options)
        made.error = "请从下拉列表里选。"
        made.errorStyle = "stop" if rule.strict else "information"
        made.showErrorMessage = rule.strict
    elif rule.kind == "int":
        made.type, made.operator = "whole", "between"
        made.formula1 = str(_whole(rule.minimum, -(10**15) + 1))
        made.formula2 = str(_whole(rule.maximum, 10**15 - 1))
        made.error = "这里写整数；要写“不清楚”“清空”或“不适用：理由”，请选“是”继续。"
    elif rule.kind == "date":
        made.type, made.operator = "date", "between"
        made.formula1, made.formula2 = _day(rule.minimum, "1"), _day(rule.maximum, _LAST_DAY)
        made.error = "这里写日期，如 2027-03-01；要写“不清楚”“清空”或“不适用：理由”，请选“是”继续。"
    elif not rule.help:
        return None
    if rule.help:
        made.showInputMessage = True
        made.promptTitle, made.prompt = _cut(rule.title, _TITLE), _cut(rule.help, _TEXT)
    return made


def _whole(bound: str | None, otherwise: int) -> int:
    number = parse_int(bound or "")
    return otherwise if number is None else number


def _day(bound: str | None, otherwise: str) -> str:
    day = parse_date(bound or "")
    return otherwise if day is None else str(day.toordinal() - _EPOCH)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
