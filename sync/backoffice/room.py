"""Let in as many long batches as can be decided soon, and turn others away before they are read.

A window waits some seconds for an answer and then sends the same again: a queue longer than that
decides everything twice. So beyond it the answer is "later" at once. How long the queue takes is
reckoned by its bytes, with which both memory and work grow, and by how fast the last ones went. A
body that comes slowly steps aside meanwhile: a hall with a bad line must not keep out the others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from sync.errors import ServerTrouble

MOST_WAITING = 3 * 1024 * 1024  # bytes of bodies, however fast they go
MOST_HELD = 32 * 1024 * 1024  # with those that come slowly
LARGEST = 1024 * 1024  # what is larger, or does not say, counts as this
MOST_SECONDS = 2.0
_SLOW_SECONDS = 2.0
_FIRST_PACE = 0.25 / (1024 * 1024)  # seconds a byte, until it is known
_AT_ONCE = 2  # one is decided, and the one after it waits; more would only take space


class Room:
    """Belongs to the event loop."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._waiting = 0
        self._held = 0
        self._pace = _FIRST_PACE
        self._turns = asyncio.Semaphore(_AT_ONCE)

    @contextmanager
    def place(self, size: int | None) -> Iterator[Place]:
        """For a body of so many bytes, until it is decided. Raises ServerTrouble if it is full."""
        size = LARGEST if size is None else min(size, LARGEST)
        most = min(MOST_WAITING, MOST_SECONDS / self._pace)
        if (self._waiting and self._waiting + size > most) or self._held + size > MOST_HELD:
            raise ServerTrouble(cause="many")
        self._held += size
        place = Place(self, size)
        place.come_back()
        try:
            yield place
        finally:
            place.step_aside()
            self._held -= size

    @asynccontextmanager
    async def turn(self, size: int) -> AsyncIterator[None]:
        """To decode and decide a body of so many bytes, in the order of coming."""
        async with self._turns:
            since = self._monotonic()
            yield
            seconds = (self._monotonic() - since) / _AT_ONCE
        self._pace += (seconds / max(1, size) - self._pace) / 8

    def count(self, size: int) -> None:
        self._waiting += size


class Place:
    """One in the queue; whoever reads slowly steps aside."""

    def __init__(self, room: Room, size: int) -> None:
        self._room = room
        self._size = size
        self._is_in = False

    def step_aside(self) -> None:
        if self._is_in:
            self._is_in = False
            self._room.count(-self._size)

    def come_back(self) -> None:
        if not self._is_in:
            self._is_in = True
            self._room.count(self._size)

    @contextmanager
    def reading(self) -> Iterator[None]:
        timer = asyncio.get_running_loop().call_later(_SLOW_SECONDS, self.step_aside)
        try:
            yield
        finally:
            timer.cancel()
        self.come_back()
