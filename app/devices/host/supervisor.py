"""Keep the device host alive and give every order exactly one end, whatever its driver does.

One thread decides everything: calls from the window, words of the processes and the watch come to
it in one line, so nothing here needs a lock and nobody who calls is kept waiting.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Any

import msgspec

from app.devices.host import wire
from app.devices.host.errors import (
    DeviceHostError,
    DeviceHung,
    DeviceInUse,
    HostClosed,
    HostCrashed,
    HostFlooded,
    HostGarbled,
    HostNotStarted,
    HostRestarting,
    OrderCancelled,
)
from app.devices.host.family import Family, family
from app.devices.host.process import HostProcess, host_command
from app.domain.decoding import packed_decoder
from app.ports import DeviceState, DeviceStatus

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNews:
    order: int
    news: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDone:
    order: int
    result: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFailed:
    """``state`` is how the device is left: one that is READY has failed for a person's or a
    card's reasons."""

    order: int
    code: str
    state: DeviceState
    details: dict[str, str | int] = field(default_factory=dict)


OrderMessage = OrderNews | OrderDone | OrderFailed
Tell = Callable[[OrderMessage], None]
"""Called from the supervisor's thread; must return at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Seconds. A host that says nothing for ``silence`` is ended; ``start`` is what it may take to
    say its first word; a cancelled order has ``cancel`` to end."""

    ping: float = 1.0
    silence: float = 5.0
    start: float = 20.0
    cancel: float = 3.0
    backoff: float = 0.25  # before the second start in a row, doubled each time
    longest_backoff: float = 30.0
    healthy: float = 60.0  # a host that lived so long starts the count anew
    bearable: float = 3.0  # an order waits so long for a start; longer is told


@dataclass(slots=True)
class _Open:
    """An order that has not ended. ``silent_until`` is when its driver counts as hung."""

    number: int
    device: str
    family_name: str
    family: Family
    order: Any
    tell: Tell
    silent_until: float = 0.0
    process: HostProcess | None = None
    cancelled: bool = False


class DeviceHost:
    """Orders to readers and scanners. The process starts with the first order, or ``warm``."""

    def __init__(
        self,
        *,
        random: Random,
        watch: Watch | None = None,
        command: list[str] | None = None,
    ) -> None:
        self._random = random
        self._watch = watch or Watch()
        self._command = command or host_command()
        self._acts: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._number = 0
        self._numbering = threading.Lock()
        self._orders: dict[int, _Open] = {}
        self._current: HostProcess | None = None
        self._ready: set[HostProcess] = set()  # said hello
        self._leaving: set[HostProcess] = set()  # their hung lanes end with their last order
        self._pinged = 0.0
        self._failures = 0
        self._start_at = 0.0  # not before
        self._wanted = self._closed = False
        self._status: Mapping[str, DeviceStatus] = MappingProxyType({})
        self._listeners: list[Callable[[DeviceStatus], None]] = []
        self._thread: threading.Thread | None = None

    # -- from any thread ------------------------------------------------------------------------

    def order(self, family_name: str, device: str, order: Any, tell: Tell) -> int:
        """Returns the order's number at once. ``tell`` hears any number of OrderNews and then
        exactly one OrderDone or OrderFailed."""
        with self._numbering:
            self._number += 1
            number = self._number
        opened = _Open(
            number=number, device=device, family_name=family_name, family=family(family_name),
            order=order, tell=tell,
        )  # fmt: skip
        self.call(partial(self._begin, opened))
        return number

    def cancel(self, number: int) -> None:
        """The order ends soon, as a rule with DEV-CANCELLED or the family's own code."""
        self.call(partial(self._cancel, number))

    def warm(self) -> None:
        """Start the process now, so that the first order need not wait for it."""
        self.call(self._want)

    def call(self, act: Callable[[], None]) -> None:
        """``act`` in the supervisor's thread; it must return at once."""
        with self._numbering:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="device host", daemon=True)
                self._thread.start()
            self._acts.put(act)

    def status(self) -> Mapping[str, DeviceStatus]:
        """How each device was left, by its specification."""
        return self._status

    def add_listener(self, listener: Callable[[DeviceStatus], None]) -> None:
        """``listener`` is called from the supervisor's thread."""
        self._listeners = [*self._listeners, listener]

    def close(self) -> None:
        """End all orders with DEV-CLOSED, then the process; at most a few seconds."""
        self.call(self._close)
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(10.0)

    # -- the supervisor's thread ----------------------------------------------------------------

    def _run(self) -> None:
        last = time.monotonic()
        while not self._over():
            with contextlib.suppress(queue.Empty):
                act = self._acts.get(timeout=self._pause())
                while True:
                    act()
                    act = self._acts.get_nowait()
            now = time.monotonic()
            if now - last > self._pause() + self._watch.silence:
                self._forgive(now)  # it was this machine that stood still
            last = now
            if not self._closed:
                self._look(now)

    def _over(self) -> bool:
        """After the end the thread goes; who calls then starts it once more, to be refused."""
        with self._numbering:
            if not self._closed or not self._acts.empty():
                return False
            self._thread = None
            return True

    def _pause(self) -> float:
        if self._closed:
            return 0.0
        if self._current is None and not self._orders:
            return max(0.0, self._start_at - time.monotonic()) if self._wanted else 3600.0
        return min(self._watch.ping, 0.25) if self._orders else self._watch.ping

    def _begin(self, opened: _Open) -> None:
        refused: DeviceHostError | None = None
        if self._closed:
            refused = HostClosed()
        elif any(not other.cancelled for other in self._orders_of(opened.device)):
            refused = DeviceInUse()
        if refused is not None:
            self._tell(opened, self._failure(opened, refused))
            return
        self._orders[opened.number] = opened
        self._want()  # a fresh process is given all that waits
        if opened.process is None and opened.number in self._orders:
            self._send(opened)

    def _orders_of(self, device: str) -> list[_Open]:
        return [opened for opened in self._orders.values() if opened.device == device]

    def _send(self, opened: _Open) -> None:
        """To the process, or leave it: for the next one, or until a cancelled one has ended."""
        if self._orders_of(opened.device)[0] is not opened:
            return
        now = time.monotonic()
        if self._current is None:
            wait = self._start_at - now
            if wait > self._watch.bearable:
                self._end(opened, HostRestarting(seconds=round(wait)))
            return
        opened.process = self._current
        opened.silent_until = now + opened.family.patience(opened.order, None)
        self._show(opened.device, DeviceState.BUSY)
        sent = self._current.send(
            wire.Start(
                number=opened.number, family=opened.family_name, device=opened.device,
                order=wire.raw(opened.order),
            )
        )  # fmt: skip
        if not sent:
            self._end_process(self._current, DeviceHung(device=opened.device))

    def _cancel(self, number: int) -> None:
        opened = self._orders.get(number)
        if opened is None:
            return
        opened.cancelled = True
        if opened.process is None:
            self._end(opened, OrderCancelled())
            return
        limit = time.monotonic() + self._watch.cancel
        opened.silent_until = min(opened.silent_until, limit)
        opened.process.send(wire.Cancel(number=number))

    def _want(self) -> None:
        self._wanted = not self._closed
        if self._current is None and time.monotonic() >= self._start_at:
            self._start()

    def _start(self) -> None:
        try:
            self._current = HostProcess(
                self._command,
                lambda process, message: self._acts.put(partial(self._hear, process, message)),
                lambda process, how: self._acts.put(partial(self._gone, process, how)),
            )
        except OSError as error:
            log.warning("device host: cannot start: %s", type(error).__name__)
            self._count_failure()
            for opened in list(self._orders.values()):
                if opened.process is None:
                    self._end(opened, HostNotStarted(how=type(error).__name__))
            return
        self._pinged = time.monotonic()
        for opened in list(self._orders.values()):
            if opened.process is None:
                self._send(opened)

    def _hear(self, process: HostProcess, message: Any) -> None:
        match message:
            case wire.Hello():
                self._ready.add(process)
                for opened in self._orders.values():
                    if opened.process is process:
                        patience = opened.family.patience(opened.order, None)
                        opened.silent_until = time.monotonic() + patience
            case wire.Log():
                log.log(min(message.level, logging.ERROR), "device host: %s", message.text)
            case wire.News() | wire.Done() | wire.Failed():
                opened_ = self._orders.get(message.number)
                if opened_ is not None and opened_.process is process:
                    try:
                        self._answer(opened_, message)
                    except (msgspec.DecodeError, UnicodeError, RecursionError):
                        self._end_process(process, HostGarbled())

    def _answer(self, opened: _Open, message: wire.News | wire.Done | wire.Failed) -> None:
        match message:
            case wire.News():
                news = packed_decoder(opened.family.news).decode(message.body)
                patience = opened.family.patience(opened.order, news)
                opened.silent_until = time.monotonic() + patience
                self._show(opened.device, message.state)
                self._tell(opened, OrderNews(order=opened.number, news=news))
            case wire.Done():
                result = packed_decoder(opened.family.result).decode(message.result)
                self._show(opened.device, DeviceState.READY)
                self._close_order(opened, OrderDone(order=opened.number, result=result))
            case wire.Failed():
                if message.state in {DeviceState.MISSING, DeviceState.FAULTY}:
                    self._show(opened.device, message.state, message.code, message.details)
                else:
                    self._show(opened.device, message.state)
                failed = OrderFailed(
                    order=opened.number, code=message.code, state=message.state,
                    details=message.details,
                )  # fmt: skip
                self._close_order(opened, failed)

    def _gone(self, process: HostProcess, how: str) -> None:
        """The process has ended without being told to."""
        failure = {"flood": HostFlooded(), "garbled": HostGarbled()}.get(how)
        if failure is None:
            started = process in self._ready
            failure = HostCrashed(how=how) if started else HostNotStarted(how=how)
        self._end_process(process, failure)

    def _look(self, now: float) -> None:
        """What is overdue?"""
        process = self._current
        if process is not None:
            limit = self._watch.silence if process in self._ready else self._watch.start
            if now - process.heard_at > limit:
                self._end_process(process, DeviceHung(device=self._suspect(process)))
            elif now - self._pinged >= self._watch.ping:
                self._pinged = now
                if not process.send(wire.Ping()):
                    self._end_process(process, DeviceHung(device=self._suspect(process)))
        for opened in list(self._orders.values()):
            ready = opened.process in self._ready
            if opened.process is not None and ready and now > opened.silent_until:
                self._give_up(opened, opened.process)
        if self._wanted and self._current is None and now >= self._start_at:
            self._start()

    def _give_up(self, opened: _Open, process: HostProcess) -> None:
        """A hung thread cannot be ended: its process goes as soon as nobody else works in it."""
        log.error("device host: %s gives no sign of life", opened.device)
        if process is self._current:
            self._current = None
            self._leaving.add(process)
        self._end(opened, DeviceHung(device=opened.device))

    def _end_process(self, process: HostProcess, failure: DeviceHostError) -> None:
        process.kill()
        self._ready.discard(process)
        if process in self._leaving:
            self._leaving.discard(process)
        elif process is self._current:
            self._current = None
            if time.monotonic() - process.started_at > self._watch.healthy:
                self._failures = 0
            self._count_failure()
            log.error("device host: %s", failure)
        for opened in list(self._orders.values()):
            if opened.process is process:
                self._end(opened, failure)

    def _count_failure(self) -> None:
        """The first restart is at once; then ever later, and not all windows in step."""
        wait = 0.0
        if self._failures:
            wait = min(
                self._watch.longest_backoff, self._watch.backoff * 2.0 ** (self._failures - 1)
            )
        self._failures = min(self._failures + 1, 30)
        self._start_at = time.monotonic() + wait * self._random.uniform(0.5, 1.0)

    def _suspect(self, process: HostProcess) -> str:
        working = [opened.device for opened in self._orders.values() if opened.process is process]
        return working[0] if len(working) == 1 else "—"

    def _forgive(self, now: float) -> None:
        if self._current is not None:
            self._current.heard_at = now
        for opened in self._orders.values():
            opened.silent_until = max(opened.silent_until, now + self._watch.silence)

    def _end(self, opened: _Open, error: DeviceHostError) -> None:
        state = _state_after(error)
        if state is DeviceState.FAULTY:
            self._show(opened.device, state, error.code, error.details)
        else:
            self._show(opened.device, state)
        self._close_order(opened, self._failure(opened, error))

    def _failure(self, opened: _Open, error: DeviceHostError) -> OrderFailed:
        return OrderFailed(
            order=opened.number, code=error.code, state=_state_after(error), details=error.details
        )

    def _close_order(self, opened: _Open, message: OrderDone | OrderFailed) -> None:
        self._orders.pop(opened.number, None)
        self._tell(opened, message)
        process = opened.process
        busy = any(other.process is process for other in self._orders.values())
        if process in self._leaving and not busy:
            self._leaving.discard(process)
            self._ready.discard(process)
            process.kill()
        for following in self._orders_of(opened.device)[:1]:
            if following.process is None:
                self._send(following)

    def _tell(self, opened: _Open, message: OrderMessage) -> None:
        try:
            opened.tell(message)
        except Exception as error:  # noqa: BLE001 - a listener's bug must not end the watch
            log.warning("device host: listener: %s", type(error).__name__)

    def _show(
        self,
        device: str,
        state: DeviceState,
        code: str = "",
        details: dict[str, str | int] | None = None,
    ) -> None:
        now = DeviceStatus(device=device, state=state, code=code, details=details or {})
        if self._status.get(device) == now:
            return
        self._status = MappingProxyType({**self._status, device: now})
        for listener in self._listeners:
            try:
                listener(now)
            except Exception as error:  # noqa: BLE001 - as above
                log.warning("device host: listener: %s", type(error).__name__)

    def _close(self) -> None:
        self._closed, self._wanted = True, False
        for opened in list(self._orders.values()):
            self._end(opened, HostClosed())
        process, self._current = self._current, None
        ended = list(self._leaving)
        if process is not None:
            if process in self._ready:
                process.send(wire.Quit())
                process.wait(2.0)
            ended.append(process)
        for one in ended:
            one.kill()
            one.wait(2.0)


def _state_after(error: DeviceHostError) -> DeviceState:
    if isinstance(error, DeviceInUse):
        return DeviceState.BUSY
    if isinstance(error, OrderCancelled | HostClosed):
        return DeviceState.READY
    return DeviceState.FAULTY
