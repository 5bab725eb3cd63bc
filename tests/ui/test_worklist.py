"""办件时限 in the real window: lights, keys, inline forms, and what is said when it cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication

from app.bootstrap import resources_folder
from app.domain.case import CaseState
from app.domain.hall import HALL_ZONE
from tests.storage.conftest import SettableClock
from tests.storage.test_worklist import take_in
from tests.ui.hall import Hall
from tests.ui.test_layout import check
from ui.kit.texts import install_language
from ui.kit.theme import ThemeMode
from ui.pages.worklist_panel import WorklistPanel
from ui.viewmodels.worklist import WorklistModel
from ui.viewmodels.worklist_words import WorklistLine

Key = Qt.Key


@dataclass(frozen=True)
class Still:
    at: datetime

    def now(self) -> datetime:
        return self.at


def at(hall: Hall, days: float) -> SettableClock:
    """Until it is put back, the store writes as many days ago."""
    clock = SettableClock()
    clock.at = hall.client.clock.now() - timedelta(days=days)
    hall.client.store.clock = clock
    return clock


def fill(hall: Hall) -> dict[str, str]:
    """Cases of several ages, by name."""
    client = hall.client
    made: dict[str, str] = {}
    ages = (("silent", 40, False), ("late", 39, True), ("fresh", 0, True), ("waiting", 0, False))
    for number, (name, days, accepted) in enumerate(ages, 1):
        at(hall, days)
        made[name] = take_in(client, f"3799012026112200000{number}", accepted=accepted)
    client.store.clock = client.clock
    return made


def model(hall: Hall) -> WorklistModel:
    assert hall.window.worklist_model is not None
    return hall.window.worklist_model


def panel(hall: Hall) -> WorklistPanel:
    shown = hall.window.stack.currentWidget()
    assert isinstance(shown, WorklistPanel)
    return shown


def line(hall: Hall, case_id: str) -> WorklistLine:
    return next(one for one in model(hall).state.lines if one.id == case_id)


def point(hall: Hall, case_id: str) -> None:
    table = panel(hall).table
    ids = [one.id for one in table.lines]
    table.setCurrentIndex(table.model().index(ids.index(case_id), 1))


def open_page(hall: Hall) -> None:
    hall.ctrl(Key.Key_J)
    hall.settle()
    assert panel(hall).table.hasFocus()


def test_deemed_acceptance_happens_by_itself_and_is_marked(hall: Hall) -> None:
    made = fill(hall)
    hall.sign_in()
    model(hall).settle()
    hall.settle()
    case = hall.client.store.find_case(made["silent"])
    assert case is not None
    assert case.state is CaseState.DEEMED_ACCEPTED
    hall.wait(lambda: "红 2" in hall.window.status.clocks.text(), "the status line")
    hall.click(hall.window.status.clocks)
    hall.settle()
    shown = line(hall, made["silent"])
    assert "视为受理" in shown.about
    assert "视为受理" in shown.remark
    assert shown.light == "红 已超期"
    assert line(hall, made["late"]).light == "红 已超期"
    assert line(hall, made["fresh"]).light == "绿 正常"
    assert line(hall, made["waiting"]).left == "还剩 5 个工作日"
    assert "今天 1 件记为视为受理" in model(hall).state.head
    hall.key(Key.Key_Escape)
    assert hall.window.stack.currentWidget() is hall.page


def test_clocks_are_looked_at_again_after_minutes_and_on_a_new_day(hall: Hall) -> None:
    hall.sign_in()
    hall.settle()
    made = fill(hall)
    clocks, store = model(hall), hall.client.store

    def state() -> CaseState:
        hall.settle()
        case = store.find_case(made["silent"])
        assert case is not None
        return case.state

    clocks._settled_at = now = hall.client.clock.now()
    clocks.look()
    assert state() is CaseState.RECEIVED  # a moment ago is soon enough
    clocks._settled_at = now - timedelta(minutes=4)
    clocks.look()
    assert state() is CaseState.DEEMED_ACCEPTED
    at(hall, 41)
    again = take_in(hall.client, "37990120261122000008")
    store.clock = hall.client.clock
    local = now.astimezone(HALL_ZONE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if local - midnight < timedelta(minutes=2):
        midnight -= timedelta(days=1)
    clocks._services = replace(clocks._services, clock=Still(midnight + timedelta(seconds=5)))
    clocks._settled_at = midnight - timedelta(seconds=5)
    clocks.look()
    hall.settle()
    case = store.find_case(again)
    assert case is not None
    assert case.state is CaseState.DEEMED_ACCEPTED


def test_another_day_on_the_paper_is_told(hall: Hall) -> None:
    hall.sign_in()
    hall.client.store.clock = SettableClock()  # 2026-11-23
    received = take_in(hall.client, "37990120261123000001")
    kept = hall.client.calendar().get(2026)
    later = {
        "source": "测试更正",
        "holidays": [*map(str, kept.holidays), "2026-11-25"],
        "workdays": [*map(str, kept.workdays)],
    }
    folder = hall.client.home / "calendar"
    folder.mkdir()
    (folder / "2026.json").write_text(json.dumps({"years": {"2026": later}}), "utf-8")
    model(hall).refresh()
    hall.settle()
    assert line(hall, received).due == "2026-12-01"
    assert line(hall, received).due_remark == "纸上写 11-30"


def test_a_hearing_is_begun_and_ended_by_keyboard_alone(hall: Hall) -> None:
    made = fill(hall)
    hall.sign_in()
    open_page(hall)
    hall.wait(lambda: len(panel(hall).table.lines) == 4, "the list")
    point(hall, made["fresh"])
    hall.key(Key.Key_P)
    assert [b.words() for b in hall.filled()] == ["暂停时限"]
    hall.ctrl(Key.Key_Return)
    asked = model(hall).state.form
    assert asked is not None
    assert asked.note is not None  # which procedure?
    panel(hall).form.procedures.setFocus()
    hall.key(Key.Key_1)
    hall.key(Key.Key_Return)
    hall.write("利害关系人申请听证")
    hall.key(Key.Key_Return)
    hall.write("王示例")
    hall.key(Key.Key_Return)
    hall.key(Key.Key_Return)
    hall.wait(lambda: model(hall).state.form is None, "the form is done")
    hall.settle()
    assert line(hall, made["fresh"]).light == "绿 暂停"
    assert "听证" in line(hall, made["fresh"]).remark
    assert panel(hall).table.hasFocus()
    current = panel(hall).table.current()
    assert current is not None
    assert current.id == made["fresh"]  # the cursor stays on its case
    hall.key(Key.Key_R)
    hall.key(Key.Key_Return)
    hall.wait(lambda: model(hall).state.form is None, "the form is done")
    hall.settle()
    assert line(hall, made["fresh"]).light == "绿 正常"
    case = hall.client.store.find_case(made["fresh"])
    assert case is not None
    assert [(one.code, one.approver, one.end is None) for one in case.pauses] == [
        ("hearing", "王示例", False)
    ]


def test_an_extension_is_given_once_and_not_when_late(hall: Hall) -> None:
    made = fill(hall)
    hall.sign_in()
    open_page(hall)
    hall.wait(lambda: len(panel(hall).table.lines) == 4, "the list")
    for name, why in (("late", "已经超期"), ("waiting", "没有受理")):
        point(hall, made[name])
        assert not panel(hall).extend.isEnabled()
        hall.key(Key.Key_X)
        note = model(hall).state.note
        assert note is not None
        assert why in note.message
    point(hall, made["fresh"])
    hall.click(panel(hall).extend)
    hall.write("案情复杂")
    hall.key(Key.Key_Return)
    hall.write("王示例")
    hall.key(Key.Key_Return)
    hall.write("11")
    hall.ctrl(Key.Key_Return)
    hall.settle()
    form = model(hall).state.form
    assert form is not None
    assert form.note is not None
    assert "10" in form.note.message
    panel(hall).form.day.setText("10")
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: model(hall).state.form is None, "the form is done")
    hall.settle()
    assert "已延长 10 个工作日" in line(hall, made["fresh"]).remark
    hall.key(Key.Key_X)
    assert model(hall).state.form is None


def test_escape_leaves_the_form_first(hall: Hall) -> None:
    made = fill(hall)
    hall.sign_in()
    open_page(hall)
    hall.wait(lambda: len(panel(hall).table.lines) == 4, "the list")
    point(hall, made["fresh"])
    hall.key(Key.Key_X)
    hall.write("半句")
    hall.key(Key.Key_Escape)
    assert model(hall).state.form is None
    assert panel(hall).table.hasFocus()
    hall.key(Key.Key_X)
    assert panel(hall).form.reason.text() == ""
    hall.key(Key.Key_Escape)
    hall.ctrl(Key.Key_J)
    assert hall.window.stack.currentWidget() is hall.page


def test_a_clock_set_back_is_said_and_settles_nothing(hall: Hall) -> None:
    made = fill(hall)
    at(hall, -400)
    take_in(hall.client, "37990120261122000009")
    hall.client.store.clock = hall.client.clock
    hall.sign_in()
    model(hall).settle()
    hall.settle()
    hall.wait(lambda: "时限不能计算" in hall.window.status.clocks.text(), "the status line")
    open_page(hall)
    assert "早于最后一条记录" in model(hall).state.remarks[0].message
    case = hall.client.store.find_case(made["silent"])
    assert case is not None
    assert case.state is CaseState.RECEIVED


def test_faults_of_settings_and_calendar_are_told_on_the_page(hall: Hall) -> None:
    (hall.client.home / "clocks.json").write_text("{", "utf-8")
    (hall.client.home / "calendar").mkdir()
    (hall.client.home / "calendar" / "2030.json").write_text(json.dumps({"years": 1}), "utf-8")
    hall.sign_in()
    open_page(hall)
    hall.wait(lambda: len(model(hall).state.remarks) == 2, "remarks")
    assert "clocks.json" in model(hall).state.remarks[0].message
    assert "2030.json" in model(hall).state.remarks[1].message


def test_a_year_not_published_is_told_on_the_row_and_at_the_head(hall: Hall) -> None:
    hall.sign_in()
    clock = at(hall, 0)
    clock.at = clock.at.replace(year=max(hall.client.work.published_years), month=12, day=30)
    case_id = take_in(hall.client, "37990120261122000007")
    model(hall).refresh()
    hall.settle()
    open_page(hall)
    hall.settle()
    assert line(hall, case_id).due_remark == "放假安排未发布"
    assert any("放假安排未发布" in remark.message for remark in model(hall).state.remarks)


def look_round(hall: Hall) -> None:
    made = fill(hall)
    hall.sign_in()
    model(hall).settle()
    hall.settle()
    open_page(hall)
    hall.wait(lambda: len(panel(hall).table.lines) == 4, "the list")
    check(hall, "list")
    point(hall, made["fresh"])
    hall.key(Key.Key_P)
    check(hall, "pause")
    hall.ctrl(Key.Key_Return)
    check(hall, "pause, incomplete")
    hall.key(Key.Key_Escape)
    hall.key(Key.Key_X)
    check(hall, "extend")
    hall.key(Key.Key_Escape)
    hall.client.worklist.pause(hall.model.line.session, made["fresh"], "hearing", "申请", "王示例")
    model(hall).refresh()
    hall.settle()
    hall.key(Key.Key_R)
    check(hall, "resume")
    assert (hall.window.width(), hall.window.height()) == (1366, 768)


@pytest.mark.parametrize("theme", [ThemeMode.LIGHT, ThemeMode.DARK])
def test_small_screen(open_hall: Callable[..., Hall], theme: ThemeMode) -> None:
    look_round(open_hall(theme=theme))


def test_english(open_hall: Callable[..., Hall], screen: QApplication) -> None:
    translator = install_language(screen, "en", resources_folder() / "texts")
    assert translator is not None
    try:
        look_round(open_hall())
    finally:
        QCoreApplication.removeTranslator(translator)
