"""What `standard sources` and `standard show` say of a norm: its scope, its state on a day."""

from __future__ import annotations

from datetime import date
from functools import cache

from mmethics_cli.report.standard import entry_text, source_list
from mmethics_cli.store.pack import load
from tests.core.small_pack import small_standard


@cache
def told(today: date) -> dict[str, str]:
    """The line below each source's name, by id."""
    lines = source_list(load().standard(), today).splitlines()
    heads = [index for index, line in enumerate(lines) if line[:1].strip() and "  " in line]
    return {
        lines[here].split()[0]: " ".join(lines[here + 1 : there])
        for here, there in zip(heads, [*heads[1:], len(lines)], strict=True)
    }


def test_a_norm_that_takes_effect_later_is_not_called_in_force() -> None:
    assert "尚未生效，2026-01-01 起施行" in told(date(2025, 12, 31))["csl2025"]
    assert "现行有效" not in told(date(2025, 12, 31))["csl2025"]
    assert "尚未生效" not in told(date(2026, 1, 1))["csl2025"]
    assert "现行有效" in told(date(2026, 1, 1))["csl2025"]


def test_a_date_with_words_behind_it_counts() -> None:
    assert "尚未生效，2026-03-20 起施行" in told(date(2026, 3, 19))["aier2026"]
    assert "尚未生效" not in told(date(2026, 3, 20))["aier2026"]


def test_an_amendment_that_takes_effect_later_is_named() -> None:
    before = told(date(2024, 4, 30))["hgrreg"]
    assert "现行有效，2024-05-01 的修正尚未生效" in before
    assert "尚未生效" not in told(date(2024, 5, 1))["hgrreg"]


def test_a_superseded_guide_is_called_so() -> None:
    assert "已被替代" in told(date(2027, 3, 1))["ecguide2020"]


def test_a_norm_says_which_studies_it_covers() -> None:
    today = date(2027, 3, 1)
    assert "适用：监管路径：医疗器械临床试验" in told(today)["dgcp2022"]
    assert "适用" not in told(today)["erm2023"]
    shown = entry_text(load().standard(), "hgrreg") or ""
    assert "适用：是否产生或使用个体级人类遗传资源信息：是，" in shown
    assert "定义：第2条、第3条" in shown


def test_a_repealed_norm_is_called_so_from_that_day() -> None:
    sources = [
        {"id": "law", "title_zh": "某法", "status": "in_force"},
        {"id": "guide", "title_zh": "某指南"},
        {
            "id": "old",
            "title_zh": "旧规范",
            "status": "in_force",
            "repealed_on": "2026-09-01",
            "superseded_by": "law",
        },
    ]
    standard = small_standard(**{"sources.yaml": sources})
    after = source_list(standard, date(2026, 9, 1))
    assert "已废止：2026-09-01 废止，由 law 代替" in after and "现行有效，" not in after
    before = source_list(standard, date(2026, 8, 31))
    assert "现行有效，2026-09-01 废止，由 law 代替" in before
    assert "效力：2026-09-01 废止，由 law 代替" in (entry_text(standard, "old") or "")
