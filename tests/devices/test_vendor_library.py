"""Vendors' libraries, compiled here: read, refuse, hang, crash, be of the other kind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.devices.cards.asking import probe_readers
from app.devices.cards.errors import CardCancelled, CardError, CardPulled, NoContent
from app.devices.cards.helper import HelperDriver, vendor_driver
from app.devices.cards.hosted import HostedReader
from app.devices.cards.listing import is_there
from app.devices.cards.specification import open_driver
from app.devices.cards.termb import Termb, text_block
from app.devices.cards.textblock import parse_text_block
from app.devices.cards.vendor import VendorDriver, parse_library
from app.devices.cards.vendor_library import OUR_BITS, library_bits
from app.devices.host.errors import HostCrashed
from app.devices.host.process import host_command
from app.devices.host.slot import Watch
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.text_block import build_text_block
from app.domain.person import CardRead
from app.ports import DeviceState, ReadDone, ReaderStep
from tests.devices.card_people import ALL, CLOCK, RESIDENT, TODAY, code_of, eventually, read
from tests.devices.vendor_counter import FIELDS, Counter


@pytest.fixture(scope="session")
def library32(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the other kind; nothing of it can be called here."""
    folder = tmp_path_factory.mktemp("vendor32")
    (folder / "empty.c").write_text("int SDT_OpenPort(int port) { return port; }\n")
    made = folder / "libvendor32.so"
    command = ["gcc", "-m32", "-shared", "-nostdlib", "-o", str(made), str(folder / "empty.c")]
    subprocess.run(command, check=True)
    return made


@pytest.fixture
def host() -> Iterator[DeviceHost]:
    made = DeviceHost(random=Random(1), watch=Watch(cancel=1.0))
    yield made
    made.close()


def _read(driver: VendorDriver | HelperDriver, timeout: float = 5) -> CardRead:
    return driver.read(timeout, lambda _: None, threading.Event())


@pytest.mark.parametrize("kind", ALL)
def test_sdtapi_reads_every_identity_card(library: Path, counter: Counter, kind: str) -> None:
    counter.place(ALL[kind])
    driver = VendorDriver(f"sdtapi:{library}", CLOCK)
    for _ in range(2):
        card = _read(driver)
        assert card.document is ALL[kind].document
        assert card.person.number == ALL[kind].number
        assert card.newest_address == ""
    assert driver.check() == "05.01-20170706-0000123456-0012345678"


def test_sdtapi_tells_the_newest_address(library: Path, counter: Counter) -> None:
    counter.place(RESIDENT, "样例市新居路9号".ljust(35).encode("utf-16-le"))
    assert _read(VendorDriver(f"sdtapi:{library}", CLOCK)).newest_address == "样例市新居路9号"


def test_termb_reads_a_card_and_leaves_nothing_behind(library: Path, counter: Counter) -> None:
    counter.place_words()
    card = _read(VendorDriver(f"termb:{library}", CLOCK))
    assert card.person == parse_text_block(build_text_block(RESIDENT), TODAY).person
    assert (card.valid_from, card.valid_to) == (RESIDENT.valid_from, RESIDENT.valid_to)
    assert not Path("wz.txt").exists()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "张䶮"}, "CARD-TEXT"),  # GBK has it not: the library says ?
        ({"number": "110101199003071234"}, "CARD-TEXT"),
        ({"sex": "女"}, "CARD-CONTRADICTION"),
        ({"birth": "1990-13-07"}, "CARD-TEXT"),
        ({"address": "长" * 40}, "CARD-TEXT"),
        ({"to": "2001.01.01"}, "CARD-CONTRADICTION"),
        (dict.fromkeys(FIELDS, ""), "CARD-NO-CONTENT"),
    ],
)
def test_termb_says_what_cannot_be(
    library: Path, counter: Counter, changed: dict[str, str], code: str
) -> None:
    counter.place_words(**changed)
    with pytest.raises(CardError) as caught:
        _read(VendorDriver(f"termb:{library}", CLOCK))
    assert caught.value.code == code
    assert not Path("wz.txt").exists()


@pytest.mark.parametrize("to", ["长期", "20380501", "2038-05-01", "2038年05月01日"])
def test_termb_dates_as_vendors_write_them(library: Path, counter: Counter, to: str) -> None:
    counter.place_words(to=to)
    expected = None if to == "长期" else RESIDENT.valid_to
    assert _read(VendorDriver(f"termb:{library}", CLOCK)).valid_to == expected


@pytest.mark.parametrize("kind", ["sdtapi", "termb"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("port", "CARD-READER-GONE"), ("select", "CARD-SELECT-FAILED"), ("pulled", "CARD-PULLED"),
    ],
)  # fmt: skip
def test_faults_of_both(library: Path, counter: Counter, kind: str, fault: str, code: str) -> None:
    counter.place(RESIDENT)
    counter.fault(fault)
    with pytest.raises(CardError) as caught:
        _read(VendorDriver(f"{kind}:{library}", CLOCK))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("fault", "code"), [("silent", "CARD-NO-ANSWER"), ("length", "CARD-CONTENT")]
)
def test_faults_of_sdtapi(library: Path, counter: Counter, fault: str, code: str) -> None:
    counter.place(RESIDENT)
    counter.fault(fault)
    driver = VendorDriver(f"sdtapi:{library}", CLOCK)
    with pytest.raises(CardError) as caught:
        _read(driver)
    assert caught.value.code == code
    counter.fault("")
    assert _read(driver).person.number == RESIDENT.number  # the port was closed meanwhile


def test_card_is_waited_for_and_the_wait_called_off(library: Path, counter: Counter) -> None:
    driver = VendorDriver(f"sdtapi:{library}", CLOCK)
    with pytest.raises(CardError, match="CARD-NO-CARD"):
        _read(driver, timeout=0.3)
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(CardCancelled):
        driver.read(30, lambda _: None, cancelled)
    assert time.monotonic() - began < 1


# -- the file itself ----------------------------------------------------------------------------


def test_a_library_that_is_not_there_or_no_library(tmp_path: Path, library32: Path) -> None:
    with pytest.raises(CardError, match="CARD-VENDOR-MISSING"):
        vendor_driver(f"sdtapi:{tmp_path / 'none.so'}", CLOCK)
    (tmp_path / "text.dll").write_text("no library")
    with pytest.raises(CardError, match="CARD-VENDOR-UNUSABLE"):
        _read(VendorDriver(f"sdtapi:{tmp_path / 'text.dll'}", CLOCK))
    with pytest.raises(CardError, match="CARD-VENDOR-BITS"):
        _read(VendorDriver(f"sdtapi:{library32}", CLOCK))


def test_another_library_of_the_same_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.c").write_text("int nothing;\n")
    made = tmp_path / "libempty.so"
    subprocess.run(["gcc", "-shared", "-o", made, tmp_path / "empty.c"], check=True)
    with pytest.raises(CardError, match="CARD-VENDOR-UNUSABLE") as caught:
        _read(VendorDriver(f"termb:{made}", CLOCK))
    assert caught.value.details["why"] == "CVR_InitComm"


def test_status_line_tells_a_library_that_cannot_be_used(
    tmp_path: Path, library: Path, library32: Path
) -> None:
    found = {
        path: is_there(f"sdtapi:{path}", CLOCK)
        for path in (library, library32, tmp_path / "none.so")
    }
    assert [(info.state, info.code) for info in found.values()] == [
        (DeviceState.READY, ""),
        (DeviceState.FAULTY, "CARD-VENDOR-BITS"),
        (DeviceState.MISSING, "CARD-VENDOR-MISSING"),
    ]


def test_bits_by_the_file_alone(tmp_path: Path, library: Path, library32: Path) -> None:
    assert (library_bits(library), library_bits(library32)) == (OUR_BITS, 32)
    for machine, bits in ((0x014C, 32), (0x8664, 64), (0xAA64, 64), (0x9999, 0)):
        head = b"MZ".ljust(0x3C, b"\0") + (0x80).to_bytes(4, "little")
        head = head.ljust(0x80, b"\0") + b"PE\0\0" + machine.to_bytes(2, "little")
        (tmp_path / "some.dll").write_bytes(head)
        assert library_bits(tmp_path / "some.dll") == bits


@given(st.binary(max_size=200), st.sampled_from([b"", b"MZ", b"\x7fELF"]))
def test_any_file_is_no_library_or_one(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, head: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.dll"
    file.write_bytes(head + content)
    assert library_bits(file) in {0, 32, 64}


@pytest.mark.parametrize(
    "spec",
    ["sdtapi:", "sdtapi", "termb:@1001", "sdtapi:/x@", "sdtapi:/x@0", "sdtapi:/x@99999", "x:/y",
     "sdtapi:/x\0", "termb:/x@１００１"],
)  # fmt: skip
def test_wrong_specifications(spec: str) -> None:
    with pytest.raises(CardError, match="CARD-SPECIFICATION"):
        parse_library(spec)


def test_paths_as_windows_writes_them() -> None:
    kind, path, port = parse_library(r"termb:C:\reader\termb.dll@3")
    assert (kind, str(path), port) == ("termb", r"C:\reader\termb.dll", 3)


@given(st.fixed_dictionaries(dict.fromkeys(
    ("name", "sex", "nation", "birth", "address", "number", "issuer", "valid_from", "valid_to"),
    st.text(max_size=40),
)))  # fmt: skip
def test_any_words_are_a_person_or_a_card_error(words: dict[str, str]) -> None:
    try:
        parse_text_block(text_block(words), TODAY)
    except CardError:
        return


# -- in the device host, and in the helper program ----------------------------------------------


def test_in_the_device_host(library: Path, counter: Counter, host: DeviceHost) -> None:
    reader = HostedReader(host, f"sdtapi:{library}", CLOCK)
    counter.place(RESIDENT)
    counter.fault("talk")  # what it prints goes nowhere
    for _ in range(3):
        end = read(reader)
        assert isinstance(end, ReadDone)
        assert end.card.person.number == RESIDENT.number
    counter.fault("crash")
    assert code_of(read(reader)) == "DEV-CRASHED"
    counter.fault("")
    assert isinstance(read(reader), ReadDone)
    (info,) = probe_readers(host, f"sdtapi:{library}", CLOCK.now())
    assert (info.state, info.module) == (DeviceState.READY, "05.01-20170706-0000123456-0012345678")
    counter.fault("self")
    (info,) = probe_readers(host, f"sdtapi:{library}", CLOCK.now())
    assert (info.state, info.code) == (DeviceState.FAULTY, "CARD-SAM-SELF-TEST")


def test_helper_program_speaks_as_the_driver_does(library: Path, counter: Counter) -> None:
    driver = HelperDriver(host_command(), f"sdtapi:{library}", CLOCK)
    counter.place(RESIDENT)
    steps: list[ReaderStep] = []
    card = driver.read(5, steps.append, threading.Event())
    here = _read(VendorDriver(f"sdtapi:{library}", CLOCK))
    assert replace(card, read_at=here.read_at) == here  # its clock runs from the order's time
    assert steps == list(ReaderStep)[: len(steps)]
    assert ReaderStep.READING in steps
    assert driver.check() == "05.01-20170706-0000123456-0012345678"
    counter.fault("pulled")
    with pytest.raises(CardPulled):
        _read(driver)
    counter.fault("self")
    with pytest.raises(CardError, match="CARD-SAM-SELF-TEST"):
        driver.check()
    counter.fault("crash")
    with pytest.raises(HostCrashed):
        _read(driver)
    counter.fault("")
    assert _read(driver).person.number == RESIDENT.number
    counter.lift()
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    with pytest.raises(CardCancelled):
        driver.read(30, steps.append, cancelled)
    driver.close()


def test_helper_that_hangs_is_ended_after_the_cancel(library: Path, counter: Counter) -> None:
    driver = HelperDriver(host_command(), f"sdtapi:{library}", CLOCK)
    counter.fault("hang")
    cancelled = threading.Event()
    threading.Timer(0.5, cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(CardCancelled):
        driver.read(30, lambda _: None, cancelled)
    assert time.monotonic() - began < 10
    counter.fault("")
    counter.place(RESIDENT)
    assert _read(driver).person.number == RESIDENT.number
    driver.close()


def test_helper_is_chosen_for_the_other_kind(
    library: Path, library32: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(open_driver(f"sdtapi:{library32}", CLOCK), VendorDriver)
    monkeypatch.setenv("ONEWINDOW_HELPER32", f"{sys.executable} -m app.devices.host")
    assert isinstance(open_driver(f"sdtapi:{library}", CLOCK), VendorDriver)
    driver = open_driver(f"sdtapi:{library32}", CLOCK)
    assert isinstance(driver, HelperDriver)
    # This one is no 32-bit program either, and says so in the driver's own words.
    monkeypatch.delenv("ONEWINDOW_HELPER32")
    with pytest.raises(CardError, match="CARD-VENDOR-BITS"):
        _read(driver)
    driver.close()


def test_helper_that_cannot_be_started(library: Path) -> None:
    driver = HelperDriver(["/nowhere/onewindow"], f"sdtapi:{library}", CLOCK)
    with pytest.raises(Exception, match="DEV-START"):
        _read(driver)
    driver = HelperDriver(["/bin/true"], f"sdtapi:{library}", CLOCK)
    with pytest.raises(HostCrashed):
        _read(driver)


def test_termb_without_words_is_no_content(library: Path, counter: Counter) -> None:
    counter.place_words(**dict.fromkeys(FIELDS, ""))
    vendor = Termb(library, 1001)
    vendor.open()
    with pytest.raises(NoContent):
        vendor.read()
    eventually(lambda: not Path("wz.txt").exists())
