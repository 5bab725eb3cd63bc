"""A demo hall of real parts for journeys: back office process, client, one applicant at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import requests

from app.bootstrap import Client
from app.config import Settings
from app.demo.back_office import EmbeddedBackOffice
from app.devices.cards.specification import open_driver
from app.domain.case import Case
from app.domain.catalogue import Item
from app.domain.checklist import Evaluation, Outcome
from app.domain.decision import Decision, judge
from app.domain.parties import Party, lacking_party
from app.domain.person import CardRead
from app.ports import Clock
from app.services.sign_in import Session

ORGANISATION = ("示例县样例餐饮有限公司", "91379901MA3YLCY07M")
PASSWORD = {"1001": "demo-1001", "1002": "demo-1002"}


def open_client(
    home: Path, office: EmbeddedBackOffice, *, clock: Clock | None = None, **changed: Any
) -> Client:
    """A window that is enrolled there, once."""
    client = Client(home, replace(Settings(backoffice_url=office.url), **changed), clock=clock)
    if not client.enrolment.state().enrolled:
        client.enrolment.enrol(office.url, office.new_code(client.store.device))
    return client


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.02)


def sign_in(client: Client, staff_id: str = "1001", window: str = "W01") -> Session:
    return client.sign_in.sign_in(staff_id, PASSWORD[staff_id], window)


def read_card(client: Client, person: str = "") -> CardRead:
    """Through the simulated SAM reader on a real pseudo-terminal."""
    driver = open_driver(f"simulated:{person}", client.clock, people=client.people)
    try:
        return driver.read(5.0, lambda _step: None, Event())
    finally:
        driver.close()


def bring_everything(client: Client, session: Session, case: Case) -> Case:
    """Answer each question with its first option and bring all that is then asked for."""
    case = answer_everything(client, session, case)
    for row in evaluation(client, case).rows:
        if row.required:
            case = client.reception.receive(
                session, case.id, row.material.id, row.material.originals, row.material.copies,
                row.material.form,
            ).case  # fmt: skip
    return case


def answer_everything(client: Client, session: Session, case: Case) -> Case:
    """Each question by its first option."""
    while unanswered := evaluation(client, case).unanswered:
        question = unanswered[0]
        chosen = frozenset({question.options[0].id})
        case = client.reception.answer(session, case.id, question.id, chosen).case
    return case


def evaluation(client: Client, case: Case) -> Evaluation:
    return judge(case, client.matters.item(case), client.matters.today())


def serve(
    client: Client, session: Session, card: CardRead, item: Item, outcome: Outcome = Outcome.ACCEPT
) -> Case:
    """One applicant without a ticket from card to decision."""
    case = begin(client, session, card, item.code)
    if outcome is Outcome.ACCEPT:
        case = bring_everything(client, session, case)
        case = name_parties(client, session, case)
    return client.decisions.decide(session, case.id, Decision(outcome=outcome)).matter.case


def name_parties(client: Client, session: Session, case: Case) -> Case:
    """An organisation, where the item or an answer speaks of one: the person read stands for it."""
    if lacking_party(case, client.matters.item(case)) is Party.ORGANISATION:
        assert case.applicant is not None
        name, code = ORGANISATION
        person = case.applicant.person.name
        return client.parties.name_organisation(session, case.id, name, code, person).case
    return case


def begin(client: Client, session: Session, card: CardRead, code: str) -> Case:
    """Card read and item, or bundle, chosen."""
    case = client.reception.open_case(session).case
    client.parties.identify(session, case.id, card)
    return client.reception.choose(session, case.id, code).case


def office_cases(office: EmbeddedBackOffice) -> list[dict[str, Any]]:
    """All cases that the back office knows, page by page, each as it came last: one that changes
    meanwhile comes again."""
    cases: dict[str, dict[str, Any]] = {}
    after = 0
    while True:
        answer = requests.get(
            f"{office.url}/api/cases",
            params={"after": after},
            headers={"Authorization": f"Bearer {office.token}"},
            timeout=10,
        )
        page = answer.json()["cases"]
        if not page:
            return list(cases.values())
        cases |= {one["id"]: one for one in page}
        after = page[-1]["changed"]
