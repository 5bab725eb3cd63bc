"""Time the list of results with 5,000 waiting, and the day's balance of 10,000 cases that all moved
that day; and say how much memory the balance takes."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from app.bootstrap import Client
from app.config import Settings
from app.domain.case_events import CaseFinished, CaseReviewed, ResultHanded
from app.domain.hall import HALL_ZONE
from app.services.result_list import ResultQuery
from app.services.shift_reports import Report
from app.storage.outbox import Outbox
from tests.benchmarks.sync_cases import full_case

CASES = 10_000
WAITING = 5_000


def fill(client: Client) -> str:
    """Returns the name of one applicant."""
    rng = Random(1)
    at = datetime.now(UTC)
    for serial in range(CASES):
        case_id = client.store.new_id()
        about = f"case:{case_id}"
        facts = [one for one in full_case(case_id, serial, "W01", rng) if one[0] == about]
        facts += [
            (about, CaseReviewed(granted=True, opinion="符合", reviewer="7001")),
            (about, CaseFinished(name="示例许可证", number=f"示{serial}", reviewer="7001")),
        ]
        if serial >= WAITING:
            handed = ResultHanded(by="1001", to="张示例", way="直接", at=at, signed=True)
            facts.append((about, handed))
        with client.store.begin() as unit:
            for subject, event in facts:
                unit.append(event, subject=subject, actor="1001")
    with client.store.read() as connection:
        return str(connection.exec_driver_sql("SELECT name FROM cases LIMIT 1").scalar_one())


def timed(work: Callable[[], object], rounds: int) -> float:
    """Median in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        client = Client(Path(folder), Settings())
        Outbox(client.store).lease_numbers(1, 2 * CASES)
        name = fill(client)
        desk = client.results
        for words, query in (
            ("all that waits", ResultQuery()),
            ("by name", ResultQuery(text=name)),
            ("by nothing that is there", ResultQuery(text="没有的")),
            ("by card", ResultQuery(person="990100199001010000")),
        ):
            print(f"{WAITING} waiting, {words}: {timed(partial(desk.find, query), 20):.1f} ms")
        today = datetime.now(UTC).astimezone(HALL_ZONE).date()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        took = timed(lambda: client.shift_reports.report(Report.BALANCE, today), 1)
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"balance of a day with {CASES} cases: {took / 1000:.1f} s, {more:.0f} MB more")
        client.store.close()


if __name__ == "__main__":
    main()
