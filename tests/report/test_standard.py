"""What `standard sources` says of a norm on a given day."""

from __future__ import annotations

from datetime import date
from functools import cache

from mmethics_cli.report.standard import source_list
from mmethics_cli.store.pack import load


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
