"""One window's line: every act is one transaction, can be folded again, and calls nobody twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.config import Settings
from app.domain.errors import NoOneWaiting, ReasonNeeded, TicketNotOpen
from app.domain.event import Event
from app.domain.hall import Role
from app.domain.queue_errors import (
    HallIsHalted,
    NothingToUndo,
    ReturnTooLate,
    UnknownPriority,
)
from app.domain.queue_policy import QueuePolicy, ReturnRule
from app.domain.ticket import TicketState
from app.domain.ticket_events import (
    HallHalted,
    HallResumed,
    Hold,
    QueuePolicyChanged,
    TicketAssigned,
    TicketReplaced,
    TicketReturned,
    TicketWanted,
    WindowOrder,
    WindowOrdered,
)
from app.services.line_standing import Service
from app.services.queue_desk import QueueDesk
from app.services.sign_in import Session
from app.storage.projections import PROJECTIONS
from tests.line_feed import LineFeed

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class MovableClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Window:
    """One window with its store; what a back office would lease and tell it is put in by hand."""

    def __init__(self, home: Path) -> None:
        self.clock = MovableClock()
        self.client = Client(home, Settings(window="W01"), clock=self.clock)
        self.session = Session(
            staff_id="1001", name="李样例", role=Role.CLERK,
            window=self.client.hall.get_window("W01"),
        )  # fmt: skip
        self.feed = LineFeed(self.client.store)

    @property
    def desk(self) -> QueueDesk:
        return self.client.queue

    def lease(self, *numbers: str, priority: str = "") -> None:
        for number in numbers:
            self.clock.move(seconds=1)
            self.client.outbox.lease_ticket(
                f"t-{number}",
                number,
                "general",
                self.clock.now(),
                priority,
            )

    def hear(self, *told: tuple[str, Event]) -> None:
        self.feed.hear(*told)

    def numbers(self) -> list[str]:
        return [one.number for one in self.desk.snapshot(self.session).waiting]

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.client.store.entries()]

    def last_act(self, number: str) -> str:
        with self.client.store.read() as connection:
            return str(
                connection.exec_driver_sql(
                    "SELECT id FROM journal WHERE subject = ? ORDER BY seq DESC LIMIT 1",
                    (f"ticket:t-{number}",),
                ).scalar_one()
            )

    def check_rebuilt(self) -> None:
        """What was kept step by step is what folding all again gives."""

        def tables() -> dict[str, list[tuple[object, ...]]]:
            with self.client.store.read() as connection:
                return {
                    name: sorted(connection.exec_driver_sql(f"SELECT * FROM {name}").all())
                    for name in PROJECTIONS
                }

        kept = tables()
        self.client.store.rebuild()
        assert tables() == kept


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    opened = Window(tmp_path / "window")
    yield opened
    opened.check_rebuilt()
    opened.client.store.close()


def test_the_next_is_called_by_the_policy_and_the_former_is_finished(window: Window) -> None:
    window.lease("A001", "A002")
    window.lease("A003", priority="elderly")
    desk, session = window.desk, window.session
    assert window.numbers() == ["A003", "A001", "A002"]
    first = desk.call_next(session)
    assert (first.number, first.state) == ("A003", TicketState.CALLED)
    desk.serve(session, first.id)
    second = desk.call_next(session)
    assert second.number == "A001"
    third = desk.call_next(session)  # the second did not come
    snapshot = desk.snapshot(session)
    assert snapshot.current == third
    assert [one.number for one in snapshot.passed] == ["A001"]
    desk.serve(session, third.id)
    with pytest.raises(NoOneWaiting):
        desk.call_next(session)
    assert desk.snapshot(session).current is not None


def test_the_former_may_be_held_instead_and_two_at_once(window: Window) -> None:
    window.lease("A001", "A002", "A003")
    desk, session = window.desk, window.session
    for hold in (None, Hold.WITH_PAPERS, Hold.WAITING):
        desk.serve(session, desk.call_next(session, hold=hold).id)
    held = desk.snapshot(session).held
    assert [(one.number, one.hold) for one in held] == [
        ("A001", Hold.WITH_PAPERS), ("A002", Hold.WAITING),
    ]  # fmt: skip
    desk.finish(session, "t-A003")
    window.clock.move(minutes=5)
    assert desk.back(session, "t-A001").state is TicketState.CALLED
    desk.serve(session, "t-A001")
    window.clock.move(minutes=1)
    done = desk.finish(session, "t-A001")
    assert done.handling is not None
    assert done.handling < timedelta(minutes=2)  # the time on hold is not in it


def test_repeats_end_with_the_policy(window: Window) -> None:
    window.lease("A001")
    window.hear(("hall", _laid(repeats=2)))
    ticket = window.desk.call_next(window.session)
    for _ in range(2):
        ticket = window.desk.recall(window.session, ticket.id)
    assert ticket.calls == 3
    with pytest.raises(TicketNotOpen):
        window.desk.recall(window.session, ticket.id)


def _laid(**changes: object) -> QueuePolicyChanged:
    policy = replace(QueuePolicy(), **changes)  # type: ignore[arg-type]  # by name
    return QueuePolicyChanged(act="a", reason="试", policy=policy)


def test_a_policy_for_today_ends_with_the_day(window: Window) -> None:
    laid = replace(_laid(repeats=1), until=NOW.date())
    window.hear(("hall", laid))
    assert window.desk.snapshot().standing.policy.repeats == 1
    window.clock.move(days=1)
    assert window.desk.snapshot().standing.policy == window.client.hall.queue


def test_a_policy_for_today_leaves_the_one_for_good_for_tomorrow(window: Window) -> None:
    window.hear(("hall", _laid(repeats=2)))
    window.hear(("hall", replace(_laid(repeats=1), until=NOW.date())))
    assert window.desk.snapshot().standing.policy.repeats == 1
    window.clock.move(days=1)
    assert window.desk.snapshot().standing.policy.repeats == 2
    window.clock.move(days=-1)
    window.hear(("hall", _laid(repeats=3)))  # the later word, for good
    assert window.desk.snapshot().standing.policy.repeats == 3


def test_somebody_passed_over_comes_back_by_the_rule(window: Window) -> None:
    desk, session = window.desk, window.session
    window.hear(("hall", _laid(returns=ReturnRule(after=2, minutes=30, times=1))))
    window.lease("A001", "A002", "A003", "A004")
    desk.call_next(session)
    desk.pass_over(session, "t-A001")
    assert desk.back(session, "t-A001").state is TicketState.WAITING
    assert window.numbers() == ["A002", "A003", "A001", "A004"]
    desk.call(session, "t-A001")
    desk.pass_over(session, "t-A001")
    with pytest.raises(ReturnTooLate):  # once was all
        desk.back(session, "t-A001")
    desk.call(session, "t-A002")
    desk.pass_over(session, "t-A002")
    window.clock.move(minutes=31)
    with pytest.raises(ReturnTooLate):
        desk.back(session, "t-A002")


def test_the_only_one_back_is_called_at_once(window: Window) -> None:
    window.lease("A001")
    ticket = window.desk.call_next(window.session)
    window.desk.pass_over(window.session, ticket.id)
    assert window.desk.back(window.session, ticket.id).state is TicketState.CALLED


def test_handed_over_and_held_without_papers_are_called_here_no_more(window: Window) -> None:
    window.lease("A001", "A002")
    desk, session = window.desk, window.session
    ticket = desk.call_next(session)
    with pytest.raises(ReasonNeeded):
        desk.hand_over(session, ticket.id, " ", window="W02")
    for wrong in ("W01", "W99"):
        with pytest.raises(TicketNotOpen):
            desk.hand_over(session, ticket.id, "转专窗", window=wrong)
    moved = desk.hand_over(session, ticket.id, "转专窗", window="W02")
    assert moved.place == ticket.place
    desk.hold(session, desk.call_next(session).id, Hold.WITHOUT_PAPERS)
    assert [one.number for one in desk.snapshot(session).away] == ["A002"]
    for one in ("t-A001", "t-A002"):
        with pytest.raises(TicketNotOpen):
            desk.call(session, one)
    window.lease("A002")  # it came back to the hall's line, and from there to this window
    assert window.numbers() == ["A002"]


def test_the_last_act_is_taken_back_once(window: Window) -> None:
    window.lease("A001", "A002")
    desk, session = window.desk, window.session
    with pytest.raises(NothingToUndo):
        desk.undo(session)
    ticket = desk.call_next(session)
    desk.serve(session, ticket.id)
    desk.finish(session, ticket.id)
    assert desk.undo(session).state is TicketState.SERVING
    with pytest.raises(NothingToUndo):  # that was the last
        desk.undo(session)
    desk.call_next(session)
    assert desk.undo(session).number == "A002"  # waits again
    assert desk.undo(session).number == "A001"  # is served again: it was finished by that call
    window.clock.move(days=1)
    desk.finish(session, ticket.id)
    with pytest.raises(NothingToUndo):
        desk.undo(session)


def test_undoing_brings_no_second_to_the_window(window: Window) -> None:
    window.lease("A001", "A002")
    desk, session = window.desk, window.session
    desk.drop(session, desk.call_next(session).id, "走了")
    assert desk.undo(session).state is TicketState.CALLED
    desk.drop(session, "t-A001", "走了")
    desk.serve(session, desk.call_next(session).id)
    assert desk.undo(session).number == "A002"
    assert desk.snapshot(session).undo is None  # A001 would be called beside A002


def test_a_pause_gives_back_who_waits_and_any_call_ends_it(window: Window) -> None:
    window.lease("A001", "A002")
    desk, session = window.desk, window.session
    desk.open(session)
    desk.open(session)
    assert window.kinds().count("WindowOpened") == 1
    desk.call_next(session)
    with pytest.raises(ReasonNeeded):
        desk.pause(session, "")
    desk.pause(session, "用餐")
    snapshot = desk.snapshot(session)
    assert (snapshot.standing.service, snapshot.standing.reason) == (Service.PAUSED, "用餐")
    assert snapshot.waiting == ()
    assert snapshot.current is not None  # is served to the end
    assert window.client.outbox.tickets_left() == 0
    desk.recall(session, "t-A001")
    assert desk.snapshot(session).standing.service is Service.OPEN
    desk.close(session)
    desk.close(session)
    assert window.kinds().count("WindowClosed") == 1


def test_numbers_of_the_window_go_on_and_begin_anew_with_the_day(window: Window) -> None:
    desk, session = window.desk, window.session
    letter = session.window.ticket_prefix
    taken = [desk.take(session, "general").number for _ in range(2)]
    taken.append(desk.take(session, "general", "elderly").number)
    assert taken == [f"{letter}001", f"{letter}002", f"{letter}003"]
    window.check_rebuilt()
    assert desk.take(session, "general").number == f"{letter}004"
    window.clock.at = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # midnight at the hall
    assert desk.take(session, "general").number == f"{letter}001"
    assert window.numbers() == [f"{letter}001"]
    with pytest.raises(UnknownPriority):
        desk.take(session, "general", "老年人")


def test_asked_back_it_is_given_back_unless_something_was_done_since(window: Window) -> None:
    window.lease("A001", "A002", "A003")
    desk, session = window.desk, window.session

    def asked(number: str, at: str = "W01") -> TicketWanted:
        return TicketWanted(window=at, reason="moved", after=window.last_act(number))

    before = asked("A001")
    desk.call_next(session)
    told: list[list[str]] = []
    window.client.store.subscribe(lambda saved: told.append([entry.kind for entry, _ in saved]))
    window.hear(("ticket:t-A001", before), ("ticket:t-A002", asked("A002")))
    assert told == [["TicketReleased"]]
    assert window.numbers() == ["A003"]
    with pytest.raises(TicketNotOpen):
        desk.call(session, "t-A002")
    former = asked("A002")
    window.lease("A002")
    window.hear(("ticket:t-A002", former))  # of the lease before
    window.hear(("ticket:t-A002", asked("A002", "W02")))  # another was asked
    assert window.numbers() == ["A002", "A003"]
    # Called, it stays; passed over, it goes where the line wants it.
    window.hear(("ticket:t-A001", asked("A001")))
    desk.pass_over(session, "t-A001")
    window.hear(("ticket:t-A001", asked("A001")))
    assert desk.snapshot(session).passed == ()
    window.check_rebuilt()


def test_what_others_did_to_a_ticket_here_is_the_lines_to_know(window: Window) -> None:
    window.lease("A001", "A002", "A003")
    desk, session = window.desk, window.session
    desk.call_next(session)
    moved = TicketAssigned(act="x", reason="急", window="W01", priority="elderly")
    window.hear(
        *((f"ticket:t-{number}", moved) for number in ("A001", "A003", "A999")),
        ("ticket:t-A002", TicketReplaced(act="y", reason="换号", by="n", number="L009")),
        ("ticket:t-A001", TicketReturned(place=NOW)),
    )
    snapshot = desk.snapshot(session)
    assert snapshot.current is not None
    assert [(one.number, one.window) for one in snapshot.waiting] == [("A003", "")]
    window.check_rebuilt()


def test_a_supervisors_orders_are_carried_out_once(window: Window) -> None:
    desk, session = window.desk, window.session
    window.lease("A001")
    desk.open(session)
    window.hear(("window:W02", WindowOrdered(act="o", order=WindowOrder.CLOSE, text="别处")))
    assert not desk.follow(session)
    window.hear(("window:W01", WindowOrdered(act="a", order=WindowOrder.PAUSE, text="盘点")))
    assert desk.follow(session)
    assert not desk.follow(session)
    standing = desk.snapshot(session).standing
    assert (standing.service, standing.reason) == (Service.PAUSED, "盘点")
    assert window.numbers() == []
    for order, service in ((WindowOrder.OPEN, Service.OPEN), (WindowOrder.CLOSE, Service.CLOSED)):
        window.hear(("window:W01", WindowOrdered(act="b", order=order, text="好")))
        assert desk.follow(session)
        assert desk.snapshot(session).standing.service is service
    window.hear(("window:W01", WindowOrdered(act="m", order=WindowOrder.MESSAGE, text="请来一下")))
    assert not desk.follow(session)
    message = desk.snapshot(session).standing.message
    assert message is not None
    assert message.text == "请来一下"


def test_a_halted_hall_calls_nobody_and_loses_nobody(window: Window) -> None:
    window.lease("A001", "A002")
    desk, session = window.desk, window.session
    desk.call_next(session)
    desk.serve(session, "t-A001")
    window.hear(("hall", HallHalted(act="h", reason="消防演练")))
    for act in (desk.call_next, lambda one: desk.call(one, "t-A002")):
        with pytest.raises(HallIsHalted):
            act(session)
    assert desk.snapshot(session).standing.halted == "消防演练"
    with pytest.raises(HallIsHalted):
        desk.take(session, "general")
    desk.finish(session, "t-A001")
    window.hear(("hall", HallResumed(act="r", reason="结束")))
    assert desk.call_next(session).number == "A002"


def test_tickets_of_other_days_wait_no_more_but_papers_that_stayed_do(window: Window) -> None:
    window.lease("A001", "A002", "A003")
    desk, session = window.desk, window.session
    desk.hold(session, desk.call_next(session).id, Hold.WITH_PAPERS)
    desk.pass_over(session, desk.call_next(session).id)
    window.clock.move(days=1)
    snapshot = desk.snapshot(session)
    assert (snapshot.waiting, snapshot.passed) == ((), ())
    assert [one.number for one in snapshot.held] == ["A001"]
    assert desk.back(session, "t-A001").state is TicketState.CALLED


def test_tickets_are_wanted_while_somebody_serves_today(window: Window) -> None:
    desk, session, outbox = window.desk, window.session, window.client.outbox
    assert outbox.serves()  # nothing was said yet
    desk.open(session)
    assert outbox.serves()
    desk.pause(session, "用餐")
    assert not outbox.serves()
    desk.open(session)
    window.clock.move(days=1)
    assert not outbox.serves()  # nobody signed in yet
    desk.open(session)
    assert outbox.serves()


def test_a_number_taken_at_a_window_in_a_pause_waits_in_the_hall(window: Window) -> None:
    desk, session = window.desk, window.session
    desk.pause(session, "用餐")
    desk.take(session, "general")
    assert window.numbers() == []
    assert window.kinds()[-2:] == ["PaperQueued", "TicketReleased"]
