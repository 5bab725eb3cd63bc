"""Who holds a ticket, who may act on it, and what a supervisor's act does where a window has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.domain.queue_errors import HallIsHalted, ReturnTooLate
from app.domain.queue_policy import LineRule, QueuePolicy, ReturnRule, Skill
from app.domain.queue_view import WindowState
from app.domain.ticket_events import (
    HallHalted,
    HallResumed,
    Hold,
    QueuePolicyChanged,
    ServiceRated,
    TicketActUndone,
    TicketAssigned,
    TicketCalled,
    TicketFinished,
    TicketHandedOver,
    TicketHeld,
    TicketPassed,
    TicketReleased,
    TicketReplaced,
    TicketServed,
    TicketTaken,
    TicketWanted,
    WindowClosed,
    WindowOpened,
    WindowOrder,
    WindowOrdered,
    WindowPaused,
)
from sync.backoffice.queue.view import window_of
from sync.backoffice.stretch import read_stretch
from tests.sync.queue_world import Device, Line, at, hall_with

_ELSEWHERE, _NOT_OPEN = "SYNC-TICKET-ELSEWHERE", "DOM-07"


@pytest.fixture
def line(new_database: Callable[[], Path | str]) -> Iterator[Line]:
    made = Line(new_database())
    yield made
    made.database.close()


@pytest.fixture
def one(line: Line) -> Device:
    return Device(line, "W01")


@pytest.fixture
def two(line: Line) -> Device:
    return Device(line, "W02")


@pytest.fixture
def boss(line: Line) -> Device:
    return Device(line, "S1", actor="9001")


def called(window: Device, number: str) -> None:
    assert window.act(number, TicketCalled(window=window.name)) == []


def laid(policy: QueuePolicy, until: date | None = None) -> QueuePolicyChanged:
    return QueuePolicyChanged(act="p1", reason="试", policy=policy, until=until)


def wanted(line: Line) -> list[str]:
    return [one.number for one in line.view().tickets if one.wanted]


def id_of(line: Line, number: str) -> str:
    return next(one.id for one in line.view().tickets if one.number == number)


# -- leases ---------------------------------------------------------------------------------------


def test_a_ticket_is_leased_to_one_window_and_given_again_until_it_is_confirmed(
    line: Line, one: Device, two: Device
) -> None:
    for _ in range(3):
        line.take()
    lost = [ticket.number for ticket in one.ask(2)]
    assert lost == ["A001", "A002"]
    assert two.lease(3) == ["A003"]
    line.again()
    assert one.lease(2) == lost
    assert one.lease(2) == []
    assert two.lease(3) == []


def test_whom_a_window_gets_is_the_policys_word(
    new_database: Callable[[], Path | str],
) -> None:
    policy = QueuePolicy(
        lines=(LineRule(business="estate", green=True),),
        skills=(Skill(window="W02", businesses=("general",)),), priority_share=5,
    )  # fmt: skip
    line = Line(new_database(), hall_with(policy))
    for _ in range(6):
        line.take(priority="elderly")
        line.later(seconds=1)
    for _ in range(6):
        line.take()
        line.later(seconds=1)
    line.take("estate")
    two, one = Device(line, "W02"), Device(line, "W01")
    # W02 does not serve the green line; of ten calls five go to those with priority.
    assert two.lease(7) == ["A001", "A002", "A003", "A004", "A005", "A007", "A008"]
    assert one.lease(1) == ["B001"]
    line.database.close()


def test_the_share_of_priority_counts_what_was_called(
    new_database: Callable[[], Path | str],
) -> None:
    line = Line(new_database(), hall_with(QueuePolicy(priority_share=2)))
    for _ in range(4):
        line.take(priority="ill")
        line.take()
    one, got = Device(line, "W01"), []
    for _ in range(6):
        (number,) = one.lease(1)
        called(one, number)
        got.append(number)
    assert got == ["A001", "A003", "A002", "A004", "A006", "A008"]
    line.database.close()


def test_a_window_that_pauses_gets_nobody_and_is_asked_for_what_it_holds(
    line: Line, one: Device, two: Device
) -> None:
    for _ in range(4):
        line.take()
    one.record(WindowOpened(clerk="1001"), "window:W01")
    one.lease(2)
    assert one.record(WindowPaused(clerk="1001", reason="用餐"), "window:W01") == []
    assert wanted(line) == ["A001", "A002"]
    assert one.lease(2) == []
    assert one.act("A001", TicketReleased(reason="wanted")) == []
    assert two.lease(1) == ["A001"]
    one.record(WindowOpened(clerk="1001"), "window:W01")
    assert one.lease(2) == ["A003", "A004"]
    one.record(WindowClosed(clerk="1001"), "window:W01")
    assert line.view().windows[0].state is WindowState.CLOSED
    assert one.record(WindowOpened(clerk="1001"), "window:W99") == ["JRN-01"]


def test_a_device_stands_at_the_window_it_spoke_of_last(line: Line, one: Device) -> None:
    for windows in (["W01"], ["W02"], ["W01", "W03"]):  # back and forth
        for window in windows:
            assert one.record(WindowOpened(clerk="1001"), f"window:{window}") == []
        with line.database.read() as reader:
            assert window_of(reader, line.hall, "W01") == windows[-1]
            said = reader.execute("SELECT window_id, state FROM queue_windows").fetchall()
        assert said == [(windows[-1], "open")]


def test_a_window_with_nobody_to_call_has_a_busy_one_asked(
    line: Line, one: Device, two: Device
) -> None:
    for _ in range(3):
        line.take()
    one.lease(3)
    called(one, "A001")
    assert two.lease(1) == []
    assert wanted(line) == ["A002"]
    assert two.lease(1) == []
    assert wanted(line) == ["A002"], "one at a time"
    assert one.act("A002", TicketReleased(reason="balance")) == []
    assert two.lease(1) == ["A002"]


def test_what_a_kiosk_gave_out_alone_joins_the_line_with_its_place(line: Line, one: Device) -> None:
    kiosk = Device(line, "K1", actor="system")
    ids = [f"k{n}" for n in range(2)]
    for n, ticket in enumerate(ids):
        taken = TicketTaken(number=f"Z00{n + 1}", business="general")
        kiosk.record(taken, f"ticket:{ticket}", push=False)
        line.later(seconds=10)
    line.take()
    assert kiosk.push() == []
    assert kiosk.ask(3) == ()
    assert one.lease(3) == ["Z001", "Z002", "A001"]
    kiosk.held["Z001"] = ids[0]
    assert kiosk.act("Z001", TicketCalled(window="W01")) == [_ELSEWHERE]
    foreign = TicketTaken(number="A002", business="general")
    assert kiosk.record(foreign, "ticket:k9") == ["JRN-01"]


# -- acts of the holder ---------------------------------------------------------------------------


def test_who_gave_a_ticket_up_may_not_act_on_it(line: Line, one: Device, two: Device) -> None:
    line.take()
    one.lease()
    assert one.act("A001", TicketReleased(reason="x")) == []
    assert one.act("A001", TicketCalled(window="W01")) == [_ELSEWHERE]
    assert two.lease() == ["A001"]
    called(two, "A001")
    assert two.act("A001", TicketReleased(reason="x")) == [_NOT_OPEN]
    assert line.holder("A001") == "W02"


def test_handed_over_to_a_window_it_is_called_there_alone_in_its_place(
    line: Line, one: Device, two: Device
) -> None:
    for _ in range(3):
        line.take()
        line.later(seconds=1)
    one.lease()
    called(one, "A001")
    assert one.act("A001", TicketServed()) == []
    over = TicketHandedOver(reason="x", window="W02", business="estate")
    assert one.act("A001", over) == []
    assert one.lease(1) == ["A002"]
    assert two.lease(2) == ["A001", "A003"]
    (moved,) = [one for one in line.view().tickets if one.number == "A001"]
    assert (moved.business, moved.window, moved.place) == ("estate", "W02", at("09:00"))
    nowhere = TicketHandedOver(reason="x", window="W77")
    assert two.act("A001", nowhere) == ["JRN-01"]


def test_held_without_papers_one_comes_back_to_any_window(
    line: Line, one: Device, two: Device
) -> None:
    line.take()
    one.lease()
    called(one, "A001")
    one.act("A001", TicketServed())
    assert one.act("A001", TicketHeld(hold=Hold.WITHOUT_PAPERS)) == []
    assert two.lease() == []
    assert line.bring_back("A001").ahead == 0
    assert two.lease() == ["A001"]


def test_with_papers_it_stays_and_goes_on_where_they_are(line: Line, one: Device) -> None:
    line.take()
    one.lease()
    called(one, "A001")
    one.act("A001", TicketServed())
    line.later(minutes=1)
    one.act("A001", TicketHeld(hold=Hold.WITH_PAPERS))
    line.later(minutes=30)
    called(one, "A001")
    one.act("A001", TicketServed())
    line.later(minutes=1)
    assert one.act("A001", TicketFinished()) == []
    with line.database.read() as reader:
        assert reader.execute("SELECT handled FROM tickets").fetchone()[0] == 120


def test_passed_over_one_comes_back_behind_others_by_whichever_window(
    line: Line, one: Device, two: Device
) -> None:
    for _ in range(6):
        line.take()
        line.later(seconds=1)
    one.lease()
    called(one, "A001")
    one.act("A001", TicketPassed())
    back = line.bring_back("A001")
    assert back.ahead == 3
    assert wanted(line) == ["A001"]
    assert one.act("A001", TicketReleased(reason="returned")) == [], "it waits there, as it heard"
    assert two.lease(5) == ["A002", "A003", "A004", "A001", "A005"]


def test_a_window_may_call_again_before_it_hears_that_somebody_came_back(
    line: Line, one: Device, two: Device
) -> None:
    line.take()
    one.lease()
    called(one, "A001")
    one.act("A001", TicketPassed(), push=False)
    one.push()
    line.bring_back("A001")
    called(one, "A001")
    assert wanted(line) == []
    assert two.lease() == []
    assert one.act("A001", TicketFinished()) == []


def test_too_late_back_needs_a_new_number(new_database: Callable[[], Path | str]) -> None:
    line = Line(new_database(), hall_with(QueuePolicy(returns=ReturnRule(minutes=10))))
    one = Device(line, "W01")
    line.take()
    one.lease()
    called(one, "A001")
    one.act("A001", TicketPassed())
    line.later(minutes=11)
    with pytest.raises(ReturnTooLate):
        line.bring_back("A001")
    assert line.state("A001") == "passed"
    line.database.close()


def test_an_undone_call_is_off_the_board_and_the_ticket_waits_where_it_was(
    line: Line, one: Device, two: Device
) -> None:
    line.take()
    one.lease()
    called(one, "A001")
    assert [call.number for call in line.view().calls] == ["A001"]
    called(one, "A001")
    assert [call.count for call in line.view().calls] == [2, 1]
    undone = TicketActUndone(act="TicketCalled")
    assert one.act("A001", undone) == []
    assert one.act("A001", undone) == [_NOT_OPEN], "one act, the last"
    assert [call.count for call in line.view().calls] == [1]
    assert two.lease() == []
    assert one.act("A001", TicketFinished()) == []
    assert one.act("A001", TicketActUndone(act="TicketFinished")) == []
    assert line.state("A001") == "called"


# -- a supervisor's hand --------------------------------------------------------------------------


def test_only_a_supervisor_moves_tickets_of_others(
    line: Line, one: Device, two: Device, boss: Device
) -> None:
    line.take()
    move = TicketAssigned(act="m1", reason="x", window="W02")
    subject = f"ticket:{id_of(line, 'A001')}"
    assert one.record(move, subject) == ["QUE-08"]
    assert boss.record(move, subject) == []
    assert one.lease() == []
    assert two.lease() == ["A001"]
    assert boss.record(replace(move, window="W99"), subject) == ["JRN-01"]


def test_a_ticket_that_a_window_holds_moves_as_soon_as_it_is_given_back(
    line: Line, one: Device, two: Device, boss: Device
) -> None:
    line.take()
    one.lease()
    move = TicketAssigned(act="m1", reason="x", window="W02", priority="ill")
    assert boss.record(move, f"ticket:{id_of(line, 'A001')}") == []
    assert (line.holder("A001"), wanted(line)) == ("W01", ["A001"])
    assert two.lease() == []
    assert one.act("A001", TicketReleased(reason="moved")) == []
    assert wanted(line) == []
    assert one.lease() == []
    assert [(t.number, t.priority) for t in two.ask()] == [("A001", "ill")]


def test_a_move_that_comes_too_late_is_refused_and_what_was_called_stays(
    line: Line, one: Device, boss: Device
) -> None:
    line.take()
    line.take()
    one.lease(2)
    called(one, "A001")
    move = TicketAssigned(act="m1", reason="x", window="W02")
    assert boss.record(move, f"ticket:{id_of(line, 'A001')}") == [_NOT_OPEN]
    # The other way round: the window had not heard of it when it called.
    assert boss.record(move, f"ticket:{id_of(line, 'A002')}") == []
    called(one, "A002")
    assert wanted(line) == []
    assert line.holder("A002") == "W01"


def test_whose_papers_stay_at_a_window_is_moved_to_no_other(
    line: Line, one: Device, boss: Device
) -> None:
    line.take()
    one.lease()
    called(one, "A001")
    one.act("A001", TicketServed())
    one.act("A001", TicketHeld(hold=Hold.WITH_PAPERS))
    move = TicketAssigned(act="m1", reason="x", window="W02")
    assert boss.record(move, f"ticket:{id_of(line, 'A001')}") == [_NOT_OPEN]
    assert wanted(line) == []
    line.again()
    assert one.act("A001", TicketFinished()) == []
    assert (line.state("A001"), wanted(line)) == ("finished", [])


def test_who_came_back_stays_with_the_new_holder_whatever_is_asked(
    line: Line, one: Device, two: Device, boss: Device
) -> None:
    """Back from a hold without papers, leased to another, and moved before that was confirmed."""
    line.take()
    one.lease()
    called(one, "A001")
    one.act("A001", TicketHeld(hold=Hold.WITHOUT_PAPERS))
    line.bring_back("A001")
    [ticket] = two.ask()
    assert (ticket.number, line.holder("A001")) == ("A001", "W02")
    move = TicketAssigned(act="m1", reason="x", window="W01")
    assert boss.record(move, f"ticket:{id_of(line, 'A001')}") == []
    assert (line.holder("A001"), wanted(line)) == ("W02", ["A001"])
    assert list(one.ask()) == []


def test_who_was_passed_over_before_the_move_was_heard_of_is_given_back(
    line: Line, one: Device, boss: Device
) -> None:
    line.take()
    one.lease()
    move = TicketAssigned(act="m1", reason="x", window="W02")
    assert boss.record(move, f"ticket:{id_of(line, 'A001')}") == []
    called(one, "A001")
    assert one.act("A001", TicketPassed()) == []
    assert one.act("A001", TicketReleased(reason="moved")) == []
    assert (line.state("A001"), line.holder("A001"), wanted(line)) == ("waiting", "", [])


def test_an_unheard_lease_is_asked_for_again_once_it_is_there(
    line: Line, one: Device, boss: Device
) -> None:
    line.take()
    (given,) = one.ask()
    move = TicketAssigned(act="m1", reason="x", window="W02")
    boss.record(move, f"ticket:{given.id}")
    asked = "SELECT count(*) FROM entries WHERE kind = 'TicketWanted'"
    with line.database.read() as reader:
        assert reader.execute(asked).fetchone()[0] == 1
    one.lease()
    with line.database.read() as reader:
        assert reader.execute(asked).fetchone()[0] == 2


def test_a_lost_windows_ticket_goes_on_under_a_new_number_in_its_place(
    line: Line, one: Device, two: Device, boss: Device
) -> None:
    for _ in range(3):
        line.take()
        line.later(seconds=1)
    one.lease()
    old = f"ticket:{id_of(line, 'A001')}"
    new = TicketReplaced(act="r1", reason="窗口失联", by="n1", number="A001B")
    assert one.record(new, old) == ["QUE-08"]
    assert boss.record(replace(new, number="A002"), old) == ["JRN-01"], "that number is another's"
    assert boss.record(new, old) == []
    assert two.lease(1) == ["A001B"]
    assert one.act("A001", TicketCalled(window="W01")) == [_NOT_OPEN]
    called(two, "A001B")
    line.again()
    assert two.act("A001B", TicketFinished()) == []


def test_a_halted_hall_gives_no_number_and_no_ticket_and_loses_none(
    line: Line, one: Device, boss: Device
) -> None:
    line.take()
    assert one.record(HallHalted(act="h1", reason="x"), "hall") == ["QUE-08"]
    assert boss.record(HallHalted(act="h1", reason="消防演练"), "hall") == []
    assert line.view().halted == "消防演练"
    with pytest.raises(HallIsHalted):
        line.take()
    assert one.lease() == []
    assert boss.record(HallResumed(act="h2", reason="x"), "hall") == []
    assert one.lease() == ["A001"]
    assert line.take().ticket.number == "A002"


def test_a_policy_lies_over_the_halls_own_until_its_last_day(line: Line, boss: Device) -> None:
    closed = QueuePolicy(lines=(LineRule(business="estate", open=False),))
    assert boss.record(laid(replace(closed, lease=0)), "hall") == ["QUE-05"]
    assert boss.record(laid(closed, date(2026, 11, 20)), "hall") == []
    assert [one.open for one in line.view().lines] == [True, False]
    line.now = at("00:00", date(2026, 11, 21))
    assert [one.open for one in line.view().lines] == [True, True]


def test_a_policy_for_today_leaves_the_one_for_good_for_tomorrow(line: Line, boss: Device) -> None:
    for_good, for_now = QueuePolicy(lease=5), QueuePolicy(lease=7)
    today, tomorrow = line.now, at("09:00", date(2026, 11, 21))
    assert boss.record(laid(for_good), "hall") == []
    assert boss.record(laid(for_now, date(2026, 11, 20)), "hall") == []
    assert (line.view().policy.lease, line.view().policy_until) == (7, "2026-11-20")
    line.now = tomorrow
    assert (line.view().policy.lease, line.view().policy_until) == (5, "")
    line.now = today
    assert boss.record(laid(QueuePolicy(lease=6)), "hall") == []  # the later word, for good
    assert line.view().policy.lease == 6


def test_one_service_has_one_rating(line: Line, one: Device, two: Device) -> None:
    def rated(ticket: str, *cases: str, score: int = 5) -> ServiceRated:
        return ServiceRated(ticket=ticket, cases=cases, clerk="1001", window="W01", score=score)

    assert one.record(rated("t1", "c1"), "rating:r1") == []
    assert one.record(rated("t1"), "rating:r2") == ["QUE-09"]
    assert two.record(rated("", "c1"), "rating:r3") == ["QUE-09"]
    assert two.record(rated("", "c2", score=6), "rating:r4") == ["JRN-01"]
    assert two.record(rated("", "c2"), "rating:r5") == []


# -- who hears of it ------------------------------------------------------------------------------


def test_each_window_hears_what_it_needs(line: Line, one: Device, boss: Device) -> None:
    line.take()
    one.lease()
    boss.record(WindowOrdered(act="o1", order=WindowOrder.PAUSE, text="x"), "window:W02")
    boss.record(TicketAssigned(act="m1", reason="x", window="W02"), f"ticket:{id_of(line, 'A001')}")
    boss.record(HallHalted(act="h1", reason="x"), "hall")
    called(one, "A001")
    with line.database.read() as reader:
        told = read_stretch(reader, 0).told
    heard = [(fed.device, fed.encoded.decode().partition('"kind":"')[2][:12]) for fed in told]
    assert heard == [
        ("W02", "WindowOrdere"), ("", "TicketAssign"), ("W01", "TicketWanted"),
        ("", 'HallHalted",'),
    ]  # fmt: skip


def test_no_window_asks_tickets_of_another(line: Line, one: Device, two: Device) -> None:
    line.take()
    one.lease()
    subject = f"ticket:{id_of(line, 'A001')}"
    assert two.record(TicketWanted(window="W01", reason="x"), subject) == ["JRN-01"]


# -- the day --------------------------------------------------------------------------------------


def test_a_day_that_was_left_open_ends_at_midnight_and_loses_nobody(
    line: Line, one: Device, two: Device
) -> None:
    line.now = at("23:59")
    for _ in range(3):
        line.take(id_number="990100199001010014" if not _ else "")
    one.lease(2)
    called(one, "A001")
    one.act("A001", TicketServed())
    line.later(minutes=2)
    line.again()
    # Who is being served is served to the end; who waited does so no more.
    assert two.lease(3) == []
    assert line.view().tickets == ()
    assert one.act("A001", TicketFinished()) == []
    assert line.take().ticket.number == "A001"
    assert two.lease(3) == ["A001"]
    called(one, "A002")  # yesterday's, at a window that went on: it was said, so it happened
    assert [t.state.value for t in line.view().tickets] == ["waiting"]
    with line.database.read() as reader:
        for table in ("queue_day_keys", "queue_persons"):
            rows = reader.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert rows[0] == 0, "nobody can tell any more who was here"
        found = dict(reader.execute("SELECT state, count(*) FROM tickets GROUP BY state"))
    assert found == {"finished": 1, "called": 1, "waiting": 2}
