"""Five hundred reads in a row leave nothing behind, in the window's process or the host's."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from random import Random

from app.devices.cards.hosted import HostedReader
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.sam import SimulatedSamReader
from app.ports import ReadDone
from tests.devices.card_people import ALL, CLOCK, code_of, read

READS = 500
GROWTH = 4 * 2**20  # bytes; an interpreter's own coming and going


def memory(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def held(pid: int) -> tuple[int, int]:
    """(open files, threads)."""
    process = Path(f"/proc/{pid}")
    return len(list((process / "fd").iterdir())), len(list((process / "task").iterdir()))


def test_five_hundred_reads_leave_nothing_behind(sam: SimulatedSamReader, sam_path: str) -> None:
    host = DeviceHost(random=Random(1))
    try:
        reader = HostedReader(host, f"serial:{sam_path}", CLOCK)
        cards = list(ALL.values())

        def once(number: int) -> None:
            sam.lift()
            sam.place(cards[number % len(cards)])
            if number % 10 == 9:  # failures count too
                sam.wrong_checksum()
                assert code_of(read(reader)) == "CARD-CHECKSUM"
                sam.mend()
            else:
                assert isinstance(read(reader), ReadDone)

        for number in range(50):
            once(number)
        (child,) = host.processes()
        before = {pid: (memory(pid), held(pid)) for pid in (os.getpid(), child)}
        threads = threading.active_count()
        for number in range(READS):
            once(number)
        assert host.processes() == (child,)
        for pid, (size, things) in before.items():
            assert held(pid) == things
            assert memory(pid) - size < GROWTH
        assert threading.active_count() == threads
    finally:
        host.close()
