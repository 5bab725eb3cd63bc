"""Hand cases to who was drawn or chosen for them: the fact, who has it now, and how it came so.

Many are given at the cost of hardly more than one. Where one of them cannot be, because it has gone
on meanwhile, the others are given one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.domain.case_events import CaseDispatched
from app.domain.errors import AppError
from sync.backoffice import own
from sync.backoffice.database import Transaction
from sync.backoffice.departments.plan import Line
from sync.backoffice.lines import outbox
from sync.backoffice.logs import note
from sync.errors import ServerTrouble

ACTOR = "dispatch"  # who draws: nobody


class Gift(NamedTuple):
    """``line`` where it goes to a department's own system."""

    case_id: str
    department: str
    reviewer: str
    line: Line | None = None


def give(connection: Transaction, gifts: Sequence[Gift], now: datetime) -> int:
    """As drawn. Returns how many were given."""
    if not gifts:
        return 0
    try:
        with connection.savepoint():
            hand_over(connection, gifts, now)
    except ServerTrouble:  # nothing of the transaction is left
        raise
    except Exception as error:  # noqa: BLE001 - a spoilt case must not hold up the others for ever
        if len(gifts) > 1:
            return sum(give(connection, [one], now) for one in gifts)
        code = error.code if isinstance(error, AppError) else type(error).__name__
        note("not_dispatched", case=gifts[0].case_id, code=code)
        return 0
    return len(gifts)


def hand_over(
    connection: Transaction, gifts: Sequence[Gift], now: datetime, *, former: str = "",
    actor: str = ACTOR, reason: str = "",
) -> None:  # fmt: skip
    """``former`` is who had them. Raises what the fold raises."""
    at = now.isoformat()
    facts = [
        (CaseDispatched(department=one.department, reviewer=one.reviewer), f"case:{one.case_id}")
        for one in gifts
    ]
    own.record_all(connection, facts, actor=actor, now=now)
    connection.executemany(
        "UPDATE desk_cases SET reviewer = ?, dispatched_at = ? WHERE case_id = ?",
        [(one.reviewer, at, one.case_id) for one in gifts],
    )
    connection.executemany(
        "INSERT INTO dispatches (case_id, at, reviewer, former, actor, reason)"
        " VALUES (?,?,?,?,?,?) ON CONFLICT (case_id, at, reviewer) DO NOTHING",
        [(one.case_id, at, one.reviewer, former, actor, reason) for one in gifts],
    )
    for one in gifts:
        if one.line is not None:
            outbox.begin(connection, one.line, one.case_id, now)
