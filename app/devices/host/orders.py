"""What is said of an order, to whoever gave it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.ports import DeviceState


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
    card's reasons. ``lost`` is set where its process was, by this driver or another one."""

    order: int
    code: str
    state: DeviceState
    details: dict[str, str | int] = field(default_factory=dict)
    lost: bool = False


OrderMessage = OrderNews | OrderDone | OrderFailed
Tell = Callable[[OrderMessage], None]
"""Called from the supervisor's thread; must return at once."""
