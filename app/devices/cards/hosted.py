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


@dataclass(slots=True)
class _Running:
    request: int
    tell: Callable[[ReaderMessage], None]
    order: int = 0
    over: bool = False  # its last word was said


class HostedReader:
    """The CardReader port; one request at a time.

    A cancelled request ends at once, also where the driver does not: the next one waits for it in
    the host.
    """

    def __init__(self, host: DeviceHost, spec: str, clock: Clock) -> None:
        self._host = host
        self._spec = spec
        self._clock = clock
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._closed = False

    @property
    def name(self) -> str:
        return self._spec

    def start(self, request: int, timeout: float, tell: Callable[[ReaderMessage], None]) -> None:
        running = _Running(request, tell)
        refused: CardError | None = None
        with self._lock:
            if self._closed:
                refused = ReaderClosed()
            elif self._running is not None:
                refused = CardBusy()
            else:
                self._running = running
                order = ReadCard(timeout=timeout, at=self._clock.now())
                running.order = self._host.order(
                    "card", self._spec, order, partial(self._hear, running)
                )
        if refused is not None:
            self._host.call(partial(tell, ReadFailed(request=request, code=refused.code)))

    def cancel(self, request: int) -> None:
        with self._lock:
            running = self._running
        if running is not None and running.request == request:
            self._host.cancel(running.order)
            ended = ReadFailed(request=request, code=CardCancelled.code)
            self._host.call(partial(self._end, running, ended))

    def close(self) -> None:
        with self._lock:
            self._closed = True
            running = self._running
        if running is not None:
            self.cancel(running.request)

    def _hear(self, running: _Running, message: OrderMessage) -> None:
        request = running.request
        match message:
            case OrderNews() if not running.over:
                running.tell(ReadProgress(request=request, step=message.news))
            case OrderDone():
                self._end(running, ReadDone(request=request, card=message.result))
            case OrderFailed():
                failed = ReadFailed(request=request, code=message.code, details=message.details)
                self._end(running, failed)

    def _end(self, running: _Running, message: ReadDone | ReadFailed) -> None:
        """In the host's thread, as all that is told."""
        if running.over:
            return
        running.over = True
        with self._lock:
            # Idle before the last word is said, so that the listener may start the next read.
            self._running = None
        running.tell(message)
