"""List the readers that this machine has and say how they are, for the doctor."""

from __future__ import annotations

import os
from collections.abc import Mapping

from serial.tools.list_ports import comports

from app.devices.cards.errors import (
    CardError,
    PortDenied,
)
from app.devices.cards.helper import HelperDriver
from app.devices.cards.info import READER_MISSING, ReaderInfo
from app.devices.cards.pcsc import PcscDriver
from app.devices.cards.pcsc_service import pcsc_reader_names
from app.devices.cards.serial_sam import SerialSamDriver
from app.devices.cards.specification import NOBODY, open_driver
from app.devices.cards.usb_sam import UsbSamDriver, usb_readers
from app.devices.cards.vendor import VendorDriver
from app.devices.simulators.people import SimulatedCard
from app.ports import Clock, DeviceState

_SAM_DRIVERS = (SerialSamDriver, UsbSamDriver, VendorDriver, HelperDriver)


def list_readers() -> tuple[ReaderInfo, ...]:
    """Serial ports, USB readers of known models and PC/SC readers.

    Nothing is sent to a serial port: what hangs there may be a printer. PC/SC without its
    service is one entry with code CARD-PCSC-MISSING, USB without its library one with
    CARD-USB-MISSING.
    """
    return (*_serial_ports(), *_usb_readers(), *_pcsc_readers())


def is_there(spec: str, clock: Clock) -> ReaderInfo:
    """Whether the reader is connected, without a byte to it: also while another reads with it."""
    try:
        driver = None if spec.startswith(("simulated", "bad:")) else open_driver(spec, clock)
        if isinstance(driver, _SAM_DRIVERS):
            driver.find()
        elif isinstance(driver, PcscDriver):
            driver.check()
    except CardError as error:
        return _failed(spec, spec, error)
    return ReaderInfo(specification=spec, name=spec, state=DeviceState.READY)


def probe_reader(
    spec: str, clock: Clock, *, people: Mapping[str, SimulatedCard] = NOBODY
) -> ReaderInfo:
    """Ask the configured reader itself, up to 1.5 seconds; a serial port gets one status frame."""
    number = ""
    try:
        driver = open_driver(spec, clock, people=people)
        if isinstance(driver, _SAM_DRIVERS):
            number = driver.check()
        elif isinstance(driver, PcscDriver):
            driver.check()
    except CardError as error:
        return _failed(spec, spec, error)
    return ReaderInfo(specification=spec, name=driver.name, state=DeviceState.READY, module=number)


def _serial_ports() -> list[ReaderInfo]:
    found = []
    for port in sorted(comports(), key=lambda port: str(port.device)):
        spec = f"serial:{port.device}"
        name = str(port.description or port.device)
        if os.name == "posix" and not os.access(port.device, os.R_OK | os.W_OK):
            found.append(_failed(spec, name, PortDenied(port=str(port.device))))
        else:
            found.append(ReaderInfo(specification=spec, name=name, state=DeviceState.READY))
    return found


def _usb_readers() -> list[ReaderInfo]:
    try:
        models = {(device.idVendor, device.idProduct) for device in usb_readers()}
    except CardError as error:
        return [_failed("usb", "USB", error)]
    specs = [f"usb:{vendor:04x}:{product:04x}" for vendor, product in sorted(models)]
    return [ReaderInfo(specification=spec, name=spec, state=DeviceState.READY) for spec in specs]


def _pcsc_readers() -> list[ReaderInfo]:
    try:
        names = pcsc_reader_names()
    except CardError as error:
        return [_failed("pcsc", "PC/SC", error)]
    return [
        ReaderInfo(specification=f"pcsc:{name}", name=name, state=DeviceState.READY)
        for name in names
    ]


def _failed(spec: str, name: str, error: CardError) -> ReaderInfo:
    missing = isinstance(error, READER_MISSING)
    return ReaderInfo(
        specification=spec,
        name=name,
        state=DeviceState.MISSING if missing else DeviceState.FAULTY,
        code=error.code,
        details=error.details,
    )
