"""Do to the line what the clerk asked, where it is possible; say why where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.ticket_events import Hold
from ui.viewmodels.counter_state import Form
from ui.viewmodels.line_state import LineAct, LineStage, RowKind
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import note_for

if TYPE_CHECKING:
    from ui.viewmodels.counter import CounterModel

_REASON_NEEDED = "DOM-09"


class LineActs(QObject):
    """The acts beside calling the next. Each is one key; those with a choice open a form."""

    def __init__(self, services: CounterServices, counter: CounterModel) -> None:
        super().__init__(counter)
        self._services = services
        self._counter = counter

    def may(self, act: LineAct) -> bool:
        """Otherwise the reason is said."""
        reason = self._counter.state.refused.get(act, "")
        if reason:
            self._counter.line.refuse(reason)
        return not reason

    def recall(self) -> None:
        if self.may(LineAct.RECALL):
            self._counter.line.recall()

    def choose(self, ticket_id: str) -> None:
        """Enter on a row of the list; not while anybody else is at the window."""
        rows = self._counter.line.state.rows
        row = next((one for one in rows if one.id == ticket_id), None)
        away = row is not None and row.kind is RowKind.AWAY
        if away or self.may(LineAct.NEXT):
            if not away and self._counter.line.state.stage is LineStage.IDLE:
                self._counter.clear()
            self._counter.line.choose(ticket_id)

    def undo(self) -> None:
        if self.may(LineAct.UNDO):
            self._counter.line.undo()

    # -- forms ----------------------------------------------------------------------------------

    def open_hold(self) -> None:
        if self.may(LineAct.HOLD):
            self._counter.open_form(Form.HOLD)

    def open_move(self) -> None:
        if self.may(LineAct.MOVE):
            self._counter.open_form(Form.MOVE)

    def open_drop(self) -> None:
        if self.may(LineAct.DROP):
            self._counter.about_ticket(self._counter.line.state.ticket_id)

    def pause_or_resume(self) -> None:
        if self._counter.line.state.paused:
            self._counter.line.resume()
        else:
            self._counter.open_form(Form.PAUSE)

    # -- what the forms say ---------------------------------------------------------------------

    def hold(self, kind: str, reason: str) -> None:
        """挂起: an open case is left for later first of all, so that it is found again."""
        counter = self._counter
        counter.close_form()
        case = counter.case.state
        leave = None
        if case.open:
            leave = counter.case.put_back if case.numbered else self._leave_case
        elif case.decided is not None:
            leave = counter.clear
        counter.line.hold(Hold(kind), reason, then=leave)

    def _leave_case(self) -> None:
        self._counter.case.leave_for_later("")

    def hand_over(self, target: str, reason: str) -> None:
        """``target``: ``window:<id>`` or ``line:<id>``."""
        if self._said(reason):
            about, _, key = target.partition(":")
            self._counter.close_form()
            self._counter.clear()
            if about == "window":
                self._counter.line.hand_over(reason, window=key)
            else:
                self._counter.line.hand_over(reason, business=key)

    def drop(self, reason: str) -> None:
        if self._said(reason):
            ticket = self._counter.state.ticket
            self._counter.close_form()
            self._counter.line.drop(ticket, reason)

    def pause(self, reason: str) -> None:
        if self._said(reason):
            self._counter.close_form()
            self._counter.line.pause(reason)

    def take(self, business_id: str, priority: str) -> None:
        self._counter.line.take(business_id, priority)
        self._counter.close_form()

    def _said(self, reason: str) -> bool:
        if not reason.strip():
            self._counter.tell(note_for(self._services, _REASON_NEEDED))
        return bool(reason.strip())
