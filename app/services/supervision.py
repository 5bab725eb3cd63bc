"""What a supervisor does to the hall's line, as facts of her own device's chain.

Nothing here reaches into a window: the back office applies each act, at once where nobody holds the
ticket, and as soon as its holder gave it back where somebody does. So every act can be made while
the back office cannot be reached, and waits like any other fact. What one act moved shares its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.errors import ReasonNeeded
from app.domain.event import Event
from app.domain.events import PaperKind, SetAsideAnswered
from app.domain.hall import Hall
from app.domain.queue_errors import BadPolicy, NothingToUndo, SupervisorNeeded
from app.domain.queue_policy import QueuePolicy, faults
from app.domain.queue_view import TicketView
from app.domain.ticket_events import (
    NO_PRIORITY,
    HallHalted,
    HallResumed,
    QueuePolicyChanged,
    TicketAssigned,
    TicketReplaced,
    WindowOrder,
    WindowOrdered,
)
from app.services.print_setup import PrintRoutes
from app.services.sign_in import Session
from app.services.supervision_acts import ActKind, SupervisorAct, read_acts
from app.storage.store import Store
from app.storage.ticket_table import hall_day, next_number

LONGEST_REASON = 200
_BACK = {WindowOrder.PAUSE: WindowOrder.OPEN, WindowOrder.CLOSE: WindowOrder.OPEN}


class Supervision:
    """Every act returns its id. All raise SupervisorNeeded, ReasonNeeded and StoreError."""

    def __init__(self, store: Store, hall: Hall, routes: PrintRoutes) -> None:
        self._store = store
        self._hall = hall
        self._routes = routes

    def hall(self) -> Hall:
        return self._hall

    def acts(self, limit: int = 200) -> tuple[SupervisorAct, ...]:
        """Of this device, the newest first."""
        _, install = self._store.identity()
        with self._store.read() as connection:
            return read_acts(connection, install, limit)

    # -- tickets --------------------------------------------------------------------------------

    def assign(
        self, session: Session, tickets: Sequence[TicketView], reason: str, *,
        business: str = "", window: str = "", priority: str = "",
    ) -> str:  # fmt: skip
        """``priority``: id of the reason, "" leaves it, NO_PRIORITY takes it away."""
        act = self._begin(session, reason)
        return self._record(session, act, [
            (
                f"ticket:{one.id}",
                TicketAssigned(
                    act=act, reason=reason.strip(), business=business, window=window,
                    priority=priority, was_business=one.business, was_window=one.window,
                    was_priority=one.priority,
                ),
            )
            for one in tickets
        ])  # fmt: skip

    def replace(self, session: Session, ticket: TicketView, reason: str) -> str:
        """换号: a new number under this window's letter; the back office puts it into the hall's
        line at the old place. Its slip is printed here."""
        act, new_id = self._begin(session, reason), self._store.new_id()
        with self._store.begin() as unit:
            today = hall_day(self._store.clock.now())
            number = next_number(unit.connection, session.window.ticket_prefix, today)
            replaced = TicketReplaced(
                act=act, reason=reason.strip(), by=new_id, number=number,
                business=ticket.business, priority=ticket.priority, taken_at=ticket.taken_at,
            )  # fmt: skip
            slip = self._routes.queued(PaperKind.TICKET_SLIP, f"ticket:{new_id}")
            facts: tuple[tuple[str, Event], ...] = (
                (f"ticket:{ticket.id}", replaced), (f"job:{self._store.new_id()}", slip)
            )  # fmt: skip
            for subject, event in facts:
                unit.append(event, subject=subject, actor=session.actor)
        return act

    # -- windows --------------------------------------------------------------------------------

    def order(
        self, session: Session, windows: Sequence[str], order: WindowOrder, text: str
    ) -> str:  # fmt: skip
        """``text`` is the reason, or the message."""
        act = self._begin(session, text)
        return self._record(session, act, [
            (f"window:{one}", WindowOrdered(act=act, order=order, text=text.strip()))
            for one in windows
        ])  # fmt: skip

    # -- the hall -------------------------------------------------------------------------------

    def check(self, policy: QueuePolicy) -> list[str]:
        """Places of what is wrong with it, none where it may be laid."""
        businesses = frozenset(one.id for one in self._hall.businesses)
        return faults(policy, businesses, frozenset(one.id for one in self._hall.windows))

    def lay(
        self, session: Session, policy: QueuePolicy, former: QueuePolicy, reason: str, *,
        until: date | None = None, undoes: str = "",
    ) -> str:  # fmt: skip
        """``former`` is what it replaces. Raises BadPolicy with the first place."""
        if found := self.check(policy):
            raise BadPolicy(place=found[0])
        act = self._begin(session, reason)
        event = QueuePolicyChanged(
            act=act, reason=reason.strip(), policy=policy, until=until, former=former,
            undoes=undoes,
        )  # fmt: skip
        return self._record(session, act, [("hall", event)])

    def halt(self, session: Session, reason: str) -> str:
        """Emergency: all keep their place."""
        act = self._begin(session, reason)
        return self._record(session, act, [("hall", HallHalted(act=act, reason=reason.strip()))])

    def resume(self, session: Session, reason: str) -> str:
        act = self._begin(session, reason)
        return self._record(session, act, [("hall", HallResumed(act=act, reason=reason.strip()))])

    # -- back -----------------------------------------------------------------------------------

    def undo(self, session: Session, act_id: str, reason: str) -> str:
        """A new act that puts things back as they were and names what it takes back. Raises
        NothingToUndo for what cannot be, or was already."""
        former = next((one for one in self.acts() if one.id == act_id), None)
        if former is None or not former.undoable:
            raise NothingToUndo
        if former.kind is ActKind.HALT:
            return self.resume(session, reason)
        facts: list[tuple[str, Event]] = []
        act = self._begin(session, reason)
        reason = reason.strip()
        for part in former.parts:
            match part.event:
                case TicketAssigned() as event if not part.refused:
                    back = TicketAssigned(
                        act=act, reason=reason, undoes=act_id, business=event.was_business,
                        window=event.was_window, priority=event.was_priority or NO_PRIORITY,
                        was_business=event.business or event.was_business,
                        was_window=event.window,
                        was_priority=event.priority.replace(NO_PRIORITY, ""),
                    )  # fmt: skip
                    facts.append((part.subject, back))
                case WindowOrdered() as event if not part.refused:
                    order = WindowOrdered(
                        act=act, order=_BACK[event.order], text=reason, undoes=act_id
                    )
                    facts.append((part.subject, order))
                case QueuePolicyChanged(former=QueuePolicy() as laid) as event:
                    return self.lay(
                        session, laid, event.policy, reason, until=event.until, undoes=act_id
                    )
        return self._record(session, act, facts)

    def read(self, session: Session, act_id: str) -> int:
        """She knows what of this act was refused: it waits for no answer any more. How many."""
        act = next((one for one in self.acts() if one.id == act_id), None)
        parts = act.unread if act is not None else ()
        _, install = self._store.identity()
        with self._store.begin() as unit:
            for part in parts:
                answer = SetAsideAnswered(install=install, seq=part.seq, answer="dropped")
                unit.append(answer, subject="device", actor=session.actor)
        return len(parts)

    # -- the rest -------------------------------------------------------------------------------

    def _begin(self, session: Session, reason: str) -> str:
        if not session.supervises:
            raise SupervisorNeeded
        if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
            raise ReasonNeeded
        return self._store.new_id()

    def _record(self, session: Session, act: str, facts: Sequence[tuple[str, Event]]) -> str:
        with self._store.begin() as unit:
            for subject, event in facts:
                unit.append(event, subject=subject, actor=session.actor)
        return act
