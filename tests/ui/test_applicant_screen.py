"""The applicant's screen: what it shows beside the clerk's work, and the one rating."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.domain.errors import BadEntry
from app.domain.journal import decode_event
from app.domain.queue_errors import AlreadyRated
from app.domain.rating import Occasion
from app.domain.ticket_events import ServiceRated
from app.services.rating import APPLICANT
from tests.ui.hall import FOOD, Hall
from ui.pages.applicant_screen import ApplicantScreen
from ui.pages.widgets.touch import TouchButton
from ui.viewmodels import applicant
from ui.viewmodels.applicant import ApplicantModel, ApplicantStage

Key = Qt.Key
# The platform without a screen says so each time the size of what is shown changes.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def beside(hall: Hall) -> Hall:
    hall.sign_in()
    hall.key(Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert screen_of(hall).isVisible()
    hall.window.activateWindow()  # a platform without a window manager gives it away
    return hall


def model_of(hall: Hall) -> ApplicantModel:
    assert hall.window.applicant.model is not None
    return hall.window.applicant.model


def screen_of(hall: Hall) -> ApplicantScreen:
    assert hall.window.applicant.screen is not None
    return hall.window.applicant.screen


def words(hall: Hall) -> str:
    page = screen_of(hall).pages.currentWidget()
    assert page is not None
    return "\n".join(part.text() for part in page.findChildren(QLabel) if part.isVisible())


def touch(hall: Hall, name: str) -> None:
    hall.settle()
    page = screen_of(hall).pages.currentWidget()
    assert page is not None
    found = [
        one for one in page.findChildren(TouchButton)
        if one.accessibleName() == name and one.isVisible()
    ]  # fmt: skip
    assert len(found) == 1, name
    QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)


def decide(hall: Hall) -> None:
    hall.begin()
    hall.read()
    hall.find("spjy")
    hall.answer_first()
    hall.name_organisation()
    hall.receive_all()
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.decided is not None, "a decision")
    hall.settle()


def ratings(hall: Hall) -> list[tuple[str, ServiceRated]]:
    found = []
    for entry in hall.client.store.entries():
        if entry.kind == ServiceRated.__name__:
            event = decode_event(entry.kind, entry.version, entry.body)
            assert isinstance(event, ServiceRated)
            found.append((entry.actor, event))
    return found


def test_it_follows_the_work_masked_and_says_what_is_missing_first(beside: Hall) -> None:
    assert "欢迎" in words(beside)
    beside.begin()
    beside.read()
    beside.find("spjy")
    beside.answer_first()
    beside.wait(lambda: bool(model_of(beside).state.brought), "the materials")
    beside.model.case.unmask(True)
    seen = words(beside)
    assert FOOD in seen
    assert "张示例" not in seen
    assert "张**" in seen
    assert "379901198803040115" not in seen
    assert f"还差 {model_of(beside).state.missing} 份材料" in seen
    assert model_of(beside).state.missing > 0


def test_one_rating_by_touch_with_its_reasons(beside: Hall) -> None:
    decide(beside)
    assert model_of(beside).state.stage is ApplicantStage.RATING
    case_id = beside.model.case.state.case_id
    touch(beside, "满意")
    touch(beside, "说得清楚")
    touch(beside, "办得快")
    touch(beside, "办得快")  # taken back
    touch(beside, "提交评价")
    beside.wait(lambda: bool(ratings(beside)), "the rating")
    assert "感谢" in words(beside)
    [(actor, rated)] = ratings(beside)
    assert actor == APPLICANT
    assert (rated.score, rated.reasons, rated.cases) == (4, ("clear",), (case_id,))
    assert (rated.clerk, rated.window) == ("1001", "W01")
    model_of(beside).submit()  # a second touch
    beside.settle()
    assert len(ratings(beside)) == 1


def test_nobody_rates_and_nothing_is_recorded(
    beside: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applicant, "RATING_SECONDS", 1)
    decide(beside)
    beside.wait(lambda: model_of(beside).state.stage is ApplicantStage.WELCOME, "the welcome")
    assert ratings(beside) == []
    beside.model.case.tell(None)  # the clerk's side moves: it is not asked again
    beside.settle()
    assert model_of(beside).state.stage is not ApplicantStage.RATING


def test_the_clerks_keys_never_reach_it(beside: Hall) -> None:
    decide(beside)
    screen = screen_of(beside)
    assert screen.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus
    buttons = screen.findChildren(TouchButton)
    assert buttons
    assert all(one.focusPolicy() is Qt.FocusPolicy.NoFocus for one in buttons)
    for key in (Key.Key_Return, Key.Key_Space, Key.Key_1, Key.Key_5):
        beside.key(key)
    beside.settle()
    assert ratings(beside) == []


def test_the_next_person_sees_nothing_of_the_one_before(beside: Hall) -> None:
    decide(beside)
    beside.key(Key.Key_F2)
    beside.settle()
    beside.wait(lambda: model_of(beside).state.stage is ApplicantStage.CALLED, "the call")
    seen = words(beside)
    assert FOOD not in seen
    assert beside.model.line.state.ticket in seen
    assert ratings(beside) == []


def test_an_occasion_has_one_rating_also_after_a_restart(hall: Hall) -> None:
    session = hall.client.sign_in.sign_in("1001", "demo-1001", "W01")
    desk, occasion = hall.client.ratings, Occasion(ticket="t1", cases=("c1",))
    desk.rate(session, occasion, 1, ["wait"], "等了\n一小时\x00")
    assert desk.is_rated(occasion)
    with pytest.raises(AlreadyRated):
        desk.rate(session, occasion, 5)
    with pytest.raises(BadEntry):
        desk.rate(session, Occasion(ticket="t2", cases=()), 6)
    with pytest.raises(BadEntry):
        desk.rate(session, Occasion(ticket="t2", cases=()), 5, ["fee"])
    [(_, rated)] = ratings(hall)
    assert rated.text == "等了一小时"
