"""Know how each line stands: how far its answers were taken, and since when it does not answer.

A line that fails is left alone as a whole, longer each time, so that a thousand waiting cases are
not a thousand knocks at a closed door. When it answers again, what had failed with it goes at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sync.backoffice.database import Transaction
from sync.backoffice.departments.plan import Line
from sync.backoffice.lines.errors import LineTrouble

POLL = timedelta(seconds=5)
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0  # seconds
_OUTAGE = 3  # failures in a row: it was the line and not one case


def pause(tries: int, jitter: float, longest: float = LONGEST_PAUSE) -> timedelta:
    """After so many failures in a row. ``jitter`` is from 0 to 1: many are not all back at once."""
    seconds = min(longest, FIRST_PAUSE * 2.0 ** min(tries - 1, 20))
    return timedelta(seconds=seconds * (0.5 + jitter / 2))


def may_speak(connection: Transaction, line: Line, now: datetime) -> bool:
    row = connection.execute(
        "SELECT next_at FROM line_places WHERE line = ?", (line.name,)
    ).fetchone()
    return row is None or str(row[0]) <= now.isoformat()


def claim_poll(connection: Transaction, line: Line, now: datetime) -> str | None:
    """The place to ask after; None where it was asked a moment ago, by whomever, or is paused."""
    _open(connection, line)
    at = now.isoformat()
    claimed = connection.execute(
        "UPDATE line_places SET asked_at = ? WHERE line = ? AND asked_at <= ? AND next_at <= ?",
        (at, line.name, (now - POLL).isoformat(), at),
    ).rowcount
    if not claimed:
        return None
    row = connection.execute(
        "SELECT cursor FROM line_places WHERE line = ?", (line.name,)
    ).fetchone()
    return str(row[0])


def note_polled(connection: Transaction, line: Line, cursor: str) -> None:
    connection.execute("UPDATE line_places SET cursor = ? WHERE line = ?", (cursor, line.name))


def note_answering(connection: Transaction, line: Line, now: datetime) -> None:
    """It spoke as agreed."""
    _open(connection, line)
    tries = connection.execute(
        "SELECT tries FROM line_places WHERE line = ?", (line.name,)
    ).fetchone()[0]
    if not tries:
        return
    connection.execute(
        "UPDATE line_places SET tries = 0, next_at = '', failing_since = '', code = ''"
        " WHERE line = ?",
        (line.name,),
    )
    if tries >= _OUTAGE:
        connection.execute(
            "UPDATE line_jobs SET next_at = ? WHERE line = ? AND state = 'waiting' AND code = ?",
            (now.isoformat(), line.name, LineTrouble.code),
        )


def note_failing(
    connection: Transaction, line: Line, code: str, now: datetime, jitter: float
) -> None:
    _open(connection, line)
    tries = connection.execute(
        "SELECT tries FROM line_places WHERE line = ?", (line.name,)
    ).fetchone()[0]
    connection.execute(
        "UPDATE line_places SET tries = ?, next_at = ?, code = ?,"
        " failing_since = CASE failing_since WHEN '' THEN ? ELSE failing_since END"
        " WHERE line = ?",
        (
            tries + 1, (now + pause(tries + 1, jitter)).isoformat(), code, now.isoformat(),
            line.name,
        ),
    )  # fmt: skip


def try_now(connection: Transaction, line: str, now: datetime) -> None:
    """A person does not want to wait for the next try."""
    connection.execute("UPDATE line_places SET next_at = '', asked_at = '' WHERE line = ?", (line,))
    connection.execute(
        "UPDATE line_jobs SET next_at = ? WHERE line = ? AND state = 'waiting'",
        (now.isoformat(), line),
    )


def _open(connection: Transaction, line: Line) -> None:
    connection.execute(
        "INSERT INTO line_places (line, cursor, asked_at) VALUES (?,'','')"
        " ON CONFLICT (line) DO NOTHING",
        (line.name,),
    )
