"""The same answers on the same day give the same bytes, whatever the machine around them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.depth import some
from tests.program import EXAMPLES, seal

# Hash seed, time zone and locale decide nothing; the two zones are a day apart.
SURROUNDINGS: Final = (
    {"PYTHONHASHSEED": "0", "TZ": "Etc/GMT+12", "LANG": "C", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4294967295", "TZ": "Etc/GMT-14", "LANG": "zh_CN.UTF-8", "LC_ALL": ""},
)


@pytest.mark.slow
@pytest.mark.parametrize("example", some(EXAMPLES, 1))
def test_same_input_same_bytes(example: str, tmp_path: Path) -> None:
    one, other = (
        contents(seal(example, tmp_path / str(number), surroundings))
        for number, surroundings in enumerate(SURROUNDINGS)
    )
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
    assert any(name.endswith(".docx") for name in one)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
