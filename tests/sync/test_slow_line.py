"""Over a line too slow for a whole batch everything arrives all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.client.round import LeaseAims
from tests.proxy import GOOD, Line, Proxy
from tests.sync.world import Nursery, enrolled, serve_case, wait_until, window_at

CASES = 150
# About 4 KB/s each way: what waits would take far longer than a window waits for an answer.
SLOW = Line(piece=400, delay=0.1)


@pytest.mark.timeout(240)
def test_what_waits_arrives_in_smaller_batches(tmp_path: Path, nursery: Nursery) -> None:
    with nursery.served(tmp_path / "data") as office, Proxy(office.port) as line:
        token = enrolled(office, "W01")
        aims = LeaseAims(numbers_low=CASES, tickets=0)
        with window_at(tmp_path / "window", line.url, token, aims) as window:
            window.worker.start()
            wait_until(lambda: window.outbox.numbers_left() >= CASES, what="numbers")
            wait_until(window.settled, what="their lease is confirmed")
            line.be(Line(hole=True))
            for number in range(CASES):
                serve_case(window, f"case-{number}")
            waiting = window.outbox.counts()[0]
            assert waiting > 500
            line.be(Line(refuse=True))
            line.be(SLOW)
            left = waiting - 200  # more than such a line carries while one answer is awaited
            wait_until(lambda: window.outbox.counts()[0] < left, 60, "they arrive bit by bit")
            line.be(GOOD)
            wait_until(window.settled, 30, "the line is good again")
        assert len(office.cases()) == CASES
