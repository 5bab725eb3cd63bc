"""List the readers that this machine has and say how they are, for the doctor."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from serial.tools.list_ports import comports

from app.devices.cards.errors import (
    CardError,
    NoReader,
    PcscMissing,
    PortDenied,
    PortMissing,
    ReaderGone,
)
from app.devices.cards.pcsc import PcscDriver, pcsc_reader_names
from app.devices.cards.serial_sam import SerialSamDriver
from app.devices.cards.specification import NOBODY, open_driver
from app.devices.simulators.people import SimulatedCard
from app.ports import Clock


class ReaderState(StrEnum):
    READY = "ready"
    MISSING = "missing"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderInfo:
    """``specification`` opens it; ``code`` is "" when ready, else an error code with a sentence."""

    specification: str
    name: str
    state: ReaderState
    code: str = ""
    details: dict[str, str | int] = field(default_factory=dict)


def list_readers() -> tuple[ReaderInfo, ...]:
    """Serial ports and PC/SC readers.

    Nothing is sent to a serial port: what hangs there may be a printer. PC/SC without its
    service is one entry with code CARD-PCSC-MISSING, without readers one with CARD-NO-READER.
    """
    return (*_serial_ports(), *_pcsc_readers())


def probe_reader(
    spec: str, clock: Clock, *, people: Mapping[str, SimulatedCard] = NOBODY
) -> ReaderInfo:
    """Ask the configured reader itself, up to 1.5 seconds; a serial port gets one status frame."""
    name = spec
    try:
        driver = open_driver(spec, clock, people=people)
        name = driver.name
        if isinstance(driver, SerialSamDriver | PcscDriver):
            driver.check()
    except CardError as error:
        return _failed(name, name, error)
    return ReaderInfo(specification=name, name=name, state=ReaderState.READY)


def _serial_ports() -> list[ReaderInfo]:
    found = []
    for port in sorted(comports(), key=lambda port: str(port.device)):
        spec = f"serial:{port.device}"
        name = str(port.description or port.device)
        if os.name == "posix" and not os.access(port.device, os.R_OK | os.W_OK):
            found.append(_failed(spec, name, PortDenied(port=str(port.device))))
        else:
            found.append(ReaderInfo(specification=spec, name=name, state=ReaderState.READY))
    return found


def _pcsc_readers() -> list[ReaderInfo]:
    try:
        names = pcsc_reader_names()
    except CardError as error:
        return [_failed("pcsc", "PC/SC", error)]
    return [
        ReaderInfo(specification=f"pcsc:{name}", name=name, state=ReaderState.READY)
        for name in names
    ]


def _failed(spec: str, name: str, error: CardError) -> ReaderInfo:
    missing = isinstance(error, PcscMissing | PortMissing | NoReader | ReaderGone)
    return ReaderInfo(
        specification=spec,
        name=name,
        state=ReaderState.MISSING if missing else ReaderState.FAULTY,
        code=error.code,
        details=error.details,
    )
