"""Describe simulated cards and load the demo hall's people from JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from app.devices.cards.errors import BadPeople
from app.domain.decoding import decode
from app.domain.person import DocumentKind, Sex

PHOTO_FILLER = bytes(n * 37 % 251 for n in range(1024))  # not a picture, but of its size


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialSecurityData:
    """What a 社保卡 adds to the person: ``version`` "1.00" or "2.00", ``issuer`` digits."""

    version: str = "2.00"
    card_number: str
    issuer: str
    issued: date | None = None
    expires: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCard:
    """A person's card; ``valid_to`` None is 长期.

    ``social_security`` is the chip card of the same person.
    """

    document: DocumentKind
    name: str
    name_latin: str = ""
    sex: Sex = Sex.UNKNOWN
    nation: str = ""
    nationality: str = ""
    birth: date
    address: str = ""
    number: str
    issuer: str = ""
    valid_from: date
    valid_to: date | None = None
    photo: bytes = PHOTO_FILLER
    social_security: SocialSecurityData | None = None


class _CardFields(msgspec.Struct, frozen=True, kw_only=True):
    document: DocumentKind
    name: str
    name_latin: str = ""
    sex: Sex = Sex.UNKNOWN
    nation: str = ""
    nationality: str = ""
    birth: date
    address: str = ""
    number: str
    issuer: str = ""
    valid_from: date
    valid_to: date | None = None


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    note: str = ""
    card: _CardFields | None = None
    typed: dict[str, Any] | None = None
    social_security: SocialSecurityData | None = None


class _People(msgspec.Struct, frozen=True, kw_only=True):
    people: list[_Entry]


def load_people(text: str) -> dict[str, SimulatedCard]:
    """People with a card, by id, in the file's order. Raises BadPeople.

    Someone without a card is left out. A card of kind ``social_security`` is a chip card alone.
    """
    try:
        loaded = decode(text, _People)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadPeople(place=str(error)) from None
    cards: dict[str, SimulatedCard] = {}
    for entry in loaded.people:
        if entry.id in cards:
            raise BadPeople(place=f"{entry.id}: twice")
        card = entry.card
        if card is None:
            if entry.social_security is not None:
                raise BadPeople(place=f"{entry.id}: social_security without card")
            continue
        cards[entry.id] = SimulatedCard(
            **{name: getattr(card, name) for name in card.__struct_fields__},
            social_security=entry.social_security,
        )
    return cards
