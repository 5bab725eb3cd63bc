"""What the line's column says: why an act is grey, who is on hold how long, how far calls go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.queue_policy import QueuePolicy, ReturnRule
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import Hold
from ui.kit.theme import Tone
from ui.viewmodels.line_state import (
    AtTheWindow,
    LineAct,
    LineStage,
    LineState,
    RowKind,
    lease_words,
    refusals,
    row_of,
    times_of,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=30)
TICKET = Ticket(id="t", number="A001", business="b", taken_at=EARLIER, place=EARLIER)
FREE = AtTheWindow()
ALL = set(LineAct)


@pytest.mark.parametrize(
    ("line", "case", "possible"),
    [
        (LineState(), FREE, {LineAct.NEXT, LineAct.PAUSE}),
        (LineState(undo="A001"), FREE, {LineAct.NEXT, LineAct.PAUSE, LineAct.UNDO}),
        (LineState(halted="火警"), FREE, {LineAct.PAUSE}),
        (
            LineState(stage=LineStage.CALLED, calls=5, repeats=5),
            FREE,
            {LineAct.RECALL, LineAct.HOLD, LineAct.MOVE, LineAct.DROP, LineAct.PAUSE},
        ),
        (
            LineState(stage=LineStage.CALLED, calls=6, repeats=5, undo="A001"),
            FREE,
            {LineAct.HOLD, LineAct.MOVE, LineAct.DROP, LineAct.PAUSE, LineAct.UNDO},
        ),
        (
            LineState(stage=LineStage.CALLED, halted="火警"),
            FREE,
            {LineAct.HOLD, LineAct.MOVE, LineAct.DROP, LineAct.PAUSE},
        ),
        (
            LineState(stage=LineStage.SERVING, undo="A001"),
            AtTheWindow(open=True, known=True),
            {LineAct.HOLD, LineAct.PAUSE},
        ),
        (LineState(stage=LineStage.SERVING), AtTheWindow(open=True), {LineAct.PAUSE}),
        (
            LineState(stage=LineStage.SERVING),
            AtTheWindow(decided=True),
            {LineAct.NEXT, LineAct.HOLD, LineAct.MOVE, LineAct.PAUSE},
        ),
    ],
)
def test_each_act_is_possible_or_says_why(
    line: LineState, case: AtTheWindow, possible: set[LineAct]
) -> None:
    found = refusals(line, case)
    assert ALL - set(found) == possible
    assert all(found.values())


@pytest.mark.parametrize(
    ("ticket", "kind", "tag", "tone"),
    [
        (TICKET, RowKind.WAITING, "综合", Tone.ACT),
        (replace(TICKET, priority="elderly"), RowKind.WAITING, "老 · 综合", Tone.WARN),
        (replace(TICKET, priority="gone"), RowKind.WAITING, "优先 · 综合", Tone.WARN),
        (
            replace(TICKET, state=TicketState.HELD, hold=Hold.WITH_PAPERS, held_at=EARLIER),
            RowKind.HELD, "持件 30 分钟", Tone.NEUTRAL,
        ),
        (
            replace(
                TICKET, state=TicketState.HELD, hold=Hold.WAITING, held_at=NOW - timedelta(hours=2)
            ),
            RowKind.HELD, "等待 120 分钟", Tone.NEUTRAL,
        ),
        (
            replace(TICKET, state=TicketState.HELD, held_at=NOW - timedelta(minutes=121)),
            RowKind.HELD, "等待 121 分钟", Tone.WARN,
        ),
        (
            replace(
                TICKET, state=TicketState.HELD, hold=Hold.WITHOUT_PAPERS, held_at=NOW, away=True
            ),
            RowKind.AWAY, "不持件 0 分钟", Tone.NEUTRAL,
        ),
        (
            replace(TICKET, state=TicketState.PASSED, called_at=EARLIER),
            RowKind.PASSED, "过号 至 10:30", Tone.NEUTRAL,
        ),
        (
            replace(TICKET, state=TicketState.PASSED, called_at=NOW - timedelta(minutes=61)),
            RowKind.PASSED, "过号 须重取", Tone.NEUTRAL,
        ),
        (
            replace(TICKET, state=TicketState.PASSED, called_at=NOW, returns=2),
            RowKind.PASSED, "过号 须重取", Tone.NEUTRAL,
        ),
    ],
)  # fmt: skip
def test_a_row_says_what_holds_of_it(ticket: Ticket, kind: RowKind, tag: str, tone: Tone) -> None:
    policy = QueuePolicy(returns=ReturnRule(after=3, minutes=60, times=2), hold_minutes=120)
    row = row_of(ticket, policy, {"b": "综合"}, NOW, english=False)
    assert (row.kind, row.tag, row.tone) == (kind, tag, tone)


def test_english_names_the_priority_whole() -> None:
    ticket = replace(TICKET, priority="elderly")
    row = row_of(ticket, QueuePolicy(), {"b": "General"}, NOW, english=True)
    assert row.tag == "Elderly · General"


def test_the_time_on_hold_is_not_counted_as_handling() -> None:
    served = replace(
        TICKET, state=TicketState.SERVING, called_at=EARLIER, served_at=EARLIER,
        held_for=timedelta(minutes=20),
    )  # fmt: skip
    assert times_of(served, NOW) == "等了 0 分钟 · 已办 10:00"
    assert times_of(None, NOW) == ""


def test_how_far_the_window_can_go_on() -> None:
    assert lease_words(connected=False, here=6, hall=None) == "离线：还可叫 6 个号"
    assert lease_words(connected=True, here=3, hall=None) == "本窗口可叫 3 个号"
    assert lease_words(connected=True, here=3, hall=14) == "大厅 14 人等候，本窗口 3 个号"
    # What the hall knew a moment ago is never less than what is here.
    assert lease_words(connected=True, here=3, hall=1) == "大厅 3 人等候，本窗口 3 个号"
