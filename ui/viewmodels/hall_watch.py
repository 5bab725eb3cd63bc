"""Ask the back office now and then how many wait in the hall for this window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.domain.errors import AppError
from app.domain.queue_view import HallView
from ui.viewmodels.services import CounterServices

_EVERY = 10  # seconds between two looks


class HallWatch(QObject):
    """``waiting`` is None while that is not known."""

    heard = Signal()

    def __init__(self, services: CounterServices, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._window = ""
        self._seconds = 0
        self._asking = False
        self.waiting: int | None = None

    def follow(self, window: str) -> None:
        """Those for this window; "" for none."""
        self._window, self.waiting = window, None
        self.ask()

    def tick(self) -> None:
        self._seconds += 1
        if self._seconds % _EVERY == 0:
            self.ask()

    def ask(self) -> None:
        office, lane = self._services.queue_office, self._services.queue_lane
        if office is not None and lane is not None and self._window and not self._asking:
            self._asking = True
            lane.submit(office.view, self._told, self._untold, self)

    def _told(self, view: HallView) -> None:
        self._asking = False
        if self._window:
            self.waiting = sum(
                one.waiting for one in view.lines if view.policy.serves(self._window, one.business)
            )
            self.heard.emit()

    def _untold(self, _: AppError) -> None:
        self._asking, self.waiting = False, None
        self.heard.emit()
