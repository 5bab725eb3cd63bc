"""Exchange APDUs with a chip card until its whole answer is there (ISO 7816-4, T=0 rules)."""

from __future__ import annotations

from collections.abc import Callable

from app.devices.cards.chip_errors import CardLocked, CardUnknown, ChipStatus

Transmit = Callable[[bytes], bytes]
"""Sends one APDU and returns data and status word. Raises CardError (CardPulled…)."""

_ROUNDS = 32  # a hostile card may offer "more" for ever
_LARGEST = 4096
_NOT_FOUND = {0x6A82, 0x6A83, 0x6A88}
_NEEDS_AUTHENTICATION = {0x6982, 0x6983, 0x6985, 0x6300, 0x6988, 0x9303}


def exchange(transmit: Transmit, command: bytes) -> tuple[bytes, int]:
    """Send a command; follow 61xx with GET RESPONSE and 6Cxx with the right Le.

    Returns the data and the last status word. Raises ChipStatus where the card never ends.
    """
    data = b""
    apdu = command
    for _ in range(_ROUNDS):
        answer = transmit(apdu)
        if len(answer) < 2:
            raise ChipStatus(sw="none")
        data += answer[:-2]
        high, low = answer[-2], answer[-1]
        if len(data) > _LARGEST:
            break
        if high == 0x61:
            apdu = bytes([command[0] & 0x03, 0xC0, 0x00, 0x00, low])
        elif high == 0x6C:
            apdu = apdu[:4] + bytes([low])
        else:
            return data, high << 8 | low
    raise ChipStatus(sw="endless")


def status_error(status: int) -> CardLocked | CardUnknown | ChipStatus:
    """The error that a status word other than 9000 stands for."""
    sw = f"{status:04X}"
    if status in _NEEDS_AUTHENTICATION:
        return CardLocked(sw=sw)
    if status in _NOT_FOUND or status >> 8 in {0x6D, 0x6E}:
        return CardUnknown(sw=sw)
    return ChipStatus(sw=sw)
