"""The tables of a register: events as they are chained, and one table for each kind of record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import fields, replace
from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text

from mmethics_cli.office.events import IMPORTED, Event, Happening
from mmethics_cli.office.state import RECORDS, OfficeRecord, R

# To be raised whenever the tables, or what `evolve` makes of the same events, change: the index is
# then made anew from the events.
VERSION: Final = "3"

METADATA: Final = MetaData()
META: Final = Table(
    "meta", METADATA, Column("name", String(20), primary_key=True), Column("value", Text)
)
EVENT: Final = Table(
    "event",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # without gaps from 1
    Column("at", String(16), nullable=False),
    Column("happened", String(16), nullable=False),
    Column("actor", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("study", Text, nullable=False, index=True),
    Column("case", Text, nullable=False, index=True),
    Column("meeting", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("data", Text, nullable=False),  # JSON, keys in order
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)
_COLUMNS: Final[Mapping[Any, Any]] = {str: Text, int: Integer, bool: Boolean}


def _table(kind: type[OfficeRecord]) -> Table:
    columns = [
        Column(
            field.name,
            # A list of texts is JSON.
            _COLUMNS.get(field.type, Text)(),
            primary_key=field.name in kind.KEY,
            nullable=False,
            autoincrement=False,
        )
        for field in fields(kind)
    ]
    name = kind.__name__.lower()
    return Table(
        name, METADATA, *columns, *(Index(f"ix_{name}_{field}", field) for field in kind.FIND)
    )


TABLES: Final[Mapping[type[OfficeRecord], Table]] = {kind: _table(kind) for kind in RECORDS}
# Where in a row the lists of texts stand.
_LISTS: Final[Mapping[type[OfficeRecord], tuple[int, ...]]] = {
    kind: tuple(at for at, field in enumerate(fields(kind)) if field.type not in _COLUMNS)
    for kind in RECORDS
}


def record_row(record: OfficeRecord) -> dict[str, Any]:
    """A record as a row of its table."""
    return {
        name: msgspec.json.encode(value).decode() if isinstance(value, tuple) else value
        for name, value in msgspec.structs.asdict(record).items()
    }


def record_of(kind: type[R], row: Sequence[Any]) -> R:
    """A row of a table, its columns in their order, as its record."""
    if not _LISTS[kind]:
        return kind(*row)
    values = list(row)
    for at in _LISTS[kind]:
        values[at] = tuple(msgspec.json.decode(values[at]))
    return kind(*values)


def event_row(event: Event) -> dict[str, Any]:
    """An event as a row."""
    what = msgspec.structs.asdict(event.what)
    what["data"] = msgspec.json.encode(event.what.data, order="sorted").decode()
    row = {name: getattr(event, name) for name in ("seq", "at", "actor", "by", "prev", "hash")}
    return row | what


# An event as the database gives it: its columns in their order, `data` as JSON.
RegisterRow = tuple[int, str, str, str, str, str, str, str, str, str, str, str, str]


def row_hash(row: RegisterRow, sha256: Callable[[bytes], Any]) -> str:
    """The hash that the event of a row should have: as `event_hash`, its data unread.

    `sha256` is the library's, which who has very many rows looks up once.
    """
    head = msgspec.json.encode(row[:10])[:-1]
    return str(sha256(b"%b%b,%b]" % (row[11].encode(), head, row[10].encode())).hexdigest())


class _Told(Struct, frozen=True, gc=False):
    event: str
    at: str
    study: str
    case: str
    meeting: str
    person: str
    data: msgspec.Raw


class _Imported(Struct, frozen=True, gc=False):
    row: _Told


class RowReader:
    """Reads what rows tell; equal data is read once, for very many votes say the same."""

    def __init__(self) -> None:
        self._imported = msgspec.json.Decoder(_Imported).decode
        self._data: dict[bytes, Any] = {}

    def counted(self, row: RegisterRow) -> Happening:
        """What a row tells of, as `Event.counted`. Raises msgspec.DecodeError for a damaged one."""
        if row[5] != IMPORTED:
            what = Happening(row[5], row[2], row[6], row[7], row[8], row[9])
            return replace(what, data=self._read(row[10].encode()))
        told = self._imported(row[10]).row
        data = self._read(bytes(told.data))
        return Happening(
            told.event, told.at, told.study, told.case, told.meeting, told.person, data
        )

    def _read(self, text: bytes) -> Any:
        known = self._data.get(text)
        if known is None:
            known = self._data[text] = msgspec.json.decode(text)
        return known


def event_of(row: Sequence[Any]) -> Event:
    """A row, its columns in their order, as the event."""
    seq, at, happened, actor, by, kind, study, case, meeting, person, data, prev, hash_ = row
    what = Happening(kind, happened, study, case, meeting, person, msgspec.json.decode(data))
    return Event(seq, at, actor, by, what, prev, hash_)
