"""Periods in texts, and texts held against other texts."""

from __future__ import annotations

import pytest

from mmethics_cli.core.conditions.periods import FOR_EVER, periods_in


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("研究结束后3年", {1080}),
        ("全部测量结束后六个月；档案保存10年", {180, 3600}),
        ("研究结束后二十年", {7200}),
        ("24个月", {720}),
        ("两年", {720}),
        ("半年", {180}),
        ("三十日内删除", {30}),
        ("永久保存", {FOR_EVER}),
        ("不永久保存，研究结束后1年删除", {360}),
        ("最迟2028年6月30日", set()),
        ("每年3月1日前", set()),
        ("2028年10月销毁", set()),
        ("流程核对完成即删", set()),
    ],
)
def test_periods_are_read_as_people_write_them(text: str, days: set[int]) -> None:
    assert periods_in(text) == days
