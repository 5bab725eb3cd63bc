"""Open the encrypted local database and keep it at the newest schema.

SQLCipher with a raw 256-bit key, WAL, ``synchronous=FULL``: a commit that returned survives a kill
and a power cut. Before each migration the file is copied aside, encrypted under the same key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlcipher3
from sqlalchemy import Connection, Engine, create_engine, event
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
        return connection

    engine = create_engine(
        "sqlite://", module=sqlcipher3, creator=connect, poolclass=QueuePool, pool_size=4
    )

    # The driver is in autocommit; SQLAlchemy's BEGIN is ours to say, so that a writer takes its
    # lock at once instead of failing half-way.
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@contextmanager
def coded() -> Iterator[None]:
    """Turn the driver's errors into coded ones; anything unforeseen passes as it is."""
    try:
        yield
    except (DatabaseError, sqlcipher3.DatabaseError) as error:
        raise _coded(str(getattr(error, "orig", None) or error)) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that holds the write lock from its first statement."""
    with coded(), engine.connect() as plain:
        connection = plain.execution_options(write=True)
        with connection.begin():
            yield connection


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
        with engine.connect() as connection:
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
    with coded(), engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("VACUUM INTO ?", (str(part),))
    part.replace(target)
    return target
