"""Read identity cards through a SAM module on USB without a serial port: two bulk pipes."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any, Final

from app.devices.cards.errors import (
    BadSpecification,
    CardError,
    NoAnswer,
    ReaderGone,
    UsbBusy,
    UsbDenied,
    UsbMissing,
    UsbReaderMissing,
)
from app.devices.cards.identity import read_identity_card
from app.devices.cards.sam import SamConversation
from app.domain.person import CardRead
from app.ports import Clock, ReaderStep

KNOWN_MODELS: Final = ((0x0400, 0xC35A),)
"""Vendor and product of readers that are SAM modules; others are named in the specification."""

_BUFFER: Final = 4096  # a multiple of every packet size, and more than the longest reply
_SEND_MS: Final = 1000
_BYTES_PER_SECOND: Final = 60_000.0  # full speed USB, with the module's own slowness

Model = tuple[int, int]


def parse_model(text: str) -> Model | None:
    """``VVVV:PPPP`` in hex; None for "". Raises BadSpecification."""
    if not text:
        return None
    vendor, colon, product = text.partition(":")
    try:
        model = int(vendor, 16), int(product, 16)
    except ValueError:
        raise BadSpecification(spec=f"usb:{text}"[:80]) from None
    if not colon or len(vendor) != 4 or len(product) != 4:
        raise BadSpecification(spec=f"usb:{text}"[:80])
    return model


def usb_readers(model: Model | None = None, backend: Any = None) -> list[Any]:
    """The connected readers of this model, or of all known ones, as pyusb's devices.

    Raises UsbMissing.
    """
    core = _core()
    wanted = KNOWN_MODELS if model is None else (model,)
    try:
        found = core.find(
            find_all=True, backend=backend,
            custom_match=lambda device: (device.idVendor, device.idProduct) in wanted,
        )  # fmt: skip
        return list(found)
    except core.NoBackendError:
        raise UsbMissing from None
    except core.USBError as error:
        raise _error(error) from None


def _core() -> Any:
    try:
        from usb import core
    except (ImportError, OSError):
        raise UsbMissing from None
    return core


def _error(error: Exception) -> CardError:
    number = getattr(error, "errno", None)
    if number in {errno.EACCES, errno.EPERM}:
        return UsbDenied()
    if number == errno.EBUSY:
        return UsbBusy()
    return ReaderGone()


class UsbLine:
    """The two bulk pipes of a reader. Raises CardError only."""

    def __init__(self, device: Any) -> None:
        import usb.core
        import usb.util

        self._core, self._util = usb.core, usb.util
        self._device = device
        self._interface = 0
        try:
            self._out, self._in = self._claim()
        except (usb.core.USBError, NotImplementedError) as error:
            self.close()
            raise _error(error) from None

    def _claim(self) -> tuple[Any, Any]:
        """The first interface with a bulk pipe each way."""
        try:
            configuration = self._device.get_active_configuration()
        except self._core.USBError:
            self._device.set_configuration()
            configuration = self._device.get_active_configuration()
        for interface in configuration:
            pipes = {
                self._util.endpoint_direction(end.bEndpointAddress): end
                for end in reversed(interface.endpoints())
                if self._util.endpoint_type(end.bmAttributes) == self._util.ENDPOINT_TYPE_BULK
            }
            if len(pipes) < 2:
                continue
            self._interface = interface.bInterfaceNumber
            # Some kernels take the reader for a disk or a printer.
            with suppress(NotImplementedError):
                if self._device.is_kernel_driver_active(self._interface):
                    self._device.detach_kernel_driver(self._interface)
            self._util.claim_interface(self._device, self._interface)
            return pipes[self._util.ENDPOINT_OUT], pipes[self._util.ENDPOINT_IN]
        raise ReaderGone

    def send(self, data: bytes) -> None:
        try:
            self._out.write(data, _SEND_MS)
        except self._core.USBTimeoutError:
            raise NoAnswer from None
        except self._core.USBError as error:
            raise _error(error) from None

    def receive(self, wait: float) -> bytes:
        try:
            return bytes(self._in.read(_BUFFER, max(1, round(wait * 1000))))
        except self._core.USBTimeoutError:
            return b""
        except self._core.USBError as error:
            raise _error(error) from None

    def drop_input(self) -> None:
        for _ in range(16):  # an endless stream is the conversation's to bound
            if not self.receive(0.001):
                return

    def close(self) -> None:
        # A reader that has gone meanwhile is as closed as can be.
        with suppress(self._core.USBError):
            self._util.release_interface(self._device, self._interface)
        with suppress(self._core.USBError):
            self._util.dispose_resources(self._device)


class UsbSamDriver:
    """Opens the reader for each read, so that it may be unplugged and plugged in between two.

    ``model`` None is any known one. ``backend`` is pyusb's way to the bus; None is libusb.
    """

    def __init__(self, model: Model | None, clock: Clock, *, backend: Any = None) -> None:
        self._model = model
        self._clock = clock
        self._backend = backend
        self.name = f"usb:{model[0]:04x}:{model[1]:04x}" if model else "usb"

    def read(
        self, timeout: float, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> CardRead:
        step(ReaderStep.OPENING)
        with closing(self._open()) as line:
            sam = SamConversation(line, cancelled, bytes_per_second=_BYTES_PER_SECOND)
            return read_identity_card(sam, self._clock, self.name, timeout, step)

    def find(self) -> Any:
        """The reader, as pyusb's device; nothing is sent. Raises UsbMissing, UsbReaderMissing."""
        found = usb_readers(self._model, self._backend)
        if not found:
            raise UsbReaderMissing(model=self.name)
        return found[0]

    def check(self) -> str:
        """The number of the healthy SAM module there. Raises CardError."""
        with closing(self._open()) as line:
            sam = SamConversation(line, threading.Event(), bytes_per_second=_BYTES_PER_SECOND)
            sam.check_module()
            return sam.sam_number()

    def close(self) -> None:
        """Nothing is held between two reads."""

    def _open(self) -> UsbLine:
        return UsbLine(self.find())
