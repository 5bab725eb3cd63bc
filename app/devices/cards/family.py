"""What readers are asked and what they say, for the device host."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from threading import Event
from typing import Any, Final

import msgspec

import resources
from app.devices.cards.driver import Driver
from app.devices.cards.errors import BadSpecification, NoSuchPerson
from app.devices.cards.info import READER_MISSING, ReaderInfo
from app.devices.cards.timing import waiting_time
from app.devices.host import family as host
from app.domain.errors import AppError
from app.domain.person import CardRead
from app.ports import DeviceState, ReaderStep

_QUICK: Final = 12.0  # seconds that any step may take that waits for no person


class ReadCard(msgspec.Struct, frozen=True, kw_only=True, tag="read"):
    """Wait ``timeout`` seconds for a card and read it; ``at`` is the time at the window.

    ``photo_decoder`` is the vendor's program for the photo, "" where there is none; None leaves the
    photo as the card has it.
    """

    timeout: float
    at: datetime
    photo_decoder: str | None = ""


class ProbeReader(msgspec.Struct, frozen=True, kw_only=True, tag="probe"):
    """Ask the reader itself how it is: one ReaderInfo."""

    at: datetime


class FindReaders(msgspec.Struct, frozen=True, kw_only=True, tag="find"):
    """What is connected here, whichever device is asked: any number of ReaderInfo."""


class AreThere(msgspec.Struct, frozen=True, kw_only=True, tag="there"):
    """Which of these readers are connected, whichever device is asked; nothing is sent to them:
    one ReaderInfo each."""

    readers: tuple[str, ...]


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
    """The driver is opened by the first read: to find readers needs none."""

    def __init__(self, spec: str) -> None:
        self._spec = spec
        self._people = _people() if spec.strip().startswith("simulated") else {}
        self._clock = _OrderClock()
        self._driver: Driver | None = None

    def run(
        self,
        order: ReadCard | ProbeReader | FindReaders | AreThere,
        tell: Callable[[ReaderStep], None],
        cancelled: Event,
    ) -> CardRead | tuple[ReaderInfo, ...]:
        from app.devices.cards.listing import is_there, list_readers, probe_reader
        from app.devices.cards.photo import decode_photo
        from app.devices.cards.specification import open_driver

        match order:
            case FindReaders():
                return list_readers()
            case AreThere():
                return tuple(is_there(spec, self._clock) for spec in order.readers)
            case ProbeReader():
                self._clock.set(order.at)
                return (probe_reader(self._spec, self._clock, people=self._people),)
            case ReadCard():
                self._clock.set(order.at)
                if self._driver is None:
                    self._driver = open_driver(self._spec, self._clock, people=self._people)
                card = self._driver.read(order.timeout, tell, cancelled)
                if order.photo_decoder is None:
                    return card
                photo, state = decode_photo(card.photo or b"", order.photo_decoder)
                return replace(card, photo=photo, photo_state=state)

    def close(self) -> None:
        if self._driver is not None:
            self._driver.close()


@cache
def _people() -> dict[str, Any]:
    from app.devices.simulators.people import load_people

    file = resources.FOLDER / "demo_hall" / "people.json"
    return dict(load_people(file.read_text(encoding="utf-8")))


def _state_of(step: ReaderStep) -> DeviceState:
    return DeviceState.WAITING if step is ReaderStep.WAITING_FOR_CARD else DeviceState.BUSY


def _state_after(error: AppError) -> DeviceState:
    if isinstance(error, READER_MISSING):
        return DeviceState.MISSING
    if isinstance(error, BadSpecification | NoSuchPerson):
        return DeviceState.FAULTY
    return host.state_after(error)


def _patience(
    order: ReadCard | ProbeReader | FindReaders | AreThere, step: ReaderStep | None
) -> float:
    if isinstance(order, ReadCard) and step is ReaderStep.WAITING_FOR_CARD:
        return _QUICK + waiting_time(order.timeout)
    return _QUICK


FAMILY: Final = host.Family(
    order=ReadCard | ProbeReader | FindReaders | AreThere,
    news=ReaderStep,
    result=CardRead | tuple[ReaderInfo, ...],
    open=_CardRunner,
    state_of=_state_of,
    state_after=_state_after,
    patience=_patience,
)
