"""Time a day's worth of waiting cases from a window's encrypted store to the back office's.

``python -m tests.benchmarks.bench_sync_bulk [--cases N] [--runs N] [--peers DIR]``

Real store, worker, wire and server process; everything is durable at both ends before it counts.
Two shapes of a case: *lean* is the fewest facts that make an accepted case (5), *full* is what a
desk writes for eight materials (16). The yardstick of the same run stores the same lines bare: one
plain SQLite table, 500 lines a durable commit, no wire and no work.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.domain.journal import Entry
from tests.benchmarks.sync_cases import SHAPES
from tests.benchmarks.sync_office import Postgres, office_at, some_postgres, wait_for_quiet
from tests.benchmarks.sync_peers import peers_in_bulk
from tests.benchmarks.sync_window import at_window, open_store

BARS = {"sqlite": 12_000, "postgresql": 10_000}  # cases/s
_TOGETHER = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    cases: int
    events: int
    wire_bytes: int  # of the entries as JSON, before compression
    seconds: float
    bare: float  # seconds of the yardstick
    client_cpu: float
    server_cpu: float
    database_cpu: float
    client_mb: float
    server_mb: float

    @property
    def rate(self) -> float:
        return self.cases / self.seconds


def _entries(home: Path, device: str) -> Iterator[list[Entry]]:
    store = open_store(home, device)
    after = 0
    while found := store.entries(after=after, limit=_TOGETHER):
        yield found
        after = found[-1].seq
    store.close()


def _bare(home: Path, device: str, path: Path) -> tuple[float, int]:
    """Seconds to store the chain's lines with nothing around it, and their bytes."""
    batches = [[msgspec.json.encode(e) for e in some] for some in _entries(home, device)]
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("CREATE TABLE lines (place INTEGER PRIMARY KEY, line BLOB)")
    began = time.perf_counter()
    for lines in batches:
        plain.execute("BEGIN IMMEDIATE")
        plain.executemany("INSERT INTO lines (line) VALUES (?)", [(line,) for line in lines])
        plain.execute("COMMIT")
    seconds = time.perf_counter() - began
    plain.close()
    return seconds, sum(len(line) + 1 for lines in batches for line in lines)


def measure(shape: str, count: int, postgres: Postgres | None = None) -> Bulk:
    """One window brings ``count`` cases to an empty back office."""
    device = "W01"
    database = postgres.new_database() if postgres else ""
    with tempfile.TemporaryDirectory() as folder:
        home, data = Path(folder, "home"), Path(folder, "data")
        with office_at(data, database=database) as office:
            token = office.token_for(device)
            filled = at_window("fill", home, device, office.url, token, count, shape)
        bare, size = _bare(home, device, Path(folder, "bare.db"))
        with office_at(
            data, database=database
        ) as office:  # a fresh process: filling is not counted to its memory
            wait_for_quiet(office)
            before, there = office.cpu(), office.acknowledged()
            stored = postgres.cpu() if postgres else 0.0
            pushed = at_window("push", home, device, office.url, token)
            cpu, peak = office.cpu() - before, office.peak()
            stored = postgres.cpu() - stored if postgres else 0.0
            arrived = office.acknowledged() - there
        assert (pushed["events"], arrived) == (filled["events"],) * 2, (pushed, arrived)
        assert not pushed["refused"], pushed
        return Bulk(
            cases=count, events=arrived, wire_bytes=size, seconds=pushed["seconds"], bare=bare,
            client_cpu=pushed["cpu"], server_cpu=cpu, database_cpu=stored,
            client_mb=pushed["peak_mb"], server_mb=peak,
        )  # fmt: skip


def report(shape: str, database: str, runs: list[Bulk]) -> float:
    """Cases a second, the median of the runs."""
    middle = sorted(runs, key=lambda run: run.rate)[len(runs) // 2]
    rate = statistics.median(run.rate for run in runs)
    each = middle.events / middle.cases
    print(
        f"bulk {shape} {database}: {rate:,.0f} cases/s ({min(r.rate for r in runs):,.0f}-"
        f"{max(r.rate for r in runs):,.0f} in {len(runs)} runs), bar {BARS[database]:,}; "
        f"{middle.events / middle.seconds:,.0f} events/s, "
        f"{middle.wire_bytes / middle.seconds / 1e6:.1f} MB/s of JSON; a case is {each:.0f} events "
        f"and {middle.wire_bytes / middle.cases / 1000:.1f} KB; bare storing is "
        f"{middle.seconds / middle.bare:.1f}x as fast\n"
        f"     CPU client {middle.client_cpu:.1f} s, server {middle.server_cpu:.1f} s, database "
        f"{middle.database_cpu:.1f} s ({middle.client_cpu / middle.events * 1e6:.1f}, "
        f"{middle.server_cpu / middle.events * 1e6:.1f} and "
        f"{middle.database_cpu / middle.events * 1e6:.1f} us an event); peak memory client "
        f"{middle.client_mb:.0f} MB (bar 80), server {middle.server_mb:.0f} MB (bar 100)",
        flush=True,
    )
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--peers", type=Path)
    asked = parser.parse_args()
    rates = {}
    with some_postgres() as server:
        for name, postgres in (("sqlite", None), ("postgresql", server)):
            for shape in SHAPES:
                runs = [measure(shape, asked.cases, postgres) for _ in range(asked.runs)]
                rates[f"{shape} {name}"] = report(shape, name, runs)
    for peer, rate in (peers_in_bulk(asked.peers) if asked.peers else {}).items():
        ratios = ", ".join(f"{what} {ours / rate:.2f}x" for what, ours in rates.items())
        print(f"     {peer}: {rate:,.0f} documents/s of 2.4 KB; ours {ratios}", flush=True)


if __name__ == "__main__":
    main()
