"""F11: what the back office refused is answered by keyboard; the counter marks its case."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.case import Case, CaseState
from app.domain.case_events import CaseReceived, CaseResumed
from app.domain.checklist import Outcome
from app.domain.decision import Decision
from app.domain.events import PaperQueued, SetAsideAnswered
from app.domain.journal import Entry, decode_event
from app.storage.outbox import Refusal
from tests.journey.hall import begin, bring_everything, read_card
from tests.ui.hall import Hall
from ui.pages.outbox_panel import OutboxPanel
from ui.viewmodels.outbox import OutboxModel, OutboxTab
from ui.viewmodels.outbox_rows import RowAct

Key = Qt.Key


def received(hall: Hall) -> Case:
    """A case that this window has just taken in."""
    client, session = hall.client, hall.model.case.session
    assert session is not None
    code = client.catalogue.find("养犬登记")[0].code
    case = begin(client, session, read_card(client), code)
    case = bring_everything(client, session, case)
    decision = Decision(outcome=Outcome.RECEIVE_ONLY)
    return client.decisions.decide(session, case.id, decision).matter.case


def facts_about(hall: Hall, case_id: str, *kinds: str) -> list[Entry]:
    return [
        entry
        for entry in hall.client.store.entries()
        if entry.subject == f"case:{case_id}" and (not kinds or entry.kind in kinds)
    ]


def refuse(hall: Hall, entries: Sequence[Entry], code: str, *, parked: bool = False) -> None:
    last = hall.client.store.entries()[-1].seq
    refusals = [Refusal(seq=one.seq, code=code, parked=parked) for one in entries]
    hall.client.outbox.acknowledge(last, refusals)


def model(hall: Hall) -> OutboxModel:
    assert hall.window.outbox_model is not None
    return hall.window.outbox_model


def open_page(hall: Hall) -> OutboxPanel:
    hall.key(Key.Key_F11)
    hall.wait(lambda: model(hall).state.loaded, "the page")
    hall.settle()
    shown = hall.window.stack.currentWidget()
    assert isinstance(shown, OutboxPanel)
    return shown


def texts(panel: OutboxPanel) -> str:
    return "\n".join(w.text() for w in panel.findChildren(QLabel) if w.isVisible())


def offered(panel: OutboxPanel) -> set[RowAct]:
    return {act for act, button in panel.detail.buttons.items() if button.isVisible()}


def answers(hall: Hall) -> list[SetAsideAnswered]:
    events = (decode_event(e.kind, e.version, e.body) for e in hall.client.store.entries())
    return [event for event in events if isinstance(event, SetAsideAnswered)]


def test_a_refused_fact_is_told_in_words_and_dropped_with_a_note(hall: Hall) -> None:
    hall.sign_in()
    case = received(hall)
    (material, *_) = facts_about(hall, case.id, "MaterialReceived")
    refuse(hall, [material], "SYNC-CASE-ELSEWHERE")
    panel = open_page(hall)
    said = texts(panel)
    for words in (case.number, "张**", "收到材料：", "原件 1 份", "另一个窗口", "为什么、怎么办"):
        assert words in said, words
    assert "张示例" not in said
    assert "等人处理 1" in said
    assert len(hall.filled()) == 1
    hall.key(Key.Key_Z)
    assert hall.filled() == [panel.form.submit_button]
    hall.key(Key.Key_Return)
    assert model(hall).state.form is not None  # without a note nothing is dropped
    assert answers(hall) == []
    hall.write("已在二号窗口补交")
    hall.key(Key.Key_Return)
    hall.wait(lambda: not model(hall).state.rows, "it leaves the list")
    (answer,) = answers(hall)
    assert (answer.answer, answer.note) == ("dropped", "已在二号窗口补交")
    assert hall.client.outbox.counts()[1] == 0
    hall.key(Key.Key_3)
    assert model(hall).state.tab is OutboxTab.ANSWERED
    said = texts(panel)
    assert "已作废" in said
    assert "已在二号窗口补交" in said
    assert "1001" in said
    hall.key(Key.Key_Escape)
    assert hall.window.stack.currentWidget() is hall.page


def test_esc_leaves_the_form_first(hall: Hall) -> None:
    hall.sign_in()
    case = received(hall)
    refuse(hall, facts_about(hall, case.id, "MaterialReceived")[:1], "SYNC-NOT-APPLIED")
    panel = open_page(hall)
    hall.key(Key.Key_Z)
    hall.write("试")
    hall.key(Key.Key_Escape)
    assert hall.window.stack.currentWidget() is panel
    assert panel.list.hasFocus()
    assert len(model(hall).state.rows) == 1
    assert answers(hall) == []


def test_a_number_that_was_not_to_be_had_is_replaced_and_the_paper_says_so(hall: Hall) -> None:
    hall.sign_in()
    case = received(hall)
    refuse(hall, facts_about(hall, case.id, "CaseReceived"), "SYNC-NUMBER-USED")
    now = hall.client.store.find_case(case.id)
    assert now is not None
    assert (now.state, now.number) == (CaseState.OPEN, "")  # it does not count
    panel = open_page(hall)
    assert "换号重发" in texts(panel)
    hall.key(Key.Key_B)
    hall.wait(lambda: not model(hall).state.rows, "answered")
    now = hall.client.store.find_case(case.id)
    assert now is not None
    assert now.state is CaseState.RECEIVED
    assert now.number not in {"", case.number}
    assert isinstance(now.decision, CaseReceived)
    assert isinstance(case.decision, CaseReceived)
    assert now.decision.notice_due == case.decision.notice_due  # what was promised stands
    assert now.number in texts(panel)
    jobs = [decode_event(e.kind, e.version, e.body) for e in hall.client.store.entries()]
    last = [job for job in jobs if isinstance(job, PaperQueued)][-1]
    assert (last.about, last.reprint) == (f"case:{case.id}", 1)
    paper = hall.client.contents.content(last.paper, last.about)
    assert paper.head.replaces == case.number  # type: ignore[union-attr]  # a receipt has a head
    kept = hall.client.set_aside.history()
    hall.client.store.rebuild()
    assert hall.client.set_aside.history() == kept
    assert hall.client.outbox.counts()[1] == 0


def test_all_facts_of_a_case_are_answered_together(hall: Hall) -> None:
    """The case went on at another window; there it was put back, and so it may be gone on with."""
    hall.sign_in()
    case = received(hall)
    session = hall.model.case.session
    assert session is not None
    client = hall.client
    client.returning.resume(session, case.id)
    material = client.matters.item(case).materials[0].id
    client.reception.receive(session, case.id, material, 2, 2)
    client.returning.put_back(session, case.id)
    refused = facts_about(hall, case.id)[-3:]
    refuse(hall, refused, "SYNC-CASE-ELSEWHERE")
    panel = open_page(hall)
    rows = model(hall).state.rows
    assert [len(row.keys) for row in rows] == [3, 1, 1, 1]
    assert "接着办、收到材料、放回待补正" in rows[0].under
    assert RowAct.AGAIN in offered(panel)
    hall.key(Key.Key_Down)  # a single fact: without the resumption before it, it does not fit
    hall.key(Key.Key_Down)
    assert RowAct.AGAIN not in offered(panel)
    hall.key(Key.Key_B)
    hall.settle()
    assert answers(hall) == []
    hall.key(Key.Key_Home)
    hall.key(Key.Key_B)
    hall.wait(lambda: not model(hall).state.rows, "all answered")
    again = facts_about(hall, case.id)[-3:]
    assert [one.kind for one in again] == [one.kind for one in refused]
    assert {one.id for one in again}.isdisjoint({one.id for one in refused})
    assert [one.answer for one in answers(hall)] == ["again"] * 3
    now = client.store.find_case(case.id)
    assert now is not None
    assert now.evidence[material].copies == 2


def test_what_the_back_office_has_is_fetched_and_shown(hall: Hall) -> None:
    hall.sign_in()
    case = received(hall)
    session = hall.model.case.session
    assert session is not None
    hall.client.returning.resume(session, case.id)
    refuse(hall, facts_about(hall, case.id, "CaseResumed"), "SYNC-CASE-ELSEWHERE")
    other = hall.elsewhere(CaseResumed(window="W02", ticket=""), case.id)
    hall.people.histories[case.number] = (*facts_about(hall, case.id)[:-1], other)
    panel = open_page(hall)
    assert "已收件" in texts(panel)
    hall.key(Key.Key_Q)
    hall.wait(lambda: "办理中，2 号窗口" in texts(panel), "as it stands there")
    assert RowAct.AGAIN not in offered(panel)  # it is the other window's now
    assert len(model(hall).state.rows) == 1


def test_a_case_whose_decision_was_refused_is_opened_again(hall: Hall) -> None:
    hall.sign_in()
    case, other = received(hall), received(hall)
    decisions = [*facts_about(hall, case.id, "CaseReceived"),
                 *facts_about(hall, other.id, "CaseReceived")]  # fmt: skip
    refuse(hall, decisions, "SYNC-NOT-APPLIED")
    panel = open_page(hall)
    assert "打开接着办" in texts(panel)
    hall.key(Key.Key_J)
    hall.wait(lambda: hall.model.case.state.case_id == case.id, "the case at the counter")
    assert hall.window.stack.currentWidget() is hall.page
    assert hall.model.case.state.open
    assert hall.page.item.aside.text() == "后台退回 1 条：F11"
    # The one that is served already is just shown.
    hall.key(Key.Key_F11)
    hall.settle()
    hall.key(Key.Key_J)
    hall.settle()
    assert hall.window.stack.currentWidget() is hall.page
    # Nobody else is served meanwhile.
    hall.key(Key.Key_F11)
    hall.settle()
    hall.key(Key.Key_Down)
    hall.key(Key.Key_J)
    hall.settle()
    assert hall.window.stack.currentWidget() is panel
    assert "窗口前还有人" in texts(panel)


def test_the_open_case_is_marked_as_soon_as_something_of_it_is_refused(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.read()
    assert hall.page.item.aside.isHidden()
    case_id = hall.model.case.state.case_id
    refuse(hall, facts_about(hall, case_id, "ApplicantIdentified"), "SYNC-NOT-APPLIED")
    hall.refused(1)
    hall.wait(lambda: hall.model.case.state.aside == 1, "the mark")
    assert not hall.page.item.aside.isHidden()
    assert hall.model.case.state.applicant is None  # it does not count any more


def test_what_is_parked_waits_for_the_upgrade_alone(hall: Hall) -> None:
    hall.sign_in()
    case = received(hall)
    refuse(hall, facts_about(hall, case.id, "CaseReceived"), "SYNC-PARKED", parked=True)
    panel = open_page(hall)
    assert model(hall).state.counts == (0, 1, 0)
    hall.key(Key.Key_2)
    said = texts(panel)
    assert "等升级" in "".join(row.chip for row in model(hall).state.rows)
    assert case.number in said
    assert "无需操作" in said
    for key in (Key.Key_Z, Key.Key_B):
        hall.key(key)
    assert model(hall).state.form is None
    assert answers(hall) == []


def test_what_waits_is_told_with_its_oldest_case(hall: Hall) -> None:
    hall.sign_in()
    case = received(hall)
    panel = open_page(hall)
    assert "最早的从" in texts(panel)
    hall.client.outbox.acknowledge(facts_about(hall, case.id)[0].seq, [])
    model(hall).refresh()
    hall.settle()
    said = texts(panel)
    assert case.number in said
    assert "张**" in said
    assert "KB" in said or "MB" in said
