"""Open the back office's SQLite file at the newest schema, with a backup before each step.

Plain sqlite3: deciding an event takes a handful of small statements, and a layer above them costs
five times what they do.
"""

from __future__ import annotations

import queue
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from sync.errors import StoreTooNew

_BUSY_SECONDS = 5.0


class Transaction:
    """An open transaction: what its statements did is kept together or not at all."""

    __slots__ = ("_driver",)

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def execute(self, sql: str, parameters: Sequence[str | int | None] = ()) -> sqlite3.Cursor:
        return self._driver.execute(sql, parameters)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what was done inside where it raises; the transaction itself goes on."""
        self._driver.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self._driver.execute("ROLLBACK TO step")
            self._driver.execute("RELEASE step")
            raise
        self._driver.execute("RELEASE step")


class Database:
    """Durable and shared: one writer at a time (WAL, ``synchronous=FULL``), readers beside it.

    Safe to use from several threads. Every method may raise ``sqlite3.DatabaseError``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()

    @classmethod
    def open(cls, path: Path, now: datetime) -> Database:
        """Raises StoreTooNew where a newer back office wrote the file."""
        database = cls(path)
        try:
            database._migrate(now)
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One transaction that holds the write lock from its start; durable when it ends."""
        with self._begun("BEGIN IMMEDIATE") as transaction:
            yield transaction

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A steady view."""
        with self._begun("BEGIN") as transaction:
            yield transaction

    def back_up(self, target: Path) -> None:
        """A whole copy, complete before it has its name."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        part.unlink(missing_ok=True)
        with self._borrowed() as driver:
            driver.execute("VACUUM INTO ?", (str(part),))
        part.replace(target)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    @contextmanager
    def _begun(self, begin: str) -> Iterator[Transaction]:
        with self._borrowed() as driver:
            driver.execute(begin)
            try:
                yield Transaction(driver)
                driver.execute("COMMIT")
            except BaseException:
                if driver.in_transaction:  # a full disk may have rolled it back already
                    driver.execute("ROLLBACK")
                raise

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
            self._path, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS
        )
        driver.execute("PRAGMA journal_mode = WAL")
        driver.execute("PRAGMA synchronous = FULL")
        driver.execute("PRAGMA foreign_keys = ON")
        return driver

    def _migrate(self, now: datetime) -> None:
        with self.read() as reader:
            version = int(reader.execute("PRAGMA user_version").fetchone()[0])
        steps = _steps()
        if version > steps[-1][0]:
            raise StoreTooNew(version=version)
        for number, sql in steps:
            if number <= version:
                continue
            if version:
                name = f"{now:%Y%m%dT%H%M%S}-before-{number:04d}.db"
                self.back_up(self._path.parent / "backups" / name)
            with self.write() as writer:
                for statement in re.sub(r"--[^\n]*", "", sql).split(";"):
                    if statement.strip():
                        writer.execute(statement)
                writer.execute(f"PRAGMA user_version = {number}")


def _steps() -> list[tuple[int, str]]:
    return sorted(
        (int(file.name[:4]), file.read_text(encoding="utf-8"))
        for file in files("sync.backoffice").joinpath("migrations").iterdir()
        if re.fullmatch(r"\d{4}_\w+\.sql", file.name)
    )
