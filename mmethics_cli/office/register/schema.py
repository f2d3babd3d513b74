"""The tables of a register: events as they are chained, and one table for each kind of record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import fields
from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text

from mmethics_cli.office.events import Event, Happening
from mmethics_cli.office.state import RECORDS, OfficeRecord, R

# To be raised whenever the tables, or what `evolve` makes of the same events, change: the index is
# then made anew from the events.
VERSION: Final = "2"

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


def event_of(row: Sequence[Any]) -> Event:
    """A row, its columns in their order, as the event."""
    seq, at, happened, actor, by, kind, study, case, meeting, person, data, prev, hash_ = row
    what = Happening(kind, happened, study, case, meeting, person, msgspec.json.decode(data))
    return Event(seq, at, actor, by, what, prev, hash_)
