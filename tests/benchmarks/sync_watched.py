"""See what a process and its children use, for the sync benchmarks. Linux only."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Watched:
    """What a process, and all that it started, has used."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def cpu(self) -> float:
        """Seconds, with children that have ended."""
        return sum(_seconds(pid) for pid in _family(self.pid))

    def resident(self) -> float:
        """MB now."""
        return sum(_status(pid, "VmRSS") for pid in _family(self.pid)) / 1024

    def peak(self) -> float:
        """MB at most."""
        return sum(_status(pid, "VmHWM") for pid in _family(self.pid)) / 1024


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from _family(int(child))
    except OSError:
        return


def _seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) / _TICKS


def _status(pid: int, name: str) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0
