"""Chip cards through the real pcscd and its virtual reader."""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.devices.cards.pcsc import PcscContext
from app.devices.simulators.chip_card import VPCD_PORT, ChipCard
from app.devices.simulators.people import SocialSecurityData
from app.domain.person import DocumentKind
from app.ports import CardReader, ReadDone, ReaderStep, ReadFailed, ReadProgress
from tests.devices.card_people import (
    CLOCK,
    RESIDENT,
    Ears,
    code_of,
    open_files,
    read,
    wait_until_empty,
)
from tests.devices.reader_lane import open_reader

pytestmark = pytest.mark.usefixtures("empty_reader")


@pytest.fixture
def reader() -> Iterator[CardReader]:
    opened = open_reader("pcsc:Virtual PCD 00 00", CLOCK)
    yield opened
    opened.close()


@pytest.fixture
def card() -> Iterator[ChipCard]:
    made = ChipCard(RESIDENT)
    yield made
    made.remove()


@pytest.mark.parametrize("version", ["1.00", "2.00"])
@pytest.mark.parametrize("name", ["张示例", "迪丽·测试", "示例𠮷"])
def test_both_versions_are_read(reader: CardReader, version: str, name: str) -> None:
    data = RESIDENT.social_security or SocialSecurityData(card_number="", issuer="")
    person = replace(RESIDENT, name=name, social_security=replace(data, version=version))
    card = ChipCard(person)
    card.insert()
    try:
        end = read(reader)
    finally:
        card.remove()
    assert isinstance(end, ReadDone)
    assert end.card.document is DocumentKind.SOCIAL_SECURITY
    assert end.card.person.name == name
    assert end.card.person.number == person.number
    assert end.card.person.sex is person.sex
    assert end.card.person.birth == person.birth
    assert end.card.person.nation == "01"
    assert (end.card.valid_from, end.card.valid_to) == (data.issued, data.expires)
    assert end.card.issuer == "110100"
    assert end.card.reader == "pcsc:Virtual PCD 00 00"


def test_card_inserted_while_any_reader_waits(card: ChipCard) -> None:
    reader = open_reader("pcsc", CLOCK)
    beyond = []
    for _ in range(3):
        ears = Ears()
        reader.start(1, 5, ears.tell)
        heard: list[ReaderStep] = []
        while ReaderStep.WAITING_FOR_CARD not in heard:
            message = ears.messages.get(timeout=5)
            assert isinstance(message, ReadProgress)
            heard.append(message.step)
        card.insert()
        message = ears.messages.get(timeout=5)
        selecting = time.monotonic()
        assert isinstance(message, ReadProgress)
        assert message.step is ReaderStep.SELECTING
        assert isinstance(ears.until_end()[-1], ReadDone)
        beyond.append(time.monotonic() - selecting)
        card.remove()
        wait_until_empty()
    reader.close()
    assert statistics.median(beyond) < 0.03


def test_second_reader_by_part_of_its_name() -> None:
    reader = open_reader("pcsc:pcd 00 01", CLOCK)
    card = ChipCard(RESIDENT, port=VPCD_PORT + 1)
    card.insert()
    assert isinstance(read(reader), ReadDone)
    card.remove()
    reader.close()


def test_no_card_within_the_time(reader: CardReader) -> None:
    began = time.monotonic()
    assert code_of(read(reader, timeout=0.4)) == "CARD-NO-CARD"
    assert 0.35 < time.monotonic() - began < 1.5


def test_no_such_reader() -> None:
    reader = open_reader("pcsc:Nowhere", CLOCK)
    assert code_of(read(reader)) == "CARD-NO-READER"
    reader.close()


@pytest.mark.parametrize("apdus", [0, 1, 2, 9, 30])
def test_card_pulled_at_any_point(reader: CardReader, card: ChipCard, apdus: int) -> None:
    card.pull_after(apdus)
    card.insert()
    assert code_of(read(reader)) == "CARD-PULLED"


def test_card_pulled_then_put_back(reader: CardReader, card: ChipCard) -> None:
    card.pull_after(5)
    card.insert()
    assert code_of(read(reader)) == "CARD-PULLED"
    card.remove()
    card.mend()
    wait_until_empty()
    card.insert()
    assert isinstance(read(reader), ReadDone)


def test_card_that_wants_authentication(reader: CardReader, card: ChipCard) -> None:
    card.refuse(0x6982)
    card.insert()
    assert code_of(read(reader)) == "CARD-LOCKED"


def test_some_other_chip_card(reader: CardReader) -> None:
    card = ChipCard(None)
    card.insert()
    assert code_of(read(reader)) == "CARD-UNKNOWN"
    card.remove()


def test_card_upside_down(reader: CardReader, card: ChipCard) -> None:
    card.upside_down()
    card.insert()
    assert code_of(read(reader)) == "CARD-MUTE"


def test_card_held_by_another_program(reader: CardReader, card: ChipCard) -> None:
    card.insert()
    assert isinstance(read(reader), ReadDone)
    context = PcscContext()
    held = context.connect("Virtual PCD 00 00")
    assert code_of(read(reader)) == "CARD-IN-USE"
    held.close()
    context.close()
    assert isinstance(read(reader), ReadDone)


def test_card_held_for_a_moment_is_waited_for(reader: CardReader, card: ChipCard) -> None:
    card.insert()
    assert isinstance(read(reader), ReadDone)
    context = PcscContext()
    held = context.connect("Virtual PCD 00 00")
    ears = Ears()
    reader.start(1, 5, ears.tell)
    time.sleep(0.4)
    held.close()
    context.close()
    assert isinstance(ears.until_end()[-1], ReadDone)


@pytest.mark.parametrize("timeout", [30.0, float("inf")])
def test_cancel_while_waiting(reader: CardReader, timeout: float) -> None:
    ears = Ears()
    reader.start(4, timeout, ears.tell)
    time.sleep(0.25)
    asked = time.monotonic()
    reader.cancel(4)
    end = ears.until_end()[-1]
    assert end == ReadFailed(request=4, code="CARD-CANCELLED")
    assert time.monotonic() - asked < 0.2


def test_fifty_reads_leave_no_thread_and_no_file_open(reader: CardReader, card: ChipCard) -> None:
    card.insert()
    assert isinstance(read(reader), ReadDone)
    threads, files = threading.active_count(), open_files()
    for _ in range(50):
        assert isinstance(read(reader), ReadDone)
    assert threading.active_count() == threads
    assert open_files() == files


# -- the service goes away and comes back -------------------------------------------------------
# A process of its own reaches pcscd through a relay that we can cut, so that the machine's
# service keeps running.

_CLIENT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from tests.devices.card_people import CLOCK, Ears
from tests.devices.reader_lane import open_reader
reader = open_reader("pcsc:Virtual PCD 00 00", CLOCK)
for line in sys.stdin:
    ears = Ears()
    reader.start(1, float(line), ears.tell)
    print("started", flush=True)
    print(getattr(ears.until_end(30)[-1], "code", "read"), flush=True)
reader.close()
"""


class Relay:
    """Passes a Unix socket on to pcscd until it is cut."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            service = socket.socket(socket.AF_UNIX)
            service.connect("/run/pcscd/pcscd.comm")
            self._lines += [client, service]
            for source, sink in ((client, service), (service, client)):
                thread = threading.Thread(target=self._pass_on, args=(source, sink), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def cut(self) -> None:
        self._path.unlink(missing_ok=True)
        for line in [self._listener, *self._lines]:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for thread in self._threads:
            thread.join(5)
        for line in [self._listener, *self._lines]:
            line.close()


def test_service_dies_while_waiting_and_comes_back(tmp_path: Path, card: ChipCard) -> None:
    path = tmp_path / "pcscd.comm"
    relay = Relay(path)
    environment = {**os.environ, "PCSCLITE_CSOCK_NAME": str(path)}
    with subprocess.Popen(
        [sys.executable, "-c", _CLIENT, str(Path(__file__).parents[2])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as client:
        assert client.stdin is not None
        assert client.stdout is not None

        def ask(timeout: float) -> None:
            assert client.stdin is not None
            assert client.stdout is not None
            client.stdin.write(f"{timeout}\n")
            client.stdin.flush()
            assert client.stdout.readline().strip() == "started"

        card.insert()
        ask(5)
        assert client.stdout.readline().strip() == "read"
        card.remove()
        wait_until_empty()
        ask(0.5)
        assert client.stdout.readline().strip() == "CARD-NO-CARD"
        ask(30)
        time.sleep(0.3)
        relay.cut()
        assert client.stdout.readline().strip() == "CARD-PCSC-MISSING"
        ask(5)
        assert client.stdout.readline().strip() == "CARD-PCSC-MISSING"
        relay = Relay(path)
        card.insert()
        ask(5)
        assert client.stdout.readline().strip() == "read"
        client.stdin.close()
        assert client.wait(10) == 0
    relay.cut()


def test_card_process_for_trying_out(reader: CardReader, tmp_path: Path) -> None:
    people = tmp_path / "people.json"
    fields = {
        name: getattr(RESIDENT, name)
        for name in ("document", "name", "sex", "nation", "number", "issuer")
    }
    fields |= {"birth": "1990-03-07", "valid_from": "2018-05-01", "valid_to": None}
    social = {"card_number": "A12345678", "issuer": "110100", "version": "2.00"}
    entry = {"id": "zhang", "card": fields, "social_security": social}
    people.write_text(json.dumps({"people": [entry]}), "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "app.devices.simulators.chip_card", str(people), "zhang"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert isinstance(read(reader, timeout=15), ReadDone)
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.wait(10) == 0
