"""The page on return reasons names only checks that exist, for each of the twenty reasons."""

from __future__ import annotations

import re

from mmethics_cli.store.pack import load
from tests.program import ROOT

PAGE = (ROOT / "docs" / "return-reasons.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| ([^|]+)\| ([^|]+)\|([^|]*)\|$", PAGE, re.M)
SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "mmethics_cli").rglob("*.py")
)


def test_every_reason_has_its_checks_or_says_why_not() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, 21))
    for _, reason, checks, why in ROWS:
        assert checks.strip() != "—" or why.strip(), reason


def test_every_check_named_exists() -> None:
    known = load().standard().consistency
    for _, reason, checks, _ in ROWS:
        for rule in re.findall(r"C\d+", checks):
            assert rule in known, reason
        for name in re.findall(r"`([a-z_]+)`", checks):
            assert f'"{name}"' in SOURCES, reason
