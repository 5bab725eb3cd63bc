"""The supervisor's pages by keyboard: what is seen, what is asked, what is recorded, how far it
came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.bootstrap import resources_folder
from app.domain.event import Event
from app.domain.hall import Hall as HallFile
from app.domain.journal import decode_event
from app.domain.queue_errors import HallIsHalted
from app.domain.queue_view import HallView, WindowState
from app.domain.ticket import TicketState
from app.domain.ticket_events import (
    QUEUE_EVENTS,
    HallHalted,
    QueuePolicyChanged,
    TicketAssigned,
    TicketReplaced,
    WindowOrder,
    WindowOrdered,
)
from app.services.demo_hall import load_hall
from app.storage.outbox import Refusal
from tests.ui.hall import Hall
from tests.ui.supervised_hall import NOW, StillDays, StillLine, large_hall_view, worked_day
from ui.pages.help_panel import HelpPanel
from ui.pages.supervisor_figures import FiguresView, WhatIfView
from ui.pages.supervisor_panel import SupervisorPanel, Tab
from ui.pages.supervisor_policy import PolicyView
from ui.viewmodels.charts import Bars, Empty
from ui.viewmodels.fact_words import fact_words
from ui.viewmodels.supervisor import SupervisorModel

OpenHall = Callable[..., Hall]
Supervised = tuple[Hall, SupervisorModel, SupervisorPanel, StillLine]


@pytest.fixture
def hall_file() -> HallFile:
    return load_hall(resources_folder() / "demo_hall")


@pytest.fixture
def supervised(open_hall: OpenHall, hall_file: HallFile) -> Supervised:
    """Three windows, the third cannot be reached, and 40 tickets."""
    line = StillLine(large_hall_view(hall_file, windows=3, tickets=220))
    hall = open_hall(line=line)
    model = hall.supervise()
    panel = hall.window.stack.currentWidget()
    assert isinstance(panel, SupervisorPanel)
    return hall, model, panel, line


def recorded(hall: Hall, kind: type[Event]) -> list[tuple[str, Event]]:
    return [
        (entry.subject, decode_event(entry.kind, entry.version, entry.body))
        for entry in hall.client.store.entries()
        if entry.kind == kind.__name__
    ]


def put(hall: Hall, line: StillLine, view: HallView, seen: Callable[[], bool]) -> None:
    line.put(view)
    hall.wait(seen, "the new picture")
    hall.settle()


def test_a_supervisor_comes_to_the_hall_and_a_clerk_does_not(
    open_hall: OpenHall, hall_file: HallFile
) -> None:
    hall = open_hall(line=StillLine(large_hall_view(hall_file, windows=3, tickets=10)))
    hall.sign_in()
    assert hall.window.stack.currentWidget() is hall.window.counter
    hall.window.open_panel("supervisor")
    assert hall.window.stack.currentWidget() is hall.window.counter
    assert hall.window.supervisor_model is None


def test_every_window_and_line_is_seen_with_its_light_in_words(supervised: Supervised) -> None:
    _, model, panel, _ = supervised
    rows = model.state.rows
    assert rows is not None
    assert [tile.number for tile in panel.hall.tiles.tiles] == ["1", "2", "3"]
    lost = panel.hall.tiles.tiles[2]
    assert (lost.word, lost.mark, lost.under) == ("断线", "■", "10:12 起断线")
    assert "■ 断线 1 窗" in [chip.text() for chip in panel.figures]
    for line in rows.lines:
        assert line.light.split(" ")[-1] in {"正常", "将超时", "超时", "无人等"}
    assert panel.told.text() == "10:24 的情况"


def test_many_tickets_are_chosen_by_key_and_moved_to_a_window_with_priority(
    supervised: Supervised,
) -> None:
    hall, model, panel, _ = supervised
    hall.key(Qt.Key.Key_F3)
    assert panel.tab is Tab.TICKETS
    hall.key(Qt.Key.Key_1)  # nothing: the table has the keys
    table = panel.tickets.table
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    chosen = table.chosen()
    assert len(chosen) == 2
    hall.key(Qt.Key.Key_T)
    form = model.state.form
    assert form is not None
    assert form.targets == chosen
    hall.ctrl(Qt.Key.Key_Return)
    assert model.state.form is not None
    assert model.state.form.note is not None  # a reason first
    panel.form.window_.setCurrentIndex(panel.form.window_.findData("W01"))
    panel.form.priority.setCurrentIndex(panel.form.priority.findData("elderly"))
    panel.form.reasons.setFocus()
    hall.key(Qt.Key.Key_2)
    hall.ctrl(Qt.Key.Key_Return)
    hall.wait(lambda: model.state.form is None, "the act")
    facts = recorded(hall, TicketAssigned)
    assert [subject for subject, _ in facts] == [f"ticket:{one}" for one in chosen]
    event = facts[0][1]
    assert isinstance(event, TicketAssigned)
    assert (event.window, event.priority, event.reason) == ("W01", "elderly", "等得太久")
    assert table.chosen() == chosen  # she may go on with the same
    assert hall.office.woken


def test_tickets_are_found_by_word_and_state(supervised: Supervised) -> None:
    hall, model, panel, _ = supervised
    hall.key(Qt.Key.Key_F3)
    hall.key(Qt.Key.Key_Slash)
    assert panel.tickets.text.hasFocus()
    hall.write("综合")
    shown = model.state.shown
    assert shown
    assert all(row.line == "综合业务" for row in shown)
    panel.tickets.states.setFocus()
    hall.key(Qt.Key.Key_1)
    assert {row.state for row in model.state.shown} == {TicketState.WAITING}
    assert len(model.state.shown) < len(shown)


def test_a_whole_line_is_moved(supervised: Supervised) -> None:
    hall, model, panel, line = supervised
    panel.hall.lines.setFocus()
    here = panel.hall.lines.current()
    hall.key(Qt.Key.Key_T)
    form = model.state.form
    assert form is not None
    waiting = {
        one.id for one in line.now.tickets
        if one.business == here and one.state is TicketState.WAITING
    }  # fmt: skip
    assert set(form.targets) == waiting


def test_what_a_window_out_of_reach_holds_stays_pending_and_says_since_when(
    supervised: Supervised,
) -> None:
    hall, model, panel, line = supervised
    held = next(
        one for one in line.now.tickets
        if one.state is TicketState.WAITING and one.holder == "W03"
    )  # fmt: skip
    hall.key(Qt.Key.Key_F3)
    panel.tickets.text.setText(held.number)
    panel.tickets.table.setFocus()
    panel.tickets.table.selectRow(0)
    hall.key(Qt.Key.Key_T)
    assert "10:12 起断线" in panel.form.warn.text()
    panel.form.window_.setCurrentIndex(panel.form.window_.findData("W01"))
    panel.form.reason.setText("3 号断线")
    hall.ctrl(Qt.Key.Key_Return)
    hall.wait(lambda: model.state.form is None, "the act")
    hall.wait(lambda: bool(model.state.pending.acts), "the list of acts")
    assert model.state.pending.acts[0].chip == "待办 1/1"
    assert "还没送到后台" in model.state.pending.acts[0].detail[0]

    seq = hall.client.store.entries()[-1].seq
    hall.client.outbox.acknowledge(seq, [])
    asked = tuple(replace(one, wanted=one.id == held.id) for one in line.now.tickets)
    put(
        hall, line, replace(line.now, tickets=asked),
        lambda: "等 3 号窗口交还" in "".join(model.state.pending.acts[0].detail),
    )  # fmt: skip
    act = model.state.pending.acts[0]
    assert act.detail == (f"{held.number}：等 3 号窗口交还（10:12 起断线；可换号）",)
    assert panel.tabs[Tab.ACTS].words() == "我的指令 · 1 条待办"
    moved = tuple(
        replace(one, wanted=False, holder="", window="W01") if one.id == held.id else one
        for one in line.now.tickets
    )
    put(
        hall, line, replace(line.now, tickets=moved),
        lambda: model.state.pending.acts[0].chip == "已执行",
    )  # fmt: skip


def test_a_number_is_replaced_where_its_window_is_lost(supervised: Supervised) -> None:
    hall, model, panel, line = supervised
    held = next(
        one for one in line.now.tickets
        if one.state is TicketState.WAITING and one.holder == "W03"
    )  # fmt: skip
    hall.key(Qt.Key.Key_F3)
    panel.tickets.text.setText(held.number)
    panel.tickets.table.setFocus()
    panel.tickets.table.selectRow(0)
    hall.key(Qt.Key.Key_H)
    assert model.state.form is not None
    hall.key(Qt.Key.Key_1)
    hall.ctrl(Qt.Key.Key_Return)
    hall.wait(lambda: model.state.form is None, "the act")
    ((subject, event),) = recorded(hall, TicketReplaced)
    assert isinstance(event, TicketReplaced)
    assert subject == f"ticket:{held.id}"
    hall.wait(lambda: bool(model.state.pending.acts), "the list of acts")
    act = model.state.pending.acts[0]
    assert act.title == f"换号 → {event.number}"
    assert not act.undoable


def test_windows_are_paused_together_and_the_order_waits_in_their_tiles(
    supervised: Supervised,
) -> None:
    hall, model, panel, line = supervised
    tiles = panel.hall.tiles
    tiles.setFocus()
    tiles.choose(["W01", "W02"])
    hall.key(Qt.Key.Key_P)
    assert panel.form.about.text() == "暂停窗口：1 号窗口、2 号窗口"
    hall.key(Qt.Key.Key_1)
    hall.ctrl(Qt.Key.Key_Return)
    hall.wait(lambda: model.state.form is None, "the act")
    hall.wait(lambda: tiles.tiles[0].pending == "待执行：暂停窗口", "the order in the tile")
    orders = [
        (s, e.order) for s, e in recorded(hall, WindowOrdered) if isinstance(e, WindowOrdered)
    ]
    assert orders == [("window:W01", WindowOrder.PAUSE), ("window:W02", WindowOrder.PAUSE)]
    hall.client.outbox.acknowledge(hall.client.store.entries()[-1].seq, [])
    windows = tuple(
        replace(one, state=WindowState.PAUSED, since=NOW + timedelta(seconds=5))
        if one.id != "W03" else one
        for one in line.now.windows
    )  # fmt: skip
    put(hall, line, replace(line.now, windows=windows), lambda: not tiles.tiles[0].pending)
    assert model.state.pending.acts[0].chip == "已执行"


def test_skills_are_changed_for_today(supervised: Supervised, hall_file: HallFile) -> None:
    hall, model, panel, _ = supervised
    tiles = panel.hall.tiles
    tiles.setFocus()
    hall.key(Qt.Key.Key_2)  # to window 2 by its number
    hall.key(Qt.Key.Key_K)
    assert model.state.form is not None
    assert model.state.form.targets == ("W02",)
    hall.key(Qt.Key.Key_1)  # without the first
    panel.form.period.setFocus()
    panel.form.period.pick(1)
    panel.form.reason.setText("人手不够")
    hall.ctrl(Qt.Key.Key_Return)
    hall.wait(lambda: model.state.form is None, "the act")
    ((subject, event),) = recorded(hall, QueuePolicyChanged)
    assert isinstance(event, QueuePolicyChanged)
    assert subject == "hall"
    first = hall_file.businesses[0].id
    assert not event.policy.serves("W02", first)
    assert event.policy.serves("W01", first)
    assert event.until is not None


def test_the_hall_is_halted_only_when_asked_twice(supervised: Supervised) -> None:
    hall, model, panel, line = supervised
    hall.key(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    panel.form.reason.setText("消防疏散")
    hall.ctrl(Qt.Key.Key_Return)
    assert model.state.form is not None
    assert model.state.form.armed
    assert recorded(hall, HallHalted) == []
    hall.key(Qt.Key.Key_Escape)
    assert model.state.form is None
    hall.key(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    panel.form.reason.setText("消防疏散")
    hall.ctrl(Qt.Key.Key_Return)
    hall.ctrl(Qt.Key.Key_Return)
    hall.wait(lambda: model.state.form is None, "the act")
    assert len(recorded(hall, HallHalted)) == 1
    put(
        hall, line, replace(line.now, halted="消防疏散"),
        lambda: not panel.halted.isHidden(),
    )  # fmt: skip
    assert panel.halt.words() == "全厅恢复"


def test_a_refused_act_comes_back_in_words_and_another_is_taken_back(
    supervised: Supervised,
) -> None:
    hall, model, panel, line = supervised
    waiting = [
        one for one in line.now.tickets if one.state is TicketState.WAITING and not one.holder
    ]
    desk = hall.client.supervision
    assert model.session is not None
    refused = desk.assign(model.session, waiting[:2], "试", window="W01")
    hall.client.outbox.acknowledge(
        hall.client.store.entries()[-1].seq,
        [Refusal(seq=hall.client.store.entries()[-1].seq, code="QUE-10")],
    )
    good = desk.assign(model.session, waiting[2:3], "再试", window="W02")
    model.redraw()
    hall.wait(lambda: len(model.state.pending.acts) == 2, "both acts")
    hall.settle()
    told = {one.id: one for one in model.state.pending.acts}
    assert told[refused].chip == "拒 1/2"
    assert waiting[1].number in told[refused].detail[-1]
    hall.key(Qt.Key.Key_F7)
    assert panel.tabs[Tab.ACTS].words() == "我的指令 · 1 条被拒"
    hall.key(Qt.Key.Key_Down)
    hall.key(Qt.Key.Key_X)
    hall.wait(lambda: model.state.pending.refused == 0, "what she knows")
    assert hall.client.outbox.counts()[1] == 0  # nor does the window's own list ask for an answer
    hall.key(Qt.Key.Key_Up)
    assert panel.acts.list.current() == good
    hall.key(Qt.Key.Key_Z)
    assert model.state.form is not None
    hall.key(Qt.Key.Key_1)
    hall.ctrl(Qt.Key.Key_Return)
    hall.wait(lambda: model.state.form is None, "the act")
    hall.wait(lambda: len(model.state.pending.acts) == 3, "the act that takes it back")
    newest = model.state.pending.acts[0]
    assert newest.title.startswith("撤销：")
    assert {one.id: one for one in model.state.pending.acts}[good].chip == "已撤销"


def test_an_old_picture_says_from_when_it_is(supervised: Supervised) -> None:
    hall, model, panel, line = supervised
    line.fault = HallIsHalted()  # any foreseen failure
    line.changed.set()
    hall.wait(lambda: model.state.stale is not None, "the failure")
    assert model.state.stale is not None
    assert model.state.stale.message.startswith("这是 10:24 的情况。")
    assert panel.hall.tiles.tiles  # what was seen stays
    line.fault = None
    hall.wait(lambda: model.state.stale is None, "the line")


def test_esc_goes_out_of_the_form_then_to_the_hall_then_to_the_counter(
    supervised: Supervised,
) -> None:
    hall, model, panel, _ = supervised
    hall.key(Qt.Key.Key_F7)
    hall.key(Qt.Key.Key_F3)
    hall.key(Qt.Key.Key_T)
    assert model.state.form is not None
    hall.key(Qt.Key.Key_Escape)
    assert model.state.form is None
    assert panel.tab is Tab.TICKETS
    hall.key(Qt.Key.Key_Escape)
    assert panel.tab is Tab.HALL
    hall.key(Qt.Key.Key_Escape)
    assert hall.window.stack.currentWidget() is hall.window.counter
    hall.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert hall.window.stack.currentWidget() is panel
    assert len(hall.filled()) == 1


# -- rules, figures, what if --------------------------------------------------------------------

MONDAY = date(2026, 11, 23)


@pytest.fixture
def figured(open_hall: OpenHall, hall_file: HallFile) -> Supervised:
    """Two days with three windows and 200 people each."""
    line = StillLine(large_hall_view(hall_file, windows=3, tickets=220))
    days = StillDays(
        {
            day: worked_day(hall_file, day, windows=3, tickets=200)
            for day in (MONDAY, MONDAY - timedelta(days=3))
        }
    )
    hall = open_hall(line=line, days=days)
    model = hall.supervise()
    panel = hall.window.stack.currentWidget()
    assert isinstance(panel, SupervisorPanel)
    return hall, model, panel, line


def policy_view(hall: Hall, panel: SupervisorPanel) -> PolicyView:
    hall.key(Qt.Key.Key_F4)
    view = panel.view(Tab.POLICY)
    assert isinstance(view, PolicyView)
    assert view.lines
    return view


def test_rules_are_checked_shown_as_changes_and_only_then_laid(supervised: Supervised) -> None:
    hall, _, panel, line = supervised
    view = policy_view(hall, panel)
    view.numbers["lease"].setText("99")
    view.lines[0].hours.setText("08:30-11:30 25:00-26:00")
    view.reason.setText("下午加人")
    view.reason.setFocus()
    hall.ctrl(Qt.Key.Key_Return)
    assert view.numbers["lease"].property("state") == "bad"
    assert view.lines[0].hours.property("state") == "bad"
    assert recorded(hall, QueuePolicyChanged) == []
    view.numbers["lease"].setText("5")
    view.lines[0].hours.setText("08:30-11:30 13:30-17:00")
    view.lines[0].quotas.setText("08:30-10:00=40")
    hall.ctrl(Qt.Key.Key_Return)
    assert recorded(hall, QueuePolicyChanged) == []
    assert len(hall.filled()) == 1
    hall.ctrl(Qt.Key.Key_Return)
    hall.wait(lambda: bool(recorded(hall, QueuePolicyChanged)), "the policy")
    ((_, event),) = recorded(hall, QueuePolicyChanged)
    assert isinstance(event, QueuePolicyChanged)
    rule = event.policy.line(view.lines[0].business)
    assert event.policy.lease == 5
    assert [(h.start.hour, h.end.hour) for h in rule.hours] == [(8, 11), (13, 17)]
    assert [one.most for one in rule.quotas] == [40]
    assert event.former == line.now.policy
    assert event.policy.priorities == line.now.policy.priorities


def test_rules_that_somebody_else_changed_are_not_overwritten_unseen(
    supervised: Supervised,
) -> None:
    hall, _, panel, line = supervised
    view = policy_view(hall, panel)
    view.numbers["lease"].setText("5")
    view.reason.setText("下午加人")
    view.reason.setFocus()
    hall.ctrl(Qt.Key.Key_Return)
    other = replace(line.now.policy, repeats=2)
    put(hall, line, replace(line.now, policy=other), lambda: view.numbers["repeats"].text() == "2")
    hall.ctrl(Qt.Key.Key_Return)
    assert view.numbers["lease"].text() == "3"
    assert recorded(hall, QueuePolicyChanged) == []


def test_a_day_is_shown_in_charts_and_saved(figured: Supervised, tmp_path: Path) -> None:
    hall, _, panel, _ = figured
    hall.key(Qt.Key.Key_F5)
    view = panel.view(Tab.FIGURES)
    assert isinstance(view, FiguresView)
    hall.wait(lambda: isinstance(view.chart.chart, Bars), "the waits")
    assert view.day.chosen == MONDAY.isoformat()
    assert view.says.text().startswith("叫到 200 人")
    view.figures.setFocus()
    seen = set()
    for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_6, Qt.Key.Key_7):
        hall.key(key)
        assert not isinstance(view.chart.chart, Empty)
        seen.add(view.chart.chart.title)
        assert view.chart.accessibleDescription()
        assert not view.chart.grab().isNull()
    assert len(seen) == 6
    hall.ctrl(Qt.Key.Key_E)
    folder = hall.services.exports
    assert folder is not None
    hall.wait(lambda: bool(list(folder.glob("*.xlsx"))), "the workbook")
    from openpyxl import load_workbook

    (file,) = folder.glob("*.xlsx")
    book = load_workbook(file)
    assert len(book.sheetnames) == 8
    assert book.worksheets[0].max_row == 201
    panel.view(Tab.FIGURES)
    view.csv.click()
    hall.wait(lambda: bool(list(folder.glob("*.csv"))), "the table")
    (file,) = folder.glob("*.csv")
    text = file.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].startswith("取号,业务,优先,状态,窗口")
    assert len(text.splitlines()) == 201


def test_what_if_says_the_wait_and_its_error(figured: Supervised) -> None:
    hall, _, panel, _ = figured
    hall.key(Qt.Key.Key_F6)
    view = panel.view(Tab.WHAT_IF)
    assert isinstance(view, WhatIfView)
    hall.wait(lambda: bool(view.day.chosen), "the day")
    hall.wait(lambda: not view.says.text().startswith("正在"), "the day's tickets")
    view.other.setFocus()
    hall.key(Qt.Key.Key_1)
    hall.wait(lambda: view.says.text().startswith("当天 3 个窗口"), "the answer", seconds=60)
    assert "多开 1 个" in view.says.text()
    assert "误差" in view.doubt.text()
    chart = view.chart.chart
    assert isinstance(chart, Bars)
    happened, replayed, otherwise = chart.series[0][1]
    assert otherwise < replayed
    assert abs(replayed - happened) < max(3.0, happened)


def test_f1_shows_her_keys_and_esc_leads_back(supervised: Supervised) -> None:
    hall, _, panel, _ = supervised
    hall.key(Qt.Key.Key_F1)
    help_ = hall.window.stack.currentWidget()
    assert isinstance(help_, HelpPanel)
    assert any("换号" in one.text() for one in help_.findChildren(QLabel))
    hall.key(Qt.Key.Key_Escape)
    assert hall.window.stack.currentWidget() is panel


def test_every_fact_of_the_line_has_a_name_for_lists_of_records() -> None:
    kinds = {kind.__name__ for kind in QUEUE_EVENTS} - {"TicketWanted"}  # the back office's own
    assert [kind for kind in sorted(kinds) if fact_words(kind) == kind] == []
