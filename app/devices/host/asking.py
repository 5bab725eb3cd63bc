"""Wait for the end of an order, for commands that have nothing else to do."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

from app.devices.host.errors import DeviceHostError
from app.devices.host.orders import OrderDone, OrderMessage, OrderNews
from app.devices.host.supervisor import DeviceHost
from app.domain.errors import AppError


def ask(
    host: DeviceHost,
    family: str,
    device: str,
    order: Any,
    tell: Callable[[Any], None] = lambda _news: None,
) -> Any:
    """The result. Raises the AppError of the code with which the order failed.

    An order always ends, so this does too; when the caller is interrupted the order is cancelled.
    """
    heard: queue.SimpleQueue[OrderMessage] = queue.SimpleQueue()
    number = host.order(family, device, order, heard.put)
    try:
        while isinstance(message := heard.get(), OrderNews):
            tell(message.news)
    except BaseException:
        host.cancel(number)
        raise
    if isinstance(message, OrderDone):
        return message.result
    raise error_named(message.code, message.details)


def error_named(code: str, details: dict[str, str | int]) -> AppError:
    """The failure that came over the wire as a code."""
    kind = next((kind for kind in _kinds(AppError) if kind.code == code), DeviceHostError)
    return kind(**details)


def _kinds(kind: type[AppError]) -> Iterator[type[AppError]]:
    for narrower in kind.__subclasses__():
        yield narrower
        yield from _kinds(narrower)
