"""Cards for the virtual PC/SC reader that are no 社保卡; an identity card behind a CCID reader."""

from __future__ import annotations

from typing import Final

from app.devices.cards.ccid_identity import BLOCK, HEADER
from app.devices.simulators.chip_card import VPCD_PORT, ChipCard
from app.devices.simulators.people import SimulatedCard
from app.devices.simulators.text_block import build_text_block

CONTACTLESS_ATR: Final = bytes.fromhex("3B8180018080")
MIFARE_ATR: Final = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
TRAVEL: Final = bytes.fromhex("A0000002471001")
PAYMENT: Final = b"2PAY.SYS.DDF01"
FINGERPRINT: Final = bytes(1024)
_OK: Final = b"\x90\x00"


class CcidIdentity(ChipCard):
    """An identity card in a reader that gives text and photo by ``FF B0 nn 00 00``.

    It can be inserted, pulled and refused as a chip card.
    """

    atr = CONTACTLESS_ATR

    def __init__(
        self, card: SimulatedCard, *, fingerprint: bool = False, port: int = VPCD_PORT
    ) -> None:
        super().__init__(None, port=port)
        self.content = HEADER + build_text_block(card) + card.photo
        if fingerprint:
            self.content = HEADER + b"\x04\x00" + self.content[len(HEADER) :] + FINGERPRINT

    def answer(self, apdu: bytes) -> bytes:
        if apdu[:2] != b"\xff\xb0" or apdu[1] in self._refusals:
            return super().answer(apdu)
        block = self.content[apdu[2] * BLOCK : (apdu[2] + 1) * BLOCK]
        return block + _OK if block else b"\x6a\x82"


class NamedChip(ChipCard):
    """Some other card, which knows one application."""

    atr = CONTACTLESS_ATR

    def __init__(self, application: bytes, *, port: int = VPCD_PORT) -> None:
        super().__init__(None, port=port)
        self._application = application

    def answer(self, apdu: bytes) -> bytes:
        named = apdu[:2] == b"\x00\xa4" and apdu[5 : 5 + apdu[4]] == self._application
        return _OK if named else super().answer(apdu)


class StorageChip(ChipCard):
    """A card that only stores: the reader itself answers ``FF B0`` for it."""

    atr = MIFARE_ATR

    def __init__(self, *, port: int = VPCD_PORT) -> None:
        super().__init__(None, port=port)

    def answer(self, apdu: bytes) -> bytes:
        return bytes(16) + _OK if apdu[:2] == b"\xff\xb0" else super().answer(apdu)
