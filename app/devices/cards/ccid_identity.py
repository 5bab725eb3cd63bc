"""Read an identity card behind a PC/SC reader that has a SAM module: pseudo-APDUs to the reader.

``FF B0 nn 00 00`` gives block nn, 256 bytes each, of ``01 00 04 00``, text and photo. Other readers
refuse the class, or give what a storage card holds: the first bytes tell.
"""

from __future__ import annotations

from typing import Final

from app.devices.cards.apdu import Transmit
from app.devices.cards.chip_errors import ChipStatus
from app.devices.cards.errors import ContentInvalid
from app.devices.cards.sam import PHOTO_BYTES, TEXT_BYTES, SamContent

BLOCK: Final = 256
HEADER: Final = bytes([TEXT_BYTES >> 8, 0, PHOTO_BYTES >> 8, 0])
_WITH_FINGERPRINT: Final = HEADER + bytes([4, 0])  # no text begins so: it would be a control
_OK: Final = b"\x90\x00"


def read_blocks(transmit: Transmit) -> SamContent | None:
    """Text and photo; None where this reader, or this card, is another kind.

    A fingerprint behind them is not asked for. Raises ChipStatus, ContentInvalid.
    """
    answer = transmit(_command(0))
    if answer[-2:] != _OK or not answer.startswith(HEADER):
        return None
    data = answer[:-2]
    fingerprint = data.startswith(_WITH_FINGERPRINT)
    start = len(_WITH_FINGERPRINT if fingerprint else HEADER)
    end = start + TEXT_BYTES + PHOTO_BYTES
    for block in range(1, -(-end // BLOCK)):
        if len(data) != block * BLOCK:
            raise ContentInvalid(length=len(data))
        answer = transmit(_command(block))
        if answer[-2:] != _OK:
            raise ChipStatus(sw=answer[-2:].hex().upper())
        data += answer[:-2]
    if not end <= len(data) <= -(-end // BLOCK) * BLOCK:
        raise ContentInvalid(length=len(data))
    text_end = start + TEXT_BYTES
    return SamContent(data[start:text_end], data[text_end:end])


def _command(block: int) -> bytes:
    return bytes([0xFF, 0xB0, block, 0x00, 0x00])
