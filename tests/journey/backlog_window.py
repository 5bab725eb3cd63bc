"""Be one window without its screen in a process of its own: ``fill`` records, ``send`` sends.

Each prints one JSON line, with the most memory that the process ever held.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from app.bootstrap import Client
from app.domain.case_events import CaseOpened, FieldFilled
from app.ports import LinkState

EACH = 20  # facts of a case
_TOGETHER = 100  # cases saved in one transaction: nobody measures that
_PATIENCE = 300.0  # seconds


def fill(client: Client, facts: int) -> None:
    cases = facts // EACH
    for start in range(0, cases, _TOGETHER):
        with client.store.begin() as unit:
            for n in range(start, min(cases, start + _TOGETHER)):
                subject = f"case:backlog-{n}"
                unit.append(CaseOpened(window="W01", ticket=""), subject=subject, actor="1001")
                for field in range(EACH - 1):
                    filled = FieldFilled(field=f"f{field}", value="某处某街某号，电话某某" * 6)
                    unit.append(filled, subject=subject, actor="1001")


def send(client: Client) -> None:
    """Everything but the screen runs, until the line is quiet."""
    client.uploads.start()
    client.feed.start()
    client.sync.start()
    until = time.monotonic() + _PATIENCE
    while client.outbox.counts()[0] or client.sync.status().link is not LinkState.CONNECTED:
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    for lane in (client.sync, client.feed, client.uploads):
        lane.stop(10)


def look_in_vain(client: Client) -> None:
    client.uploads.start()
    client.feed.start()
    client.sync.start()
    until = time.monotonic() + _PATIENCE
    while client.sync.status().link is not LinkState.OFFLINE and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(3.0)
    for lane in (client.sync, client.feed, client.uploads):
        lane.stop(10)


def peak_mb() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    act, home = sys.argv[1], Path(sys.argv[2])
    window = Client(home)
    if act == "fill":
        fill(window, int(sys.argv[3]))
    elif act == "send":
        send(window)
    else:
        look_in_vain(window)
    print(json.dumps({"waiting": window.outbox.counts()[0], "peak_mb": peak_mb()}))
    window.store.close()
