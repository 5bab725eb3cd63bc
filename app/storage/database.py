"""Open the encrypted local database and keep it at the newest schema.

SQLCipher with a raw 256-bit key, WAL, ``synchronous=FULL``: a commit that returned survives a kill
and a power cut. Before each migration the file is copied aside, encrypted under the same key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlcipher3
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from app.storage.errors import (
    DiskFull,
    KeyRefused,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreTooNew,
)

BUSY_MILLISECONDS = 5000
CACHE_KB = 2000  # of each connection; each lane of the program has one


def open_engine(path: Path, key: bytes) -> Engine:
    """An engine over the file at ``path``. ``key`` is 32 bytes. Raises KeyRefused, StoreError."""
    raw_key = key.hex()

    def connect() -> Any:
        connection = sqlcipher3.connect(
            str(path),
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_MILLISECONDS / 1000,
        )
        connection.execute(f"PRAGMA key = \"x'{raw_key}'\"")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        return connection

    # The driver is in autocommit: begin and commit are said by writing() and reading() alone.
    return create_engine(
        "sqlite://", module=sqlcipher3, creator=connect, poolclass=QueuePool, pool_size=4
    )


@contextmanager
def coded() -> Iterator[None]:
    """Turn the driver's errors into coded ones; anything unforeseen passes as it is."""
    try:
        yield
    except (DatabaseError, sqlcipher3.DatabaseError) as error:
        raise _coded(str(getattr(error, "orig", None) or error)) from error


class Rows:
    """The result of one statement, with the names that SQLAlchemy's results have."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._cursor)

    def all(self) -> list[tuple[Any, ...]]:
        return list(self._cursor)

    def one_or_none(self) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._cursor.fetchone()
        return row

    def one(self) -> tuple[Any, ...]:
        row = self.one_or_none()
        if row is None:
            raise LookupError
        return row

    def scalar_one(self) -> Any:
        return self.one()[0]


class Statements:
    """The driver's own connection inside a pooled one.

    A decision is a dozen small statements; going to the driver directly costs half of what the
    whole commit costs through SQLAlchemy's execution layer.
    """

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def exec_driver_sql(self, sql: str, params: tuple[Any, ...] = ()) -> Rows:
        return Rows(self._driver.execute(sql, params))


@contextmanager
def writing(engine: Engine) -> Iterator[Statements]:
    """One transaction that holds the write lock from its first statement."""
    with coded(), closing(engine.raw_connection()) as pooled:
        driver: Any = pooled.driver_connection
        driver.execute("BEGIN IMMEDIATE")
        try:
            yield Statements(driver)
        except BaseException:
            driver.rollback()
            raise
        driver.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Statements]:
    """One transaction that sees one state of all tables."""
    with coded(), closing(engine.raw_connection()) as pooled:
        driver: Any = pooled.driver_connection
        driver.execute("BEGIN")
        try:
            yield Statements(driver)
        finally:
            driver.rollback()


def _coded(text: str) -> StoreError:
    if "disk is full" in text or "disk I/O" in text:
        return DiskFull()
    if "not a database" in text or "hmac check failed" in text:
        return KeyRefused()
    if "locked" in text or "busy" in text:
        return StoreBusy()
    if "malformed" in text:
        return StoreDamaged()
    return StoreError(reason=re.sub(r"[^A-Za-z0-9_. :()-]", "", text)[:120])


def migrations() -> list[tuple[int, str]]:
    """(version, SQL), in order."""
    found = [
        (int(file.name[:4]), file.read_text(encoding="utf-8"))
        for file in files("app.storage").joinpath("migrations").iterdir()
        if re.fullmatch(r"\d{4}_\w+\.sql", file.name)
    ]
    return sorted(found)


def _statements(sql: str) -> list[str]:
    lines = [line for line in sql.splitlines() if not line.lstrip().startswith("--")]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]


def migrate(engine: Engine, backups: Path, at: datetime) -> list[Path]:
    """Bring the schema to the newest version, one transaction a step. Returns the copies made.

    Raises StoreTooNew where the file is from a newer program.
    """
    made: list[Path] = []
    with coded():
        with reading(engine) as connection:
            version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        steps = migrations()
        if version > steps[-1][0]:
            raise StoreTooNew(version=version)
        fresh = version == 0
        for number, sql in steps:
            if number <= version:
                continue
            if not fresh:
                made.append(back_up(engine, backups, f"before-{number:04d}", at))
            with writing(engine) as connection:
                for statement in _statements(sql):
                    connection.exec_driver_sql(statement)
                connection.exec_driver_sql(f"PRAGMA user_version = {number}")
            version = number
    return made


def back_up(engine: Engine, folder: Path, label: str, at: datetime) -> Path:
    """A whole, consistent copy under the same key; written beside and renamed when complete."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{at:%Y%m%dT%H%M%S}-{label}.db"
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    with coded(), closing(engine.raw_connection()) as pooled:
        driver: Any = pooled.driver_connection
        driver.execute("VACUUM INTO ?", (str(part),))
    part.replace(target)
    return target
