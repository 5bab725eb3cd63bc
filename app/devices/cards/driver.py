"""What every card reader's driver is, whatever it is connected by."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from app.domain.person import CardRead
from app.ports import ReaderStep


class Driver(Protocol):
    """A blocking reader; it works in a thread of its own in the device host."""

    @property
    def name(self) -> str: ...

    def read(
        self, timeout: float, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> CardRead:
        """Wait up to ``timeout`` seconds for a card and read it. Raises CardError.

        Ends within 0.2 seconds of ``cancelled``.
        """
        ...

    def close(self) -> None: ...
