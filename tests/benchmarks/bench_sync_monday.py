"""Let 300 windows come back at once, each with 100 cases, and see who has to wait for them.

``python -m tests.benchmarks.bench_sync_monday [--windows N] [--cases N]``

The windows wait and try again as the real ones do: 5 s without a byte is no answer, a refusal for
now is followed by a pause with jitter. What clerks would see of it is counted: an answer that never
came shows as "offline". Meanwhile others ask for health, numbers and licences.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sync.client.round import Pace, TurnKind
from sync.people import LICENCES_PATH
from sync.wire import LEASE_PATH
from tests.benchmarks.sync_light import (
    Connection,
    LightWindow,
    NoAnswer,
    Times,
    light_windows,
)
from tests.benchmarks.sync_office import Office, office_at, wait_for_quiet

_EVERY_SECONDS = 0.1  # each of the other requests
_TOLD = 1  # seconds, in Retry-After
_LONGEST = 900.0


@dataclass
class Morning:
    silent: int = 0  # requests without an answer: "offline" on a screen
    later: int = 0  # answered: not now
    batches: Times = field(default_factory=Times)
    finished: list[float] = field(default_factory=list)
    others: dict[str, Times] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)  # to the others, 0 where none came


async def _come_back(window: LightWindow, morning: Morning, began: float) -> None:
    pace = Pace(random.Random(window.device))
    for batch in window.batches:
        while True:
            asked, later = time.perf_counter(), 0
            try:
                status, body = await window.connection.push(batch)
            except NoAnswer:
                morning.silent += 1
            else:
                if status == 200:
                    morning.batches.since(asked)
                    break
                assert status in {429, 503}, (status, body)
                morning.later += 1
                later = _TOLD
            await asyncio.sleep(pace.after(TurnKind.FAILED, later))
        pace.after(TurnKind.MOVED)
    window.connection.close()
    morning.finished.append(time.perf_counter() - began)


async def _ask_meanwhile(office: Office, over: asyncio.Event, morning: Morning) -> None:
    morning.others = {"health": Times(), "lease": Times(), "licences": Times()}
    device = "W001"

    async def ask(connection: Connection, name: str, asked: int) -> int:
        try:
            if name == "health":
                status, _ = await connection.ask("GET", "/health")
            elif name == "lease":
                one = {"request": f"asked-{asked}", "device": device, "install": "asked"}
                status, _ = await connection.post(LEASE_PATH, one)
            else:
                status, _ = await connection.post(LICENCES_PATH, {"holder": "990100199001010014"})
        except NoAnswer:
            return 0  # it counts as the time for which it was waited
        return status

    async def keep_asking(name: str) -> None:
        connection = Connection(office, device)
        asked = 0
        while not over.is_set():
            asked += 1
            began = time.perf_counter()
            morning.answers[await ask(connection, name, asked)] += 1
            morning.others[name].since(began)
            await asyncio.sleep(max(0.0, began + _EVERY_SECONDS - time.perf_counter()))
        connection.close()

    await asyncio.gather(*map(keep_asking, morning.others))


async def calm(office: Office, seconds: float) -> Morning:
    """The other requests alone."""
    over, morning = asyncio.Event(), Morning()
    asked = asyncio.create_task(_ask_meanwhile(office, over, morning))
    await asyncio.sleep(seconds)
    over.set()
    await asked
    return morning


async def come_back_at_once(office: Office, waiting: Sequence[LightWindow]) -> Morning:
    """All of them together, while others ask. Raises where an answer is an error."""
    over, morning = asyncio.Event(), Morning()
    meanwhile = asyncio.create_task(_ask_meanwhile(office, over, morning))
    began = time.perf_counter()
    async with asyncio.timeout(_LONGEST):
        await asyncio.gather(*(_come_back(window, morning, began) for window in waiting))
    over.set()
    await meanwhile
    return morning


async def _measure(office: Office, windows: int, cases: int) -> None:
    waiting = await light_windows(office, windows, cases, "full", each_alone=False)
    entries = sum(window.entries for window in waiting)
    await asyncio.to_thread(wait_for_quiet, office)
    before, there = office.cpu(), office.acknowledged()
    quiet = (await calm(office, 3)).others
    morning = await come_back_at_once(office, waiting)
    taken = morning.finished[-1]
    arrived = office.acknowledged() - there
    assert arrived == entries, (arrived, entries)
    print(
        f"{windows} windows back at once with {cases} cases each: all {entries:,} events in after "
        f"{taken:.1f} s ({entries / taken:,.0f} events/s, {windows * cases / taken:,.0f} cases/s), "
        f"the first window after {morning.finished[0]:.1f} s; a batch p50 "
        f"{morning.batches.at(0.5):,.0f} ms, p99 {morning.batches.at(0.99):,.0f} ms\n"
        f"     without an answer (a clerk would see 'offline') {morning.silent} (bar 0), asked to "
        f"come later {morning.later}; server CPU {office.cpu() - before:.1f} s, peak "
        f"{office.peak():.0f} MB (bar 100)\n     others meanwhile, p50/p99 ms (and in calm): "
        + "; ".join(
            f"{name} {times.at(0.5):.0f}/{times.at(0.99):.0f} "
            f"({quiet[name].at(0.5):.0f}/{quiet[name].at(0.99):.0f})"
            for name, times in morning.others.items()
        ),
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=300)
    parser.add_argument("--cases", type=int, default=100)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        office_at(Path(folder, "data")) as office,
    ):
        asyncio.run(_measure(office, asked.windows, asked.cases))


if __name__ == "__main__":
    main()
