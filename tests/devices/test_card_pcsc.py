"""Chip cards through the real pcscd and its virtual reader."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.devices.cards.pcsc import BACK_WITHIN
from app.devices.cards.pcsc_service import PcscContext
from app.devices.simulators.chip_card import ChipCard
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
from tests.smart_cards import SmartCardService

pytestmark = pytest.mark.usefixtures("empty_reader")


@pytest.fixture
def reader() -> Iterator[CardReader]:
    opened = open_reader("pcsc:Virtual PCD 00 00", CLOCK)
    yield opened
    opened.close()


@pytest.fixture
def card(pcscd: SmartCardService) -> Iterator[ChipCard]:
    made = ChipCard(RESIDENT, port=pcscd.port)
    yield made
    made.remove()


@pytest.mark.parametrize("version", ["1.00", "2.00"])
@pytest.mark.parametrize("name", ["张示例", "迪丽·测试", "示例𠮷"])
def test_both_versions_are_read(
    pcscd: SmartCardService, reader: CardReader, version: str, name: str
) -> None:
    data = RESIDENT.social_security or SocialSecurityData(card_number="", issuer="")
    person = replace(RESIDENT, name=name, social_security=replace(data, version=version))
    card = ChipCard(person, port=pcscd.port)
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


def test_second_reader_by_part_of_its_name(pcscd: SmartCardService) -> None:
    reader = open_reader("pcsc:pcd 00 01", CLOCK)
    card = ChipCard(RESIDENT, port=pcscd.port + 1)
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


def test_some_other_chip_card(pcscd: SmartCardService, reader: CardReader) -> None:
    card = ChipCard(None, port=pcscd.port)
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


# -- the service and the readers go away and come back ------------------------------------------


def waiting(reader: CardReader, timeout: float = 30) -> Ears:
    ears = Ears()
    reader.start(1, timeout, ears.tell)
    while True:
        message = ears.messages.get(timeout=5)
        assert isinstance(message, ReadProgress), message
        if message.step is ReaderStep.WAITING_FOR_CARD:
            return ears


def test_service_dies_while_waiting_and_comes_back(
    pcscd: SmartCardService, reader: CardReader, card: ChipCard
) -> None:
    ears = waiting(reader)
    asked = time.monotonic()
    pcscd.stop()
    assert code_of(ears.end()) == "CARD-PCSC-MISSING"
    assert time.monotonic() - asked > BACK_WITHIN
    asked = time.monotonic()
    assert code_of(read(reader)) == "CARD-PCSC-MISSING"
    assert time.monotonic() - asked < 1.0
    pcscd.start()
    card.insert()
    assert isinstance(read(reader), ReadDone)


def test_service_restarted_while_waiting_goes_unnoticed(
    pcscd: SmartCardService, reader: CardReader, card: ChipCard
) -> None:
    for _ in range(3):
        ears = waiting(reader)
        pcscd.stop()
        pcscd.start()
        card.insert()
        assert isinstance(ears.until_end()[-1], ReadDone)
        card.remove()
        wait_until_empty()


def test_service_dies_in_the_middle_of_a_read(
    pcscd: SmartCardService, reader: CardReader, card: ChipCard
) -> None:
    card.call_after(3, pcscd.kill)
    card.insert()
    assert code_of(read(reader)) == "CARD-PCSC-MISSING"
    card.mend()
    card.remove()
    pcscd.stop()
    pcscd.start()
    card.insert()
    assert isinstance(read(reader), ReadDone)


def test_cancel_while_the_service_is_away(pcscd: SmartCardService, reader: CardReader) -> None:
    ears = waiting(reader)
    pcscd.stop()
    try:
        time.sleep(0.3)
        asked = time.monotonic()
        reader.cancel(1)
        assert code_of(ears.end()) == "CARD-CANCELLED"
        assert time.monotonic() - asked < 0.3
    finally:
        pcscd.start()


def test_reader_goes_while_it_is_waited_for(
    pcscd: SmartCardService, reader: CardReader, card: ChipCard
) -> None:
    ears = waiting(reader)
    pcscd.unplug()
    time.sleep(0.3)
    pcscd.plug_in()  # a cable that was loose for a moment
    card.insert()
    assert isinstance(ears.end(), ReadDone)
    card.remove()
    wait_until_empty()
    ears = waiting(reader)
    pcscd.unplug()
    try:
        assert code_of(ears.end()) == "CARD-READER-GONE"
        assert code_of(read(reader)) == "CARD-NO-READER"
    finally:
        pcscd.plug_in()
    card.insert()
    assert isinstance(read(reader), ReadDone)


def test_reader_plugged_in_after_the_program_was_started(pcscd: SmartCardService) -> None:
    pcscd.unplug()
    reader = open_reader("pcsc", CLOCK)
    assert code_of(read(reader)) == "CARD-NO-READER"
    pcscd.plug_in()
    card = ChipCard(RESIDENT, port=pcscd.port + 1)
    card.insert()
    assert isinstance(read(reader), ReadDone)
    card.remove()
    reader.close()


def test_card_process_for_trying_out(
    pcscd: SmartCardService, reader: CardReader, tmp_path: Path
) -> None:
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
        [
            sys.executable,
            "-m",
            "app.devices.simulators.chip_card",
            str(people),
            "zhang",
            "--port",
            str(pcscd.port),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert isinstance(read(reader, timeout=15), ReadDone)
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.wait(10) == 0
