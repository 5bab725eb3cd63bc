"""Wake those who wait for the next arrival, and all of them when the server stops."""

from __future__ import annotations

import asyncio


class Changed:
    """Belongs to the event loop; ``tell`` may be called from any thread."""

    def __init__(self) -> None:
        self.ending = False
        self._through = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def tell(self, arrival: int) -> None:
        """Everything up to ``arrival`` is committed."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake, arrival)

    def end(self) -> None:
        """Nobody waits any longer."""
        self.ending = True
        self._wake(self._through)

    async def wait(self, after: int, seconds: float) -> None:
        """Returns when an arrival after ``after`` is committed, or after so many seconds."""
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

    def _wake(self, arrival: int) -> None:
        self._through = max(self._through, arrival)
        for one in self._waiting:
            if not one.done():
                one.set_result(None)
