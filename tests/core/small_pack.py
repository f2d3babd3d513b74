"""A pack small enough to reason about: two tables, a list, a derived fact, a paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from mmethics_cli.core.standard.build import build
from mmethics_cli.core.standard.model import Standard

PACK = Path(__file__).with_name("small_pack.yaml")


def trees() -> dict[str, Any]:
    """The pack's files as the reader gives them: every scalar is text."""
    loaded: dict[str, Any] = yaml.load(PACK.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return loaded


def small_standard(**changes: Any) -> Standard:
    """The small pack, with whole files replaced by name."""
    return build({**trees(), **changes}, lambda file, keys: (file, None))
