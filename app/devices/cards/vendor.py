"""Read identity cards through a vendor's library, here or in the helper program of its kind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from app.devices.cards.errors import (
    BadSpecification,
    CardCancelled,
    NoCard,
    SelectFailed,
    TextInvalid,
)
from app.devices.cards.identity import identity_card
from app.devices.cards.sam import SamContent
from app.devices.cards.sdtapi import Sdtapi
from app.devices.cards.termb import Termb
from app.devices.cards.textblock import newest_address
from app.devices.cards.timing import waiting_time
from app.devices.cards.vendor_library import check_library
from app.domain.person import CardRead, DocumentKind
from app.ports import Clock, ReaderStep

_POLL: Final = 0.1  # libraries take the reader's whole line for each look
_BAD_IN_A_ROW: Final = 3
_USB: Final = 1001


class Library(Protocol):
    """Blocking calls of one vendor's library. They raise CardError."""

    def open(self) -> None: ...
    def close(self) -> None: ...
    def check(self) -> str: ...
    def find(self) -> bool: ...
    def select(self) -> None: ...
    def read(self) -> SamContent: ...
    def newest_address(self) -> bytes: ...


LIBRARIES: Final[dict[str, Callable[[Path, int], Library]]] = {"sdtapi": Sdtapi, "termb": Termb}


def parse_library(spec: str) -> tuple[str, Path, int]:
    """``sdtapi:PATH[@PORT]``: kind, path and port. Raises BadSpecification."""
    kind, _, rest = spec.strip().partition(":")
    path, at, port = rest.rpartition("@")
    if not at:
        path, port = rest, str(_USB)
    good = port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536
    if kind not in LIBRARIES or not path.strip() or "\0" in path or not good:
        raise BadSpecification(spec=spec[:80])
    return kind, Path(path.strip()), int(port)


class VendorDriver:
    """The library is loaded by the first read, and the reader opened for each."""

    def __init__(self, spec: str, clock: Clock) -> None:
        self._kind, self._path, self._port = parse_library(spec)
        self._clock = clock
        self._loaded: Library | None = None
        self.name = spec.strip()

    def read(
        self, timeout: float, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> CardRead:
        step(ReaderStep.OPENING)
        library = self._library()
        library.open()
        with closing(library):
            _wait_for_card(library, timeout, step, cancelled)
            step(ReaderStep.READING)
            card = identity_card(library.read(), self._clock, self.name)
            if card.document is DocumentKind.RESIDENT:
                card = replace(card, newest_address=_moved_to(library))
            return card

    def find(self) -> None:
        """Is the library there, and one for this program? Raises VendorMissing, VendorBits."""
        check_library(self._path)

    def check(self) -> str:
        """The number of the module, "" where the library does not tell. Raises CardError."""
        library = self._library()
        library.open()
        with closing(library):
            return library.check()

    def close(self) -> None:
        """A library cannot be unloaded safely; it goes with the process."""

    def _library(self) -> Library:
        if self._loaded is None:
            self._loaded = LIBRARIES[self._kind](self._path, self._port)
        return self._loaded


def _wait_for_card(
    library: Library,
    timeout: float,
    step: Callable[[ReaderStep], None],
    cancelled: threading.Event,
) -> None:
    deadline = time.monotonic() + waiting_time(timeout)
    step(ReaderStep.WAITING_FOR_CARD)
    failures = 0
    while True:
        try:
            if library.find():
                step(ReaderStep.SELECTING)
                return library.select()
        except SelectFailed:  # usually the card was still on its way
            failures += 1
            if failures == _BAD_IN_A_ROW:
                raise
            step(ReaderStep.WAITING_FOR_CARD)
        if time.monotonic() >= deadline:
            raise NoCard
        if cancelled.wait(_POLL):
            raise CardCancelled


def _moved_to(library: Library) -> str:
    try:
        return newest_address(library.newest_address())
    except TextInvalid:
        return ""
