"""Put on record that a window's facts about a case came after another's and were not taken.

The order of arrival has decided; this tells both clerks so. The one whose facts were refused sees
them among what waits for an answer, and the one who holds the case hears that somebody else had
worked on it too.
"""

from __future__ import annotations

from datetime import datetime

from app.domain.case_events import ConflictRecorded
from sync import errors
from sync.backoffice import own
from sync.backoffice.database import Transaction

_ACTOR = "backoffice"


def record_since(connection: Transaction, arrival: int, now: datetime) -> int:
    """One record for each case and window of which facts were refused for this reason and arrived
    after this place. Returns how many records."""
    rows = connection.execute(
        "SELECT e.subject, c.device, e.kind FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.arrival > ? AND e.outcome = 'refused' AND e.code = ? AND e.first = 1"
        " AND e.subject LIKE 'case:%'"
        " ORDER BY e.arrival",
        (arrival, errors.CaseElsewhere.code),
    )
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
