"""What the back office's parts hand to threads of their own, done at once in this one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sync.backoffice.database import Database
from sync.backoffice.deciding import last_arrival
from sync.backoffice.lane import Alone, Lane, R, T, Together, Unopened


class OneThread(asyncio.SelectorEventLoop):
    """An executor's work is done before it is awaited."""

    def run_in_executor(  # type: ignore[override]
        self, _executor: object, work: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        done = self.create_future()
        try:
            done.set_result(work(*args))
        except BaseException as error:  # noqa: BLE001 - also a death is for who waits
            done.set_exception(error)
        return done


class LaneAtOnce(Lane):
    """One transaction for each piece of work; how the real one groups them has its own tests."""

    def __init__(self, database: Database, tell: Callable[[int], None]) -> None:
        self._database = database
        self._tell = tell

    async def alone(self, work: Alone[R]) -> R:
        with self._database.write() as connection:
            result = work(connection)
            end = last_arrival(connection)
        self._tell(end)
        return result

    async def together(
        self, work: Together[T, R], item: T | Unopened[T], *, is_long: bool = False
    ) -> R:
        opened = item.open() if isinstance(item, Unopened) else item
        return await self.alone(lambda connection: work(connection, [opened])[0])

    def close(self) -> None:
        return
