"""The reader of the window: one or several drivers in the device host, asked at the same time.

The clerk lays the card on whichever reader is at hand: the first that finds one reads it and the
others are called off.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from app.devices.cards.errors import (
    BadSpecification,
    CardBusy,
    CardCancelled,
    CardError,
    ReaderClosed,
)
from app.devices.cards.family import ReadCard
from app.devices.cards.remembered import RememberedReader
from app.devices.host.orders import OrderDone, OrderFailed, OrderMessage, OrderNews
from app.devices.host.supervisor import DeviceHost
from app.ports import (
    Clock,
    DeviceState,
    ReadDone,
    ReaderMessage,
    ReaderStep,
    ReadFailed,
    ReadProgress,
)

_FOUND: Final = {ReaderStep.SELECTING, ReaderStep.READING}


def split_specifications(specs: str) -> tuple[str, ...]:
    """``serial:/dev/ttyUSB0, pcsc``: several are parted by commas; each counts once."""
    return tuple(dict.fromkeys(spec.strip() for spec in specs.split(",") if spec.strip()))


@dataclass(slots=True)
class _Running:
    request: int
    tell: Callable[[ReaderMessage], None]
    order: ReadCard
    orders: dict[str, int] = field(default_factory=dict)  # of those that still wait
    step: ReaderStep | None = None
    finder: str = ""  # the reader that has the card
    failures: dict[str, OrderFailed] = field(default_factory=dict)
    over: bool = False  # its last word was said


class HostedReader:
    """The CardReader port; one request at a time.

    A cancelled request ends at once, also where the driver does not: the next one waits for it in
    the host. ``specs`` are one or several specifications, parted by commas.
    """

    def __init__(
        self,
        host: DeviceHost,
        specs: str,
        clock: Clock,
        remembered: RememberedReader | None = None,
        photo_decoder: str = "",
    ) -> None:
        self._host = host
        self._specs = split_specifications(specs)
        self._clock = clock
        self._remembered = remembered
        self._photo_decoder = photo_decoder
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._closed = False

    @property
    def name(self) -> str:
        return ", ".join(self._specs)

    def start(self, request: int, timeout: float, tell: Callable[[ReaderMessage], None]) -> None:
        order = ReadCard(timeout=timeout, at=self._clock.now(), photo_decoder=self._photo_decoder)
        running = _Running(request, tell, order)
        refused: CardError | None = None
        with self._lock:
            if self._closed:
                refused = ReaderClosed()
            elif self._running is not None:
                refused = CardBusy()
            else:
                self._running = running
        if refused is not None:
            self._host.call(partial(tell, ReadFailed(request=request, code=refused.code)))
        else:
            self._host.call(partial(self._begin, running))

    def cancel(self, request: int) -> None:
        with self._lock:
            running = self._running
        if running is not None and running.request == request:
            ended = ReadFailed(request=request, code=CardCancelled.code)
            self._host.call(partial(self._end, running, ended))

    def close(self) -> None:
        with self._lock:
            self._closed = True
            running = self._running
        if running is not None:
            self.cancel(running.request)

    def _in_order(self) -> tuple[str, ...]:
        """The one that was used last first: what it says counts where none has a card."""
        last = self._remembered.get() if self._remembered is not None else ""
        return tuple(sorted(self._specs, key=lambda spec: spec != last))

    # -- in the host's thread -------------------------------------------------------------------

    def _begin(self, running: _Running) -> None:
        if running.over:
            return
        for spec in self._in_order():
            self._order(running, spec)
        if not running.orders:
            failure = BadSpecification(spec="")
            self._end(
                running,
                ReadFailed(request=running.request, code=failure.code, details=failure.details),
            )

    def _order(self, running: _Running, spec: str) -> None:
        hear = partial(self._hear, running, spec)
        running.orders[spec] = self._host.order("card", spec, running.order, hear)

    def _hear(self, running: _Running, spec: str, message: OrderMessage) -> None:
        if running.over:
            return
        match message:
            case OrderNews():
                self._progress(running, spec, message.news)
            case OrderDone():
                running.orders.pop(spec, None)
                if self._remembered is not None:
                    self._remembered.set(spec)
                self._end(running, ReadDone(request=running.request, card=message.result))
            case OrderFailed():
                running.orders.pop(spec, None)
                self._failed(running, spec, message)

    def _progress(self, running: _Running, spec: str, step: ReaderStep) -> None:
        if step in _FOUND and not running.finder:
            running.finder = spec
            self._call_off(running, but=spec)
        told_first = running.step is None or (
            step is ReaderStep.WAITING_FOR_CARD and running.step is ReaderStep.OPENING
        )
        if spec == running.finder or (not running.finder and told_first):
            running.step = step
            running.tell(ReadProgress(request=running.request, step=step))

    def _failed(self, running: _Running, spec: str, failed: OrderFailed) -> None:
        """A reader that is missing or faulty leaves the others waiting for the card."""
        first = spec not in running.failures
        running.failures[spec] = failed
        if failed.lost and first and len(self._specs) > 1 and not running.finder:
            # Perhaps it was another's driver; each has its own process now.
            self._order(running, spec)
            return
        if running.finder not in {"", spec}:
            return
        if failed.state is not DeviceState.READY and spec != running.finder and running.orders:
            return
        told = failed
        if failed.state is not DeviceState.READY and not running.finder:
            told = next(running.failures[s] for s in self._in_order() if s in running.failures)
        self._end(
            running, ReadFailed(request=running.request, code=told.code, details=told.details)
        )

    def _call_off(self, running: _Running, but: str = "") -> None:
        for spec, order in running.orders.items():
            if spec != but:
                self._host.cancel(order)

    def _end(self, running: _Running, message: ReadDone | ReadFailed) -> None:
        if running.over:
            return
        running.over = True
        self._call_off(running)
        with self._lock:
            # Idle before the last word is said, so that the listener may start the next read.
            self._running = None
        running.tell(message)
