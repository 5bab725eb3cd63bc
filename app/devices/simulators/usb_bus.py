"""A USB bus with simulated SAM readers on it, as pyusb sees a bus: its backend interface.

No kernel here can pretend a USB device, so this ends where libusb would begin. Behind each reader's
two bulk pipes is the simulated module with all its faults.
"""

from __future__ import annotations

import errno
import os
import select
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

from app.devices.simulators.sam import SimulatedSamReader

_OUT, _IN = 0x02, 0x81


@dataclass(eq=False, slots=True)
class SimulatedUsbReader:
    """``refusal`` is the errno that opening it ends with, 0 for none."""

    module: SimulatedSamReader
    vendor: int = 0x0400
    product: int = 0xC35A
    refusal: int = 0
    kernel_driver: bool = False
    pipe: int = field(default=-1, init=False)


class SimulatedUsbBus(usb.backend.IBackend):  # type: ignore[misc]
    """Readers are plugged in and out with their module's ``start`` and ``stop``."""

    def __init__(self, *readers: SimulatedUsbReader) -> None:
        self._readers = list(readers)
        self.claimed: set[int] = set()

    def plug_in(self, reader: SimulatedUsbReader) -> None:
        self._readers.append(reader)

    # -- what the devices say of themselves -----------------------------------------------------

    def enumerate_devices(self) -> Iterator[SimulatedUsbReader]:
        return iter([reader for reader in self._readers if reader.module.path])

    def get_device_descriptor(self, dev: SimulatedUsbReader) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0110, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=8, idVendor=dev.vendor, idProduct=dev.product,
            bcdDevice=0x0100, iManufacturer=0, iProduct=0, iSerialNumber=0, bNumConfigurations=1,
            address=1 + self._readers.index(dev), bus=1, port_number=1, port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, _dev: SimulatedUsbReader, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0x80, bMaxPower=100, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(
        self, _dev: SimulatedUsbReader, intf: int, alt: int, config: int
    ) -> Any:
        if intf or alt or config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=0xFF, bInterfaceSubClass=0, bInterfaceProtocol=0, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, _dev: SimulatedUsbReader, ep: int, _intf: int, _alt: int, _config: int
    ) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(_OUT, _IN)[ep], bmAttributes=2,
            wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    # -- what is done with them -----------------------------------------------------------------

    def open_device(self, dev: SimulatedUsbReader) -> SimulatedUsbReader:
        if dev.refusal:
            raise usb.core.USBError("refused", errno=dev.refusal)
        dev.pipe = os.open(dev.module.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        return dev

    def close_device(self, dev_handle: SimulatedUsbReader) -> None:
        os.close(dev_handle.pipe)
        dev_handle.pipe = -1

    def get_configuration(self, _dev_handle: SimulatedUsbReader) -> int:
        return 1

    def is_kernel_driver_active(self, dev_handle: SimulatedUsbReader, _intf: int) -> bool:
        return dev_handle.kernel_driver

    def detach_kernel_driver(self, dev_handle: SimulatedUsbReader, _intf: int) -> None:
        dev_handle.kernel_driver = False

    def claim_interface(self, dev_handle: SimulatedUsbReader, intf: int) -> None:
        if dev_handle.kernel_driver or intf in self.claimed:
            raise usb.core.USBError("busy", errno=errno.EBUSY)
        self.claimed.add(intf)

    def release_interface(self, _dev_handle: SimulatedUsbReader, intf: int) -> None:
        self.claimed.discard(intf)

    def bulk_write(
        self, dev_handle: SimulatedUsbReader, _ep: int, _intf: int, data: Any, _timeout: int
    ) -> int:
        try:
            return os.write(dev_handle.pipe, bytes(data))
        except OSError:
            raise usb.core.USBError("gone", errno=errno.ENODEV) from None

    def bulk_read(
        self, dev_handle: SimulatedUsbReader, _ep: int, _intf: int, buff: Any, timeout: int
    ) -> int:
        if not select.select([dev_handle.pipe], [], [], timeout / 1000)[0]:
            raise usb.core.USBTimeoutError("timeout", errno=errno.ETIMEDOUT)
        try:
            data = os.read(dev_handle.pipe, len(buff))
        except OSError:
            data = b""
        if not data:
            raise usb.core.USBError("gone", errno=errno.ENODEV)
        buff[: len(data)] = type(buff)("B", data)
        return len(data)
