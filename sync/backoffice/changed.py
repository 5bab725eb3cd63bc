"""Wake those who wait for the next arrival, and all of them when the server stops."""

from __future__ import annotations

import asyncio
import threading


class Changed:
    """Belongs to the event loop; ``tell`` may be called from any thread."""

    def __init__(self) -> None:
        self.ending = False
        self._through = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._telling = threading.Lock()

    def tell(self, arrival: int) -> None:
        """Everything up to ``arrival`` is committed."""
        with self._telling:
            if arrival <= self._through:
                return  # this process's own commit, told once more by the database
            self._through = arrival
            loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    @property
    def through(self) -> int:
        """The last arrival that was told."""
        with self._telling:
            return self._through

    def end(self) -> None:
        """Nobody waits any longer."""
        self.ending = True
        self._wake()

    async def wait(self, after: int, seconds: float) -> None:
        """Returns when an arrival after ``after`` is committed, or after so many seconds."""
        with self._telling:  # what is told from now on reaches this loop
            self._loop = asyncio.get_running_loop()
            if self.ending or self._through > after:
                return
        woken = self._loop.create_future()
        self._waiting.add(woken)
        try:
            async with asyncio.timeout(seconds):
                await woken
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(woken)

    def _wake(self) -> None:
        for one in self._waiting:
            if not one.done():
                one.set_result(None)
