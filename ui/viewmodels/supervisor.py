"""Show the whole hall to its supervisor as it changes, and carry out what she orders.

What she does is a fact of this device, kept even while the back office cannot be reached; the
picture of the hall is the back office's, and says from when it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE
from app.domain.queue_policy import QueuePolicy, Skill
from app.domain.queue_view import HallView, TicketView
from app.domain.ticket import TicketState
from ui.kit.clock import clock_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.supervisor_form import (
    MOVABLE,
    ORDERS,
    ActForm,
    Ask,
    Filled,
    assign_form,
    halt_form,
    missing,
    order_form,
    replace_form,
    skills_form,
    undo_form,
)
from ui.viewmodels.supervisor_pending import Pending, pending_of
from ui.viewmodels.supervisor_words import HallRows, TicketRow, rows_of
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.ports import QueueOffice
    from app.services.sign_in import Session
    from app.services.supervision import Supervision

WAIT = 20.0  # s that the back office may put an answer off while nothing changes
AGAIN = 1000  # ms between two questions, so that a busy hall does not keep the line busy
AFTER_FAILURE = 3000  # ms
MINUTES_GO_ON = 10_000  # ms


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """Empty shows everything."""

    text: str = ""
    states: frozenset[TicketState] = frozenset()

    def fits(self, row: TicketRow) -> bool:
        if self.states and row.state not in self.states:
            return False
        return all(
            any(word in cell.casefold() for cell in row.cells)
            for word in self.text.casefold().split()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorState:
    """``rows`` is None until the back office answered. ``told``: from when the picture is."""

    rows: HallRows | None = None
    shown: tuple[TicketRow, ...] = ()
    filter: TicketFilter = TicketFilter()
    pending: Pending = field(default_factory=Pending)
    told: str = ""
    stale: Note | None = None
    form: ActForm | None = None
    note: Note | None = None


class SupervisorModel(ViewModel[SupervisorState]):
    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, SupervisorState(), parent)
        self._session: Session | None = None
        self._heard = 0.0
        self._view: HallView | None = None
        self._asking = False
        self._drawing = False
        self._again = False
        self._ask_timer = QTimer(self, singleShot=True, interval=AGAIN)
        self._ask_timer.timeout.connect(self._ask_office)
        self._minutes = QTimer(self, interval=MINUTES_GO_ON)
        self._minutes.timeout.connect(self.redraw)

    @property
    def session(self) -> Session | None:
        return self._session

    def take_session(self, session: Session | None) -> None:
        """Looks at the hall only while a supervisor is signed in."""
        self._session = session if session and session.supervises else None
        self._show(replace(self.state, form=None, note=None))
        if self._session is not None:
            self._minutes.start()
            self._ask_office()
        else:
            self.stop()

    def stop(self) -> None:
        self._ask_timer.stop()
        self._minutes.stop()

    # -- looking --------------------------------------------------------------------------------

    def _ask_office(self) -> None:
        office, lane = self._services.queue_office, self._services.queue_lane
        if self._asking or self._session is None or office is None or lane is None:
            return
        self._asking = True
        after = self._view.version if self._view else -1
        fresh = self.state.stale is None

        def ask(office: QueueOffice = office) -> HallView:
            return office.view(after, WAIT if fresh and after >= 0 else 0.0, tickets=True)

        lane.submit(ask, self._see, self._cannot_see, self)

    def _see(self, view: HallView) -> None:
        self._asking, self._heard, self._view = False, time.monotonic(), view
        if self.state.stale is not None:
            self._show(replace(self.state, stale=None))
        self.redraw()
        if self._session is not None:
            self._ask_timer.start(AGAIN)

    def _cannot_see(self, error: AppError) -> None:
        self._asking = False
        note = self._note(error, Tone.WARN)
        if self._view is not None:
            old = say("这是 {time} 的情况。", time=clock_text(self._view.at))
            note = replace(note, message=f"{old}{note.message}")
        self._show(replace(self.state, stale=note))
        if self._session is not None:
            self._ask_timer.start(AFTER_FAILURE)

    def redraw(self) -> None:
        """The minutes and what came of the acts; away from the screen."""
        view, desk = self._view, self._services.supervision
        if view is None or desk is None:
            return
        if self._drawing:
            self._again = True
            return
        self._drawing = True
        now, former = self.now(), self.state.rows
        explain = self._services.explain

        def draw(view: HallView = view, desk: Supervision = desk) -> tuple[HallRows, Pending]:
            def why(code: str, what: str) -> str:
                return explain(code, {"ticket": what}).message

            pending = pending_of(desk.acts(), view, desk.hall(), why)
            return rows_of(view, desk.hall(), pending, now, former), pending

        self._services.lane.submit(draw, self._drawn, self._not_drawn, self)

    def now(self) -> datetime:
        """By the back office's clock."""
        if self._view is None:
            return self._services.clock.now()
        return self._view.at + timedelta(seconds=time.monotonic() - self._heard)

    def _drawn(self, drawn: tuple[HallRows, Pending]) -> None:
        self._drawing = False
        rows, pending = drawn
        self._show(
            replace(
                self.state, rows=rows, pending=pending, told=clock_text(rows.view.at),
                shown=self._filtered(rows, self.state.filter),
            )
        )  # fmt: skip
        if self._again:
            self._again = False
            self.redraw()

    def _not_drawn(self, error: AppError) -> None:
        self._drawing = False
        self._show(replace(self.state, note=self._note(error)))

    def filter(self, text: str, states: frozenset[TicketState]) -> None:
        wanted = TicketFilter(text=text, states=states)
        rows = self.state.rows
        shown = self._filtered(rows, wanted) if rows else ()
        self._show(replace(self.state, filter=wanted, shown=shown))

    @staticmethod
    def _filtered(rows: HallRows, wanted: TicketFilter) -> tuple[TicketRow, ...]:
        if wanted == TicketFilter():
            return rows.tickets
        return tuple(row for row in rows.tickets if wanted.fits(row))

    # -- asking ---------------------------------------------------------------------------------

    def ask(self, ask: Ask, targets: Sequence[str] = ()) -> None:
        """Open the form of this act, or say why there is none."""
        view, desk = self._view, self._services.supervision
        if view is None or desk is None or self._session is None:
            self._tell(say("还没有连上后台：看不到大厅。"))
            return
        hall = desk.hall()
        form: ActForm | None = None
        match ask:
            case Ask.ASSIGN | Ask.REPLACE:
                tickets = self._tickets(view, targets)
                if not tickets:
                    self._tell(say("选中的号没有在等的：呼叫、办理和办完的号不能动。"))
                    return
                assigns = ask is Ask.ASSIGN
                form = assign_form(view, hall, tickets) if assigns else replace_form(view, tickets)
            case Ask.HALT | Ask.RESUME:
                form = halt_form(view)
            case Ask.UNDO:
                line = next((one for one in self.state.pending.acts if one.id in targets), None)
                if line is None or not line.undoable:
                    self._tell(say("这一条不能撤销。"))
                    return
                form = undo_form(line.id, line.title)
            case Ask.SKILLS if targets:
                form = skills_form(view, hall, targets)
            case _ if targets:
                form = order_form(ask, view, hall, targets)
        if form is not None:
            self._show(replace(self.state, form=form, note=None))

    def ask_line(self, business: str) -> None:
        """Move a whole line: everybody who waits in it."""
        if self._view is not None:
            waiting = [
                one.id for one in self._view.tickets
                if one.business == business and one.state is TicketState.WAITING
            ]  # fmt: skip
            self.ask(Ask.ASSIGN, waiting)

    def close_form(self) -> None:
        self._show(replace(self.state, form=None))

    def tell(self, note: Note | None) -> None:
        self._show(replace(self.state, note=note))

    # -- doing ----------------------------------------------------------------------------------

    def submit(self, filled: Filled) -> None:
        form, session, desk = self.state.form, self._session, self._services.supervision
        if form is None or session is None or desk is None or self._view is None:
            return
        if why := missing(form, filled):
            self._tell_form(Note(tone=Tone.WARN, message=why))
            return
        if form.twice and not form.armed:
            again = say("再按一次 Ctrl+↵ 就{act}；按 Esc 不做。", act=form.button)
            note = Note(tone=Tone.BAD, message=again)
            self._show(replace(self.state, form=replace(form, armed=True, note=note)))
            return
        act = self._act(desk, session, form, filled, self._view)
        done = say("{act}：已记下，正送后台。进展看“我的指令”。", act=form.button)

        def after(_: object) -> None:
            self._show(
                replace(self.state, form=None, note=Note(tone=Tone.GOOD, message=done))
            )  # fmt: skip
            self._services.back_office.wake()
            self.redraw()

        self._services.lane.submit(
            act, after, lambda error: self._tell_form(self._note(error)), self
        )

    def _act(
        self, desk: Supervision, session: Session, form: ActForm, filled: Filled, view: HallView
    ) -> Callable[[], object]:
        reason = filled.reason
        match form.ask:
            case Ask.ASSIGN:
                tickets = self._tickets(view, form.targets)
                return lambda: desk.assign(
                    session, tickets, reason, business=filled.business, window=filled.window,
                    priority=filled.priority,
                )  # fmt: skip
            case Ask.REPLACE:
                tickets = self._tickets(view, form.targets)
                return lambda: [desk.replace(session, one, reason) for one in tickets]
            case Ask.SKILLS:
                policy = with_skills(view.policy, form, filled.serves)
                until = self.now().astimezone(HALL_ZONE).date() if filled.today else None
                return lambda: desk.lay(session, policy, view.policy, reason, until=until)
            case Ask.HALT:
                return lambda: desk.halt(session, reason)
            case Ask.RESUME:
                return lambda: desk.resume(session, reason)
            case Ask.UNDO:
                return lambda: desk.undo(session, form.targets[0], reason)
            case _:
                return lambda: desk.order(session, form.targets, ORDERS[form.ask], reason)

    def mark_read(self, act_id: str) -> None:
        """She knows why it was refused."""
        session, desk = self._session, self._services.supervision
        if session is not None and desk is not None:
            self._services.lane.submit(
                lambda: desk.read(session, act_id), lambda _: self.redraw(),
                lambda error: self.tell(self._note(error)), self,
            )  # fmt: skip

    @staticmethod
    def _tickets(view: HallView, targets: Sequence[str]) -> list[TicketView]:
        """Those that may be moved now; an act already under way does not stop another."""
        wanted = set(targets)
        return [one for one in view.tickets if one.id in wanted and one.state in MOVABLE]

    def _tell(self, message: str) -> None:
        self._show(replace(self.state, form=None, note=Note(tone=Tone.WARN, message=message)))

    def _tell_form(self, note: Note) -> None:
        if self.state.form is not None:
            self._show(replace(self.state, form=replace(self.state.form, note=note)))


def with_skills(policy: QueuePolicy, form: ActForm, serves: frozenset[str]) -> QueuePolicy:
    """The policy with these windows serving just that; all businesses are no limit."""
    others = tuple(one for one in policy.skills if one.window not in form.targets)
    order = [key for key, _ in form.skills if key in serves]
    if len(order) == len(form.skills):
        return replace(policy, skills=others)
    limited = tuple(Skill(window=one, businesses=tuple(order)) for one in form.targets)
    return replace(policy, skills=others + limited)
