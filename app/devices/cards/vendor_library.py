"""Load a vendor's reader library by ctypes, and say why where that cannot be.

Vendors ship 32-bit libraries to this day. The file's head tells what it is for, before a loader's
message would tell less: another kind of program, ``helper``, drives what this one cannot load.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from app.devices.cards.errors import VendorBits, VendorMissing, VendorUnusable

OUR_BITS: Final = struct.calcsize("P") * 8
_PE_BITS: Final = {0x014C: 32, 0x8664: 64, 0xAA64: 64}
_HEAD: Final = 4096


def library_bits(path: Path) -> int:
    """32 or 64; 0 for what is no library of this or that kind. Raises VendorMissing."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError):
        raise VendorMissing(path=str(path)[:120]) from None
    if head.startswith(b"\x7fELF"):
        return {1: 32, 2: 64}.get(head[4] if len(head) > 4 else 0, 0)
    if head.startswith(b"MZ") and len(head) >= 0x40:
        place = int.from_bytes(head[0x3C:0x40], "little")
        if head[place : place + 4] == b"PE\0\0":
            return _PE_BITS.get(int.from_bytes(head[place + 4 : place + 6], "little"), 0)
    return 0


def check_library(path: Path) -> None:
    """By the file alone. Raises VendorMissing, VendorBits."""
    bits = library_bits(path)
    if bits not in {0, OUR_BITS}:
        raise VendorBits(bits=bits, path=str(path)[:120])


def load_library(path: Path) -> ctypes.CDLL:
    """Raises VendorMissing, VendorBits, VendorUnusable."""
    check_library(path)
    try:
        if sys.platform == "win32":
            # Its own libraries lie beside it, and its functions clear the stack themselves.
            with os.add_dll_directory(str(path.parent)):
                return ctypes.WinDLL(str(path), winmode=0)
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise VendorUnusable(path=str(path)[:120], why=type(error).__name__) from None


def function(library: ctypes.CDLL, name: str, *arguments: Any) -> Callable[..., int]:
    """A function of the library that returns an int. Raises VendorUnusable where it has none."""
    try:
        found = getattr(library, name)
    except AttributeError:
        raise VendorUnusable(why=name) from None
    found.argtypes = arguments
    found.restype = ctypes.c_int
    return found  # type: ignore[no-any-return]
