"""Slip printers on real TCP and real pseudo-terminals: what they say, and when nobody can know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.config import BadSettings, Settings
from app.domain.errors import NotSent
from app.print_ports import PrinterState
from printers.backends.opening import open_printer
from printers.backends.simulated import PrinterMood, SimulatedSlipPrinter
from printers.backends.slip_printer import SlipPrinter
from printers.backends.wire import DeviceWire, TcpWire
from printers.errors import (
    BadPrinterSpecification,
    FormatNotTaken,
    PrintDoubted,
    PrinterUnreachable,
    SlipCoverOpen,
    SlipPaperOut,
    SlipPrinterBroken,
    SlipPrinterOffline,
    SlipPrinterSilent,
)
from printers.maker import ESCPOS, PDF, PaperPress
from tests.printing.cups import free_port, wait_until
from tests.printing.samples import slip

FAULTS = [
    (PrinterMood(paper_out=True), SlipPaperOut),
    (PrinterMood(cover_open=True), SlipCoverOpen),
    (PrinterMood(broken=True), SlipPrinterBroken),
    (PrinterMood(offline=True), SlipPrinterOffline),
]


@pytest.fixture
def simulated() -> Iterator[SimulatedSlipPrinter]:
    printer = SimulatedSlipPrinter()
    yield printer
    printer.stop()


def specification(printer: SimulatedSlipPrinter, kind: str) -> str:
    if kind == "tcp":
        return f"tcp://127.0.0.1:{printer.listen()}"
    return f"{kind}:{printer.open_pty()}"


@pytest.mark.parametrize("kind", ["tcp", "serial", "usb"])
def test_a_slip_arrives_whole(
    kind: str, simulated: SimulatedSlipPrinter, press: PaperPress
) -> None:
    printer = open_printer(specification(simulated, kind))
    media_type, data = press.make(slip())
    for _ in range(2):
        printer.send("job", "排队号票", media_type, data)
    assert simulated.mood.printed == data * 2
    assert printer.status().state is PrinterState.READY
    assert printer.find("job") is None


@pytest.mark.parametrize(("mood", "error"), FAULTS)
@pytest.mark.parametrize("kind", ["tcp", "serial"])
def test_a_fault_is_told_before_a_byte_of_the_slip_leaves(
    kind: str, mood: PrinterMood, error: type[NotSent]
) -> None:
    simulated = SimulatedSlipPrinter(mood)
    printer = open_printer(specification(simulated, kind))
    try:
        status = printer.status()
        with pytest.raises(error):
            printer.send("job", "排队号票", ESCPOS, b"slip")
    finally:
        simulated.stop()
    assert (status.state, status.code) == (PrinterState.FAULTY, error.code)
    assert mood.printed == b""


@pytest.mark.parametrize(
    "mood", [PrinterMood(dies_after=40), PrinterMood(runs_out_after=40)], ids=["dies", "runs out"]
)
def test_half_a_slip_is_doubted(mood: PrinterMood, press: PaperPress) -> None:
    simulated = SimulatedSlipPrinter(mood)
    port = simulated.listen()
    printer = SlipPrinter("s", lambda: TcpWire("127.0.0.1", port, 3), print_seconds=2)
    try:
        with pytest.raises(PrintDoubted):
            printer.send("job", "排队号票", *press.make(slip()))
    finally:
        simulated.stop()
    assert len(mood.printed) == 40


def test_a_printer_that_falls_silent_after_taking_the_slip_is_doubted(
    simulated: SimulatedSlipPrinter,
) -> None:
    port = simulated.listen()

    class Silencing(TcpWire):
        def write(self, data: bytes, seconds: float) -> None:
            simulated.mood.mute = b"slip" in data
            super().write(data, seconds)

    printer = SlipPrinter("s", lambda: Silencing("127.0.0.1", port, 3), print_seconds=0.5)
    with pytest.raises(PrintDoubted):
        printer.send("job", "排队号票", ESCPOS, b"slip")
    assert simulated.mood.printed == b"slip"


@pytest.mark.parametrize("kind", ["tcp", "usb"])
def test_a_mute_printer_gets_nothing_unless_it_is_known_to_be_mute(
    kind: str, simulated: SimulatedSlipPrinter
) -> None:
    simulated.mood.mute = True
    spec = specification(simulated, kind)
    printer = open_printer(spec)
    with pytest.raises(SlipPrinterSilent):
        printer.send("job", "排队号票", ESCPOS, b"slip")
    assert printer.status().code == SlipPrinterSilent.code
    assert simulated.mood.printed == b""
    open_printer(spec + "?mute").send("job", "排队号票", ESCPOS, b"slip\n\n")
    wait_until(lambda: simulated.mood.printed.startswith(b"slip"), "the slip")


def test_a_roll_nearly_used_up_still_prints(simulated: SimulatedSlipPrinter) -> None:
    simulated.mood.paper_low = True
    printer = open_printer(specification(simulated, "tcp"))
    assert (printer.status().state, printer.status().code) == (PrinterState.READY, "PRN-SLIP-LOW")
    printer.send("job", "排队号票", ESCPOS, b"slip")


def test_nobody_at_the_address() -> None:
    for spec in (f"tcp://127.0.0.1:{free_port()}", "serial:/dev/none", "usb:/dev/none"):
        printer = open_printer(spec)
        with pytest.raises(PrinterUnreachable):
            printer.send("job", "排队号票", ESCPOS, b"slip")
        assert printer.status().state is PrinterState.MISSING


def test_a_device_that_takes_nothing_ends_in_time() -> None:
    simulated = SimulatedSlipPrinter(PrinterMood())
    device = simulated.open_pty()
    simulated.stop_serving()
    try:
        wire = DeviceWire(Path(device))
        with pytest.raises(TimeoutError):
            wire.write(b"x" * 1_000_000, 0.3)
        wire.close()
    finally:
        simulated.stop()


def test_it_takes_slips_alone() -> None:
    with pytest.raises(FormatNotTaken):
        open_printer("tcp://192.0.2.1").send("job", "t", PDF, b"")


def test_the_settings_name_printer_and_model(
    tmp_path: Path, simulated: SimulatedSlipPrinter
) -> None:
    spec = specification(simulated, "tcp")
    client = Client(tmp_path / "a", Settings(slip_printer=spec, slip_model="58-tear"))
    media_type, data = client.press.make(slip())
    client.printers[spec].send("job", "排队号票", media_type, data)
    assert simulated.mood.printed.startswith(b"\x1b@\x1dW\x80\x01")  # 384 dots
    assert simulated.mood.printed.endswith(b"\x1bd\x04")  # fed, not cut
    with pytest.raises(BadSettings) as caught:
        _ = Client(tmp_path / "b", Settings(slip_model="76-dots")).press
    assert caught.value.details["key"] == "slip_model"


@pytest.mark.parametrize(
    "spec",
    ["tcp:", "tcp://", "tcp://h:0", "tcp://h:99999", "tcp://h/x", "serial:", "serial:/dev/x@fast",
     "usb:", "usb:?mute"],
)  # fmt: skip
def test_what_is_no_slip_printer(spec: str) -> None:
    with pytest.raises(BadPrinterSpecification):
        open_printer(spec)
