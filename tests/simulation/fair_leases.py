"""Watch each lease of tickets: it is given to whom the policy names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.domain import queueing
from app.domain.hall import Hall
from app.domain.queue_policy import Order
from app.domain.ticket import Ticket
from sync.backoffice.database import Database
from sync.backoffice.queue.rows import IN_LINE, hall_day, read_rows
from sync.backoffice.queue.rules import read_rules
from sync.backoffice.queue.view import window_of


class FairLeases:
    """Looks at the line before and after each lease: nobody who could have been chosen, and whose
    turn was before, stays behind."""

    def __init__(self, database: Database, hall: Hall) -> None:
        self._database, self._hall = database, hall

    def line(self, now: datetime) -> list[Ticket]:
        """Without whom a window with nobody to call has asked another for."""
        with self._database.read() as reader:
            rows = read_rows(reader, IN_LINE, (hall_day(now),))
        return [one.ticket for one in rows if not one.asked_for]

    def complaint(self, before: Sequence[Ticket], device: str, now: datetime) -> str:
        with self._database.read() as reader:
            policy = read_rules(reader, self._hall, now).policy
            window = window_of(reader, self._hall, device)
        left = {one.id for one in self.line(now)}
        gone = [one for one in before if one.id not in left]
        # By chance, or by a share that depends on former calls, others may go first.
        if policy.order is Order.RANDOM or policy.priority_share < 10 or not gone:
            return ""
        due = queueing.in_order(policy, window, before)[: len(gone)]
        if {one.id for one in due} != {one.id for one in gone}:
            return f"{window} got {[one.number for one in gone]}, due: {[o.number for o in due]}"
        return ""
