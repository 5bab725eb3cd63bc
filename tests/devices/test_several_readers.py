"""Several readers wait for one card; the one that has it reads it and is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from app.devices.cards.hosted import HostedReader, split_specifications
from app.devices.cards.remembered import RememberedReader
from app.devices.host.slot import Watch
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.sam import SimulatedSamReader
from app.ports import ReadDone, ReaderStep, ReadFailed, ReadProgress
from tests.devices.card_people import CLOCK, HK_MO_TW, RESIDENT, Ears, code_of, eventually, read


@pytest.fixture
def host() -> Iterator[DeviceHost]:
    opened = DeviceHost(random=Random(1), watch=Watch(cancel=1.0))
    yield opened
    opened.close()


@pytest.fixture
def second() -> Iterator[SimulatedSamReader]:
    reader = SimulatedSamReader()
    yield reader
    reader.stop()


def spec(sam: SimulatedSamReader) -> str:
    return f"serial:{sam.path or sam.start()}"


def test_the_card_may_lie_on_any_of_them(
    host: DeviceHost, sam: SimulatedSamReader, second: SimulatedSamReader, tmp_path: Path
) -> None:
    file = tmp_path / "readers.json"
    reader = HostedReader(
        host, f"{spec(sam)}, {spec(second)}", CLOCK, RememberedReader(file, "W01")
    )
    for card, here in ((RESIDENT, second), (HK_MO_TW, sam), (RESIDENT, second)):
        ears = Ears()
        reader.start(1, 20, ears.tell)
        eventually(lambda: ears.messages.qsize() >= 2)  # noqa: B023 - asked at once
        here.place(card)
        heard = ears.until_end()
        assert [m.step for m in heard if isinstance(m, ReadProgress)] == list(ReaderStep)
        end = heard[-1]
        assert isinstance(end, ReadDone)
        assert end.card.person.number == card.number
        assert RememberedReader(file, "W01").get() == spec(here)
        assert RememberedReader(file, "W02").get() == ""
        here.lift()


def test_one_that_is_missing_leaves_the_other_waiting(
    host: DeviceHost, sam: SimulatedSamReader
) -> None:
    reader = HostedReader(host, f"serial:/dev/none, bad:bug, usb:fff0:fff0, {spec(sam)}", CLOCK)
    assert code_of(read(reader, timeout=0.5)) == "CARD-NO-CARD"
    sam.place(RESIDENT)
    assert isinstance(read(reader), ReadDone)


@pytest.mark.parametrize("bad", ["exit", "crash", "torrent"])
def test_a_driver_that_takes_the_process_along_leaves_the_other_waiting(
    host: DeviceHost, sam: SimulatedSamReader, bad: str
) -> None:
    reader = HostedReader(host, f"bad:{bad}, {spec(sam)}", CLOCK)
    ears = Ears()
    reader.start(1, 30, ears.tell)
    eventually(lambda: len(host.processes()) > 1, 10)  # each in its own now
    sam.place(RESIDENT)
    assert isinstance(ears.until_end(20)[-1], ReadDone)
    sam.lift()
    sam.place(RESIDENT)
    assert isinstance(read(reader), ReadDone)


def test_where_none_is_there_the_remembered_one_is_told(host: DeviceHost, tmp_path: Path) -> None:
    remembered = RememberedReader(tmp_path / "readers.json", "W01")
    reader = HostedReader(host, "serial:/dev/none, usb:fff0:fff0", CLOCK, remembered)
    assert code_of(read(reader)) == "CARD-PORT-MISSING"
    remembered.set("usb:fff0:fff0")
    assert code_of(read(reader)) == "CARD-USB-NONE"


def test_a_card_that_one_refuses_ends_the_reading(
    host: DeviceHost, sam: SimulatedSamReader, second: SimulatedSamReader
) -> None:
    reader = HostedReader(host, f"{spec(sam)}, {spec(second)}", CLOCK)
    second.place(RESIDENT)
    second.answer_status(0x33)
    end = read(reader, timeout=20)
    assert end == ReadFailed(request=1, code="CARD-CONTENT-CHECK", details={"sw3": "33"})


def test_a_cancel_calls_all_of_them_off(
    host: DeviceHost, sam: SimulatedSamReader, second: SimulatedSamReader
) -> None:
    reader = HostedReader(host, f"{spec(sam)}, {spec(second)}", CLOCK)
    for request in range(20):
        ears = Ears()
        reader.start(request, 20, ears.tell)
        reader.cancel(request)
        assert ears.until_end()[-1] == ReadFailed(request=request, code="CARD-CANCELLED")
        assert ears.messages.empty()
    second.place(RESIDENT)
    assert isinstance(read(reader), ReadDone)


@pytest.mark.parametrize("specs", ["", " , "])
def test_no_reader_at_all_has_a_code(host: DeviceHost, specs: str) -> None:
    assert code_of(read(HostedReader(host, specs, CLOCK))) == "CARD-SPECIFICATION"


def test_specifications_are_parted_and_counted_once() -> None:
    assert split_specifications("a, b,a ,") == ("a", "b")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"W01": 3}', "x" * 9000])
def test_a_spoilt_memory_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "readers.json"
    file.write_text(text)
    remembered = RememberedReader(file, "W01")
    assert remembered.get() == ""
    remembered.set("pcsc")
    assert RememberedReader(file, "W01").get() == "pcsc"
