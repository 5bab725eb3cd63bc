"""Be one window in its own process, for the sync benchmarks: record cases, then send them.

``fill`` leases numbers from the back office and records cases while nobody listens; ``push``
sends what waits, with the product's own store, outbox and worker. Each prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from app.ports import SyncStatus
from app.storage.outbox import Outbox
from app.storage.store import Store
from sync.client.round import LeaseAims, Rounds, TurnKind
from sync.client.transport import HttpTransport
from sync.client.worker import SyncSettings, SyncWorker
from tests.benchmarks.sync_cases import SHAPES
from tests.benchmarks.sync_office import Watched
from tests.sync.hall import TestClock

_ROOT = Path(__file__).parents[2]
_TOGETHER = 100  # cases saved in one transaction while filling: nobody measures that


def open_store(home: Path, device: str) -> Store:
    return Store.open(home, b"k" * 32, device=device, clock=TestClock(), random=os.urandom)


def fill(home: Path, device: str, url: str, token: str, count: int, shape: str) -> dict[str, Any]:
    """Lease ``count`` numbers as a window does, then record as many cases with them."""
    store = open_store(home, device)
    outbox = Outbox(store)
    transport = HttpTransport(base_url=url, token=token)
    aims = LeaseAims(numbers_low=count, tickets=0)
    rounds = Rounds(outbox=outbox, send=transport, new_id=store.new_id, aims=aims)
    while outbox.numbers_left() < count:
        rounds.begin()
        while rounds.turn().kind is TurnKind.MOVED:
            pass
    transport.close()
    rng, make = random.Random(20261122), SHAPES[shape]
    with store.read() as connection:
        blocks = connection.exec_driver_sql(
            "SELECT next, last FROM number_blocks ORDER BY first"
        ).all()
    serials = [serial for first, last in blocks for serial in range(first, last + 1)][:count]
    for start in range(0, count, _TOGETHER):
        with store.begin() as unit:
            for serial in serials[start : start + _TOGETHER]:
                for subject, event in make(store.new_id(), serial, device, rng):
                    unit.append(event, subject=subject, actor="1001")
    waiting, _ = outbox.counts()
    with store.read() as connection:
        size = connection.exec_driver_sql("SELECT sum(length(body)) FROM journal").scalar_one()
    store.close()
    return {"cases": count, "events": waiting, "body_bytes": size}


def push(home: Path, device: str, url: str, token: str) -> dict[str, Any]:
    """Start the worker and wait until all is acknowledged."""
    store = open_store(home, device)
    outbox = Outbox(store)
    waiting, _ = outbox.counts()
    done = threading.Event()

    def heard(status: SyncStatus) -> None:
        if status.waiting == 0 or status.code:
            done.set()

    worker = SyncWorker(
        outbox=outbox,
        settings=SyncSettings(
            base_url=url, token=token, aims=LeaseAims(numbers_low=0, tickets=0)
        ),
        clock=TestClock(), random=random.Random(7), new_id=store.new_id, on_change=heard,
    )  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    worker.start()
    done.wait(1200)
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    left, refused = outbox.counts()
    code = worker.status().code
    worker.stop(10)
    store.close()
    return {
        "events": waiting - left, "left": left, "refused": refused, "code": code,
        "seconds": seconds, "peak_mb": Watched(os.getpid()).peak(),
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }  # fmt: skip


def at_window(act: str, *arguments: object) -> dict[str, Any]:
    """``act`` in a process of its own, so that its memory and its processor time are its own."""
    ended = subprocess.run(
        [sys.executable, "-m", __spec__.name, act, *map(str, arguments)],
        stdout=subprocess.PIPE, check=True, cwd=_ROOT, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    for act in ("fill", "push"):
        one = acts.add_parser(act)
        for name in ("home", "device", "url", "token"):
            one.add_argument(name)
        if act == "fill":
            one.add_argument("count", type=int)
            one.add_argument("shape", choices=SHAPES)
    asked = vars(parser.parse_args())
    asked["home"] = Path(asked["home"])
    done = fill(**asked) if asked.pop("act") == "fill" else push(**asked)
    print(json.dumps(done))


if __name__ == "__main__":
    _main()
