"""A card against who is on the case, over the real store: applicant, agent, and both in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.config import Settings
from app.domain.errors import InvalidIdentity, OtherPerson
from app.domain.person import DocumentKind, ValueSource
from app.services.sign_in import Session
from tests.journey.hall import read_card, sign_in


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = Client(tmp_path, Settings())
    yield client
    client.store.close()


@pytest.fixture
def session(client: Client) -> Session:
    return sign_in(client)


def test_a_card_overwrites_nobody_by_itself(client: Client, session: Session) -> None:
    desk, kind = client.parties, DocumentKind.RESIDENT
    case = client.reception.open_case(session).case
    own, other = read_card(client), read_card(client, "ayiguli-ceshi")
    desk.identify_typed(session, case.id, kind, "张示列", own.person.number, "没带")
    with pytest.raises(OtherPerson):
        desk.identify(session, case.id, own)
    with pytest.raises(OtherPerson):
        desk.identify(session, case.id, other)
    read = desk.identify(session, case.id, own, replacing=True).case.applicant
    assert read is not None
    assert (read.person.name, read.source) == ("张示例", ValueSource.CARD)
    again = desk.identify(session, case.id, own).case.applicant
    assert again == read
    # A 社保卡 of the same person does not stand in for the identity card.
    social = replace(own, document=DocumentKind.SOCIAL_SECURITY, valid_to=None)
    assert desk.identify(session, case.id, social).case.applicant == read


def test_agent_and_principal_are_two_people(client: Client, session: Session) -> None:
    desk = client.parties
    case = client.reception.open_case(session).case
    first, second = read_card(client), read_card(client, "ayiguli-ceshi")
    desk.identify(session, case.id, first)
    desk.came_for_another(session, case.id, "授权委托书")
    with pytest.raises(InvalidIdentity):
        desk.identify(session, case.id, first)
    principal = desk.identify(session, case.id, second).case  # takes the agent's place by itself
    assert principal.applicant is not None
    assert principal.agent is not None
    assert principal.applicant.person.number == second.person.number
    assert principal.agent.person.number == first.person.number
    # The agent's card again is the agent; somebody else's is not, unless the clerk says so.
    again = desk.identify_agent(session, case.id, first, "授权委托书").case.agent
    assert again == principal.agent
    third = replace(first, person=replace(first.person, name="李样例", number="110101199003071313"))
    with pytest.raises(OtherPerson):
        desk.identify_agent(session, case.id, third, "授权委托书")
    changed = desk.identify_agent(session, case.id, third, "授权委托书", replacing=True).case
    assert changed.agent is not None
    assert changed.agent.person.name == "李样例"
