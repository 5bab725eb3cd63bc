"""Show the line at this window; call, repeat, pass over, give out a number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.errors import AppError, NoOneWaiting
from app.domain.hall import Business
from app.domain.ticket import MAX_CALLS, Ticket, TicketState
from ui.kit.formats import minutes_text, stopwatch_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices, LineSnapshot
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.services.sign_in import Session


class LineStage(StrEnum):
    IDLE = "idle"
    CALLED = "called"
    SERVING = "serving"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    id: str
    number: str
    tag: str
    tone: Tone
    passed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """``times`` is the grey sentence under the ticket; ``businesses`` are (id, name)."""

    window: str = ""
    clerk: str = ""
    stage: LineStage = LineStage.IDLE
    ticket_id: str = ""
    ticket: str = ""
    business: str = ""
    times: str = ""
    may_recall: bool = False
    waiting: int = 0
    rows: tuple[LineRow, ...] = ()
    businesses: tuple[tuple[str, str], ...] = ()
    note: Note | None = None


class LineModel(ViewModel[LineState]):
    called = Signal()

    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, LineState(), parent)
        self._session: Session | None = None
        self._snapshot: LineSnapshot | None = None
        self._names: dict[str, str] = {}

    @property
    def session(self) -> Session:
        assert self._session is not None, "the line is worked by somebody signed in"  # noqa: S101  # a bug, not an input
        return self._session

    def open(self, session: Session) -> None:
        self._session = session
        window = say("{number} 号窗口", number=session.window.number)
        self._show(LineState(window=window, clerk=session.name))
        self._services.lane.submit(self._ask_businesses, self._named, self._fail, self)
        self.refresh()

    def close(self) -> None:
        self._session, self._snapshot = None, None
        self._show(LineState())

    def refresh(self) -> None:
        if self._session is not None:
            self._services.lane.submit(self._ask_line, self._see, self._fail, self)

    def _ask_businesses(self) -> tuple[Business, ...]:
        return self._services.queue.businesses()

    def _ask_line(self) -> LineSnapshot:
        return self._services.queue.snapshot()

    def tick(self) -> None:
        """A second went by: only the times move."""
        if self._session is not None:
            self._show(replace(self.state, times=self._times()))

    # -- what the clerk does --------------------------------------------------------------------

    def call_next(self) -> None:
        """The one before is finished; with nobody waiting the window is simply free."""
        session, queue = self.session, self._services.queue
        current = self.state.ticket_id if self.state.stage is not LineStage.IDLE else ""

        def work() -> tuple[LineSnapshot, bool]:
            try:
                queue.call_next(session)
            except NoOneWaiting:
                if current:
                    queue.finish(session, current)
                return queue.snapshot(), False
            return queue.snapshot(), True

        self._services.lane.submit(work, self._next, self._fail, self)

    def recall(self, ticket_id: str = "") -> None:
        """Repeat the call, or call somebody who was passed over."""
        wanted = ticket_id or self.state.ticket_id
        act = self._services.queue.call if ticket_id else self._services.queue.recall
        self._act(lambda: act(self.session, wanted))

    def pass_over(self) -> None:
        wanted = self.state.ticket_id
        self._act(lambda: self._services.queue.pass_over(self.session, wanted))

    def finish(self) -> None:
        if self.state.ticket_id:
            wanted = self.state.ticket_id
            self._act(lambda: self._services.queue.finish(self.session, wanted))

    def take(self, business_id: str, priority: str) -> None:
        queue, session = self._services.queue, self.session

        def work() -> tuple[Ticket, LineSnapshot]:
            return queue.take(session, business_id, priority), queue.snapshot()

        def done(answer: tuple[Ticket, LineSnapshot]) -> None:
            self._see(answer[1])
            text = say("已取号 {number}，号票正在打印。", number=answer[0].number)
            self._show(replace(self.state, note=Note(tone=Tone.GOOD, message=text)))

        self._services.lane.submit(work, done, self._fail, self)

    def hush(self) -> None:
        self._show(replace(self.state, note=None))

    # -- answers --------------------------------------------------------------------------------

    def _act(self, act: Callable[[], object]) -> None:
        def work() -> LineSnapshot:
            act()
            return self._services.queue.snapshot()

        def done(snapshot: LineSnapshot) -> None:
            self.hush()
            self._see(snapshot)

        self._services.lane.submit(work, done, self._fail, self)

    def _next(self, answer: tuple[LineSnapshot, bool]) -> None:
        snapshot, somebody = answer
        note = None if somebody else Note(tone=Tone.NEUTRAL, message=say("现在没有人等候。"))
        self._show(replace(self.state, note=note))
        self._see(snapshot)
        self.called.emit()

    def _named(self, businesses: tuple[Business, ...]) -> None:
        self._names = {b.id: b.name for b in businesses}
        pairs = tuple((b.id, b.name) for b in businesses)
        self._show(replace(self.state, businesses=pairs))
        if self._snapshot is not None:
            self._see(self._snapshot)

    def _see(self, snapshot: LineSnapshot) -> None:
        if self._session is None:
            return
        self._snapshot = snapshot
        current = snapshot.current
        stage = LineStage.IDLE
        if current is not None:
            serving = current.state is TicketState.SERVING
            stage = LineStage.SERVING if serving else LineStage.CALLED
        rows = [self._row(ticket) for ticket in snapshot.waiting]
        rows += [self._row(ticket) for ticket in snapshot.passed]
        self._show(
            replace(
                self.state, stage=stage,
                ticket_id=current.id if current else "",
                ticket=current.number if current else "",
                business=self._names.get(current.business, "") if current else "",
                may_recall=stage is LineStage.CALLED and current is not None
                and current.calls < MAX_CALLS,
                times=self._times(), waiting=len(snapshot.waiting), rows=tuple(rows),
            )
        )  # fmt: skip

    def _row(self, ticket: Ticket) -> LineRow:
        if ticket.state is TicketState.PASSED:
            tag, tone = say("过号"), Tone.NEUTRAL
        elif ticket.priority:
            tag, tone = say("优先"), Tone.WARN
        else:
            tag, tone = self._names.get(ticket.business, ticket.business), Tone.ACT
        passed = ticket.state is TicketState.PASSED
        return LineRow(id=ticket.id, number=ticket.number, tag=tag, tone=tone, passed=passed)

    def _times(self) -> str:
        ticket = self._snapshot.current if self._snapshot else None
        if ticket is None:
            return ""
        now = self._services.clock.now()
        called = ticket.called_at or now
        waited = say("等了 {span}", span=minutes_text(called - ticket.taken_at))
        if ticket.state is TicketState.SERVING and ticket.served_at:
            span = stopwatch_text(now - ticket.served_at)
            return say("{waited} · 已办 {span}", waited=waited, span=span)
        return say("{waited} · 已呼叫 {n} 次", waited=waited, n=ticket.calls)

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, note=self._note(error)))
