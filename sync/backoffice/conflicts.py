"""Put on record that a window's facts about a case came after another's and were not taken.

The order of arrival has decided; this tells both clerks so. The one whose facts were refused sees
them among what waits for an answer, and the one who holds the case hears that somebody else had
worked on it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.domain.case_events import ConflictRecorded
from app.domain.decoding import decode
from sync import errors
from sync.backoffice import own
from sync.backoffice.database import Transaction

_ACTOR = "backoffice"


def record_held_up(connection: Transaction, subjects: Sequence[str], now: datetime) -> None:
    """What could not be put on record while a newer window's facts about these cases waited."""
    told = connection.among(
        "SELECT subject, body FROM entries WHERE subject IN ({}) AND kind = 'ConflictRecorded'"
        " AND outcome = 'applied'",
        subjects,
    )
    known = {(subject, decode(body, ConflictRecorded).window) for subject, body in told}
    refused = connection.among(
        "SELECT e.subject, c.device, e.kind FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.subject IN ({}) AND e.outcome = 'refused' AND e.code = 'SYNC-CASE-ELSEWHERE'"
        " AND e.first = 1 ORDER BY e.arrival",
        [subject for subject in subjects if subject.startswith("case:")],
    )
    _record(connection, [row for row in refused if (row[0], row[1]) not in known], now)


def record_since(connection: Transaction, arrival: int, now: datetime) -> int:
    """One record for each case and window of which facts were refused for this reason and arrived
    after this place. Returns how many records."""
    rows = connection.execute(
        "SELECT e.subject, c.device, e.kind FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.arrival > ? AND e.outcome = 'refused' AND e.code = ? AND e.first = 1"
        " AND e.subject LIKE 'case:%'"
        " ORDER BY e.arrival",
        (arrival, errors.CaseElsewhere.code),
    ).fetchall()
    return _record(connection, rows, now)


def _record(connection: Transaction, rows: Iterable[tuple[str, str, str]], now: datetime) -> int:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for subject, device, kind in rows:
        found.setdefault((subject, device), {})[kind] = None
    recorded = 0
    for (subject, device), kinds in found.items():
        event = ConflictRecorded(
            window=device, kinds=tuple(kinds), code=errors.CaseElsewhere.code
        )  # fmt: skip
        try:
            own.record(connection, event, subject=subject, actor=_ACTOR, now=now)
        except errors.Parked:
            continue  # a newer window's facts about it wait; the refused ones are in sight anyway
        recorded += 1
    return recorded
