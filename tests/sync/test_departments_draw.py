"""The draw: each accepted case goes once to one present reviewer, by chance alone, and none waits
for ever; over both databases."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.domain.case_events import CaseFinished, CaseReviewed
from app.domain.errors import CaseClosed, ReasonNeeded
from app.domain.hall import Hall, Role, StaffMember
from sync.backoffice import intake, line, own
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database, Transaction
from sync.backoffice.departments.dispatch import Dispatcher
from sync.backoffice.departments.errors import NotEligible
from sync.backoffice.departments.plan import Plan
from sync.wire import LeaseAnswer, LeaseRequest, PushAnswer
from tests.sync.hall import HALL, START, SealedChain

NOW = START + timedelta(hours=1)
PLAIN = Plan()


def reviewer(number: str, *departments: str) -> StaffMember:
    return StaffMember(
        id=number, name=f"示例{number}", role=Role.REVIEWER, password_hash="",
        departments=departments,
    )  # fmt: skip


FOUR = tuple(reviewer(number, "示例局") for number in ("7001", "7002", "7003", "7004"))
ELSEWHERE = reviewer("7009", "别的示例局")
STAFFED = replace(HALL, staff=(*FOUR, ELSEWHERE))


@pytest.fixture
def database(new_database: Callable[[], Path | str]) -> Iterator[Database]:
    opened = Database.open(new_database(), START)
    yield opened
    opened.close()


def dispatcher(hall: Hall = STAFFED, seed: int = 1) -> Dispatcher:
    return Dispatcher(hall, Random(seed).randbytes)


def bring(
    database: Database, first: int, count: int, device: str = "W01", held_up: str = ""
) -> None:
    """So many accepted cases of one window; about ``held_up`` a newer window knows more."""
    chain = SealedChain(device, f"install-{device}-{first}")
    with database.write() as connection:
        asked = LeaseRequest(
            request=chain.install, device=device, install=chain.install, numbers=True
        )
        lease = line.lease(connection, HALL, asked, START, max(count, 10))
        assert isinstance(lease, LeaseAnswer)
        block = lease.block
        assert block is not None
        for serial in range(block.first, block.first + count):
            chain.add_case(f"c{serial}", serial)
            if held_up == f"c{serial}":
                chain.add_raw(kind="CaseGilded", version=1, body="{}", subject=f"case:{held_up}")
        for at in range(0, len(chain.entries), 500):
            answer = intake.receive(
                connection, chain.entries[at : at + 500], START, NumberPattern(HALL)
            )
            assert isinstance(answer, PushAnswer)
            assert [one.code for one in answer.exceptions] == ["SYNC-PARKED"] * bool(held_up)


def run(database: Database, drawing: Dispatcher, plan: Plan = PLAIN) -> int:
    steps = 0
    while True:
        with database.write() as connection:
            if not drawing.step(connection, plan, NOW):
                return steps
        steps += 1


def given(database: Database) -> dict[str, str]:
    """Who has which case, by the facts themselves: each of them dispatched once."""
    with database.read() as reader:
        facts = reader.execute(
            "SELECT subject, count(*) FROM entries WHERE kind = 'CaseDispatched' GROUP BY subject"
        ).fetchall()
        told = reader.execute("SELECT case_id, reviewer FROM desk_cases").fetchall()
    assert {count for _, count in facts} <= {1}
    assert {f"case:{case}" for case, who in told if who} == {subject for subject, _ in facts}
    return dict(told)


def count(database: Database, sql: str) -> int:
    with database.read() as reader:
        return int(reader.execute(sql).fetchone()[0])


def test_a_seed_says_who_gets_what(new_database: Callable[[], Path | str]) -> None:
    drawn = []
    for seed in (5, 5, 6):
        database = Database.open(new_database(), START)
        bring(database, 1, 30)
        run(database, dispatcher(seed=seed))
        drawn.append(given(database))
        database.close()
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_the_draw_is_even_and_knows_no_order(database: Database) -> None:
    bring(database, 1, 400)
    run(database, dispatcher(seed=20261123))
    drawn = given(database)
    counts = Counter(drawn.values())
    assert counts.keys() == {one.id for one in FOUR}  # nobody of another department
    # Chi square with three degrees of freedom: above 16.3 once in a thousand seeds.
    assert sum((n - 100) ** 2 / 100 for n in counts.values()) < 16.3
    # Who had the last case has the next as often as anybody: no turn to be counted out.
    order = [drawn[case] for case in sorted(drawn, key=lambda one: int(one[1:]))]
    again = sum(one == other for one, other in pairwise(order))
    assert abs(again - 399 / 4) < 4 * math.sqrt(399 * 3 / 16)


def test_the_balanced_draw_keeps_hands_alike(database: Database) -> None:
    bring(database, 1, 41)
    run(database, dispatcher(), Plan(draw="balanced"))
    counts = Counter(given(database).values())
    assert sorted(counts.values()) == [10, 10, 10, 11]


def test_several_that_draw_at_once_give_each_case_once(
    database: Database, new_database: Callable[[], Path | str]
) -> None:
    bring(database, 1, 120)
    failed: list[BaseException] = []

    def draw(seed: int) -> None:
        try:
            run(database, dispatcher(seed=seed))
        except BaseException as error:
            failed.append(error)
            raise

    drawing = [threading.Thread(target=draw, args=(seed,)) for seed in range(4)]
    for one in drawing:
        one.start()
    for one in drawing:
        one.join(60)
    assert not failed
    assert len(given(database)) == 120
    assert "" not in given(database).values()


def test_one_that_dies_in_the_middle_has_given_nothing(database: Database) -> None:
    bring(database, 1, 20)

    class Died(Exception):
        pass

    def dying() -> None:
        with database.write() as connection:
            dispatcher().step(connection, PLAIN, NOW)
            raise Died

    with pytest.raises(Died):
        dying()
    assert given(database) == {}
    run(database, dispatcher())
    assert len(given(database)) == 20


def test_nobody_present_then_somebody(database: Database) -> None:
    drawing = dispatcher()
    with database.write() as connection:
        for one in FOUR:
            drawing.roster.note_absence(connection, one.id, "培训", "9001", NOW)
    bring(database, 1, 70)
    run(database, drawing)
    assert set(given(database).values()) == {""}
    with database.write() as connection:
        drawing.roster.end_absence(connection, "7003")
    run(database, drawing)
    assert Counter(given(database).values()) == {"7003": 70}


def test_whom_the_hall_no_longer_has_gets_nothing_new(database: Database) -> None:
    bring(database, 1, 5)
    run(database, dispatcher(replace(HALL, staff=(FOUR[0],))))
    bring(database, 6, 5, "W02")
    run(database, dispatcher(replace(HALL, staff=(FOUR[1],))))
    assert Counter(given(database).values()) == {"7001": 5, "7002": 5}


def test_a_hall_without_reviewers_writes_nothing(database: Database) -> None:
    bring(database, 1, 5)
    run(database, dispatcher(HALL))
    assert given(database) == {}
    assert count(database, "SELECT count(*) FROM dispatch_place") == 0


def test_one_that_cannot_be_given_holds_up_none(database: Database) -> None:
    """Facts about it wait for this program's update, and so does it, in sight."""
    bring(database, 1, 20, held_up="c7")
    run(database, dispatcher())
    drawn = given(database)
    assert len(drawn) == 20
    assert [case for case, who in drawn.items() if not who] == ["c7"]
    bring(database, 21, 20, "W02")
    run(database, dispatcher())
    assert [case for case, who in given(database).items() if not who] == ["c7"]
    with database.write() as connection:  # the update has come
        connection.execute("UPDATE entries SET outcome = 'repeated' WHERE outcome = 'parked'")
    run(database, dispatcher())
    assert given(database)["c7"]


@pytest.mark.parametrize("kind", ["CaseAccepted", "ItemChosen"])
def test_a_spoilt_case_holds_up_none_and_stays_in_sight(database: Database, kind: str) -> None:
    """A fact of it can no longer be read, after a disk's fault as it were."""
    bring(database, 1, 20)
    with database.write() as connection:
        connection.execute(
            "UPDATE entries SET body = '{}' WHERE subject = 'case:c7' AND kind = ?", (kind,)
        )
    run(database, dispatcher())
    drawn = given(database)
    assert len(drawn) == 20
    assert [case for case, who in drawn.items() if not who] == ["c7"]
    bring(database, 21, 5, "W02")
    run(database, dispatcher())
    assert [case for case, who in given(database).items() if not who] == ["c7"]


class _Counted:
    """The connection itself, counting what is asked of it."""

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection
        self.asked = 0

    def execute(self, *words: Any) -> Any:
        self.asked += 1
        return self._connection.execute(*words)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def test_what_waits_for_nobody_does_not_slow_the_others(database: Database) -> None:
    """A department without reviewers may leave thousands waiting."""
    nobody = dispatcher(replace(HALL, staff=(ELSEWHERE,)))
    bring(database, 1, 300)
    run(database, nobody)
    assert set(given(database).values()) == {""}
    with database.write() as connection:
        counted: Any = _Counted(connection)
        assert nobody.step(counted, PLAIN, NOW) == 0
    assert counted.asked < 12


# -- by hand --------------------------------------------------------------------------------------


def give(database: Database, drawing: Dispatcher, case: str, to: str, reason: str = "休假") -> None:
    with database.write() as connection:
        drawing.dispatch_again(connection, PLAIN, case, to, reason, "9001", later())


_moments = iter(range(1, 1000))


def later() -> datetime:
    return NOW + timedelta(minutes=next(_moments))


def test_a_supervisor_gives_only_to_who_may_have_it(database: Database) -> None:
    drawing = dispatcher(replace(HALL, staff=(FOUR[0], FOUR[1], ELSEWHERE)))
    bring(database, 1, 1)
    run(database, drawing)
    (case, has), = given(database).items()  # fmt: skip
    other = next(one.id for one in FOUR[:2] if one.id != has)
    for refused in (has, "7009", "1001", "", "line:示例"):
        with pytest.raises(NotEligible):
            give(database, drawing, case, refused)
    with pytest.raises(NotEligible):
        give(database, drawing, "nothing", other)
    give(database, drawing, case, other)
    with database.read() as reader:
        rows = reader.execute(
            "SELECT former, reviewer, actor, reason FROM dispatches ORDER BY at"
        ).fetchall()
    assert [tuple(row) for row in rows] == [
        ("", has, "dispatch", ""), (has, other, "9001", "休假")
    ]  # fmt: skip


def test_absence_of_who_has_it_leaves_it_to_the_supervisor(database: Database) -> None:
    """What was given stays given: it is handed over with a reason, never quietly drawn again."""
    drawing = dispatcher(replace(HALL, staff=FOUR[:2]))
    bring(database, 1, 10)
    run(database, drawing)
    before = given(database)
    with database.write() as connection:
        drawing.roster.note_absence(connection, "7001", "病假", "9001", NOW)
    run(database, drawing)
    assert given(database) == before
    with pytest.raises(NotEligible):
        give(database, drawing, next(c for c, who in before.items() if who == "7002"), "7001")


def test_a_finished_case_is_nobody_s_to_give(database: Database) -> None:
    drawing = dispatcher(replace(HALL, staff=FOUR[:2]))
    bring(database, 1, 1)
    run(database, drawing)
    (case, has), = given(database).items()  # fmt: skip
    other = next(one.id for one in FOUR[:2] if one.id != has)

    def record(event: Any) -> None:
        with database.write() as connection:
            own.record(connection, event, subject=f"case:{case}", actor=has, now=later())

    with pytest.raises(ReasonNeeded):
        record(CaseReviewed(granted=True, opinion=" ", reviewer=has))
    record(CaseReviewed(granted=True, opinion="符合条件", reviewer=has))
    record(CaseFinished(name="示例许可证", number="1", reviewer=has))
    with pytest.raises(CaseClosed):
        give(database, drawing, case, other)
    assert given(database)[case] == has
