"""Be one window in its own process, for the sync benchmarks: record cases, then send them.

``lease`` gets numbers from the back office, ``fill`` also records cases while nobody listens,
``wait`` lets the worker look in vain for a while, ``push`` sends what waits, all with the product's
own store, outbox and worker. Each prints one JSON line.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.ports import Access, SyncStatus
from app.storage.outbox import Outbox
from app.storage.store import Store
from sync.client.round import LeaseAims, Rounds, TurnKind
from sync.client.transport import HttpTransport
from sync.client.worker import SyncSettings, SyncWorker
from tests.benchmarks.sync_cases import SHAPES
from tests.benchmarks.sync_watched import Watched
from tests.sync.hall import TestClock

_ROOT = Path(__file__).parents[2]
_WAITED = 3.0  # seconds
_TOGETHER = 100  # cases saved in one transaction while filling: nobody measures that


def open_store(home: Path, device: str) -> Store:
    return Store.open(home, b"k" * 32, device=device, clock=TestClock(), random=os.urandom)


def lease(home: Path, device: str, url: str, token: str, count: int) -> dict[str, Any]:
    """Get ``count`` numbers as a window does, block by block."""
    store = open_store(home, device)
    outbox = Outbox(store)
    transport = HttpTransport(Access(url=url, token=token))
    aims = LeaseAims(numbers_low=count, tickets=0)
    rounds = Rounds(outbox=outbox, send=transport, new_id=store.new_id, aims=aims)
    turn = rounds.turn()
    while outbox.numbers_left() < count or outbox.counts()[0]:
        if turn.kind in {TurnKind.FAILED, TurnKind.BLOCKED}:
            raise RuntimeError(turn.code)
        if turn.kind is TurnKind.QUIET:
            rounds.begin()
        turn = rounds.turn()
    transport.close()
    store.close()
    return {"numbers": count}


def fill(home: Path, device: str, url: str, token: str, count: int, shape: str) -> dict[str, Any]:
    """Lease ``count`` numbers, then record as many cases with them."""
    lease(home, device, url, token, count)
    store = open_store(home, device)
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
    waiting, _ = Outbox(store).counts()
    store.close()
    return {"cases": count, "events": waiting}


def wait(home: Path, device: str, url: str, token: str) -> dict[str, Any]:
    """Let the worker look for a back office that is not there."""
    store = open_store(home, device)
    outbox = Outbox(store)
    worker = worker_of(store, outbox, url, token, lambda _: None)
    worker.start()
    time.sleep(_WAITED)
    worker.stop(10)
    left, _ = outbox.counts()
    store.close()
    return {"left": left, "peak_mb": Watched(os.getpid()).peak()}


def worker_of(
    store: Store, outbox: Outbox, url: str, token: str, heard: Callable[[SyncStatus], None]
) -> SyncWorker:
    return SyncWorker(
        outbox=outbox,
        settings=SyncSettings(
            access=Access(url=url, token=token), aims=LeaseAims(numbers_low=0, tickets=0)
        ),
        clock=TestClock(), random=random.Random(7), new_id=store.new_id, on_change=heard,
    )  # fmt: skip


def push(home: Path, device: str, url: str, token: str) -> dict[str, Any]:
    """Start the worker and wait until all is acknowledged."""
    store = open_store(home, device)
    outbox = Outbox(store)
    waiting, _ = outbox.counts()
    done = threading.Event()

    def heard(status: SyncStatus) -> None:
        if status.waiting == 0 or status.code:
            done.set()

    worker = worker_of(store, outbox, url, token, heard)
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


_ACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "lease": lease, "fill": fill, "wait": wait, "push": push,
}  # fmt: skip


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    for name in _ACTS:
        one = acts.add_parser(name)
        for given in ("home", "device", "url", "token"):
            one.add_argument(given)
        if name in {"lease", "fill"}:
            one.add_argument("count", type=int)
        if name == "fill":
            one.add_argument("shape", choices=SHAPES)
    asked = vars(parser.parse_args())
    asked["home"] = Path(asked["home"])
    print(json.dumps(_ACTS[asked.pop("act")](**asked)))


if __name__ == "__main__":
    _main()
