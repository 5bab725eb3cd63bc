"""Time the acts of one window's line over years of tickets: next, and what the screen reads.

The bar is 50 ms at the 99th of a hundred for the next call; the screen reads every two seconds.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.bootstrap import Client
from app.config import Settings
from app.domain.hall import Role
from app.domain.ticket_events import (
    TicketCalled,
    TicketFinished,
    TicketLeased,
    TicketPassed,
    TicketServed,
)
from app.services.sign_in import Session

DAYS, A_DAY = 500, 30
ROUNDS = 200


class _Clock:
    def __init__(self) -> None:
        self.at = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def _live(client: Client, clock: _Clock) -> None:
    """Years of a window: most served, some passed over, some never called."""
    number = 0
    for _ in range(DAYS):
        clock.at = clock.at.replace(hour=1, minute=0) + timedelta(days=1)
        with client.store.begin() as unit:
            for place in range(A_DAY):
                clock.at += timedelta(minutes=1)
                number += 1
                facts = [
                    TicketLeased(number=f"A{place:03d}", business="general", taken_at=clock.at),
                    TicketCalled(window="W01"), TicketServed(), TicketFinished(),
                ]  # fmt: skip
                if place % 10 == 0:
                    facts = [*facts[:2], TicketPassed()]
                elif place % 10 == 1:
                    facts = facts[:1]
                for fact in facts:
                    unit.append(fact, subject=f"ticket:{number}", actor="1001")


def _time(act: Callable[[], object]) -> str:
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    worst = statistics.quantiles(taken, n=100)[-1]
    return f"median {statistics.median(taken) * 1e3:.2f} ms, p99 {worst * 1e3:.2f} ms"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = _Clock()
        client = Client(Path(folder), Settings(window="W01"), clock=clock)
        window = client.hall.get_window("W01")
        session = Session(staff_id="1001", name="李样例", role=Role.CLERK, window=window)
        _live(client, clock)
        clock.at += timedelta(days=1)
        for place in range(3):
            client.outbox.lease_ticket(f"now-{place}", f"B{place:03d}", "general", clock.at, "")
        print(f"{DAYS * A_DAY} tickets of {DAYS} days, three wait")

        def call_and_back() -> None:
            client.queue.call_next(session)
            client.queue.undo(session)

        print(f"next and undo  {_time(call_and_back)}")
        print(f"what is shown  {_time(lambda: client.queue.snapshot(session))}")
        print(f"a number       {_time(lambda: client.queue.take(session, 'general'))}")


if __name__ == "__main__":
    main()
