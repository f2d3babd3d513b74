"""What entries of a list share, compared with what was approved: told once, and never by form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.lifecycle.test_revision import found

KEEP = {"retention": "研究结束后3年"}


def study(shared: dict[str, Any] | None, *assets: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"assets": list(assets)}
    return {"data": data if shared is None else {**data, "shared": shared}}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # Written at each entry, then once for all: nothing changed.
        (study(None, {"id": "a", **KEEP}, {"id": "b", **KEEP}),
         study(KEEP, {"id": "a"}, {"id": "b"}), []),
        (study(KEEP, {"id": "a"}), study(None, {"id": "a", **KEEP}), []),
        # Changed for all: told once.
        (study(KEEP, {"id": "a"}, {"id": "b"}),
         study({"retention": "研究结束后5年"}, {"id": "a"}, {"id": "b"}),
         [("data.shared.retention", "changed", "retention")]),
        # An exception: told at its entry.
        (study(KEEP, {"id": "a"}, {"id": "b"}),
         study(KEEP, {"id": "a"}, {"id": "b", "retention": "研究结束后5年"}),
         [("data.assets[b].retention", "changed", "retention")]),
        # A text has no face: that its entry does not say so is no change.
        (study(None, {"id": "a", "modality": "clinical_text", "contains_face": "no"}),
         study(None, {"id": "a", "modality": "clinical_text"}), []),
        (study(None, {"id": "a", "modality": "clinical_text"}),
         study(None, {"id": "a", "modality": "clinical_text", "contains_face": "yes"}),
         [("data.assets[a].contains_face", "changed", "add_fields")]),
    ],
)  # fmt: skip
def test_changes_of_shared_answers(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, str, str | None]]
) -> None:
    assert found(before, after) == expected
