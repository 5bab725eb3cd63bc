"""SAM modules on USB: pyusb with a simulated bus under it, and with the real libusb."""

from __future__ import annotations

import errno
import subprocess
import sys
import threading

import pytest

from app.devices.cards.errors import BadSpecification, CardError
from app.devices.cards.usb_sam import UsbSamDriver, parse_model
from app.devices.simulators.sam import SAM_ID, SimulatedSamReader
from app.devices.simulators.usb_bus import SimulatedUsbBus, SimulatedUsbReader
from app.domain.person import CardRead
from app.ports import ReaderStep
from tests.devices.card_people import ALL, CLOCK, RESIDENT, open_files


@pytest.fixture
def reader(sam: SimulatedSamReader, sam_path: str) -> SimulatedUsbReader:
    assert sam_path
    return SimulatedUsbReader(sam)


def driver_of(*readers: SimulatedUsbReader, model: str = "") -> UsbSamDriver:
    return UsbSamDriver(parse_model(model), CLOCK, backend=SimulatedUsbBus(*readers))


def read(driver: UsbSamDriver, *, timeout: float = 5) -> CardRead:
    return driver.read(timeout, lambda _step: None, threading.Event())


def code(driver: UsbSamDriver, *, timeout: float = 5) -> str:
    with pytest.raises(CardError) as failed:
        read(driver, timeout=timeout)
    return failed.value.code


@pytest.mark.parametrize("kind", ALL)
def test_every_kind_of_card_is_read(
    sam: SimulatedSamReader, reader: SimulatedUsbReader, kind: str
) -> None:
    sam.place(ALL[kind])
    steps: list[ReaderStep] = []
    card = driver_of(reader).read(5, steps.append, threading.Event())
    assert card.document.value == kind
    assert card.person.number == ALL[kind].number
    assert card.reader == "usb"
    assert steps == list(ReaderStep)


def test_the_model_that_was_named_is_found_among_others(
    sam: SimulatedSamReader, reader: SimulatedUsbReader
) -> None:
    stranger = SimulatedUsbReader(sam, vendor=0x1D6B, product=0x0002)
    sam.place(RESIDENT)
    assert read(driver_of(stranger, reader)).person.number == RESIDENT.number
    assert code(driver_of(stranger)) == "CARD-USB-NONE"
    sam.lift()
    sam.place(RESIDENT)
    named = driver_of(stranger, model="1d6b:0002")
    assert read(named).reader == "usb:1d6b:0002"


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (errno.EACCES, "CARD-USB-DENIED"),
        (errno.EBUSY, "CARD-USB-BUSY"),
        (errno.ENODEV, "CARD-READER-GONE"),
    ],
)
def test_a_reader_that_cannot_be_opened(
    reader: SimulatedUsbReader, refusal: int, expected: str
) -> None:
    reader.refusal = refusal
    assert code(driver_of(reader)) == expected
    reader.refusal = 0
    assert code(driver_of(reader), timeout=0.1) == "CARD-NO-CARD"


def test_a_kernel_driver_is_detached_and_a_second_program_is_told(
    sam: SimulatedSamReader, reader: SimulatedUsbReader
) -> None:
    reader.kernel_driver = True
    sam.place(RESIDENT)
    bus = SimulatedUsbBus(reader)
    driver = UsbSamDriver(None, CLOCK, backend=bus)
    assert read(driver).person.number == RESIDENT.number
    assert bus.claimed == set()
    bus.claimed.add(0)
    assert code(driver) == "CARD-USB-BUSY"


@pytest.mark.parametrize("after", [0, 1, 700, 1294])
def test_unplugged_in_the_middle_of_a_read(
    sam: SimulatedSamReader, reader: SimulatedUsbReader, after: int
) -> None:
    driver = driver_of(reader)
    sam.place(RESIDENT)
    sam.unplug(after=after)
    assert code(driver) == "CARD-READER-GONE"
    sam.stop()
    assert code(driver) == "CARD-USB-NONE"
    sam.mend()
    sam.start()
    sam.place(RESIDENT)
    assert read(driver).person.number == RESIDENT.number


def test_faults_have_the_same_codes_as_on_a_serial_port(
    sam: SimulatedSamReader, reader: SimulatedUsbReader
) -> None:
    driver = driver_of(reader)
    sam.place(RESIDENT)
    sam.wrong_checksum()
    assert code(driver) == "CARD-CHECKSUM"
    sam.mend()
    sam.place(RESIDENT)
    sam.answer_status(0x66)
    assert code(driver) == "CARD-SAM-UNLICENSED"
    sam.mend()
    sam.mute()
    assert code(driver) == "CARD-NO-ANSWER"
    sam.mend()
    assert driver.check().startswith(f"{SAM_ID[0]:02d}.01-")


def test_nothing_stays_open(sam: SimulatedSamReader, reader: SimulatedUsbReader) -> None:
    driver = driver_of(reader)

    def once() -> None:
        sam.lift()
        sam.place(RESIDENT)
        read(driver)

    once()
    before = open_files()
    for _ in range(20):
        once()
    assert open_files() == before


@pytest.mark.parametrize("text", ["0400", "0400:", "400:c35a", "0400:xyz1", "0400:c35a:1"])
def test_models_that_are_none(text: str) -> None:
    with pytest.raises(BadSpecification):
        parse_model(text)


def test_the_real_library_finds_no_reader_here_and_its_lack_is_told() -> None:
    program = """
import threading
{setup}
from app.devices.cards.usb_sam import UsbSamDriver
from app.devices.cards.errors import CardError
from tests.devices.card_people import CLOCK
try:
    UsbSamDriver((0xfff0, 0xfff0), CLOCK).read(1, print, threading.Event())
except CardError as error:
    print(error.code)
"""
    hide = "import ctypes.util\nctypes.util.find_library = lambda name: None"
    for setup, expected in (("", "CARD-USB-NONE"), (hide, "CARD-USB-MISSING")):
        told = subprocess.run(
            [sys.executable, "-c", program.format(setup=setup)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert told.stdout.split()[-1] == expected
