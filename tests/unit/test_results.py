"""Results wait at the hall until somebody takes them; what a department asked for goes back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.config import Settings
from app.domain.case import Case, CaseState
from app.domain.case_events import (
    CaseDispatched,
    CaseFinished,
    CaseReviewed,
    NoticeLine,
    SupplementAsked,
)
from app.domain.checklist import Outcome
from app.domain.decision import Decision
from app.domain.errors import AppError, CaseClosed, NotReady, ReasonNeeded
from app.domain.event import Event
from app.domain.person import Delivery, DeliveryWay
from app.services.sign_in import Session
from app.storage.store import Store
from tests.journey.hall import begin, bring_everything, read_card, sign_in


class MovableClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def client(tmp_path: Path, clock: MovableClock) -> Iterator[Client]:
    client = Client(tmp_path / "window", Settings(), clock=clock)
    client.outbox.lease_numbers(1, 9)
    yield client
    client.store.close()


@pytest.fixture
def session(client: Client) -> Session:
    return sign_in(client)


@pytest.fixture
def office(tmp_path: Path, clock: MovableClock) -> Iterator[Store]:
    """Stands for the back office's own chain."""
    opened = Store.open(
        tmp_path / "office", b"k" * 32, device="backoffice", clock=clock, random=os.urandom
    )
    yield opened
    opened.close()


def accepted(client: Client, session: Session, item: str = "养犬登记") -> Case:
    case = begin(client, session, read_card(client), client.catalogue.find(item)[0].code)
    bring_everything(client, session, case)
    decided = client.decisions.decide(session, case.id, Decision(outcome=Outcome.ACCEPT))
    return decided.matter.case


def record(client: Client, office: Store, clock: MovableClock, case: Case, *events: Event) -> None:
    """The department's facts, told to the window as the feed tells them."""
    clock.at += timedelta(minutes=1)
    subject = f"case:{case.id}"
    own = [entry for entry in client.store.entries() if entry.subject == subject]
    office.take_in(own)
    with office.begin() as unit:
        for event in events:
            unit.append(event, subject=subject, actor="7001")
    told = own + [entry for entry in office.entries() if entry.subject == subject]
    client.store.take_in(told, range(1, len(told) + 1))
    clock.at += timedelta(minutes=1)


def finished(name: str, number: str, *, granted: bool = True) -> list[Event]:
    return [
        CaseDispatched(department="示例局", reviewer="7001"),
        CaseReviewed(granted=granted, opinion="符合条件", reviewer="7001"),
        CaseFinished(name=name, number=number, reviewer="7001"),
    ]


def refused(failure: type[AppError], act: object) -> None:
    with pytest.raises(failure):
        act()  # type: ignore[operator]  # a lambda


def test_a_finished_case_waits_at_the_hall_until_it_is_handed_out_once(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = accepted(client, session)
    assert client.results.waiting() == ()
    refused(CaseClosed, lambda: hand(client, session, case))
    record(client, office, clock, case, *finished("养犬登记证", "养〔2026〕1号"))
    (one,) = client.results.waiting()
    assert (one.case_id, one.number, one.item_name) == (case.id, case.number, case.item_name)
    assert (one.granted, one.result_name, one.result_number) == (
        True,
        "养犬登记证",
        "养〔2026〕1号",
    )
    assert one.finished_at == clock.at - timedelta(minutes=1)
    assert case.applicant is not None
    assert one.applicant != case.applicant.person.name
    assert "*" in one.applicant
    after = hand(client, session, case)
    assert after.state is CaseState.HANDED_OUT
    assert after.handed_out is not None
    assert (after.handed_out.by, after.handed_out.to) == ("1001", "张示例")
    assert client.results.waiting() == ()
    refused(CaseClosed, lambda: hand(client, session, case))


def hand(client: Client, session: Session, case: Case, to: str = " 张示例 ") -> Case:
    return client.results.hand_out(session, case.id, to, "直接", signed=True)


def test_who_took_it_and_how_must_be_said(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = accepted(client, session)
    record(client, office, clock, case, *finished("证", "1"))
    before = len(client.store.entries())
    refused(ReasonNeeded, lambda: hand(client, session, case, "  "))
    refused(ReasonNeeded, lambda: client.results.hand_out(session, case.id, "张", " ", signed=True))
    refused(NotReady, lambda: client.results.hand_out(session, "no", "张", "直接", signed=True))
    assert len(client.store.entries()) == before


def test_results_are_found_by_number_name_and_item_the_oldest_first(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    first, second = accepted(client, session), accepted(client, session, "老年人优待证")
    record(client, office, clock, second, *finished("优待证", "优1", granted=False))
    record(client, office, clock, first, *finished("登记证", "100%_\\"))

    def found(text: str) -> list[str]:
        return [one.case_id for one in client.results.waiting(text)]

    assert found("") == [second.id, first.id]
    assert found(first.number) == [first.id]
    assert found(second.number[-3:]) == [second.id]
    assert found(second.item_name[:2]) == [second.id]
    assert first.applicant is not None
    name = first.applicant.person.name
    assert found(name) == [second.id, first.id]
    assert found(name[0] + "没有的") == []
    assert found("%") == []  # no wildcard of the database
    assert [one.granted for one in client.results.waiting()] == [False, True]


def test_a_posted_result_says_where_to(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    code = client.catalogue.find("养犬登记")[0].code
    case = begin(client, session, read_card(client), code)
    posted = Delivery(
        way=DeliveryWay.POST, recipient="张示例", phone="13800000000", address="样例路 8 号"
    )
    client.parties.choose_delivery(session, case.id, posted)
    bring_everything(client, session, case)
    client.decisions.decide(session, case.id, Decision(outcome=Outcome.ACCEPT))
    record(client, office, clock, case, *finished("证", "1"))
    assert client.results.waiting()[0].delivery == "样例路 8 号"


def test_a_supplement_goes_back_only_once_all_of_it_is_there(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = accepted(client, session)
    listed = client.matters.item(case)
    wanted = [listed.get_material(material) for material in list(case.evidence)[:2]]
    lines = tuple(
        NoticeLine(material=one.id, name=one.name, problem="看不清", because="受理标准")
        for one in wanted
    )
    asked = SupplementAsked(lines=lines, reviewer="7001")
    record(client, office, clock, case, CaseDispatched(department="示例局", reviewer="7001"), asked)
    refused(CaseClosed, lambda: client.results.supplemented(session, case.id))
    assert client.returning.resume(session, case.id).case.state is CaseState.OPEN
    for one in wanted:
        refused(NotReady, lambda: client.results.supplemented(session, case.id))
        client.reception.receive(
            session, case.id, one.id, max(1, one.originals), one.copies, one.form
        )
    after = client.results.supplemented(session, case.id).case
    assert after.state is CaseState.ACCEPTED
    assert after.asked == ()
    assert after.reviewer == "7001"
