"""Periods that texts name (研究结束后3年, 六个月, 永久保存), made comparable."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mmethics_cli.core.conditions.written import han_number

FOR_EVER: Final = 10**9
# In days, so that 12个月 is a year and 30日 a month: only what is written is compared.
_DAYS_IN: Final = {"年": 360, "个月": 30, "周": 7, "日": 1, "天": 1}
# A day of the calendar is no period, whether its year is said or not.
_CALENDAR_DAYS: Final = re.compile(
    r"[0-9]{4}\s*年(?:\s*[0-9]{1,2}\s*月(?:\s*[0-9]{1,2}\s*[日号])?)?|"
    r"[0-9]{1,2}\s*月\s*[0-9]{1,2}\s*[日号]"
)
_PERIODS: Final = re.compile(
    r"(?P<half>半)年|(?P<count>[0-9]{1,3}|[一二两三四五六七八九十廿卅]{1,3})\s*"
    r"(?P<unit>年|个月|周|日|天)"
)
_FOR_EVER: Final = re.compile("(?<!不)(?<!非)(?:永久|永远|无限期|不限期|长期保[存留])")


@lru_cache(maxsize=64)  # the same few texts of a dossier are held against one another
def periods_in(text: str) -> frozenset[int]:
    """The periods that a text names, in days; FOR_EVER for one without end."""
    named = _CALENDAR_DAYS.sub("，", text)
    months = {FOR_EVER} if _FOR_EVER.search(named) else set[int]()
    for match in _PERIODS.finditer(named):
        if match["half"]:
            months.add(180)
            continue
        count = han_number(match["count"].replace("两", "二"))
        if count.isdigit():
            months.add(int(count) * _DAYS_IN[match["unit"]])
    return frozenset(months)
