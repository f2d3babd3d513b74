"""What an office's register records: events of kinds that the pack names, chained by their hashes.

An event says when it was written down (`at`) and when it happened (`happened`): clocks and
indicators count the second, the order of the log is the first. Both are the office's own time, as
2027-03-09T14:05.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.core.conditions.written import NO_TYPED, YES_TYPED, parse_date
from mmethics_cli.core.standard.node import Fault, Node, Trail

FILE: Final = "office/events.yaml"
WORDS: Final = "office/event_words.yaml"
IMPORTED: Final = "imported"
CORRECTED: Final = "corrected"  # withdraws the event whose number it gives
REFERENCES: Final = ("study", "case", "meeting", "person")
_REFERENCE_WORDS: Final = {"study": "研究", "case": "受理件", "meeting": "会议", "person": "人员"}
_TYPES: Final = {
    "text": "文字",
    "number": "整数或小数",
    "yes": "是（true）或否（false）",
    "day": "日期，如 2027-03-09",
    "time": "时刻，如 2027-03-09T14:05",
    "digest": "SHA-256（64 位十六进制）",
    "words": "文字的列表",
    "proof": "表决的计算",
    "row": "导入的一行",
    "rows": "各行的列表",
    "files": "文件名对应 SHA-256",
}
# What an event of any kind may say besides: files that the office keeps with it, by their place in
# its folder, each with its SHA-256.
FILES: Final = "files"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
START: Final = "0" * 64  # what the first event of a register follows

Data = Mapping[str, Any]


class Happening(Struct, frozen=True):
    """Something that happened in an office: what, when, about whom and which study, and its data.

    `study`, `case`, `meeting` and `person` are empty where it is about none.
    """

    kind: str
    happened: str
    study: str = ""
    case: str = ""
    meeting: str = ""
    person: str = ""
    data: Data = field(default_factory=dict)


class Event(Struct, frozen=True):
    """One entry of the register: a happening as it was written down, and its place in the chain.

    `actor` typed it, `by` is whose act it was (empty for the actor's own). `hash` is the SHA-256 of
    `prev`, the hash of the entry before, and of the canonical text of all the rest.
    """

    seq: int
    at: str
    actor: str
    by: str
    what: Happening
    prev: str
    hash: str

    @property
    def counted(self) -> Happening:
        """What it tells of: the imported row of a past year, else the happening itself."""
        return self.what if self.what.kind != IMPORTED else happening_of(self.what.data["row"])


class EventKind(Struct, frozen=True):
    """A kind of event: what it must and may refer to, and the data by name.

    `data` gives the type of each key, one of `_TYPES`, or the words that it may be. One that is
    `noted` the office may record by itself, a text of it under `text_in`, while its case is in one
    of the states `when` (in any, where none is named); people also call it by the names `also`, and
    what it began is over with the kind `closed_by`. `titles` are what people call its data.
    """

    id: str
    title: str
    refs: tuple[str, ...]
    may_refer: tuple[str, ...]
    data: Mapping[str, str | tuple[str, ...]]
    optional: frozenset[str]
    noted: bool = False
    text_in: str = ""
    when: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    closed_by: str = ""

    def key_of(self, name: str) -> str:
        """The key of data that people call so; a name that is none stays itself, and is a fault."""
        return next((key for key in self.data if self.titles.get(key) == name), name)

    def typed(self, key: str, text: str) -> Any:
        """A value as people write it; one that can't be read stays a text, and is then a fault."""
        kind = self.data.get(key)
        if isinstance(kind, tuple):
            return next((word for word in kind if self.labels.get(word) == text), text)
        match kind:
            case "yes":
                return True if text in YES_TYPED else False if text in NO_TYPED else text
            case "number":
                return _number(text)
            case "words":
                return [word for word in re.split("[、,，]", text) if word]
            case "day":
                day = parse_date(text)
                return day.isoformat() if day else text
        return text

    def faults(self, happening: Happening, *, keys: bool = False) -> Iterator[str]:
        """What a happening of this kind lacks or says wrongly, in Chinese.

        With `keys` for who writes the data by its keys: these stand behind the titles.
        """

        def called(key: str, title: str = "") -> str:
            title = title or self.titles.get(key, key)
            return f"{title}（{key}）" if keys and title != key else title

        for name in REFERENCES:
            given = getattr(happening, name)
            if name in self.refs and not given:
                yield f"“{self.title}”没有指明{called(name, _REFERENCE_WORDS[name])}"
            elif given and name not in self.refs and name not in self.may_refer:
                yield f"“{self.title}”不指{called(name, _REFERENCE_WORDS[name])}"
        for key, kind in self.data.items():
            value = happening.data.get(key)
            if value is None or (value == "" and key in self.optional):
                if key not in self.optional:
                    yield f"“{self.title}”缺少{called(key)}"
            elif not _fits(value, kind):
                words = (self.labels.get(word, word) for word in kind)
                expected = "、".join(words) if isinstance(kind, tuple) else _TYPES[kind]
                yield f"“{self.title}”的{called(key)}应是{expected}，现在是“{value}”"
        for key in happening.data.keys() - self.data.keys():
            if key != FILES:
                yield f"“{self.title}”没有“{key}”这一项"
            elif not _fits(happening.data[key], FILES):
                yield f"“{self.title}”的文件应是{_TYPES[FILES]}"


EventKinds = Mapping[str, EventKind]


def _fits(value: object, kind: str | tuple[str, ...]) -> bool:
    if isinstance(kind, tuple):
        return value in kind
    match kind:
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "yes":
            return isinstance(value, bool)
        case "words":
            return isinstance(value, list) and all(isinstance(word, str) for word in value)
        case "proof" | "row":
            return isinstance(value, dict)
        case "rows":
            return isinstance(value, list) and all(isinstance(row, dict) for row in value)
        case "files":
            return isinstance(value, dict) and all(_fits(each, "digest") for each in value.values())
    if not isinstance(value, str):
        return False
    match kind:
        case "day":
            return _is_day(value)
        case "time":
            return is_time(value)
        case "digest":
            return _DIGEST.fullmatch(value) is not None
    return True


def _number(text: str) -> int | float | str:
    try:
        return int(text) if text.isascii() and text.isdigit() else float(text)
    except ValueError:
        return text


def is_time(text: str) -> bool:
    """Whether a text is a minute of the calendar, as 2027-03-09T14:05."""
    try:
        return bool(_TIME.fullmatch(text)) and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


# Chaining.


def _canonical(seq: int, at: str, actor: str, by: str, what: Happening) -> bytes:
    """The text that is hashed: a JSON list without spaces, keys of objects in order, in UTF-8."""
    refs = (what.study, what.case, what.meeting, what.person)
    whole = [seq, at, what.happened, actor, by, what.kind, *refs, what.data]
    return msgspec.json.encode(whole, order="sorted")


def event_hash(event: Event) -> str:
    """The hash that an event should have, after what stands in it and what it follows."""
    # Loaded late: OpenSSL takes long, and showing what waits hashes nothing.
    import hashlib

    text = _canonical(event.seq, event.at, event.actor, event.by, event.what)
    return hashlib.sha256(event.prev.encode() + text).hexdigest()


def chained(what: Happening, at: str, actor: str, by: str, last: tuple[int, str] | None) -> Event:
    """The event that follows `last`, number and hash of the register's last one (None: the first).

    What was not said to have happened at another time happened when it is written down.
    """
    seq, prev = last or (0, START)
    if not what.happened:
        what = replace(what, happened=at)
    event = Event(seq + 1, at, actor, by, what, prev, "")
    return replace(event, hash=event_hash(event))


def breaks(
    events: Iterable[Event], sound: Callable[[Event], object] = lambda event: None
) -> Iterator[str]:
    """Where a chain does not hold, in Chinese: a gap, a changed event, or one that follows none.

    `sound` is given each event that is as it was written.
    """
    prev, number = START, 0
    for event in events:
        number += 1
        if event.seq != number:
            yield f"登记簿缺第 {number} 条（下一条是第 {event.seq} 条）"
            number = event.seq
        elif event.prev != prev:
            yield f"登记簿第 {event.seq} 条与前一条接不上"
        if event_hash(event) != event.hash:
            yield f"登记簿第 {event.seq} 条被改动：内容与校验值不符"
        else:
            sound(event)
        prev = event.hash


def withdrawn_by(corrections: Iterable[Happening]) -> frozenset[int]:
    """The numbers of the events that happenings of the kind `CORRECTED` withdraw."""
    numbers = (each.data.get("seq") for each in corrections)
    return frozenset(number for number in numbers if isinstance(number, int))


# Rows of past years.


def happening_of(row: Mapping[str, Any]) -> Happening:
    """An imported row as what it tells of."""
    study, case, meeting, person = row["study"], row["case"], row["meeting"], row["person"]
    return Happening(row["event"], row["at"], study, case, meeting, person, row["data"])


def imported(row: Mapping[str, Any]) -> Happening:
    """The event by which a row of a past year enters the register; it refers to what the row does.

    It happened when the row says, and is written down today.
    """
    return replace(happening_of(row), kind=IMPORTED, data={"row": dict(row)})


# The pack.


def read_kinds(trees: Mapping[str, object]) -> tuple[EventKinds, list[Fault]]:
    """The kinds of events of a pack, and every fault in them with its place."""
    trail = Trail()
    kinds: dict[str, EventKind] = {}
    whole = Node(FILE, (), trees.get(FILE), trail)
    known = Node(WORDS, (), trees.get(WORDS), Trail()).labels("titles")
    for node in whole.list():
        node.only(
            "id", "zh", "refs", "may_refer", "data", "note", "text_in", "when", "titles", "labels",
            "also", "closed_by",
        )  # fmt: skip
        name = node.text("id")
        if name in kinds:
            node.child("id").problem(f"“{name}”写了两次")
        refs, may_refer = node.texts("refs"), node.texts("may_refer")
        for ref in {*refs, *may_refer}.difference(REFERENCES):
            node.child("refs").problem(f"没有“{ref}”，可以指明：{'、'.join(REFERENCES)}")
        data = dict(_read_data(node.child("data")))
        optional = frozenset(key for key, (_, may_lack) in data.items() if may_lack)
        types = {key: kind for key, (kind, _) in data.items()}
        text_in = node.text("text_in", "")
        if text_in and types.get(text_in) != "text":
            node.child("text_in").problem(f"“{text_in}”不是 data 里的一项文字")
        kinds[name] = EventKind(
            name, node.text("zh"), refs, may_refer, types, optional, node.yes("note"), text_in,
            node.texts("when"),
            {**known, **node.labels("titles")}, node.labels("labels"), node.texts("also"),
            node.text("closed_by", ""),
        )  # fmt: skip
    for kind in kinds.values():
        if kind.closed_by and kind.closed_by not in kinds:
            whole.problem(f"“{kind.id}”的 closed_by：没有“{kind.closed_by}”这种事")
    return kinds, trail.problems


def _read_data(node: Node) -> Iterator[tuple[str, tuple[str | tuple[str, ...], bool]]]:
    for key in node.mapping():
        entry = node.child(key)
        kind: str | tuple[str, ...]
        if isinstance(entry.value, list):
            kind = node.texts(key)
        else:
            kind = node.text(key)
            if kind not in _TYPES:
                entry.problem(f"没有“{kind}”这种内容，可以写：{'、'.join(_TYPES)}")
                kind = "text"
        yield key.removesuffix("?"), (kind, key.endswith("?"))
