"""Every document of the worked examples says what it said; a change shows as a difference."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from tests.golden import golden_of, texts_of
from tests.program import COMPLETE

REFRESH = "If that is meant: python -m docs.generate"


@pytest.mark.parametrize("example", COMPLETE)
def test_documents_say_what_they_said(example: str) -> None:
    golden, texts = golden_of(example), texts_of(example)
    assert sorted(texts) == sorted(golden), REFRESH
    changed = [
        line
        for name, text in texts.items()
        for line in unified_diff(
            golden[name].splitlines(),
            text.splitlines(),
            f"{example}/{name}, on record",
            f"{example}/{name}, now",
            n=1,
            lineterm="",
        )
    ]
    if changed:
        more = [f"… {len(changed) - 200} more lines"] if len(changed) > 200 else []
        pytest.fail("\n".join([*changed[:200], *more, "", REFRESH]), pytrace=False)
