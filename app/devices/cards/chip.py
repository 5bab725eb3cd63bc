"""Read the card in a PC/SC reader: 社保卡, identity card behind a CCID reader, or say what it is.

The social security application is asked for first, as it hurts no other card; then the reader's own
commands for identity cards; then a few applications that only name the card.
"""

from __future__ import annotations

from typing import Final

from app.devices.cards.apdu import Transmit, exchange
from app.devices.cards.atr import storage_card
from app.devices.cards.ccid_identity import read_blocks
from app.devices.cards.chip_errors import BankCard, CardUnknown, ChipStatus, StorageCard, TravelChip
from app.devices.cards.errors import CardError, CardPulled
from app.devices.cards.identity import identity_card
from app.devices.cards.social_security import read_social_security
from app.devices.cards.timing import hall_day
from app.domain.person import CardRead, DocumentKind
from app.ports import Clock

_OK: Final = 0x9000
_APPLICATIONS: Final[tuple[tuple[bytes, type[CardError]], ...]] = (
    (bytes.fromhex("A0000002471001"), TravelChip),
    (b"2PAY.SYS.DDF01", BankCard),
    (b"1PAY.SYS.DDF01", BankCard),
)


def read_chip(transmit: Transmit, atr: bytes, clock: Clock, reader: str) -> CardRead:
    """Raises CardError."""
    now = clock.now()
    try:
        text = read_social_security(transmit, hall_day(now))
    except (CardUnknown, ChipStatus, CardPulled) as refused:
        # A reader with a card that is no chip card may fail to pass the command on at all.
        content = read_blocks(transmit)
        if content is None:
            raise _named(refused, transmit, atr) from None
        return identity_card(content, clock, reader)
    return CardRead(
        document=DocumentKind.SOCIAL_SECURITY,
        person=text.person,
        issuer=text.issuer,
        valid_from=text.issued,
        valid_to=text.expires,
        reader=reader,
        read_at=now,
        text_block=text.raw,
    )


def _named(refused: CardError, transmit: Transmit, atr: bytes) -> CardError:
    """What else it is, as well as can be told."""
    if not isinstance(refused, CardUnknown):
        return refused
    kind = storage_card(atr)
    if kind:
        return StorageCard(kind=kind)
    for application, error in _APPLICATIONS:
        select = bytes([0x00, 0xA4, 0x04, 0x00, len(application)]) + application
        try:
            _, status = exchange(transmit, select)
        except ChipStatus:
            continue
        if status == _OK:
            return error()
    return CardUnknown(atr=atr.hex(" ").upper() or "—")
