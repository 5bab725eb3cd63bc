"""One door to the back office's database, SQLite or PostgreSQL: the same SQL text for both.

What statements may use: ``?`` for values (never ``?1``), types TEXT and INTEGER (64 bits), booleans
as 0 and 1, times as ISO text, ``ON CONFLICT ... DO UPDATE`` with columns qualified by their table,
partial indexes, ``LIMIT ?``. Not: ``rowid``, AUTOINCREMENT, ``ifnull``, ``json_each``,
``strftime``, ``max(a, b)``, and for names no reserved words but ``window``. A ``?`` within quotes
is a character. Text compares byte by byte.

- ``Transaction.execute(sql, values)`` gives a cursor with ``fetchone``, ``fetchall``, iteration and
  ``rowcount``.
- ``Transaction.executemany(sql, rows)`` runs one statement for many rows.
- ``Transaction.insert(table, columns, rows)`` is the fastest way to add rows that are not there.
- ``Transaction.among(sql, values)`` runs ``... IN ({}) ...`` over any number of values.
- ``with Transaction.savepoint():`` undoes what was done inside where it raises.

Everything here may raise IntegrityBroken (the tables refuse these values) and ServerTrouble (busy,
full, gone: nothing of the transaction was kept). Writing transactions come one after another, in
all processes: what one reads stays true until it ends, and ``entries.arrival`` grows in the order
of the commits.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

Value = str | int | None

# What drivers raise for a number beyond 64 bits and for half a character.
UNHOLDABLE = (OverflowError, UnicodeError)


class IntegrityBroken(Exception):
    """The tables refuse these values: a rule of theirs is broken, or they cannot be held."""


class Cursor(Protocol):
    """What a statement gave. Rows are tuples."""

    @property
    def rowcount(self) -> int: ...

    @property
    def description(self) -> Sequence[Any] | None: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Transaction(ABC):
    """An open transaction: what its statements did is kept together or not at all."""

    __slots__ = ()

    @abstractmethod
    def execute(self, sql: str, parameters: Sequence[Value] = ()) -> Cursor: ...

    @abstractmethod
    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> None: ...

    @abstractmethod
    def insert(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]
    ) -> None: ...

    @abstractmethod
    def among(self, sql: str, values: Iterable[str]) -> list[Any]:
        """All rows of ``sql`` with ``IN ({})`` standing for the values, each at most once.

        Ordered as the statement says only among the rows of one value.
        """

    @abstractmethod
    def savepoint(self) -> AbstractContextManager[None]:
        """Undo what was done inside where it raises; the transaction itself goes on."""


class Database(ABC):
    """Durable and shared; safe to use from several threads."""

    @staticmethod
    def open(place: Path | str, now: datetime) -> Database:
        """A SQLite file, or PostgreSQL by its ``postgresql://`` address, at the newest schema.

        Raises StoreTooNew where a newer back office wrote it, StoreUnreachable.
        """
        if isinstance(place, str) and is_address(place):
            from sync.backoffice.postgres import PostgresDatabase

            return PostgresDatabase.opened(place, now)
        from sync.backoffice.sqlite import SqliteDatabase

        return SqliteDatabase.opened(Path(place), now)

    @abstractmethod
    def write(self) -> AbstractContextManager[Transaction]:
        """One transaction, alone from its start; durable when it ends."""

    @abstractmethod
    def read(self) -> AbstractContextManager[Transaction]:
        """A steady view."""

    @abstractmethod
    def hear(self, tell: Callable[[int], None]) -> None:
        """Until ``close``, ``tell`` the last arrival, from a thread, when others committed."""

    @abstractmethod
    def close(self) -> None:
        """Close the connections that nobody uses."""


def is_address(place: str) -> bool:
    return place.startswith(("postgresql://", "postgres://"))


# -- migrations -----------------------------------------------------------------------------------


def steps() -> list[tuple[int, str]]:
    """Numbered changes of the schema, in order."""
    return sorted(
        (int(file.name[:4]), file.read_text(encoding="utf-8"))
        for file in files("sync.backoffice").joinpath("migrations").iterdir()
        if re.fullmatch(r"\d{4}_\w+\.sql", file.name)
    )


def newest_step() -> int:
    """The schema that this program knows."""
    return steps()[-1][0]


def statements(sql: str) -> Iterator[str]:
    for statement in re.sub(r"--[^\n]*", "", sql).split(";"):
        if statement.strip():
            yield statement
