"""Write for many at once: what waits together shares one commit, and short work goes first.

One thread, one transaction after the other. While one is committed, more work comes in, and the
next takes all of it that is short: so a slow disk costs each commit, not each request. One that
fails is undone alone. Short work waits for one long batch at most, and a long one for one group of
short work: neither holds the other up for good. Nobody is answered before the commit.

A long batch is opened (unpacked, decoded, checked) by this thread too, before its transaction.
Opened on another, while this one writes, both wait for the interpreter's lock more than they gain.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sync.backoffice.database import Database, Transaction
from sync.backoffice.deciding import last_arrival
from sync.errors import ServerTrouble

T = TypeVar("T")
R = TypeVar("R")

Alone = Callable[[Transaction], R]
# Does the same for many at once, and gives as many results; raises where one spoils it for all.
Together = Callable[[Transaction, Sequence[T]], Sequence[R]]

_MOST = 64  # pieces of short work in one transaction
_SKIPPED = object()


@dataclass(frozen=True, slots=True)
class Unopened(Generic[T]):
    """An item that the lane makes itself, outside of any transaction."""

    open: Callable[[], T]


@dataclass(slots=True, eq=False)
class _Job:
    item: Any  # an Alone, or what ``together`` takes
    together: Together[Any, Any] | None
    asker: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = _SKIPPED
    error: BaseException | None = None


class Lane:
    """``tell`` hears the last arrival after each commit, before anybody is answered."""

    def __init__(self, database: Database, tell: Callable[[int], None]) -> None:
        self._database = database
        self._tell = tell
        self._short: deque[_Job] = deque()
        self._long: deque[_Job] = deque()
        self._long_next = False
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def alone(self, work: Alone[R]) -> R:
        """Run ``work``; what it did is durable when this returns."""
        result: R = await self._ask(work, None, self._short)
        return result

    async def together(
        self, work: Together[T, R], item: T | Unopened[T], *, is_long: bool = False
    ) -> R:
        """The same for one of many items that ``work`` takes at once."""
        result: R = await self._ask(item, work, self._long if is_long else self._short)
        return result

    def _ask(
        self, item: Any, together: Together[Any, Any] | None, queue: deque[_Job]
    ) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        job = _Job(item, together, loop.create_future(), loop)
        with self._changed:
            if self._closing:
                raise ServerTrouble(cause="closing")
            queue.append(job)
            self._changed.notify()
        return job.asker

    def close(self) -> None:
        """What was asked for is done first."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    # -- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        while jobs := self._next():
            # Whoever asked may have gone meanwhile.
            wanted = [job for job in jobs if not job.asker.cancelled()]
            if ready := [job for job in wanted if _is_open(job)]:
                self._commit(ready)
            _answer(wanted)

    def _next(self) -> list[_Job]:
        """What shares the next transaction; nothing when closed."""
        with self._changed:
            while not (self._short or self._long or self._closing):
                self._changed.wait()
            if self._long and (self._long_next or not self._short):
                self._long_next = False
                return [self._long.popleft()]
            self._long_next = True
            return [self._short.popleft() for _ in range(min(_MOST, len(self._short)))]

    def _commit(self, jobs: list[_Job]) -> None:
        try:
            with self._database.write() as connection:
                for bunch in _bunches(jobs):
                    _do(connection, bunch, undo=len(jobs) > 1)
                end = last_arrival(connection)
        except BaseException as error:  # noqa: BLE001 - theirs who asked; the lane goes on
            for job in jobs:
                job.error = job.error or error
            return
        self._tell(end)


def _is_open(job: _Job) -> bool:
    if isinstance(job.item, Unopened):
        try:
            job.item = job.item.open()
        except BaseException as error:  # noqa: BLE001 - theirs who asked; the lane goes on
            job.error = error
            return False
    return True


def _bunches(jobs: list[_Job]) -> list[list[_Job]]:
    """Those for whom one function does it at once, in the order of the first of each."""
    found: dict[object, list[_Job]] = {}
    for job in jobs:
        found.setdefault(job.together or job, []).append(job)
    return list(found.values())


def _do(connection: Transaction, bunch: list[_Job], *, undo: bool) -> None:
    """Raises what ends the transaction for all; without ``undo``, anything does."""
    if not undo:
        _work(connection, bunch)
        return
    try:
        with connection.savepoint():
            _work(connection, bunch)
    except ServerTrouble:  # nothing of the transaction is left
        raise
    except Exception as error:  # noqa: BLE001 - of one of them, or of all of them alike
        if len(bunch) > 1:
            for job in bunch:
                _do(connection, [job], undo=True)
        else:
            bunch[0].error = error


def _work(connection: Transaction, bunch: list[_Job]) -> None:
    together = bunch[0].together
    if together is None:
        bunch[0].result = bunch[0].item(connection)
        return
    results = together(connection, [job.item for job in bunch])
    for job, result in zip(bunch, results, strict=True):
        job.result = result


def _answer(jobs: list[_Job]) -> None:
    """One wake for all of them: they mostly belong to one loop."""
    for loop in {job.loop for job in jobs}:
        if not loop.is_closed():
            theirs = [job for job in jobs if job.loop is loop]
            loop.call_soon_threadsafe(_settle, theirs)


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.asker.done():  # gone
            continue
        if job.error is not None:
            job.asker.set_exception(job.error)
        else:
            job.asker.set_result(job.result)
