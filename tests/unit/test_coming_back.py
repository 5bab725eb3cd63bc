"""A notice is told once: what may follow it, what is refused, and what goes on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.config import Settings
from app.domain.case import Case, CaseState
from app.domain.case_events import DemandKind, DemandRefused, NoticeIssued
from app.domain.checklist import Outcome, RowState
from app.domain.decision import Decision
from app.domain.errors import (
    AppError,
    BeyondTheList,
    CaseClosed,
    NothingNewToTell,
    NoticeTooLate,
    NotReady,
    OutcomeNotOpen,
    ReasonNeeded,
    SecondDemand,
)
from app.domain.events import PaperKind
from app.domain.journal import decode_event
from app.domain.papers import AcceptanceContent
from app.services.sign_in import Session
from app.storage.outbox import Refusal
from tests.journey.hall import begin, bring_everything, evaluation, read_card, sign_in

NOTICE = Decision(outcome=Outcome.NOTICE)
ACCEPT = Decision(outcome=Outcome.ACCEPT)
RECEIVE = Decision(outcome=Outcome.RECEIVE_ONLY)
PUBLIC_PLACE = "公共场所卫生许可"


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
    client = Client(tmp_path, Settings(), clock=clock)
    client.outbox.lease_numbers(1, 9)
    yield client
    client.store.close()


@pytest.fixture
def session(client: Client) -> Session:
    return sign_in(client)


def dog(client: Client, session: Session) -> Case:
    """养犬登记, everything brought."""
    code = client.catalogue.find("养犬登记")[0].code
    case = begin(client, session, read_card(client), code)
    return bring_everything(client, session, case)


def required(client: Client, case: Case) -> list[str]:
    return [row.material.id for row in evaluation(client, case).rows if row.required]


def noticed(client: Client, session: Session, missing: int = 1) -> tuple[Case, list[str]]:
    """A case noticed for its last ``missing`` materials, the applicant gone."""
    case = dog(client, session)
    lacking = required(client, case)[-missing:]
    for material in lacking:
        client.reception.give_back(session, case.id, material)
    decided = client.decisions.decide(session, case.id, NOTICE)
    assert decided.matter.case.state is CaseState.NOTICED
    return decided.matter.case, lacking


def demands(client: Client, case: Case) -> list[DemandRefused]:
    rows = [e for e in client.store.entries() if e.subject == f"case:{case.id}"]
    events = [decode_event(e.kind, e.version, e.body) for e in rows]
    return [event for event in events if isinstance(event, DemandRefused)]


def bring(client: Client, session: Session, case: Case, material: str) -> Case:
    listed = client.matters.item(case).get_material(material)
    return client.reception.receive(
        session, case.id, material, listed.originals, listed.copies, listed.form
    ).case


def refused(failure: type[AppError], act: object) -> None:
    with pytest.raises(failure):
        act()  # type: ignore[operator]  # a lambda


def test_the_case_opens_at_what_was_missing_and_keeps_its_number(
    client: Client, session: Session
) -> None:
    case, lacking = noticed(client, session, missing=2)
    fresh = client.reception.open_case(session)
    client.parties.identify(session, fresh.case.id, read_card(client))
    (waiting,) = client.returning.waiting("379901198803040115")
    assert (waiting.id, waiting.number) == (case.id, case.number)
    matter = client.returning.resume(session, waiting.id, fresh.case.id)
    assert client.store.find_case(fresh.case.id).state is CaseState.ABANDONED  # type: ignore[union-attr]  # it was opened above
    assert matter.evaluation is not None
    assert [row.material.id for row in matter.evaluation.missing] == lacking
    for material in lacking:
        bring(client, session, case, material)
    decided = client.decisions.decide(session, case.id, ACCEPT)
    assert decided.number == case.number
    assert decided.matter.case.state is CaseState.ACCEPTED
    assert client.returning.waiting("379901198803040115") == ()
    # One number was used, not two.
    assert client.decisions.decide(session, dog(client, session).id, RECEIVE).number == (
        case.number[:-1] + "2"
    )


def test_what_was_told_is_not_told_again(client: Client, session: Session) -> None:
    case, lacking = noticed(client, session, missing=2)
    client.returning.resume(session, case.id)
    refused(NothingNewToTell, lambda: client.decisions.decide(session, case.id, NOTICE))
    bring(client, session, case, lacking[0])
    refused(NothingNewToTell, lambda: client.decisions.decide(session, case.id, NOTICE))
    back = client.returning.put_back(session, case.id).case
    assert back.state is CaseState.NOTICED
    # What was brought meanwhile is still there at the next visit.
    again = client.returning.resume(session, case.id)
    assert [r.material.id for r in evaluation(client, again.case).missing] == [lacking[1]]
    assert demands(client, case) == []


def test_what_was_in_order_cannot_be_found_wanting_later(client: Client, session: Session) -> None:
    case, _ = noticed(client, session)
    fine = required(client, case)[0]
    client.returning.resume(session, case.id)
    refused(SecondDemand, lambda: client.reception.fault(session, case.id, fine, "照片不清"))
    # Nor by giving it back and asking for it as if it had never come.
    client.reception.give_back(session, case.id, fine)
    refused(SecondDemand, lambda: client.decisions.decide(session, case.id, NOTICE))
    kept = demands(client, case)
    assert [(one.kind, one.materials) for one in kept] == [
        (DemandKind.TOLD_AGAIN, (fine,)),
        (DemandKind.TOLD_AGAIN, (fine,)),
    ]
    assert kept[0].reason == "照片不清"


def test_a_fault_of_a_new_paper_may_be_told(client: Client, session: Session) -> None:
    case, (lacking,) = noticed(client, session)
    client.returning.resume(session, case.id)
    bring(client, session, case, lacking)
    client.reception.fault(session, case.id, lacking, "日期写错")
    decided = client.decisions.decide(session, case.id, NOTICE)
    event = decided.matter.case.decision
    assert isinstance(event, NoticeIssued)
    (line,) = event.lines
    assert (line.material, line.told_before) == (lacking, False)
    assert decided.number == case.number
    assert len(decided.matter.case.notices) == 2


def test_another_answer_may_call_for_another_paper(client: Client, session: Session) -> None:
    code = client.catalogue.find("食品经营许可新办")[0].code
    case = bring_everything(client, session, begin(client, session, read_card(client), code))
    client.reception.give_back(session, case.id, required(client, case)[0])
    client.decisions.decide(session, case.id, NOTICE)
    client.returning.resume(session, case.id)
    client.reception.answer(session, case.id, "premises", frozenset({"rented"}))
    resumed = client.reception.matter(case.id)
    assert resumed.evaluation is not None
    while unanswered := resumed.evaluation.unanswered:
        first = frozenset({unanswered[0].options[0].id})
        resumed = client.reception.answer(session, case.id, unanswered[0].id, first)
        assert resumed.evaluation is not None
    event = client.decisions.decide(session, case.id, NOTICE).matter.case.decision
    assert isinstance(event, NoticeIssued)
    assert {line.material for line in event.lines if not line.told_before} == {"lease-contract"}
    assert len([line for line in event.lines if line.told_before]) == 1


def test_nothing_beyond_the_list_can_be_found_wanting(client: Client, session: Session) -> None:
    case = dog(client, session)
    unneeded = next(
        row.material.id
        for row in evaluation(client, case).rows
        if row.state is RowState.NOT_REQUIRED
    )
    refused(BeyondTheList, lambda: client.reception.fault(session, case.id, unneeded, "没有交"))
    (kept,) = demands(client, case)
    assert (kept.kind, kept.materials) == (DemandKind.BEYOND_LIST, (unneeded,))
    assert client.decisions.decide(session, case.id, ACCEPT).matter.case.state is CaseState.ACCEPTED


def test_who_was_handed_the_notice_is_recorded(client: Client, session: Session) -> None:
    case, _ = noticed(client, session)
    desk = client.returning
    refused(ReasonNeeded, lambda: desk.hand_notice(session, case.id, " ", "直接", signed=True))
    handed = desk.hand_notice(session, case.id, "张示例", "直接", signed=True).case.handed
    assert handed is not None
    assert (handed.by, handed.to, handed.way, handed.signed) == ("1001", "张示例", "直接", True)
    assert handed.at.utcoffset() == timedelta(hours=8)
    accepted = client.decisions.decide(session, dog(client, session).id, ACCEPT).matter.case
    refused(
        CaseClosed, lambda: desk.hand_notice(session, accepted.id, "张示例", "直接", signed=True)
    )


def test_a_received_case_may_be_decided_until_its_days_are_over(
    client: Client, session: Session, clock: MovableClock
) -> None:
    case = dog(client, session)
    gone = required(client, case)[0]
    client.reception.give_back(session, case.id, gone)
    received = client.decisions.decide(session, case.id, RECEIVE).matter.case
    client.returning.resume(session, case.id)
    refused(OutcomeNotOpen, lambda: client.decisions.decide(session, case.id, RECEIVE))
    clock.at += timedelta(days=9)
    refused(NoticeTooLate, lambda: client.decisions.decide(session, case.id, NOTICE))
    assert client.returning.put_back(session, case.id).case.state is CaseState.RECEIVED
    clock.at -= timedelta(days=5)
    client.returning.resume(session, case.id)
    decided = client.decisions.decide(session, case.id, NOTICE)
    assert decided.number == received.number


def test_only_waiting_cases_can_be_resumed_and_numbered_ones_never_dropped(
    client: Client, session: Session
) -> None:
    case, _ = noticed(client, session)
    fresh = client.reception.open_case(session).case
    refused(NotReady, lambda: client.returning.put_back(session, fresh.id))
    refused(CaseClosed, lambda: client.returning.resume(session, fresh.id))
    client.returning.resume(session, case.id, fresh.id)
    refused(CaseClosed, lambda: client.returning.resume(session, case.id))
    refused(CaseClosed, lambda: client.reception.abandon(session, case.id))
    code = client.catalogue.items()[0].code
    refused(CaseClosed, lambda: client.reception.choose(session, case.id, code))
    assert client.reception.current(session).case.id == case.id  # type: ignore[union-attr]  # it is open


def test_rebuilt_tables_equal_the_kept_ones(client: Client, session: Session) -> None:
    case, lacking = noticed(client, session)
    client.returning.resume(session, case.id)
    bring(client, session, case, lacking[0])
    client.decisions.decide(session, case.id, ACCEPT)
    other, _ = noticed(client, session)
    client.returning.resume(session, other.id)

    def tables() -> list[object]:
        with client.store.read() as connection:
            return [
                connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY 1").all()
                for name in ("cases", "bundles", "number_blocks", "jobs")
            ]

    kept = tables()
    client.store.rebuild()
    assert tables() == kept


def test_a_case_with_another_number_is_refused(client: Client, session: Session) -> None:
    from app.domain.case import apply
    from app.domain.errors import BadEntry

    case, _ = noticed(client, session)
    resumed = client.returning.resume(session, case.id).case
    assert resumed.decision is not None
    with pytest.raises(BadEntry):
        apply(resumed, case.id, replace(resumed.decision, number="another"))


def test_a_decision_that_the_back_office_refused_no_longer_counts(
    client: Client, session: Session
) -> None:
    case = dog(client, session)
    first = client.decisions.decide(session, case.id, ACCEPT).number
    refused_seq = next(e.seq for e in client.store.entries() if e.kind == "CaseAccepted")
    last = client.store.verify()[0]
    client.outbox.acknowledge(last, [Refusal(seq=refused_seq, code="SYNC-NUMBER-USED")])
    # It waits for a person with its number; the case is open again, and decided by a new fact.
    (matter,) = client.set_aside.waiting()
    (entry,) = matter.facts
    assert (entry.kind, matter.number) == ("CaseAccepted", first)
    current = client.reception.current(session)
    assert current is not None
    assert (current.case.id, current.case.number) == (case.id, "")
    again = client.decisions.decide(session, case.id, ACCEPT)
    assert again.matter.case.state is CaseState.ACCEPTED
    assert again.number != first
    paper = client.contents.content(PaperKind.ACCEPTANCE, f"case:{case.id}")
    assert isinstance(paper, AcceptanceContent)
    assert paper.head.number == again.number, "the refused decision makes no paper"
    with client.store.read() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM cases ORDER BY id").all()
        blocks = connection.exec_driver_sql("SELECT * FROM number_blocks").all()
    client.store.rebuild()
    with client.store.read() as connection:
        assert connection.exec_driver_sql("SELECT * FROM cases ORDER BY id").all() == kept
        assert connection.exec_driver_sql("SELECT * FROM number_blocks").all() == blocks
    assert client.store.verify()[0] > last
