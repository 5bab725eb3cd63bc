"""Ask the device host about readers, for commands and the doctor: blocking, a few seconds each."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from app.devices.cards.family import FindReaders, ProbeReader
from app.devices.cards.hosted import split_specifications
from app.devices.cards.info import READER_MISSING, ReaderInfo
from app.devices.host.asking import ask
from app.devices.host.supervisor import DeviceHost
from app.domain.errors import AppError
from app.ports import DeviceState


def find_readers(host: DeviceHost) -> tuple[ReaderInfo, ...]:
    """What is connected. Raises DeviceHostError."""
    return cast("tuple[ReaderInfo, ...]", ask(host, "card", "readers", FindReaders()))


def probe_readers(host: DeviceHost, specs: str, at: datetime) -> tuple[ReaderInfo, ...]:
    """How each of the named readers is; one whose driver hangs or crashes is faulty."""
    return tuple(_probe(host, spec, at) for spec in split_specifications(specs))


def _probe(host: DeviceHost, spec: str, at: datetime) -> ReaderInfo:
    try:
        (info,) = cast("tuple[ReaderInfo]", ask(host, "card", spec, ProbeReader(at=at)))
    except AppError as error:
        missing = isinstance(error, READER_MISSING)
        state = DeviceState.MISSING if missing else DeviceState.FAULTY
        return ReaderInfo(
            specification=spec, name=spec, state=state, code=error.code, details=error.details
        )
    return info
