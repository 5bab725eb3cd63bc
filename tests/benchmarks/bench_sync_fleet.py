"""Count how many one-case requests of 50 windows a back office takes in a second.

``python -m tests.benchmarks.bench_sync_fleet [--seconds N] [--devices N]``

Each window sends its next case when the last is acknowledged. Once as the disk is, and once with
5 ms more for every fsync, as on a slow office disk: there only requests that share a commit help.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import tempfile
import time
from pathlib import Path

from tests.benchmarks.sync_light import LightWindow, Times, light_windows
from tests.benchmarks.sync_office import Office, office_at, some_postgres, wait_for_quiet

BARS = {0: 4_500, 5_000: 2_500}  # requests/s by microseconds added to an fsync
_MOST = 400  # cases of one window


def build_shim(folder: Path) -> Path:
    built = folder / "slow_fsync.so"
    source = Path(__file__).with_name("slow_fsync.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", built, source, "-ldl"], check=True)
    return built


async def _send_all(windows: list[LightWindow], until: float, times: Times) -> None:
    async def one(window: LightWindow) -> None:
        for batch in window.batches:
            began = time.perf_counter()
            if began > until:
                return
            status, body = await window.connection.push(batch)
            assert status == 200, body
            times.since(began)

    await asyncio.gather(*map(one, windows))


async def _measure(
    office: Office, database: str, devices: int, seconds: float, slower: int
) -> None:
    windows = await light_windows(office, devices, _MOST, "lean", each_alone=True)
    await asyncio.to_thread(wait_for_quiet, office)
    times, before = Times(), office.cpu()
    began = time.perf_counter()
    await _send_all(windows, began + seconds, times)
    taken = time.perf_counter() - began
    count = len(times.seconds)
    rate = count / taken
    cpu = (office.cpu() - before) / count * 1e6
    print(
        f"{devices} windows, a case a request, {database}, fsync +{slower / 1000:.0f} ms: "
        f"{rate:,.0f} requests/s (bar {BARS[slower]:,}; ratio {rate / BARS[slower]:.2f}), "
        f"p50 {times.at(0.5):.1f} ms, p99 {times.at(0.99):.1f} ms; "
        f"server {cpu:.0f} us CPU a request, peak {office.peak():.0f} MB; {count * 5} events",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--devices", type=int, default=50)
    parser.add_argument("--processes", type=int, nargs="*", default=[1, 2], help="on PostgreSQL")
    asked = parser.parse_args()
    for slower in BARS:
        with tempfile.TemporaryDirectory() as folder:
            environment = (
                {"LD_PRELOAD": str(build_shim(Path(folder))), "FSYNC_US": str(slower)}
                if slower
                else None
            )
            with office_at(Path(folder, "data"), environment=environment) as office:
                asyncio.run(_measure(office, "sqlite", asked.devices, asked.seconds, slower))
    for processes in asked.processes:
        with (
            tempfile.TemporaryDirectory() as folder,
            some_postgres() as postgres,
            office_at(
                Path(folder, "data"), database=postgres.new_database(), processes=processes
            ) as office,
        ):
            what = f"postgresql, processes: {processes}"
            asyncio.run(_measure(office, what, asked.devices, asked.seconds, 0))


if __name__ == "__main__":
    main()
