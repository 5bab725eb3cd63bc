"""What every viewmodel is: one frozen state, one signal when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from app.domain.errors import AppError
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One inline message: what happened, and what to do next."""

    tone: Tone
    message: str
    next_step: str = ""


class ViewModel(QObject, Generic[S]):
    """Subclasses change their state only through ``_show``; equal states make no noise."""

    state_changed = Signal(object)

    def __init__(self, services: CounterServices, first: S, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._state = first

    @property
    def state(self) -> S:
        return self._state

    def _show(self, state: S) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)

    def _note(self, error: AppError, tone: Tone = Tone.BAD) -> Note:
        return note_for(self._services, error.code, error.details, tone)


def note_for(
    services: CounterServices,
    code: str,
    details: dict[str, str | int] | None = None,
    tone: Tone = Tone.BAD,
) -> Note:
    sentence = services.explain(code, details or {})
    return Note(tone=tone, message=sentence.message, next_step=sentence.next_step)
