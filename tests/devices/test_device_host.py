"""The device host as a real process: every order ends once, whatever its driver does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from app.devices.cards.family import ReadCard
from app.devices.cards.hosted import HostedReader
from app.devices.host.orders import OrderFailed, OrderMessage
from app.devices.host.slot import Watch
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.sam import SimulatedSamReader
from app.ports import DeviceState, DeviceStatus, ReadDone, ReaderStep, ReadFailed, ReadProgress
from tests.devices.card_people import ALL, CLOCK, RESIDENT, Ears, code_of, eventually, read

# Shorter than in use, so that a test need not wait; still long for a machine with much to do.
WATCH = Watch(ping=0.2, silence=2.5, cancel=1.0, backoff=0.1, longest_backoff=0.4)


@pytest.fixture
def host() -> Iterator[DeviceHost]:
    opened = DeviceHost(random=Random(1), watch=WATCH)
    yield opened
    opened.close()


def alive(pid: int) -> bool:
    """Also a zombie is none."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def host_pid(host: DeviceHost) -> int:
    """The only one."""
    (pid,) = host.processes()
    return pid


@pytest.mark.parametrize("kind", ALL)
def test_a_card_comes_whole_through_the_process(
    host: DeviceHost, sam: SimulatedSamReader, sam_path: str, kind: str
) -> None:
    card = ALL[kind]
    sam.place(card)
    reader = HostedReader(host, f"serial:{sam_path}", CLOCK)
    ears = Ears()
    reader.start(7, 5, ears.tell)
    heard = ears.until_end()
    assert [m.step for m in heard if isinstance(m, ReadProgress)] == list(ReaderStep)
    end = heard[-1]
    assert isinstance(end, ReadDone)
    assert end.request == 7
    assert end.card.document.value == kind
    assert end.card.person.number == card.number
    assert len(end.card.text_block) == 256
    assert (end.card.read_at - CLOCK.now()).total_seconds() < 60
    assert host.status()[reader.name].state is DeviceState.READY


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("lock", "DEV-HUNG"),
        ("crash", "DEV-CRASHED"),
        ("exit", "DEV-CRASHED"),
        ("torrent", "DEV-GARBLED"),
        ("bug", "DEV-BUG"),
        ("large", "DEV-GARBLED"),
        ("no such way", "CARD-SPECIFICATION"),
    ],
)
def test_a_bad_driver_ends_with_its_code_and_the_next_read_works(
    host: DeviceHost, sam: SimulatedSamReader, sam_path: str, how: str, code: str
) -> None:
    bad = HostedReader(host, f"bad:{how}", CLOCK)
    end = read(bad, timeout=20)
    assert code_of(end) == code
    status = host.status()[bad.name]
    assert (status.state, status.code) == (DeviceState.FAULTY, code)
    sam.place(RESIDENT)
    assert isinstance(read(HostedReader(host, f"serial:{sam_path}", CLOCK)), ReadDone)


def test_a_flood_of_news_is_held_back_and_can_be_stopped(host: DeviceHost) -> None:
    heard: list[OrderMessage] = []
    order = ReadCard(timeout=60, at=CLOCK.now())
    number = host.order("card", "bad:flood", order, heard.append)
    eventually(lambda: len(heard) > 60)
    began, before = time.monotonic(), len(heard)
    time.sleep(0.5)
    assert len(heard) - before < 150 * (time.monotonic() - began)
    host.cancel(number)
    eventually(lambda: isinstance(heard[-1], OrderFailed))
    end = heard[-1]
    assert isinstance(end, OrderFailed)
    assert end.code == "DEV-CANCELLED"


def test_a_cancel_storm_ends_every_request_exactly_once(
    host: DeviceHost, sam: SimulatedSamReader, sam_path: str
) -> None:
    reader = HostedReader(host, f"serial:{sam_path}", CLOCK)
    sam.place(RESIDENT)
    ears = Ears()
    for request in range(200):
        reader.start(request, 5, ears.tell)
        if request % 2:
            time.sleep(0.001)
        reader.cancel(request)
        end = ears.until_end()[-1]
        assert end.request == request
        assert isinstance(end, ReadDone) or code_of(end) == "CARD-CANCELLED"  # type: ignore[arg-type]
        sam.lift()
        sam.place(RESIDENT)
    assert ears.messages.empty()
    assert isinstance(read(reader), ReadDone)


def test_a_hung_driver_is_given_up_and_keeps_nobody(
    host: DeviceHost, sam: SimulatedSamReader, sam_path: str
) -> None:
    hung, serial = (
        HostedReader(host, "bad:hang", CLOCK),
        HostedReader(host, f"serial:{sam_path}", CLOCK),
    )
    states: list[DeviceStatus] = []
    host.add_listener(states.append)
    deaf = Ears()
    hung.start(1, 60, deaf.tell)
    assert isinstance(deaf.messages.get(timeout=10), ReadProgress)
    first = host_pid(host)
    sam.place(RESIDENT)
    assert isinstance(read(serial), ReadDone)  # beside it, in the same process
    waiting = Ears()
    serial.start(2, 60, waiting.tell)
    eventually(lambda: waiting.messages.qsize() >= 2)
    hung.cancel(1)
    assert deaf.until_end()[-1] == ReadFailed(request=1, code="CARD-CANCELLED")
    again = Ears()
    hung.start(3, 60, again.tell)  # waits for the hung one to be given up
    eventually(lambda: any(s.device == hung.name and s.code == "DEV-HUNG" for s in states))
    # Who works beside it goes on undisturbed, and then the process goes.
    assert alive(first)
    sam.lift()
    sam.place(RESIDENT)
    assert isinstance(waiting.until_end()[-1], ReadDone)
    eventually(lambda: not alive(first))
    assert isinstance(again.messages.get(timeout=10), ReadProgress)  # in a new process
    sam.lift()
    sam.place(RESIDENT)
    assert isinstance(read(serial), ReadDone)
    assert first not in host.processes()
    assert len(host.processes()) == 2  # the one that hung has one of its own now


def test_a_host_that_is_stopped_or_killed_is_replaced(host: DeviceHost) -> None:
    reader = HostedReader(host, "simulated", CLOCK)
    assert isinstance(read(reader), ReadDone)
    first = host_pid(host)
    os.kill(first, signal.SIGSTOP)
    assert code_of(read(reader, timeout=20)) == "DEV-HUNG"
    eventually(lambda: not alive(first))
    assert isinstance(read(reader), ReadDone)
    before = host.processes()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: len(host.processes()) == len(before) and not {*host.processes()} & {*before})
    assert isinstance(read(reader), ReadDone)


def test_a_host_that_fails_again_and_again_is_started_ever_later() -> None:
    watch = replace(WATCH, backoff=30.0, longest_backoff=60.0)
    host = DeviceHost(random=Random(1), watch=watch)
    try:
        reader = HostedReader(host, "bad:exit", CLOCK)
        codes = [code_of(read(reader)) for _ in range(4)]
        # The first takes the shared process along, two more the driver's own.
        assert codes == ["DEV-CRASHED", "DEV-CRASHED", "DEV-CRASHED", "DEV-RESTARTING"]
    finally:
        host.close()


@pytest.mark.parametrize("command", [["/no/such/program"], [sys.executable, "-c", "exit(5)"]])
def test_a_host_that_cannot_be_started_is_told(command: list[str]) -> None:
    host = DeviceHost(random=Random(1), watch=WATCH, command=command)
    try:
        assert code_of(read(HostedReader(host, "simulated", CLOCK))) == "DEV-START"
    finally:
        host.close()


def test_another_program_instead_of_the_host_is_a_flood_or_garbled() -> None:
    program = "import os\nwhile True: os.write(1, (b'\\0\\0\\0\\1\\xc0') * 9999)"
    host = DeviceHost(random=Random(1), watch=WATCH, command=[sys.executable, "-c", program])
    try:
        assert code_of(read(HostedReader(host, "simulated", CLOCK))) == "DEV-GARBLED"
    finally:
        host.close()


def test_a_host_that_talks_without_end_is_a_flood() -> None:
    program = (
        "import os\nfrom app.devices.host.wire import Hello, Pong, frame\n"
        "os.write(1, frame(Hello()))\nwhile True: os.write(1, frame(Pong()) * 100)"
    )
    host = DeviceHost(random=Random(1), watch=WATCH, command=[sys.executable, "-c", program])
    try:
        assert code_of(read(HostedReader(host, "simulated", CLOCK))) == "DEV-FLOOD"
    finally:
        host.close()


def test_one_request_at_a_time_and_none_after_the_end(host: DeviceHost, sam_path: str) -> None:
    reader = HostedReader(host, f"serial:{sam_path}", CLOCK)
    first = Ears()
    reader.start(1, 60, first.tell)
    assert read(reader) == ReadFailed(request=1, code="CARD-BUSY")
    host.close()
    assert first.until_end()[-1] == ReadFailed(request=1, code="DEV-CLOSED")
    assert code_of(read(reader)) == "DEV-CLOSED"
    reader.close()
    assert code_of(read(reader)) == "CARD-CLOSED"


def test_no_host_outlives_its_window(tmp_path: Path) -> None:
    """Not even one whose driver hangs with the interpreter's lock."""
    program = """
import time
from random import Random
from app.devices.cards.hosted import HostedReader
from app.devices.host.supervisor import DeviceHost
from tests.devices.card_people import CLOCK
host = DeviceHost(random=Random(1))
reader = HostedReader(host, "bad:lock", CLOCK)
reader.start(1, 60, lambda message: print(host.processes()[0], flush=True))
time.sleep(60)
"""
    window = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    with window:
        assert window.stdout is not None
        pid = int(window.stdout.readline())
        assert alive(pid)
        window.kill()
    eventually(lambda: not alive(pid))
