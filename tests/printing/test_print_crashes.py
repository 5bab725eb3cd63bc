"""SIGKILL at a hundred random points of printing, printers dying beside it: papers against jobs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter as Tally
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from app.services.print_jobs import PrintJob
from printers.backends.simulated import PrinterMood, SimulatedSlipPrinter
from tests.printing.cups import DriverlessPrinter
from tests.printing.printing_window import make_press, open_desk

KILLS = 100
PRINTER_KILLS = 8


class Windows:
    """Programs that print, one after another over one home."""

    def __init__(self, home: Path, documents: str, slips: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.printing.printing_window", str(home), documents, slips],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def start(self, word: str) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return int(self._said())

    def ended(self) -> int:
        """The exit code of the one that was started last."""
        return int(self._said())

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@pytest.fixture
def slip_printer() -> Iterator[SimulatedSlipPrinter]:
    printer = SimulatedSlipPrinter()
    yield printer
    printer.stop()


@pytest.mark.timeout(600)
def test_no_paper_comes_out_twice_and_none_is_called_printed_that_did_not(
    tmp_path: Path, driverless: DriverlessPrinter, slip_printer: SimulatedSlipPrinter, longer: int
) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    chance, kills = Random(seed), KILLS * longer
    home, slips = tmp_path / "home", f"tcp://127.0.0.1:{slip_printer.listen()}"
    home.mkdir()
    windows = Windows(home, driverless.uri, slips)
    printer_kills = set(chance.sample(range(kills), PRINTER_KILLS * longer))
    for kill in range(kills):
        window = windows.start(f"work {seed + kill}")
        time.sleep(chance.uniform(0.05, 0.6))
        if kill in printer_kills:
            driverless.kill()
            slip_printer.mood.dies_after = len(slip_printer.mood.printed) + chance.randrange(400)
            time.sleep(chance.uniform(0, 0.3))
        os.kill(window, signal.SIGKILL)
        assert windows.ended() == -signal.SIGKILL
        if kill in printer_kills:
            driverless.start()
            slip_printer.mood.dies_after = None
    windows.start("finish")
    assert windows.ended() == 0
    windows.stop()
    check(home, driverless.printed(), slip_printer.mood)


def check(home: Path, papers: list[bytes], mood: PrinterMood) -> None:
    press = make_press()
    counter, desk = open_desk(press, home, "folder:/nowhere", "folder:/never")
    counter.store.verify()
    documents, slips = Tally(papers), bytes(mood.printed)
    states: Tally[str] = Tally()

    def sheets(job: PrintJob) -> int:
        """The same facts give the same bytes, so each sheet is known by them."""
        if job.about.startswith("ticket:"):
            return slips.count(job.number.encode())
        made = press.make(counter.contents.content(job.paper, job.about))
        return documents[made[1]]

    for job in desk.jobs(limit=-1):
        out = sheets(job)
        states[job.state] += 1
        match job.state:
            case "printed":
                assert out == 1, job
            case "failed":
                assert out == 0, job
            case "doubted":
                assert out <= 1, job
            case _:
                pytest.fail(f"left over: {job}")
    counter.store.close()
    assert max(documents.values(), default=0) <= 1
    assert states["printed"] > len(papers) // 2
    print(dict(states), len(papers), "documents")
