"""Drive a reader through ``termb``, which tells a card field by field in GBK.

The fields are put into the text block that they came from, so that one parser judges all readers.
GBK has no rare characters: the library puts ``?`` there, and such a name is refused.
"""

from __future__ import annotations

import contextlib
import ctypes
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from app.devices.cards.errors import (
    CardPulled,
    NoContent,
    ReaderGone,
    SelectFailed,
    TextInvalid,
)
from app.devices.cards.sam import PHOTO_BYTES, SamContent
from app.devices.cards.textblock import BLOCK_BYTES, LAYOUTS, Span
from app.devices.cards.vendor_library import function, load_library
from app.domain.nations import nation_code
from app.domain.person import DocumentKind

_ROOM: Final = 1024
_OK: Final = 1
_ALL: Final = 4  # CVR_Read_Content: text and photo
_SEXES: Final = {"男": "1", "女": "2", "1": "1", "2": "2"}
_LEAVES: Final = ("wz.txt", "zp.bmp", "zp.wlt", "xp.wlt", "fp.dat")
"""What the library writes beside itself or where the program runs, a person's data in the open."""

_RESIDENT: Final = LAYOUTS[DocumentKind.RESIDENT]


class Termb:
    """Raises CardError only."""

    def __init__(self, path: Path, port: int) -> None:
        library = load_library(path)
        self._folders = (path.parent, Path())
        self._port = port
        self._open = function(library, "CVR_InitComm", ctypes.c_int)
        self._close = function(library, "CVR_CloseComm")
        self._authenticate = function(library, "CVR_Authenticate")
        self._read = function(library, "CVR_Read_Content", ctypes.c_int)
        text = ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)
        self._fields = {
            field: function(library, name, *text)
            for field, name in (
                ("name", "GetPeopleName"),
                ("sex", "GetPeopleSex"),
                ("nation", "GetPeopleNation"),
                ("birth", "GetPeopleBirthday"),
                ("address", "GetPeopleAddress"),
                ("number", "GetPeopleIDCode"),
                ("issuer", "GetDepartment"),
                ("valid_from", "GetStartDate"),
                ("valid_to", "GetEndDate"),
            )
        }

    def open(self) -> None:
        if self._open(self._port) != _OK:
            raise ReaderGone

    def close(self) -> None:
        self._close()

    def check(self) -> str:
        return ""  # it has no common function for the module's number

    def find(self) -> bool:
        """Finds and selects in one."""
        match self._authenticate():
            case 1:
                return True
            case 3:
                raise SelectFailed
            case _:
                return False

    def select(self) -> None:
        """Was done by ``find``."""

    def read(self) -> SamContent:
        began = time.time() - 2  # file systems count in seconds
        try:
            if self._read(_ALL) != _OK:
                raise CardPulled
            words = {field: _words(ask, field) for field, ask in self._fields.items()}
        finally:
            self._clear_away(began)
        return SamContent(text_block(words), bytes(PHOTO_BYTES))

    def newest_address(self) -> bytes:
        return b""

    def _clear_away(self, began: float) -> None:
        for folder in self._folders:
            for name in _LEAVES:
                with contextlib.suppress(OSError):
                    if (folder / name).stat().st_mtime >= began:
                        (folder / name).unlink()


def _words(ask: Callable[..., int], field: str) -> str:
    room, length = ctypes.create_string_buffer(_ROOM), ctypes.c_int(_ROOM)
    ask(room, ctypes.byref(length))
    try:
        return room.value.decode("gbk").strip()
    except UnicodeDecodeError:
        raise TextInvalid(field=field) from None


def text_block(words: dict[str, str]) -> bytes:
    """As a 居民身份证 holds them. Raises TextInvalid, NoContent."""
    if not any(words.values()):
        raise NoContent
    if "?" in words["name"]:
        raise TextInvalid(field="name")
    values = {
        **words,
        "sex": _SEXES.get(words["sex"], "0"),
        "nation": nation_code(words["nation"]),
        **{field: _day(words[field]) for field in ("birth", "valid_from", "valid_to")},
    }
    block = bytearray(" ".encode("utf-16-le") * (BLOCK_BYTES // 2))
    for field, value in values.items():
        span: Span = getattr(_RESIDENT, field)
        data = value.encode("utf-16-le", "surrogatepass")
        if len(data) > span[1]:
            raise TextInvalid(field=field)
        block[span[0] : span[0] + len(data)] = data
    return bytes(block)


def _day(text: str) -> str:
    """``1990-03-07``, ``1990.03.07`` and ``1990年03月07日`` as the card has it."""
    return "".join(c for c in text if c not in "-./年月日 ")
