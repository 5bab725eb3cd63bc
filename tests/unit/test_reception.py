"""What a clerk may do at the counter, and what is refused without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.config import Settings
from app.domain.case import Case
from app.domain.checklist import Outcome
from app.domain.decision import Decision
from app.domain.errors import (
    AppError,
    CaseClosed,
    InvalidIdentity,
    ListChanged,
    NotReady,
    NumbersExhausted,
    OtherPerson,
    OutcomeNotOpen,
    ReasonNeeded,
    SignInRefused,
    UnknownAnswer,
    UnknownMaterial,
)
from app.domain.person import DocumentKind, ValueSource
from app.services.catalogue import Catalogue
from app.services.matter import Matters
from app.services.sign_in import Session
from tests.journey.hall import begin as begin_with
from tests.journey.hall import bring_everything, evaluation, read_card, sign_in


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = Client(tmp_path, Settings())
    client.outbox.lease_numbers(1, 3)
    yield client
    client.store.close()


@pytest.fixture
def session(client: Client) -> Session:
    return sign_in(client)


def begin(client: Client, session: Session, item: str = "养犬登记") -> Case:
    return begin_with(client, session, read_card(client), client.catalogue.find(item)[0].code)


def facts(client: Client) -> int:
    return client.store.verify()[0]


def refused(client: Client, failure: type[AppError], act: object) -> None:
    """The act is refused and leaves no trace."""
    before = facts(client)
    with pytest.raises(failure):
        act()  # type: ignore[operator]  # a lambda
    assert facts(client) == before


def test_nothing_beyond_the_list_can_be_recorded(client: Client, session: Session) -> None:
    case, desk = begin(client, session), client.reception
    refused(client, UnknownMaterial, lambda: desk.receive(session, case.id, "gold-bars", 1, 0))
    refused(client, UnknownMaterial, lambda: desk.fault(session, case.id, "gold-bars", "无"))
    material = client.matters.item(case).materials[0].id
    refused(client, ReasonNeeded, lambda: desk.fault(session, case.id, material, "  "))
    refused(client, UnknownAnswer, lambda: desk.answer(session, case.id, "x", frozenset({"y"})))


def test_acceptance_waits_for_everything_necessary(client: Client, session: Session) -> None:
    case, desk = begin(client, session), client.reception
    accept = Decision(outcome=Outcome.ACCEPT)
    refused(client, OutcomeNotOpen, lambda: client.decisions.decide(session, case.id, accept))
    case = bring_everything(client, session, case)
    needed = next(row for row in evaluation(client, case).rows if row.required)
    desk.fault(session, case.id, needed.material.id, "照片不清")
    refused(client, OutcomeNotOpen, lambda: client.decisions.decide(session, case.id, accept))
    desk.receive(session, case.id, needed.material.id, needed.originals, needed.copies)
    decided = client.decisions.decide(session, case.id, accept)
    assert decided.number
    assert len(decided.jobs) == 1
    refused(client, CaseClosed, lambda: client.decisions.decide(session, case.id, accept))
    refused(client, CaseClosed, lambda: desk.give_back(session, case.id, needed.material.id))


def test_a_notice_names_everything_missing_as_computed(client: Client, session: Session) -> None:
    desk = client.reception
    case = begin(client, session, "食品经营许可新办")
    notice = Decision(outcome=Outcome.NOTICE)
    refused(client, OutcomeNotOpen, lambda: client.decisions.decide(session, case.id, notice))
    while unanswered := evaluation(client, case).unanswered:
        option = frozenset({unanswered[0].options[0].id})
        case = desk.answer(session, case.id, unanswered[0].id, option).case
    missing = [row.material.id for row in evaluation(client, case).missing]
    (preview,) = client.decisions.previews(desk.matter(case.id), Outcome.NOTICE)
    assert [line.material for line in preview.lines] == missing
    assert all(line.problem and line.because for line in preview.lines)


def test_rejection_needs_reason_and_basis(client: Client, session: Session) -> None:
    case, desk = begin(client, session), client.decisions
    for reason, basis in (("", "法"), ("不属于本机关", " ")):
        decision = Decision(outcome=Outcome.REJECT, reason=reason, basis=basis)
        refused(client, ReasonNeeded, lambda d=decision: desk.decide(session, case.id, d))


def test_numbers_come_from_the_lease_and_end_with_it(client: Client, session: Session) -> None:
    numbers = []
    for _ in range(3):
        case = begin(client, session)
        decision = Decision(outcome=Outcome.RECEIVE_ONLY)
        numbers.append(client.decisions.decide(session, case.id, decision).matter.case.number)
    assert len(set(numbers)) == 3
    assert [number[-6:] for number in numbers] == ["000001", "000002", "000003"]
    case = begin(client, session)
    refused(client, NumbersExhausted, lambda: client.decisions.decide(session, case.id, decision))
    client.outbox.lease_numbers(100, 110)
    assert client.decisions.decide(session, case.id, decision).matter.case.number.endswith("000100")


def test_typed_identity_is_checked_marked_and_explained(client: Client, session: Session) -> None:
    desk = client.parties
    case = client.reception.open_case(session).case
    kind = DocumentKind.RESIDENT

    def type_in(number: str, reason: str, name: str = "李样例") -> Case:
        return desk.identify_typed(session, case.id, kind, name, number, reason).case

    refused(client, ReasonNeeded, lambda: type_in("379901198803040115", ""))
    refused(client, InvalidIdentity, lambda: type_in("379901198803040116", "未带证"))
    refused(client, InvalidIdentity, lambda: type_in("379901198802300110", "未带证"))
    refused(client, InvalidIdentity, lambda: type_in("379901198803040115", "未带证", "\x07"))
    typed = type_in("379901198803040115", "未带证").applicant
    assert typed is not None
    assert (typed.source, typed.typed_reason) == (ValueSource.TYPED, "未带证")
    refused(client, InvalidIdentity, lambda: desk.enter_phone(session, case.id, "call me"))
    assert desk.enter_phone(session, case.id, "138 0000 0000").case.applicant is not None
    # A card with another name overwrites nothing by itself; the clerk's word does.
    refused(client, OtherPerson, lambda: desk.identify(session, case.id, read_card(client)))
    # The same person's card then replaces what was typed, and keeps the phone beside it.
    card = read_card(client)
    read = desk.identify(session, case.id, card, replacing=True).case.applicant
    assert read is not None
    assert (read.source, read.phone) == (ValueSource.CARD, "13800000000")


def test_a_list_altered_under_its_version_is_noticed(client: Client, session: Session) -> None:
    case = begin(client, session)
    altered = [
        replace(item, name=f"{item.name}（改）") if item.code == case.item else item
        for item in client.catalogue.items()
    ]
    matters = Matters(client.store, lambda: Catalogue(altered))
    with pytest.raises(ListChanged):
        matters.item(case)


def test_an_open_case_is_found_again_and_can_be_left(client: Client, session: Session) -> None:
    case = begin(client, session)
    again = client.reception.current(session)
    assert again is not None
    assert again.case == case
    client.reception.abandon(session, case.id, "有急事")
    assert client.reception.current(session) is None


def test_an_item_before_the_applicant_is_no_decision(client: Client, session: Session) -> None:
    desk = client.reception
    case = desk.open_case(session).case
    desk.choose(session, case.id, client.catalogue.items()[0].code)
    decision = Decision(outcome=Outcome.RECEIVE_ONLY)
    refused(client, NotReady, lambda: client.decisions.decide(session, case.id, decision))


@pytest.mark.parametrize(
    ("staff", "password", "window"),
    [
        ("1001", "wrong", "W01"), ("9999", "demo-1001", "W01"), ("1001", "demo-1001", "W99"),
        ("7001", "demo-7001", "W01"),  # a reviewer works at the back office
    ],
)  # fmt: skip
def test_sign_in_is_refused_the_same_way(
    client: Client, staff: str, password: str, window: str
) -> None:
    refused(client, SignInRefused, lambda: client.sign_in.sign_in(staff, password, window))
    assert [member.id for member in client.sign_in.staff()] == ["1001", "1002", "9001"]
