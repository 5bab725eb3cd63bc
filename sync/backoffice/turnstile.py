"""Let each address through so many times a minute.

Each server process counts what comes to it alone, and lets its share of the whole through: an
address may get less than is allowed where all of its connections went to one process, never more.
"""

from __future__ import annotations

import time
from collections import OrderedDict

_REMEMBERED = 10_000


class Turnstile:
    """Forgets the oldest addresses, so that many of them cost no more memory."""

    def __init__(self, per_minute: int, processes: int = 1) -> None:
        self._per_minute = max(1, per_minute // processes)
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def passes(self, address: str) -> bool:
        """Count one; whether it was not too many."""
        since, count = self._since(address)
        self._seen[address] = (since, count + 1)
        self._seen.move_to_end(address)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return count < self._per_minute

    def is_shut(self, address: str) -> bool:
        """Whether the next one would not pass; counts nothing."""
        return self._since(address)[1] >= self._per_minute

    def _since(self, address: str) -> tuple[float, int]:
        now = time.monotonic()
        since, count = self._seen.get(address, (now, 0))
        return (since, count) if now - since < 60 else (now, 0)
