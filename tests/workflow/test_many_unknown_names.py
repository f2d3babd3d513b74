"""A file with keys by the hundred that nobody knows: each is looked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import pytest

from mmethics_cli.core.answers import tree, troubles
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.workflow.opening import open_dossier
from tests.workflow.example import TODAY

MANY: Final = 500


def test_unknown_names_are_not_compared_with_one_another(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (study / "dossier.yaml").open("a", encoding="utf-8") as file:
        file.writelines(f"strange_{number}: x\n" for number in range(MANY))
    calls: Counter[str] = Counter()

    def counted(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            calls[name] += 1
            return original(*given)

        return call

    monkeypatch.setattr(tree, "_names_below", counted("group", tree._names_below))
    monkeypatch.setattr(troubles, "get_close_matches", counted("likeness", get_close_matches))
    whole = property(counted("all names", vars(Workspace)["unknown_names"].fget))
    monkeypatch.setattr(Workspace, "unknown_names", whole)
    dossier = open_dossier(study, TODAY)
    assert len({dossier.where(one.name) for one in dossier.unknown_names}) == MANY
    assert calls["group"] < MANY / 5
    assert (calls["likeness"], calls["all names"]) == (0, 2)
