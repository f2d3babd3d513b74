"""Text-first reading of YAML: every scalar as text, with its place; all problems at once."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.errors import Problem, UnreadableFile
from mmethics_cli.store.yaml.characters import (
    blank_refused,
    is_clean_file,
    name_of,
    refused_in_file,
)
from mmethics_cli.store.yaml.events import Builder, Fault, Keys, TextPosition, Tree
from mmethics_cli.wording.refusals import refusal

MAX_BYTES: Final = 8_000_000
_MAX_MENDED: Final = 25


class YamlFile(Struct, frozen=True, dict=True):
    """One YAML file as a plain tree; `name` is what messages call it."""

    tree: Tree
    name: str
    text: str

    @cached_property
    def where(self) -> dict[Keys, TextPosition]:
        """Places of values by key path, and of keys under `path + ("@key",)`; read when asked."""
        builder = Builder(positions=True)
        builder.run(self.text)
        return builder.where

    def locate(self, keys: Keys) -> tuple[str, int]:
        """File and line of what stands at `keys`, or of the nearest thing around it."""
        return self.name, self.line(keys)

    def line(self, keys: Keys) -> int:
        """The line of the key or list item at `keys`, or of the nearest thing around it."""
        while keys not in self.where and keys:
            keys = keys[:-2] if keys[-1] == "@key" else keys[:-1]
        place = self.where.get((*keys, "@key")) or self.where.get(keys)
        return place.line if place else 1


class FaultyYaml(UnreadableFile):
    """A file with faults; `rest` is what it says once they are mended, where all could be."""

    def __init__(self, message: str, problems: Sequence[Problem], rest: YamlFile | None) -> None:
        super().__init__(message, problems)
        self.rest = rest


def read_file(path: Path, name: str | None = None) -> YamlFile:
    """Read one file; `name` is what messages call it.

    Raises UnreadableFile when it is missing, too large, not UTF-8, or not acceptable YAML.
    """
    name = name or path.name
    return parse(decode(read_bytes(path, name), name), name)


def read_bytes(path: Path, name: str) -> bytes:
    """The bytes of a file that is not too large; raises UnreadableFile."""
    try:
        if path.stat().st_size > MAX_BYTES:
            fix = "请把大段材料作为附件，不要写进 YAML。"
            raise _refusal([Problem(f"文件超过 {MAX_BYTES // 1_000_000} MB。", name, fix=fix)])
        return path.read_bytes()
    except OSError as error:
        raise _refusal([Problem(f"读不出来：{reason(error)}。", name)]) from error


def decode(data: bytes, name: str) -> str:
    """The text of a UTF-8 file, with or without BOM; raises UnreadableFile else."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        problem = Problem("文件编码是 UTF-16。", name, 1, "请在编辑器里另存为 UTF-8。")
        raise _refusal([problem])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        guess = "文件编码不是 UTF-8" + ("，像是 GBK（ANSI）。" if _is_gbk(data) else "。")
        problem = Problem(guess, name, line, "请在记事本或编辑器里“另存为”，编码选 UTF-8。")
        raise _refusal([problem]) from error


def parse(text: str, name: str) -> YamlFile:
    """The tree of `text`; raises UnreadableFile with every problem that can be found."""
    if is_clean_file(text):
        builder = Builder(positions=False)
        if builder.run(text) is None and not builder.faults:
            return YamlFile(builder.root, name, text)
    faults, rest = _all_faults(text, name)
    in_order = sorted(dict.fromkeys(faults), key=lambda fault: fault.line)
    problems = [Problem(fault.message, name, fault.line, fault.fix) for fault in in_order]
    raise FaultyYaml(_refusal(problems).message, problems, rest)


def reason(error: OSError) -> str:
    """Why the system refused, in plain Chinese."""
    return refusal(error)


def _all_faults(text: str, name: str) -> tuple[list[Fault], YamlFile | None]:
    """Every fault, and what the file says when all of them are mended."""
    # Loaded late: most files are sound.
    from mmethics_cli.store.yaml.hints import explain

    faults = [
        Fault(line, f"含有不能使用的{name_of(character)}。", "请删去这个字符。")
        for line, character in refused_in_file(text)
    ]
    text = blank_refused(text)
    for _ in range(_MAX_MENDED):
        builder = Builder(positions=True)
        error = builder.run(text)
        if error is None:
            return [*faults, *builder.faults], YamlFile(builder.root, name, text)
        reading = explain(error, text)
        faults.append(reading.fault)
        if reading.mended is None or reading.mended == text:
            return [*faults, *builder.faults], None
        text = reading.mended
    return faults, None


def _is_gbk(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def _refusal(problems: Sequence[Problem]) -> UnreadableFile:
    count = f"（{len(problems)} 处）" if len(problems) > 1 else ""
    return UnreadableFile(f"文件读不了{count}：", problems)
