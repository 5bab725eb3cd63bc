"""Keep what the fictitious department was told and what it will say, over its own restarts."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sync.line_example.moods import Moods, sayings, ticket_of

_SCHEMA = """
CREATE TABLE IF NOT EXISTS told (
    key TEXT PRIMARY KEY, number TEXT NOT NULL, ticket TEXT NOT NULL, body TEXT NOT NULL,
    times INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS planned (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, due REAL NOT NULL, body TEXT NOT NULL,
    own INTEGER NOT NULL  -- 1 for the right answer
);
CREATE TABLE IF NOT EXISTS said (
    place INTEGER PRIMARY KEY, key TEXT NOT NULL, body TEXT NOT NULL, own INTEGER NOT NULL
);
"""


class Ledger:
    """Safe to use from several threads. ``clock`` gives seconds."""

    def __init__(self, file: Path, moods: Moods, clock: Callable[[], float]) -> None:
        self._moods = moods
        self._clock = clock
        self._lock = threading.Lock()
        self._tables = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._tables.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._tables.close()

    def take(self, case: dict[str, Any]) -> str:
        """The case's ticket; it is worked on once, however often it is told."""
        key = case["key"]
        with self._lock, self._tables:
            self._tables.execute("BEGIN IMMEDIATE")
            known = self._tables.execute(
                "UPDATE told SET times = times + 1 WHERE key = ?", (key,)
            ).rowcount
            if not known:
                body = json.dumps(case, ensure_ascii=False)
                self._tables.execute(
                    "INSERT INTO told VALUES (?,?,?,?,1)",
                    (key, case["number"], ticket_of(key), body),
                )
                now = self._clock()
                for one in sayings(case, self._moods):
                    self._tables.execute(
                        "INSERT INTO planned (key, due, body, own) VALUES (?,?,?,?)",
                        (key, now + one.after, one.body, int(one.right)),
                    )
        return ticket_of(key)

    def answers(self, after: int, most: int) -> list[tuple[int, str]]:
        """What is said after this place, with places; what is due by now is said first."""
        with self._lock, self._tables:
            self._tables.execute("BEGIN IMMEDIATE")
            due = self._tables.execute(
                "SELECT id, key, body, own FROM planned WHERE due <= ? ORDER BY due, id",
                (self._clock(),),
            ).fetchall()
            for one, key, body, own in due:
                self._tables.execute(
                    "INSERT INTO said (key, body, own) VALUES (?,?,?)", (key, body, own)
                )
                self._tables.execute("DELETE FROM planned WHERE id = ?", (one,))
            return self._tables.execute(
                "SELECT place, body FROM said WHERE place > ? ORDER BY place LIMIT ?",
                (after, most),
            ).fetchall()

    def told(self) -> list[dict[str, Any]]:
        """Each case, how often it was told, and its right answer as far as it was said."""
        with self._lock:
            rows = self._tables.execute(
                "SELECT t.key, t.number, t.ticket, t.times, s.body FROM told t"
                " LEFT JOIN said s ON s.key = t.key AND s.own = 1 ORDER BY t.rowid"
            ).fetchall()
        return [
            {
                "key": row[0], "number": row[1], "ticket": row[2], "times": row[3],
                "answer": json.loads(row[4]) if row[4] else None,
            }
            for row in rows
        ]  # fmt: skip
