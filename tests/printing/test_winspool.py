"""Windows' spooler: the same calls against a library with the same functions, over a folder."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from app.domain.errors import NotSent
from app.print_ports import Fate, PrinterState, Sending
from printers.backends.winspool import WindowsPrinter, list_queues
from printers.backends.winspool_calls import SpoolerCalls, open_calls
from printers.errors import (
    CoverOpen,
    PaperJam,
    PaperOut,
    PrintDoubted,
    PrinterCondition,
    PrinterOffline,
    PrinterRefused,
    PrinterStopped,
    PrinterUnreachable,
)
from printers.maker import ESCPOS, PDF, PaperPress
from tests.printing.cups import program
from tests.printing.samples import NUMBER, receipt, slip
from tests.printing.test_print_jobs import case, desk_of, only, order
from tests.printing.test_print_network import new_job
from tests.unit.test_papers import Counter, counter

__all__ = ["case", "counter"]  # the fixtures

TITLE = "收件凭证 WD0120261120000123"


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("spooler") / "fake_spooler.so"
    source = Path(__file__).with_name("fake_spooler.c")
    subprocess.run(
        [program("gcc"), "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", str(source), "-o",
         str(built)],
        check=True,
    )  # fmt: skip
    return built


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setenv("SPOOL_FOLDER", str(folder))
    return folder


@pytest.fixture
def calls(library: Path, spool: Path) -> SpoolerCalls:
    assert spool.is_dir()
    return SpoolerCalls(ctypes.CDLL(str(library)), ctypes.CDLL(str(library)))


@pytest.fixture
def printer(calls: SpoolerCalls) -> WindowsPrinter:
    return WindowsPrinter("办公室", calls)


def say(spool: Path, number: int, status: int, printed: int = 0) -> None:
    (spool / f"job-{number}.state").write_text(f"{status} {printed}")


def test_its_queues_are_listed(calls: SpoolerCalls) -> None:
    assert list_queues(calls) == ("办公室", "Slip")


def test_a_slip_goes_through_untouched(
    printer: WindowsPrinter, spool: Path, press: PaperPress
) -> None:
    kind, data = press.make(slip("A012"))
    assert kind == ESCPOS
    job = new_job()
    place = printer.send(job, "排队号 A012", kind, data, Sending(copies=2))
    assert (spool / "job-1.raw").read_bytes() == data * 2
    assert (spool / "job-1.txt").read_bytes().decode("utf-16-le") == f"排队号 A012 {job}"
    assert printer.find(job) == place == "#1"
    assert printer.find(new_job()) is None


def test_a_document_is_drawn_page_by_page_and_its_codes_can_be_read(
    printer: WindowsPrinter, spool: Path, press: PaperPress
) -> None:
    kind, data = press.make(receipt(), apart=True)
    assert kind == PDF
    printer.send(new_job(), TITLE, kind, data, Sending(copies=2))
    pages = sorted(spool.glob("*.pgm"))
    assert len(pages) == 6  # three named copies, twice
    for page in pages:
        picture = Image.open(page)
        assert abs(picture.height - 3508) <= 2  # A4 at 300 dots an inch
        assert NUMBER in {code.text for code in zxingcpp.read_barcodes(picture)}


def test_what_becomes_of_a_job(printer: WindowsPrinter, spool: Path) -> None:
    job = new_job()
    place = printer.send(job, "票", ESCPOS, b"A012\n")
    assert printer.follow(job, place) is Fate.WAITING
    say(spool, 1, 0x10)
    assert printer.follow(job, place) is Fate.WAITING
    say(spool, 1, 0x40)  # paper out
    assert printer.follow(job, place) is Fate.WAITING
    say(spool, 1, 0x80)
    assert printer.follow(job, place) is Fate.OUT


@pytest.mark.parametrize(
    ("last", "fate"),
    [(0x10, Fate.OUT), (0x08, Fate.OUT), (0x02, Fate.UNKNOWN), (0x40, Fate.UNKNOWN),
     (0x04, Fate.UNKNOWN)],
)  # fmt: skip
def test_a_job_that_is_gone_was_printed_where_nothing_was_wrong(
    printer: WindowsPrinter, spool: Path, last: int, fate: Fate
) -> None:
    job = new_job()
    place = printer.send(job, "票", ESCPOS, b"A012\n")
    say(spool, 1, last)
    printer.follow(job, place)
    (spool / "job-1.state").unlink()
    assert printer.follow(job, place) is fate


def test_a_job_that_this_program_never_saw_is_doubted(
    printer: WindowsPrinter, calls: SpoolerCalls, spool: Path
) -> None:
    job = new_job()
    place = printer.send(job, "票", ESCPOS, b"A012\n")
    (spool / "job-1.state").unlink()
    after_a_start = WindowsPrinter("办公室", calls)
    assert after_a_start.follow(job, place) is Fate.UNKNOWN
    assert after_a_start.find(job) is None


def test_a_number_that_begins_anew_is_another_job(printer: WindowsPrinter, spool: Path) -> None:
    job = new_job()
    place = printer.send(job, "票", ESCPOS, b"A012\n")
    say(spool, 1, 0x02)
    printer.follow(job, place)
    (spool / "job-1.txt").write_bytes("somebody else's".encode("utf-16-le"))
    assert printer.follow(job, place) is Fate.UNKNOWN


@pytest.mark.parametrize(
    ("status", "printed", "fate"),
    [(0x00, 0, Fate.NOTHING), (0x01, 0, Fate.NOTHING), (0x40, 0, Fate.NOTHING),
     (0x10, 0, Fate.UNKNOWN), (0x40, 1, Fate.UNKNOWN)],
)  # fmt: skip
def test_a_job_is_taken_back(
    printer: WindowsPrinter, spool: Path, status: int, printed: int, fate: Fate
) -> None:
    job = new_job()
    place = printer.send(job, "票", ESCPOS, b"A012\n")
    say(spool, 1, status, printed)
    assert printer.withdraw(job, place) is fate
    assert not (spool / "job-1.state").exists()


def test_a_job_that_the_spooler_keeps_is_not_taken_back(
    printer: WindowsPrinter, spool: Path
) -> None:
    job = new_job()
    place = printer.send(job, "票", ESCPOS, b"A012\n")
    (spool / "keeps").write_text("")
    assert printer.withdraw(job, place) is Fate.WAITING


@pytest.mark.parametrize(
    ("flags", "condition"),
    [(0x10, PaperOut), (0x400000, CoverOpen), (0x08, PaperJam), (0x80, PrinterOffline),
     (0x01, PrinterStopped), (0x18, PaperOut)],
)  # fmt: skip
def test_its_fault_is_named(
    printer: WindowsPrinter, spool: Path, flags: int, condition: type[PrinterCondition]
) -> None:
    assert printer.status().state is PrinterState.READY
    (spool / "printer.state").write_text(str(flags))
    assert (printer.status().state, printer.status().code) == (
        PrinterState.FAULTY, condition.code,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "condition"), [(0x40, PaperOut), (0x20, PrinterOffline), (0x02, PrinterStopped)]
)
def test_its_fault_is_named_by_the_job_that_it_holds(
    printer: WindowsPrinter, spool: Path, flags: int, condition: type[PrinterCondition]
) -> None:
    printer.send(new_job(), "票", ESCPOS, b"A012\n")
    say(spool, 1, flags)
    assert printer.status().code == condition.code


def test_a_spooler_that_refuses_gets_nothing(
    printer: WindowsPrinter, spool: Path, press: PaperPress
) -> None:
    papers = (press.make(slip("A012")), press.make(receipt()))
    (spool / "full").write_text("")
    for kind, data in papers:
        with pytest.raises(PrinterRefused) as refused:
            printer.send(new_job(), TITLE, kind, data)
        assert isinstance(refused.value, NotSent)
    (spool / "refuse").write_text("")
    for kind, data in papers:
        with pytest.raises(PrinterUnreachable) as missing:
            printer.send(new_job(), TITLE, kind, data)
        assert isinstance(missing.value, NotSent)
    assert printer.status().state is PrinterState.MISSING
    assert not list(spool.glob("job-*"))


def test_a_spooler_that_breaks_off_is_doubted(
    printer: WindowsPrinter, spool: Path, press: PaperPress
) -> None:
    (spool / "cut").write_text("")
    for kind, data in (press.make(slip("A012")), press.make(receipt(), apart=True)):
        with pytest.raises(PrintDoubted):
            printer.send(new_job(), TITLE, kind, data)


def test_where_there_is_no_windows_nobody_answers() -> None:
    if hasattr(ctypes, "WinDLL"):
        pytest.fail("this test is for the other systems")
    with pytest.raises(OSError, match="no print spooler"):
        open_calls()
    assert list_queues() == ()
    assert WindowsPrinter("x").status().state is PrinterState.MISSING


def test_a_paper_through_the_whole_desk(case: Counter, calls: SpoolerCalls, spool: Path) -> None:
    desk = desk_of(case, "winspool:办公室")
    printers = desk._printers  # the desk's own printer, with the library put under it
    printers["winspool:办公室"] = WindowsPrinter("办公室", calls)  # type: ignore[index]
    order(desk)
    desk.run_pending()
    assert (only(desk).state, only(desk).place) == ("sent", "#1")
    say(spool, 1, 0x10, 1)
    assert desk.run.follow("winspool:办公室")
    (spool / "job-1.state").unlink()
    assert not desk.run.follow("winspool:办公室")
    assert only(desk).state == "printed"
