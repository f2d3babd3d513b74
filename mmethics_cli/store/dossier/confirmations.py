"""Texts that a person confirmed after facts changed: `confirmed` of submission.yaml.

Each entry names the text by its path and keeps a digest of it and of the facts that it rests on.
"""

from __future__ import annotations

from typing import Final

from mmethics_cli.core.answers.troubles import Trouble
from mmethics_cli.store.submission.submissions import CONFIRMED
from mmethics_cli.store.yaml.events import Keys
from mmethics_cli.store.yaml.reader import YamlFile

_TEXT: Final = "text"
_DIGEST: Final = "digest"


def read_confirmations(file: YamlFile) -> tuple[dict[str, str], list[Trouble]]:
    """The digests by the paths of the texts, and the places that can't be used."""
    tree = file.tree.get(CONFIRMED) if isinstance(file.tree, dict) else None
    rows = [] if tree is None else tree
    if not isinstance(rows, list):
        return {}, [Trouble("", (CONFIRMED,), f"{CONFIRMED} 应是一列确认")]
    confirmed: dict[str, str] = {}
    troubles: list[Trouble] = []
    for number, row in enumerate(rows):
        keys: Keys = (CONFIRMED, number)
        text = row.get(_TEXT) if isinstance(row, dict) else None
        digest = row.get(_DIGEST) if isinstance(row, dict) else None
        if isinstance(text, str) and isinstance(digest, str):
            confirmed[text] = digest
        else:
            fix = "不要手写：用 mmethics fill --confirm 确认；多余的删去"
            troubles.append(Trouble("", keys, "一条确认应有 text 和 digest", fix))
    return confirmed, troubles


def confirmation_rows(confirmed: dict[str, str]) -> list[dict[str, str]]:
    """What `read_confirmations` reads back."""
    return [{_TEXT: text, _DIGEST: digest} for text, digest in sorted(confirmed.items())]
