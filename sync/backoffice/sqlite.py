"""Keep one hall's back office in a SQLite file, with a copy of it before each change of the schema.

Plain sqlite3: deciding an event takes a handful of small statements, and a layer above them costs
five times what they do.
"""

from __future__ import annotations

import queue
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from sync.backoffice import database
from sync.backoffice.database import (
    UNHOLDABLE,
    Database,
    IntegrityBroken,
    Transaction,
    Value,
    statements,
)
from sync.errors import ServerTrouble, StoreTooNew, StoreUnreachable

_BUSY_SECONDS = 5.0
_MOST_ROWS = 128  # of one statement, with at most 32 columns
_MOST_VALUES = 512  # of one statement; SQLite takes 32766
_LOG_PAGES = 4000  # of 4 KB: how far the write-ahead log grows before it is taken in


class SqliteTransaction(Transaction):
    __slots__ = ("_driver",)

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def execute(self, sql: str, parameters: Sequence[Value] = ()) -> sqlite3.Cursor:
        try:
            return self._driver.execute(sql, parameters)
        except (sqlite3.Error, *UNHOLDABLE) as error:
            raise _mapped(error) from error

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        try:
            self._driver.executemany(sql, rows)
        except (sqlite3.Error, *UNHOLDABLE) as error:
            raise _mapped(error) from error

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        left = list(rows)
        start = 0
        # Many rows in one statement cost a third less, and let other threads run meanwhile. In a
        # few sizes only, so that few texts have to be prepared.
        size = _MOST_ROWS
        while start < len(left):
            while size > len(left) - start:
                size //= 2
            some = left[start : start + size]
            self.execute(_insert(table, tuple(columns), size), list(chain.from_iterable(some)))
            start += size

    def among(self, sql: str, values: Iterable[str]) -> list[Any]:
        left = list(dict.fromkeys(values))
        found: list[Any] = []
        while left:
            some, left = left[:_MOST_VALUES], left[_MOST_VALUES:]
            # A few lengths only, the last value repeated: so few texts have to be prepared.
            wanted = 1 << (len(some) - 1).bit_length()
            some += [some[-1]] * (wanted - len(some))
            found += self.execute(sql.replace("{}", ",".join("?" * wanted)), some).fetchall()
        return found

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self._driver.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            if self._driver.in_transaction:  # a full disk may have rolled it all back already
                self._driver.execute("ROLLBACK TO step")
                self._driver.execute("RELEASE step")
            raise
        self._driver.execute("RELEASE step")


class SqliteDatabase(Database):
    """One writer at a time (WAL, ``synchronous=FULL``), readers beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()

    @classmethod
    def opened(cls, path: Path, now: datetime) -> SqliteDatabase:
        """Raises StoreTooNew where a newer back office wrote the file, StoreUnreachable."""
        opened = cls(path)
        try:
            opened._migrate(now)
        except ServerTrouble as error:
            opened.close()
            raise StoreUnreachable(**error.details) from error
        except BaseException:
            opened.close()
            raise
        return opened

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self._begun("BEGIN IMMEDIATE") as transaction:
            yield transaction

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._begun("BEGIN") as transaction:
            yield transaction

    def hear(self, tell: Callable[[int], None]) -> None:
        """A file has one server process, which knows its own commits: there is nothing to hear."""

    def back_up(self, target: Path) -> None:
        """A whole copy, complete before it has its name."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_suffix(f".{secrets.token_hex(4)}.part")  # several may start at once
        with self._borrowed() as driver:
            driver.execute("VACUUM INTO ?", (str(part),))
        part.replace(target)

    def close(self) -> None:
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    @contextmanager
    def _begun(self, begin: str) -> Iterator[Transaction]:
        try:
            with self._borrowed() as driver:
                driver.execute(begin)
                try:
                    yield SqliteTransaction(driver)
                    driver.execute("COMMIT")
                except BaseException:
                    if driver.in_transaction:
                        driver.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise _mapped(error) from error

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        try:
            driver = self._idle.get_nowait()
        except queue.Empty:
            driver = self._connect()
        try:
            yield driver
        finally:
            self._idle.put(driver)

    def _connect(self) -> sqlite3.Connection:
        driver = sqlite3.connect(
            self._path,
            isolation_level=None,
            check_same_thread=False,
            timeout=_BUSY_SECONDS,
            cached_statements=256,
        )
        driver.execute("PRAGMA journal_mode = WAL")
        driver.execute("PRAGMA synchronous = FULL")
        driver.execute("PRAGMA foreign_keys = ON")
        driver.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        return driver

    def _migrate(self, now: datetime) -> None:
        known = database.steps()
        with self.read() as reader:
            done = _done(reader, known)
        used = bool(done)
        for number, sql in known:
            if number in done:
                continue
            if used:
                name = f"{now:%Y%m%dT%H%M%S}-before-{number:04d}.db"
                self.back_up(self._path.parent / "backups" / name)
            with self.write() as writer:
                if number in _done(writer, known):  # another process was faster
                    continue
                for statement in statements(sql):
                    writer.execute(statement)
                done.add(number)
                _note_done(writer, done, now)


def _done(connection: Transaction, known: list[tuple[int, str]]) -> set[int]:
    """Which steps this file has taken. Raises StoreTooNew.

    Programs before the third step knew only the number of the last one; they still see by it that
    the file is too new for them.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > known[-1][0]:
        raise StoreTooNew(version=version)
    listed = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_steps'")
    if listed.fetchone() is None:
        return {number for number, _ in known if number <= version}
    return {row[0] for row in connection.execute("SELECT number FROM schema_steps")}


def _note_done(writer: Transaction, done: set[int], now: datetime) -> None:
    writer.execute(
        "CREATE TABLE IF NOT EXISTS schema_steps (number INTEGER PRIMARY KEY, at TEXT NOT NULL)"
    )
    writer.executemany(
        "INSERT INTO schema_steps (number, at) VALUES (?,?) ON CONFLICT (number) DO NOTHING",
        [(number, now.isoformat()) for number in sorted(done)],
    )
    writer.execute(f"PRAGMA user_version = {max(done)}")


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...], rows: int) -> str:
    row = f"({','.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({','.join(columns)}) VALUES {','.join([row] * rows)}"  # noqa: S608 - names of ours


_OURS = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE})


def _mapped(error: Exception) -> Exception:
    if not isinstance(error, sqlite3.Error):
        return IntegrityBroken(type(error).__name__)
    if isinstance(error, sqlite3.IntegrityError | sqlite3.DataError):
        return IntegrityBroken(error.sqlite_errorname)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE)
    if code & 0xFF in _OURS:
        return error  # a mistake of this program
    return ServerTrouble(cause=error.sqlite_errorname)
