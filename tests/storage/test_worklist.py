"""The worklist over a real store: what runs out, what happens by itself, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.bootstrap import Client, SystemClock
from app.config import Settings
from app.domain.case import CaseState
from app.domain.case_events import (
    ApplicantIdentified,
    CaseAccepted,
    CaseDeemedAccepted,
    CaseOpened,
    CaseReceived,
    ItemChosen,
)
from app.domain.catalogue import Item, ItemKind, LimitUnit
from app.domain.clock import Hlc, tick
from app.domain.clocks import (
    GENERAL_LIMIT,
    ClockName,
    ClockStands,
    ExtensionRefused,
    Light,
    WrongPauseDay,
)
from app.domain.deadline import due_after
from app.domain.errors import AppError, CaseClosed, ReasonNeeded
from app.domain.hall import HALL_ZONE
from app.domain.person import Applicant, DocumentKind, ValueSource, typed_person
from app.services.clock_desk import ClockSetBack
from app.services.clock_settings import UnknownProcedure
from app.services.sign_in import Session
from app.services.worklist import NextStep, WorklistRow
from app.storage.store import Store
from tests.journey.hall import sign_in
from tests.storage.conftest import SettableClock

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 23)  # where the clock stands at first


@pytest.fixture
def client(tmp_path: Path, clock: SettableClock) -> Iterator[Client]:
    client = Client(tmp_path, Settings(), clock=clock)
    client.outbox.lease_numbers(1, 5000)
    yield client
    client.store.close()


@pytest.fixture
def session(client: Client) -> Session:
    return sign_in(client)


def promised_item(client: Client) -> Item:
    return next(
        item
        for item in client.catalogue.items()
        if item.kind is ItemKind.PROMISED
        and item.promised_limit.unit is LimitUnit.WORKING_DAY
        and 5 <= item.promised_limit.count < item.statutory_limit.count
    )


def take_in(
    client: Client, number: str, *, accepted: bool = False, item: Item | None = None
) -> str:
    """A case received or accepted now; returns its id."""
    store, item = client.store, item or promised_item(client)
    case_id, today = store.new_id(), store.clock.now().astimezone(HALL_ZONE).date()
    person = typed_person(DocumentKind.RESIDENT, "李样例", "379901198803040115", today)
    applicant = Applicant(
        document=DocumentKind.RESIDENT, person=person, source=ValueSource.TYPED, typed_reason="未带"
    )
    chosen = ItemChosen(
        item=item.code, name=item.name, department=item.department.name, version=item.version,
        list_hash="-",
    )  # fmt: skip
    due = due_after(today, item.promised_limit, client.work).day
    notice = due_after(today, replace(GENERAL_LIMIT, count=5), client.work).day
    decided: CaseAccepted | CaseReceived = CaseReceived(number=number, check="c", notice_due=notice)
    if accepted:
        decided = CaseAccepted(number=number, check="c", promise_due=due)
    with store.begin() as unit:
        for event in (CaseOpened(window="W01", ticket=""), ApplicantIdentified(applicant=applicant),
                      chosen, decided):  # fmt: skip
            unit.append(event, subject=f"case:{case_id}", actor="1001")
    return case_id


def row(client: Client, case_id: str) -> WorklistRow:
    return next(row for row in client.worklist.view().rows if row.case_id == case_id)


def deemed(store: Store) -> list[str]:
    return [e.subject for e in store.entries() if e.kind == CaseDeemedAccepted.__name__]


def refused(client: Client, failure: type[AppError], act: object) -> None:
    before = client.store.verify()
    with pytest.raises(failure):
        act()  # type: ignore[operator]  # a lambda
    assert client.store.verify() == before


# -- what is shown ------------------------------------------------------------------------------


def test_each_case_has_its_clocks_light_and_next_step(client: Client, clock: SettableClock) -> None:
    item = promised_item(client)
    received, accepted = take_in(client, "R1"), take_in(client, "A1", accepted=True)
    row_r, row_a = row(client, received), row(client, accepted)
    assert [r.name for r in row_r.readings] == [ClockName.NOTICE]
    assert (row_r.clock.due, row_r.clock.left) == (date(2026, 11, 30), 5)
    assert (row_r.light, row_r.step, row_r.applicant) == (Light.GREEN, NextStep.DECIDE, "李**")
    assert [r.name for r in row_a.readings] == [ClockName.PROMISE, ClockName.STATUTORY]
    assert row_a.clock.left == item.promised_limit.count
    assert row_a.readings[1].due == due_after(MONDAY, item.statutory_limit, client.work).day
    clock.move(days=7)  # the last day of the notice clock
    assert (row(client, received).light, row(client, received).step) == (
        Light.RED, NextStep.DECIDE_NOW,
    )  # fmt: skip
    clock.move(days=60)
    view = client.worklist.view()
    assert (view.red, view.yellow) == (2, 0)
    assert {r.step for r in view.rows} == {NextStep.WILL_BE_DEEMED, NextStep.LATE}


def test_what_is_done_at_the_counter_has_no_clock(client: Client, clock: SettableClock) -> None:
    instant = next(i for i in client.catalogue.items() if i.promised_limit.count == 0)
    take_in(client, "I1", accepted=True, item=instant)
    assert client.worklist.view().rows == ()
    waiting = take_in(client, "I2", item=instant)
    clock.move(days=30)
    client.worklist.settle()
    assert row(client, waiting).light is Light.RED


def test_a_case_whose_list_is_gone_is_counted_by_the_law(client: Client) -> None:
    lost = replace(promised_item(client), code="NO-SUCH-ITEM")
    found = row(client, take_in(client, "L1", accepted=True, item=lost))
    assert not found.list_found
    assert found.clock.left == GENERAL_LIMIT.count


def test_the_most_urgent_come_first_and_the_rest_is_told(
    client: Client, clock: SettableClock, session: Session
) -> None:
    ids = []
    for number in range(6):
        ids.append(take_in(client, f"A{number}", accepted=True))
        clock.move(days=1)
    assert [r.case_id for r in client.worklist.view().rows] == ids
    cut = client.worklist.view(most=4)
    assert ([r.case_id for r in cut.rows], cut.more) == (ids[:4], True)
    assert not client.worklist.view(most=6).more
    client.worklist.extend(session, ids[0], 10, "案情复杂", "王示例")
    client.worklist.pause(session, ids[1], "hearing", "利害关系人申请", "王示例")
    order = [r.case_id for r in client.worklist.view().rows]
    assert order[:2] == ids[2:4]
    assert order[-1] == ids[1]
    assert order.index(ids[0]) > order.index(ids[5])


# -- what happens by itself ---------------------------------------------------------------------


def test_a_case_is_deemed_accepted_once_after_its_last_day(
    client: Client, clock: SettableClock
) -> None:
    case_id = take_in(client, "R1")
    clock.move(days=7)
    assert client.worklist.settle().numbers == ()
    clock.move(days=1)
    assert client.worklist.settle().numbers == ("R1",)
    assert client.worklist.settle().numbers == ()
    case = client.store.find_case(case_id)
    assert case is not None
    assert case.state is CaseState.DEEMED_ACCEPTED
    promised = due_after(MONDAY, promised_item(client).promised_limit, client.work)
    assert case.deemed == CaseDeemedAccepted(
        since=MONDAY, notice_due=date(2026, 11, 30), promise_due=promised.day,
        due_provisional=promised.provisional,
    )  # fmt: skip
    entry = client.store.entries()[-1]
    assert (entry.actor, entry.subject) == ("clock", f"case:{case_id}")
    shown = row(client, case_id)
    assert (shown.state, shown.since, shown.clock.due) == (
        CaseState.DEEMED_ACCEPTED, MONDAY, promised.day,
    )  # fmt: skip
    kept = client.worklist.view().rows
    client.store.rebuild()
    assert client.worklist.view().rows == kept


def test_rounds_are_cut_and_go_on(client: Client, clock: SettableClock) -> None:
    for number in range(5):
        take_in(client, f"R{number}")
    clock.move(days=30)
    rounds = []
    while (settled := client.worklist.settle(most=2)).more:
        rounds.append(len(settled.numbers))
    assert [*rounds, len(settled.numbers)] == [2, 2, 1]
    assert len(deemed(client.store)) == 5


def test_one_unreadable_case_does_not_hold_up_the_others(
    client: Client, clock: SettableClock
) -> None:
    broken, whole = take_in(client, "R1"), take_in(client, "R2")
    with client.store.begin() as unit:
        unit.connection.exec_driver_sql(
            "UPDATE journal SET body = '{' WHERE subject = ? AND kind = 'ItemChosen'",
            (f"case:{broken}",),
        )
    clock.move(days=30)
    settled = client.worklist.settle()
    assert (settled.numbers, len(settled.failed)) == (("R2",), 1)
    assert deemed(client.store) == [f"case:{whole}"]


def test_a_clock_set_back_settles_nothing_and_says_why(
    client: Client, clock: SettableClock, session: Session
) -> None:
    accepted = take_in(client, "A1", accepted=True)
    take_in(client, "R1")
    clock.move(days=30)
    take_in(client, "R2")
    clock.move(seconds=-61)
    refused(client, ClockSetBack, client.worklist.settle)
    refused(client, ClockSetBack, lambda: client.worklist.extend(session, accepted, 3, "繁", "王"))
    clock.move(seconds=2)
    assert client.worklist.settle().numbers == ("R1",)


def test_a_faster_clock_of_another_window_does_not_count(
    client: Client, clock: SettableClock
) -> None:
    take_in(client, "R1")
    clock.move(days=30)
    with client.store.begin() as unit:
        ahead = tick(Hlc(), clock.at + timedelta(hours=3)).text()
        unit.connection.exec_driver_sql("UPDATE chain SET heard = ?", (ahead,))
    take_in(client, "R2")
    assert client.worklist.settle().numbers == ("R1",)
    clock.move(hours=-1)
    refused(client, ClockSetBack, client.worklist.settle)


def test_a_case_of_another_window_is_settled_there(
    client: Client, tmp_path: Path, clock: SettableClock
) -> None:
    other = Client(tmp_path / "other", Settings(window="W02"), clock=clock)
    take_in(other, "R1")
    client.store.take_in(other.store.entries())
    clock.move(days=30)
    assert client.worklist.settle().numbers == ()
    assert client.worklist.view().rows == ()  # it stands on the other's
    assert other.worklist.settle().numbers == ("R1",)
    client.store.take_in(other.store.entries())
    assert client.worklist.view().rows == ()
    assert [r.step for r in other.worklist.view().rows] == [NextStep.LATE]
    other.store.close()


_SETTLER = """
import sys
from pathlib import Path
from app.bootstrap import Client
from app.config import Settings
client = Client(Path(sys.argv[1]), Settings())
client.worklist.view()
print("ready", flush=True)
sys.stdin.readline()
done = []
while True:
    settled = client.worklist.settle(most=3)
    done += settled.numbers
    if not settled.more:
        break
print(len(done))
"""


def test_two_programs_settle_each_case_exactly_once(tmp_path: Path) -> None:
    clock = SettableClock()
    client = Client(tmp_path, Settings(), clock=clock)
    clock.at = SystemClock().now() - timedelta(days=60)
    client.outbox.lease_numbers(1, 100)
    for number in range(40):
        take_in(client, f"R{number}")
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", _SETTLER, str(tmp_path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    counts = []
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        out, _ = program.communicate(timeout=60)
        assert program.returncode == 0
        counts.append(int(out))
    subjects = deemed(client.store)
    assert len(subjects) == len(set(subjects)) == sum(counts) == 40
    client.store.verify()
    client.store.close()


# -- what a clerk does --------------------------------------------------------------------------


def test_a_hearing_pauses_both_clocks_and_ends(
    client: Client, clock: SettableClock, session: Session
) -> None:
    desk, case_id = client.worklist, take_in(client, "A1", accepted=True)
    plain = row(client, case_id)
    clock.move(days=1)
    desk.pause(session, case_id, "hearing", "利害关系人申请听证", "王示例")
    refused(client, ClockStands, lambda: desk.pause(session, case_id, "hearing", "再", "王示例"))
    clock.move(days=2)
    paused = row(client, case_id)
    assert (paused.step, paused.light, paused.clock.paused) == (NextStep.RESUME, Light.GREEN, True)
    assert [p.name for p in paused.lasting] == ["听证"]
    desk.resume(session, case_id, "hearing")
    resumed = row(client, case_id)
    assert not resumed.lasting
    for before, after in zip(plain.readings, resumed.readings, strict=True):
        assert after.due > before.due
    assert resumed.clock.left == plain.clock.left - 1
    refused(client, ClockStands, lambda: desk.resume(session, case_id, "hearing"))


def test_what_the_law_does_not_allow_leaves_no_trace(
    client: Client, clock: SettableClock, session: Session
) -> None:
    desk, case_id = client.worklist, take_in(client, "A1", accepted=True)
    received = take_in(client, "R1")

    def pause(on: date | None = None, *, code: str = "auction", by: str = "王示例") -> object:
        return desk.pause(session, case_id, code, "依法拍卖", by, on)

    refused(client, UnknownProcedure, lambda: pause(code="holiday"))
    refused(client, ReasonNeeded, lambda: pause(by="  "))
    refused(client, WrongPauseDay, lambda: pause(MONDAY - DAY))
    refused(client, WrongPauseDay, lambda: pause(MONDAY + DAY))
    refused(client, CaseClosed, lambda: desk.pause(session, received, "hearing", "听证", "王示例"))
    refused(client, CaseClosed, lambda: desk.extend(session, received, 5, "繁", "王示例"))
    for days in (0, -1, 11):
        refused(
            client, ExtensionRefused, lambda n=days: desk.extend(session, case_id, n, "繁", "王")
        )
    pause()
    refused(client, WrongPauseDay, lambda: desk.resume(session, case_id, "auction", MONDAY - DAY))
    refused(client, WrongPauseDay, lambda: desk.resume(session, case_id, "auction", MONDAY + DAY))
    desk.resume(session, case_id, "auction")
    desk.extend(session, case_id, 10, "案情复杂", "王示例")
    refused(client, ExtensionRefused, lambda: desk.extend(session, case_id, 1, "繁", "王示例"))
    late = take_in(client, "A2", accepted=True)
    due = row(client, late).readings[1].due
    clock.move(days=200)
    refused(client, ExtensionRefused, lambda: desk.extend(session, late, 5, "繁", "王示例"))
    refused(
        client, WrongPauseDay,
        lambda: desk.pause(session, late, "hearing", "听证", "王示例", due + DAY),
    )  # fmt: skip


def test_an_imported_year_is_seen_at_once(client: Client, clock: SettableClock) -> None:
    clock.move(days=35)  # 2026-12-28
    case_id = take_in(client, "R1")
    before = client.worklist.view()
    assert (before.unpublished, before.rows[0].clock.provisional) == ((2027,), True)
    assert before.rows[0].clock.due == date(2027, 1, 4)
    folder = client.home / "calendar"
    folder.mkdir()
    year = {"source": "测试安排", "holidays": ["2027-01-01"], "workdays": ["2027-01-03"]}
    (folder / "2027.json").write_text(json.dumps({"years": {"2027": year}}), "utf-8")
    (folder / "broken.json").write_text("{", "utf-8")
    after = client.worklist.view()
    assert after.unpublished == ()
    assert (after.rows[0].clock.due, after.rows[0].clock.provisional) == (date(2027, 1, 4), False)
    assert len(after.calendar_faults) == 1
    assert "broken.json" in after.calendar_faults[0]
    assert after.rows[0].case_id == case_id


# -- a million ----------------------------------------------------------------------------------


_MANY = """
WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO cases (id, number, state, item, item_name, version, window, ticket, opened_at,
                   applicant, mine, since, due)
SELECT 'x' || i, 'N' || i,
       CASE i % 8 WHEN 0 THEN 'rejected' WHEN 1 THEN 'noticed' ELSE 'accepted' END,
       ?, '名', ?, 'W01', '', '2026-01-01', '李**', 2,
       date('2024-01-01', (i % 1000) || ' days'),
       CASE WHEN i % 8 < 2 THEN ''
            WHEN i % 8 = 2 THEN date('2024-01-01', (i % 1000) || ' days')
            ELSE date('2024-01-01', (i % 1000 + 30) || ' days') END
FROM n
"""


def test_a_great_many_cases_are_not_read(client: Client) -> None:
    """A table a hundred times as long is not a hundred times as slow."""
    item = promised_item(client)

    def grow(first: int, last: int) -> None:
        with client.store.begin() as unit:
            unit.connection.exec_driver_sql(_MANY, (first, last, item.code, item.version))

    def seconds() -> float:
        best = 9.0
        for _ in range(3):
            start = time.perf_counter()
            assert len(client.worklist.view().rows) == 200
            client.worklist.settle()
            best = min(best, time.perf_counter() - start)
        return best

    grow(1, 1_000)
    few = seconds()
    grow(1_001, 100_000)
    assert seconds() < 4 * few + 0.05
