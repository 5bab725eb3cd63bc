"""A clock that was set wrong, set back or across a zone loses nothing and changes no order."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import requests
from msgspec.structs import replace

from app.bootstrap import Client
from app.config import Settings
from app.demo.back_office import EmbeddedBackOffice
from app.domain.case import Case, CaseState
from app.domain.catalogue import Item
from app.domain.checklist import Outcome
from app.domain.decision import Decision
from app.domain.errors import ItemNotFound
from app.domain.hall import HALL_ZONE
from app.domain.journal import Entry
from app.ports import LinkState
from app.services.clock_desk import ClockAhead, ClockSetBack
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
from ui.kit.clock import clock_text
from ui.viewmodels.status import link_words

YEAR = timedelta(days=365)
ITEM = "养犬登记"


def item_of(client: Client) -> Item:
    return next(one for one in client.catalogue.items() if one.name == ITEM)


def in_order(client: Client) -> list[Entry]:
    entries = client.store.entries()
    times = [entry.hlc for entry in entries]
    assert times == sorted(set(times)), "each fact is later than the one before it"
    return entries


def case_facts(entries: list[Entry], case: Case) -> list[str]:
    return [entry.id for entry in entries if entry.subject == f"case:{case.id}"]


@pytest.mark.parametrize("jump", [-YEAR, YEAR, timedelta(hours=-13)], ids=str)
def test_a_jump_in_the_midst_of_a_case_keeps_the_order_and_everything(
    tmp_path: Path, office: EmbeddedBackOffice, jump: timedelta
) -> None:
    clock = TurnedClock()
    client = open_client(tmp_path / "window", office, clock=clock)
    client.sync.start()
    wait_until(lambda: client.outbox.numbers_left() > 0, 20, "numbers")
    session, card = sign_in(client), read_card(client)
    item = item_of(client)
    made = [serve(client, session, card, item)]
    for ahead in (jump, timedelta()):  # set wrong, and set right again
        try:
            case = begin(client, session, card, item.code)
        except ItemNotFound:  # a year ago this list was not in force: nothing can be begun
            assert client.matters.today() < item.effective_from
            unserved = client.reception.current(session)
            assert unserved is not None
            client.reception.abandon(session, unserved.case.id, "没有这个事项")
            clock.ahead = ahead
            case = begin(client, session, card, item.code)
        clock.ahead = ahead
        case = name_parties(client, session, bring_everything(client, session, case))
        decided = client.decisions.decide(session, case.id, Decision(outcome=Outcome.ACCEPT))
        made.append(decided.matter.case)
        client.papers.run_pending()
    assert {job.state for job in client.papers.jobs()} == {"printed"}
    entries = in_order(client)
    assert len({case.number for case in made}) == len(made) == 3
    before = [client.matters.load(case.id).case for case in made]
    client.store.rebuild()
    assert [client.matters.load(case.id).case for case in made] == before

    wait_until(lambda: client.outbox.counts() == (0, 0), 20, "all is decided, nothing refused")
    there = {c["id"]: c["state"] for c in office_cases(office) if c["number"]}
    assert there == {case.id: case.state.value for case in made}
    for case in made:
        # What another window would be told of it, in the back office's order; beside the window's
        # own facts there is the draw of a reviewer.
        told = client.records.history(case.number)
        mine = [entry.id for entry in told if entry.device == client.store.device]
        assert mine == case_facts(entries, case)
    assert client.sync.stop()
    client.store.close()


@pytest.mark.parametrize("jump", [timedelta(days=-30), YEAR], ids=str)
def test_a_case_goes_on_at_another_window_with_another_clock(
    tmp_path: Path, office: EmbeddedBackOffice, jump: timedelta
) -> None:
    wrong = open_client(tmp_path / "w1", office, clock=TurnedClock(jump))
    right = open_client(tmp_path / "w2", office, window="W02")
    for client in (wrong, right):
        client.sync.start()
        wait_until(lambda it=client: it.outbox.numbers_left() > 0, 20, "numbers")  # type: ignore[misc]
    card = read_card(wrong)
    session = sign_in(wrong)
    case = serve(wrong, session, card, item_of(wrong), Outcome.RECEIVE_ONLY)
    wait_until(lambda: wrong.outbox.counts() == (0, 0), 20, "the case is there")
    right.feed.start()
    wait_until(lambda: right.store.find_case(case.id) is not None, 20, "the other window hears it")
    there = sign_in(right, "1002", "W02")
    resumed = right.returning.resume(there, case.id).case
    resumed = bring_everything(right, there, resumed)
    resumed = name_parties(right, there, resumed)
    decided = right.decisions.decide(there, case.id, Decision(outcome=Outcome.ACCEPT)).matter.case
    assert decided.number == case.number
    wait_until(lambda: right.outbox.counts() == (0, 0), 20, "nothing is refused")
    assert [c["state"] for c in office_cases(office)] == [CaseState.ACCEPTED.value]
    wrong.feed.start()

    def sees(client: Client) -> bool:
        """As it was decided; since then somebody has been drawn to review it."""
        if client.store.find_case(case.id) is None:
            return False
        found = client.matters.load(case.id).case
        return found.reviewer != "" and replace(found, reviewer="") == decided

    for client in (wrong, right):  # both come to see it alike
        wait_until(partial(sees, client), 20, "the fold is the back office's")
    assert wrong.matters.load(case.id).case == right.matters.load(case.id).case
    for client in (wrong, right):
        assert client.feed.stop(5)
        assert client.sync.stop()
        client.store.close()


def test_a_clock_more_than_five_minutes_wrong_is_told(
    tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    clock = TurnedClock(timedelta(minutes=4))
    client = open_client(tmp_path / "window", office, clock=clock)
    client.sync.start()
    wait_until(lambda: client.outbox.numbers_left() > 0, 20, "numbers")

    def says(words: str) -> None:
        wait_until(lambda: link_words(client.sync.status())[0] == words, 20, words)

    says("后台已连接")
    clock.ahead = timedelta(minutes=7, seconds=30)
    says("本机时间快了 7 分钟：请校准")
    devices = requests.get(
        f"{office.url}/api/devices", headers={"Authorization": f"Bearer {office.token}"}, timeout=10
    ).json()["devices"]
    assert [one["skew"] for one in devices if one["device"] == client.store.device] == [
        pytest.approx(450, abs=30)
    ]
    clock.ahead = -timedelta(hours=3, seconds=30)
    says("本机时间慢了 3 小时：请校准")
    clock.ahead = timedelta()
    says("后台已连接")
    assert client.sync.stop()
    client.store.close()


def test_nothing_is_deemed_accepted_by_a_clock_that_runs_ahead(
    tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    clock = TurnedClock()
    client = open_client(tmp_path / "window", office, clock=clock)
    client.sync.start()
    wait_until(lambda: client.outbox.numbers_left() > 0, 20, "numbers")
    session, card, item = sign_in(client), read_card(client), item_of(client)
    case = serve(client, session, card, item, Outcome.RECEIVE_ONLY)
    clock.ahead = YEAR
    wait_until(lambda: client.sync.status().skew_seconds > 0, 20, "the back office says so")
    with pytest.raises(ClockAhead) as refused:
        client.worklist.settle()
    assert "快" in explain(refused.value.code, refused.value.details).message
    assert client.matters.load(case.id).case.state is CaseState.RECEIVED

    # What was recorded in a year that is still to come holds up nothing once the clock is right.
    serve(client, session, card, item)
    clock.ahead = timedelta()
    wait_until(lambda: client.sync.status().skew_seconds == 0, 20, "the clock is right again")
    assert client.worklist.settle().numbers == ()
    # Without a back office nobody can tell: a clock before the last record might be wrong.
    office.kill()
    wait_until(lambda: client.sync.status().link is LinkState.OFFLINE, 20, "the line is gone")
    with pytest.raises(ClockSetBack):
        client.worklist.settle()
    assert client.sync.stop()
    client.store.close()


@pytest.fixture
def machine_zone() -> Iterator[None]:
    """The test may turn the machine's zone under the running program."""
    former = os.environ.get("TZ")
    yield
    if former is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = former
    time.tzset()


@pytest.mark.usefixtures("machine_zone")
def test_papers_and_screen_go_by_the_halls_zone_whatever_the_machines_is(tmp_path: Path) -> None:
    """Half past midnight in the hall: yesterday in London, and in Honolulu nearly noon of it."""
    home, clock = tmp_path / "window", TurnedClock()
    client = Client(home, Settings(), clock=clock)
    client.outbox.lease_numbers(1, 100)
    clock.turn_to(datetime(2026, 6, 10, 16, 30, tzinfo=UTC))
    item = item_of(client)
    card = read_card(client)
    seen = set[Path]()
    session = sign_in(client)
    for zone in ("Asia/Shanghai", "Europe/London", "Pacific/Honolulu"):
        os.environ["TZ"] = zone
        time.tzset()
        case = serve(client, session, card, item)
        assert client.papers.run_pending() == 1
        (paper,) = set((home / "papers").glob("*.pdf")) - seen
        seen.add(paper)
        text = ReadBack(paper.read_bytes(), tmp_path).text()
        assert "2026年6月11日" in text
        assert "2026年6月10日" not in text
        assert case.number.startswith(f"{client.hall.region}20260611")
        assert client.matters.today().isoformat() == "2026-06-11"
        assert client.worklist.today().isoformat() == "2026-06-11"
        assert clock_text(clock.now()) == "00:30"
        assert clock.now().astimezone(HALL_ZONE).hour == 0
    in_order(client)
    client.store.close()
