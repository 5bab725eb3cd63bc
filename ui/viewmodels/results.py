"""Hand out results (出件): what waits, who takes it and how. The case's own facts decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices, WaitingResult
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.services.sign_in import Session


class Way(StrEnum):
    """How a result reaches its applicant; the value stands on the record."""

    HAND = "直接"
    POST = "邮寄"
    ELECTRONIC = "电子"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    id: str
    chip: str
    tone: Tone
    title: str
    under: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOut:
    """The open form. ``to`` is who takes it."""

    case_id: str
    about: str
    way: Way = Way.HAND
    note: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsState:
    text: str = ""
    lines: tuple[ResultLine, ...] = ()
    loaded: bool = False
    form: HandOut | None = None
    note: Note | None = None


class ResultsModel(ViewModel[ResultsState]):
    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, ResultsState(), parent)
        self._session: Session | None = None
        self._waiting: dict[str, WaitingResult] = {}

    def take_session(self, session: Session | None) -> None:
        self._session = session
        self._show(ResultsState())

    def find(self, text: str) -> None:
        """By a part of the number, the name or the item; a scanned receipt types its number."""
        self._show(replace(self.state, text=text))
        self.refresh()

    def refresh(self) -> None:
        desk, text = self._services.results, self.state.text
        if desk is None:
            return

        def done(found: Sequence[WaitingResult]) -> None:
            if self.state.text == text:
                self._waiting = {one.case_id: one for one in found}
                lines = tuple(map(_line, found))
                self._show(replace(self.state, lines=lines, loaded=True))

        self._services.lane.submit(lambda: desk.waiting(text.strip()), done, self._fail, self)

    def ask(self, case_id: str) -> None:
        one = self._waiting.get(case_id)
        if one is not None:
            way = Way.POST if one.delivery else Way.HAND
            about = f"{one.number} {one.result_name}".strip()
            form = HandOut(case_id=case_id, about=about, way=way)
            self._show(replace(self.state, form=form, note=None))

    def choose(self, way: str) -> None:
        if self.state.form is not None and way in set(Way):
            self._show(replace(self.state, form=replace(self.state.form, way=Way(way))))

    def close_form(self) -> None:
        self._show(replace(self.state, form=None))

    def submit(self, to: str) -> None:
        form, session, desk = self.state.form, self._session, self._services.results
        if form is None or session is None or desk is None:
            return
        if not to.strip():
            note = Note(tone=Tone.WARN, message=say("写明谁领走的，或者寄给谁。"))
            self._show(replace(self.state, form=replace(form, note=note)))
            return

        def done(_: object) -> None:
            text = say("{about} 已出件。", about=form.about)
            note = Note(tone=Tone.GOOD, message=text)
            self._show(replace(self.state, form=None, note=note))
            self.refresh()

        def failed(error: AppError) -> None:
            if self.state.form is not None:
                form_ = replace(self.state.form, note=self._note(error))
                self._show(replace(self.state, form=form_))

        signed = form.way is Way.HAND
        self._services.lane.submit(
            lambda: desk.hand_out(session, form.case_id, to.strip(), form.way.value, signed=signed),
            done, failed, self,
        )  # fmt: skip

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, note=self._note(error), loaded=True))


def _line(one: WaitingResult) -> ResultLine:
    under = f"{one.number} · {one.item_name} · {one.applicant}"
    if one.delivery:
        under = say("{under} · 邮寄 {address}", under=under, address=one.delivery)
    return ResultLine(
        id=one.case_id, chip=say("准予") if one.granted else say("不予"),
        tone=Tone.GOOD if one.granted else Tone.WARN,
        title=f"{one.result_name} {one.result_number}".strip(), under=under,
        day=f"{one.finished_at.astimezone(HALL_ZONE):%m-%d}",
    )  # fmt: skip
