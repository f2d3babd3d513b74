"""Reading what is looked for in attached papers, each fact known and each pattern sound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from mmethics_cli.core.standard.node import Node
from mmethics_cli.core.standard.record_reader import RecordReader
from mmethics_cli.core.standard.texts import AttachedLabel, AttachedWords

ATTACHED: Final = "attached_texts.yaml"
VERSION, DATE = "attachments.version", "attachments.date"
_READ, _HINTS = "read", "hints"


_LABEL: Final = RecordReader(AttachedLabel)


def read_attached(rows: Iterable[Node], known: Iterable[str]) -> AttachedWords:
    """The labels of a pack; every fact in them is known, every pattern sound."""
    labels: dict[str, AttachedLabel] = {}
    facts = {*known, VERSION, DATE, _READ, _HINTS}
    for node in rows:
        label = _LABEL(node)
        if label.id not in facts:
            node.child("id").problem(f"不认识的事实“{label.id}”")
        if label.id in labels:
            node.problem(f"“{label.id}”重复")
        for pattern in label.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                node.child("patterns").problem(f"式样“{pattern}”写错了：{error}")
        labels[label.id] = label
    kinds, hints = labels.pop(_READ, None), labels.pop(_HINTS, None)
    return AttachedWords(
        labels,
        frozenset(kinds.words) if kinds else frozenset(),
        hints.patterns if hints else (),
    )
