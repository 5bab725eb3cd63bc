"""Whether a reader is connected is known without a byte to it, and nobody waits for the answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from app.devices.cards.hosted import HostedReader
from app.devices.cards.presence import ReaderPresence
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.sam import SimulatedSamReader
from app.ports import DeviceState, ReadDone
from tests.devices.card_people import CLOCK, RESIDENT, Ears, eventually


@pytest.fixture
def host() -> Iterator[DeviceHost]:
    opened = DeviceHost(random=Random(1))
    yield opened
    opened.close()


def test_a_reader_that_is_unplugged_and_plugged_in_is_noticed(
    host: DeviceHost, tmp_path: Path
) -> None:
    sam = SimulatedSamReader(link=tmp_path / "ttyUSB0")
    spec = f"serial:{sam.start()}"
    try:
        presence = ReaderPresence(host, spec)
        began = time.monotonic()
        assert presence.status().state is DeviceState.READY
        assert time.monotonic() - began < 1.0
        sam.stop()
        eventually(lambda: presence.status().code == "CARD-PORT-MISSING", 20)
        assert presence.status().details == {"port": str(tmp_path / "ttyUSB0")}
        sam.start()
        eventually(lambda: presence.status().state is DeviceState.READY, 20)
    finally:
        sam.stop()


def test_one_of_several_is_enough_and_else_the_first_is_told(
    host: DeviceHost, sam_path: str
) -> None:
    none = ReaderPresence(host, "usb:fff0:fff0, serial:/dev/none")
    eventually(lambda: none.status().code == "CARD-USB-NONE", 20)
    some = ReaderPresence(host, f"usb:fff0:fff0, serial:{sam_path}")
    eventually(lambda: some.status().device == f"serial:{sam_path}", 20)


def test_looking_disturbs_no_reading(
    host: DeviceHost, sam: SimulatedSamReader, sam_path: str
) -> None:
    spec = f"serial:{sam_path}"
    reader, presence = HostedReader(host, spec, CLOCK), ReaderPresence(host, spec)
    ears = Ears()
    reader.start(1, 30, ears.tell)
    presence.status()
    eventually(lambda: presence.status().device == spec, 20)
    sam.place(RESIDENT)
    assert isinstance(ears.until_end()[-1], ReadDone)


def test_a_closed_host_is_no_news(host: DeviceHost) -> None:
    presence = ReaderPresence(host, "serial:/dev/none")
    host.close()
    presence.status()
    time.sleep(0.1)
    assert presence.status().code == ""
