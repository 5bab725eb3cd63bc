"""Results wait at the hall until somebody takes them; what a department asked for goes back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
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
from app.domain.delivery import (
    Authority,
    DeliveryMode,
    Proof,
    Recipient,
    ReturnKind,
    check_claim,
    who_is,
)
from app.domain.errors import (
    AppError,
    CaseClosed,
    DeliveryStands,
    HandOverIncomplete,
    InvalidIdentity,
    NotReady,
    OtherPerson,
    ReasonNeeded,
)
from app.domain.event import Event
from app.domain.events import PaperKind
from app.domain.papers import CollectionContent, DeliveryReturnContent
from app.domain.person import (
    Applicant,
    Delivery,
    DeliveryWay,
    DocumentKind,
    Organisation,
    Person,
    ValueSource,
)
from app.services.result_list import ResultQuery, ResultRow, Show
from app.services.results import HandOver
from app.services.shift_reports import Report
from app.services.sign_in import Session
from app.storage.folding import refill
from app.storage.result_table import Stands
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
    assert waiting(client) == ()
    refused(CaseClosed, lambda: hand(client, session, case))
    record(client, office, clock, case, *finished("养犬登记证", "养〔2026〕1号"))
    (one,) = waiting(client)
    assert (one.case_id, one.number, one.item_name) == (case.id, case.number, case.item_name)
    assert (one.granted, one.result_name, one.result_number) == (
        True,
        "养犬登记证",
        "养〔2026〕1号",
    )
    assert one.since == clock.at - timedelta(minutes=1)
    assert (one.stands, one.late) == (Stands.COLLECT, False)
    assert case.applicant is not None
    assert one.applicant != case.applicant.person.name
    assert "*" in one.applicant
    after = hand(client, session, case)
    assert after.state is CaseState.HANDED_OUT
    assert after.handed_out is not None
    handed = after.handed_out
    assert (handed.by, handed.to) == ("1001", case.applicant.person.name)
    assert (handed.recipient, handed.proof) == (Recipient.APPLICANT, Proof.CARD)
    assert case.applicant.person.number not in repr(handed)
    assert waiting(client) == ()
    refused(CaseClosed, lambda: hand(client, session, case))


def waiting(client: Client, text: str = "") -> tuple[ResultRow, ...]:
    return client.results.find(ResultQuery(text=text)).rows


def hand(client: Client, session: Session, case: Case, **said: Any) -> Case:
    """To the applicant with their card, but for what is ``said`` otherwise."""
    assert case.applicant is not None
    person = case.applicant.person
    told = HandOver(
        mode=DeliveryMode.DIRECT, to=person.name, number=person.number, proof=Proof.CARD
    )
    client.results.hand_over(session, case.id, replace(told, **said))
    return client.results.case(case.id)


def test_results_are_found_by_number_name_and_item_the_oldest_first(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    first, second = accepted(client, session), accepted(client, session, "老年人优待证")
    record(client, office, clock, second, *finished("优待证", "优1", granted=False))
    record(client, office, clock, first, *finished("登记证", "100%_\\"))

    def found(text: str) -> list[str]:
        return [one.case_id for one in waiting(client, text)]

    assert found("") == [second.id, first.id]
    assert found(first.number) == [first.id]
    assert found(second.number[-3:]) == [second.id]
    assert found(second.item_name[:2]) == [second.id]
    assert first.applicant is not None
    name = first.applicant.person.name
    assert found(name) == [second.id, first.id]
    assert found(name[0] + "没有的") == []
    assert found("%") == [first.id]  # no wildcard of the database
    assert found("%优") == []
    assert [one.granted for one in waiting(client)] == [False, True]


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
    (one,) = waiting(client)
    assert (one.address, one.stands) == ("样例路 8 号", Stands.POST)


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


AYIGULI = "379901199509170124"


def ready(
    client: Client, session: Session, office: Store, clock: MovableClock, *, granted: bool = True
) -> Case:
    case = accepted(client, session)
    record(client, office, clock, case, *finished("养犬登记证", "示犬1号", granted=granted))
    return case


def jobs(client: Client, case: Case) -> list[tuple[PaperKind, int, str]]:
    """Those that follow the decision's own paper, the oldest first."""
    found = [job for job in client.papers.jobs() if job.about == f"case:{case.id}"]
    wanted = {PaperKind.COLLECTION, PaperKind.DELIVERY_RETURN}
    return [(job.paper, job.reprint, job.state) for job in reversed(found) if job.paper in wanted]


def test_another_persons_document_needs_to_be_said_whose_it_is(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = ready(client, session, office, clock)
    before = len(client.store.entries())
    other = {"to": "阿依古丽·测试", "number": AYIGULI}
    refused(OtherPerson, lambda: hand(client, session, case, **other))
    on_case = {"recipient": Recipient.AGENT, "authority": Authority.ON_CASE}
    refused(OtherPerson, lambda: hand(client, session, case, **other, **on_case))
    agent = {**other, "recipient": Recipient.AGENT}
    refused(HandOverIncomplete, lambda: hand(client, session, case, **agent))
    assert len(client.store.entries()) == before
    assert jobs(client, case) == []
    handed = hand(client, session, case, **agent, authority=Authority.SHOWN).handed_out
    assert handed is not None
    assert (handed.to, handed.authority) == ("阿依古丽·测试", Authority.SHOWN)
    assert handed.document_number == "3799**********0124"
    assert jobs(client, case) == [(PaperKind.COLLECTION, 0, "queued")]
    paper = client.contents.content(PaperKind.COLLECTION, f"case:{case.id}")
    assert isinstance(paper, CollectionContent)
    assert (paper.for_another, paper.relation) == (True, "委托代理人")
    assert (paper.collector, paper.collector_number) == ("阿依古丽·测试", "3799**********0124")


def test_the_agent_who_applied_comes_with_the_card_alone(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    code = client.catalogue.find("养犬登记")[0].code
    case = begin(client, session, read_card(client), code)
    agent = read_card(client, "ayiguli-ceshi")
    client.parties.identify_agent(session, case.id, agent, "授权委托书")
    bring_everything(client, session, case)
    client.decisions.decide(session, case.id, Decision(outcome=Outcome.ACCEPT))
    record(client, office, clock, case, *finished("证", "1"))
    for person in (AYIGULI, "379901198803040115"):
        (row,) = client.results.find(ResultQuery(person=person)).rows
        assert row.case_id == case.id
    assert client.results.find(ResultQuery(person="379901195811024015")).rows == ()
    stands = client.results.case(case.id)
    assert who_is(stands, agent.person.name, AYIGULI) == (Recipient.AGENT, Authority.ON_CASE)
    told = HandOver(
        mode=DeliveryMode.DIRECT, to=agent.person.name, number=AYIGULI, proof=Proof.CARD,
        recipient=Recipient.AGENT, authority=Authority.ON_CASE,
    )  # fmt: skip
    client.results.hand_over(session, case.id, told)
    assert client.results.case(case.id).state is CaseState.HANDED_OUT


def test_for_an_organisation_comes_its_representative_or_who_takes_its_post() -> None:
    person = Person(name="张示例", number="379901198803040115")
    applicant = Applicant(document=DocumentKind.RESIDENT, person=person, source=ValueSource.CARD)
    organisation = Organisation(
        name="示例县样例餐饮有限公司", credit_code="91379901MA3YLCY07M", representative="张示例",
        source=ValueSource.TYPED,
    )  # fmt: skip
    case = Case(id="c", applicant=applicant, organisation=organisation)
    assert who_is(case, "张示例", person.number)[0] is Recipient.REPRESENTATIVE
    check_claim(case, Recipient.REPRESENTATIVE, Authority.NONE, "张示例", "别的号码")
    for recipient in (Recipient.REPRESENTATIVE, Recipient.HOUSEHOLD, Recipient.APPLICANT):
        with pytest.raises(OtherPerson):
            check_claim(case, recipient, Authority.NONE, "李样例", AYIGULI)
    check_claim(case, Recipient.RECEIVER, Authority.NONE, "李样例", AYIGULI)
    other = replace_struct(case, representative="李样例")
    assert who_is(other, "张示例", person.number) == (Recipient.AGENT, Authority.ON_CASE)


def replace_struct(case: Case, *, representative: str) -> Case:
    assert case.organisation is not None
    organisation = replace(case.organisation, representative=representative)
    return msgspec.structs.replace(case, organisation=organisation)


def test_a_typed_document_holds_by_its_check_digit_and_needs_a_reason(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = ready(client, session, office, clock)
    typed = {"proof": Proof.TYPED}
    refused(HandOverIncomplete, lambda: hand(client, session, case, **typed))
    wrong = {**typed, "proof_reason": "没有带证件", "number": "379901198803040116"}
    refused(InvalidIdentity, lambda: hand(client, session, case, **wrong))
    refused(HandOverIncomplete, lambda: hand(client, session, case, number=" "))
    handed = hand(client, session, case, **typed, proof_reason="没有带证件").handed_out
    assert handed is not None
    assert (handed.proof, handed.proof_reason) == (Proof.TYPED, "没有带证件")


def test_what_the_post_brings_back_waits_again_and_goes_out_again(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = ready(client, session, office, clock)
    parcel = HandOver(
        mode=DeliveryMode.POST, to="张示例", address="样例路 8 号", carrier="示例速递",
        waybill="SF 1234-5678 9012",
    )  # fmt: skip
    for waybill in ("", "12", "单号１２３４５６７８"):
        bad = replace(parcel, waybill=waybill)
        refused(HandOverIncomplete, lambda bad=bad: client.results.hand_over(session, case.id, bad))
    client.results.hand_over(session, case.id, parcel)
    (row,) = client.results.find(ResultQuery(show=Show.HANDED, text="sf123456789012")).rows
    assert (row.waybill, row.way) == ("SF123456789012", "邮寄")
    paper = client.contents.content(PaperKind.DELIVERY_RETURN, f"case:{case.id}")
    assert isinstance(paper, DeliveryReturnContent)
    assert paper.handed is not None
    assert "SF123456789012" in paper.handed.remark
    clock.at += timedelta(days=9)
    mistake = ReturnKind.MISTAKE
    refused(DeliveryStands, lambda: client.results.take_back(session, case.id, mistake, "记错"))
    refused(
        ReasonNeeded,
        lambda: client.results.take_back(session, case.id, ReturnKind.UNDELIVERED, " "),
    )
    client.results.take_back(session, case.id, ReturnKind.UNDELIVERED, "查无此人")
    (row,) = waiting(client)
    assert (row.stands, row.since) == (Stands.BACK, clock.at)
    assert jobs(client, case) == [(PaperKind.DELIVERY_RETURN, 0, "cancelled")]
    paper = client.contents.content(PaperKind.DELIVERY_RETURN, f"case:{case.id}")
    assert isinstance(paper, DeliveryReturnContent)
    assert paper.handed is None  # what was taken back is on no paper
    hand(client, session, case)
    assert jobs(client, case)[1:] == [(PaperKind.COLLECTION, 0, "queued")]


def test_a_mistake_is_put_right_on_the_same_day_only(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = ready(client, session, office, clock)
    hand(client, session, case)
    refused(
        DeliveryStands,
        lambda: client.results.take_back(session, case.id, ReturnKind.UNDELIVERED, "退回"),
    )
    client.results.take_back(session, case.id, ReturnKind.MISTAKE, "拿错了一份")
    assert [row.stands for row in waiting(client)] == [Stands.COLLECT]
    refused(
        CaseClosed, lambda: client.results.take_back(session, case.id, ReturnKind.MISTAKE, "再")
    )
    hand(client, session, case)
    assert sorted(jobs(client, case)) == [
        (PaperKind.COLLECTION, 0, "cancelled"), (PaperKind.COLLECTION, 0, "queued"),
    ]  # fmt: skip


def test_who_will_not_sign_is_witnessed_and_a_refusal_is_served(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = ready(client, session, office, clock)
    refused(HandOverIncomplete, lambda: hand(client, session, case, signed=False))
    hand(client, session, case, signed=False, reason="不认可结果", witness="样例见证人")
    assert jobs(client, case)[0][0] is PaperKind.DELIVERY_RETURN
    paper = client.contents.content(PaperKind.DELIVERY_RETURN, f"case:{case.id}")
    assert isinstance(paper, DeliveryReturnContent)
    assert paper.handed is not None
    assert (paper.handed.remark, paper.handed.witness) == ("拒绝签收：不认可结果", "样例见证人")
    denied = ready(client, session, office, clock, granted=False)
    hand(client, session, denied)
    assert [job[0] for job in jobs(client, denied)] == [PaperKind.DELIVERY_RETURN]


def test_the_list_counts_what_waits_and_says_what_is_late(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    old = ready(client, session, office, clock)
    clock.at += timedelta(days=31)
    new = ready(client, session, office, clock)
    found = client.results.find(ResultQuery(show=Show.LATE))
    assert [row.case_id for row in found.rows] == [old.id]
    assert (found.counts[Show.WAITING], found.counts[Show.LATE]) == (2, 1)
    assert [row.late for row in waiting(client)] == [True, False]
    hand(client, session, old)
    found = client.results.find(ResultQuery())
    assert [row.case_id for row in found.rows] == [new.id]
    assert (found.counts[Show.LATE], found.counts[Show.HANDED]) == (0, 1)
    # What was handed out is found where nothing of it waits, and said to be elsewhere.
    found = client.results.find(ResultQuery(text=old.number))
    assert ([row.stands for row in found.rows], found.elsewhere) == ([Stands.HANDED], True)
    clock.at += timedelta(days=1)
    assert client.results.find(ResultQuery()).counts[Show.HANDED] == 0


def test_results_rebuilt_from_the_journal_are_those_kept(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    cases = [ready(client, session, office, clock) for _ in range(3)]
    hand(client, session, cases[0])
    hand(client, session, cases[1])
    client.results.take_back(session, cases[1].id, ReturnKind.MISTAKE, "记错")
    kept = rows_of(client)
    assert len(kept) == 3
    with client.store.begin() as unit:
        refill(unit.connection)
    assert rows_of(client) == kept


def rows_of(client: Client) -> list[tuple[Any, ...]]:
    with client.store.read() as connection:
        found = connection.exec_driver_sql("SELECT * FROM results ORDER BY id").all()
    return [tuple(row) for row in found]


def table(client: Client, title: str) -> dict[str, tuple[str, ...]]:
    """By the first cell: the day's balance, as it stands now."""
    report = client.shift_reports.report(Report.BALANCE, client.matters.today())
    (found,) = (one for one in report.tables if one.title.startswith(title))
    return {row[0]: row[1:] for row in found.rows}


def test_the_daily_balance_counts_what_came_in_and_went_out(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    first, second = ready(client, session, office, clock), ready(client, session, office, clock)
    # Done at the counter by its limit; what its department made of it waits at the hall.
    assert table(client, "进")["合计"] == ("0", "2", "2", "0", "0", "0")
    assert table(client, "出")["合计"] == ("0", "2", "0", "0", "0", "0", "0", "2")
    clock.at += timedelta(days=1)
    hand(client, session, first)
    parcel = HandOver(
        mode=DeliveryMode.POST, to="张示例", address="样例路 8 号", carrier="示例速递",
        waybill="SF123456789012",
    )  # fmt: skip
    client.results.hand_over(session, second.id, parcel)
    assert table(client, "出")["合计"] == ("2", "0", "0", "1", "1", "0", "0", "0")
    clock.at += timedelta(days=1)
    client.results.take_back(session, second.id, ReturnKind.UNDELIVERED, "查无此人")
    assert table(client, "出")["合计"] == ("0", "0", "1", "0", "0", "0", "0", "1")
    # Of a day that is over, the same as it was said then.
    report = client.shift_reports.report(Report.BALANCE, client.matters.today() - timedelta(days=1))
    assert report.tables[2].rows[-1] == ("合计", "2", "0", "0", "1", "1", "0", "0", "0")
    names = {row[0] for row in report.tables[3].rows}
    assert names == {first.number, second.number}
    assert first.applicant is not None
    assert first.applicant.person.name not in repr(report)


def test_the_daily_balance_names_each_difference_by_its_number(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = ready(client, session, office, clock)
    late = ready(client, session, office, clock)
    clock.at += timedelta(days=31)
    hand(client, session, case)
    report = client.shift_reports.report(Report.BALANCE, client.matters.today())
    told = {(row[0], row[1]) for row in report.tables[0].rows}
    assert {
        ("出件未打凭证", case.number), ("文书没有打出", case.number), ("逾期未领", late.number),
        ("还没送到后台", case.number), ("还没送到后台", late.number),
    } <= told  # fmt: skip
    assert all(row[2] for row in report.tables[0].rows)
    client.papers.run_pending()
    assert client.papers.jobs()[0].state == "printed"
    report = client.shift_reports.report(Report.BALANCE, client.matters.today())
    assert not {"出件未打凭证", "文书没有打出"} & {row[0] for row in report.tables[0].rows}
    # A table that lost a row is not believed.
    with client.store.begin() as unit:
        unit.connection.exec_driver_sql("DELETE FROM results WHERE id = ?", (late.id,))
    report = client.shift_reports.report(Report.BALANCE, client.matters.today())
    assert "账与表不符" in {row[0] for row in report.tables[0].rows}
