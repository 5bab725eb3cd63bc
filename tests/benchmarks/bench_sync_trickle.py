"""Time from the save of a case at a window to its acknowledgement, ten cases a second.

``python -m tests.benchmarks.bench_sync_trickle [--seconds N]``

The window's real store and worker in one process with what saves, as in the product; the server in
its own. The yardstick of the same run is a bare durable commit followed by a bare request.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import tempfile
import threading
import time
from pathlib import Path

import requests

from app.ports import SyncStatus
from app.storage.outbox import Outbox
from tests.benchmarks.sync_cases import SHAPES
from tests.benchmarks.sync_light import Times
from tests.benchmarks.sync_office import Office, office_at, wait_for_quiet
from tests.benchmarks.sync_window import at_window, open_store, worker_of

_EACH_SECOND = 10
BAR_P50, BAR_P99 = 5.0, 10.0  # ms


class _Heard:
    """When each place was acknowledged."""

    def __init__(self) -> None:
        self._wanted: list[tuple[int, float]] = []
        self._lock = threading.Lock()
        self.times = Times()

    def saved(self, seq: int, began: float) -> None:
        with self._lock:
            self._wanted.append((seq, began))

    def __call__(self, status: SyncStatus) -> None:
        with self._lock:
            while self._wanted and self._wanted[0][0] <= status.acknowledged:
                self.times.since(self._wanted.pop(0)[1])


def _trickle(office: Office, home: Path, device: str, seconds: float) -> tuple[Times, Times]:
    store = open_store(home, device)
    outbox, heard, saves = Outbox(store), _Heard(), Times()
    worker = worker_of(store, outbox, office.url, office.token_for(device), heard)
    store.subscribe(lambda _: worker.wake())
    worker.start()
    time.sleep(1)
    first = outbox.acknowledged()
    with store.read() as connection:
        serial = connection.exec_driver_sql("SELECT min(next) FROM number_blocks").scalar_one()
    rng, start = random.Random(1), time.perf_counter()
    for number in range(int(seconds * _EACH_SECOND)):
        time.sleep(max(0.0, start + number / _EACH_SECOND - time.perf_counter()))
        facts = SHAPES["lean"](store.new_id(), serial + number, device, rng)
        began = time.perf_counter()
        heard.saved(first + (number + 1) * len(facts), began)
        with store.begin() as unit:
            for subject, event in facts:
                unit.append(event, subject=subject, actor="1001")
        saves.since(began)
    time.sleep(1)
    assert outbox.counts() == (0, 0)
    worker.stop(10)
    store.close()
    return heard.times, saves


def _bare(office: Office, path: Path, count: int) -> Times:
    """A durable commit of as many bytes, and a request that does nothing, one after the other."""
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("CREATE TABLE cases (id INTEGER PRIMARY KEY, body TEXT)")
    times = Times()
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(count):
            time.sleep(1 / _EACH_SECOND)
            began = time.perf_counter()
            plain.execute("INSERT INTO cases (body) VALUES (?)", (os.urandom(1500).hex(),))
            session.get(office.url + "/health", timeout=5)
            times.since(began)
    plain.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    asked = parser.parse_args()
    device = "W01"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        with office_at(Path(folder, "data")) as office:
            numbers = int(asked.seconds * _EACH_SECOND) + 200
            at_window("lease", home, device, office.url, office.token_for(device), numbers)
            wait_for_quiet(office)
            bare = _bare(office, Path(folder, "bare.db"), 100)
            times, saves = _trickle(office, home, device, asked.seconds)
    assert len(times.seconds) == int(asked.seconds * _EACH_SECOND)
    print(
        f"trickle, {_EACH_SECOND} cases/s: save to acknowledgement p50 {times.at(0.5):.1f} ms "
        f"(bar {BAR_P50:.0f}), p99 {times.at(0.99):.1f} ms (bar {BAR_P99:.0f}); of it the save "
        f"{saves.at(0.5):.1f}/{saves.at(0.99):.1f}; bare commit and bare request "
        f"{bare.at(0.5):.1f}/{bare.at(0.99):.1f}, ratio {times.at(0.5) / bare.at(0.5):.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
