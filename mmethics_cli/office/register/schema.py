"""The tables of a register: events as they are chained, and one table for each kind of record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import fields
from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text

from mmethics_cli.office.events import IMPORTED, START, Event, Happening
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


class _Row(Struct, frozen=True, gc=False):
    event: str
    data: msgspec.Raw


class _Imported(Struct, frozen=True, gc=False):
    row: _Row


class ChainReader:
    """Reads a whole register as its database gives it: what each row tells, and the chain.

    Equal data and equal names are one object, for very many votes say the same of the same cases.
    `number` is that of the last row that was read, `intact` whether every one of them is as it was
    written and follows the one before.
    """

    def __init__(self) -> None:
        self.intact = True
        self.number = 0
        self._data: dict[bytes, Any] = {}
        self._names: dict[str, str] = {}

    def read(self, rows: Iterable[RegisterRow]) -> Iterator[tuple[RegisterRow, Happening]]:
        """Each row with what it tells of, as `Event.counted`.

        Raises msgspec.DecodeError for a damaged one.
        """
        # Loaded late: OpenSSL takes long.
        from hashlib import sha256

        encode, imported = msgspec.json.encode, msgspec.json.Decoder(_Imported).decode
        same, data_of = self._names.setdefault, self._data.get
        prev = START
        for row in rows:
            front, (data, before, hash_) = row[:10], row[10:]
            seq, _, happened, _, _, kind, study, case, meeting, person = front
            self.number += 1
            # As `event_hash`, the data unread.
            text = data.encode()
            whole = b"".join((before.encode(), encode(front)[:-1], b",", text, b"]"))
            if seq != self.number or before != prev or sha256(whole).hexdigest() != hash_:
                self.intact = False
            prev = hash_
            if kind == IMPORTED:
                told = imported(text).row
                kind, text = same(told.event, told.event), bytes(told.data)
            known = data_of(text)
            if known is None:
                known = self._data[text] = msgspec.json.decode(text)
            study, case, person = same(study, study), same(case, case), same(person, person)
            yield row, Happening(kind, happened, study, case, same(meeting, meeting), person, known)


def event_of(row: Sequence[Any]) -> Event:
    """A row, its columns in their order, as the event."""
    seq, at, happened, actor, by, kind, study, case, meeting, person, data, prev, hash_ = row
    what = Happening(kind, happened, study, case, meeting, person, msgspec.json.decode(data))
    return Event(seq, at, actor, by, what, prev, hash_)
