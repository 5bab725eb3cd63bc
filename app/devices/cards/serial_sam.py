"""Read identity cards through a SAM module on a serial port."""

from __future__ import annotations

import errno
import sys
import threading
from collections.abc import Callable
from typing import Final

import serial

from app.devices.cards.errors import (
    CardError,
    NoAnswer,
    PortBusy,
    PortDenied,
    PortInvalid,
    PortMissing,
    ReaderGone,
)
from app.devices.cards.sam import SamConversation
from app.devices.cards.textblock import parse_text_block
from app.devices.cards.timing import hall_day
from app.domain.person import CardRead
from app.ports import Clock, ReaderStep

if sys.platform == "win32":
    _BROKEN: tuple[type[Exception], ...] = (serial.SerialException, OSError)
else:
    import termios

    # termios.error is no OSError, and pyserial lets it through.
    _BROKEN = (serial.SerialException, OSError, termios.error)

BAUD_RATES: Final = (115200, 57600, 38400, 19200, 9600)
DEFAULT_BAUD: Final = 115200
POLL: Final = 0.02  # seconds between two looks for a card; a longer wait would be felt


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
    """Opens the port for each read, so that a reader may come and go between two of them."""

    def __init__(
        self,
        path: str,
        clock: Clock,
        *,
        baud: int = DEFAULT_BAUD,
        poll: float = POLL,
        name: str = "",
    ) -> None:
        self._path = path
        self._baud = baud
        self._clock = clock
        self._poll = poll
        self.name = name or f"serial:{path}@{baud}"

    def read(
        self, timeout: float, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> CardRead:
        step(ReaderStep.OPENING)
        line = SerialLine(self._path, self._baud)
        try:
            sam = SamConversation(line, cancelled, bytes_per_second=self._baud / 10)
            sam.check_module()
            sam.wait_for_card(timeout, self._poll, step)
            step(ReaderStep.READING)
            content = sam.read_content()
        finally:
            line.close()
        now = self._clock.now()
        text = parse_text_block(content.text, hall_day(now))
        # The WLT photo is dropped: no open decoder exists, and what cannot be shown is not kept.
        return CardRead(
            document=text.document,
            person=text.person,
            issuer=text.issuer,
            valid_from=text.valid_from,
            valid_to=text.valid_to,
            reader=self.name,
            read_at=now,
            text_block=content.text,
        )

    def check(self) -> None:
        """Is a healthy SAM module at this port? For the doctor. Raises CardError."""
        line = SerialLine(self._path, self._baud)
        try:
            SamConversation(
                line, threading.Event(), bytes_per_second=self._baud / 10
            ).check_module()
        finally:
            line.close()

    def close(self) -> None:
        """Nothing is held between two reads."""
