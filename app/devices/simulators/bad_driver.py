"""A driver as bad as a vendor's can be, to show that the window does not mind.

Specification ``bad:HOW``: ``hang`` for ever, ``lock`` (hang with the interpreter's lock, so that
the whole process stands still), ``crash`` (a wild pointer), ``exit``, ``flood`` (news without end),
``torrent`` (10 MB of bytes on every way out of the process), ``bug``, ``large`` (a result beyond
all measure).
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from app.devices.cards.errors import BadSpecification
from app.domain.person import CardRead, DocumentKind, Person
from app.ports import ReaderStep

HOWS: Final = ("hang", "lock", "crash", "exit", "flood", "torrent", "bug", "large")
_TORRENT: Final = 10 * 2**20  # bytes


class BadDriver:
    """Raises BadSpecification."""

    def __init__(self, how: str) -> None:
        if how not in HOWS:
            raise BadSpecification(spec=f"bad:{how}"[:80])
        self._how = how
        self.name = f"bad:{how}"

    def read(
        self,
        timeout: float,  # noqa: ARG002 - it minds neither its time
        step: Callable[[ReaderStep], None],
        cancelled: threading.Event,  # noqa: ARG002 - nor that it should end
    ) -> CardRead:
        step(ReaderStep.OPENING)
        match self._how:
            case "hang":
                threading.Event().wait()
            case "lock":
                library = ctypes.PyDLL(None)  # unlike CDLL it keeps the interpreter's lock
                library.usleep.argtypes = [ctypes.c_uint]
                while True:
                    library.usleep(900_000)
            case "crash":
                ctypes.string_at(1)
            case "exit":
                os._exit(3)
            case "flood":
                while True:
                    step(ReaderStep.WAITING_FOR_CARD)
            case "torrent":
                _torrent()
            case "large":
                return _large()
        raise ValueError(self._how)

    def close(self) -> None:
        """Nothing is held."""


def _torrent() -> None:
    """Garbage on every pipe that the process holds, the window's own among them."""
    for descriptor in range(64):
        try:
            left = _TORRENT
            while left > 0:
                left -= os.write(descriptor, b"\xaa" * 65536)
        except OSError:
            continue
    time.sleep(3600)


def _large() -> CardRead:
    person = Person(name="x", number="x", address="x" * _TORRENT)
    return CardRead(
        document=DocumentKind.OTHER, person=person, reader="bad:large", read_at=datetime.now(UTC)
    )
