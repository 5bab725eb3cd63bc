"""Agents, organisations, forms, kept papers, bundles and people who come back, by keyboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from app.bootstrap import Client
from app.config import Settings
from app.domain.case import CaseState
from app.domain.case_events import DemandRefused
from app.domain.checklist import Outcome
from app.domain.decision import Decision
from app.domain.journal import decode_event
from app.domain.person import DeliveryWay
from app.ports import Licence
from tests.journey.hall import begin, bring_everything, read_card, sign_in
from tests.ui.hall import Hall
from ui.kit.theme import Tone
from ui.viewmodels.counter_state import Form, Primary

Key = Qt.Key
PERSON = "379901198803040115"


@pytest.fixture
def served(hall: Hall) -> Hall:
    hall.sign_in()
    hall.begin()
    hall.read()
    return hall


def decide(hall: Hall) -> None:
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.decided is not None, "a decision")
    hall.settle()


def next_person(hall: Hall, person: str = "zhang-shili") -> None:
    hall.key(Key.Key_F2)
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.open, "an open case")
    hall.read(person)


@pytest.mark.parametrize(
    ("until", "words", "tone"),
    [
        (date(2020, 5, 10), "已于 2020-05-10 过期", Tone.BAD),
        (date(2099, 5, 10), "有效至 2099-05-10", Tone.GOOD),
        (None, "长期有效", Tone.GOOD),
    ],
)
def test_a_card_that_has_run_out_is_told(
    hall: Hall, until: date | None, words: str, tone: Tone
) -> None:
    hall.sign_in()
    hall.begin()
    hall.sam.place(replace(hall.client.people["zhang-shili"], valid_to=until))
    hall.key(Key.Key_F8)
    hall.wait(lambda: hall.model.case.state.applicant is not None, "an applicant")
    hall.settle()
    applicant = hall.model.case.state.applicant
    assert applicant is not None
    assert applicant.valid == (words, tone)
    assert hall.page.applicant.valid.text() == words


def test_the_agents_card_is_read_after_the_applicants(served: Hall) -> None:
    served.find("spjy")
    served.place("ayiguli-ceshi")
    served.ctrl(Key.Key_G)
    assert served.form() is Form.AGENT
    served.ctrl(Key.Key_Return)  # the filled button reads the agent's card
    served.wait(lambda: served.case().agent is not None, "the agent")
    case = served.case()
    assert case.applicant is not None
    assert case.agent is not None
    assert (case.applicant.person.name, case.agent.person.name) == ("张示例", "阿依古丽·测试")
    assert case.authority == "授权委托书"
    assert "阿依古丽·测试" in served.page.applicant.parties.text()
    # 由谁来办理 is answered by it.
    who = next(q for q in served.model.case.state.questions if "由谁来办理" in q.text)
    assert who.answered


def test_who_was_read_came_for_another(served: Hall) -> None:
    served.find("spjy")
    served.ctrl(Key.Key_G)
    served.key(Key.Key_1)
    served.wait(lambda: served.case().agent is not None, "the agent")
    served.answer_first()
    served.receive_all()
    assert served.primary() is Primary.PARTY
    served.place("ayiguli-ceshi")
    served.ctrl(Key.Key_Return)
    served.wait(
        lambda: served.case().applicant.person.name == "阿依古丽·测试",  # type: ignore[union-attr]  # read above
        "the applicant",
    )


def test_the_post_is_offered_from_the_card(served: Hall) -> None:
    served.find("居住证")
    served.ctrl(Key.Key_P)
    served.key(Key.Key_2)
    form = QApplication.focusWidget()
    assert isinstance(form, QLineEdit)
    recipient, address = served.page.applicant.forms[-1].findChildren(QLineEdit)[::2]
    assert recipient.text() == "张示例"
    assert address.text()
    served.write("13800000000")
    served.key(Key.Key_Return)
    served.wait(lambda: served.case().delivery is not None, "the delivery")
    delivery = served.case().delivery
    assert delivery is not None
    assert (delivery.way, delivery.phone) == (DeliveryWay.POST, "13800000000")


def test_what_no_card_knows_is_typed_once(served: Hall) -> None:
    served.find("spjy")
    served.ctrl(Key.Key_F)
    assert served.form() is Form.FIELDS
    assert not served.page.materials.isVisible()
    served.write("示例县示例路 1 号")
    served.key(Key.Key_Return)
    served.settle()
    assert "示例县示例路 1 号" in served.case().fields.values()
    served.ctrl(Key.Key_F)  # in the form, the same key prints it
    served.wait(lambda: bool(served.papers.jobs()), "the form's job")
    served.key(Key.Key_Escape)
    assert served.page.materials.isVisible()
    assert QApplication.focusWidget() is served.page.materials.table


def test_an_e_licence_that_comes_later_spares_its_paper(hall: Hall) -> None:
    hall.people.kept[PERSON] = (
        Licence(
            code="licence.resident-id", name="居民身份证", number=PERSON, issuer="示例县公安局",
            issued=date(2018, 5, 10), valid_to=date(2038, 5, 10),
        ),
    )  # fmt: skip
    hall.sign_in()
    hall.begin()
    hall.read()
    hall.find("养犬登记")
    hall.answer_first()
    hall.wait(
        lambda: any(row.chip == "免交" for row in hall.model.case.state.rows), "a spared paper"
    )
    row = next(row for row in hall.model.case.state.rows if row.chip == "免交")
    assert row.hint.startswith("示例县公安局")
    assert PERSON not in row.hint
    assert hall.model.case.state.item is not None
    assert "免交 1 份" in hall.model.case.state.item.spared


def test_who_comes_back_goes_on_at_what_was_missing(served: Hall) -> None:
    served.find("养犬登记")
    served.answer_first()
    served.receive_all()
    last = [row for row in served.model.case.state.rows if row.required][-1]
    served.model.case.materials.give_back(last.id)
    served.settle()
    decide(served)
    number = served.case().number
    assert served.case().state is CaseState.NOTICED
    served.ctrl(Key.Key_Y)
    served.key(Key.Key_1)
    served.wait(lambda: served.case().handed is not None, "the handover")
    next_person(served)
    served.wait(lambda: bool(served.model.records.state.waiting), "what waits")
    served.ctrl(Key.Key_H)
    served.wait(lambda: served.model.case.state.numbered, "the case again")
    current = served.page.materials.table.current()
    assert current is not None
    assert current.id == last.id
    served.key(Key.Key_Space)
    assert served.model.case.state.outcome is Outcome.ACCEPT
    decide(served)
    assert served.case().state is CaseState.ACCEPTED
    assert served.case().number == number


def test_a_second_demand_is_refused_and_on_record(served: Hall) -> None:
    served.find("养犬登记")
    served.answer_first()
    served.receive_all()
    rows = [row for row in served.model.case.state.rows if row.required]
    served.model.case.materials.give_back(rows[-1].id)
    served.settle()
    decide(served)
    next_person(served)
    served.wait(lambda: bool(served.model.records.state.waiting), "what waits")
    served.ctrl(Key.Key_H)
    served.wait(lambda: served.model.case.state.numbered, "the case again")
    served.model.case.materials.fault(rows[0].id, "再交一份证明")
    served.wait(lambda: served.model.case.state.note is not None, "the refusal")
    note = served.model.case.state.note
    assert note is not None
    assert "第二次告知" in note.message
    about = f"case:{served.case().id}"
    facts = [
        decode_event(e.kind, e.version, e.body)
        for e in served.client.store.entries()
        if e.subject == about
    ]
    assert [one.reason for one in facts if isinstance(one, DemandRefused)] == ["再交一份证明"]
    # Nothing new to tell: the filled button puts it back.
    served.key(Key.Key_X)
    served.key(Key.Key_Escape)
    served.key(Key.Key_F4)
    served.wait(lambda: not served.model.case.state.case_id, "put back")


def test_a_case_of_another_window_is_fetched_by_its_number(served: Hall, tmp_path: Path) -> None:
    other = Client(tmp_path / "other", Settings(window="W02"))
    other.outbox.lease_numbers(501, 510)
    session = sign_in(other, "1002", "W02")
    code = other.catalogue.find("养犬登记")[0].code
    case = begin(other, session, read_card(other), code)
    case = bring_everything(other, session, case)
    other.reception.give_back(session, case.id, next(iter(case.evidence)))
    number = other.decisions.decide(session, case.id, Decision(outcome=Outcome.NOTICE)).number
    about = f"case:{case.id}"
    served.people.histories[number] = tuple(
        entry for entry in other.store.entries() if entry.subject == about
    )
    other.store.close()
    served.key(Key.Key_F10)
    served.write(number)
    served.settle()
    served.key(Key.Key_Return)
    served.wait(lambda: served.model.case.state.numbered, "the case of the other window")
    assert served.case().number == number
    served.receive_all()
    decide(served)
    assert served.case().state is CaseState.ACCEPTED


def test_an_unknown_number_is_said(served: Hall) -> None:
    served.key(Key.Key_F10)
    served.write("37019920261123999999")
    served.settle()
    served.key(Key.Key_Return)
    served.wait(lambda: served.model.case.state.note is not None, "an answer")
    note = served.model.case.state.note
    assert note is not None
    assert "没有找到" in note.message


def test_a_bundle_by_keyboard(served: Hall) -> None:
    served.find("kaicanyindian")
    assert served.model.case.state.item is not None
    assert served.model.case.state.item.bundled
    assert "→" in served.model.case.state.item.spared
    served.answer_first()
    served.name_organisation()
    served.receive_all()
    assert served.model.case.state.outcome is Outcome.EACH
    served.ctrl(Key.Key_S)
    served.wait(lambda: served.model.case.state.decided is not None, "the bundle")
    decided = served.model.case.state.decided
    assert decided is not None
    assert decided.number.startswith("YJS")
    assert len(decided.jobs) == 1
    with served.client.store.read() as connection:
        states = connection.exec_driver_sql("SELECT state FROM cases WHERE bundle <> ''").all()
    assert states == [("accepted",)] * 5


def test_a_case_left_for_later_goes_on_where_it_was(hall: Hall) -> None:
    hall.sign_in()
    hall.begin()
    hall.key(Key.Key_F4)
    assert hall.form() is Form.LEAVE
    assert not hall.page.line.leave_form.later.isEnabled()  # nobody would find it again
    hall.key(Key.Key_Escape)
    hall.read()
    hall.find("养犬登记")
    hall.answer_first()
    case_id = hall.model.case.state.case_id
    hall.key(Key.Key_F4)
    hall.write("回家取照片")
    hall.key(Key.Key_F4)
    hall.wait(lambda: not hall.model.case.state.case_id, "the counter is free")
    left = hall.client.store.find_case(case_id)
    assert left is not None
    assert left.state is CaseState.LEFT
    hall.begin()
    hall.read()
    hall.wait(lambda: bool(hall.model.records.state.waiting), "what waits")
    assert "留待续办" in hall.model.records.state.waiting[0].words
    hall.ctrl(Key.Key_H)
    hall.wait(lambda: hall.model.case.state.case_id == case_id, "the case again")
    assert hall.case().item_name == "养犬登记"
    assert hall.case().answers
