"""Keep the back office in PostgreSQL, for several processes at once.

Writing transactions take one advisory lock, so that they come one after another in all processes:
numbers given in a transaction (``entries.arrival``) are then seen in their order. A bigserial would
be given in one order and committed in another, and a reader with a cursor would miss rows.
"""

from __future__ import annotations

import queue
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.adapt import Dumper

from sync.backoffice import database
from sync.backoffice.database import (
    UNHOLDABLE,
    Database,
    IntegrityBroken,
    Transaction,
    Value,
    statements,
)
from sync.backoffice.hearing import CHANNEL, Connection, Hearing
from sync.errors import ServerTrouble, StoreTooNew, StoreUnreachable

_LOCK = 0x6F6E6577  # one for all writing of this database; "onew"
_CONNECT_SECONDS = 4
_SILENT_SECONDS = 2.0
# A process that hangs within a transaction must not hold up the others for ever.
_SESSION = (
    "SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s';"
    # Acknowledged means on the disk, whatever the server's default is.
    " SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'"
)
_BEGIN_WRITE = f"BEGIN; SELECT pg_advisory_xact_lock({_LOCK})"
_BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_COMMIT_WRITE = f"NOTIFY {CHANNEL}; COMMIT"  # heard by the other processes once it is committed
# A change of the schema may take its time on large tables; who starts meanwhile waits for it.
_BEGIN_MIGRATION = f"BEGIN; SET LOCAL lock_timeout = '15min'; SELECT pg_advisory_xact_lock({_LOCK})"
# A database server whose machine is gone must not be waited for as long as TCP would.
_LINE: dict[str, Any] = {
    "keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}  # fmt: skip


class PostgresTransaction(Transaction):
    __slots__ = ("_driver",)

    def __init__(self, driver: Connection) -> None:
        self._driver = driver

    def execute(
        self, sql: str, parameters: Sequence[Value] = ()
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        try:
            return self._driver.execute(in_dialect(sql), parameters)
        except (psycopg.Error, *UNHOLDABLE) as error:
            raise _mapped(error) from error

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        try:
            with self._driver.cursor() as cursor:
                cursor.executemany(in_dialect(sql), rows)
        except (psycopg.Error, *UNHOLDABLE) as error:
            raise _mapped(error) from error

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        into = in_dialect(f"COPY {table} ({','.join(columns)}) FROM STDIN")
        try:
            with self._driver.cursor() as cursor, cursor.copy(into) as copy:
                for row in rows:
                    copy.write_row(row)
        except (psycopg.Error, *UNHOLDABLE) as error:
            raise _mapped(error) from error

    def among(self, sql: str, values: Iterable[str]) -> list[Any]:
        some = list(dict.fromkeys(values))
        if not some:
            return []
        try:
            asked = in_dialect(sql.replace("IN ({})", "= ANY(?)"))
            return self._driver.execute(asked, (some,)).fetchall()
        except (psycopg.Error, *UNHOLDABLE) as error:
            raise _mapped(error) from error

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            if not self._driver.closed:
                self._driver.execute("ROLLBACK TO step; RELEASE step")
            raise
        self.execute("RELEASE step")


class PostgresDatabase(Database):
    """``address`` may hold a password: it reaches no log and no answer."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._hearing: Hearing | None = None
        self._silent_until = 0.0

    @classmethod
    def opened(cls, address: str, now: datetime) -> PostgresDatabase:
        """Raises StoreTooNew where a newer back office wrote it, StoreUnreachable."""
        opened = cls(address)
        try:
            opened._migrate(now)
        except ServerTrouble as error:
            opened.close()
            raise StoreUnreachable(**error.details) from None
        except BaseException:
            opened.close()
            raise
        return opened

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self._begun(_BEGIN_WRITE, _COMMIT_WRITE) as transaction:
            yield transaction

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._begun(_BEGIN_READ) as transaction:
            yield transaction

    def hear(self, tell: Callable[[int], None]) -> None:
        self._hearing = Hearing(self.connect, tell)

    def connect(self) -> Connection:
        """A connection of the caller's own, in autocommit. Raises ServerTrouble."""
        begun = time.monotonic()
        if begun < self._silent_until:
            raise ServerTrouble(cause="silent")
        try:
            driver = psycopg.connect(
                self._address, autocommit=True, connect_timeout=_CONNECT_SECONDS,
                application_name="onewindow backoffice", client_encoding="utf8",
                **_LINE,
            )  # fmt: skip
            try:
                driver.adapters.register_dumper(bool, _BoolAsInteger)
                driver.execute(_SESSION)
            except BaseException:
                driver.close()
                raise
        except psycopg.Error as error:
            if time.monotonic() - begun > _CONNECT_SECONDS / 2:
                # Nothing answers, not even with a refusal: not everyone need wait for that anew.
                self._silent_until = time.monotonic() + _SILENT_SECONDS
            # What the driver says may hold the address: it goes no further.
            raise _mapped(error) from None
        return driver

    def close(self) -> None:
        if self._hearing is not None:
            self._hearing.close()
            self._hearing = None
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    @contextmanager
    def _begun(self, begin: str, end: str = "COMMIT") -> Iterator[Transaction]:
        driver = self._begin(begin)
        try:
            yield PostgresTransaction(driver)
            driver.execute(end.encode())
        except BaseException as error:
            _end(driver)
            if isinstance(error, psycopg.Error):
                raise _mapped(error) from error
            raise
        finally:
            if not driver.closed:
                self._idle.put(driver)

    def _begin(self, begin: str) -> Connection:
        """An idle connection may have died since: then a new one. Raises ServerTrouble."""
        while True:
            try:
                driver = self._idle.get_nowait()
            except queue.Empty:
                driver, fresh = self.connect(), True
            else:
                fresh = False
            try:
                driver.execute(begin.encode())
            except psycopg.Error as error:
                _end(driver)
                if not driver.closed:
                    self._idle.put(driver)
                    raise _mapped(error) from error
                if fresh:
                    raise _mapped(error) from error
            else:
                return driver

    def _migrate(self, now: datetime) -> None:
        known = database.steps()
        with self._begun(_BEGIN_MIGRATION) as writer:  # alone among all that start at once
            encoding = writer.execute("SHOW server_encoding").fetchone()[0]
            if encoding != "UTF8":
                raise StoreUnreachable(cause=f"server_encoding {encoding}")
            writer.execute(
                in_types("CREATE TABLE IF NOT EXISTS schema_steps"
                " (number INTEGER PRIMARY KEY, at TEXT NOT NULL)")
            )  # fmt: skip
            done = {row[0] for row in writer.execute("SELECT number FROM schema_steps")}
            if done and max(done) > known[-1][0]:
                raise StoreTooNew(version=max(done))
            for number, sql in known:
                if number in done:
                    continue
                for statement in statements(sql):
                    writer.execute(in_types(statement))
                writer.execute(
                    "INSERT INTO schema_steps (number, at) VALUES (?,?)", (number, now.isoformat())
                )


def _end(driver: Connection) -> None:
    try:
        driver.execute("ROLLBACK")
    except psycopg.Error:
        driver.close()


class _BoolAsInteger(Dumper):
    """Booleans are kept as 0 and 1."""

    oid = psycopg.adapters.types["int8"].oid

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"


# -- the dialect ----------------------------------------------------------------------------------

_QUOTED = re.compile(r"('[^']*')")
_RESERVED = re.compile(r"\bwindow\b")  # a column of ours, and a word of PostgreSQL's
_TYPES = ((r"\bINTEGER\b", "BIGINT"), (r"\bTEXT\b", 'TEXT COLLATE "C"'), (r"\)\s*STRICT\b", ")"))


@lru_cache(maxsize=1024)
def in_dialect(sql: str) -> bytes:
    """The same statement with the driver's own marks for values."""
    parts = _QUOTED.split(sql.replace("%", "%%"))
    return "".join(
        part if place % 2 else _RESERVED.sub('"window"', part).replace("?", "%s")
        for place, part in enumerate(parts)
    ).encode()


def in_types(statement: str) -> str:
    """A migration's statement in PostgreSQL's types; text compares byte by byte, as in SQLite."""
    for pattern, there in _TYPES:
        statement = re.sub(pattern, there, statement)
    return statement


def _mapped(error: Exception) -> Exception:
    if not isinstance(error, psycopg.Error):
        return IntegrityBroken(type(error).__name__)
    state = error.sqlstate or ""
    # Values that a column or an index cannot hold count as broken rules, too.
    if state[:2] in {"22", "23", "54"} or (isinstance(error, psycopg.DataError) and not state):
        return IntegrityBroken(state or "DataError")
    if isinstance(error, psycopg.ProgrammingError) and state[:2] != "3D":
        return error  # a mistake of this program
    return ServerTrouble(cause=f"{type(error).__name__} {state}".strip())
