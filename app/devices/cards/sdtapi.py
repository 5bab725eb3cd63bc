"""Drive a reader through ``sdtapi``, the library that the standard's own module comes with.

Its functions give what the module's frames hold: text and photo as on the card.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Final

from app.devices.cards.errors import (
    BadChecksum,
    CardError,
    ContentInvalid,
    NoAnswer,
    NoneFound,
    ReaderGone,
)
from app.devices.cards.frames import FOUND, OK, status_error
from app.devices.cards.sam import PHOTO_BYTES, TEXT_BYTES, SamContent
from app.devices.cards.vendor_library import function, load_library

_ROOM: Final = 4096  # more than any answer; a library that writes more than it says is a crash
_BUFFER = ctypes.c_ubyte * _ROOM
_BYTES = ctypes.POINTER(ctypes.c_ubyte)
_LENGTH = ctypes.POINTER(ctypes.c_uint)
_OWN: Final[dict[int, type[CardError]]] = {
    0x01: ReaderGone,  # the port cannot be opened, or was not
    0x02: NoAnswer,
    0x03: BadChecksum,
    0x05: ReaderGone,
}


class Sdtapi:
    """Raises CardError only."""

    def __init__(self, path: Path, port: int) -> None:
        library = load_library(path)
        number = ctypes.c_int
        self._port = port
        self._open = function(library, "SDT_OpenPort", number)
        self._close = function(library, "SDT_ClosePort", number)
        self._status = function(library, "SDT_GetSAMStatus", number, number)
        self._number = function(library, "SDT_GetSAMIDToStr", number, _BYTES, number)
        self._find = function(library, "SDT_StartFindIDCard", number, _BYTES, number)
        self._select = function(library, "SDT_SelectIDCard", number, _BYTES, number)
        self._read = function(
            library, "SDT_ReadBaseMsg", number, _BYTES, _LENGTH, _BYTES, _LENGTH, number
        )
        self._newest = function(library, "SDT_ReadNewAppMsg", number, _BYTES, _LENGTH, number)

    def open(self) -> None:
        _check(self._open(self._port))

    def close(self) -> None:
        self._close(self._port)

    def check(self) -> str:
        _check(self._status(self._port, 0))
        number = _BUFFER()
        _check(self._number(self._port, number, 0))
        return bytes(number).partition(b"\0")[0].decode("ascii", "replace")[:64]

    def find(self) -> bool:
        found = self._find(self._port, _BUFFER(), 0)
        if found in {OK, FOUND}:
            return True
        error = _error(found)
        if isinstance(error, NoneFound):
            return False
        raise error

    def select(self) -> None:
        _check(self._select(self._port, _BUFFER(), 0))

    def read(self) -> SamContent:
        text, photo = _BUFFER(), _BUFFER()
        texts, photos = ctypes.c_uint(_ROOM), ctypes.c_uint(_ROOM)
        _check(
            self._read(
                self._port, text, ctypes.byref(texts), photo, ctypes.byref(photos), 0
            )
        )  # fmt: skip
        if (texts.value, photos.value) != (TEXT_BYTES, PHOTO_BYTES):
            raise ContentInvalid(length=texts.value + photos.value)
        return SamContent(bytes(text)[:TEXT_BYTES], bytes(photo)[:PHOTO_BYTES])

    def newest_address(self) -> bytes:
        """b"" where the card has none, or the library does not tell."""
        data, length = _BUFFER(), ctypes.c_uint(_ROOM)
        answer = self._newest(self._port, data, ctypes.byref(length), 0)
        return bytes(data)[: min(length.value, _ROOM)] if answer == OK else b""


def _check(answer: int) -> None:
    if answer != OK:
        raise _error(answer)


def _error(answer: int) -> CardError:
    kind = _OWN.get(answer)
    return kind() if kind is not None else status_error(answer & 0xFF)
