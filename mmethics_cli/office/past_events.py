"""Events of past years from a CSV file: read row by row, checked before anything is written."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field

from mmethics_cli.errors import EthicsError, Problem, UnreadableFile
from mmethics_cli.office.events import EventKinds, Happening, happening_of, imported, is_time
from mmethics_cli.store.yaml.reader import reason

COLUMNS: Final = ("seq", "at", "event", "study", "case", "meeting", "person", "data")
_MOST_SHOWN: Final = 20


class PastEvents(Struct):
    """What a file of past events holds: how many of each kind, and what is odd about it.

    `refused` rows can't be read, and nothing is imported while there is one. `odd` ones are
    imported and counted as they are: data that an event of today would have to say is lacking.
    """

    rows: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    years: Counter[str] = field(default_factory=Counter)
    refused: list[Problem] = field(default_factory=list)
    odd: list[Problem] = field(default_factory=list)


def is_event_file(path: Path) -> bool:
    """Whether a file begins with the header of such a file."""
    try:
        with path.open("rb") as file:
            first = file.readline(1000)
    except OSError as error:
        raise EthicsError(f"读不了“{path}”：{reason(error)}。") from error
    return first.decode("utf-8-sig", errors="replace").strip().split(",") == list(COLUMNS)


def look_through(path: Path, kinds: EventKinds) -> PastEvents:
    """Read a whole file without importing it. Raises UnreadableFile where it is no such CSV."""
    past = PastEvents()
    for line, row in read_rows(path):
        if isinstance(row, Problem):
            past.refused.append(row)
            continue
        past.rows += 1
        happening = happening_of(row)
        past.years[happening.happened[:4]] += 1
        kind = kinds.get(happening.kind)
        if kind is None:
            past.unknown[happening.kind] += 1
            continue
        past.kinds[kind.title] += 1
        past.odd += [Problem(text, path.name, line) for text in kind.faults(happening, keys=True)]
    return past


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    """The rows of a file with their lines; a row that can't be read is what is wrong with it.

    `seq` is a number and `data` a mapping, the rest are texts. Raises UnreadableFile.
    """
    name = path.name
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                fix = f"第一行应是 {','.join(COLUMNS)}。"
                raise UnreadableFile("不是登记事项的 CSV：", [Problem("表头不对。", name, 1, fix)])
            for row in reader:
                yield reader.line_num, _row(row, name, reader.line_num)
    except (csv.Error, UnicodeDecodeError) as error:
        fix = "请另存为 UTF-8 编码、逗号分隔的 CSV。"
        raise UnreadableFile(
            "CSV 读不了：", [Problem("编码或引号不对。", name, fix=fix)]
        ) from error
    except OSError as error:
        raise EthicsError(f"读不了“{path}”：{reason(error)}。") from error


def _row(row: dict[str, Any], name: str, line: int) -> dict[str, Any] | Problem:
    if None in row or None in row.values():
        return Problem(f"应有 {len(COLUMNS)} 列。", name, line)
    if not row["event"]:
        return Problem("没有写是什么事（event）。", name, line)
    if not is_time(row["at"]):
        return Problem(f"at 应是 2027-03-09T14:05 的样子，现在是“{row['at']}”。", name, line)
    if not (row["seq"].isascii() and row["seq"].isdigit()):
        return Problem(f"seq 应是数字，现在是“{row['seq']}”。", name, line)
    try:
        data = json.loads(row["data"] or "{}")
    except ValueError:
        return Problem("data 不是 JSON。", name, line)
    if not isinstance(data, dict):
        return Problem("data 应是一组“键: 值”（JSON 对象）。", name, line)
    return row | {"seq": int(row["seq"]), "data": data}


def summary(past: PastEvents, name: str) -> str:
    """What a file would bring, for people; problems each with their line."""
    out = io.StringIO()
    years = "、".join(f"{year} 年 {count} 条" for year, count in sorted(past.years.items()))
    out.write(f"{name}：登记事项 {past.rows} 条（{years or '没有'}）。\n")
    for title, count in sorted(past.kinds.items(), key=lambda each: (-each[1], each[0])):
        out.write(f"  {title} {count}\n")
    for kind, count in sorted(past.unknown.items()):
        out.write(f"  不认识的“{kind}” {count}：照样保存，不参加统计\n")
    for title, problems in (("不能导入", past.refused), ("照样导入，按所写的统计", past.odd)):
        if problems:
            out.write(f"{title}的 {len(problems)} 处：\n")
            out.writelines(f"  {problem}\n" for problem in problems[:_MOST_SHOWN])
            if len(problems) > _MOST_SHOWN:
                out.write(f"  ……以及另外 {len(problems) - _MOST_SHOWN} 处\n")
    return out.getvalue().rstrip("\n")


def past_happenings(path: Path) -> Iterator[Happening]:
    """The events by which a file that was looked through enters the register."""
    for _, row in read_rows(path):
        if not isinstance(row, Problem):
            yield imported(row)
