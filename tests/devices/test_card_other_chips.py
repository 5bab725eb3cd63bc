"""Identity cards behind CCID readers, and cards that are neither: at APDU level, then in pcscd."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.devices.cards.atr import storage_card
from app.devices.cards.ccid_identity import BLOCK, read_blocks
from app.devices.cards.chip import read_chip
from app.devices.cards.chip_errors import BankCard, CardUnknown, ChipStatus, StorageCard, TravelChip
from app.devices.cards.errors import CardError, CardPulled, ContentInvalid
from app.devices.simulators.chip_card import ATR, ChipCard
from app.devices.simulators.other_chips import (
    CONTACTLESS_ATR,
    MIFARE_ATR,
    PAYMENT,
    TRAVEL,
    CcidIdentity,
    NamedChip,
    StorageChip,
)
from app.domain.person import CardRead, DocumentKind
from app.ports import CardReader, ReadDone
from tests.devices.card_people import ALL, CLOCK, RESIDENT, code_of, read
from tests.devices.reader_lane import open_reader
from tests.smart_cards import SmartCardService


def of(card: ChipCard) -> CardRead:
    return read_chip(card.answer, card.atr, CLOCK, "pcsc")


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("fingerprint", [False, True])
def test_every_identity_card_behind_a_ccid_reader(kind: str, fingerprint: bool) -> None:
    person = ALL[kind]
    card = of(CcidIdentity(person, fingerprint=fingerprint))
    assert card.document is person.document
    assert (card.person.name, card.person.number) == (person.name, person.number)
    assert (card.valid_from, card.valid_to) == (person.valid_from, person.valid_to)


def test_blocks_are_asked_for_as_readers_know_them() -> None:
    asked = []
    card = CcidIdentity(RESIDENT, fingerprint=True)

    def transmit(apdu: bytes) -> bytes:
        asked.append(apdu.hex())
        return card.answer(apdu)

    content = read_blocks(transmit)
    assert content is not None
    assert content.photo == RESIDENT.photo
    assert content.fingerprint_bytes == 0
    assert asked == [f"ffb00{block}0000" for block in range(6)]


@pytest.mark.parametrize("length", [0, 3, 4, 255, 256, 257, 700, 1283])
def test_cut_content_is_never_half_a_person(length: int) -> None:
    card = CcidIdentity(RESIDENT)
    card.content = card.content[:length]
    with pytest.raises((CardUnknown, ContentInvalid, ChipStatus)):
        of(card)


def test_last_block_may_be_filled_up() -> None:
    card = CcidIdentity(RESIDENT)
    card.content = card.content.ljust(6 * BLOCK, b"\0")
    assert of(card).person.number == RESIDENT.number


def test_reader_that_cannot_pass_a_command_to_an_identity_card() -> None:
    card = CcidIdentity(RESIDENT)

    def transmit(apdu: bytes) -> bytes:
        if apdu[0] != 0xFF:
            raise CardPulled
        return card.answer(apdu)

    assert read_chip(transmit, card.atr, CLOCK, "pcsc").person.number == RESIDENT.number


@pytest.mark.parametrize(
    ("card", "error"),
    [
        (NamedChip(TRAVEL), TravelChip),
        (NamedChip(PAYMENT), BankCard),
        (NamedChip(b"1PAY.SYS.DDF01"), BankCard),
        (NamedChip(b"nothing known"), CardUnknown),
        (StorageChip(), StorageCard),
        (ChipCard(None), CardUnknown),
    ],
)
def test_other_cards_are_named(card: ChipCard, error: type[CardError]) -> None:
    with pytest.raises(error) as caught:
        of(card)
    assert caught.type is error
    if error is CardUnknown:
        assert caught.value.details == {"atr": card.atr.hex(" ").upper()}
    if error is StorageCard:
        assert caught.value.details == {"kind": "Mifare Classic 1K"}


def test_atr_of_storage_cards() -> None:
    assert storage_card(MIFARE_ATR) == "Mifare Classic 1K"
    assert storage_card(MIFARE_ATR.replace(b"\x03\x00\x01", b"\x03\xab\xcd")) == "ABCD"
    for atr in (ATR, CONTACTLESS_ATR, b"", MIFARE_ATR[:14]):
        assert storage_card(atr) == ""


@given(st.lists(st.binary(max_size=300), max_size=12), st.binary(max_size=40))
def test_any_answers_are_a_person_or_a_card_error(answers: list[bytes], atr: bytes) -> None:
    left = iter(answers)

    def transmit(apdu: bytes) -> bytes:
        answer = next(left, b"")
        if len(answer) < 2:
            raise CardPulled  # as the service's side does
        return answer

    with pytest.raises(CardError):
        read_chip(transmit, atr, CLOCK, "pcsc")


@given(st.binary(max_size=258), st.integers(0, 5))
def test_any_block_in_the_place_of_one(block: bytes, place: int) -> None:
    card = CcidIdentity(RESIDENT)

    def transmit(apdu: bytes) -> bytes:
        if apdu[:3] == bytes([0xFF, 0xB0, place]):
            return block if len(block) >= 2 else b"\x6f\x00"
        return card.answer(apdu)

    try:
        found = read_chip(transmit, card.atr, CLOCK, "pcsc")
    except CardError:
        return
    assert found.person.number == RESIDENT.number


@pytest.fixture
def reader(empty_reader: SmartCardService) -> Iterator[CardReader]:
    opened = open_reader("pcsc", CLOCK)
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", ALL)
def test_identity_cards_through_the_service(
    reader: CardReader, pcscd: SmartCardService, kind: str
) -> None:
    card = CcidIdentity(ALL[kind], port=pcscd.port)
    card.insert()
    end = read(reader)
    card.remove()
    assert isinstance(end, ReadDone)
    assert end.card.document is ALL[kind].document
    assert end.card.document is not DocumentKind.SOCIAL_SECURITY
    assert end.card.person.number == ALL[kind].number


@pytest.mark.parametrize("apdus", [1, 3, 6])
def test_identity_card_lifted_meanwhile(
    reader: CardReader, pcscd: SmartCardService, apdus: int
) -> None:
    card = CcidIdentity(RESIDENT, port=pcscd.port)
    card.pull_after(apdus)
    card.insert()
    assert code_of(read(reader)) == "CARD-PULLED"
    card.remove()


def test_unknown_card_through_the_service_tells_its_atr(
    reader: CardReader, pcscd: SmartCardService
) -> None:
    card = ChipCard(None, port=pcscd.port)
    card.insert()
    end = read(reader)
    card.remove()
    assert not isinstance(end, ReadDone)
    assert (end.code, end.details) == ("CARD-UNKNOWN", {"atr": ATR.hex(" ").upper()})


def test_storage_card_through_the_service(reader: CardReader, pcscd: SmartCardService) -> None:
    card = StorageChip(port=pcscd.port)
    card.insert()
    assert code_of(read(reader)) == "CARD-STORAGE"
    card.remove()
