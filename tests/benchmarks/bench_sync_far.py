"""Time the way over a long, narrow line: 50 ms for a round trip, 10 Mbit/s.

``python -m tests.benchmarks.bench_sync_far [--cases N]``

A window's real store and worker, a real server, and a proxy between them that delays and holds
back. The most that the line allows is the compressed bytes of a case divided into its rate.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from sync.wire import MAX_DECODED, encode_batch
from tests.benchmarks.sync_cases import SHAPES
from tests.benchmarks.sync_line import far_from
from tests.benchmarks.sync_office import office_at, wait_for_quiet
from tests.benchmarks.sync_window import at_window, open_store

BAR = 1_500  # cases/s
_ROUND_TRIP_MS, _MBIT = 50.0, 10.0


def _packed(home: Path, device: str) -> int:
    """Bytes of the whole chain as it goes over the wire."""
    store = open_store(home, device)
    size = after = 0
    while entries := store.entries(after=after, limit=500):
        sent, body = encode_batch(entries, MAX_DECODED)
        size, after = size + len(body), sent[-1].seq
    store.close()
    return size


def measure(shape: str, count: int) -> str:
    device = "W01"
    with tempfile.TemporaryDirectory() as folder:
        home, data = Path(folder, "home"), Path(folder, "data")
        with office_at(data) as office:
            token = office.token_for(device)
            at_window("fill", home, device, office.url, token, count, shape)
            wait_for_quiet(office)
            packed = _packed(home, device) / count
            with far_from(office.port, _ROUND_TRIP_MS, _MBIT) as url:
                pushed = at_window("push", home, device, url, token)
            assert not pushed["left"], pushed
    rate, most = count / pushed["seconds"], _MBIT * 1e6 / 8 / packed
    return (
        f"far, {_ROUND_TRIP_MS:.0f} ms and {_MBIT:.0f} Mbit/s, {shape}: {rate:,.0f} cases/s "
        f"(bar {BAR:,}; ratio {rate / BAR:.2f}), {packed:,.0f} bytes a case on the wire, "
        f"{rate / most:.0%} of what the line carries ({most:,.0f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=6_000)
    asked = parser.parse_args()
    for shape in SHAPES:
        print(measure(shape, asked.cases), flush=True)


if __name__ == "__main__":
    main()
