"""Drive one device in a thread of its own: every order ends with exactly one Done or Failed.

A driver that hangs keeps its own lane only; a bug in it is a Failed with a code.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from app.devices.host.errors import DeviceInUse, DriverBug, HostGarbled, OrderCancelled
from app.devices.host.family import Family, Runner
from app.devices.host.wire import LARGEST_FRAME, Done, Failed, Message, News, pack
from app.domain.decoding import packed_decoder
from app.domain.errors import AppError
from app.ports import DeviceState

log = logging.getLogger(__name__)

_BURST: Final = 50  # news that may go at once
_PER_SECOND: Final = 100.0  # and then; more than a screen can show


@dataclass(frozen=True, slots=True)
class _Order:
    number: int
    body: msgspec.Raw
    cancelled: threading.Event = field(default_factory=threading.Event)


class DeviceLane:
    """``send`` passes messages to the window; it may block."""

    def __init__(self, device: str, family: Family, send: Callable[[Message], None]) -> None:
        self._device = device
        self._family = family
        self._send = send
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._running: _Order | None = None
        self._worker = threading.Thread(target=self._work, name=f"device {device}", daemon=True)
        self._worker.start()

    def start(self, number: int, body: msgspec.Raw) -> None:
        with self._lock:
            busy = self._running is not None
            if not busy:
                self._running = _Order(number, body)
                self._orders.put(self._running)
        if busy:
            code, state = DeviceInUse.code, DeviceState.BUSY
            self._send(Failed(number=number, code=code, state=state))

    def cancel(self, number: int) -> None:
        with self._lock:
            if self._running is not None and self._running.number == number:
                self._running.cancelled.set()

    def close(self, wait: float) -> None:
        with self._lock:
            if self._running is not None:
                self._running.cancelled.set()
        self._orders.put(None)
        self._worker.join(wait)

    def _work(self) -> None:
        runner: Runner | None = None
        while (order := self._orders.get()) is not None:
            try:
                if runner is None:
                    runner = self._family.open(self._device)
                message = self._done(order, self._run(runner, order))
            except AppError as error:
                state = self._family.state_after(error)
                message = Failed(
                    number=order.number, code=error.code, details=error.details, state=state
                )
            except Exception as error:  # noqa: BLE001 - a driver's bug must not end the lane
                message = self._bug(order, error)
            with self._lock:
                # Idle before the last word is said, so that the window may order at once.
                self._running = None
            self._send(message)
        if runner is not None:
            try:
                runner.close()
            except Exception as error:  # noqa: BLE001 - closing ends the lane in any case
                log.warning("device %s: %s while closing", self._device, _place(error))

    def _run(self, runner: Runner, order: _Order) -> Any:
        if order.cancelled.is_set():
            raise OrderCancelled
        pace = _Pace()

        def tell(news: Any) -> None:
            pace.wait(order.cancelled)
            body = msgspec.Raw(pack(news))
            self._send(News(number=order.number, state=self._family.state_of(news), body=body))

        try:
            wanted = packed_decoder(self._family.order).decode(order.body)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise HostGarbled from None
        return runner.run(wanted, tell, order.cancelled)

    def _done(self, order: _Order, result: Any) -> Message:
        body = pack(result)
        if len(body) > LARGEST_FRAME - 64:
            raise HostGarbled
        return Done(number=order.number, result=msgspec.Raw(body))

    def _bug(self, order: _Order, error: Exception) -> Failed:
        log.error("device %s: bug %s", self._device, _place(error))
        details: dict[str, str | int] = {"kind": type(error).__name__}
        return Failed(number=order.number, code=DriverBug.code, details=details)


class _Pace:
    """Holds back a driver that talks faster than anybody can listen."""

    def __init__(self) -> None:
        self._left = float(_BURST)
        self._at = time.monotonic()

    def wait(self, cancelled: threading.Event) -> None:
        now = time.monotonic()
        self._left = min(_BURST, self._left + (now - self._at) * _PER_SECOND) - 1
        self._at = now
        if self._left < 0:
            cancelled.wait(-self._left / _PER_SECOND)
            if cancelled.is_set():
                raise OrderCancelled


def _place(error: Exception) -> str:
    """Kind and place only: the exception's text may hold what the card said."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {where}"
