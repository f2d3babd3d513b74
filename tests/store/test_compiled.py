"""The compiled form of the shipped YAML: the same trees, or none at all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mmethics_cli.store import pack, pack_cache
from mmethics_cli.store.pack_cache import trees_of
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.reader import parse

FILES = {"a.yaml": "键: [一, ~, 'no']\n".encode(), "b/c.yaml": b"x: {y: 1.10}\n"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "cache" / pack_cache.NAME
    monkeypatch.setattr(pack_cache, "_PACKED", tmp_path / "none")
    monkeypatch.setattr(pack_cache, "_beside_python", lambda: found.parent)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return found


class Reader:
    """Reads the files and counts how often it had to."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.read: list[str] = []

    def __call__(self, name: str) -> Tree:
        self.read.append(name)
        return parse(self.files[name].decode(), name).tree


def trees(files: dict[str, bytes]) -> tuple[dict[str, Tree], int]:
    reader = Reader(files)
    return trees_of(files, reader), len(reader.read)


def test_the_second_run_reads_no_yaml_and_sees_the_same(place: Path) -> None:
    first, second = trees(FILES), trees(FILES)
    assert first == ({"a.yaml": {"键": ["一", None, "no"]}, "b/c.yaml": {"x": {"y": "1.10"}}}, 2)
    assert second == (first[0], 0)
    assert place.is_file()


@pytest.mark.parametrize(
    "changed",
    [
        FILES | {"a.yaml": "键: [二, ~, 'no']\n".encode()},
        FILES | {"d.yaml": b"z: 1\n"},
        {"a.yaml": FILES["a.yaml"]},
        {"b.yaml": FILES["a.yaml"], "b/c.yaml": FILES["b/c.yaml"]},
    ],
)
def test_other_files_are_read_anew(place: Path, changed: dict[str, bytes]) -> None:
    trees(FILES)
    assert trees(changed)[1] == len(changed)


@pytest.mark.parametrize("harm", [b"", b"{}", b"\xff" * 900])
def test_a_damaged_form_is_not_used(place: Path, harm: bytes) -> None:
    whole = trees(FILES)
    place.write_bytes(harm)
    assert trees(FILES) == whole
    place.write_bytes(place.read_bytes()[:-3])
    assert trees(FILES) == whole
    assert trees(FILES) == (whole[0], 0)


def test_where_nothing_can_be_written_the_yaml_is_read(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.parent.write_text("a file where the folder should be", encoding="utf-8")
    assert trees(FILES)[1] == trees(FILES)[1] == 2
    place.parent.unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert trees(FILES)[1] == 2
    assert not place.exists()


def test_the_form_in_the_wheel_comes_first(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "packed"
    packed.mkdir()
    monkeypatch.setattr(pack_cache, "_PACKED", packed)
    (packed / pack_cache.NAME).write_bytes(pack_cache.cache_entry(FILES, trees(FILES)[0]))
    place.unlink()
    assert trees(FILES)[1] == 0


def test_the_shipped_pack_is_the_same_either_way(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, kept = pack.load(), pack.load()
    assert place.is_file()
    assert fresh.trees == kept.trees
    assert fresh.digest("checklists") == kept.digest("checklists")
    keys = ("questions", 3, "prompt")
    assert fresh.locate("questions/08-data.yaml", keys) == kept.locate(
        "questions/08-data.yaml", keys
    )
    packed = place.parent / "packed"
    packed.write_bytes(pack.compiled_packs()[pack_cache.NAME])
    assert packed.read_bytes() == place.read_bytes()
    whole = pack.load(also=("cases",))
    assert whole.trees.items() > kept.trees.items()
