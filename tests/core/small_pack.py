"""A pack small enough to reason about: two tables, a list, a derived fact, a paper."""

from __future__ import annotations

import pickle
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mmethics_cli.core.standard.build import build
from mmethics_cli.core.standard.model import Standard

PACK = Path(__file__).with_name("small_pack.yaml")


@cache
def _written() -> bytes:
    return pickle.dumps(yaml.load(PACK.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))


def trees() -> dict[str, Any]:
    """The pack's files as the reader gives them, to be changed: every scalar is text."""
    loaded: dict[str, Any] = pickle.loads(_written())
    return loaded


def small_standard(**changes: Any) -> Standard:
    """The small pack, with whole files replaced by name."""
    return build({**trees(), **changes}, lambda file, keys: (file, None))
