"""What an ATR tells of a contactless card that only stores (PC/SC part 3, supplement). Pure."""

from __future__ import annotations

from typing import Final

_START: Final = bytes.fromhex("4F0CA000000306")
_NAMES: Final = {
    0x0001: "Mifare Classic 1K",
    0x0002: "Mifare Classic 4K",
    0x0003: "Mifare Ultralight",
    0x0026: "Mifare Mini",
    0x003A: "Mifare Ultralight C",
    0x003B: "FeliCa",
    0xF004: "Topaz",
    0xF011: "FeliCa 212K",
    0xF012: "FeliCa 424K",
}


def storage_card(atr: bytes) -> str:
    """The name of its type, "" where it is no storage card."""
    place = atr.find(_START)
    name = atr[place + len(_START) + 1 : place + len(_START) + 3]
    if place < 0 or len(name) < 2:
        return ""
    number = int.from_bytes(name, "big")
    return _NAMES.get(number, f"{number:04X}")
