"""A window works for weeks without a back office, and all of it arrives when the line is back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from app.bootstrap import Client
from app.config import Settings
from app.demo.back_office import EmbeddedBackOffice
from app.domain.case import Case, CaseState
from app.domain.catalogue import LimitUnit
from app.domain.checklist import Outcome
from app.domain.decision import Decision
from app.domain.errors import NumbersExhausted, SignInRefused
from app.domain.event import Event
from app.domain.events import ClerkSignedIn, PaperPrinted
from app.domain.hall import HALL_ZONE
from app.domain.journal import decode_event
from app.ports import LinkState
from app.texts import explain
from tests.journey.hall import (
    begin,
    bring_everything,
    name_parties,
    office_cases,
    open_client,
    read_card,
    serve,
    sign_in,
    wait_until,
)
from tests.journey.turned_clock import TurnedClock
from tests.printing.pdf import ReadBack
from ui.viewmodels.status import link_words

DAYS = 45
CASES_A_DAY = 4
NINE = time(9, 0, tzinfo=HALL_ZONE)


def at_work(clock: TurnedClock, day: date) -> None:
    clock.turn_to(datetime.combine(day, NINE).astimezone(UTC))


def facts(client: Client, kind: type[Event]) -> list[Any]:
    return [
        decode_event(entry.kind, entry.version, entry.body)
        for entry in client.store.entries()
        if entry.kind == kind.__name__
    ]


def test_forty_five_days_without_a_back_office(tmp_path: Path, office: EmbeddedBackOffice) -> None:
    clock = TurnedClock(ahead=timedelta(days=-DAYS))
    client = open_client(tmp_path / "window", office, clock=clock)
    client.sync.start()
    wait_until(lambda: client.outbox.numbers().days >= 60, 20, "numbers for sixty days of work")
    office.kill()
    wait_until(lambda: client.sync.status().link is LinkState.OFFLINE, 20, "offline is noticed")

    card, first = read_card(client), clock.now().astimezone(HALL_ZONE).date()
    served: list[Case] = []
    for day in range(1, DAYS):
        at_work(clock, first + timedelta(days=day))
        session = sign_in(client, "1001" if day % 2 else "1002")
        items = client.catalogue.items()
        ticket = client.queue.take(session, client.queue.businesses()[0].id)
        assert client.queue.call_next(session).id == ticket.id
        client.queue.serve(session, ticket.id)
        for number in range(CASES_A_DAY):
            outcome = Outcome.ACCEPT if number % 3 else Outcome.RECEIVE_ONLY
            served.append(serve(client, session, card, items[(day + number) % len(items)], outcome))
        client.queue.finish(session, ticket.id)
        client.papers.run_pending()
        assert client.worklist.view().today == first + timedelta(days=day)
        client.sign_in.sign_out(session)
    with pytest.raises(SignInRefused):  # also weeks later
        client.sign_in.sign_in("1001", "demo-9999", "W01")
    clock.ahead = timedelta()

    assert len({case.number for case in served}) == len(served) == (DAYS - 1) * CASES_A_DAY
    assert len(facts(client, ClerkSignedIn)) == DAYS - 1
    jobs = client.papers.jobs(limit=10_000)
    assert {job.state for job in jobs} == {"printed"}
    assert len(jobs) == len(facts(client, PaperPrinted)) >= len(served) + DAYS - 1
    # What is left is measured by what goes in a day: nobody is warned without need.
    assert client.outbox.numbers().a_day == CASES_A_DAY
    client.sync.wake()
    wait_until(lambda: (client.sync.status().number_days or 0) > 300, 20, "it is measured anew")
    assert words(client) == "后台断开，照常办理"
    before = client.store.verify()

    office.start()
    wait_until(
        lambda: client.outbox.counts() == (0, 0), 60, "everything is decided, nothing refused"
    )
    assert client.store.verify()[0] >= before[0]
    assert sorted((c["id"], c["number"], c["state"]) for c in office_cases(office)) == sorted(
        (case.id, case.number, case.state.value) for case in served
    )
    assert chain_there(office) == client.store.verify()
    assert client.sync.stop()
    client.store.close()


def words(client: Client) -> str:
    """Of the status line at this moment. That this clock is turned is told too, and not meant."""
    seen = client.sync.status()
    return link_words(replace(seen, skew_seconds=0, number_days=client.outbox.numbers().days))[0]


def chain_there(office: EmbeddedBackOffice) -> tuple[int, str]:
    """The one chain as the back office has it: it checked every link when it took it."""
    answer = requests.get(
        f"{office.url}/api/chains", headers={"Authorization": f"Bearer {office.token}"}, timeout=10
    )
    # The draw for the departments is in the back office's own.
    (chain,) = [one for one in answer.json()["chains"] if one["device"] != "backoffice"]
    return chain["acknowledged"], chain["head"]


def test_numbers_that_run_out_are_told_early_and_come_by_themselves(
    tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    home, clock = tmp_path / "window", TurnedClock(ahead=timedelta(days=-DAYS))
    client = open_client(home, office, clock=clock)
    with client.store.begin() as unit:  # a window that is used to four cases a day
        for n in range(10):
            unit.connection.exec_driver_sql(
                "INSERT INTO numbers_used (day, used) VALUES (?, 4)", (f"2026-01-{n + 10}",)
            )
    client.sync.start()
    wait_until(lambda: client.outbox.numbers().days >= 60, 20, "numbers for sixty days of work")
    office.kill()
    wait_until(lambda: client.sync.status().link is LinkState.OFFLINE, 20, "offline is noticed")
    session, card, item = sign_in(client), read_card(client), client.catalogue.items()[0]
    served: list[Case] = []
    told: Counter[str] = Counter()
    first = clock.now().astimezone(HALL_ZONE).date()
    for day in range(40):  # a busy time: eight a day and not four
        at_work(clock, first + timedelta(days=day + 1))
        for _ in range(8):
            try:
                served.append(serve(client, session, card, item, Outcome.RECEIVE_ONLY))
            except NumbersExhausted:
                break
        told[words(client)] += 1
        if not client.outbox.numbers_left():
            break
    wait_until(lambda: client.sync.status().number_days == 0, 20, "the status line hears of it")
    assert told["后台断开，照常办理"] > 5
    assert all(told[f"后台断开，编号还够 {n} 天：请恢复网络"] for n in range(1, 10)), told
    assert told["后台断开，编号快用完了：请尽快恢复网络"]

    # A case begun without numbers keeps all that was recorded, and is decided when they are back.
    clock.ahead = timedelta()
    waiting = client.matters.load(begin(client, session, card, item.code).id).case
    waiting = name_parties(client, session, bring_everything(client, session, waiting))
    with pytest.raises(NumbersExhausted) as refused:
        client.decisions.decide(session, waiting.id, Decision(outcome=Outcome.ACCEPT))
    said = explain(refused.value.code, refused.value.details)
    assert "编号" in said.message
    assert "网络" in said.next_step
    assert client.matters.load(waiting.id).case.state is CaseState.OPEN

    office.start()
    wait_until(lambda: client.outbox.numbers().days >= 60, 30, "numbers are back by themselves")
    decided = client.decisions.decide(session, waiting.id, Decision(outcome=Outcome.ACCEPT))
    assert decided.matter.case.state is CaseState.ACCEPTED
    wait_until(lambda: client.outbox.counts() == (0, 0), 30, "everything is decided")
    assert len(office_cases(office)) == len(served) + 1
    assert client.sync.stop()
    client.store.close()


def test_beyond_the_year_whose_holidays_are_published(tmp_path: Path) -> None:
    """Nobody brings the new year's arrangement to a window without a line: its days are counted
    as the week goes, and the papers say that they may move."""
    home, clock = tmp_path / "window", TurnedClock()
    client = Client(home, Settings(), clock=clock)
    client.outbox.lease_numbers(1, 100)
    last = max(client.calendar().years)
    card = read_card(client)
    item = next(
        one for one in client.catalogue.items()
        if one.promised_limit.count and one.promised_limit.unit is LimitUnit.WORKING_DAY
    )  # fmt: skip
    papers = home / "papers"
    for day, provisional in ((date(last, 3, 2), False), (date(last + 1, 1, 15), True)):
        at_work(clock, day)
        session = sign_in(client)
        client.reception.current(session)
        serve(client, session, card, item)
        old = set(papers.glob("*.pdf")) if papers.exists() else set()
        assert client.papers.run_pending() >= 1
        text = "".join(
            ReadBack(file.read_bytes(), tmp_path).text() for file in set(papers.glob("*.pdf")) - old
        )
        assert f"{day.year}年{day.month}月{day.day}日" in text
        assert ("放假安排" in text) is provisional
        assert client.worklist.view().rows
    client.store.close()
