"""Give the back office what windows go by, too: item lists, working days, special procedures."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock

from app.domain.catalogue import Item
from app.domain.clocks import ClockName, Thresholds
from app.domain.deadline import WorkCalendar
from app.domain.errors import AppError
from app.services.calendar import CalendarBook
from app.services.catalogue_watch import CatalogueWatch
from app.services.clock_settings import ClockSettings, Procedure

_LOOK_SECONDS = 60.0


class OfficeLists:
    """What is published meanwhile is seen within a minute. Safe to use from several threads.

    A catalogue that cannot be read gives no list: the departments go on with the general limits.
    """

    def __init__(
        self,
        watch: CatalogueWatch,
        calendar: Callable[[], CalendarBook],
        settings: Callable[[], ClockSettings],
    ) -> None:
        self._watch = watch
        self._calendar = calendar
        self._settings = settings
        self._lock = Lock()
        self._looked = float("-inf")

    def find_item(self, code: str, version: int) -> Item | None:
        try:
            with self._lock:
                if time.monotonic() - self._looked > _LOOK_SECONDS:
                    self._looked = time.monotonic()
                    self._watch.refresh()
            return self._watch.current().get_version(code, version)
        except AppError:
            return None

    def work(self) -> WorkCalendar:
        return self._calendar().work

    def thresholds(self) -> Mapping[ClockName, Thresholds]:
        return self._settings().thresholds

    def procedures(self) -> tuple[Procedure, ...]:
        return self._settings().procedures
