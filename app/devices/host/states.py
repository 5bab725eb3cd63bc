"""Keep how each device is, and tell whoever wants to know. Written in the supervisor's thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from app.ports import DeviceState, DeviceStatus

log = logging.getLogger(__name__)

_WITH_REASON: Final = {DeviceState.MISSING, DeviceState.FAULTY}


class DeviceStates:
    def __init__(self) -> None:
        self._known: Mapping[str, DeviceStatus] = MappingProxyType({})
        self._listeners: tuple[Callable[[DeviceStatus], None], ...] = ()

    def all(self) -> Mapping[str, DeviceStatus]:
        """From any thread; what is given out does not change."""
        return self._known

    def add_listener(self, listener: Callable[[DeviceStatus], None]) -> None:
        self._listeners = (*self._listeners, listener)

    def show(
        self, device: str, state: DeviceState, code: str = "",
        details: dict[str, str | int] | None = None,
    ) -> None:  # fmt: skip
        if state not in _WITH_REASON:
            code, details = "", None
        now = DeviceStatus(device=device, state=state, code=code, details=details or {})
        if self._known.get(device) == now:
            return
        self._known = MappingProxyType({**self._known, device: now})
        for listener in self._listeners:
            try:
                listener(now)
            except Exception as error:  # noqa: BLE001 - a listener's bug must not end the watch
                log.warning("device host: listener: %s", type(error).__name__)
