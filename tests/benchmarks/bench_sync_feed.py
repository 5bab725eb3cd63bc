"""Time how soon 200 windows that listen hear of what another one records, 20 facts a second.

``python -m tests.benchmarks.bench_sync_feed [--listeners N] [--seconds N]``

Each listener is a device of its own with a long poll open. A fact's time runs from the moment its
window begins to send it until a listener holds it: intake, commit and waking are in it. The
yardstick of the same run is the acknowledgement that the sending window itself gets.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from sync.feed import FEED_PATH, MAX_WAIT, FeedAnswer
from tests.benchmarks.sync_cases import SHAPES
from tests.benchmarks.sync_light import Connection, LightWindow, Times, light_windows
from tests.benchmarks.sync_office import Office, office_at, wait_for_quiet

_EACH_SECOND = 20
BAR_P99 = 15.0  # ms: what a bare long poll took on the same machine
_answers = msgspec.json.Decoder(FeedAnswer)


@dataclass
class Hall:
    """When each fact was sent, and how long it took to every listener."""

    sent: dict[str, float] = field(default_factory=dict)
    heard: Times = field(default_factory=Times)
    acknowledged: Times = field(default_factory=Times)
    answers: int = 0


async def _listen(office: Office, number: int, wanted: int, hall: Hall) -> None:
    device = f"L{number:03d}"
    connection = Connection(office, device)
    cursor, heard = "", list[int]()
    while len(heard) < wanted:
        path = f"{FEED_PATH}?cursor={cursor}&wait={MAX_WAIT}&install={device}"
        status, body = await connection.ask("GET", path, silence=MAX_WAIT + 5)
        now = time.perf_counter()
        assert status == 200, body
        answer = _answers.decode(body)
        hall.answers += 1
        cursor = answer.cursor
        for one in answer.entries:
            if one.entry.id in hall.sent:
                hall.heard.seconds.append(now - hall.sent[one.entry.id])
                heard.append(one.arrival)
    assert heard == sorted(set(heard))  # each once, in order
    connection.close()


async def _record(window: LightWindow, ids: list[str], hall: Hall) -> None:
    start = time.perf_counter()
    for number, (id_, batch) in enumerate(zip(ids, window.batches, strict=True)):
        await asyncio.sleep(max(0.0, start + number / _EACH_SECOND - time.perf_counter()))
        hall.sent[id_] = began = time.perf_counter()
        status, body = await window.connection.push(batch)
        assert status == 200, body
        hall.acknowledged.since(began)


async def _measure(office: Office, listeners: int, seconds: float) -> None:
    (window,) = await light_windows(office, 1, 0, "lean", each_alone=True)
    wanted = int(seconds * _EACH_SECOND)
    serials = await window.lease(wanted)
    entries = [entry for serial in serials for entry in window.chain.case(serial, SHAPES["lean"])][
        :wanted
    ]
    for entry in entries:
        window.pack_batch([entry])
    for number in range(listeners):
        await asyncio.to_thread(office.token_for, f"L{number:03d}")
    await asyncio.to_thread(wait_for_quiet, office)
    before = office.resident()
    hall = Hall()
    listening = [
        asyncio.create_task(_listen(office, number, wanted, hall)) for number in range(listeners)
    ]
    await asyncio.sleep(2)
    waiting, cpu, answers = office.resident(), office.cpu(), hall.answers
    await _record(window, [entry.id for entry in entries], hall)
    async with asyncio.timeout(30):
        await asyncio.gather(*listening)
    used = office.cpu() - cpu
    print(
        f"feed, {listeners} long polls, {_EACH_SECOND} facts/s: sent to heard p50 "
        f"{hall.heard.at(0.5):.1f} ms, p99 {hall.heard.at(0.99):.1f} ms (bar {BAR_P99:.0f}); the "
        f"sender's acknowledgement {hall.acknowledged.at(0.5):.1f}/"
        f"{hall.acknowledged.at(0.99):.1f}; {len(hall.heard.seconds):,} deliveries in "
        f"{hall.answers - answers:,} answers; server "
        f"{used / (hall.answers - answers) * 1e6:.0f} us CPU an answer, "
        f"{used / seconds:.0%} of one core, {(waiting - before) * 1024 / listeners:.0f} KB a "
        f"listener, peak {office.peak():.0f} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, office_at(Path(folder, "data")) as office:
        asyncio.run(_measure(office, asked.listeners, asked.seconds))


if __name__ == "__main__":
    main()
