"""Printing over IPP to real programs: what arrives, what is said when it does not."""

from __future__ import annotations

import socket
import struct
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.domain.errors import NotSent
from app.print_ports import PrinterState
from printers.backends import open_printer
from printers.backends.ipp import IppPrinter
from printers.errors import (
    BadPrinterSpecification,
    CoverOpen,
    FormatNotTaken,
    JobAborted,
    PaperJam,
    PaperOut,
    PrintDoubted,
    PrinterCondition,
    PrinterRefused,
    PrinterUnreachable,
)
from printers.maker import ESCPOS, PDF, PaperPress
from tests.printing.cups import (
    DriverlessPrinter,
    PrintServer,
    RawListener,
    free_port,
    wait_until,
)
from tests.printing.samples import receipt, slip

TITLE = "收件凭证 WD0120261120000123"


def new_job() -> str:
    return str(uuid.uuid4())


# -- straight to a printer --------------------------------------------------------------------


def test_a_receipt_arrives_whole_at_an_ipp_printer(
    driverless: DriverlessPrinter, press: PaperPress
) -> None:
    printer, job = open_printer(driverless.uri), new_job()
    kind, data = press.make(receipt())
    assert printer.accepts(kind)
    place = printer.send(job, TITLE, kind, data)
    assert place.startswith("#")
    wait_until(driverless.printed, "the printed file")
    assert driverless.printed() == [data]
    assert printer.find(job) == place
    assert printer.find(new_job()) is None  # an unknown job may have been forgotten
    assert printer.status().state in {PrinterState.READY, PrinterState.BUSY}
    assert printer.status().code == ""


@pytest.mark.parametrize(
    "title", ["受理通知书·𠮷䶮", "长" * 500, "", "a\x00b\r\nc\u202ed", "%s%n'\"<b>&amp;"]
)
def test_any_title_is_taken(driverless: DriverlessPrinter, title: str) -> None:
    printer, job = IppPrinter(driverless.uri), new_job()
    place = printer.send(job, title, PDF, b"%PDF-1.4\n%%EOF\n")
    assert printer.find(job) == place


def test_a_printer_that_takes_no_slips_says_so(
    driverless: DriverlessPrinter, press: PaperPress
) -> None:
    kind, data = press.make(slip())
    with pytest.raises(FormatNotTaken) as caught:
        IppPrinter(driverless.uri).send(new_job(), "票", kind, data)
    assert isinstance(caught.value, NotSent)
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("keyword", "condition"), [("media-jam-warning", PaperJam), ("cover-open-warning", CoverOpen)]
)
def test_a_printers_fault_is_named(
    driverless: DriverlessPrinter, keyword: str, condition: type[PrinterCondition]
) -> None:
    printer = IppPrinter(driverless.uri)
    assert printer.status().code == ""
    driverless.report(f"STATE: +{keyword}")
    printer.send(new_job(), TITLE, PDF, b"%PDF-1.4\n%%EOF\n")
    wait_until(lambda: printer.status().code == condition.code, condition.code)
    assert printer.status().state is PrinterState.FAULTY
    driverless.report(f"STATE: -{keyword}")
    printer.send(new_job(), TITLE, PDF, b"%PDF-1.4\n%%EOF\n")
    wait_until(lambda: printer.status().code == "", "the fault to clear")


def test_an_empty_tray_is_seen_and_the_job_waits_for_paper(
    driverless: DriverlessPrinter, press: PaperPress
) -> None:
    printer, job = IppPrinter(driverless.uri), new_job()
    driverless.load_paper(0)
    wait_until(lambda: printer.status().code == PaperOut.code, PaperOut.code)
    assert printer.status().state is PrinterState.FAULTY
    place = printer.send(job, TITLE, *press.make(receipt()))
    assert printer.find(job) == place  # taken, so it must not be sent again
    driverless.load_paper(250)
    wait_until(lambda: printer.status().code == "", "the tray to be full")
    wait_until(driverless.printed, "the waiting job")
    assert len(driverless.printed()) == 1


def test_a_killed_printer_is_missing_and_gets_nothing(driverless: DriverlessPrinter) -> None:
    printer, job = IppPrinter(driverless.uri), new_job()
    printer.send(job, TITLE, PDF, b"%PDF-1.4\n%%EOF\n")
    driverless.kill()
    status = printer.status()
    assert (status.state, status.code) == (PrinterState.MISSING, PrinterUnreachable.code)
    with pytest.raises(PrinterUnreachable) as caught:
        printer.send(new_job(), TITLE, PDF, b"%PDF-1.4\n%%EOF\n")
    assert isinstance(caught.value, NotSent)
    assert printer.find(job) is None
    driverless.start()
    assert printer.status().state is PrinterState.READY


# -- through CUPS -----------------------------------------------------------------------------


def test_a_receipt_goes_through_a_queue(
    print_server: PrintServer, driverless: DriverlessPrinter, press: PaperPress
) -> None:
    print_server.add_queue("desk", driverless.uri, "everywhere")
    printer, job = IppPrinter(print_server.uri("desk")), new_job()
    kind, data = press.make(receipt())
    place = printer.send(job, TITLE, kind, data)
    assert printer.find(job) == place  # while it is under way
    wait_until(driverless.printed, "the job to leave the queue", 40)
    assert driverless.printed()[0].startswith(b"%PDF")
    assert printer.find(job) == place  # and when it is done
    assert printer.status().code == ""


def test_slip_bytes_pass_a_raw_queue_untouched(
    print_server: PrintServer, listener: RawListener, press: PaperPress
) -> None:
    print_server.add_queue("slips", f"socket://127.0.0.1:{listener.port}", "raw")
    printer, job = IppPrinter(print_server.uri("slips")), new_job()
    kind, data = press.make(slip("A012"))
    assert kind == ESCPOS
    place = printer.send(job, "排队号 A012", kind, data)
    wait_until(lambda: listener.jobs, "the slip", 30)
    assert listener.jobs == [data]
    assert printer.find(job) == place


def test_a_job_that_was_given_up_is_not_said_to_be_printed(print_server: PrintServer) -> None:
    closed = free_port()  # nobody there: the job stays in the queue
    print_server.add_queue("away", f"socket://127.0.0.1:{closed}", "raw")
    printer, job = IppPrinter(print_server.uri("away")), new_job()
    place = printer.send(job, "排队号 A012", ESCPOS, b"A012\n")
    assert printer.find(job) == place
    print_server.cancel("away", int(place.removeprefix("#")))
    wait_until(lambda: printer.find(job) is None, "the cancelled job to be doubted")


def test_a_queue_that_is_not_there_refuses(print_server: PrintServer) -> None:
    printer = IppPrinter(print_server.uri("nosuch"))
    with pytest.raises(PrinterRefused) as caught:
        printer.send(new_job(), TITLE, PDF, b"%PDF-1.4\n%%EOF\n")
    assert isinstance(caught.value, NotSent)
    assert printer.status().state is PrinterState.MISSING
    assert printer.find(new_job()) is None


# -- printers that lie ------------------------------------------------------------------------


@contextmanager
def lying_printer(answer: bytes | None, *, reset: bool = False, drip: float = 0.0) -> Iterator[str]:
    """Reads the whole job; then answers so, or resets, or says nothing.

    With ``drip`` the body follows byte by byte, so many seconds apart.
    """
    server = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        peer, _ = server.accept()
        with peer:
            request = b""
            while b"\r\n\r\n" not in request:
                request += peer.recv(65536)
            head, _, body = request.partition(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            )
            while len(body) < length:
                body += peer.recv(65536)
            if reset:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            try:
                head, end, body = (answer or b"").partition(b"\r\n\r\n")
                peer.sendall(head + end)
                for at in range(0, len(body), 1 if drip else 1 << 20):
                    peer.sendall(body[at : at + (1 if drip else 1 << 20)])
                    if drip and done.wait(drip):
                        return
            except OSError:
                return
            if answer is None:
                done.wait(30)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"ipp://127.0.0.1:{server.getsockname()[1]}/ipp/print"
    finally:
        done.set()
        server.close()
        thread.join(5)


def http(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/ipp\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


ACCEPTED_NOTHING = b"\x01\x01\x00\x00\x00\x00\x00\x01\x03"  # successful-ok without any job


def taken_and_aborted(impressions: int | None) -> bytes:
    """An answer that names the job, and that the printer has given it up already."""

    def number(tag: int, name: bytes, value: int) -> bytes:
        return struct.pack(">BH", tag, len(name)) + name + struct.pack(">Hi", 4, value)

    body = b"\x01\x01\x00\x00\x00\x00\x00\x01"
    body += b"\x01\x47\x00\x12attributes-charset\x00\x05utf-8\x02"
    body += number(0x21, b"job-id", 7) + number(0x23, b"job-state", 8)
    if impressions is not None:
        body += number(0x21, b"job-impressions-completed", impressions)
    return http(body + b"\x03")


def test_a_job_aborted_at_once_is_failed_or_doubted() -> None:
    with lying_printer(taken_and_aborted(0)) as uri, pytest.raises(JobAborted) as caught:
        IppPrinter(uri).send(new_job(), TITLE, PDF, b"x" * 1000)
    assert isinstance(caught.value, NotSent)
    for impressions in (1, None):
        with lying_printer(taken_and_aborted(impressions)) as uri, pytest.raises(PrintDoubted):
            IppPrinter(uri).send(new_job(), TITLE, PDF, b"x" * 1000)


def test_silence_after_the_job_is_doubt() -> None:
    with lying_printer(None) as uri:
        before = time.monotonic()
        with pytest.raises(PrintDoubted) as caught:
            IppPrinter(uri, answer_seconds=0.5).send(new_job(), TITLE, PDF, b"x" * 300_000)
        assert time.monotonic() - before < 5
    assert not isinstance(caught.value, NotSent)


def test_a_reset_after_the_job_is_doubt() -> None:
    with lying_printer(None, reset=True) as uri, pytest.raises(PrintDoubted):
        IppPrinter(uri).send(new_job(), TITLE, PDF, b"x" * 1000)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not HTTP at all\r\n\r\n",
        http(b""),
        http(b"<html>OK</html>"),
        http(ACCEPTED_NOTHING),
        http(ACCEPTED_NOTHING[:5]),
        http(b"\x01\x01\x00\x00\x00\x00\x00\x01\x02\x21\x00\x06job-id\x00\x04\xff"),
        http(b"\x00" * (2 << 20)),
        http(b"\x01\x01\x00\x00\x00\x00\x00\x01\x02\x21\xff\xfdabcdefgh\x00\x04\x03"),
        http(b"", "500 Internal Server Error"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort",
    ],
)
def test_an_answer_that_means_nothing_is_doubt(answer: bytes) -> None:
    with lying_printer(answer) as uri, pytest.raises(PrintDoubted):
        IppPrinter(uri, answer_seconds=2).send(new_job(), TITLE, PDF, b"x" * 1000)


def test_an_answer_that_drips_is_doubt() -> None:
    before = time.monotonic()
    with lying_printer(http(b"\x00" * 9000), drip=0.2) as uri, pytest.raises(PrintDoubted):
        IppPrinter(uri, answer_seconds=1).send(new_job(), TITLE, PDF, b"x")
    assert time.monotonic() - before < 5


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "404 Not Found"])
def test_a_closed_door_refuses(status: str) -> None:
    with lying_printer(http(b"", status)) as uri, pytest.raises(PrinterRefused) as caught:
        IppPrinter(uri).send(new_job(), TITLE, PDF, b"x")
    assert str(caught.value.details["status"]).endswith(status[:3])


@pytest.mark.parametrize("answer", [b"", http(b"junk"), http(ACCEPTED_NOTHING)])
def test_a_status_that_means_nothing_is_a_missing_printer(answer: bytes) -> None:
    with lying_printer(answer) as uri:
        status = IppPrinter(uri).status()
    assert (status.state, status.code) == (PrinterState.MISSING, PrinterUnreachable.code)


def test_nobody_at_the_address() -> None:
    printer = IppPrinter(f"ipp://127.0.0.1:{free_port()}/ipp/print")
    with pytest.raises(PrinterUnreachable):
        printer.send(new_job(), TITLE, PDF, b"x")
    assert printer.status().state is PrinterState.MISSING
    assert printer.find(new_job()) is None


# -- specifications ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "specification",
    ["", "folder:", "printer", "ipp:", "ipp://", "ipp://host:0/x", "ipp://host:99999/x",
     "ipp://[::1/x", "http://host/", "lp:desk", "ipp://host:abc/"],
)  # fmt: skip
def test_a_bad_specification_is_named(specification: str) -> None:
    with pytest.raises(BadPrinterSpecification) as caught:
        open_printer(specification)
    assert caught.value.details["spec"] == specification


@pytest.mark.parametrize(
    "specification",
    ["folder:/tmp/x", "ipp://host/ipp/print", "ipps://host:443/ipp/print", "ipp://[::1]:631/p"],
)
def test_a_good_specification_is_the_printers_name(specification: str) -> None:
    assert open_printer(specification).name == specification
