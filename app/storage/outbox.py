"""The journal as the sync client sees it: what waits, what was decided, what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.events import CaseNumbersLeased, TicketLeased
from app.domain.hall import HALL_ZONE
from app.domain.journal import Entry
from app.storage.database import Statements
from app.storage.folding import project_again
from app.storage.store import Store

SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The back office will not take this event; ``code`` says why."""

    seq: int
    code: str
    detail: str = ""


class Outbox:
    """Pending means: not yet decided by the back office. Nothing ever leaves the journal."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def identity(self) -> tuple[str, str]:
        """(device, install)."""
        return self._store.device, self._store.install

    def acknowledged(self) -> int:
        with self._store.read() as connection:
            row = connection.exec_driver_sql("SELECT acknowledged FROM chain").one()
        return int(row[0])

    def pending(self, after: int, limit: int, max_bytes: int) -> list[Entry]:
        """Entries after ``after`` in order; at most ``limit`` and about ``max_bytes`` of bodies,
        but always one if there is any."""
        chosen: list[Entry] = []
        size = 0
        for entry in self._store.entries(after=after, limit=limit):
            size += len(entry.body.encode()) + 400
            if chosen and size > max_bytes:
                break
            chosen.append(entry)
        return chosen

    def acknowledge(self, through: int, refused: Sequence[Refusal]) -> None:
        """Record what was decided, and set aside what was refused, in one transaction."""
        at = self._store.clock.now().isoformat()
        with self._store.begin() as unit:
            unit.connection.exec_driver_sql(
                "UPDATE chain SET acknowledged = max(acknowledged, ?)", (through,)
            )
            for refusal in refused:
                unit.connection.exec_driver_sql(
                    "INSERT INTO set_aside (install, seq, code, detail, at) "
                    "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (self._store.install, refusal.seq, refusal.code, refusal.detail[:500], at),
                )
            for subject in self._cases_of(unit.connection, refused):
                project_again(unit.connection, subject)

    def _cases_of(self, connection: Statements, refused: Sequence[Refusal]) -> set[str]:
        subjects = set()
        for refusal in refused:
            row = connection.exec_driver_sql(
                "SELECT subject FROM journal WHERE install = ? AND seq = ?",
                (self._store.install, refusal.seq),
            ).one_or_none()
            if row is not None and str(row[0]).startswith("case:"):
                subjects.add(str(row[0]))
        return subjects

    def counts(self) -> tuple[int, int]:
        """(events waiting, events refused)."""
        with self._store.read() as connection:
            waiting = connection.exec_driver_sql(
                "SELECT coalesce(max(seq), 0) - (SELECT acknowledged FROM chain) "
                "FROM journal WHERE install = ?",
                (self._store.install,),
            ).scalar_one()
            refused = connection.exec_driver_sql("SELECT count(*) FROM set_aside").scalar_one()
        return max(0, int(waiting)), int(refused)

    def numbers_left(self) -> int:
        with self._store.read() as connection:
            return int(
                connection.exec_driver_sql(
                    "SELECT coalesce(sum(last - next + 1), 0) FROM number_blocks"
                ).scalar_one()
            )

    def tickets_left(self) -> int:
        """Leased tickets of today's line that still wait here."""
        today = self._store.clock.now().astimezone(HALL_ZONE).date()
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT taken_at FROM tickets WHERE state = 'waiting' AND local = 0"
            ).all()
        days = (datetime.fromisoformat(row[0]).astimezone(HALL_ZONE).date() for row in rows)
        return sum(day == today for day in days)

    def lease_numbers(self, first: int, last: int) -> None:
        """Take over a block of case serials; the same block twice is a no-op."""
        with self._store.begin() as unit:
            known = unit.connection.exec_driver_sql(
                "SELECT 1 FROM number_blocks WHERE first = ?", (first,)
            ).one_or_none()
            if known is None:
                unit.append(
                    CaseNumbersLeased(first=first, last=last), subject="device", actor=SYSTEM
                )

    def lease_ticket(
        self, ticket_id: str, number: str, business: str, taken_at: datetime, priority: str
    ) -> None:
        """Take over one ticket of the hall's line; the same ticket twice is a no-op."""
        with self._store.begin() as unit:
            known = unit.connection.exec_driver_sql(
                "SELECT 1 FROM tickets WHERE id = ?", (ticket_id,)
            ).one_or_none()
            if known is None:
                unit.append(
                    TicketLeased(
                        number=number, business=business, taken_at=taken_at, priority=priority
                    ),
                    subject=f"ticket:{ticket_id}",
                    actor=SYSTEM,
                )
