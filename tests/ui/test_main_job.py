"""One applicant after another through the real window: by keyboard alone, and by mouse."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from app.domain.case import CaseState
from app.domain.checklist import Outcome
from app.domain.ticket import TicketState
from tests.journey.hall import ORGANISATION
from tests.ui.hall import FOOD, Hall
from ui.viewmodels.counter_state import Form, Primary
from ui.viewmodels.line_state import LineStage

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def words_on(hall: Hall) -> str:
    """Everything that can be read on the screen now."""
    labels = [w.text() for w in hall.window.findChildren(QLabel) if w.isVisible()]
    fields = [w.text() for w in hall.window.findChildren(QLineEdit) if w.isVisible()]
    rows = [r.name for r in hall.page.materials.table._rows.rows]
    return "\n".join([*labels, *fields, *rows])


def receive_all_by_keys(hall: Hall) -> None:
    for _ in hall.model.case.state.rows:
        row = hall.page.materials.table.current()
        if row is not None and row.open:
            hall.key(Key.Key_Space)


def test_whole_main_job_by_keyboard(hall: Hall) -> None:
    hall.sign_in()
    hall.key(Key.Key_F2)
    assert hall.stage() is LineStage.CALLED
    assert hall.model.line.state.ticket == "A015"  # the elder first
    hall.ctrl(Key.Key_Return)
    assert hall.stage() is LineStage.SERVING
    hall.read()
    person = hall.model.case.state.applicant
    assert person is not None
    assert (person.name, person.number) == ("张示例", "3799**********0115")
    hall.find("spjy")
    assert hall.case().item_name == FOOD
    assert hall.primary() is Primary.ANSWER
    hall.answer_first()
    assert hall.primary() is Primary.COUNT
    hall.ctrl(Key.Key_Return)
    assert QApplication.focusWidget() is hall.page.materials.table
    receive_all_by_keys(hall)
    assert hall.primary() is Primary.PARTY  # a company applies: nobody knows yet which
    hall.ctrl(Key.Key_Return)
    assert hall.form() is Form.ORGANISATION
    hall.key(Key.Key_Escape)
    hall.name_organisation()
    state = hall.model.case.state
    assert state.conclusion is not None
    assert state.conclusion.best is Outcome.ACCEPT
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.decided is not None, "a decision")
    decided = hall.model.case.state.decided
    assert decided is not None
    assert hall.case().state is CaseState.ACCEPTED
    assert decided.number == hall.case().number
    assert decided.number in words_on(hall)
    hall.wait(lambda: hall.page.decision.decided.papers[0][1].text() == "已打出", "a printed paper")

    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.line.state.ticket == "A012", "the next applicant")
    assert hall.client.queue.snapshot().current is not None
    shown = words_on(hall)
    for left in ("张示例", "3799", decided.number, FOOD, "食品经营许可申请书", "受理通知书"):
        assert left not in shown
    assert hall.model.case.state.case_id == ""


def test_whole_main_job_by_mouse(hall: Hall) -> None:
    hall.sign_in()
    page = hall.page
    hall.click(page.line.next)
    hall.click(page.line.begin)
    hall.place()
    hall.click(page.applicant.read)
    hall.wait(lambda: hall.model.case.state.applicant is not None, "an applicant")
    hall.click(page.item.find_button)
    page.item.search.text.setText("食品经营")
    hall.wait(lambda: hall.model.search.state.answered, "search")
    hall.settle()
    hits = page.item.search.hits
    QTest.mouseClick(
        hits.viewport(), Qt.MouseButton.LeftButton,
        pos=hits.visualRect(hits.model().index(0, 0)).center(),
    )  # fmt: skip
    hall.click(page.item.search.submit_button)
    hall.wait(lambda: hall.model.case.state.item is not None, "an item")
    for _ in range(20):
        questions = page.item.questions
        if questions.current is None:
            break
        hall.click(questions.options._chips[0])
        if questions.current is not None and questions.current.multiple:
            hall.click(questions.done)
    table = page.materials.table
    for at, row in enumerate(hall.model.case.state.rows):
        if row.open:
            rect = table.visualRect(table.model().index(at, 1))
            table.scrollTo(table.model().index(at, 1))
            rect = table.visualRect(table.model().index(at, 1))
            QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
            hall.click(page.materials.acts["receive"])
    hall.click(page.decision.go)
    form = page.applicant.organisation
    for field, text in zip((form.name, form.code), ORGANISATION, strict=True):
        field.setText(text)
    form.representative.setText("张示例")
    hall.click(form.submit_button)
    hall.wait(lambda: hall.case().organisation is not None, "an organisation")
    hall.settle()
    hall.click(page.decision.buttons[Outcome.ACCEPT])
    hall.wait(lambda: hall.model.case.state.decided is not None, "a decision")
    hall.click(page.decision.decided.next)
    hall.wait(lambda: hall.stage() is LineStage.CALLED, "the next")
    assert hall.model.case.state.case_id == ""


def test_cannot_accept_with_something_missing(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.read()
    hall.find("spjy")
    hall.answer_first()
    hall.key(Key.Key_Space)
    accept = hall.page.decision.buttons[Outcome.ACCEPT]
    assert not accept.isEnabled()
    assert "现在不能受理" in hall.page.decision.headline.text()
    hall.ctrl(Key.Key_S)
    hall.model.select(Outcome.ACCEPT)
    hall.model.case.select(Outcome.ACCEPT)
    hall.settle()
    assert hall.model.case.state.outcome is Outcome.NOTICE
    assert hall.case().state is CaseState.OPEN
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.decided is not None, "a notice")
    assert hall.case().state is CaseState.NOTICED


def test_cannot_take_more_than_the_list_asks(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.read()
    hall.find("spjy")
    hall.answer_first()
    table = hall.page.materials.table
    table.setFocus()
    third = next(
        r for r in hall.model.case.state.rows if r.originals == "0/1" and r.copies == "0/1"
    )
    table.selectRow(hall.model.case.state.rows.index(third))
    hall.key(Key.Key_Equal)
    hall.key(Key.Key_Equal)
    hall.key(Key.Key_Plus, SHIFT)
    hall.key(Key.Key_Plus, SHIFT)
    evidence = hall.case().evidence[third.id]
    assert (evidence.originals, evidence.copies) == (1, 1)
    hall.key(Key.Key_Minus)
    assert hall.case().evidence[third.id].originals == 0
    hall.key(Key.Key_Delete)
    assert table.current() is not None
    assert hall.case().evidence[third.id].copies == 0


def test_not_acceptable_because(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.read()
    hall.find("spjy")
    hall.answer_first()
    first = hall.page.materials.table.current()
    assert first is not None
    hall.key(Key.Key_X)
    assert hall.form() is Form.FAULT
    hall.ctrl(Key.Key_Return)
    assert hall.model.state.note is not None  # a reason must be there
    hall.page.materials.fault.reason.setText("没有签字")
    hall.page.materials.fault.reason.setFocus()
    hall.key(Key.Key_Return)
    assert hall.form() is Form.NONE
    assert hall.case().evidence[first.id].fault == "没有签字"
    assert QApplication.focusWidget() is hall.page.materials.table
    shown = next(r for r in hall.model.case.state.rows if r.id == first.id)
    assert shown.chip == "不符：没有签字"
    paper = hall.model.case.state.paper
    assert paper is not None
    assert any("没有签字" in line for line in paper.lines)


def test_rejection_needs_reason_and_basis(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.read()
    hall.find("spjy")
    hall.ctrl(Key.Key_D)
    assert hall.form() is Form.REJECT
    hall.ctrl(Key.Key_Return)
    assert hall.model.state.note is not None
    assert hall.case().state is CaseState.OPEN
    hall.page.decision.reject.reason.setFocus()
    hall.write("不属于本机关职权")
    hall.key(Key.Key_Return)
    hall.key(Key.Key_2)
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.decided is not None, "a rejection")
    case = hall.case()
    assert case.state is CaseState.REJECTED
    assert getattr(case.decision, "basis", "") == hall.services.legal_grounds[1]


def test_quiet_choice_is_shown_before_it_is_made(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.read()
    hall.find("spjy")
    hall.answer_first()
    hall.ctrl(Key.Key_R)
    assert hall.case().state is CaseState.OPEN
    paper = hall.model.case.state.paper
    assert paper is not None
    assert paper.title == "收件凭证"
    hall.key(Key.Key_Escape)
    assert hall.model.case.state.outcome is Outcome.NOTICE
    hall.ctrl(Key.Key_R)
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.decided is not None, "a receipt")
    assert hall.case().state is CaseState.RECEIVED


def test_typing_by_hand_is_checked_and_marked(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.key(Key.Key_F9)
    hall.write("李示例")
    hall.key(Key.Key_Tab)
    hall.write("379901198803040116")
    hall.key(Key.Key_Return)
    hall.key(Key.Key_Space)  # the first usual reason
    hall.key(Key.Key_Return)
    note = hall.model.state.note
    assert note is not None
    assert "最后一位" in note.message
    assert hall.case().applicant is None
    number = hall.page.applicant.typing.number
    number.setFocus()
    number.clear()
    hall.write("379901198803040115")
    hall.key(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.applicant is not None, "an applicant")
    person = hall.model.case.state.applicant
    assert person is not None
    assert person.source == "手录：没有带证件"
    assert hall.form() is Form.NONE
    assert number.text() == ""


def test_card_pulled_early_says_what_to_do_and_can_be_read_again(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.sam.pull_card_after(600)
    hall.place()
    hall.key(Key.Key_F8)
    hall.wait(lambda: hall.model.card.state.note is not None, "a failure", 15)
    note = hall.model.card.state.note
    assert note is not None
    assert note.next_step
    assert hall.page.applicant.note.isVisible()
    hall.sam.mend()
    hall.read()
    assert hall.model.card.state.note is None


def test_reading_is_stopped_by_escape(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.key(Key.Key_F8)
    assert hall.primary() is Primary.STOP_READING
    hall.key(Key.Key_Escape)
    assert not hall.model.card.state.reading
    hall.place()
    QTest.qWait(300)
    assert hall.model.case.state.applicant is None


def test_f8_from_the_call_begins_to_serve(hall: Hall) -> None:
    hall.sign_in()
    hall.key(Key.Key_F2)
    hall.read()
    assert hall.stage() is LineStage.SERVING


def test_number_is_shown_only_while_the_key_is_held(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.read()
    number = hall.page.applicant.number
    assert number.text() == "3799**********0115"
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyPress(focus, Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert number.text() == "379901198803040115"
    QTest.keyRelease(focus, Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert number.text() == "3799**********0115"
    QTest.mousePress(hall.page.applicant.unmask, Qt.MouseButton.LeftButton)
    assert number.text() == "379901198803040115"
    QTest.mouseRelease(hall.page.applicant.unmask, Qt.MouseButton.LeftButton)
    assert number.text() == "3799**********0115"


def test_line_pass_recall_take_and_leave(hall: Hall) -> None:
    hall.sign_in()
    hall.key(Key.Key_F2)
    hall.key(Key.Key_F3)
    assert "已呼叫 2 次" in hall.model.line.state.times
    hall.key(Key.Key_F4)
    assert hall.stage() is LineStage.IDLE
    assert hall.model.line.state.rows[-1].passed
    hall.key(Key.Key_F6)
    hall.page.line.waiting.setCurrentIndex(hall.page.line.waiting.model().index(0, 0))
    hall.key(Key.Key_Return)
    assert hall.model.line.state.ticket == "A012"  # this one
    hall.key(Key.Key_F5)
    assert hall.form() is Form.TAKE
    hall.key(Key.Key_2)
    hall.key(Key.Key_Return)
    assert hall.form() is Form.NONE
    taken = hall.client.queue.snapshot().waiting[-1]
    assert taken.business == hall.client.hall.businesses[1].id
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.open, "a case")
    case_id = hall.model.case.state.case_id
    hall.key(Key.Key_F4)
    assert hall.form() is Form.LEAVE
    hall.write("left")
    hall.key(Key.Key_Return)
    hall.wait(lambda: hall.stage() is LineStage.IDLE, "a free window")
    left = hall.client.store.find_case(case_id)
    assert left is not None
    assert left.state is CaseState.ABANDONED
    assert hall.model.case.state.case_id == ""


def test_nobody_waiting_is_said_and_walk_in_works(open_hall: Callable[..., Hall]) -> None:
    hall = open_hall(waiting=0)
    hall.sign_in()
    hall.key(Key.Key_F2)
    note = hall.model.line.state.note
    assert note is not None
    assert note.message == "现在没有人等候。"
    hall.ctrl(Key.Key_N)
    hall.wait(lambda: hall.model.case.state.open, "a case without a ticket")
    assert hall.case().ticket == ""


def test_next_is_impossible_while_someone_is_served(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    ticket = hall.model.line.state.ticket
    hall.key(Key.Key_F2)
    assert hall.model.line.state.ticket == ticket
    assert not hall.page.line.next.isEnabled()


def test_case_left_open_by_a_crash_is_found_again(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.read()
    case_id = hall.model.case.state.case_id
    hall.window.sign_out()
    hall.settle()
    hall.sign_in()
    hall.wait(lambda: hall.model.case.state.case_id == case_id, "the case of before")
    note = hall.model.case.state.note
    assert note is not None
    assert "上次没有办完" in note.message
    current = hall.client.queue.snapshot().current
    assert current is not None
    assert current.state is TicketState.SERVING


def test_wrong_password_is_refused_and_forgotten(hall: Hall) -> None:
    hall.write("no")
    hall.key(Key.Key_Return)
    hall.wait(lambda: hall.window.sign_in_model.state.note is not None, "a refusal")
    assert hall.window.counter is None
    assert hall.window.sign_in.password.text() == ""
    hall.sign_in()
    assert hall.preferences.get("clerk") == "1001"
    assert hall.preferences.get("window") == "W01"
