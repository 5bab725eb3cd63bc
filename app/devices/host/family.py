"""What a kind of device says and hears, and where its drivers are: how a driver is plugged in.

A family names the types of its orders, news and results, all of which msgspec can pack, and opens
a *runner* for one device. The runner blocks as it likes: it works in a thread of its own, in the
device host's process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from threading import Event
from typing import Any, Final, Protocol, cast

from app.domain.errors import AppError, Blame
from app.ports import DeviceState


class Runner(Protocol):
    """One device, driven by one order at a time."""

    def run(self, order: Any, tell: Callable[[Any], None], cancelled: Event) -> Any:
        """Do the order and return its result. Raises AppError.

        ``tell`` passes news on; it waits a moment where they come too fast. Ends soon after
        ``cancelled``, within 2 seconds.
        """
        ...

    def close(self) -> None: ...


def state_after(error: AppError) -> DeviceState:
    """How a failure leaves the device, where the family knows no better."""
    if error.blame in {Blame.PERSON, Blame.DATA}:
        return DeviceState.READY
    return DeviceState.FAULTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """``order``, ``news`` and ``result`` are types (or unions) for msgspec.

    ``open`` makes the runner for a specification, in the host's process; it may raise AppError.
    ``state_of`` says how a device is that tells such news. ``patience`` is how many seconds an
    order may be silent after such news (None: after its start) before its driver counts as hung.
    """

    order: Any
    news: Any
    result: Any
    open: Callable[[str], Runner]
    state_of: Callable[[Any], DeviceState] = lambda _news: DeviceState.BUSY
    state_after: Callable[[AppError], DeviceState] = state_after
    patience: Callable[[Any, Any | None], float]


FAMILIES: Final = {"card": "app.devices.cards.family", "scan": "app.devices.scanners.family"}
"""Modules with an attribute FAMILY; their drivers are loaded when a device is opened."""


@cache
def family(name: str) -> Family:
    """Raises KeyError."""
    return cast("Family", import_module(FAMILIES[name]).FAMILY)
