"""Chip card readers in the device host, over a smart card service that stops, dies and starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from app.devices.cards.hosted import HostedReader, split_specifications
from app.devices.cards.presence import ReaderPresence
from app.devices.cards.remembered import RememberedReader
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.chip_card import ChipCard
from app.devices.simulators.other_chips import CcidIdentity
from app.domain.person import DocumentKind
from app.ports import DeviceState, ReadDone
from tests.devices.card_people import (
    CLOCK,
    HK_MO_TW,
    RESIDENT,
    Ears,
    code_of,
    eventually,
    read,
    wait_until_empty,
)
from tests.smart_cards import SmartCardService

BOTH = "pcsc:00 00, pcsc:00 01"


@pytest.fixture
def host() -> Iterator[DeviceHost]:
    made = DeviceHost(random=Random(1))
    yield made
    made.close()


def waiting(host: DeviceHost, reader: HostedReader) -> Ears:
    """All of its readers wait for a card."""
    ears = Ears()
    reader.start(1, 30, ears.tell)
    specs = split_specifications(reader.name)

    def all_wait() -> bool:
        told = host.status()
        return all(spec in told and told[spec].state is DeviceState.WAITING for spec in specs)

    eventually(all_wait, wait=15)
    return ears


def test_two_readers_wait_and_the_last_used_is_remembered(
    host: DeviceHost, empty_reader: SmartCardService, tmp_path: Path
) -> None:
    remembered = RememberedReader(tmp_path / "readers.json", "W01")
    reader = HostedReader(host, BOTH, CLOCK, remembered)
    second = CcidIdentity(HK_MO_TW, port=empty_reader.port + 1)
    ears = waiting(host, reader)
    second.insert()
    end = ears.end()
    assert isinstance(end, ReadDone)
    assert end.card.document is DocumentKind.HK_MO_TW
    second.remove()
    wait_until_empty()
    # The next start of the window, and no reader at all: the last one used tells why.
    assert RememberedReader(tmp_path / "readers.json", "W01").get() == "pcsc:00 01"
    assert RememberedReader(tmp_path / "readers.json", "W02").get() == ""
    first = ChipCard(RESIDENT, port=empty_reader.port)
    ears = waiting(host, reader)
    first.insert()
    assert isinstance(ears.end(), ReadDone)
    first.remove()
    assert RememberedReader(tmp_path / "readers.json", "W01").get() == "pcsc:00 00"


def test_both_readers_bear_a_service_that_restarts(
    host: DeviceHost, empty_reader: SmartCardService
) -> None:
    reader = HostedReader(host, BOTH, CLOCK)
    for place in (0, 1, 0):
        ears = waiting(host, reader)
        empty_reader.kill()
        empty_reader.stop()
        empty_reader.start()
        card = ChipCard(RESIDENT, port=empty_reader.port + place)
        card.insert()
        assert isinstance(ears.end(), ReadDone)
        card.remove()
        wait_until_empty()
    (pid,) = host.processes()
    assert pid  # none was lost on the way


def test_service_that_dies_in_the_middle_of_a_read(
    host: DeviceHost, empty_reader: SmartCardService
) -> None:
    reader = HostedReader(host, "pcsc", CLOCK)
    card = ChipCard(RESIDENT, port=empty_reader.port)
    card.call_after(5, empty_reader.kill)
    card.insert()
    assert code_of(read(reader)) == "CARD-PCSC-MISSING"
    card.remove()
    empty_reader.stop()
    empty_reader.start()
    card.mend()
    card.insert()
    assert isinstance(read(reader), ReadDone)
    card.remove()


def test_service_that_hangs_is_left_behind(
    host: DeviceHost, empty_reader: SmartCardService
) -> None:
    reader = HostedReader(host, "pcsc", CLOCK)
    card = ChipCard(RESIDENT, port=empty_reader.port)
    ears = waiting(host, reader)
    (before,) = host.processes()
    empty_reader.hang()
    try:
        time.sleep(0.5)
        asked = time.monotonic()
        reader.cancel(1)
        assert code_of(ears.end()) == "CARD-CANCELLED"  # for the clerk at once
        assert time.monotonic() - asked < 0.5
        eventually(lambda: before not in host.processes(), wait=15)  # a fresh host takes over
    finally:
        empty_reader.hang(again=True)
    card.insert()
    assert isinstance(read(reader), ReadDone)
    card.remove()


def test_status_line_tells_that_the_service_or_the_reader_is_away(
    host: DeviceHost, empty_reader: SmartCardService
) -> None:
    presence = ReaderPresence(host, "pcsc")

    def told(state: DeviceState, code: str) -> bool:
        status = presence.status()
        return (status.state, status.code) == (state, code)

    eventually(lambda: told(DeviceState.READY, ""), wait=15)
    empty_reader.stop()
    eventually(lambda: told(DeviceState.MISSING, "CARD-PCSC-MISSING"), wait=15)
    empty_reader.start()
    eventually(lambda: told(DeviceState.READY, ""), wait=15)
    empty_reader.unplug()
    eventually(lambda: told(DeviceState.MISSING, "CARD-NO-READER"), wait=15)
    empty_reader.plug_in()
    eventually(lambda: told(DeviceState.READY, ""), wait=15)


def test_watch_tells_each_card_once_over_a_restart(
    empty_reader: SmartCardService, tmp_path: Path
) -> None:
    arguments = ["card", "watch", "--reader", "pcsc", "--count", "3", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", *arguments, "--home", str(tmp_path)],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as watch:  # fmt: skip
        assert watch.stdout is not None

        def next_line() -> dict[str, object]:
            assert watch.stdout is not None
            line: dict[str, object] = json.loads(watch.stdout.readline())
            return line

        people = []
        for place, person in ((0, RESIDENT), (1, HK_MO_TW), (0, RESIDENT)):
            card = CcidIdentity(person, port=empty_reader.port + place)
            card.insert()
            line = next_line()
            assert line["ok"], line
            found = line["read"]
            assert isinstance(found, dict)
            people.append(found["number"])
            card.remove()
            wait_until_empty()
            if place == 1:
                empty_reader.stop()
                said = next_line()
                assert said["code"] == "CARD-PCSC-MISSING"
                empty_reader.start()
        assert people == [RESIDENT.number, HK_MO_TW.number, RESIDENT.number]
        assert watch.wait(20) == 0
