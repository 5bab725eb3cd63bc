"""Know whether the window's readers are connected, without waiting and without disturbing them."""

from __future__ import annotations

import threading
import time
from typing import Final

from app.devices.cards.family import AreThere
from app.devices.cards.hosted import split_specifications
from app.devices.cards.info import ReaderInfo
from app.devices.host.orders import OrderDone, OrderFailed, OrderMessage
from app.devices.host.supervisor import DeviceHost
from app.ports import DeviceState, DeviceStatus

_EVERY: Final = 3.0  # seconds between two looks
_LOOKER: Final = "connected"  # a lane of its own: the readers' lanes may be reading


class ReaderPresence:
    """Ask as often as you like: the answer is the last look's, and a new look is begun when that
    is old."""

    def __init__(self, host: DeviceHost, specs: str) -> None:
        self._host = host
        self._specs = split_specifications(specs)
        self._lock = threading.Lock()
        self._looking = False
        self._looked = float("-inf")
        # Until the first look nothing is wrong.
        self._known = DeviceStatus(device=specs, state=DeviceState.READY)

    def status(self) -> DeviceStatus:
        """READY where at least one is there, else the first one's failure."""
        with self._lock:
            now = time.monotonic()
            begin = not self._looking and now - self._looked >= _EVERY
            if begin:
                self._looking, self._looked = True, now
            known = self._known
        if begin:
            self._host.order("card", _LOOKER, AreThere(readers=self._specs), self._hear)
        return known

    def _hear(self, message: OrderMessage) -> None:
        known = self._known
        match message:
            case OrderDone():
                known = _first_ready(message.result) or known
            case OrderFailed() if message.state is DeviceState.FAULTY:
                known = DeviceStatus(
                    device=known.device, state=message.state, code=message.code,
                    details=message.details,
                )  # fmt: skip
        with self._lock:
            self._known = known
            self._looking = not isinstance(message, OrderDone | OrderFailed)


def _first_ready(found: tuple[ReaderInfo, ...]) -> DeviceStatus | None:
    for info in sorted(found, key=lambda info: info.state is not DeviceState.READY):
        return DeviceStatus(
            device=info.specification, state=info.state, code=info.code, details=info.details
        )
    return None
