"""Let in as many long batches as can be decided soon, and turn others away before they are read.

A window waits some seconds for an answer and then sends the same again: a queue longer than that
decides everything twice. So beyond it the answer is "later" at once. Counted in bytes of bodies,
with which both memory and work grow. A body that comes slowly steps aside meanwhile: a hall with a
bad line must not keep out the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sync.errors import ServerTrouble

_MOST_WAITING = 6 * 1024 * 1024  # about forty full batches: a second or two
_MOST_HELD = 64 * 1024 * 1024  # with those that come slowly
_LARGEST = 2 * 1024 * 1024  # what is larger, or does not say, counts as this
_SLOW_SECONDS = 2.0


class Room:
    """Belongs to the event loop."""

    def __init__(self) -> None:
        self._waiting = 0
        self._held = 0
        # One is decided while the one after it is decoded; more decoded ones would only take space.
        self.turn = asyncio.Semaphore(2)

    @contextmanager
    def place(self, size: int | None) -> Iterator[Place]:
        """For a body of so many bytes, until it is decided. Raises ServerTrouble if it is full."""
        size = _LARGEST if size is None else min(size, _LARGEST)
        if self._waiting + size > _MOST_WAITING or self._held + size > _MOST_HELD:
            raise ServerTrouble(cause="many")
        self._held += size
        place = Place(self, size)
        place.come_back()
        try:
            yield place
        finally:
            place.step_aside()
            self._held -= size

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
