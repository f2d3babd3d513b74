"""The register in its database: SQLite in the office's folder, or PostgreSQL for several desks.

Here alone the two differ: how a writer keeps others out, and what their refusals are called.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from msgspec import DecodeError
from sqlalchemy import (
    Connection,
    Engine,
    Row,
    bindparam,
    create_engine,
    delete,
    event,
    insert,
    select,
)
from sqlalchemy import func as sql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.office.events import (
    CORRECTED,
    FILES,
    Event,
    Happening,
    breaks,
    chained,
    withdrawn_by,
)
from mmethics_cli.office.register.schema import (
    EVENT,
    META,
    METADATA,
    TABLES,
    VERSION,
    RegisterRow,
    event_of,
    event_row,
    record_of,
    record_row,
)
from mmethics_cli.office.state import OfficeRecord, OfficeState, R, evolve

FILE: Final = "register.db"
_VERSION: Final = "version"
LAST_BACKUP: Final = "last_backup"  # the minute in which the register was last backed up
_PATIENCE: Final = 5  # seconds that a writer waits for another
_BATCH: Final = 5000
_AT_HAND: Final = 100  # rows that a processor still has at hand when they are read
_DRIVE_REMOTE: Final = 4  # as Windows calls it
_LOCK: Final = 0x6D6D6574  # the number by which PostgreSQL knows our lock
# File systems of other computers. SQLite's locks do not hold there.
_REMOTE: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "9p", "fuse.sshfs", "davfs", "webdav"}
)


T = TypeVar("T")


class RegisterBusy(WorkspaceError):
    """Another command holds the register, and did not let go in time."""


class Reading:
    """The register as it is during one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, kind: type[R], *key: str) -> R | None:
        """The record of that key; None where there is none."""
        records = self.where(kind, **dict(zip(kind.KEY, key, strict=True)))
        return records[0] if records else None

    def where(self, kind: type[R], **fields: str | Collection[str]) -> Sequence[R]:
        """The records whose fields say this, or one of these, in the order of their keys."""
        table = TABLES[kind]
        query = select(table).order_by(*table.primary_key.columns)
        for name, value in fields.items():
            column = table.c[name]
            query = query.where(column == value if isinstance(value, str) else column.in_(value))
        of_kind = partial(record_of, kind)
        return [_read(f"索引表 {table.name} 的一行", of_kind, row) for row in self._rows(query)]

    def highest(self, kind: type[R], field: str, prefix: str) -> str:
        """The last number that begins so, among those of a field; empty where there is none."""
        column = TABLES[kind].c[field]
        query = (
            select(column)
            .where(column.startswith(prefix, autoescape=True))
            .order_by(sql.length(column).desc(), column.desc())
            .limit(1)
        )
        return "".join(number for (number,) in self._rows(query))

    def _rows(self, query: Any) -> Sequence[Row[Any]]:
        return self._connection.execute(query).all()

    def events(self, **columns: str | int) -> Iterator[Event]:
        """The events in their order; only those whose columns say this, where any are named."""
        query = select(EVENT).order_by(EVENT.c.seq)
        for name, value in columns.items():
            query = query.where(EVENT.c[name] == value)
        # Closed even where nobody reads to the end.
        with self._connection.execute(query, execution_options={"yield_per": _BATCH}) as rows:
            for row in rows:
                yield _read(f"登记簿第 {row.seq} 条", event_of, row)

    def rows(self) -> Iterator[RegisterRow]:
        """All events in their order as the driver gives them, for who counts very many."""
        query = select(EVENT).order_by(EVENT.c.seq).compile(dialect=self._connection.dialect)
        cursor = self._connection.connection.cursor()
        try:
            cursor.execute(str(query))
            while rows := cursor.fetchmany(_AT_HAND):
                yield from rows
        finally:
            cursor.close()

    def of_kind(self, kind: str) -> Iterator[Event]:
        """The events of one kind, in their order."""
        return self.events(kind=kind)

    def keeping_files(self) -> Iterator[Event]:
        """The events that keep files (`FILES`), in their order."""
        query = select(EVENT).where(EVENT.c.data.contains(f'"{FILES}":{{')).order_by(EVENT.c.seq)
        return map(event_of, self._connection.execute(query))

    def corrected(self) -> frozenset[int]:
        """The numbers of events that were withdrawn: they stay in the log, and count no more."""
        return withdrawn_by(each.what for each in self.of_kind(CORRECTED))

    def noted(self, name: str) -> str:
        """What this register notes of itself, beside the events; empty for nothing."""
        return str(self._connection.scalar(select(META.c.value).where(META.c.name == name)) or "")

    @property
    def began(self) -> str:
        """When the first event was written; empty in an empty register."""
        return str(self._connection.scalar(select(EVENT.c.at).where(EVENT.c.seq == 1)) or "")

    @property
    def last(self) -> tuple[int, str] | None:
        """Number and hash of the last event; None in an empty register."""
        query = select(EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)
        row = self._connection.execute(query).first()
        return None if row is None else (row.seq, row.hash)

    def state(self) -> OfficeState:
        """Every record, in memory."""
        state = OfficeState()
        for kind in TABLES:
            for record in self.where(kind):
                state.put(record)
        return state

    def faults(self) -> Iterator[str]:
        """Where the register does not hold, in Chinese: its chain, and tables against events."""
        replayed = OfficeState()
        corrected = self.corrected()

        def follow(each: Event) -> None:
            if each.seq not in corrected:
                replayed.apply(each.counted)

        yield from self._damage()
        yield from breaks(self.events(), follow)
        for kind, records in self.state().records.items():
            expected = replayed.records[kind]
            for key in sorted(records.keys() | expected.keys()):
                if records.get(key) != expected.get(key):
                    name = " ".join(key)
                    yield f"索引表 {TABLES[kind].name} 的“{name}”与登记事项不符"

    def _damage(self) -> Iterator[str]:
        """What the database itself finds wrong with its file."""
        if self._connection.dialect.name == "sqlite":
            for (said,) in self._connection.exec_driver_sql("PRAGMA integrity_check(3)").all():
                if said != "ok":
                    yield f"登记簿的数据库文件损坏：{' '.join(said.split())}"


class Writing(Reading):
    """The register while one command writes: events are chained as they come.

    Their rows and the records that they change are written together, at the latest when the
    transaction ends.
    """

    def __init__(self, connection: Connection, *, whole: bool = False) -> None:
        """`whole` reads all records first, for a command that writes very many events."""
        super().__init__(connection)
        self._known: dict[tuple[type[OfficeRecord], tuple[str, ...]], OfficeRecord | None] = {}
        self._changed: dict[tuple[type[OfficeRecord], tuple[str, ...]], OfficeRecord] = {}
        self._new: list[Event] = []
        self._last = super().last
        self._whole = whole
        if whole:
            for kind, records in self.state().records.items():
                self._known |= {(kind, key): record for key, record in records.items()}

    @property
    def last(self) -> tuple[int, str] | None:
        return self._last

    def get(self, kind: type[R], *key: str) -> R | None:
        if (kind, key) not in self._known and not self._whole:
            self._known[kind, key] = super().get(kind, *key)
        records = self._known.get((kind, key))
        return records if isinstance(records, kind) else None

    def _rows(self, query: Any) -> Sequence[Row[Any]]:
        self.flush()
        return super()._rows(query)

    def events(self, **columns: str | int) -> Iterator[Event]:
        self.flush()
        return super().events(**columns)

    def append(self, what: Happening, at: str, actor: str, by: str = "") -> Event:
        """Write one event after the last one, and the records that it changes."""
        new = chained(what, at, actor, by, self._last)
        self._last = new.seq, new.hash
        self._new.append(new)
        for record in evolve(self, new.counted):
            place = type(record), record.key
            self._known[place] = self._changed[place] = record
        if len(self._new) >= _BATCH:
            self.flush()
        return new

    def note(self, name: str, value: str) -> None:
        """Note something of this register itself, in place of what was noted under the name."""
        self._connection.execute(delete(META).where(META.c.name == name))
        self._connection.execute(insert(META), {"name": name, "value": value})

    def flush(self) -> None:
        """Hand everything to the database, within this transaction."""
        new, self._new = self._new, []
        if new:
            self._connection.execute(insert(EVENT), [event_row(each) for each in new])
        changed, self._changed = self._changed, {}
        for kind, table in TABLES.items():
            self._replace(table, [each for (of, _), each in changed.items() if of is kind])

    def _replace(self, table: Any, records: Sequence[OfficeRecord]) -> None:
        if not records:
            return
        rows = [record_row(record) for record in records]
        names = [column.name for column in table.primary_key.columns]
        # Bound by names of their own, for SQLAlchemy keeps those of the columns.
        old = delete(table)
        for name in names:
            old = old.where(table.c[name] == bindparam(f"of_{name}"))
        self._connection.execute(old, [{f"of_{name}": row[name] for name in names} for row in rows])
        self._connection.execute(insert(table), rows)

    def load(self, events: Iterable[Event]) -> None:
        """Take over the events of another register as they are, and make the records of them.

        Raises WorkspaceError where this one has events of its own.
        """
        if self._last is not None:
            raise WorkspaceError("这个数据库里已经有登记簿，不能恢复到里面。请换一个空的数据库。")
        for each in events:
            self._new.append(each)
            self._last = each.seq, each.hash
            if len(self._new) >= _BATCH:
                self.flush()
        self.rebuild()

    def rebuild(self) -> None:
        """Make all records anew from the events that stand."""
        self.flush()
        corrected = self.corrected()
        for table in TABLES.values():
            self._connection.execute(delete(table))
        self._known.clear()
        self._whole = True
        for each in super().events():
            if each.seq in corrected:
                continue
            for record in evolve(self, each.counted):
                place = type(record), record.key
                self._known[place] = self._changed[place] = record
        self.flush()


class Register:
    """An office's register, opened; `place` is what messages call it."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self.place = place

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reading]:
        """One look at the register. Raises WorkspaceError where it can't be read."""
        with _refusals(self.place), self._engine.connect() as connection:
            yield Reading(connection)

    @contextlib.contextmanager
    def writing(self, *, whole: bool = False) -> Iterator[Writing]:
        """One transaction: all that is appended is written at its end, or nothing.

        Nobody else writes meanwhile. Raises RegisterBusy when another does for too long,
        WorkspaceError when the database refuses.
        """
        connect = self._engine.execution_options(writes=True).begin()
        with _refusals(self.place), connect as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}s'")
                connection.execute(select(sql.pg_advisory_xact_lock(_LOCK)))
            writing = Writing(connection, whole=whole)
            yield writing
            writing.flush()

    def create(self) -> None:
        """Make the tables of an empty register."""
        with _refusals(self.place), self._engine.begin() as connection:
            METADATA.create_all(connection)
            register = Writing(connection)
            if not register.noted(_VERSION):
                register.note(_VERSION, VERSION)

    def renew(self) -> None:
        """Make the index anew where another version of the program made it."""
        # Looked at first without a lock: to show what waits must not wait for a writer.
        with self.reading() as register:
            if register.noted(_VERSION) == VERSION:
                return
        with self.writing() as register:
            if register.noted(_VERSION) == VERSION:
                return
            connection = register._connection
            for table in TABLES.values():
                table.drop(connection, checkfirst=True)
                table.create(connection)
            register.rebuild()
            register.note(_VERSION, VERSION)


def open_register(folder: Path, url: str = "") -> Register:
    """The register of an office: SQLite in its folder, or the PostgreSQL that `url` names.

    Raises WorkspaceError where SQLite would lie on another computer's disk, EthicsError for a URL
    that can't be used.
    """
    if url:
        return Register(_engine(_postgres(url)), "PostgreSQL 登记簿")
    share = network_share(folder)
    if share:
        raise WorkspaceError(
            f"“{folder}”在网络盘上（{share}）。SQLite 的锁在网络盘上不可靠，登记簿会损坏。"
            "请把办公室的文件夹放在本机的磁盘上；几个人合用时，在 office.yaml 的 database 写 "
            "PostgreSQL 的地址。"
        )
    return Register(_engine(URL.create("sqlite", database=str(folder / FILE))), str(folder / FILE))


def _postgres(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise EthicsError(
            "office.yaml 的 database 不是 PostgreSQL 的地址，应写成 "
            "postgresql://用户:密码@服务器/数据库，或留空用 SQLite。"
        ) from None
    if parsed.get_backend_name() != "postgresql":
        raise EthicsError("office.yaml 的 database 只能是 PostgreSQL，或留空用 SQLite。")
    return parsed.set(drivername="postgresql+psycopg")


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() == "postgresql":
            return create_engine(
                url, poolclass=NullPool, connect_args={"connect_timeout": _PATIENCE}
            )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise EthicsError(
            "没有安装 PostgreSQL 的驱动。请运行 pip install 'mmethics[postgres]'。"
        ) from None
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver must not begin transactions by itself: a writer locks before it reads.
    connection.isolation_level = None
    for pragma in ("journal_mode=delete", "synchronous=full", "foreign_keys=on"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def _refusals(place: str) -> Iterator[None]:
    """What a database refuses, said in Chinese."""
    try:
        yield
    except (DBAPIError, UnicodeDecodeError) as error:
        # Of a damaged file the driver may not even be able to read the name of a column.
        text = str(error.orig if isinstance(error, DBAPIError) else error)
        if "locked" in text or "lock timeout" in text:
            raise RegisterBusy(
                f"登记簿正被另一个命令占用，等了 {_PATIENCE} 秒：{place}。请稍后再试。"
            ) from error
        raise WorkspaceError(f"登记簿读写失败：{place}（{text.splitlines()[0]}）。") from error


def _read(what: str, read: Callable[[Row[Any]], T], row: Row[Any]) -> T:
    """A row as what it holds. Raises WorkspaceError for one that is damaged."""
    try:
        return read(row)
    except (DecodeError, TypeError) as error:
        raise WorkspaceError(
            f"{what}读不了：内容损坏。请从备份恢复：mmethics office backup --restore ZIP NEW_DIR。"
        ) from error


def network_share(folder: Path, mounts: str | None = None) -> str:
    """What kind of other computer's disk a folder lies on; empty for one of this computer.

    `mounts` is what /proc/mounts says, read when it is not given.
    """
    if sys.platform == "win32":
        import ctypes

        drive = folder.resolve().drive
        remote = drive.startswith("\\\\") or (
            ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE
        )
        return drive if remote else ""
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
    where = folder.resolve()
    kinds: Mapping[Path, str] = {
        Path(point.replace("\\040", " ")): kind
        for _, point, kind, *_ in (line.split(" ") for line in mounts.splitlines())
    }
    nearest = next((kinds[place] for place in (where, *where.parents) if place in kinds), "")
    return nearest if nearest in _REMOTE else ""
