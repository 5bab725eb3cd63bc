"""A driver as a CardReader within the test's own process, where its files can be counted.

In use it runs in the device host.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.devices.cards.driver import Driver
from app.devices.cards.errors import CardBug, CardBusy, CardCancelled, CardError, ReaderClosed
from app.devices.cards.specification import NOBODY, open_driver
from app.devices.simulators.people import SimulatedCard
from app.ports import Clock, ReadDone, ReaderMessage, ReaderStep, ReadFailed, ReadProgress

log = logging.getLogger(__name__)

_CLOSE_WAIT = 10.0  # a driver ends within 0.2 s of a cancel; longer is a hung driver


@dataclass(frozen=True, slots=True)
class _Request:
    number: int
    timeout: float
    tell: Callable[[ReaderMessage], None]
    cancelled: threading.Event = field(default_factory=threading.Event)


def open_reader(
    spec: str, clock: Clock, *, people: Mapping[str, SimulatedCard] = NOBODY
) -> ReaderLane:
    """Raises BadSpecification, NoSuchPerson."""
    return ReaderLane(open_driver(spec, clock, people=people))


class ReaderLane:
    """The CardReader port over a driver."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._running: _Request | None = None
        self._closed = False
        self._worker = threading.Thread(target=self._work, name=f"card {driver.name}", daemon=True)
        self._worker.start()

    @property
    def name(self) -> str:
        return self._driver.name

    def start(self, request: int, timeout: float, tell: Callable[[ReaderMessage], None]) -> None:
        refused: CardError | None = None
        with self._lock:
            if self._closed:
                refused = ReaderClosed()
            elif self._running is not None:
                refused = CardBusy()
            else:
                self._running = _Request(request, timeout, tell)
                self._requests.put(self._running)
        if refused is not None:
            # The port promises another thread, and the worker is busy or gone.
            message = ReadFailed(request=request, code=refused.code, details=refused.details)
            threading.Thread(target=_tell, args=(tell, message), daemon=True).start()

    def cancel(self, request: int) -> None:
        with self._lock:
            if self._running is not None and self._running.number == request:
                self._running.cancelled.set()

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                self._requests.put(None)
            if self._running is not None:
                self._running.cancelled.set()
        if threading.current_thread() is self._worker:
            return  # closed by a listener: the worker ends by itself after this message
        self._worker.join(_CLOSE_WAIT)
        if self._worker.is_alive():
            log.error("card reader %s does not stop", self.name)

    def _work(self) -> None:
        while (request := self._requests.get()) is not None:
            message = self._read(request)
            with self._lock:
                # Idle before the last word is said, so that the listener may start the next read.
                self._running = None
                if request.cancelled.is_set():
                    message = ReadFailed(request=request.number, code=CardCancelled.code)
            _tell(request.tell, message)
        try:
            self._driver.close()
        except Exception as error:  # noqa: BLE001 - closing ends the thread in any case
            _log_bug(self.name, error)

    def _read(self, request: _Request) -> ReaderMessage:
        def step(now: ReaderStep) -> None:
            _tell(request.tell, ReadProgress(request=request.number, step=now))

        try:
            if request.cancelled.is_set():
                raise CardCancelled
            card = self._driver.read(request.timeout, step, request.cancelled)
            return ReadDone(request=request.number, card=card)
        except CardError as error:
            return ReadFailed(request=request.number, code=error.code, details=error.details)
        except Exception as error:  # noqa: BLE001 - a driver's bug must not end the lane
            _log_bug(self.name, error)
            details: dict[str, str | int] = {"kind": type(error).__name__}
            return ReadFailed(request=request.number, code=CardBug.code, details=details)


def _tell(tell: Callable[[ReaderMessage], None], message: ReaderMessage) -> None:
    try:
        tell(message)
    except Exception as error:  # noqa: BLE001 - a listener's bug must not end the lane either
        _log_bug("listener", error)


def _log_bug(who: str, error: Exception) -> None:
    """Kind and place only: the exception's text may hold what the card said."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("card reader %s: bug %s at %s", who, type(error).__name__, place)
