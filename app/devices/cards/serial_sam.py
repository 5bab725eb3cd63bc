"""Read identity cards through a SAM module on a serial port."""

from __future__ import annotations

import errno
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import serial
from serial.tools.list_ports import comports

from app.devices.cards.errors import (
    CardError,
    NoAnswer,
    PortBusy,
    PortDenied,
    PortInvalid,
    PortMissing,
    ReaderGone,
)
from app.devices.cards.identity import POLL, read_identity_card
from app.devices.cards.sam import SamConversation
from app.domain.person import CardRead
from app.ports import Clock, ReaderStep

if sys.platform == "win32":
    _BROKEN: tuple[type[Exception], ...] = (serial.SerialException, OSError)
else:
    import termios

    # termios.error is no OSError, and pyserial lets it through.
    _BROKEN = (serial.SerialException, OSError, termios.error)

BAUD_RATES: Final = (115200, 57600, 38400, 19200, 9600)


class SerialLine:
    """A serial port, 8N1, held exclusively where the system can. Raises CardError only."""

    def __init__(self, path: str, baud: int) -> None:
        try:
            self._port = serial.Serial(
                path,
                baud,
                timeout=0,
                write_timeout=1.0,
                exclusive=None if sys.platform == "win32" else True,
            )
        except (*_BROKEN, ValueError) as error:
            raise open_error(error, path) from None

    def send(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except serial.SerialTimeoutException:
            raise NoAnswer from None  # the other side takes nothing
        except _BROKEN:
            raise ReaderGone from None

    def receive(self, wait: float) -> bytes:
        try:
            self._port.timeout = wait
            return self._port.read(1) + self._port.read(self._port.in_waiting)
        except _BROKEN:
            raise ReaderGone from None

    def set_speed(self, baud: int) -> None:
        try:
            self._port.baudrate = baud
        except _BROKEN:
            raise ReaderGone from None

    def drop_input(self) -> None:
        try:
            self._port.reset_input_buffer()
        except _BROKEN:
            raise ReaderGone from None

    def close(self) -> None:
        try:
            self._port.close()
        except _BROKEN:
            return  # the port has gone before us: closed is what was wanted


_MISSING = {errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO}
_BUSY = {errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK}
_DENIED = {errno.EACCES, errno.EPERM}


def open_error(error: Exception, path: str) -> CardError:
    """Why a port could not be opened. Windows tells it in words, the others by number."""
    number = getattr(error, "errno", None)
    words = str(error)
    if number in _MISSING or "FileNotFoundError" in words:
        return PortMissing(port=path)
    if number in _BUSY or "PermissionError" in words:
        return PortBusy(port=path)
    if number in _DENIED:
        return PortDenied(port=path)
    return PortInvalid(port=path)


class SerialSamDriver:
    """Opens the port for each read, so that a reader may come and go between two of them.

    Without ``baud`` it asks at every speed, the one that was right last time first.
    """

    def __init__(
        self, path: str, clock: Clock, *, baud: int | None = None, poll: float = POLL,
        name: str = "",
    ) -> None:  # fmt: skip
        self._path = path
        self._baud = baud
        self._speed = baud or BAUD_RATES[0]
        self._clock = clock
        self._poll = poll
        self._name = name

    @property
    def name(self) -> str:
        """With the speed, once that is known."""
        return self._name or f"serial:{self._path}@{self._speed}"

    def read(
        self, timeout: float, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> CardRead:
        step(ReaderStep.OPENING)
        with closing(self._open(cancelled)) as line:
            sam = self._talk(line, cancelled)
            return read_identity_card(sam, self._clock, self.name, timeout, step, poll=self._poll)

    def find(self) -> None:
        """Is the port there? Nothing is sent. Raises PortMissing."""
        here = Path(self._path).exists()
        if not here and sys.platform == "win32":
            here = any(port.device == self._path for port in comports())
        if not here:
            raise PortMissing(port=self._path)

    def check(self) -> str:
        """The number of the healthy SAM module at this port. Raises CardError."""
        cancelled = threading.Event()
        with closing(self._open(cancelled)) as line:
            sam = self._talk(line, cancelled)
            sam.check_module()
            return sam.sam_number()

    def close(self) -> None:
        """Nothing is held between two reads."""

    def _talk(self, line: SerialLine, cancelled: threading.Event) -> SamConversation:
        return SamConversation(line, cancelled, bytes_per_second=self._speed / 10)

    def _open(self, cancelled: threading.Event) -> SerialLine:
        """At the module's speed, or at the last one known where nobody answers at any."""
        if self._baud is not None:
            return SerialLine(self._path, self._baud)
        line = SerialLine(self._path, self._speed)
        try:
            known = self._speed
            for speed in (known, *(rate for rate in BAUD_RATES if rate != known)):
                self._speed = speed
                line.set_speed(speed)
                if self._talk(line, cancelled).is_there(known=speed == known):
                    return line
            self._speed = known
            line.set_speed(known)
        except BaseException:
            line.close()
            raise
        return line
