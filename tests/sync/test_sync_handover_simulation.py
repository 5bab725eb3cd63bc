"""Three windows hand cases to and fro in any order, heard or not: one number for each, for life."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.domain.case import Case, CaseState
from app.domain.case_events import CasePutBack, CaseResumed, MaterialReceived, NoticeIssued
from app.domain.errors import AppError
from app.domain.event import Event
from app.storage.outbox import Outbox
from app.storage.store import Store
from sync import wire
from sync.backoffice import intake, line, records
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database
from sync.client.round import LeaseAims, Post, Reply, Rounds, TurnKind
from sync.errors import Unreachable
from tests.sync.coming_back import (
    PERSON,
    accepted,
    noticed_case,
    rebuilt_equals_kept,
    received,
    save,
    wanting,
)
from tests.sync.hall import HALL, number_of
from tests.sync.test_sync_simulation import SimulatedClock

SEEDS = 30
STEPS = 60


class Hall:
    """The real intake and look-ups over a real database, without the socket."""

    def __init__(self, path: Path, clock: SimulatedClock) -> None:
        self.database = Database.open(path, clock.now())
        self._clock = clock
        self._numbers = NumberPattern(HALL)

    def answer(self, post: Post) -> Reply:
        now = self._clock.now()
        answer: wire.PushAnswer | wire.LeaseAnswer | wire.ErrorAnswer
        with self.database.write() as connection:
            if post.path == wire.PUSH_PATH:
                entries = wire.decode_batch(post.body)
                answer = intake.receive(connection, entries, now, self._numbers)
            else:
                asked = msgspec.json.decode(post.body, type=wire.LeaseRequest)
                answer = line.lease(connection, asked, now, block_size=20)
        status = 409 if isinstance(answer, wire.ErrorAnswer) else 200
        return Reply(status=status, body=msgspec.json.encode(answer))

    def waiting(self) -> list[tuple[str, str]]:
        with self.database.read() as connection:
            return [(one.id, one.number) for one in records.waiting(connection, PERSON).cases]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(sql)]


@dataclass
class Window:
    store: Store
    hall: Hall
    line_up: bool = True
    made: int = 0

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.store)
        self._rounds = Rounds(
            outbox=self.outbox, send=self._send, new_id=self.store.new_id,
            aims=LeaseAims(numbers_low=10, tickets=0),
        )  # fmt: skip

    def _send(self, post: Post) -> Reply:
        if not self.line_up:
            raise Unreachable
        return self.hall.answer(post)

    def sync(self) -> None:
        self._rounds.begin()
        while self._rounds.turn().kind is TurnKind.MOVED:
            pass

    # -- what a clerk does ------------------------------------------------------------------------

    def begin(self, chance: random.Random) -> None:
        """A new case that waits: noticed, or taken in only."""
        with self.store.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT next FROM number_blocks WHERE next <= last ORDER BY first LIMIT 1"
            ).one_or_none()
        if row is None:
            return
        self.made += 1
        events = noticed_case(self.store.device, number_of(row[0]))
        if chance.random() < 0.3:
            events[-1] = received(number_of(row[0]))
        save(self.store, f"case:{self.store.device}-{self.made}", *events)

    def look_up(self, chance: random.Random) -> None:
        """The applicant of a case of any window comes here: its facts are fetched."""
        waiting = self.hall.waiting() if self.line_up else []
        if waiting:
            _, number = chance.choice(waiting)
            with self.hall.database.read() as connection:
                history = records.history(connection, number).entries
            with suppress(AppError):  # went on here meanwhile: not mixed in, nothing of it kept
                self.store.take_in(history)

    def go_on(self, chance: random.Random) -> None:
        """Serve one of the cases known here a step further."""
        with self.store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT id FROM cases WHERE state IN ('noticed', 'received', 'open')"
            ).all()
        if not rows:
            return
        case_id = chance.choice(rows)[0]
        case = self.store.find_case(case_id)
        assert case is not None
        if case.state is CaseState.OPEN and case.window != self.store.device:
            return  # another window's: the counter offers no act on it
        save(self.store, f"case:{case_id}", *self._next(case, chance))

    def _next(self, case: Case, chance: random.Random) -> Iterator[Event]:
        if case.state is not CaseState.OPEN:
            yield CaseResumed(window=self.store.device, ticket="")
            if chance.random() < 0.5:
                return
        yield MaterialReceived(material=f"M{chance.randrange(9)}", originals=1, copies=0)
        end = chance.random()
        if end < 0.3:
            yield CasePutBack()
        elif end < 0.6:
            yield NoticeIssued(number=case.number, check="ABC234", lines=(wanting("M3"),))
        elif end < 0.8:
            yield accepted(case.number)


@contextmanager
def _hall(home: Path, seed: int) -> Iterator[tuple[Hall, list[Window], random.Random]]:
    chance = random.Random(seed)
    clock = SimulatedClock()
    (home / "office").mkdir(parents=True)
    hall = Hall(home / "office" / "backoffice.db", clock)
    windows = [
        Window(
            Store.open(home / name, b"k" * 32, device=name, clock=clock, random=chance.randbytes),
            hall,
        )
        for name in ("W01", "W02", "W03")
    ]
    try:
        yield hall, windows, chance
    finally:
        for window in windows:
            window.store.close()
        hall.database.close()


def _play(windows: list[Window], chance: random.Random) -> None:
    for window in windows:
        window.sync()
    for _ in range(STEPS):
        window = chance.choice(windows)
        act = chance.random()
        if act < 0.15:
            window.begin(chance)
        elif act < 0.45:
            window.look_up(chance)
        elif act < 0.8:
            window.go_on(chance)
        elif act < 0.9:
            window.line_up = not window.line_up
        window.sync()
    for window in windows:
        window.line_up = True
        window.sync()


def test_one_number_for_each_case_whoever_decides_it(tmp_path: Path, longer: int) -> None:
    handed_over = refused = 0
    for seed in range(SEEDS * longer):
        with _hall(tmp_path / str(seed), seed) as (hall, windows, chance):
            _play(windows, chance)
            # Every case has exactly one number, and every decision of it that counts bears it.
            cases = hall.rows("SELECT count(*), count(DISTINCT number) FROM cases")
            assert cases == [(sum(window.made for window in windows),) * 2], f"seed {seed}"
            numbers = hall.rows(
                "SELECT subject, count(DISTINCT json_extract(body, '$.number')) FROM entries"
                " WHERE outcome = 'applied' AND json_extract(body, '$.number') IS NOT NULL"
                " GROUP BY subject HAVING count(DISTINCT json_extract(body, '$.number')) > 1"
            )
            assert numbers == [], f"seed {seed}"
            # While a case was open, all its facts came from one window.
            assert _mixed(hall) == [], f"seed {seed}"
            lost = 0
            for window in windows:
                seq, head = window.store.verify()
                chain = hall.rows(
                    "SELECT acknowledged, head, set_aside FROM chains"
                    f" WHERE device = '{window.store.device}'"
                )
                assert chain == [(seq, head, "")], f"seed {seed}"
                assert rebuilt_equals_kept(window.store), f"seed {seed}"
                waiting, aside = window.outbox.counts()
                assert waiting == 0, f"seed {seed}"
                lost += aside
            told = hall.rows("SELECT count(*) FROM entries WHERE outcome = 'refused'")
            assert told == [(lost,)], f"seed {seed}"  # nothing is refused without being told
            assert _conflicts_told(hall), f"seed {seed}"
            refused += lost
            handed_over += len(
                hall.rows(
                    "SELECT e.subject FROM entries e JOIN chains c ON c.id = e.chain"
                    " WHERE e.outcome = 'applied' AND e.subject LIKE 'case:%'"
                    " AND e.kind <> 'ConflictRecorded'"
                    " GROUP BY e.subject HAVING count(DISTINCT c.device) > 1"
                )
            )
            _all_agree(hall, windows, seed)
    assert handed_over > SEEDS  # the play is one of hand-overs
    assert refused > SEEDS // 2  # and of conflicts


def _mixed(hall: Hall) -> list[tuple[object, ...]]:
    """Applied facts about an open case from another window than the one that has it."""
    found: list[tuple[object, ...]] = []
    holder: dict[str, object] = {}
    for subject, kind, device in hall.rows(
        "SELECT e.subject, e.kind, c.device FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.outcome = 'applied' AND e.subject LIKE 'case:%' ORDER BY e.arrival"
    ):
        if kind in {"CaseOpened", "CaseResumed"}:
            holder[str(subject)] = device
        elif holder[str(subject)] != device and kind != "ConflictRecorded":
            found.append((subject, kind, device))
    return found


def _conflicts_told(hall: Hall) -> bool:
    """Each case and window whose facts came second is on record, and no other."""
    came_second = hall.rows(
        "SELECT DISTINCT e.subject, c.device FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.code = 'SYNC-CASE-ELSEWHERE' AND e.subject LIKE 'case:%'"
    )
    on_record = hall.rows(
        "SELECT DISTINCT subject, json_extract(body, '$.window') FROM entries"
        " WHERE kind = 'ConflictRecorded' AND outcome = 'applied'"
    )
    return sorted(came_second) == sorted(on_record)


def _all_agree(hall: Hall, windows: list[Window], seed: int) -> None:
    """A window that had nothing refused of a case sees it, once fetched, as the others do."""
    for case_id, number, state in hall.rows("SELECT id, number, state FROM cases"):
        with hall.database.read() as connection:
            history = records.history(connection, str(number)).entries
        for window in windows:
            with window.store.read() as connection:
                aside = connection.exec_driver_sql(
                    "SELECT count(*) FROM set_aside s JOIN journal j ON j.install = s.install"
                    " AND j.seq = s.seq WHERE j.subject = ?",
                    (f"case:{case_id}",),
                ).scalar_one()
            if aside:
                continue
            window.store.take_in(history)
            case = window.store.find_case(str(case_id))
            assert case is not None, f"seed {seed}"
            assert (case.number, case.state.value) == (number, state), f"seed {seed} {case_id}"
            assert rebuilt_equals_kept(window.store), f"seed {seed}"
