"""Facts that the back office refuses hold up nothing, are never lost, and wait for a person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.demo.back_office import EmbeddedBackOffice
from app.domain.case_events import CaseAccepted, FieldFilled, MaterialReceived
from app.domain.checklist import Outcome
from app.domain.event import Event
from app.domain.events import CaseNumbersLeased
from app.services.set_aside import Act, AsideMatter
from app.services.set_aside_answers import AnsweredAlready
from app.services.sign_in import Session
from app.texts import explain
from tests.journey.hall import office_cases, open_client, read_card, serve, sign_in, wait_until
from tests.sync.hall import accepted_case

ITEM = "养犬登记"
GOOD = 300


def save(client: Client, case_id: str, *events: Event) -> None:
    with client.store.begin() as unit:
        for event in events:
            unit.append(event, subject=f"case:{case_id}", actor="1001")


def next_number(client: Client) -> str:
    with client.store.read() as connection:
        (serial,) = connection.exec_driver_sql(
            "SELECT next FROM number_blocks WHERE next <= last ORDER BY first LIMIT 1"
        ).one()
    day = client.matters.today()
    return client.hall.case_number.format(
        region=client.hall.region, date=f"{day:%Y%m%d}", serial=serial
    )


def accepted(number: str) -> list[Event]:
    *before, decision = accepted_case(1)
    assert isinstance(decision, CaseAccepted)
    return [*before, replace(decision, number=number)]


def drop_all(client: Client, session: Session, matter: AsideMatter) -> None:
    client.answers.drop(session, [fact.key for fact in matter.facts], "核对过，作废")


def test_refused_facts_among_three_hundred_cases(
    tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    home = tmp_path / "window"
    other = open_client(tmp_path / "other", office, window="W02")
    client = open_client(home, office)
    for one in (client, other):
        one.sync.start()
        wait_until(lambda it=one: it.outbox.numbers_left() > GOOD, 20, "numbers")  # type: ignore[misc]
    session, card = sign_in(client), read_card(client)
    item = next(one for one in client.catalogue.items() if one.name == ITEM)
    foreign = serve(other, sign_in(other, "1002", "W02"), card, item, Outcome.RECEIVE_ONLY)
    wait_until(lambda: other.outbox.counts() == (0, 0), 20, "the other window's case")
    assert other.sync.stop()
    other.store.close()
    client.store.take_in(client.records.history(foreign.number))
    wait_until(lambda: client.outbox.counts() == (0, 0), 20, "a quiet line")
    office.kill()

    material = MaterialReceived(material="M1", originals=1, copies=0)
    numbers: list[str] = []
    for n in range(GOOD):
        numbers.append(next_number(client))
        save(client, f"good-{n}", *accepted(numbers[-1]))
        if n == 60:  # a number of no block of this window, and more about that case after it
            stranger = f"{numbers[-1][:-6]}999999"
            save(client, "unleased", *accepted(stranger))
            save(client, "unleased", *accepted(stranger)[3:4])
        if n == 120:
            save(client, foreign.id, material, FieldFilled(field="phone", value="13900000000"))
        if n == 180:  # what no rule of a case allows any more
            save(client, "good-100", material, replace(material, material="M2"))
        if n == 240:  # and what no column of a database holds
            save(client, "good-200", FieldFilled(field="note", value="一\0二"))
    client.sync.wake()
    assert client.outbox.counts()[1] == 0

    office.start()
    wait_until(lambda: client.outbox.counts()[0] == 0, 60, "everything is decided")
    there = {case["id"]: case for case in office_cases(office)}
    for n, number in enumerate(numbers):  # every other case went on, whatever stood before it
        assert (there[f"good-{n}"]["state"], there[f"good-{n}"]["number"]) == ("accepted", number)
    assert there[foreign.id]["state"] == "received"

    assert client.sync.stop()
    client.store.close()
    client = open_client(home, office)  # nothing disappears at a restart
    waiting = {matter.subject.partition(":")[2]: matter for matter in client.set_aside.waiting()}
    assert set(waiting) == {"unleased", foreign.id, "good-100", "good-200"}
    codes = {name: {fact.code for fact in matter.facts} for name, matter in waiting.items()}
    assert "SYNC-NUMBER-NOT-LEASED" in codes["unleased"]
    assert codes[foreign.id] == {"SYNC-CASE-ELSEWHERE"}
    assert [type(fact.event) for fact in waiting["unleased"].facts] == [CaseAccepted]
    later = {case["id"]: case["state"] for case in office_cases(office)}
    assert later["unleased"] == "open"  # and what was recorded of it after that stands
    for name, matter in waiting.items():
        assert client.set_aside.marks([f"case:{name}"]) == len(matter.facts)
        for fact in matter.facts:
            said = explain(fact.code, {})
            assert said.message, fact.code
            assert said.next_step, fact.code
    assert client.set_aside.marks(["case:good-1"]) == 0
    assert client.outbox.counts()[1] == sum(len(matter.facts) for matter in waiting.values())

    # A person answers.
    session = sign_in(client)
    assert Act.LOOK in waiting[foreign.id].facts[0].acts
    for matter in waiting.values():
        drop_all(client, session, matter)
    with pytest.raises(AnsweredAlready):  # once and for ever
        drop_all(client, session, waiting["good-100"])
    assert client.set_aside.waiting() == ()
    client.sync.start()
    wait_until(lambda: client.outbox.counts() == (0, 0), 20, "the answers are sent")
    assert client.sync.stop()
    client.store.close()
    client = open_client(home, office)
    # The line may have leased one more block of numbers while it was being stopped.
    left = client.outbox.pending(client.outbox.acknowledged(), 10, 10**6)
    assert {entry.kind for entry in left} <= {CaseNumbersLeased.__name__}
    assert client.outbox.counts()[1] == 0
    history = {matter.subject.partition(":")[2] for matter in client.set_aside.history()}
    assert history >= set(waiting)
    client.store.close()
