"""Follow one card reading: what the reader waits for, what went wrong, the card that was read."""

from __future__ import annotations

from dataclasses import dataclass, replace

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.domain.errors import AppError
from app.domain.person import CardRead, PhotoState
from app.ports import ReadDone, ReaderMessage, ReaderStep, ReadFailed, ReadProgress
from ui.kit.texts import say
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel, note_for


@dataclass(frozen=True, slots=True, kw_only=True)
class CardState:
    """``step`` is set while a reading runs; ``note`` tells the last failure. ``photo`` is of the
    applicant's card, as long as it is the last that was read, ``photo_words`` why there is none."""

    step: ReaderStep | None = None
    note: Note | None = None
    photo: bytes = b""
    photo_words: str = ""

    @property
    def reading(self) -> bool:
        return self.step is not None


def step_sentence(step: ReaderStep) -> str:
    return {
        ReaderStep.OPENING: say("正在打开读卡器…"),
        ReaderStep.WAITING_FOR_CARD: say("请把证件放在读卡器上"),
        ReaderStep.SELECTING: say("认到证件，请不要拿开"),
        ReaderStep.READING: say("正在读取，请不要拿开"),
    }[step]


class CardModel(ViewModel[CardState]):
    card_read = Signal(object)  # CardRead
    _arrived = Signal(object)  # ReaderMessage, from the reader's own thread

    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, CardState(), parent)
        self._request = 0
        self._arrived.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        if self.state.reading:
            return
        self._request += 1
        self._show(CardState(step=ReaderStep.OPENING))
        reader, request, timeout = self._services.reader, self._request, self._services.card_timeout
        # On the lane: to open the driver the first time may take longer than the screen can wait.
        self._services.lane.submit(
            lambda: reader.start(request, timeout, self._tell), lambda _: None, self._fail, self
        )

    def cancel(self) -> None:
        """Stop waiting. What the reader still says about this reading is not listened to."""
        if self.state.reading:
            reader, request = self._services.reader, self._request
            self._services.lane.submit(
                lambda: reader.cancel(request), lambda _: None, self._fail, self
            )
            self._request += 1
        self._show(CardState())

    def tell(self, note: Note) -> None:
        """Where the card's words stand."""
        if not self.state.reading:
            self._show(replace(self.state, note=note))

    def show_photo(self, card: CardRead) -> None:
        """Nothing keeps it but the screen, until the next card or person."""
        words = {
            PhotoState.NO_DECODER: say("照片：缺解码程序"),
            PhotoState.FAILED: say("照片：没有解出来"),
        }.get(card.photo_state, "")
        photo = card.photo if card.photo_state is PhotoState.SHOWN and card.photo else b""
        self._show(replace(self.state, photo=photo, photo_words=words))

    def clear(self) -> None:
        self.cancel()

    def _tell(self, message: ReaderMessage) -> None:
        if shiboken6.isValid(self):
            self._arrived.emit(message)

    def _fail(self, error: AppError) -> None:
        self._show(CardState(note=self._note(error)))

    @Slot(object)
    def _hear(self, message: ReaderMessage) -> None:
        if message.request != self._request or not self.state.reading:
            return
        match message:
            case ReadProgress():
                self._show(CardState(step=message.step))
            case ReadDone():
                self._show(CardState())
                self.card_read.emit(message.card)
            case ReadFailed(code="CARD-CANCELLED"):
                self._show(CardState())
            case ReadFailed():
                self._show(CardState(note=note_for(self._services, message.code, message.details)))
