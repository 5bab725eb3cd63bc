"""Specifications, the people file, the list for the doctor, and a sentence for every code."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from app.devices.cards import errors
from app.devices.cards.errors import BadPeople, BadSpecification, CardError, NoSuchPerson
from app.devices.cards.listing import list_readers, probe_reader
from app.devices.cards.social_security import read_social_security
from app.devices.simulators.chip_card import ChipCard
from app.devices.simulators.people import load_people
from app.devices.simulators.sam import SimulatedSamReader
from app.domain.person import DocumentKind, Sex
from app.ports import DeviceState, ReadDone
from app.texts import explain, sentences
from tests.devices.card_people import ALL, CLOCK, RESIDENT, code_of, open_files, read
from tests.devices.reader_lane import open_reader
from tests.smart_cards import SmartCardService


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("serial:/dev/ttyUSB0", "serial:/dev/ttyUSB0@115200"),
        ("serial:/dev/ttyUSB0@9600", "serial:/dev/ttyUSB0@9600"),
        ("serial:COM3", "serial:COM3@115200"),
        ("pcsc", "pcsc"),
        ("pcsc:", "pcsc"),
        ("pcsc:Virtual PCD", "pcsc:Virtual PCD"),
        ("simulated", "simulated:resident"),
        ("simulated:hk_mo_tw", "simulated:hk_mo_tw"),
    ],
)
def test_specifications(spec: str, name: str) -> None:
    reader = open_reader(spec, CLOCK, people=ALL)
    assert reader.name == name
    reader.close()


@pytest.mark.parametrize(
    "spec",
    ["", "usb:0400", "serial", "serial:", "serial:@9600", "serial:/dev/x@1", "serial:/dev/x@fast",
     "serial:/dev/x@", "serial:/dev/x\0", "serial:/dev/x@９６００", "SERIAL:/dev/x", "x" * 5000],
)  # fmt: skip
def test_wrong_specifications_have_a_code(spec: str) -> None:
    before = threading.active_count()
    with pytest.raises(BadSpecification):
        open_reader(spec, CLOCK)
    assert threading.active_count() == before


def test_unknown_person_has_a_code() -> None:
    with pytest.raises(NoSuchPerson):
        open_reader("simulated:nobody", CLOCK, people=ALL)
    with pytest.raises(NoSuchPerson):
        open_reader("simulated", CLOCK)
    chip_only = replace(RESIDENT, document=DocumentKind.SOCIAL_SECURITY)
    with pytest.raises(NoSuchPerson):
        open_reader("simulated:a", CLOCK, people={"a": chip_only})


@pytest.mark.parametrize("kind", ALL)
def test_simulated_person_is_read_again_and_again(kind: str) -> None:
    threads, opened = threading.active_count(), open_files()
    reader = open_reader(f"simulated:{kind}", CLOCK, people=ALL)
    for _ in range(3):
        end = read(reader)
        assert isinstance(end, ReadDone)
        assert end.card.person.number == ALL[kind].number
        assert end.card.reader == f"simulated:{kind}"
    reader.close()
    assert threading.active_count() == threads
    assert open_files() == opened


PEOPLE = {
    "people": [
        {
            "id": "zhang-shili",
            "note": "citizen",
            "card": {
                "document": "resident",
                "name": "张示例",
                "name_latin": "",
                "sex": "male",
                "nation": "01",
                "nationality": "",
                "birth": "1990-03-07",
                "address": "示例省样例市测试路1号",
                "number": RESIDENT.number,
                "issuer": "样例市公安局示例分局",
                "valid_from": "2018-05-01",
                "valid_to": None,
            },
            "typed": None,
            "social_security": {
                "version": "1.00",
                "card_number": "A12345678",
                "issuer": "110100",
                "issued": "2020-01-02",
                "expires": "2030-01-02",
            },
        },
        {
            "id": "wang-ceshi",
            "note": "forgot the card",
            "card": None,
            "typed": {
                "document": "passport",
                "name": "王测试",
                "number": "E00000000",
                "reason": "x",
            },
        },
    ]
}


def test_people_come_from_json() -> None:
    people = load_people(json.dumps(PEOPLE, ensure_ascii=False))
    assert list(people) == ["zhang-shili"]
    card = people["zhang-shili"]
    assert (card.document, card.sex, card.birth) == (
        DocumentKind.RESIDENT,
        Sex.MALE,
        date(1990, 3, 7),
    )
    assert card.valid_to is None
    assert card.social_security is not None
    assert card.social_security.expires == date(2030, 1, 2)
    reader = open_reader("simulated:zhang-shili", CLOCK, people=people)
    end = read(reader)
    reader.close()
    assert isinstance(end, ReadDone)
    assert end.card.valid_to is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "{", '{"people": [{"id": 1}]}', '{"people": [{"id": "a", "card": {}}]}',
     '{"people": [{"id": "a", "social_security": {"card_number": "1", "issuer": "1"}}]}',
     json.dumps(PEOPLE).replace("1990-03-07", "1990-02-30"),
     json.dumps({"people": PEOPLE["people"] * 2}), "\ud800"],
)  # fmt: skip
def test_broken_people_files_have_a_code(text: str) -> None:
    with pytest.raises(BadPeople):
        load_people(text)


def test_probe_tells_a_healthy_module_from_a_dead_one(
    sam: SimulatedSamReader, sam_path: str, tmp_path: Path
) -> None:
    spec = f"serial:{sam_path}"
    assert probe_reader(spec, CLOCK).state is DeviceState.READY
    sam.mute()
    dead = probe_reader(spec, CLOCK)
    assert (dead.state, dead.code) == (DeviceState.FAULTY, "CARD-NO-ANSWER")
    gone = probe_reader(f"serial:{tmp_path / 'tty'}", CLOCK)
    assert (gone.state, gone.code) == (DeviceState.MISSING, "CARD-PORT-MISSING")
    assert probe_reader("nonsense", CLOCK).code == "CARD-SPECIFICATION"
    assert probe_reader("simulated", CLOCK, people=ALL).state is DeviceState.READY


def test_list_names_the_virtual_readers(pcscd: SmartCardService) -> None:
    listed = {info.specification: info for info in list_readers()}
    virtual = listed["pcsc:Virtual PCD 00 00"]
    assert (virtual.state, virtual.code) == (DeviceState.READY, "")
    assert probe_reader("pcsc:virtual pcd", CLOCK).state is DeviceState.READY
    assert probe_reader("pcsc:Nowhere", CLOCK).code == "CARD-NO-READER"


def kinds(kind: type[CardError] = CardError) -> list[type[CardError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in kinds(below))]


def test_codes_are_unique_and_all_have_their_sentences() -> None:
    codes = [kind.code for kind in kinds()]
    assert len(codes) == len(set(codes))
    texts = sentences()
    for code in codes:
        for language in ("zh", "en"):
            assert texts[code][language]["message"], code
            assert texts[code][language]["next_step"], code
    cards = {code for code in texts if code.startswith("CARD-")}
    assert cards == set(codes)


def test_holes_of_the_sentences_are_filled(tmp_path: Path) -> None:
    reader = open_reader(f"serial:{tmp_path / 'tty'}", CLOCK)
    end = read(reader)
    reader.close()
    assert not isinstance(end, ReadDone)
    assert code_of(end) == errors.PortMissing.code
    shown = explain(end.code, end.details)
    assert str(tmp_path / "tty") in shown.message


def test_every_person_of_the_demo_hall_is_read_as_written() -> None:
    people = load_people(
        files("resources").joinpath("demo_hall", "people.json").read_text(encoding="utf-8")
    )
    assert people
    for name, card in people.items():
        reader = open_reader(f"simulated:{name}", CLOCK, people=people)
        end = read(reader)
        reader.close()
        assert isinstance(end, ReadDone), (name, end)
        assert end.card.document is card.document
        assert end.card.person.name == (card.name or card.name_latin)
        assert end.card.person.number == card.number
        if card.social_security is not None:
            text = read_social_security(ChipCard(card).answer, CLOCK.now().date())
            assert (text.person.name, text.person.number) == (card.name, card.number)
