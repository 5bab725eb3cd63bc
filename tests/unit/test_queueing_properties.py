"""Whatever line there is: who is next, in which order, and how a ticket goes through its states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import queueing
from app.domain import ticket as tickets
from app.domain.errors import TicketNotOpen
from app.domain.event import Event
from app.domain.queue_errors import ReturnTooLate
from app.domain.queue_policy import LineRule, QueuePolicy, ReturnRule, Skill
from app.domain.ticket import MAX_CALLS, OPEN_STATES, Ticket, TicketState
from app.domain.ticket_events import (
    Hold,
    TicketActUndone,
    TicketAssigned,
    TicketCalled,
    TicketDropped,
    TicketFinished,
    TicketHandedOver,
    TicketHeld,
    TicketLeased,
    TicketPassed,
    TicketReleased,
    TicketReturned,
    TicketServed,
    TicketTaken,
)

_AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
_LINES, _WINDOWS = ("a", "b", "c"), ("W1", "W2")

_policies = st.builds(
    QueuePolicy,
    priority_share=st.integers(0, 10),
    lines=st.sampled_from([(), (LineRule(business="b", green=True),)]),
    skills=st.sampled_from([(), (Skill(window="W1", businesses=("a", "b")),)]),
    returns=st.builds(ReturnRule, after=st.integers(0, 5), times=st.integers(0, 2)),
)


@st.composite
def _waiting(draw: st.DrawFn) -> list[Ticket]:
    made = []
    for n in range(draw(st.integers(0, 25))):
        place = _AT + timedelta(seconds=draw(st.integers(0, 40)))
        made.append(
            Ticket(
                id=f"t{n}", number=f"A{n:03d}", business=draw(st.sampled_from(_LINES)),
                priority=draw(st.sampled_from(["", "", "ill"])),
                window=draw(st.sampled_from(["", "", "", *_WINDOWS])), taken_at=place, place=place,
            )
        )  # fmt: skip
    return made


@given(_policies, _waiting(), st.lists(st.booleans(), max_size=12))
def test_the_order_shown_is_the_order_in_which_they_are_chosen(
    policy: QueuePolicy, waiting: list[Ticket], recent: list[bool]
) -> None:
    for window in _WINDOWS:
        left, past, chosen = list(waiting), list(recent), []
        while (one := queueing.choose(policy, window, left, past, lambda _: 0)) is not None:
            chosen.append(one)
            left.remove(one)
            past.append(bool(one.priority))
        assert queueing.in_order(policy, window, waiting, recent) == chosen
        assert not any(queueing.may_call(policy, window, one) for one in left)


@given(_policies, _waiting())
def test_everybody_who_waits_knows_how_many_are_before(
    policy: QueuePolicy, waiting: list[Ticket]
) -> None:
    ahead = queueing.ahead_of(policy, _WINDOWS, waiting)
    assert ahead.keys() == {one.id for one in waiting}
    assert all(0 <= count < max(1, len(waiting)) for count in ahead.values())
    for business in _LINES:  # no two of one line are told the same
        told = [ahead[one.id] for one in waiting if one.business == business and not one.window]
        assert len(set(told)) == len(told)


@given(_policies, _waiting(), st.integers(0, 3))
def test_who_comes_back_stands_behind_as_many_as_the_rule_says(
    policy: QueuePolicy, waiting: list[Ticket], returns: int
) -> None:
    passed = Ticket(
        id="p", number="P", business="a", taken_at=_AT, place=_AT, state=TicketState.PASSED,
        called_at=_AT, returns=returns,
    )  # fmt: skip
    if returns >= policy.returns.times:
        with pytest.raises(ReturnTooLate):
            queueing.place_on_return(policy, passed, waiting, _AT)
        return
    place = queueing.place_on_return(policy, passed, waiting, _AT)
    line = [one for one in waiting if one.business == "a"]
    before = sum(one.place <= place for one in line)
    assert before >= min(policy.returns.after, len(line))
    assert place >= passed.place


_ACTS: list[Event] = [
    TicketLeased(number="A1", business="a", taken_at=_AT), TicketReleased(reason="x"),
    TicketCalled(window="W1"), TicketServed(), TicketPassed(), TicketReturned(place=_AT),
    *(TicketHeld(hold=hold) for hold in Hold), TicketHandedOver(reason="x", window="W2"),
    TicketFinished(), TicketDropped(reason="x"), TicketAssigned(act="a", reason="x"),
    *(
        TicketActUndone(act=kind.__name__)
        for kind in (TicketCalled, TicketServed, TicketPassed, TicketHeld, TicketFinished)
    ),
]  # fmt: skip
_AT_WINDOW = (TicketCalled, TicketServed, TicketPassed, TicketHeld, TicketFinished, TicketReleased)


@given(st.lists(st.sampled_from(_ACTS), max_size=30))
def test_a_ticket_keeps_its_promises_through_any_acts(acts: list[Event]) -> None:
    taken = TicketTaken(number="A1", business="a")
    ticket, at = tickets.apply(None, "t", taken, _AT), _AT
    for act in acts:
        at += timedelta(seconds=10)
        before = ticket
        try:
            ticket = tickets.apply(ticket, "t", act, at)
        except TicketNotOpen:
            assert ticket is before
            continue
        if isinstance(act, TicketActUndone):
            assert ticket == before.former
        elif before.state not in OPEN_STATES:
            raise AssertionError(f"{act} after the end")
        assert not (before.away and isinstance(act, _AT_WINDOW)), "it was given up"
        assert ticket.calls <= MAX_CALLS
        assert (ticket.ended_at is not None) == (ticket.state not in OPEN_STATES)
        assert ticket.handling is None or timedelta() <= ticket.handling <= at - _AT
        if ticket.former is not None:
            undone = tickets.apply(ticket, "t", TicketActUndone(act=ticket.last_act), at)
            assert undone == ticket.former
