"""The serial driver against the simulated SAM module on a real pseudo-terminal, every fault."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import serial

from app.devices.cards.frames import Command, ReplyDecoder, encode_command
from app.devices.simulators.sam import SimulatedSamReader
from app.devices.simulators.text_block import build_text_block
from app.ports import CardReader, ReadDone, ReaderStep, ReadFailed, ReadProgress
from tests.devices.card_people import (
    ALL,
    CLOCK,
    FOREIGNER_2023,
    NAMES,
    RESIDENT,
    Ears,
    code_of,
    eventually,
    open_files,
    read,
)
from tests.devices.reader_lane import open_reader


@pytest.fixture
def reader(sam_path: str) -> Iterator[CardReader]:
    opened = open_reader(f"serial:{sam_path}", CLOCK)
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", ALL)
def test_every_kind_of_card_is_read(sam: SimulatedSamReader, reader: CardReader, kind: str) -> None:
    card = ALL[kind]
    sam.place(card)
    end = read(reader)
    assert isinstance(end, ReadDone)
    assert end.card.document.value == kind
    assert end.card.person.name == card.name
    assert end.card.person.number == card.number
    assert end.card.reader == reader.name
    assert end.card.reader.endswith("@115200")
    assert end.card.read_at == CLOCK.now()
    assert end.card.text_block == build_text_block(card)


def test_steps_are_told_in_order_from_another_thread(
    sam: SimulatedSamReader, reader: CardReader
) -> None:
    sam.place(RESIDENT)
    ears = Ears()
    reader.start(7, 5, ears.tell)
    heard = ears.until_end()
    assert [m.step for m in heard if isinstance(m, ReadProgress)] == list(ReaderStep)
    assert {m.request for m in heard} == {7}
    assert threading.current_thread() not in ears.threads


def test_card_placed_while_waiting_is_read_soon(
    sam: SimulatedSamReader, reader: CardReader
) -> None:
    """Polling aside, the driver adds less than 30 ms (its conversation and the parsing)."""
    beyond = []
    for _ in range(7):
        ears = Ears()
        reader.start(1, 5, ears.tell)
        time.sleep(0.08)
        placed = time.monotonic()
        sam.place(RESIDENT)
        selecting = 0.0
        while not isinstance(message := ears.messages.get(timeout=5), ReadDone):
            assert isinstance(message, ReadProgress)
            if message.step is ReaderStep.SELECTING:
                selecting = time.monotonic()
        beyond.append(time.monotonic() - selecting)
        assert time.monotonic() - placed < 1.0
        sam.lift()
    assert statistics.median(beyond) < 0.03


def test_card_must_be_lifted_between_two_reads(sam: SimulatedSamReader, reader: CardReader) -> None:
    sam.place(RESIDENT)
    assert isinstance(read(reader), ReadDone)
    assert code_of(read(reader, timeout=0.3)) == "CARD-NO-CARD"
    sam.lift()
    sam.place(RESIDENT)
    assert isinstance(read(reader), ReadDone)


def test_no_card_within_the_time(reader: CardReader) -> None:
    began = time.monotonic()
    assert code_of(read(reader, timeout=0.5)) == "CARD-NO-CARD"
    assert 0.45 < time.monotonic() - began < 1.5


@pytest.mark.parametrize("timeout", [0.0, -1.0, float("nan"), float("-inf")])
def test_no_time_to_wait_is_one_look(
    sam: SimulatedSamReader, reader: CardReader, timeout: float
) -> None:
    ears = Ears()
    reader.start(1, timeout, ears.tell)
    end = ears.until_end(3)[-1]
    assert end == ReadFailed(request=1, code="CARD-NO-CARD")


def test_card_pulled_early_then_put_back(sam: SimulatedSamReader, reader: CardReader) -> None:
    sam.place(RESIDENT)
    sam.pull_card_after(bytes=600)
    assert code_of(read(reader)) == "CARD-PULLED"
    sam.mend()
    sam.place(RESIDENT)
    assert isinstance(read(reader), ReadDone)


def test_wrong_checksum(sam: SimulatedSamReader, reader: CardReader) -> None:
    sam.place(RESIDENT)
    sam.wrong_checksum()
    assert code_of(read(reader)) == "CARD-CHECKSUM"


def test_reply_cut_short(sam: SimulatedSamReader, reader: CardReader) -> None:
    sam.place(RESIDENT)
    sam.cut_short(bytes=700)
    assert code_of(read(reader)) == "CARD-INCOMPLETE"


def test_reader_that_never_answers(sam: SimulatedSamReader, reader: CardReader) -> None:
    sam.mute()
    assert code_of(read(reader)) == "CARD-NO-ANSWER"
    sam.mend()
    sam.place(RESIDENT)
    assert isinstance(read(reader), ReadDone)


def test_reader_falls_silent_while_waiting(sam: SimulatedSamReader, reader: CardReader) -> None:
    ears = Ears()
    reader.start(1, 20, ears.tell)
    eventually(lambda: ears.messages.qsize() >= 2)
    sam.mute()
    end = ears.until_end()[-1]
    assert isinstance(end, ReadFailed)
    assert end.code == "CARD-NO-ANSWER"


def test_another_kind_of_device(sam: SimulatedSamReader, reader: CardReader) -> None:
    sam.garbage()
    assert code_of(read(reader)) == "CARD-GARBAGE"


def test_slow_reader_is_waited_for(sam: SimulatedSamReader, reader: CardReader) -> None:
    sam.place(RESIDENT)
    sam.delay(0.3)
    assert isinstance(read(reader), ReadDone)


@pytest.mark.parametrize(
    ("sw3", "code"),
    [
        (0x10, "CARD-SAM-CHECKSUM"),
        (0x11, "CARD-SAM-LENGTH"),
        (0x21, "CARD-SAM-COMMAND"),
        (0x24, "CARD-SAM-UNKNOWN"),
        (0x31, "CARD-REFUSES-READER"),
        (0x32, "CARD-NOT-GENUINE"),
        (0x33, "CARD-CONTENT-CHECK"),
        (0x40, "CARD-WRONG-TYPE"),
        (0x41, "CARD-PULLED"),
        (0x47, "CARD-SAM-RANDOM"),
        (0x60, "CARD-SAM-SELF-TEST"),
        (0x66, "CARD-SAM-UNLICENSED"),
        (0x80, "CARD-NO-CARD"),
        (0x81, "CARD-SELECT-FAILED"),
        (0x91, "CARD-NO-CONTENT"),
        (0x77, "CARD-SAM-STATUS"),
    ],
)
def test_every_status_of_the_module(
    sam: SimulatedSamReader, reader: CardReader, sw3: int, code: str
) -> None:
    sam.place(RESIDENT)
    sam.answer_status(sw3)
    assert code_of(read(reader, timeout=1)) == code


@pytest.mark.parametrize("command", [Command.STATUS, Command.FIND, Command.SELECT])
def test_fault_at_any_stage(sam: SimulatedSamReader, reader: CardReader, command: Command) -> None:
    sam.place(RESIDENT)
    sam.answer_status(0x60, command)
    assert code_of(read(reader, timeout=1)) == "CARD-SAM-SELF-TEST"


def test_port_that_is_not_there(tmp_path: Path) -> None:
    reader = open_reader(f"serial:{tmp_path / 'ttyUSB9'}", CLOCK)
    assert code_of(read(reader)) == "CARD-PORT-MISSING"
    reader.close()


def test_path_that_is_no_port(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no port")
    reader = open_reader(f"serial:{file}", CLOCK)
    assert code_of(read(reader)) == "CARD-PORT-INVALID"
    reader.close()
    assert file.read_text() == "no port"


def test_port_held_by_another_program(sam_path: str, reader: CardReader) -> None:
    with serial.Serial(sam_path, exclusive=True):
        assert code_of(read(reader)) == "CARD-PORT-BUSY"
    assert code_of(read(reader, timeout=0.1)) == "CARD-NO-CARD"


@pytest.mark.parametrize("after", [0, 1, 700, 1294])
def test_port_vanishes_in_the_middle_of_a_read(
    sam: SimulatedSamReader, reader: CardReader, after: int
) -> None:
    sam.place(RESIDENT)
    sam.unplug(after=after)
    assert code_of(read(reader)) == "CARD-READER-GONE"


def test_port_vanishes_while_waiting_and_comes_back(tmp_path: Path) -> None:
    sam = SimulatedSamReader(link=tmp_path / "ttyUSB0")
    reader = open_reader(f"serial:{sam.start()}", CLOCK)
    ears = Ears()
    reader.start(1, 20, ears.tell)
    eventually(lambda: ears.messages.qsize() >= 2)
    sam.unplug()
    end = ears.until_end(3)[-1]
    assert isinstance(end, ReadFailed)
    assert end.code == "CARD-READER-GONE"
    assert code_of(read(reader)) == "CARD-PORT-MISSING"
    sam.start()
    sam.place(RESIDENT)
    assert isinstance(read(reader), ReadDone)
    reader.close()
    sam.stop()


def test_impossible_card_gives_a_code_and_no_person(
    sam: SimulatedSamReader, reader: CardReader
) -> None:
    sam.place_block(bytes(256), bytes(1024))
    assert code_of(read(reader)) == "CARD-TEXT"
    sam.place_block(build_text_block(RESIDENT), bytes(10))
    assert code_of(read(reader)) == "CARD-CONTENT"


@pytest.mark.parametrize("name", NAMES)
def test_special_names_come_through_the_wire(
    sam: SimulatedSamReader, reader: CardReader, name: str
) -> None:
    sam.place(replace(RESIDENT, name=name))
    end = read(reader)
    assert isinstance(end, ReadDone)
    assert end.card.person.name == name


@pytest.mark.parametrize("when", ["waiting", "slow", "reading"])
def test_cancel_ends_the_read_at_once(
    sam: SimulatedSamReader, reader: CardReader, when: str
) -> None:
    if when == "slow":
        sam.delay(5)
    if when == "reading":
        sam.place(RESIDENT)
        sam.cut_short(bytes=100)  # the driver now waits for the rest
    ears = Ears()
    reader.start(3, 20, ears.tell)
    time.sleep(0.15)
    asked = time.monotonic()
    reader.cancel(2)  # another request: nothing happens
    reader.cancel(3)
    end = ears.until_end(3)[-1]
    assert isinstance(end, ReadFailed)
    assert (end.request, end.code) == (3, "CARD-CANCELLED")
    assert time.monotonic() - asked < 0.2


def test_slow_lines_are_given_their_time(sam_path: str, sam: SimulatedSamReader) -> None:
    reader = open_reader(f"serial:{sam_path}@9600", CLOCK)
    sam.place(FOREIGNER_2023)
    end = read(reader)
    assert isinstance(end, ReadDone)
    assert end.card.reader == f"serial:{sam_path}@9600"
    reader.close()


def test_fifty_reads_leave_no_thread_and_no_file_open(
    sam: SimulatedSamReader, sam_path: str, reader: CardReader
) -> None:
    sam.place(RESIDENT)
    assert isinstance(read(reader), ReadDone)
    threads, files = threading.active_count(), open_files()
    for _ in range(50):
        sam.lift()
        sam.place(RESIDENT)
        assert isinstance(read(reader), ReadDone)
    assert sam.reads == 51
    assert threading.active_count() == threads
    assert open_files() == files


def _ask(port: serial.Serial, command: Command) -> tuple[int, int]:
    """SW3 and the length of the data, as any other program would see them."""
    port.write(encode_command(command))
    decoder = ReplyDecoder()
    while (reply := decoder.next_reply()) is None:
        data = port.read(1)
        assert data, "the module did not answer"
        decoder.feed(data + port.read(port.in_waiting))
    return reply.sw3, len(reply.data)


def test_the_simulated_module_keeps_the_order_of_the_real_one(
    sam: SimulatedSamReader, sam_path: str
) -> None:
    with serial.Serial(sam_path, 115200, timeout=2) as port:
        assert _ask(port, Command.RESET) == (0x90, 0)
        assert _ask(port, Command.SAM_ID) == (0x90, 16)
        assert _ask(port, Command.FIND) == (0x80, 0)
        sam.place(RESIDENT)
        assert _ask(port, Command.SELECT) == (0x81, 0)
        assert _ask(port, Command.READ) == (0x41, 0)
        assert _ask(port, Command.FIND) == (0x9F, 4)
        assert _ask(port, Command.READ) == (0x41, 0)
        assert _ask(port, Command.SELECT) == (0x90, 8)
        assert _ask(port, Command.READ_NEWEST_ADDRESS) == (0x91, 0)
        assert _ask(port, Command.READ_WITH_FINGERPRINT) == (0x90, 2310)
        assert _ask(port, Command.FIND) == (0x80, 0)
        port.write(b"\xaa\xaa\xaa\x96\x69\x00\x03\x20\x01\x21")  # as published, wrongly
        assert port.read(11) == bytes.fromhex("AAAAAA96690004000010") + b"\x14"
