"""An Excel register that an office kept before: its columns by what they are called, as events."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field

from mmethics_cli.core.conditions.written import date_advice, parse_date
from mmethics_cli.core.standard.node import Fault, Node, Trail
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.office.events import EventKinds, Happening, imported, is_time
from mmethics_cli.office.state import Case, Lookup, RegisteredStudy
from mmethics_cli.sheets.tables import TableCell, plain_header, read_table
from mmethics_cli.store.yaml.reader import reason

FILE: Final = "office/old_register.yaml"
_USES: Final = ("value", "case", "study", "title", "time", "day")
_MOST_SHOWN: Final = 20
_NUMBERED: Final = re.compile(r"(.*?)(\d+)", re.ASCII)
_MOST_GAPS: Final = 500  # between two numbers: beyond it they are of another series


class RegisterColumn(Struct, frozen=True):
    """A column: what it is called, to which event and key of its data it goes, and as what."""

    id: str
    names: tuple[str, ...]
    use: str
    events: tuple[str, ...]
    key: str
    words: Mapping[str, str]


def read_columns(trees: Mapping[str, object], trail: Trail) -> dict[str, RegisterColumn]:
    """The columns of a pack by each name that they may have; what is wrong is noted."""
    columns: dict[str, RegisterColumn] = {}
    for node in Node(FILE, (), trees.get(FILE), trail).list():
        node.only("id", "zh", "also", "as", "event", "key", "words", "override")
        names = (node.text("zh"), *node.texts("also"))
        column = RegisterColumn(
            node.text("id"), names, node.one_of("as", _USES, "value"), node.texts("event"),
            node.text("key", ""), node.labels("words"),
        )  # fmt: skip
        for name in names:
            if plain_header(name) in columns:
                node.child("also").problem(f"“{name}”写了两次")
            columns[plain_header(name)] = column
    return columns


def prove_columns(trees: Mapping[str, object], kinds: EventKinds) -> Iterator[Fault]:
    """Columns that go to no kind of event, or to no key of its data, and what else is wrong."""
    trail = Trail()
    columns = read_columns(trees, trail)
    ids = list(dict.fromkeys(column.id for column in columns.values()))
    for column in columns.values():
        for name in column.events:
            kind = kinds.get(name)
            if kind is None:
                yield FILE, (ids.index(column.id), "event"), f"没有登记事项“{name}”"
            elif column.key and column.key not in kind.data:
                yield FILE, (ids.index(column.id), "key"), f"“{name}”没有“{column.key}”这一项"
    yield from trail.problems


class OldRegister(Struct):
    """What an old register holds: the events that its rows tell, and what is odd about it.

    While there is a `refused` row nothing is imported; `unread` cells are kept as they are.
    """

    rows: int = 0
    told: list[Happening] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    gaps: list[str] = field(default_factory=list)


def look_into(
    path: Path, columns: Mapping[str, RegisterColumn], kinds: EventKinds, state: Lookup
) -> OldRegister:
    """Read a register without importing it. Raises EthicsError where it is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EthicsError(f"读不了“{path}”：{reason(error)}。") from error
    register = OldRegister()
    numbers: dict[str, str] = {}
    studies: dict[str, str] = {}
    for cells in read_table(data, columns.keys()):
        register.rows += 1
        row = _OldRow(cells, columns, kinds, register)
        place = cells[0].place
        if not row.case:
            register.refused.append(Problem("没有受理号。", place))
        elif row.case in numbers:
            register.refused.append(
                Problem(f"受理号“{row.case}”重复，前一处在 {numbers[row.case]}。", place)
            )
        elif state.where(Case, number=row.case) or state.get(Case, row.case):
            register.refused.append(Problem(f"受理号“{row.case}”登记簿里已经有了。", place))
        else:
            numbers[row.case] = place
            register.told += row.happenings(_study(row, state, studies))
    register.gaps = gaps(numbers)
    return register


def _study(row: _OldRow, state: Lookup, studies: dict[str, str]) -> str:
    """The study of a row: the one of its protocol number, else of its title, else its own."""
    known = state.where(RegisteredStudy, number=row.protocol) if row.protocol else ()
    if known:
        return known[0].id
    return studies.setdefault(row.protocol or row.title or row.case, f"S-{row.case}")


class _OldRow:
    """A row of an old register, sorted by event."""

    def __init__(
        self,
        cells: list[TableCell],
        columns: Mapping[str, RegisterColumn],
        kinds: EventKinds,
        found: OldRegister,
    ) -> None:
        self.case = self.protocol = self.title = ""
        self._found = found
        self._kinds = kinds
        self._times: dict[str, str] = {}
        self._data: dict[str, dict[str, Any]] = {}
        self._other: list[str] = []
        for cell in cells:
            column = columns.get(plain_header(cell.header))
            if column is None:
                found.unknown[cell.header] += 1
                self._other.append(f"{cell.header}：{cell.text}")
            else:
                self._take(cell, column)

    def _take(self, cell: TableCell, column: RegisterColumn) -> None:
        text: Any = cell.text
        match column.use:
            case "case":
                self.case = text
            case "study":
                self.protocol = text
            case "title":
                self.title = text
            case "time" | "day":
                text = self._time(cell, column.use)
                if not text:
                    return
                if column.use == "time":
                    self._times |= dict.fromkeys(column.events, text)
                    return
        if column.words:
            word = column.words.get("".join(text.split()))
            if word is None:
                self._unread(cell, f"不认识“{text}”，照原样保存，不参加统计")
                return
            text = word
        for event in column.events:
            self._data.setdefault(event, {})[column.key] = text

    def _time(self, cell: TableCell, use: str) -> str:
        day = parse_date(cell.text)
        if day is not None:
            return f"{day.isoformat()}T00:00" if use == "time" else day.isoformat()
        if use == "time" and is_time(cell.text):
            return cell.text
        self._unread(cell, f"“{cell.text}”不是日期，照原样保存。{date_advice(cell.text)}")
        return ""

    def _unread(self, cell: TableCell, why: str) -> None:
        self._found.unread.append(Problem(f"{why}。".replace("。。", "。"), cell.place))
        self._other.append(f"{cell.header}：{cell.text}")

    def happenings(self, study: str) -> list[Happening]:
        """What the row tells: the submission, and of the rest what has a day of its own."""
        entered = []
        for kind in dict.fromkeys(("submission_received", *self._times)):
            entered.append(self._happening(kind, study, dict(self._data.pop(kind, {}))))
        # What has no day did not happen for sure: its words stay with the submission.
        for kind, data in self._data.items():
            self._other += [f"{self._kinds[kind].title}：{text}" for text in data.values()]
        if self._other:
            first = entered[0]
            entered[0] = self._happening(first.kind, study, {**first.data, "other": self._other})
        return entered

    def _happening(self, kind: str, study: str, data: dict[str, Any]) -> Happening:
        refs = self._kinds[kind].refs if kind in self._kinds else ("study", "case")
        return Happening(
            kind,
            self._times.get(kind, ""),
            study if "study" in refs else "",
            self.case if "case" in refs else "",
            data=data,
        )


def gaps(numbers: Mapping[str, str]) -> list[str]:
    """The numbers that lack between the first and the last of each series."""
    series: dict[tuple[str, int], list[int]] = {}
    for name in numbers:
        match = _NUMBERED.fullmatch(name)
        if match:
            series.setdefault((match[1], len(match[2])), []).append(int(match[2]))
    missing = []
    for (prefix, digits), there in sorted(series.items()):
        ordered = sorted(there)
        for before, after in zip(ordered, ordered[1:], strict=False):
            if after - before <= _MOST_GAPS:
                missing += [f"{prefix}{n:0{digits}d}" for n in range(before + 1, after)]
    return missing


def rows_to_import(register: OldRegister) -> list[Happening]:
    """The events by which a register that was looked into enters this one."""
    happenings = []
    for number, each in enumerate(register.told, 1):
        row = {
            "seq": number, "at": each.happened, "event": each.kind, "study": each.study,
            "case": each.case, "meeting": each.meeting, "person": each.person,
            "data": dict(each.data),
        }  # fmt: skip
        happenings.append(imported(row))
    return happenings


def summary(register: OldRegister, name: str, kinds: EventKinds) -> str:
    """What a register would bring, for people; problems each with their cell."""
    lines = [f"{name}：旧登记簿 {register.rows} 行，登记事项 {len(register.told)} 条。"]
    counts = Counter(kinds[each.kind].title for each in register.told if each.kind in kinds)
    lines += [f"  {title} {count}" for title, count in counts.most_common()]
    lines += [
        f"  不认识的列“{header}” {count} 格：照样保存，不参加统计"
        for header, count in sorted(register.unknown.items())
    ]
    for title, problems in (("不能导入", register.refused), ("没有看懂", register.unread)):
        if problems:
            lines.append(f"{title}的 {len(problems)} 处：")
            lines += [f"  {problem}" for problem in problems[:_MOST_SHOWN]]
            lines += _and_more(problems)
    if register.gaps:
        shown = "、".join(register.gaps[:_MOST_SHOWN])
        lines.append(f"受理号不连续，缺 {len(register.gaps)} 个：{shown}")
        lines += _and_more(register.gaps)
    return "\n".join(lines)


def _and_more(listed: list[Any]) -> list[str]:
    more = len(listed) - _MOST_SHOWN
    return [f"  ……以及另外 {more} 处"] if more > 0 else []
