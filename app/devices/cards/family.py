"""What readers are asked and what they say, for the device host."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from threading import Event
from typing import Any, Final

import msgspec

import resources
from app.devices.cards.errors import (
    BadSpecification,
    NoReader,
    NoSuchPerson,
    PcscMissing,
    PortMissing,
    ReaderGone,
    UsbReaderMissing,
)
from app.devices.cards.timing import waiting_time
from app.devices.host import family as host
from app.domain.errors import AppError
from app.domain.person import CardRead
from app.ports import DeviceState, ReaderStep

_QUICK: Final = 12.0  # seconds that any step may take that waits for no person


class ReadCard(msgspec.Struct, frozen=True, kw_only=True):
    """Wait ``timeout`` seconds for a card and read it; ``at`` is the time at the window."""

    timeout: float
    at: datetime


class _OrderClock:
    """The window's time, told with each order: the host's process has none of its own."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._since = 0.0

    def set(self, at: datetime) -> None:
        self._at, self._since = at, time.monotonic()

    def now(self) -> datetime:
        if self._at is None:
            raise RuntimeError
        return self._at + timedelta(seconds=time.monotonic() - self._since)


class _CardRunner:
    def __init__(self, spec: str) -> None:
        from app.devices.cards.specification import open_driver

        self._clock = _OrderClock()
        people = _people() if spec.strip().startswith("simulated") else {}
        self._driver = open_driver(spec, self._clock, people=people)

    def run(
        self, order: ReadCard, tell: Callable[[ReaderStep], None], cancelled: Event
    ) -> CardRead:
        self._clock.set(order.at)
        return self._driver.read(order.timeout, tell, cancelled)

    def close(self) -> None:
        self._driver.close()


@cache
def _people() -> dict[str, Any]:
    from app.devices.simulators.people import load_people

    file = resources.FOLDER / "demo_hall" / "people.json"
    return dict(load_people(file.read_text(encoding="utf-8")))


def _state_of(step: ReaderStep) -> DeviceState:
    return DeviceState.WAITING if step is ReaderStep.WAITING_FOR_CARD else DeviceState.BUSY


def _state_after(error: AppError) -> DeviceState:
    if isinstance(error, PcscMissing | PortMissing | NoReader | ReaderGone | UsbReaderMissing):
        return DeviceState.MISSING
    if isinstance(error, BadSpecification | NoSuchPerson):
        return DeviceState.FAULTY
    return host.state_after(error)


def _patience(order: ReadCard, step: ReaderStep | None) -> float:
    waits = step is ReaderStep.WAITING_FOR_CARD
    return _QUICK + (waiting_time(order.timeout) if waits else 0.0)


FAMILY: Final = host.Family(
    order=ReadCard,
    news=ReaderStep,
    result=CardRead,
    open=_CardRunner,
    state_of=_state_of,
    state_after=_state_after,
    patience=_patience,
)
