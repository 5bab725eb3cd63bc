"""Write a simulated card's 256-byte text block, the reverse of the reader's parser."""

from __future__ import annotations

from datetime import date

from app.devices.cards.errors import BadPeople
from app.devices.cards.textblock import BLOCK_BYTES, LAYOUTS, LONG_TERM, TYPE_SPAN, Span
from app.devices.simulators.people import SimulatedCard
from app.domain.person import Sex

_SEX_DIGIT = {Sex.MALE: "1", Sex.FEMALE: "2", Sex.UNKNOWN: "0"}


def build_text_block(card: SimulatedCard) -> bytes:
    """Raises BadPeople where a field does not fit, or where this card has no text block."""
    layout = LAYOUTS.get(card.document)
    if layout is None:
        raise BadPeople(place=f"document {card.document}")
    block = bytearray(" ".encode("utf-16-le") * (BLOCK_BYTES // 2))
    latin_only = bool(layout.latin) and card.name == card.name_latin
    _put(block, layout.name, "" if latin_only else card.name, "name")
    latin = card.name_latin.encode("utf-16-le")
    for span in layout.latin:
        _put_bytes(block, span, latin[: span[1]])
        latin = latin[span[1] :]
    if latin and layout.latin:
        raise BadPeople(place="name_latin")
    _put(block, layout.sex, _SEX_DIGIT[card.sex], "sex")
    if layout.nation is not None:
        _put(block, layout.nation, card.nation, "nation")
    if layout.nationality is not None:
        _put(block, layout.nationality, card.nationality, "nationality")
    _put(block, layout.birth, _day(card.birth), "birth")
    if layout.address is not None:
        _put(block, layout.address, card.address, "address")
    _put(block, layout.number, card.number, "number")
    _put(block, layout.issuer, card.issuer, "issuer")
    _put(block, layout.valid_from, _day(card.valid_from), "valid_from")
    _put(block, layout.valid_to, _day(card.valid_to) if card.valid_to else LONG_TERM, "valid_to")
    _put(block, TYPE_SPAN, layout.type_character, "type")
    return bytes(block)


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _put(block: bytearray, span: Span, text: str, field: str) -> None:
    data = text.encode("utf-16-le")
    if len(data) > span[1]:
        raise BadPeople(place=field)  # cutting could halve a character
    _put_bytes(block, span, data)


def _put_bytes(block: bytearray, span: Span, data: bytes) -> None:
    block[span[0] : span[0] + len(data)] = data
