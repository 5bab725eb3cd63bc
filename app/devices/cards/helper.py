"""A vendor's library of the other kind runs in a helper program: this device host, built for it.

A 64-bit program cannot load a 32-bit library. The helper is the same program for the other machine;
it is started by the device host, hears the host's own orders for the one device, and ends with it.
Where it lies: ``ONEWINDOW_HELPER32`` (its command line), else ``helper32/onewindow`` beside this
program.
"""

from __future__ import annotations

import os
import queue
import shlex
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from app.devices.cards.driver import Driver
from app.devices.cards.errors import CardBug, CardCancelled, CardError
from app.devices.cards.family import FAMILY, ProbeReader, ReadCard
from app.devices.cards.vendor import VendorDriver, parse_library
from app.devices.cards.vendor_library import OUR_BITS, library_bits
from app.devices.host.errors import HostCrashed, HostGarbled, HostNotStarted
from app.devices.host.process import HostProcess
from app.devices.host.wire import Cancel, Done, Failed, News, Quit, Start, raw
from app.domain.decoding import packed_decoder
from app.domain.person import CardRead
from app.ports import Clock, ReaderStep

_SLICE: Final = 0.05
_CANCEL: Final = 2.0  # then the helper is ended, its library with it
_QUIT: Final = 1.0


def helper_command(bits: int) -> list[str]:
    """[] where none is installed."""
    told = os.environ.get(f"ONEWINDOW_HELPER{bits}", "")
    if told:
        return shlex.split(told, posix=os.name == "posix")
    suffix = ".exe" if os.name == "nt" else ""
    program = Path(sys.executable).parent / f"helper{bits}" / f"onewindow{suffix}"
    return [str(program), "device-host"] if program.exists() else []


def vendor_driver(spec: str, clock: Clock) -> Driver:
    """Here where the library fits, else in the helper. Raises BadSpecification, VendorMissing."""
    _, path, _ = parse_library(spec)
    bits = library_bits(path)
    command = helper_command(bits) if bits not in {0, OUR_BITS} else []
    return HelperDriver(command, spec, clock) if command else VendorDriver(spec, clock)


class HelperDriver:
    """A driver in the helper program, which is started by the first order."""

    def __init__(self, command: list[str], spec: str, clock: Clock) -> None:
        self._command = command
        self._clock = clock
        self._process: HostProcess | None = None
        self._heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._number = 0
        self.name = spec.strip()

    def read(
        self, timeout: float, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> CardRead:
        order = ReadCard(timeout=timeout, at=self._clock.now(), photo_decoder=None)
        card = self._ask(order, step, cancelled)
        if not isinstance(card, CardRead):
            raise HostGarbled
        return card

    def check(self) -> str:
        """Raises the error that the helper found."""
        found = self._ask(ProbeReader(at=self._clock.now()), lambda _: None, threading.Event())
        if not isinstance(found, tuple) or len(found) != 1:
            raise HostGarbled
        if found[0].code:
            raise _error(found[0].code, found[0].details)
        return str(found[0].module)

    def find(self) -> None:
        """It was found when this was made."""

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send(Quit())
            if not process.wait(_QUIT):
                process.kill()

    def _ask(
        self,
        order: ReadCard | ProbeReader,
        step: Callable[[ReaderStep], None],
        cancelled: threading.Event,
    ) -> Any:
        process = self._running()
        self._number += 1
        number = self._number
        process.send(Start(number=number, family="card", device=self.name, order=raw(order)))
        give_up = float("inf")
        while True:
            if cancelled.is_set() and give_up == float("inf"):
                process.send(Cancel(number=number))
                give_up = time.monotonic() + _CANCEL
            if time.monotonic() > give_up:
                self._end(process)
                raise CardCancelled
            try:
                message = self._heard.get(timeout=_SLICE)
            except queue.Empty:
                continue
            match message:
                case (ended, str(how)) if ended is process:
                    self._process = None
                    raise HostCrashed(how=how)
                case News() if message.number == number:
                    step(_decoded(message.body, FAMILY.news))
                case Done() if message.number == number:
                    return _decoded(message.result, FAMILY.result)
                case Failed() if message.number == number:
                    raise _error(message.code, message.details)

    def _running(self) -> HostProcess:
        if self._process is None:
            try:
                self._process = HostProcess(
                    self._command,
                    lambda _, message: self._heard.put(message),
                    lambda process, how: self._heard.put((process, how)),
                )
            except OSError as error:
                raise HostNotStarted(how=type(error).__name__) from None
        return self._process

    def _end(self, process: HostProcess) -> None:
        self._process = None
        process.kill()


def _decoded(body: msgspec.Raw, kind: Any) -> Any:
    try:
        return packed_decoder(kind).decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise HostGarbled from None


def _error(code: str, details: dict[str, str | int]) -> CardError:
    """The same error here; what is none of a card's is a bug there."""
    kinds: list[type[CardError]] = [CardError]
    for kind in kinds:
        if kind.code == code:
            return kind(**details)
        kinds += kind.__subclasses__()
    return CardBug(kind=code[:40])
