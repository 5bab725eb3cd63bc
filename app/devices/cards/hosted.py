"""The reader of the window: a driver in the device host, spoken to in the reader's messages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from app.devices.cards.errors import CardBusy, CardCancelled, CardError, ReaderClosed
from app.devices.cards.family import ReadCard
from app.devices.host.supervisor import (
    DeviceHost,
    OrderDone,
    OrderFailed,
    OrderMessage,
    OrderNews,
)
from app.ports import Clock, ReadDone, ReaderMessage, ReadFailed, ReadProgress

_CLOSE_WAIT = 5.0


@dataclass(slots=True)
class _Running:
    request: int
    tell: Callable[[ReaderMessage], None]
    order: int = 0
    cancelled: bool = False


class HostedReader:
    """The CardReader port; one request at a time."""

    def __init__(self, host: DeviceHost, spec: str, clock: Clock) -> None:
        self._host = host
        self._spec = spec
        self._clock = clock
        self._lock = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        self._running: _Running | None = None
        self._closed = False

    @property
    def name(self) -> str:
        return self._spec

    def start(self, request: int, timeout: float, tell: Callable[[ReaderMessage], None]) -> None:
        running = _Running(request, tell)
        with self._lock:
            refused: CardError | None = None
            if self._closed:
                refused = ReaderClosed()
            elif self._running is not None:
                refused = CardBusy()
            else:
                self._running = running
                self._idle.clear()
                order = ReadCard(timeout=timeout, at=self._clock.now())
                running.order = self._host.order(
                    "card", self._spec, order, partial(self._hear, running)
                )
        if refused is not None:
            self._host.call(partial(tell, ReadFailed(request=request, code=refused.code)))

    def cancel(self, request: int) -> None:
        with self._lock:
            running = self._running
            if running is None or running.request != request:
                return
            running.cancelled = True
            order = running.order
        self._host.cancel(order)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            running = self._running
            if running is not None:
                running.cancelled = True
        if running is not None:
            self._host.cancel(running.order)
            self._idle.wait(_CLOSE_WAIT)

    def _hear(self, running: _Running, message: OrderMessage) -> None:
        request = running.request
        if isinstance(message, OrderNews):
            running.tell(ReadProgress(request=request, step=message.news))
            return
        with self._lock:
            # Idle before the last word is said, so that the listener may start the next read.
            if self._running is running:
                self._running = None
                self._idle.set()
        running.tell(_last_word(running, message))


def _last_word(running: _Running, message: OrderDone | OrderFailed) -> ReaderMessage:
    if running.cancelled:
        return ReadFailed(request=running.request, code=CardCancelled.code)
    if isinstance(message, OrderDone):
        return ReadDone(request=running.request, card=message.result)
    return ReadFailed(request=running.request, code=message.code, details=message.details)
