"""A supervisor's acts are facts of her own device; each can be told, and most taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.config import Settings
from app.domain.errors import ReasonNeeded
from app.domain.event import Event
from app.domain.events import PaperQueued
from app.domain.hall import Role
from app.domain.journal import decode_event
from app.domain.papers import TicketSlipContent
from app.domain.queue_errors import BadPolicy, NothingToUndo, SupervisorNeeded
from app.domain.queue_policy import Skill
from app.domain.queue_view import TicketView
from app.domain.ticket import TicketState, apply
from app.domain.ticket_events import (
    NO_PRIORITY,
    HallHalted,
    HallResumed,
    QueuePolicyChanged,
    TicketAssigned,
    TicketReplaced,
    TicketTaken,
    WindowOrder,
    WindowOrdered,
)
from app.services.print_setup import PrintRoutes
from app.services.sign_in import Session
from app.services.supervision import Supervision
from app.services.supervision_acts import ActKind
from app.storage.outbox import Refusal

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class MovableClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def client(tmp_path: Path, clock: MovableClock) -> Iterator[Client]:
    client = Client(tmp_path / "window", Settings(), clock=clock)
    yield client
    client.store.close()


@pytest.fixture
def desk(client: Client) -> Supervision:
    return Supervision(client.store, client.hall, PrintRoutes.single("folder:/tmp/slips"))


@pytest.fixture
def session(client: Client) -> Session:
    return Session(
        staff_id="9001", name="陈样例", role=Role.SUPERVISOR, window=client.hall.windows[0]
    )


def ticket(number: str, **more: object) -> TicketView:
    shown = TicketView(
        id=f"id-{number}", number=number, business="comprehensive", taken_at=NOW,
        place=NOW - timedelta(minutes=20), state=TicketState.WAITING,
    )  # fmt: skip
    return replace(shown, **more)  # type: ignore[arg-type]  # by name


def facts(client: Client) -> list[tuple[str, Event]]:
    return [
        (entry.subject, decode_event(entry.kind, entry.version, entry.body))
        for entry in client.store.entries()
    ]


def test_one_act_moves_many_tickets_and_says_where_each_stood(
    client: Client, desk: Supervision, session: Session
) -> None:
    some = [ticket("A001", window="W02"), ticket("A002", priority="ill")]
    act = desk.assign(session, some, " 3 号窗口断线 ", window="W01", priority="elderly")
    written = facts(client)
    assert [subject for subject, _ in written] == ["ticket:id-A001", "ticket:id-A002"]
    first, second = (event for _, event in written)
    assert isinstance(first, TicketAssigned)
    assert isinstance(second, TicketAssigned)
    assert (first.act, first.reason, first.window) == (act, "3 号窗口断线", "W01")
    assert first.was_window == "W02"
    assert second.was_priority == "ill"
    (told,) = desk.acts()
    assert (told.id, told.kind, told.actor) == (act, ActKind.ASSIGN, "9001")
    assert len(told.parts) == 2
    assert not any(part.sent for part in told.parts)


def test_only_supervisors_act_and_never_without_a_reason(
    client: Client, desk: Supervision, session: Session
) -> None:
    clerk = replace(session, role=Role.CLERK)
    with pytest.raises(SupervisorNeeded):
        desk.assign(clerk, [ticket("A001")], "因为", window="W01")
    with pytest.raises(ReasonNeeded):
        desk.halt(session, "  ")
    with pytest.raises(ReasonNeeded):
        desk.order(session, ["W01"], WindowOrder.MESSAGE, "长" * 201)
    assert facts(client) == []
    assert desk.acts() == ()


def test_what_is_taken_back_stands_as_it_stood(
    client: Client, desk: Supervision, session: Session
) -> None:
    before = ticket("A001", window="W02", business="b1")
    act = desk.assign(session, [before], "试", business="b2", window="W01", priority="ill")
    back = desk.undo(session, act, "点错了")
    folded = apply(
        None, "t",
        TicketTaken(number="A001", business="b1"), NOW,
    )  # fmt: skip
    for _, event in facts(client):
        folded = apply(folded, "t", event, NOW)
    assert (folded.business, folded.window, folded.priority) == ("b1", "W02", "")
    newest, first = desk.acts()
    assert (newest.id, newest.undoes, newest.reason) == (back, act, "点错了")
    assert first.undone_by == back
    with pytest.raises(NothingToUndo):
        desk.undo(session, act, "再来一次")
    again = desk.undo(session, back, "还是要的")
    for _, event in facts(client)[-1:]:
        folded = apply(folded, "t", event, NOW)
    assert (folded.business, folded.window, folded.priority) == ("b2", "W01", "ill")
    assert desk.acts()[0].id == again


def test_priority_is_left_given_and_taken_away() -> None:
    taken = apply(None, "t", TicketTaken(number="A1", business="b", priority="ill"), NOW)
    left = apply(taken, "t", TicketAssigned(act="a", reason="r"), NOW)
    assert left.priority == "ill"
    gone = apply(taken, "t", TicketAssigned(act="a", reason="r", priority=NO_PRIORITY), NOW)
    assert gone.priority == ""


def test_a_replaced_number_keeps_its_place_waits_elsewhere_and_is_printed(
    client: Client, desk: Supervision, session: Session
) -> None:
    desk.replace(session, ticket("A007", priority="ill"), "3 号窗口联系不上")
    desk.replace(session, ticket("A008"), "3 号窗口联系不上")
    (old, one), (_, slip), (_, two), _ = facts(client)
    assert isinstance(one, TicketReplaced)
    assert isinstance(two, TicketReplaced)
    assert isinstance(slip, PaperQueued)
    prefix = session.window.ticket_prefix
    assert [one.number, two.number] == [f"{prefix}001", f"{prefix}002"]
    assert (old, one.business, one.priority) == ("ticket:id-A007", "comprehensive", "ill")
    assert slip.about == f"ticket:{one.by}"
    paper = client.contents.content(slip.paper, slip.about)
    assert isinstance(paper, TicketSlipContent)
    assert (paper.number, paper.ahead) == (one.number, -1)
    # Nobody calls it here, and the next number that is taken here is another.
    assert client.queue.snapshot().waiting == ()
    taken = client.queue.take(session, client.hall.businesses[0].id)
    assert taken.number == f"{prefix}003"
    before = client.queue.snapshot()
    client.store.rebuild()
    assert client.queue.snapshot() == before
    act = desk.acts()[0]
    assert act.kind is ActKind.REPLACE
    with pytest.raises(NothingToUndo):  # the slip is in somebody's hand
        desk.undo(session, act.id, "不要")


def test_a_policy_is_checked_before_it_is_laid_and_can_be_taken_back(
    client: Client, desk: Supervision, session: Session
) -> None:
    hall = client.hall
    window, business = hall.windows[0].id, hall.businesses[0].id
    bad = replace(hall.queue, lease=99)
    assert desk.check(bad) == ["lease"]
    with pytest.raises(BadPolicy):
        desk.lay(session, bad, hall.queue, "试")
    assert facts(client) == []
    good = replace(hall.queue, skills=(Skill(window=window, businesses=(business,)),))
    today = date(2026, 11, 23)
    act = desk.lay(session, good, hall.queue, "下午只办一类", until=today)
    desk.undo(session, act, "不用了")
    laid, back = (event for _, event in facts(client))
    assert isinstance(laid, QueuePolicyChanged)
    assert isinstance(back, QueuePolicyChanged)
    assert (laid.policy, laid.until) == (good, today)
    assert (back.policy, back.until, back.undoes) == (hall.queue, today, act)


def test_windows_are_ordered_and_the_hall_halts_and_goes_on(
    client: Client, desk: Supervision, session: Session
) -> None:
    paused = desk.order(session, ["W02", "W03"], WindowOrder.PAUSE, "消防演练")
    said = desk.order(session, ["W02"], WindowOrder.MESSAGE, "请来一下")
    desk.undo(session, paused, "演练完了")
    with pytest.raises(NothingToUndo):
        desk.undo(session, said, "收回")
    orders = [(s, e.order) for s, e in facts(client) if isinstance(e, WindowOrdered)]
    assert orders[-2:] == [("window:W02", WindowOrder.OPEN), ("window:W03", WindowOrder.OPEN)]
    halt = desk.halt(session, "停电")
    resume = desk.undo(session, halt, "来电了")
    assert [type(event) for _, event in facts(client)[-2:]] == [HallHalted, HallResumed]
    assert {one.id: one.undone_by for one in desk.acts()}[halt] == resume


def test_what_the_back_office_refused_stands_beside_its_part(
    client: Client, desk: Supervision, session: Session
) -> None:
    act = desk.assign(session, [ticket("A001"), ticket("A002")], "试", window="W01")
    client.outbox.acknowledge(2, [Refusal(seq=2, code="DOM-02")])
    told = {one.id: one for one in desk.acts()}[act]
    assert [(part.about, part.sent, part.refused) for part in told.parts] == [
        ("id-A001", True, ""), ("id-A002", True, "DOM-02"),
    ]  # fmt: skip
    desk.undo(session, act, "收回")
    assert [s for s, e in facts(client) if isinstance(e, TicketAssigned) and e.undoes] == [
        "ticket:id-A001"
    ]
