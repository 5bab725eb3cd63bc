"""What a reviewer does over days: clocks that stand and go on, sign-ins that end, lists that stay
quick; over both databases, with the demo hall's real lists, calendar and procedures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from argon2 import PasswordHasher

from app.bootstrap import Client
from app.domain.clocks import ExtensionRefused, WrongPauseDay
from app.domain.errors import SignInRefused
from app.domain.hall import Role, StaffMember
from sync.backoffice import intake, line
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database, Transaction
from sync.backoffice.departments.desk import Desk
from sync.backoffice.departments.dispatch import Dispatcher
from sync.backoffice.departments.errors import SignInTooOften
from sync.backoffice.departments.list_page import list_page
from sync.backoffice.departments.office_page import office_page
from sync.backoffice.departments.plan import Plan
from sync.backoffice.departments.sessions import Sessions, SignedIn
from sync.backoffice.departments.words import clock_words
from sync.wire import LeaseRequest, PushAnswer
from tests.sync.desk_world import ITEM, accepted_events
from tests.sync.hall import HALL, START, SealedChain, number_of

WHO = StaffMember(
    id="7001", name="周样例", role=Role.REVIEWER, departments=("示例县司法局",),
    # Quick, where the hall's own are slow on purpose.
    password_hash=PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("demo-7001"),
)  # fmt: skip
STAFFED = replace(HALL, staff=(WHO,))
FRIDAY = START  # 2026-11-20, nine in the morning of the hall


def later(**time: float) -> datetime:
    return FRIDAY + timedelta(**time)


@pytest.fixture
def database(new_database: Callable[[], Path | str]) -> Iterator[Database]:
    opened = Database.open(new_database(), START)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(tmp_path_factory.mktemp("hall"))


@pytest.fixture
def desk(hall: Client) -> Desk:
    return Desk(hall.office_lists)


def bring(database: Database, hall: Client, count: int = 1) -> None:
    """Accepted on Friday, and given to the only reviewer."""
    item = next(one for one in hall.catalogue.items() if one.name == ITEM)
    chain = SealedChain()
    with database.write() as connection:
        asked = LeaseRequest(request="r", device="W01", install="i1", numbers=True)
        line.lease(connection, HALL, asked, START, max(count, 10))
        for serial in range(1, count + 1):
            for event in accepted_events(item, "张示例", number_of(serial), "W01", ()):
                chain.add(event, f"case:c{serial}")
        answer = intake.receive(connection, chain.entries, START, NumberPattern(HALL))
        assert isinstance(answer, PushAnswer)
        assert answer.exceptions == ()
    drawing = Dispatcher(STAFFED, Random(1).randbytes)
    while True:
        with database.write() as connection:
            if not drawing.step(connection, Plan(), FRIDAY):
                return


class Acting:
    """The reviewer at the first case, having seen its last fact."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database, self._desk = database, desk

    def _seen(self) -> int:
        with self._database.read() as reader:
            return self._desk.get_own(reader, WHO, "c1").changed

    def pause(self, procedure: str, on: date | None, now: datetime) -> None:
        seen = self._seen()
        with self._database.write() as tables:
            self._desk.pause(
                tables, WHO, "c1", seen, procedure=procedure, reason="需现场核查",
                approver="李科长", on=on, now=now,
            )  # fmt: skip

    def resume(self, procedure: str, on: date | None, now: datetime) -> None:
        seen = self._seen()
        with self._database.write() as tables:
            self._desk.resume(tables, WHO, "c1", seen, procedure=procedure, on=on, now=now)

    def extend(self, days: int, now: datetime) -> None:
        seen = self._seen()
        with self._database.write() as tables:
            self._desk.extend(
                tables, WHO, "c1", seen, days=days, reason="案情复杂", approver="李科长", now=now
            )

    def clocks(self, today: date) -> tuple[str, str]:
        with self._database.read() as reader:
            found = self._desk.get_own(reader, WHO, "c1")
        promise, statutory = found.readings(self._desk.lists, today)
        return clock_words(promise), clock_words(statutory)


def november(day: int) -> date:
    return date(2026, 11, day)


def test_days_of_a_procedure_do_not_count(database: Database, hall: Client, desk: Desk) -> None:
    bring(database, hall)
    acting = Acting(database, desk)
    # Three and seven working days after Friday the 20th, by the demo calendar.
    assert acting.clocks(november(20)) == (
        "承诺 11月25日，还剩 3 个工作日", "法定 12月1日，还剩 7 个工作日"
    )  # fmt: skip
    assert acting.clocks(november(23))[0] == "承诺 11月25日，还剩 2 个工作日"
    acting.pause("appraisal", None, later(days=3))  # Monday
    for day in (23, 24, 27):
        promise, statutory = acting.clocks(november(day))
        assert "暂停计时，还剩 3 个工作日" in promise, day
        assert "暂停计时" in statutory
    acting.resume("appraisal", None, later(days=7))  # Friday: Monday to Thursday did not count
    assert acting.clocks(november(27)) == (
        "承诺 12月1日，还剩 2 个工作日", "法定 12月7日，还剩 6 个工作日"
    )  # fmt: skip
    assert acting.clocks(date(2026, 12, 2))[0] == "承诺 12月1日，已超 1 个工作日"


def test_two_procedures_at_once_take_a_day_once(
    database: Database, hall: Client, desk: Desk
) -> None:
    bring(database, hall)
    acting = Acting(database, desk)
    acting.pause("appraisal", november(23), later(days=3))
    acting.pause("hearing", november(24), later(days=4))
    acting.resume("appraisal", november(25), later(days=5))
    assert "暂停计时" in acting.clocks(november(25))[0]  # the hearing lasts
    acting.resume("hearing", november(26), later(days=6))
    # Monday, Tuesday, Wednesday stood; Thursday, Friday, Monday are the three.
    assert acting.clocks(november(26))[0] == "承诺 11月30日，还剩 2 个工作日"


def test_an_extension_comes_on_top_of_what_stood(
    database: Database, hall: Client, desk: Desk
) -> None:
    bring(database, hall)
    acting = Acting(database, desk)
    acting.pause("appraisal", None, later(days=3))
    acting.resume("appraisal", None, later(days=4))  # one day
    acting.extend(5, later(days=4))
    assert acting.clocks(november(24))[0] == "承诺 12月3日，还剩 7 个工作日"
    with pytest.raises(ExtensionRefused):
        acting.extend(1, later(days=4))


def test_days_are_within_the_case_s_time(database: Database, hall: Client, desk: Desk) -> None:
    bring(database, hall)
    acting = Acting(database, desk)
    for on in (november(19), november(24)):  # before acceptance; to come
        with pytest.raises(WrongPauseDay):
            acting.pause("appraisal", on, later(days=3))
    acting.pause("appraisal", november(23), later(days=3))
    for on in (november(20), november(25)):
        with pytest.raises(WrongPauseDay):
            acting.resume("appraisal", on, later(days=4))
    acting.resume("appraisal", november(24), later(days=4))
    with pytest.raises(ExtensionRefused):  # what has run out is not extended
        acting.extend(5, later(days=30))


# -- signing in -----------------------------------------------------------------------------------


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(STAFFED, "the office's token", Random(1).randbytes)


def open_session(database: Database, sessions: Sessions, now: datetime = FRIDAY) -> str:
    with database.write() as tables:
        return sessions.open(tables, WHO, "127.0.0.1", now)


def known(database: Database, sessions: Sessions, cookie: str, now: datetime) -> SignedIn | None:
    with database.read() as reader:
        found = sessions.find(reader, cookie, now)
    return found[0] if found else None


def test_a_sign_in_ends_by_itself(database: Database, sessions: Sessions) -> None:
    cookie = open_session(database, sessions)
    assert known(database, sessions, cookie, later(minutes=29)) is not None
    assert known(database, sessions, cookie, later(minutes=30)) is None  # nobody asked meanwhile
    # One that is used all day ends with the day's work all the same.
    cookie, minutes = open_session(database, sessions), 0
    while (who := known(database, sessions, cookie, later(minutes=minutes))) is not None:
        with database.write() as tables:
            sessions.touch(tables, who, later(minutes=minutes))
        minutes += 20
    assert minutes == 600


def test_a_sign_in_ends_with_its_password_and_its_owner(
    database: Database, sessions: Sessions
) -> None:
    cookie = open_session(database, sessions)
    for staff in (
        (replace(WHO, password_hash=PasswordHasher(time_cost=1, memory_cost=64).hash("new")),),
        (replace(WHO, role=Role.CLERK),),
        (),
    ):
        changed = Sessions(replace(HALL, staff=staff), "the office's token", Random(1).randbytes)
        assert known(database, changed, cookie, later(minutes=1)) is None
    other_office = Sessions(STAFFED, "another token", Random(1).randbytes)
    assert known(database, other_office, cookie, later(minutes=1)) is None
    assert known(database, sessions, cookie, later(minutes=1)) is not None


def test_wrong_passwords_shut_for_ten_minutes(database: Database, sessions: Sessions) -> None:
    def attempt(now: datetime, address: str = "10.0.0.1", staff: str = "7001") -> None:
        with database.write() as tables:
            sessions.count_try(tables, staff, address, now)

    for _ in range(6):
        attempt(later(minutes=1))
    with pytest.raises(SignInTooOften):
        attempt(later(minutes=1))
    with pytest.raises(SignInTooOften):
        attempt(later(minutes=10))
    attempt(later(minutes=1), address="10.0.0.2")  # nobody shuts a colleague out from one place
    attempt(later(minutes=11))
    # Nor does it help to try one password with many numbers from one place ...
    for n in range(30):
        attempt(later(minutes=40), "10.0.0.9", f"70{n:02}")
    with pytest.raises(SignInTooOften):
        attempt(later(minutes=40), "10.0.0.9", "7099")
    # ... or one number from many places.
    for n in range(60):
        attempt(later(minutes=80), f"10.1.{n}.1")
    with pytest.raises(SignInTooOften):
        attempt(later(minutes=80), "10.2.0.1")


def test_who_types_it_right_is_not_counted(database: Database, sessions: Sessions) -> None:
    for minute in range(40):
        with database.write() as tables:
            sessions.count_try(tables, "7001", "127.0.0.1", later(minutes=minute / 10))
            sessions.open(tables, WHO, "127.0.0.1", later(minutes=minute / 10))


def test_only_the_right_password_of_a_reviewer_opens(sessions: Sessions) -> None:
    assert sessions.check(" 7001 ", "demo-7001") == WHO
    for staff, password in (("7001", "demo-7002"), ("7001", ""), ("9999", "demo-7001"), ("", "")):
        with pytest.raises(SignInRefused):
            sessions.check(staff, password)


# -- lists ----------------------------------------------------------------------------------------


def test_what_is_finished_leaves_the_lists(database: Database, hall: Client, desk: Desk) -> None:
    bring(database, hall, 4)
    with database.write() as tables:
        for case_id in ("c1", "c3"):
            seen = desk.get_own(tables, WHO, case_id).changed
            desk.review(
                tables, WHO, case_id, seen, granted=True, opinion="符合条件", basis="", now=FRIDAY
            )
            seen = desk.get_own(tables, WHO, case_id).changed
            desk.finish(tables, WHO, case_id, seen, name="决定书", number=case_id, now=FRIDAY)
    who = SignedIn(member=WHO, name="x", secret=b"y")
    with database.read() as reader:
        page = list_page(reader, HALL, desk, who, november(20))
        counts = Dispatcher(STAFFED, Random(1).randbytes).roster.open_counts(reader)
    todo, done = page.split("最近办结")
    assert [number_of(n) in todo for n in (1, 2, 3, 4)] == [False, True, False, True]
    assert [number_of(n) in done for n in (1, 2, 3, 4)] == [True, False, True, False]
    assert counts == {"7001": 2}


class _Heard:
    """The connection itself, keeping what it was asked."""

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection
        self.asked: list[tuple[str, Sequence[Any]]] = []

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        self.asked.append((sql, values))
        return self._connection.execute(sql, values)

    def among(self, sql: str, values: Sequence[str]) -> Any:
        self.asked.append((sql.replace("{}", ",".join("?" * len(values))), values))
        return self._connection.among(sql, values)


def test_lists_do_not_go_through_what_was_finished(tmp_path: Path, desk: Desk) -> None:
    """After years that is nearly all there is."""
    database = Database.open(tmp_path / "office.db", START)
    drawing, who = (
        Dispatcher(STAFFED, Random(1).randbytes),
        SignedIn(member=WHO, name="x", secret=b"y"),
    )
    with database.read() as reader:
        heard: Any = _Heard(reader)
        list_page(heard, HALL, desk, who, november(20))
        office_page(heard, HALL, drawing.roster, Plan(), who, november(20))
        drawing.has_work(heard, Plan())
        asked = [(sql, values) for sql, values in heard.asked if "FROM desk_cases" in sql]
        assert len(asked) == 6
        for sql, values in asked:
            explained = reader.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plan = " ".join(row[3] for row in explained)
            assert re.search(r"USING (COVERING )?INDEX desk_cases_(open|due|finished)", plan), plan
    database.close()
