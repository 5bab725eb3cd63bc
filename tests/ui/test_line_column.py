"""The line's column by keyboard: every act has one key, a reason where it is impossible, and words
that say how far the window can go on calling."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication

from app.bootstrap import resources_folder
from app.domain.queue_errors import NoSuchTicket
from app.domain.queue_policy import QueuePolicy, Skill
from app.domain.queue_view import HallView, LineView, TakenTicket, Taking, TicketView
from app.domain.ticket import TicketState
from app.domain.ticket_events import (
    HallHalted,
    HallResumed,
    Hold,
    TicketWanted,
    WindowOrder,
    WindowOrdered,
)
from app.ports import LinkState, SyncStatus
from sync.errors import RecordsUnavailable
from tests.line_feed import LineFeed
from tests.ui.hall import Hall
from tests.ui.supervised_hall import StillLine
from tests.ui.test_layout import check
from ui.kit.texts import install_language
from ui.kit.theme import ThemeMode, Tone
from ui.viewmodels.counter_state import Form
from ui.viewmodels.line_state import LineAct, LineStage, RowKind

Key = Qt.Key
SHOTS = os.environ.get("ONEWINDOW_SHOTS", "")


def shifted(hall: Hall, key: Qt.Key) -> None:
    hall.key(key, Qt.KeyboardModifier.ShiftModifier)


def shoot(hall: Hall, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        hall.window.grab().save(f"{SHOTS}/{name}.png")


def choose(hall: Hall, row: int) -> None:
    hall.key(Key.Key_F6)
    hall.page.line.waiting.setCurrentIndex(hall.page.line.waiting.model().index(row, 0))
    hall.key(Key.Key_Return)


def test_three_kinds_of_hold_and_two_held_at_once(hall: Hall) -> None:
    hall.sign_in()
    hall.key(Key.Key_F2)
    first = hall.model.line.state.ticket
    shifted(hall, Key.Key_F4)
    assert hall.form() is Form.HOLD
    hall.key(Key.Key_2)
    hall.key(Key.Key_Return)
    assert hall.stage() is LineStage.IDLE
    hall.begin()
    hall.read()
    second = hall.model.line.state.ticket
    shifted(hall, Key.Key_F4)
    hall.key(Key.Key_1)
    hall.key(Key.Key_Return)
    hall.wait(lambda: not hall.model.case.state.case_id, "the case left for later")
    rows = [row for row in hall.model.line.state.rows if row.kind is RowKind.HELD]
    assert {(row.number, row.tag[:2]) for row in rows} == {(first, "等待"), (second, "持件")}
    hall.begin()
    third = hall.model.line.state.ticket
    assert third not in {first, second}
    hall.read("ayiguli-ceshi")
    shifted(hall, Key.Key_F4)
    hall.key(Key.Key_3)
    hall.key(Key.Key_Return)
    hall.wait(lambda: not hall.model.case.state.case_id, "the case left for later")
    assert hall.client.queue.snapshot().away[0].hold is Hold.WITHOUT_PAPERS
    choose(hall, len(hall.model.line.state.rows) - 1)  # that one is the hall's to bring back
    note = hall.model.line.state.note
    assert note is not None
    assert "取号机" in note.message
    choose(hall, [row.number for row in hall.model.line.state.rows].index(second))
    assert hall.model.line.state.ticket == second
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.open, "served again")
    assert "1 次" not in hall.model.line.state.times


def test_a_ticket_goes_to_another_window_with_a_reason(hall: Hall) -> None:
    hall.sign_in()
    shifted(hall, Key.Key_F6)
    assert hall.form() is Form.NONE  # nobody is here, and that is said
    note = hall.model.line.state.note
    assert note is not None
    assert note.message == hall.model.state.refused[LineAct.MOVE]
    hall.key(Key.Key_F2)
    number = hall.model.line.state.ticket
    shifted(hall, Key.Key_F6)
    assert hall.form() is Form.MOVE
    businesses = len(hall.client.hall.businesses)
    hall.key(Key(Key.Key_1 + businesses))  # the first of the other windows
    hall.key(Key.Key_Return)
    hall.key(Key.Key_Return)
    assert hall.form() is Form.MOVE  # without a reason it stays
    assert hall.model.state.note is not None
    hall.write("zhuanchuang")
    hall.key(Key.Key_Return)
    assert hall.form() is Form.NONE
    assert hall.stage() is LineStage.IDLE
    moved = next(e for e in hall.client.store.entries() if e.kind == "TicketHandedOver")
    assert '"W02"' in moved.body
    assert number not in {row.number for row in hall.model.line.state.rows}


def test_drop_and_undo(hall: Hall) -> None:
    hall.sign_in()
    hall.key(Key.Key_F2)
    number = hall.model.line.state.ticket
    shifted(hall, Key.Key_F5)
    assert hall.form() is Form.DROP
    hall.key(Key.Key_2)
    hall.key(Key.Key_Return)
    assert hall.stage() is LineStage.IDLE
    shifted(hall, Key.Key_F3)
    assert hall.model.line.state.ticket == number
    note = hall.model.line.state.note
    assert note is not None
    assert note.message == f"已撤销：{number} 恢复为呼叫中。"
    shifted(hall, Key.Key_F3)
    assert hall.model.line.state.ticket == number  # that was all
    hall.key(Key.Key_F4)
    hall.key(Key.Key_F6)
    last = len(hall.model.line.state.rows) - 1
    hall.page.line.waiting.setCurrentIndex(hall.page.line.waiting.model().index(last, 0))
    hall.key(Key.Key_Delete)
    assert hall.form() is Form.DROP
    hall.key(Key.Key_Return)
    assert number not in {row.number for row in hall.model.line.state.rows}


def test_a_pause_has_a_reason_and_going_on_is_the_filled_button(hall: Hall) -> None:
    hall.sign_in()
    shifted(hall, Key.Key_F2)
    assert hall.form() is Form.PAUSE
    hall.key(Key.Key_2)
    hall.key(Key.Key_Return)
    state = hall.model.line.state
    assert (state.paused, state.pause) == (True, hall.client.hall.queue.pause_reasons[1])
    assert state.rows == ()  # they wait in the hall again
    assert hall.page.line.pause.words() == "恢复"
    check(hall, "paused")
    assert hall.filled() == [hall.page.line.pause]
    shoot(hall, "paused")
    hall.ctrl(Key.Key_Return)
    assert not hall.model.line.state.paused


def test_asking_for_the_next_ends_a_pause_also_where_nobody_waits_here(hall: Hall) -> None:
    hall.sign_in()
    shifted(hall, Key.Key_F2)
    hall.key(Key.Key_Return)
    assert hall.model.line.state.paused
    hall.key(Key.Key_F2)
    assert not hall.model.line.state.paused
    assert hall.stage() is LineStage.IDLE


def test_nobody_waits_for_a_supervisor_who_does_not_call(open_hall: Callable[..., Hall]) -> None:
    at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    hall = open_hall(line=StillLine(HallView(version=1, at=at, hall="H", lines=(), windows=())))
    assert hall.client.outbox.serves()
    hall.supervise()
    hall.settle()
    assert not hall.client.outbox.serves()
    assert hall.model.line.state.closed
    hall.key(Key.Key_Escape)
    check(hall, "closed")
    shoot(hall, "closed")
    hall.ctrl(Key.Key_Return)  # she opens it
    assert hall.client.outbox.serves()


def test_grey_acts_say_why(hall: Hall) -> None:
    hall.sign_in()
    line = hall.page.line
    for button in (line.recall, line.undo, line.hold, line.drop, line.hand_over):
        assert not button.isEnabled()
        assert button.toolTip()
    hall.key(Key.Key_F3)
    note = hall.model.line.state.note
    assert note is not None
    assert note.message == "没有正在呼叫的号。"
    hall.key(Key.Key_F2)
    for _ in range(hall.client.hall.queue.repeats):
        hall.key(Key.Key_F3)
    assert not line.recall.isEnabled()
    assert "不能再呼" in line.recall.toolTip()


def test_the_lease_is_said_in_words(hall: Hall) -> None:
    hall.sign_in()
    waiting = hall.model.line.state.waiting
    hall.wait(lambda: hall.page.line.lease.text() == f"本窗口可叫 {waiting} 个号", "connected")
    hall.office.now = SyncStatus(link=LinkState.OFFLINE)
    hall.wait(lambda: hall.page.line.lease.text() == f"离线：还可叫 {waiting} 个号", "offline")


@dataclass
class Greeter(StillLine):
    """A back office that knows who took the papers along."""

    known: dict[str, TakenTicket] = field(default_factory=dict)

    def bring_back(self, number: str) -> TakenTicket:
        if number not in self.known:
            raise NoSuchTicket(number=number)
        return self.known.pop(number)


def test_the_hall_is_asked_how_many_wait_and_who_is_back(open_hall: Callable[..., Hall]) -> None:
    view = HallView(
        version=1, at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC), hall="H",
        lines=(
            LineView(business="general", name="综合", prefix="A", waiting=11),
            LineView(business="estate", name="不动产", prefix="B", waiting=40),
        ),
        windows=(),
        policy=QueuePolicy(skills=(Skill(window="W01", businesses=("general",)),)),
    )  # fmt: skip
    office = Greeter(view)
    hall = open_hall(line=office)
    hall.sign_in()
    hall.wait(lambda: "大厅 11 人等候" in hall.page.line.lease.text(), "those for this window")
    hall.key(Key.Key_F2)
    number = hall.model.line.state.ticket
    shifted(hall, Key.Key_F4)
    hall.key(Key.Key_3)
    hall.key(Key.Key_Return)
    last = len(hall.model.line.state.rows) - 1
    choose(hall, last)
    hall.wait(lambda: hall.model.line.state.note is not None, "nobody knows it")
    assert hall.model.line.state.note is not None
    assert hall.model.line.state.note.tone is Tone.BAD
    ticket = TicketView(
        id="t", number=number, business="general", taken_at=view.at, place=view.at,
        state=TicketState.WAITING,
    )  # fmt: skip
    office.known[number] = TakenTicket(
        outcome=Taking.TAKEN, ticket=ticket, business_name="综合", ahead=0
    )
    choose(hall, last)
    said = f"{number} 已回到大厅的队列。"
    hall.wait(lambda: getattr(hall.model.line.state.note, "message", "") == said, "it is back")
    office.fault = RecordsUnavailable(cause="SYNC-00")
    hall.model.line.hall.ask()
    here = hall.model.line.state.waiting
    hall.wait(lambda: hall.page.line.lease.text() == f"本窗口可叫 {here} 个号", "out of reach")


def test_what_a_supervisor_orders_is_done_and_shown(hall: Hall) -> None:
    hall.sign_in()
    feed = LineFeed(hall.client.store)
    line = hall.model.line
    feed.hear(("window:W01", WindowOrdered(act="m", order=WindowOrder.MESSAGE, text="请来一下")))
    hall.wait(lambda: line.state.word is not None, "her word")
    assert hall.page.line.word.isVisible()
    hall.key(Key.Key_F2)
    assert line.state.word is None  # read, for somebody was called
    hall.key(Key.Key_F4)
    feed.hear(("window:W01", WindowOrdered(act="p", order=WindowOrder.PAUSE, text="盘点")))
    hall.wait(lambda: line.state.paused, "the pause")
    assert hall.page.line.stage.text() == "暂停服务：盘点"
    feed.hear(("window:W01", WindowOrdered(act="o", order=WindowOrder.OPEN, text="好")))
    hall.wait(lambda: not line.state.paused, "the end of it")
    kinds = [entry.kind for entry in hall.client.store.entries()]
    assert kinds.count("WindowPaused") == 1


def test_a_halted_hall_is_said_and_calls_nobody(hall: Hall) -> None:
    hall.sign_in()
    feed = LineFeed(hall.client.store)
    feed.hear(("hall", HallHalted(act="h", reason="消防演练")))
    hall.wait(lambda: not hall.page.line.next.isEnabled(), "the halt")
    assert hall.page.line.stage.text() == "全厅暂停叫号：消防演练"
    assert "消防演练" in hall.page.line.next.toolTip()
    hall.key(Key.Key_F2)
    assert hall.stage() is LineStage.IDLE
    assert hall.filled() == []
    hall.ctrl(Key.Key_Return)
    assert hall.stage() is LineStage.IDLE
    shoot(hall, "halted")
    feed.hear(("hall", HallResumed(act="r", reason="结束")))
    hall.wait(hall.page.line.next.isEnabled, "the hall goes on")


def test_a_ticket_asked_back_leaves_the_list(hall: Hall) -> None:
    hall.sign_in()
    row = hall.model.line.state.rows[0]
    subject = f"ticket:{row.id}"
    facts = [entry.id for entry in hall.client.store.entries() if entry.subject == subject]
    feed = LineFeed(hall.client.store)
    feed.hear((subject, TicketWanted(window="W01", reason="moved", after="what it did before")))
    feed.hear((subject, TicketWanted(window="W01", reason="moved", after=facts[-1])))
    hall.wait(lambda: row.id not in {one.id for one in hall.model.line.state.rows}, "it is gone")


def test_signing_out_gives_back_who_waits(hall: Hall) -> None:
    hall.sign_in()
    waiting = hall.model.line.state.waiting
    hall.key(Key.Key_Q, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    hall.settle()
    kinds = [entry.kind for entry in hall.client.store.entries()]
    assert kinds.count("TicketReleased") == waiting
    assert kinds.index("WindowClosed") < kinds.index("ClerkSignedOut")


@pytest.mark.parametrize("link", [LinkState.CONNECTED, LinkState.OFFLINE])
def test_closing_the_program_offline_keeps_who_waits(hall: Hall, link: LinkState) -> None:
    hall.sign_in()
    hall.office.now = SyncStatus(link=link)
    hall.window.close()
    hall.settle()
    waiting = hall.client.queue.snapshot().waiting
    assert bool(waiting) is (link is LinkState.OFFLINE)


def test_after_a_step_back_the_person_is_served_on(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.read()
    number = hall.model.line.state.ticket
    shifted(hall, Key.Key_F4)
    hall.key(Key.Key_Return)
    hall.wait(lambda: not hall.model.case.state.case_id, "the case left for later")
    shifted(hall, Key.Key_F3)
    assert (hall.model.line.state.ticket, hall.stage()) == (number, LineStage.SERVING)
    hall.begin_called()
    hall.read()
    hall.wait(lambda: bool(hall.model.records.state.waiting), "what was left")
    hall.ctrl(Key.Key_H)
    hall.wait(lambda: hall.model.case.state.open, "the case again")
    assert hall.case().ticket == hall.model.line.state.ticket_id


def walk(hall: Hall, name: str) -> None:
    """Every form of the column and its fullest state: nothing clipped, one filled button."""
    hall.sign_in()
    hall.office.now = SyncStatus(link=LinkState.OFFLINE, waiting=4)
    hall.settle()
    shoot(hall, f"{name}-idle")
    for kind in (Key.Key_1, Key.Key_2):
        hall.key(Key.Key_F2)
        shifted(hall, Key.Key_F4)
        check(hall, "hold")
        hall.key(kind)
        hall.key(Key.Key_Return)
    hall.key(Key.Key_F2)
    hall.key(Key.Key_F4)
    hall.key(Key.Key_F2)
    check(hall, "called")
    shoot(hall, f"{name}-called")
    for key, form in (
        (Key.Key_F4, Form.HOLD), (Key.Key_F6, Form.MOVE), (Key.Key_F5, Form.DROP),
        (Key.Key_F2, Form.PAUSE),
    ):  # fmt: skip
        shifted(hall, key)
        assert hall.form() is form
        check(hall, form.value)
        shoot(hall, f"{name}-{form.value}")
        hall.key(Key.Key_Escape)
    hall.key(Key.Key_F5)
    check(hall, "take")
    shoot(hall, f"{name}-take")
    hall.key(Key.Key_Escape)
    hall.key(Key.Key_F1)
    check(hall, "help")
    shoot(hall, f"{name}-help")
    hall.key(Key.Key_Escape)
    hall.begin_called()
    hall.read()
    check(hall, "serving")
    shoot(hall, f"{name}-serving")


@pytest.mark.parametrize("theme", [ThemeMode.LIGHT, ThemeMode.DARK])
def test_every_form_fits(open_hall: Callable[..., Hall], theme: ThemeMode) -> None:
    hall = open_hall(theme=theme, waiting=7)
    walk(hall, theme.value)
    assert (hall.window.width(), hall.window.height()) == (1366, 768)


def test_every_form_fits_in_english(open_hall: Callable[..., Hall], screen: QApplication) -> None:
    translator = install_language(screen, "en", resources_folder() / "texts")
    assert translator is not None
    try:
        walk(open_hall(waiting=7), "english")
    finally:
        QCoreApplication.removeTranslator(translator)
