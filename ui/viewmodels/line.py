"""Show the line at this window; call, hold, hand over, drop, pause, give out a number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.errors import AppError, NoOneWaiting
from app.domain.hall import Business, Window
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import Hold
from app.ports import LinkState
from ui.kit.texts import in_english, say
from ui.kit.theme import Tone
from ui.viewmodels.hall_watch import HallWatch
from ui.viewmodels.line_state import (
    LineRow,
    LineStage,
    LineState,
    RowKind,
    lease_words,
    row_of,
    state_name,
    times_of,
)
from ui.viewmodels.services import CounterServices, LineSnapshot
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.services.sign_in import Session


class LineModel(ViewModel[LineState]):
    called = Signal()
    ended = Signal(str)  # a service ended: the ticket's id

    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, LineState(), parent)
        self._session: Session | None = None
        self._snapshot: LineSnapshot | None = None
        self._names: dict[str, str] = {}
        self.hall = HallWatch(services, self)
        self.hall.heard.connect(self._say_lease)
        self._read_word = ""  # id of the supervisor's message that was read

    @property
    def session(self) -> Session:
        assert self._session is not None, "the line is worked by somebody signed in"  # noqa: S101  # a bug, not an input
        return self._session

    def open(self, session: Session) -> None:
        self._session = session
        window = say("{number} 号窗口", number=session.window.number)
        self._show(LineState(window=window, clerk=session.name))
        self._services.lane.submit(self._ask_names, self._named, self._fail, self)
        queue = self._services.queue
        # Who supervises does not serve, unless she calls somebody: nobody should wait for her.
        self._act(lambda: (queue.close if session.supervises else queue.open)(session))
        self.hall.follow(session.window.id)

    def close(self) -> None:
        """Signing out: who waits here goes back to the hall."""
        session, queue = self._session, self._services.queue
        if session is not None:
            self._services.lane.submit(lambda: queue.close(session), lambda _: None, self._fail)
        self._session, self._snapshot = None, None
        self.hall.follow("")
        self._show(LineState())

    def leave(self) -> None:
        """The program ends. Out of reach of the back office, who waits here is called here after
        the next start; else the hall has them back."""
        if self._services.back_office.status().link is LinkState.CONNECTED:
            self.close()

    def refresh(self) -> None:
        if self._session is not None:
            self._services.lane.submit(self._ask_line, self._see, self._fail, self)

    def _ask_names(self) -> tuple[tuple[Business, ...], tuple[Window, ...]]:
        return self._services.queue.businesses(), self._services.queue.windows()

    def _ask_line(self) -> LineSnapshot:
        """As it stands, with what a supervisor ordered carried out."""
        queue, session = self._services.queue, self._session
        snapshot = queue.snapshot(session)
        if session is not None and snapshot.standing.order is not None:
            queue.follow(session)
            snapshot = queue.snapshot(session)
        return snapshot

    def tick(self) -> None:
        """A second went by: only the times move."""
        if self._session is None:
            return
        self.hall.tick()
        current = self._snapshot.current if self._snapshot else None
        times = times_of(current, self._services.clock.now())
        self._show(replace(self.state, times=times, lease=self._lease()))

    # -- what the clerk does --------------------------------------------------------------------

    def call_next(self) -> None:
        """The one before is finished; with nobody waiting the window is simply free."""
        session, queue = self.session, self._services.queue
        current = self._serving()

        def work() -> tuple[LineSnapshot, bool]:
            try:
                queue.call_next(session)
            except NoOneWaiting:
                queue.open(session)  # after a pause: the hall may give somebody now
                if self.state.ticket_id and self.state.stage is not LineStage.IDLE:
                    queue.finish(session, self.state.ticket_id)
                return queue.snapshot(session), False
            return queue.snapshot(session), True

        def done(answer: tuple[LineSnapshot, bool]) -> None:
            self._next(answer)
            if current:
                self.ended.emit(current)

        self._read()
        self._services.lane.submit(work, done, self._fail, self)

    def choose(self, row_id: str) -> None:
        """Enter on a row: this one is called, or comes back."""
        row = next((one for one in self.state.rows if one.id == row_id), None)
        queue, session = self._services.queue, self.session
        match row.kind if row else None:
            case RowKind.WAITING:
                self._act(lambda: queue.call(session, row_id), then=self.called.emit)
            case RowKind.HELD | RowKind.PASSED:
                self._act(lambda: queue.back(session, row_id), then=lambda: self._came_back(row_id))
            case RowKind.AWAY if row:
                self._bring_back(row)

    def recall(self) -> None:
        self._act(lambda: self._services.queue.recall(self.session, self.state.ticket_id))

    def pass_over(self) -> None:
        wanted = self.state.ticket_id
        self._act(lambda: self._services.queue.pass_over(self.session, wanted))

    def finish(self) -> None:
        if self.state.ticket_id:
            wanted, served = self.state.ticket_id, self._serving()
            self._act(
                lambda: self._services.queue.finish(self.session, wanted),
                then=(lambda: self.ended.emit(served)) if served else None,
            )

    def hold(self, kind: Hold, reason: str, then: Callable[[], None] | None = None) -> None:
        wanted = self.state.ticket_id
        self._act(lambda: self._services.queue.hold(self.session, wanted, kind, reason), then=then)

    def hand_over(self, reason: str, *, business: str = "", window: str = "") -> None:
        queue, session, wanted = self._services.queue, self.session, self.state.ticket_id
        self._act(
            lambda: queue.hand_over(session, wanted, reason, business=business, window=window)
        )

    def drop(self, ticket_id: str, reason: str) -> None:
        self._act(lambda: self._services.queue.drop(self.session, ticket_id, reason))

    def pause(self, reason: str) -> None:
        self._act(lambda: self._services.queue.pause(self.session, reason))

    def resume(self) -> None:
        self._act(lambda: self._services.queue.open(self.session))

    def undo(self) -> None:
        queue, session = self._services.queue, self.session

        def done(answer: tuple[Ticket, LineSnapshot]) -> None:
            ticket, snapshot = answer
            self._see(snapshot)
            state = state_name(ticket.state)
            self._tell(say("已撤销：{number} 恢复为{state}。", number=ticket.number, state=state))

        self._services.lane.submit(
            lambda: (queue.undo(session), queue.snapshot(session)), done, self._fail, self
        )

    def take(self, business_id: str, priority: str) -> None:
        queue, session = self._services.queue, self.session

        def done(answer: tuple[Ticket, LineSnapshot]) -> None:
            self._see(answer[1])
            self._tell(say("已取号 {number}，号票正在打印。", number=answer[0].number))

        self._services.lane.submit(
            lambda: (queue.take(session, business_id, priority), queue.snapshot(session)),
            done, self._fail, self,
        )  # fmt: skip

    def refuse(self, reason: str) -> None:
        """A key of an act that is impossible now: say why."""
        self._show(replace(self.state, note=Note(tone=Tone.NEUTRAL, message=reason)))

    def hush(self) -> None:
        self._show(replace(self.state, note=None))

    # -- answers --------------------------------------------------------------------------------

    def _serving(self) -> str:
        return self.state.ticket_id if self.state.stage is LineStage.SERVING else ""

    def _tell(self, text: str) -> None:
        self._show(replace(self.state, note=Note(tone=Tone.GOOD, message=text)))

    def _act(self, act: Callable[[], object], then: Callable[[], None] | None = None) -> None:
        session = self._session

        def work() -> LineSnapshot:
            act()
            return self._services.queue.snapshot(session)

        def done(snapshot: LineSnapshot) -> None:
            self.hush()
            self._see(snapshot)
            if then is not None:
                then()

        self._services.lane.submit(work, done, self._fail, self)

    def _came_back(self, ticket_id: str) -> None:
        """Called at once, or waiting again behind others."""
        places = [row.id for row in self.state.rows if row.kind is RowKind.WAITING]
        if ticket_id in places:
            n = places.index(ticket_id)
            self._tell(say("已回到队列，前面还有 {n} 人。", n=n))
        else:
            self.called.emit()

    def _bring_back(self, row: LineRow) -> None:
        """Without papers it waits in the hall, and only the hall can give it back."""
        office, lane = self._services.queue_office, self._services.queue_lane
        if office is None or lane is None:
            self.refuse(say("不持件的号由大厅放回：请到取号机或导办台。"))
            return

        def done(_: object) -> None:
            self._tell(say("{number} 已回到大厅的队列。", number=row.number))
            self.refresh()

        lane.submit(lambda: office.bring_back(row.number), done, self._fail, self)

    def _next(self, answer: tuple[LineSnapshot, bool]) -> None:
        snapshot, somebody = answer
        note = None if somebody else Note(tone=Tone.NEUTRAL, message=say("现在没有人等候。"))
        self._show(replace(self.state, note=note))
        self._see(snapshot)
        self.called.emit()

    def _named(self, names: tuple[tuple[Business, ...], tuple[Window, ...]]) -> None:
        if self._session is None:
            return
        businesses, windows = names
        self._names = {b.id: b.name for b in businesses}
        self._show(
            replace(
                self.state,
                businesses=tuple((b.id, b.name) for b in businesses),
                windows=tuple(
                    (w.id, say("{number} 号窗口", number=w.number))
                    for w in windows
                    if w.id != self._session.window.id
                ),
            )
        )
        if self._snapshot is not None:
            self._see(self._snapshot)

    def _see(self, snapshot: LineSnapshot) -> None:
        if self._session is None:
            return
        self._snapshot = snapshot
        current, standing = snapshot.current, snapshot.standing
        policy, now = standing.policy, self._services.clock.now()
        english = in_english()
        stage = LineStage.IDLE
        if current is not None:
            serving = current.state is TicketState.SERVING
            stage = LineStage.SERVING if serving else LineStage.CALLED
        listed = (*snapshot.held, *snapshot.waiting, *snapshot.passed, *snapshot.away)
        rows = tuple(row_of(one, policy, self._names, now, english=english) for one in listed)
        message = standing.message
        word = None
        if message is not None and message.id != self._read_word:
            text = say("督导：{text}", text=message.text)
            word = Note(tone=Tone.WARN, message=text)
        self._show(
            replace(
                self.state, stage=stage, word=word,
                ticket_id=current.id if current else "",
                ticket=current.number if current else "",
                business=self._names.get(current.business, "") if current else "",
                calls=current.calls if current else 0, repeats=policy.repeats,
                times=times_of(current, now), waiting=len(snapshot.waiting), rows=rows,
                priorities=tuple(
                    (one.id, one.name_en if english else one.name) for one in policy.priorities
                ),
                pause_reasons=policy.pause_reasons,
                paused=standing.service != "open", closed=standing.service == "closed",
                pause=standing.reason,
                halted=standing.halted, lease=self._lease(),
                undo=snapshot.undo.number if snapshot.undo else "",
            )
        )  # fmt: skip

    def _read(self) -> None:
        """Going on says that the supervisor's word was read."""
        message = self._snapshot.standing.message if self._snapshot else None
        self._read_word = message.id if message else ""

    def _lease(self) -> str:
        here = len(self._snapshot.waiting) if self._snapshot else 0
        connected = self._services.back_office.status().link is LinkState.CONNECTED
        hall = self.hall.waiting if connected else None
        return lease_words(connected=connected, here=here, hall=hall)

    def _say_lease(self) -> None:
        if self._session is not None:
            self._show(replace(self.state, lease=self._lease()))

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, note=self._note(error)))
