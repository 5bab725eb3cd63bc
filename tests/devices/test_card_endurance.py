"""Five hundred reads in a row leave nothing behind, in the window's process or the host's."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from app.devices.cards.hosted import HostedReader
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.chip_card import ChipCard
from app.devices.simulators.other_chips import CcidIdentity
from app.devices.simulators.sam import SimulatedSamReader
from app.ports import ReadDone
from tests.devices.card_people import ALL, CLOCK, RESIDENT, code_of, read
from tests.devices.vendor_counter import Counter
from tests.smart_cards import SmartCardService

READS = 500
GROWTH = 4 * 2**20  # bytes; an interpreter's own coming and going


def memory(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def held(pid: int) -> tuple[int, int]:
    """(open files, threads)."""
    process = Path(f"/proc/{pid}")
    return len(list((process / "fd").iterdir())), len(list((process / "task").iterdir()))


def leaves_nothing_behind(host: DeviceHost, once: Callable[[int], None]) -> None:
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


@pytest.fixture
def host() -> Iterator[DeviceHost]:
    made = DeviceHost(random=Random(1))
    yield made
    made.close()


def test_five_hundred_reads_of_a_module(
    host: DeviceHost, sam: SimulatedSamReader, sam_path: str
) -> None:
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

    leaves_nothing_behind(host, once)


def test_five_hundred_reads_through_the_smart_card_service(
    host: DeviceHost, empty_reader: SmartCardService
) -> None:
    """A 社保卡 and an identity card stay in two readers, and are read in turn."""
    cards = [
        ChipCard(RESIDENT, port=empty_reader.port),
        CcidIdentity(RESIDENT, port=empty_reader.port + 1),
    ]
    readers = [HostedReader(host, f"pcsc:00 0{place}", CLOCK) for place in range(2)]
    for card in cards:
        card.insert()

    def once(number: int) -> None:
        card, reader = cards[number % 2], readers[number % 2]
        if number % 10 == 9:
            card.refuse(0x6F00, 0xB2)
            card.refuse(0x6F00, 0xB0)
            assert code_of(read(reader)) in {"CARD-CHIP-STATUS", "CARD-UNKNOWN"}
            card.mend()
        else:
            assert isinstance(read(reader), ReadDone)

    try:
        leaves_nothing_behind(host, once)
    finally:
        for card in cards:
            card.remove()


def test_five_hundred_reads_through_a_vendors_library(
    host: DeviceHost, library: Path, counter: Counter
) -> None:
    reader = HostedReader(host, f"sdtapi:{library}", CLOCK)
    counter.place(RESIDENT)

    def once(number: int) -> None:
        if number % 10 == 9:
            counter.fault("pulled")
            assert code_of(read(reader)) == "CARD-PULLED"
            counter.fault("")
        else:
            assert isinstance(read(reader), ReadDone)

    leaves_nothing_behind(host, once)
