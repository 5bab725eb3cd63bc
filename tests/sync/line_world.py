"""A back office whose department has a system of its own: both real, over real HTTP and databases,
and one clock that a test turns on."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.domain import case as cases
from app.domain.case import Case
from sync.backoffice.departments.facts import facts_about
from sync.backoffice.departments.plan import FILE
from sync.backoffice.departments.staff import Staff
from sync.backoffice.lines.worker import LineWorker
from sync.backoffice.office import Office
from sync.backoffice.settings import Settings
from sync.line_example.moods import Moods
from sync.line_example.server import LineExample
from tests.sync.exchange_world import DEPARTMENT, ExchangeHall, PublishedLists
from tests.sync.hall import HALL, START
from tests.sync.world import free_port

TOKEN = "a-token-that-both-sides-know"


class LineHall:
    """``now`` is both sides' clock."""

    def __init__(self, data: Path, place: Path | str, moods: Moods) -> None:
        self.now: datetime = START + timedelta(minutes=5)
        self.data = data
        self.moods = moods
        self.port = free_port()
        self.line: LineExample | None = None
        data.mkdir(exist_ok=True)
        (data / "line.token").write_text(TOKEN, encoding="ascii")
        line = {
            "name": "market", "department": DEPARTMENT, "token_file": "line.token",
            "url": f"http://127.0.0.1:{self.port}",
        }  # fmt: skip
        (data / FILE).write_text(json.dumps({"lines": [line]}), encoding="utf-8")
        self.settings = Settings(
            data=data, hall=HALL, database=str(place), lists=PublishedLists(),
            now=lambda: self.now,
        )  # fmt: skip
        self.staff = Staff(Office(self.settings))
        self.window = ExchangeHall(database=self.staff.office.database, data=data)

    # -- the line -----------------------------------------------------------------------------

    def open_line(self, *, slow: float = 0.0) -> LineExample:
        self.line = LineExample(
            self.port, TOKEN, self.data / "line.db", self.moods, slow=slow,
            clock=self.seconds,
        )  # fmt: skip
        threading.Thread(target=self.line.serve_forever, args=(0.02,), daemon=True).start()
        return self.line

    def seconds(self) -> float:
        return self.now.timestamp()

    def shut_line(self) -> None:
        if self.line is not None:
            self.line.shutdown()
            self.line.server_close()
            self.line = None

    def told(self) -> dict[str, dict[str, Any]]:
        """By key: what the line knows."""
        assert self.line is not None
        return {one["key"]: one for one in self.line.ledger.told()}

    # -- the back office ----------------------------------------------------------------------

    def step(self, *, seconds: float = 1.0, staff: Staff | None = None, wires: bool = True) -> int:
        """Time passes, then everything that is due is done. Returns how much was moved, by wire
        or, without ``wires``, by the draw alone."""
        self.now += timedelta(seconds=seconds)
        return asyncio.run(self._step(staff or self.staff, wires=wires))

    async def _step(self, staff: Staff, *, wires: bool) -> int:
        plan, fault = staff.plan()
        assert fault is None
        drawn = await staff.step()
        if not wires:
            return drawn
        return await LineWorker(staff.office, staff.desk, lambda: 0.5).step(plan)

    def until_quiet(self, *, seconds: float = 7.0, most: int = 400) -> None:
        """Until every job is answered and nothing is said any more."""
        for _ in range(most):
            self.step(seconds=seconds)
            if not self.jobs("waiting", "sent") and self._quiet():
                return
        raise AssertionError(self.jobs("waiting", "sent"))

    def _quiet(self) -> bool:
        """The line has nothing more to say, and all of it was taken."""
        assert self.line is not None
        with self.line.ledger._lock:
            tables = self.line.ledger._tables
            left = tables.execute("SELECT count(*) FROM planned").fetchone()[0]
            end = tables.execute("SELECT coalesce(max(place), 0) FROM said").fetchone()[0]
        (place,) = self.rows("SELECT cursor FROM line_places")
        return not left and place[0] == str(end)

    def rows(self, sql: str, *values: str) -> list[Any]:
        with self.staff.office.database.read() as reader:
            return reader.execute(sql, values).fetchall()

    def jobs(self, *states: str) -> list[Any]:
        marks = ", ".join("?" for _ in states)
        return self.rows(
            "SELECT key, state, tries, code, next_at FROM line_jobs"
            f" WHERE state IN ({marks}) ORDER BY key",
            *states,
        )

    def parked(self) -> list[str]:
        """Why answers were not taken."""
        rows = self.rows("SELECT reason FROM line_answers WHERE state = 'parked' ORDER BY reason")
        return [row[0] for row in rows]

    def case(self, case_id: str) -> Case:
        with self.staff.office.database.read() as reader:
            facts = facts_about(reader, case_id)
        found = cases.fold(case_id, (fact.event for fact in facts))
        assert found is not None
        return found

    def kinds(self, case_id: str) -> list[str]:
        """What was recorded about the case, in order."""
        with self.staff.office.database.read() as reader:
            return [type(fact.event).__name__ for fact in facts_about(reader, case_id)]

    def close(self) -> None:
        self.shut_line()
        self.staff.office.close()


@contextmanager
def line_hall(data: Path, place: Path | str, moods: Moods | None = None) -> Iterator[LineHall]:
    hall = LineHall(data, place, moods or Moods(faults=0.0))
    try:
        yield hall
    finally:
        hall.close()
