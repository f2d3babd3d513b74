"""The program's own words: on Chinese and English documents, at a prompt, in a workbook's cells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.conditions.values import Month

Language = Literal["zh", "en"]

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


class Wording(Struct, frozen=True):
    """Words round the values of a study in one place of print; `{}` is where a value goes.

    `tag` is the language tag of the file's properties. `edited`: a person may edit what is shown
    there and have it read back, so days stand as they are typed and texts keep their last lines.
    """

    tag: str
    yes: str
    no: str
    nothing: str
    not_applicable: str
    not_applicable_because: str
    undecided: str
    kept: str
    practice: str
    entries: str
    missing: str
    waiting: str
    comma: str
    or_: str
    months: str
    version: str
    number: str
    page: tuple[str, str, str]
    draft: str
    at_sealing: str
    anchor: str
    edited: bool = False

    def date(self, value: date) -> str:
        """A day; a month alone without one."""
        if self.edited:
            return value.isoformat()
        day = None if isinstance(value, Month) else value.day
        if self.tag.startswith("zh"):
            return f"{value.year}年{value.month}月{f'{day}日' if day else ''}"
        return f"{f'{day} ' if day else ''}{_MONTHS[value.month - 1]} {value.year}"

    def joined(self, words: Iterable[str]) -> str:
        return self.comma.join(words)


CHINESE: Final = Wording(
    tag="zh-CN",
    yes="是",
    no="否",
    nothing="无",
    not_applicable="不适用",
    not_applicable_because="不适用（{}）",
    undecided="尚不能判定",
    kept="沿用上次批准",
    practice="实践做法",
    entries="{}项",
    missing="【待填：{}】",
    waiting="【待定：{}】",
    comma="、",
    or_="／",
    months="{}个月",
    version="版本 {}",
    number="方案编号：{}",
    page=("第 ", " 页　共 ", " 页"),
    draft="草稿",
    at_sealing="（封存时印出）",
    anchor="登记簿第 {} 条 {}",
)
ENGLISH: Final = Wording(
    tag="en-GB",
    yes="Yes",
    no="No",
    nothing="None",
    not_applicable="Not applicable",
    not_applicable_because="Not applicable ({})",
    undecided="Not yet determined",
    kept="As last approved",
    practice="established practice",
    entries="{} entries",
    missing="【To be filled in: {}】",
    waiting="【To be decided: {}】",
    comma=", ",
    or_=" / ",
    months="{} months",
    version="Version {}",
    number="Protocol No. {}",
    page=("Page ", " of ", ""),
    draft="DRAFT",
    at_sealing="(printed when sealed)",
    anchor="Register entry {}: {}",
)
PROMPT: Final = replace(
    CHINESE, nothing="没有", not_applicable_because="不适用：{}", entries="{} 项", edited=True
)
CELL: Final = replace(PROMPT, entries="{} 条")
UNSURE_WORD: Final = "不清楚"
# Of the documents.
WORDINGS: Final[dict[Language, Wording]] = {"zh": CHINESE, "en": ENGLISH}
