"""Windows do what they like, heard or not; once all is quiet each sees every case as the office."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.domain import case as cases
from app.domain.case import Case, CaseState
from app.domain.case_events import (
    CaseDispatched,
    CaseFinished,
    CaseLeft,
    CasePutBack,
    CaseReviewed,
    ConflictRecorded,
    SupplementAsked,
)
from app.domain.errors import AppError
from app.domain.journal import decode_event
from app.storage.store import Store
from sync.feed import Cursor
from tests.sync.clerk import Clerk, WildClock, World
from tests.sync.coming_back import rebuilt_equals_kept, wanting
from tests.sync.feeding import SocketlessHall, SocketlessWindow


@dataclass
class Served(Clerk[SocketlessWindow]):
    clock: WildClock = field(kw_only=True)


SEEDS = 25
STEPS = 150


@contextmanager
def hall_of(home: Path, chance: random.Random) -> Iterator[tuple[SocketlessHall, list[Served]]]:
    world = World()
    (home / "office").mkdir(parents=True)
    hall = SocketlessHall(home / "office" / "backoffice.db", world.now)
    hall.page = chance.choice([1, 2, 7, 500])
    clerks = []
    for name in ("W01", "W02", "W03"):
        clock = WildClock(chance, world)
        store = Store.open(
            home / name, b"k" * 32, device=name, clock=clock, random=chance.randbytes
        )
        clerks.append(Served(SocketlessWindow(store, hall), clock=clock))
    try:
        yield hall, clerks
    finally:
        for clerk in clerks:
            clerk.window.store.close()
        hall.database.close()


def department(hall: SocketlessHall, chance: random.Random) -> None:
    """Reviewers, and a supervisor who frees the case of a window that does not answer."""
    case_id = chance.choice(hall.cases() or [""])
    case = hall.case(case_id)
    if case is None:
        return
    subject = f"case:{case_id}"
    if case.state is CaseState.OPEN:
        if case.resumed in {None, CaseState.LEFT}:
            hall.record(CaseLeft(reason="设备故障", freed_by="9001"), subject)
        else:
            hall.record(CasePutBack(), subject)
    elif case.state is CaseState.ACCEPTED and case.review is None:
        hall.record(CaseDispatched(department="示例局", reviewer="2001"), subject)
        if chance.random() < 0.4:
            hall.record(SupplementAsked(lines=(wanting("M7"),), reviewer="2001"), subject)
            return
        hall.record(CaseReviewed(granted=True, opinion="同意", reviewer="2001"), subject)
        hall.record(CaseFinished(name="许可证", number="X1", reviewer="2001"), subject)
    else:
        hall.record(
            ConflictRecorded(window="W02", kinds=("CaseResumed",), code="SYNC-CASE-ELSEWHERE"),
            subject,
        )


def play(hall: SocketlessHall, clerks: list[Served], chance: random.Random) -> None:
    for clerk in clerks:
        clerk.window.push()
        clerk.window.pull()
    for _ in range(STEPS):
        clerk = chance.choice(clerks)
        what = chance.random()
        if what < 0.45:
            clerk.act(chance)
        elif what < 0.53:
            clerk.window.line_up = not clerk.window.line_up
        elif what < 0.88:
            clerk.window.push()
            clerk.window.pull(chance.choice([1, 1000]))
        elif what < 0.94:
            department(hall, chance)
        elif what < 0.97:
            clerk.clock.set_anew()
        else:
            clerk.window.begin()
        if what < 0.1:
            sees_what_it_may(hall, clerk)


def sees_what_it_may(hall: SocketlessHall, clerk: Served) -> None:
    """At any moment: what the office had applied so far as this window has heard, and on top of it
    what waits here and still fits."""
    window = clerk.window
    cursor = Cursor.parse(window.inbox.cursor())
    heard = cursor.place if cursor else 0
    for (case_id,) in window.rows("SELECT id FROM cases"):
        case: Case | None = None
        known = hall.rows(
            "SELECT id, kind, version, body FROM entries WHERE outcome = 'applied'"
            f" AND subject = 'case:{case_id}' AND arrival <= {heard} ORDER BY arrival"
        )
        known += window.rows(
            "SELECT id, kind, version, body FROM journal j WHERE install = ? AND subject = ? "
            "AND NOT EXISTS (SELECT 1 FROM set_aside s "
            "WHERE s.install = j.install AND s.seq = j.seq) ORDER BY seq",
            window.store.install, f"case:{case_id}",
        )  # fmt: skip
        seen = set()
        for id_, kind, version, body in known:
            if id_ not in seen:
                seen.add(id_)
                with suppress(AppError):
                    case = cases.apply(case, case_id, decode_event(kind, version, body))
        assert window.store.find_case(case_id) == case


def settle(clerks: list[Served]) -> None:
    for clerk in clerks:
        clerk.window.line_up = True
        clerk.window.push()
    for clerk in clerks:
        clerk.window.pull()


def all_agree(hall: SocketlessHall, clerks: list[Served], where: str) -> None:
    for clerk in clerks:
        store = clerk.window.store
        assert clerk.window.rows("SELECT * FROM unfit") == [], where
        for case_id in hall.cases():
            there, here = hall.case(case_id), store.find_case(case_id)
            assert here == there, f"{where} {store.device} {case_id}"
            assert there is not None
            row = clerk.window.rows("SELECT state, number FROM cases WHERE id = ?", case_id)
            assert row == [(there.state.value, there.number)], f"{where} {store.device} {case_id}"
        mine = clerk.window.rows("SELECT count(*) FROM cases")[0][0]
        lost = len(_refused_openings(clerk))
        assert mine == len(hall.cases()), f"{where}: {mine} cases, {lost} never opened"
        assert rebuilt_equals_kept(store), where
        store.verify()


def _refused_openings(clerk: Served) -> list[tuple[object, ...]]:
    return clerk.window.rows(
        "SELECT j.subject FROM set_aside s JOIN journal j ON j.install = s.install "
        "AND j.seq = s.seq WHERE j.kind = 'CaseOpened'"
    )


def test_once_quiet_every_window_sees_every_case_as_the_office(tmp_path: Path, longer: int) -> None:
    shared = refused = 0
    for seed in range(SEEDS * longer):
        chance = random.Random(seed)
        with hall_of(tmp_path / str(seed), chance) as (hall, clerks):
            play(hall, clerks, chance)
            settle(clerks)
            all_agree(hall, clerks, f"seed {seed}")
            refused += sum(clerk.window.outbox.counts()[1] for clerk in clerks)
            shared += len(
                hall.rows(
                    "SELECT e.subject FROM entries e JOIN chains c ON c.id = e.chain"
                    " WHERE e.outcome = 'applied' AND e.subject LIKE 'case:%'"
                    " AND c.device <> 'backoffice'"
                    " GROUP BY e.subject HAVING count(DISTINCT c.device) > 1"
                )
            )
    assert shared > SEEDS
    assert refused > SEEDS
