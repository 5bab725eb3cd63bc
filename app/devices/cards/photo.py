"""The place where a vendor's decoder for the card's photo (WLT) is plugged in: a program.

No open decoder exists. The program is given the 1024 bytes on its standard input and writes a BMP,
PNG or JPEG to its standard output; a vendor's library takes a few lines to be one, of whatever kind
(32 bits), and one that hangs or crashes spoils its picture alone.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import threading
from typing import Final

from app.domain.person import PhotoState

_SECONDS: Final = 2.0
_MOST: Final = 256 * 1024  # 102 by 126 points are 38 kB as BMP
_HEADS: Final = (b"BM", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def decode_photo(wlt: bytes, command: str) -> tuple[bytes | None, PhotoState]:
    """A picture with SHOWN, else None and why."""
    if not wlt:
        return None, PhotoState.NONE
    if not command.strip():
        return None, PhotoState.NO_DECODER
    try:
        words = shlex.split(command, posix=os.name == "posix")
        picture = _run(words, wlt)
    except (OSError, ValueError):
        picture = b""
    good = picture.startswith(_HEADS) and len(picture) <= _MOST
    return (picture, PhotoState.SHOWN) if good else (None, PhotoState.FAILED)


def _run(words: list[str], wlt: bytes) -> bytes:
    """What the program wrote, up to a byte too many. Raises OSError, ValueError."""
    with subprocess.Popen(  # noqa: S603 - the administrator's own setting
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:  # fmt: skip
        ending = threading.Timer(_SECONDS, process.kill)
        ending.start()
        try:
            if process.stdin is None or process.stdout is None:
                raise TypeError
            with contextlib.suppress(BrokenPipeError), process.stdin as given:
                given.write(wlt)
            return process.stdout.read(_MOST + 1)
        finally:
            ending.cancel()
            process.kill()
