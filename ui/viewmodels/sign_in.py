"""Let a clerk choose window and name, and sign in; remember both for the next morning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.domain.errors import AppError
    from app.domain.hall import StaffMember, Window
    from app.services.sign_in import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """``windows`` and ``staff`` are (id, shown) pairs."""

    windows: tuple[tuple[str, str], ...] = ()
    staff: tuple[tuple[str, str], ...] = ()
    window: str = ""
    clerk: str = ""
    busy: bool = False
    note: Note | None = None


class SignInModel(ViewModel[SignInState]):
    signed_in = Signal(object)  # Session
    cleared = Signal()  # the password must go
    loaded = Signal()  # windows and clerks are there, or it was said why not

    def __init__(
        self, services: CounterServices, window_id: str = "", parent: QObject | None = None
    ) -> None:
        """``window_id`` is the place of this device; the remembered choice goes before it."""
        super().__init__(services, SignInState(), parent)
        self._place = window_id

    def load(self) -> None:
        desk = self._services.sign_in
        self._services.lane.submit(
            lambda: (desk.windows(), desk.staff()), self._loaded, self._not_loaded, self
        )

    def choose_window(self, window_id: str) -> None:
        self._show(replace(self.state, window=window_id, note=None))

    def choose_clerk(self, staff_id: str) -> None:
        self._show(replace(self.state, clerk=staff_id, note=None))

    def sign_in(self, password: str) -> None:
        if self.state.busy:
            return
        if not password:
            note = Note(tone=Tone.WARN, message=say("先输入密码。"))
            self._show(replace(self.state, note=note))
            return
        self._show(replace(self.state, busy=True, note=None))
        clerk, window = self.state.clerk, self.state.window
        self._services.lane.submit(
            lambda: self._services.sign_in.sign_in(clerk, password, window),
            self._entered, self._failed, self,
        )  # fmt: skip

    def sign_out(self, session: Session) -> None:
        self._services.lane.submit(
            lambda: self._services.sign_in.sign_out(session), lambda _: None, self._failed, self
        )

    def _loaded(self, found: tuple[tuple[Window, ...], tuple[StaffMember, ...]]) -> None:
        windows = tuple((w.id, _window_text(w)) for w in found[0])
        staff = tuple((m.id, f"{m.name}  {m.id}") for m in found[1])
        kept = self._services.preferences
        self._show(
            replace(
                self.state, windows=windows, staff=staff,
                window=_one_of(windows, kept.get("window"), self._place),
                clerk=_one_of(staff, kept.get("clerk")),
            )
        )  # fmt: skip
        self.loaded.emit()

    def _not_loaded(self, error: AppError) -> None:
        self._failed(error)
        self.loaded.emit()

    def _entered(self, session: Session) -> None:
        self._services.preferences.set("window", session.window.id)
        self._services.preferences.set("clerk", session.staff_id)
        self._show(replace(self.state, busy=False, note=None))
        self.cleared.emit()
        self.signed_in.emit(session)

    def _failed(self, error: AppError) -> None:
        self._show(replace(self.state, busy=False, note=self._note(error)))
        self.cleared.emit()


def _window_text(window: Window) -> str:
    return window.name or say("{number} 号窗口", number=window.number)


def _one_of(pairs: tuple[tuple[str, str], ...], *wanted: str) -> str:
    known = [pair[0] for pair in pairs]
    return next((w for w in wanted if w in known), known[0] if known else "")
