"""Open the back office's SQLite file at the newest schema, with a backup before each step."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from sync.errors import StoreTooNew

_BUSY_SECONDS = 5.0


class Database:
    """Durable and shared: one writer at a time (WAL, ``synchronous=FULL``), readers beside it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, path: Path, now: datetime) -> Database:
        """Raises StoreTooNew where a newer back office wrote the file."""
        engine = _engine(path)
        _migrate(engine, path, now)
        return cls(engine)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start; durable when it ends."""
        writer = self._engine.connect().execution_options(write=True)
        with writer as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A steady view."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self._engine.dispose()


def _engine(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=4,
        hide_parameters=True,  # an error's text must not carry what was being stored
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _steps() -> list[tuple[int, str]]:
    return sorted(
        (int(file.name[:4]), file.read_text(encoding="utf-8"))
        for file in files("sync.backoffice").joinpath("migrations").iterdir()
        if re.fullmatch(r"\d{4}_\w+\.sql", file.name)
    )


def _migrate(engine: Engine, path: Path, now: datetime) -> None:
    with engine.connect() as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    steps = _steps()
    if version > steps[-1][0]:
        raise StoreTooNew(version=version)
    for number, sql in steps:
        if number <= version:
            continue
        if version:
            _back_up(engine, path.parent / "backups", f"{now:%Y%m%dT%H%M%S}-before-{number:04d}.db")
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            plain = re.sub(r"--[^\n]*", "", sql)
            for statement in plain.split(";"):
                if statement.strip():
                    connection.exec_driver_sql(statement)
            connection.exec_driver_sql(f"PRAGMA user_version = {number}")


def _back_up(engine: Engine, folder: Path, name: str) -> None:
    """A whole copy, complete before it has its name."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / (name + ".part")
    part.unlink(missing_ok=True)
    raw = engine.raw_connection()  # VACUUM cannot run inside a transaction, not even ours
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(part),))
    finally:
        raw.close()
    part.replace(folder / name)
