"""Hold what the departments' part works with, and draw reviewers beside the requests."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime

from app.domain.errors import AppError
from sync.backoffice.deciding import last_arrival
from sync.backoffice.departments.desk import Desk
from sync.backoffice.departments.dispatch import Dispatcher
from sync.backoffice.departments.plan import Plan, PlanFile
from sync.backoffice.departments.roster import Roster
from sync.backoffice.departments.sessions import Sessions
from sync.backoffice.logs import note
from sync.backoffice.office import Office

# Windows that bring weeks of work at once go first: giving it to somebody may take a little longer.
_YIELD, _LONGEST_YIELD = 3.0, 1.0  # times what a step took; seconds
_LOOK_SECONDS = 5.0  # somebody may be back, and another process may have died over its part


class Staff:
    """``start`` and ``stop`` belong to the event loop."""

    def __init__(self, office: Office) -> None:
        settings = office.settings
        self.office = office
        self.desk = Desk(settings.lists)
        self.dispatcher = Dispatcher(settings.hall, settings.random)
        self.sessions = Sessions(settings.hall, office.token, settings.random)
        self._plans = PlanFile(settings.data)
        self._running: asyncio.Task[None] | None = None

    @property
    def roster(self) -> Roster:
        return self.dispatcher.roster

    def now(self) -> datetime:
        return self.office.settings.now()

    def plan(self) -> tuple[Plan, AppError | None]:
        """As it stands now, and why it cannot be used."""
        try:
            return self._plans.get(), None
        except AppError as error:
            return Plan(), error

    # -- the draw -----------------------------------------------------------------------------

    def start(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def step(self) -> int:
        """Everything that can be given to somebody now. Returns how many cases were looked at."""
        plan, fault = self.plan()
        if fault is not None or not self.dispatcher.works(plan):
            return 0
        # Mostly there is nothing, and then no window's writing waits for it.
        if not await self.office.read(lambda tables: self.dispatcher.has_work(tables, plan)):
            return 0
        loop, seen = asyncio.get_running_loop(), 0
        while True:
            begun = loop.time()
            some = await self.office.write(
                lambda tables: self.dispatcher.step(tables, plan, self.now())
            )
            if not some:
                return seen
            seen += some
            await asyncio.sleep(min(_LONGEST_YIELD, _YIELD * (loop.time() - begun)))

    async def _run(self) -> None:
        while True:
            try:
                await self.step()
                end = await self.office.read(last_arrival)
            except Exception as error:  # noqa: BLE001 - whatever it was, the draw goes on
                code = error.code if isinstance(error, AppError) else type(error).__name__
                note("dispatch_failed", code=code)
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            await self.office.changed.wait(end, _LOOK_SECONDS)
            if self.office.changed.ending:
                return
