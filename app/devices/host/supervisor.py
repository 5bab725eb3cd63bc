"""Give every order to a device exactly one end, whatever its driver does.

One thread decides everything: calls from the window, words of the processes and the watch come to
it in one line, so nothing here needs a lock and nobody who calls is kept waiting.

All devices share one process. Those that worked in one that was lost get a process each from then
on, so that a bad driver takes no good one along twice.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final

import msgspec

from app.devices.host import wire
from app.devices.host.errors import (
    DeviceHostError,
    DeviceHung,
    DeviceInUse,
    HostClosed,
    HostGarbled,
    HostNotStarted,
    HostRestarting,
    OrderCancelled,
)
from app.devices.host.family import Family, family
from app.devices.host.orders import OrderDone, OrderFailed, OrderMessage, OrderNews, Tell
from app.devices.host.process import HostProcess, host_command
from app.devices.host.slot import Slot, Watch
from app.devices.host.states import DeviceStates
from app.domain.decoding import packed_decoder
from app.ports import DeviceState, DeviceStatus

log = logging.getLogger(__name__)

_SHARED: Final = ""
_MOST_ALONE: Final = 8  # devices with a process of their own


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
        self, *, random: Random, watch: Watch | None = None, command: list[str] | None = None
    ) -> None:
        self._random = random
        self._watch = watch or Watch()
        self._command = command or host_command()
        self._acts: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._number = 0
        self._lock = threading.Lock()
        self._orders: dict[int, _Open] = {}
        self._slots: dict[str, Slot] = {}
        self._alone: set[str] = set()
        self._leaving: set[HostProcess] = set()  # their hung lanes end with their last order
        self._closed = False
        self._states = DeviceStates()
        self._thread: threading.Thread | None = None

    # -- from any thread ------------------------------------------------------------------------

    def order(self, family_name: str, device: str, order: Any, tell: Tell) -> int:
        """Returns the order's number at once. ``tell`` hears any number of OrderNews and then
        exactly one OrderDone or OrderFailed."""
        with self._lock:
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
        self.call(lambda: None if self._closed else self._slot(_SHARED).want())

    def call(self, act: Callable[[], None]) -> None:
        """``act`` in the supervisor's thread; it must return at once."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="device host", daemon=True)
                self._thread.start()
            self._acts.put(act)

    def status(self) -> Mapping[str, DeviceStatus]:
        """How each device was left, by its specification."""
        return self._states.all()

    def add_listener(self, listener: Callable[[DeviceStatus], None]) -> None:
        """``listener`` is called from the supervisor's thread."""
        self._states.add_listener(listener)

    def processes(self) -> tuple[int, ...]:
        """The process ids, for the doctor and the tests."""
        slots = list(self._slots.values())
        return tuple(slot.process.pid for slot in slots if slot.process is not None)

    def close(self) -> None:
        """End all orders with DEV-CLOSED, then the processes; at most a few seconds."""
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
            if now - last > self._watch.ping + self._watch.silence:
                self._forgive(now)
            last = now
            if not self._closed:
                self._look(now)

    def _over(self) -> bool:
        """After the end the thread goes; who calls then starts it once more, to be refused."""
        with self._lock:
            if not self._closed or not self._acts.empty():
                return False
            self._thread = None
            return True

    def _pause(self) -> float:
        if self._closed:
            return 0.0
        waits = [slot.wait() for slot in self._slots.values() if slot.process is None]
        return min(self._watch.ping, *([0.25] if self._orders else []), *waits, 3600.0)

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
        self._slot_of(opened).want()  # a fresh process is given all that waits for it
        self._send(opened)

    def _slot_of(self, opened: _Open) -> Slot:
        return self._slot(opened.device if opened.device in self._alone else _SHARED)

    def _slot(self, name: str) -> Slot:
        slot = self._slots.get(name)
        if slot is None:
            slot = Slot(
                self._command, self._watch, self._random, post=self._acts.put,
                heard=self._hear, started=self._started, lost=self._lost,
            )  # fmt: skip
            self._slots = {**self._slots, name: slot}
        return slot

    def _orders_of(self, device: str) -> list[_Open]:
        return [opened for opened in self._orders.values() if opened.device == device]

    def _orders_in(self, process: HostProcess) -> list[_Open]:
        return [opened for opened in self._orders.values() if opened.process is process]

    def _send(self, opened: _Open) -> None:
        """To the process, or leave it: for the next one, or until a cancelled one has ended."""
        if opened.process is not None or opened not in self._orders_of(opened.device)[:1]:
            return
        slot = self._slot_of(opened)
        process = slot.process
        if process is None:
            wait = slot.wait()
            if wait > self._watch.bearable:
                self._end(opened, HostRestarting(seconds=round(wait)))
            return
        opened.process = process
        self._be_patient(opened, None)
        if not slot.greeted:
            opened.silent_until += self._watch.start
        self._states.show(opened.device, DeviceState.BUSY)
        start = wire.Start(
            number=opened.number, family=opened.family_name, device=opened.device,
            order=wire.raw(opened.order),
        )  # fmt: skip
        if not process.send(start):
            slot.fail(process, DeviceHung(device=opened.device))

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

    def _started(self, slot: Slot) -> None:
        for opened in list(self._orders.values()):
            if opened.process is None and self._slot_of(opened) is slot:
                self._send(opened)

    def _hear(self, process: HostProcess, message: Any) -> None:
        match message:
            case wire.Hello():
                for opened in self._orders_in(process):
                    self._be_patient(opened, None)
            case wire.Log():
                log.log(min(message.level, logging.ERROR), "device host: %s", message.text)
            case wire.News() | wire.Done() | wire.Failed():
                answered = self._orders.get(message.number)
                if answered is not None and answered.process is process:
                    try:
                        self._answer(answered, message)
                    except (msgspec.DecodeError, UnicodeError, RecursionError):
                        self._slot_of(answered).fail(process, HostGarbled())

    def _answer(self, opened: _Open, message: wire.News | wire.Done | wire.Failed) -> None:
        match message:
            case wire.News():
                news = packed_decoder(opened.family.news).decode(message.body)
                if not opened.cancelled:
                    self._be_patient(opened, news)
                self._states.show(opened.device, message.state)
                self._tell(opened, OrderNews(order=opened.number, news=news))
            case wire.Done():
                result = packed_decoder(opened.family.result).decode(message.result)
                self._states.show(opened.device, DeviceState.READY)
                self._close_order(opened, OrderDone(order=opened.number, result=result))
            case wire.Failed():
                self._states.show(opened.device, message.state, message.code, message.details)
                failed = OrderFailed(
                    order=opened.number, code=message.code, state=message.state,
                    details=message.details,
                )  # fmt: skip
                self._close_order(opened, failed)

    def _be_patient(self, opened: _Open, news: Any | None) -> None:
        opened.silent_until = time.monotonic() + opened.family.patience(opened.order, news)

    def _look(self, now: float) -> None:
        """What is overdue?"""
        for slot in self._slots.values():
            slot.look(now, self._suspect)
        for opened in list(self._orders.values()):
            if opened.process is not None and now > opened.silent_until:
                self._give_up(opened, opened.process)

    def _give_up(self, opened: _Open, process: HostProcess) -> None:
        """A hung thread cannot be ended: its process goes as soon as nobody else works in it."""
        log.error("device host: %s gives no sign of life", opened.device)
        slot = self._slot_of(opened)
        if slot.process is process:
            slot.retire()
            self._leaving.add(process)
        self._set_apart([opened])
        self._end(opened, DeviceHung(device=opened.device))

    def _lost(self, slot: Slot, process: HostProcess | None, failure: DeviceHostError) -> None:
        if process is None:
            stranded = [o for o in self._orders.values() if o.process is None]
            stranded = [opened for opened in stranded if self._slot_of(opened) is slot]
        else:
            self._leaving.discard(process)
            stranded = self._orders_in(process)
            if not isinstance(failure, HostNotStarted):
                self._set_apart(stranded)
        for opened in stranded:
            self._end(opened, failure, lost=True)

    def _set_apart(self, suspects: list[_Open]) -> None:
        for opened in suspects:
            if len(self._alone) < _MOST_ALONE:
                self._alone.add(opened.device)

    def _suspect(self, process: HostProcess) -> str:
        working = [opened.device for opened in self._orders_in(process)]
        return working[0] if len(working) == 1 else "—"

    def _forgive(self, now: float) -> None:
        """It was this machine that stood still, not the processes."""
        for slot in self._slots.values():
            slot.forgive(now)
        for opened in self._orders.values():
            opened.silent_until = max(opened.silent_until, now + self._watch.silence)

    def _end(self, opened: _Open, error: DeviceHostError, *, lost: bool = False) -> None:
        self._states.show(opened.device, _state_after(error), error.code, error.details)
        self._close_order(opened, self._failure(opened, error, lost=lost))

    def _failure(self, opened: _Open, error: DeviceHostError, *, lost: bool = False) -> OrderFailed:
        return OrderFailed(
            order=opened.number, code=error.code, state=_state_after(error),
            details=error.details, lost=lost,
        )  # fmt: skip

    def _close_order(self, opened: _Open, message: OrderDone | OrderFailed) -> None:
        self._orders.pop(opened.number, None)
        process = opened.process
        if process in self._leaving and not self._orders_in(process):
            self._leaving.discard(process)
            process.kill()
        self._tell(opened, message)
        for following in self._orders_of(opened.device)[:1]:
            self._slot_of(following).want()
            self._send(following)

    def _tell(self, opened: _Open, message: OrderMessage) -> None:
        try:
            opened.tell(message)
        except Exception as error:  # noqa: BLE001 - a listener's bug must not end the watch
            log.warning("device host: listener: %s", type(error).__name__)

    def _close(self) -> None:
        self._closed = True
        for opened in list(self._orders.values()):
            self._end(opened, HostClosed())
        ending = [p for p in (slot.retire() for slot in self._slots.values()) if p is not None]
        for process in ending:
            process.send(wire.Quit())
        for process in ending:
            process.wait(2.0)
        for process in (*ending, *self._leaving):
            process.kill()
            process.wait(2.0)


def _state_after(error: DeviceHostError) -> DeviceState:
    if isinstance(error, DeviceInUse):
        return DeviceState.BUSY
    if isinstance(error, OrderCancelled | HostClosed):
        return DeviceState.READY
    return DeviceState.FAULTY
