"""A worked example typed at a real pseudo-terminal is the dossier that an answers file makes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mmethics_cli.core.conditions.values import Element, Value
from tests.walk import example, new_dossier

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from tests.examples.hand import Hand

EXAMPLE = "minimal-ecg-text"
FILES = ("dossier.yaml", "institution.yaml", "submissions/01-initial/submission.yaml")


def _ended(value: Value) -> Value:
    """A text without the line break with which its block in a file ends."""
    if isinstance(value, tuple):
        fields = ({key: _ended(one) for key, one in each.fields.items()} for each in value)
        return tuple(Element(each.id, one) for each, one in zip(value, fields, strict=True))
    return value.rstrip("\n") if isinstance(value, str) else value


@pytest.mark.slow
def test_an_example_typed_back_and_forth_and_interrupted_is_what_answers_make(
    tmp_path: Path,
) -> None:
    values = {path: _ended(value) for path, value in example(EXAMPLE).items()}
    by_file = new_dossier(tmp_path / "file", example(EXAMPLE))
    hand = Hand(values, tmp_path / "hand", columns=100)
    hand.back = frozenset({4, 5, 9, 17, 22, 23, 24, 30, 31, 36})
    hand.left, hand.killed = frozenset({12}), frozenset({27})
    hand.type_all()
    assert hand.prompts > max(hand.back) and hand.starts == 3, "it was not broken off twice"
    hand.see("自查")
    assert [*hand.exits, hand.leave()] == [130, 130]
    for name in FILES:
        assert (hand.folder / name).read_bytes() == (by_file / name).read_bytes(), name
