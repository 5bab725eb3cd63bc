"""Hold the memory of both ends against what waits: 1,000 events and 100,000.

``python -m tests.benchmarks.bench_sync_memory``

Resident memory of the window's sync (without the screen), first while nobody answers and then at
its peak while all is sent; and the server's peak. Flat means: a hundred times the backlog is a few
MB, not a hundred times the memory.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.sync_office import office_at
from tests.benchmarks.sync_window import at_window

_CLIENT, _SERVER = 80, 100  # MB
_EACH = 16  # events of a full case


def measure(events: int) -> tuple[float, float, float]:
    """(client waiting, client sending, server) in MB, at their peaks."""
    device = "W01"
    with tempfile.TemporaryDirectory() as folder:
        home, data = Path(folder, "home"), Path(folder, "data")
        with office_at(data) as office:
            token, url = office.token_for(device), office.url
            at_window("fill", home, device, url, token, events // _EACH, "full")
        waited = at_window("wait", home, device, url, token)  # nobody is there any more
        assert waited["left"] >= events - _EACH, waited
        with office_at(data) as office:
            pushed = at_window("push", home, device, office.url, token)
            assert not pushed["left"], pushed
            return waited["peak_mb"], pushed["peak_mb"], office.peak()


def main() -> None:
    few, many = measure(1_000), measure(100_000)
    for name, bar, one, other in zip(
        ("client, nobody answers", "client, sending", "server"),
        (_CLIENT, _CLIENT, _SERVER), few, many, strict=True,
    ):  # fmt: skip
        print(
            f"memory, {name}: {one:.0f} MB with 1,000 events waiting, {other:.0f} MB with 100,000 "
            f"(bar {bar}); ratio {other / one:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
