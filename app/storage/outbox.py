"""The journal as the sync client sees it: what waits, what was decided, what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import BadEntry
from app.domain.events import CaseNumbersLeased, SetAsideAnswered
from app.domain.hall import HALL_ZONE
from app.domain.journal import Entry, decode_event
from app.domain.ticket_events import TicketLeased, WindowOpened
from app.storage.folding import clashes, note_fit, try_project
from app.storage.number_stock import NumberStock, stock
from app.storage.set_aside_table import close_block, count_open, park, reopen_block, set_aside
from app.storage.store import Store, Unit
from app.storage.ticket_table import hall_day

SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The back office will not take this event; ``code`` says why. ``parked``: it keeps it
    undecided until its own upgrade."""

    seq: int
    code: str
    detail: str = ""
    parked: bool = False


class Outbox:
    """Pending means: not yet decided by the back office. Nothing ever leaves the journal."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def identity(self) -> tuple[str, str]:
        """(device, install)."""
        return self._store.identity()

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

    def acknowledge(self, through: int, refused: Sequence[Refusal], install: str = "") -> None:
        """Record what was decided, and set aside what was refused, in one transaction.

        Nothing is recorded where ``install`` is the chain no more: the device was enrolled anew
        while the answer was under way, and these places hold other facts now.
        """
        now = self._store.clock.now()
        with self._store.begin() as unit:
            if install not in {"", self._store.install}:
                return
            install = self._store.install
            unit.connection.exec_driver_sql(
                "UPDATE chain SET acknowledged = max(acknowledged, ?)", (through,)
            )
            cases = set()
            for one in refused:
                if one.parked:
                    park(unit.connection, install, (one.seq,), one.code, now.isoformat())
                elif set_aside(unit.connection, install, one.seq, one.code, one.detail, now):
                    subject = self._refuse(unit, one.seq)
                    cases |= {subject} if subject.startswith("case:") else set()
            # A copy of this disk may have used the same numbers: what clashes waits for the rest.
            for subject in sorted(cases) + [s for s in clashes(unit.connection) if s not in cases]:
                code = try_project(unit.connection, subject)
                note_fit(unit.connection, subject, code, now.isoformat())

    def _refuse(self, unit: Unit, seq: int) -> str:
        """Returns what the refused fact is about. A block of numbers that is not ours is nothing
        that a person could answer: it is closed at once; so is a ticket that is another's."""
        row = unit.connection.exec_driver_sql(
            "SELECT subject, kind, version, body FROM journal WHERE install = ? AND seq = ?",
            (self._store.install, seq),
        ).one_or_none()
        if row is None:
            return ""
        subject, kind, version, body = row
        if kind in {CaseNumbersLeased.__name__, TicketLeased.__name__}:
            dropped = SetAsideAnswered(install=self._store.install, seq=seq, answer="dropped")
            unit.append(dropped, subject="device", actor=SYSTEM)
        if kind == CaseNumbersLeased.__name__:
            with suppress(BadEntry):
                leased = decode_event(kind, version, body)
                close_block(unit.connection, getattr(leased, "first", 0))
        return str(subject)

    def counts(self) -> tuple[int, int]:
        """(events waiting, events refused that nobody has answered yet)."""
        with self._store.read() as connection:
            waiting = connection.exec_driver_sql(
                "SELECT coalesce(max(seq), 0) - (SELECT acknowledged FROM chain) "
                "FROM journal WHERE install = ?",
                (self._store.install,),
            ).scalar_one()
            refused = count_open(connection)
        return max(0, int(waiting)), refused

    def numbers(self) -> NumberStock:
        with self._store.read() as connection:
            return stock(connection)

    def numbers_left(self) -> int:
        return self.numbers().left

    def serves(self) -> bool:
        """Whether somebody calls people here today: not after a pause or a close, nor before
        anybody signed in. True where nothing was ever said of it."""
        with self._store.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT kind, at FROM line_latest WHERE name = 'window'"
            ).one_or_none()
        if row is None:
            return True
        opened = row[0] == WindowOpened.__name__
        return opened and hall_day(datetime.fromisoformat(row[1])) == hall_day(
            self._store.clock.now()
        )

    def tickets_left(self) -> int:
        """Leased tickets of today's line that still wait here."""
        today = self._store.clock.now().astimezone(HALL_ZONE).date()
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT taken_at FROM tickets WHERE state = 'waiting' AND local = 0 AND away = 0"
            ).all()
        days = (datetime.fromisoformat(row[0]).astimezone(HALL_ZONE).date() for row in rows)
        return sum(day == today for day in days)

    def lease_numbers(self, first: int, last: int, install: str = "") -> None:
        """Take over a block of case serials; the same block twice is a no-op, and so is one that
        was given to another ``install`` than this chain."""
        with self._store.begin() as unit:
            if install not in {"", self._store.install}:
                return
            known = unit.connection.exec_driver_sql(
                "SELECT 1 FROM number_blocks WHERE first = ? AND last >= ? "
                "AND first NOT IN (SELECT first FROM closed_blocks)",
                (first, last),
            ).one_or_none()
            if known is None:
                reopen_block(unit.connection, first)
                unit.append(
                    CaseNumbersLeased(first=first, last=last), subject="device", actor=SYSTEM
                )

    def lease_ticket(
        self, ticket_id: str, number: str, business: str, taken_at: datetime, priority: str,
        install: str = "", *, place: datetime | None = None, window: str = "", item: str = "",
    ) -> None:  # fmt: skip
        """Take over one ticket of the hall's line; the same ticket twice is a no-op, and so is one
        that was given to another ``install`` than this chain."""
        with self._store.begin() as unit:
            if install not in {"", self._store.install}:
                return
            known = unit.connection.exec_driver_sql(
                "SELECT 1 FROM tickets WHERE id = ? AND away = 0", (ticket_id,)
            ).one_or_none()
            if known is None:
                unit.append(
                    TicketLeased(
                        number=number,
                        business=business,
                        taken_at=taken_at,
                        priority=priority,
                        place=place,
                        window=window,
                        item=item,
                    ),
                    subject=f"ticket:{ticket_id}",
                    actor=SYSTEM,
                )
