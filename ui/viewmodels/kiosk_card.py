"""Wait for a card at a kiosk, for as long as its page is open."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.domain.errors import AppError
from app.ports import (
    CardReader,
    ReadDone,
    ReaderMessage,
    ReaderStep,
    ReadFailed,
    ReadProgress,
)
from ui.kit.lane import Lane


class CardWait(QObject):
    """``stepped`` None: it waits no more."""

    stepped = Signal(object)  # ReaderStep | None
    read = Signal(object)  # CardRead
    failed = Signal(str, object)  # code, details
    _arrived = Signal(object)  # ReaderMessage, from the reader's own thread

    def __init__(
        self, reader: CardReader, lane: Lane, timeout: float, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._reader, self._lane, self._timeout = reader, lane, timeout
        self._request = 0
        self._waits = False
        self._arrived.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        self._request += 1
        self._waits = True
        self.stepped.emit(ReaderStep.OPENING)
        reader, request, timeout = self._reader, self._request, self._timeout
        self._do(lambda: reader.start(request, timeout, self._tell), self._fail)

    def end(self) -> None:
        """What the reader still says about this reading is not listened to."""
        if not self._waits:
            return
        reader, request = self._reader, self._request
        self._request += 1
        self._stop()
        self._do(lambda: reader.cancel(request), lambda _: None)

    def _do(self, work: Callable[[], None], failed: Callable[[AppError], None]) -> None:
        self._lane.submit(work, lambda _: None, failed, self)

    def _stop(self) -> None:
        self._waits = False
        self.stepped.emit(None)

    def _tell(self, message: ReaderMessage) -> None:
        if shiboken6.isValid(self):
            self._arrived.emit(message)

    def _fail(self, error: AppError) -> None:
        self._stop()
        self.failed.emit(error.code, error.details)

    @Slot(object)
    def _hear(self, message: ReaderMessage) -> None:
        if message.request != self._request or not self._waits:
            return
        match message:
            case ReadProgress():
                self.stepped.emit(message.step)
            case ReadDone():
                self._stop()
                self.read.emit(message.card)
            case ReadFailed():
                self._stop()
                self.failed.emit(message.code, message.details)
