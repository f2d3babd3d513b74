"""The table in decisions.md of how many prompts the worked examples take, counted anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from docs.page import table
from tests.walk import simplified, single_centre, walk

MOST: Final = 60  # prompts of a whole interview
MOST_TO_SIMPLIFIED: Final = 20
MOST_TO_MEETING: Final = 14


def prompts_table() -> Iterator[str]:
    """The prompts of whole interviews and until the review is settled, each with its bar."""
    plain, _ = walk(simplified())
    severe, _ = walk(single_centre())
    rows = (
        ("回顾性单中心影像研究，全程", plain.counted, MOST),
        ("到判定为简易审查", plain.settled["review_method"], MOST_TO_SIMPLIFIED),
        ("到这份简易审查的全部判定已定", plain.settled["pathway"], MOST_TO_SIMPLIFIED),
        ("到判定为会议审查（含危重患者）", severe.settled["review_method"], MOST_TO_MEETING),
        ("到这份会议审查的全部判定已定", severe.settled["pathway"], MOST_TO_MEETING),
    )
    yield from table(
        ("走什么", "提示数", "上限"), ((title, str(count), str(bar)) for title, count, bar in rows)
    )
