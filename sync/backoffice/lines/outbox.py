"""Keep what must be sent to a line until it has said that it has it; nothing waits for ever unseen.

A job's key names the case and its round, so a line that is told twice knows it. A process claims a
job for a while before it sends: when it dies, the job is free again after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.backoffice.database import Transaction
from sync.backoffice.departments.plan import Line
from sync.backoffice.lines.standing import may_speak, pause

CLAIM = timedelta(seconds=60)
_LONGEST = 600.0  # seconds before another try


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    key: str
    case_id: str
    round: int
    line: str
    state: str
    ticket: str
    tries: int


_COLUMNS = "key, case_id, round, line, state, ticket, tries"


def begin(connection: Transaction, line: Line, case_id: str, now: datetime) -> None:
    """The case goes to this line, in one round more than before."""
    last = _last(connection, case_id)
    round_ = last.round + 1 if last else 1
    at = now.isoformat()
    connection.execute(
        "INSERT INTO line_jobs (key, case_id, round, line, state, next_at, made_at, changed_at)"
        " VALUES (?,?,?,?,'waiting',?,?,?)",
        (f"{case_id}:{round_}", case_id, round_, line.name, at, at, at),
    )


def go_on(connection: Transaction, line: Line, case_id: str, now: datetime) -> None:
    """An accepted case whose last answer was taken: what was asked for is there, so once more."""
    last = _last(connection, case_id)
    if last is not None and last.state == "answered":
        begin(connection, line, case_id, now)


def end(connection: Transaction, case_id: str, now: datetime) -> None:
    """Somebody else has the case."""
    connection.execute(
        "UPDATE line_jobs SET state = 'ended', changed_at = ?"
        " WHERE case_id = ? AND state IN ('waiting', 'sent')",
        (now.isoformat(), case_id),
    )


def find_job(connection: Transaction, key: str) -> Job | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM line_jobs WHERE key = ?",  # noqa: S608 - constants
        (key,),
    ).fetchone()
    return None if row is None else Job(**dict(zip(_COLUMNS.split(", "), row, strict=True)))


def is_due(connection: Transaction, line: Line, now: datetime) -> bool:
    return _due(connection, line, now) is not None


def claim(connection: Transaction, line: Line, now: datetime) -> Job | None:
    """The line's next job that is due and that no process is at; none while the line is paused."""
    key = _due(connection, line, now) if may_speak(connection, line, now) else None
    if key is None:
        return None
    connection.execute(
        "UPDATE line_jobs SET claimed_until = ?, tries = tries + 1 WHERE key = ?",
        ((now + CLAIM).isoformat(), key),
    )
    return find_job(connection, key)


def _due(connection: Transaction, line: Line, now: datetime) -> str | None:
    at = now.isoformat()
    row = connection.execute(
        "SELECT key FROM line_jobs WHERE line = ? AND state = 'waiting' AND next_at <= ?"
        " AND claimed_until <= ? ORDER BY next_at, key LIMIT 1",
        (line.name, at, at),
    ).fetchone()
    return None if row is None else str(row[0])


def note_sent(connection: Transaction, key: str, ticket: str, now: datetime) -> None:
    """It has the case. Its answer may have been faster."""
    connection.execute(
        "UPDATE line_jobs SET ticket = ?, claimed_until = '', code = '', changed_at = ?,"
        " state = CASE state WHEN 'waiting' THEN 'sent' ELSE state END WHERE key = ?",
        (ticket, now.isoformat(), key),
    )


def note_failed(connection: Transaction, job: Job, code: str, now: datetime, jitter: float) -> None:
    """To be tried again, later each time. ``jitter`` is from 0 to 1."""
    next_at = now + pause(job.tries, jitter, _LONGEST)
    connection.execute(
        "UPDATE line_jobs SET claimed_until = '', code = ?, next_at = ?, changed_at = ?"
        " WHERE key = ? AND state = 'waiting'",
        (code, next_at.isoformat(), now.isoformat(), job.key),
    )


def put_off(connection: Transaction, job: Job, now: datetime, seconds: float) -> None:
    """Nothing failed: the case cannot go yet (its scans have not arrived)."""
    connection.execute(
        "UPDATE line_jobs SET claimed_until = '', tries = tries - 1, next_at = ? WHERE key = ?",
        ((now + timedelta(seconds=seconds)).isoformat(), job.key),
    )


def note_answered(connection: Transaction, job: Job, ticket: str, now: datetime) -> None:
    connection.execute(
        "UPDATE line_jobs SET state = 'answered', ticket = ?, claimed_until = '', code = '',"
        " changed_at = ? WHERE key = ?",
        (ticket, now.isoformat(), job.key),
    )


def _last(connection: Transaction, case_id: str) -> Job | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM line_jobs WHERE case_id = ? ORDER BY round DESC LIMIT 1",  # noqa: S608 - constants
        (case_id,),
    ).fetchone()
    return None if row is None else Job(**dict(zip(_COLUMNS.split(", "), row, strict=True)))
