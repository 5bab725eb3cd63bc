"""Let 300 windows of one back office call at the same time, and see how long a clerk waits.

``python -m tests.benchmarks.bench_queue_call [--windows N] [--seconds S] [--every S]``

Real encrypted stores, the product's own desk, worker and wire. Each window calls, serves and
finishes every ``--every`` seconds, sixty times as often as in a hall, while numbers are taken at
the back office as fast. Ten windows in a process of their own are timed: of those that share a
process by the hundred, each waits for the others' threads, as no window does. The bar is 50 ms at
the 99th of a hundred for the call, and no ticket called at two windows.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests

from app.domain.clock import uuid7
from app.domain.errors import NoOneWaiting
from app.domain.hall import Role, Window
from app.ports import Access
from app.services.print_setup import PrintRoutes
from app.services.queue_desk import QueueDesk
from app.services.sign_in import Session
from app.storage.outbox import Outbox
from sync.client.round import LeaseAims
from sync.client.worker import SyncSettings, SyncWorker
from sync.queue import TAKE_PATH
from tests.benchmarks.sync_office import Office, office_at
from tests.benchmarks.sync_window import open_store
from tests.sync.hall import HALL, TestClock

_ROOT = Path(__file__).parents[2]
_TIMED = 10  # windows; the others share two processes
_BAR = 50  # ms
_LEASE = 3


class _Counter:
    """One window: what a clerk's keys do."""

    def __init__(self, folder: Path, device: str, url: str, token: str) -> None:
        self.store = open_store(folder / device, device)
        outbox = Outbox(self.store)
        window = Window(id=device, number=device[1:], name=device, ticket_prefix=f"{device}-")
        self.session = Session(staff_id="1001", name="李样例", role=Role.CLERK, window=window)
        routes = PrintRoutes.single("folder:/nowhere")
        self.desk = QueueDesk(self.store, replace(HALL, windows=(window,)), routes)
        self.worker = SyncWorker(
            outbox=outbox,
            settings=SyncSettings(
                access=Access(url=url, token=token),
                aims=LeaseAims(numbers_low=0, tickets=_LEASE),
            ),
            clock=TestClock(), random=random.Random(device), new_id=self.store.new_id,
            on_change=lambda _: None,
        )  # fmt: skip

    def serve_one(self, times: list[float]) -> bool:
        began = time.perf_counter()
        try:
            ticket = self.desk.call_next(self.session)
        except NoOneWaiting:
            return False
        times.append(time.perf_counter() - began)
        self.desk.serve(self.session, ticket.id)
        self.desk.finish(self.session, ticket.id)
        return True


def work(folder: Path, url: str, tokens: dict[str, str], seconds: float, every: float) -> None:
    """Be some of the windows: print what their calls took, in seconds."""
    windows = [_Counter(folder, device, url, token) for device, token in tokens.items()]
    for one in windows:
        one.worker.start()
    print("ready", flush=True)
    sys.stdin.readline()
    chance = random.Random(os.getpid())
    began = time.perf_counter()
    due = [(began + chance.uniform(0, every), one) for one in windows]
    times: list[float] = []
    empty = 0
    while (now := time.perf_counter()) < began + seconds:
        place = min(range(len(due)), key=lambda n: due[n][0])
        at, one = due[place]
        if at > now:
            time.sleep(min(at - now, 0.05))
            continue
        empty += not one.serve_one(times)
        due[place] = (max(at + every, now), one)
    for one in windows:
        one.worker.stop(10)
    print(json.dumps({"times": times, "empty": empty}), flush=True)


def _take_numbers(office: Office, count: int, pace: float) -> None:
    """People come: the first at once, then one every ``pace`` seconds."""
    session, headers = requests.Session(), office.headers("K1")
    clock = TestClock()
    for _ in range(count):
        began = time.perf_counter()
        request = uuid7(clock.now(), os.urandom(10))
        asked = {"wish": {"request": request, "business": HALL.businesses[0].id}}
        answer = session.post(office.url + TAKE_PATH, json=asked, headers=headers, timeout=30)
        answer.raise_for_status()
        time.sleep(max(0.0, pace - (time.perf_counter() - began)))


def _called_twice(data: Path) -> tuple[int, int]:
    """(calls, tickets called at two windows or refused)."""
    callers: dict[str, set[str]] = defaultdict(set)
    bad = 0
    with closing(sqlite3.connect(f"file:{data / 'backoffice.db'}?mode=ro", uri=True)) as reader:
        rows = reader.execute(
            "SELECT e.subject, c.device, e.outcome FROM entries e JOIN chains c ON c.id = e.chain"
            " WHERE e.kind = 'TicketCalled'"
        ).fetchall()
    for subject, device, outcome in rows:
        callers[subject].add(device)
        bad += outcome not in {"applied", "repeated"}
    return len(rows), bad + sum(len(devices) > 1 for devices in callers.values())


def measure(count: int, seconds: float, every: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        with office_at(data) as office:
            devices = [f"W{number:03d}" for number in range(1, count + 1)]
            tokens = {device: office.token_for(device) for device in devices}
            _take_numbers(office, _LEASE * count, 0.0)
            children: list[subprocess.Popen[str]] = []
            others = devices[_TIMED:]
            for some in (devices[:_TIMED], others[::2], others[1::2]):
                mine = {one: tokens[one] for one in some}
                children.append(
                    subprocess.Popen(
                        [sys.executable, "-m", __spec__.name, "--work",
                         json.dumps([folder, office.url, mine, seconds, every])],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT, text=True,
                    )
                )  # fmt: skip
            for child in children:
                assert child.stdout
                assert child.stdout.readline() == "ready\n"
            time.sleep(3.0)  # the first leases
            for child in children:
                assert child.stdin
                child.stdin.write("go\n")
                child.stdin.flush()
            _take_numbers(office, int(count / every * seconds), every / count)
            found: list[dict[str, Any]] = []
            for child in children:
                assert child.stdout
                assert child.stdin
                found.append(json.loads(child.stdout.readline()))
                child.stdin.close()
                child.wait(60)
                child.stdout.close()
            report(count, every, found, _called_twice(data))


def report(
    count: int, every: float, found: list[dict[str, Any]], calls: tuple[int, int]
) -> None:  # fmt: skip
    times = sorted(1000 * one for one in found[0]["times"])
    every_call = sum(len(part["times"]) for part in found)
    empty = sum(part["empty"] for part in found)
    print(
        f"{count} windows, each calling every {every:.0f} s: {every_call} calls; of the "
        f"{len(times)} of {_TIMED} windows p50 "
        f"{times[len(times) // 2]:.1f} ms, p99 {times[int(len(times) * 0.99)]:.1f} ms (bar {_BAR}),"
        f" longest {times[-1]:.1f} ms; {empty} found nobody; {calls[0]} calls arrived, "
        f"{calls[1]} of them a second window's (bar 0)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--every", type=float, default=10.0)
    parser.add_argument("--work")
    asked = parser.parse_args()
    if asked.work:
        folder, url, tokens, seconds, every = json.loads(asked.work)
        work(Path(folder), url, tokens, seconds, every)
    else:
        measure(asked.windows, asked.seconds, asked.every)


if __name__ == "__main__":
    main()
