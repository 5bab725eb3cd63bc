"""One thread plays windows, a hostile network and crashes from a seed; all must converge."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.domain.clock import uuid7
from app.storage.outbox import Outbox, Refusal
from app.storage.store import Store
from sync import wire
from sync.backoffice import intake, line
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database, Transaction
from sync.client.round import LeaseAims, Post, Reply, Rounds, TurnKind
from sync.errors import SyncError, Unreachable
from tests.sync.hall import HALL, START, accepted_case

SEEDS = 100


class Crash(Exception):
    """The window's power went."""


class SimulatedClock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=7)
        return self.at


class SimulatedOffice:
    """The real intake and leases over a real database, without the socket."""

    def __init__(self, path: Path, clock: SimulatedClock, tickets: int) -> None:
        self.database = Database.open(path, clock.now())
        self._clock = clock
        self._numbers = NumberPattern(HALL)
        chance = random.Random(1)
        with self.database.write() as connection:
            line.fill_demo_line(
                connection, HALL, clock.now(), tickets,
                lambda: uuid7(START, chance.randbytes(10)),
            )  # fmt: skip

    def answer(self, post: Post, chance: random.Random) -> Reply:
        try:
            with self.database.write() as connection:
                answer = self._work(post, connection)
                if chance.random() < 0.05:
                    raise Crash  # before the commit: nothing of it may remain
        except Crash:
            raise Unreachable from None
        except SyncError as error:
            return Reply(status=error.status, body=b'{"code":"%s"}' % error.code.encode())
        status = 409 if isinstance(answer, wire.ErrorAnswer) else 200
        return Reply(status=status, body=msgspec.json.encode(answer))

    def _work(
        self, post: Post, connection: Transaction
    ) -> wire.PushAnswer | wire.LeaseAnswer | wire.ErrorAnswer:
        now = self._clock.now()
        if post.path == wire.PUSH_PATH:
            entries = wire.decode_batch(post.body)
            return intake.receive(connection, entries, now, self._numbers)
        asked = msgspec.json.decode(post.body, type=wire.LeaseRequest)
        return line.lease(connection, asked, now, block_size=5)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(sql)]


class HostileLine:
    """Loses, doubles, delays and spoils, as the seed says; calm at the end."""

    def __init__(self, office: SimulatedOffice, chance: random.Random) -> None:
        self._office = office
        self._chance = chance
        self._late: list[Post] = []
        self.calm = False

    def __call__(self, post: Post) -> Reply:
        fate = 1.0 if self.calm else self._chance.random()
        if self._late and self._chance.random() < 0.5:
            self._office.answer(self._late.pop(), self._chance)  # comes in long after
        if fate < 0.12:
            raise Unreachable  # the request was lost
        if fate < 0.17:
            self._late.append(post)
            raise Unreachable
        if fate < 0.22:
            return Reply(status=503, body=b"")
        if fate < 0.26:
            return Reply(status=413, body=b"")
        calm = random.Random(1) if self.calm else self._chance
        reply = self._office.answer(post, calm)
        if fate < 0.40:
            raise Unreachable  # the answer was lost
        if fate < 0.45:
            reply = self._office.answer(post, calm)  # doubled on the way
        if fate < 0.50:
            return Reply(status=reply.status, body=reply.body[: len(reply.body) // 2])
        return reply


class MortalOutbox(Outbox):
    """The real outbox of a window that may die before any write."""

    chance: random.Random | None = None

    def _risk(self) -> None:
        if self.chance and self.chance.random() < 0.08:
            raise Crash

    def acknowledge(self, through: int, refused: Sequence[Refusal], install: str = "") -> None:
        self._risk()
        super().acknowledge(through, refused, install)

    def lease_numbers(self, first: int, last: int, install: str = "") -> None:
        self._risk()
        super().lease_numbers(first, last, install)

    def lease_ticket(
        self, ticket_id: str, number: str, business: str, taken_at: datetime, priority: str,
        install: str = "",
    ) -> None:  # fmt: skip
        self._risk()
        super().lease_ticket(ticket_id, number, business, taken_at, priority, install)


class SimulatedWindow:
    def __init__(
        self,
        home: Path,
        device: str,
        clock: SimulatedClock,
        send: HostileLine,
        chance: random.Random,
    ) -> None:
        self.store = Store.open(
            home, b"k" * 32, device=device, clock=clock, random=chance.randbytes
        )
        self.outbox = MortalOutbox(self.store)
        self.outbox.chance = chance
        self._send = send
        self.cases = 0
        self.restart()

    def restart(self) -> None:
        self.rounds = Rounds(
            outbox=self.outbox, send=self._send, new_id=self.store.new_id,
            aims=LeaseAims(numbers_low=3, tickets=2),
        )  # fmt: skip

    def work(self) -> None:
        with self.store.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT next FROM number_blocks WHERE next <= last ORDER BY first LIMIT 1"
            ).one_or_none()
        if row is None:
            return
        self.cases += 1
        with self.store.begin() as unit:
            subject = f"case:{self.store.new_id()}"
            for event in accepted_case(row[0], self.store.device):
                unit.append(event, subject=subject, actor="C01")

    def round(self) -> TurnKind:
        self.rounds.begin()
        try:
            kind = TurnKind.MOVED
            for _ in range(50):
                kind = self.rounds.turn().kind
                if kind is not TurnKind.MOVED:
                    return kind
        except Crash:
            self.restart()
            return TurnKind.FAILED
        raise AssertionError("a round that never ends")


@pytest.mark.parametrize("part", range(4))
def test_every_seed_converges(tmp_path: Path, part: int, longer: int) -> None:
    seeds = SEEDS * longer
    for seed in range(part * seeds // 4, (part + 1) * seeds // 4):
        _play(tmp_path / str(seed), seed)


def _play(home: Path, seed: int) -> None:
    (home / "office").mkdir(parents=True)
    chance = random.Random(seed)
    clock = SimulatedClock()
    office = SimulatedOffice(home / "office" / "backoffice.db", clock, tickets=6)
    sends = [HostileLine(office, chance) for _ in range(2)]
    windows = [
        SimulatedWindow(home / f"w{n}", f"W0{n}", clock, send, chance)
        for n, send in enumerate(sends)
    ]
    for _ in range(20):
        for window in windows:
            if chance.random() < 0.5:
                window.work()
            window.round()
            if chance.random() < 0.05:
                window.restart()
    for window, send in zip(windows, sends, strict=True):
        send.calm, window.outbox.chance = True, None
        for _ in range(4):
            kind = window.round()
        assert kind is TurnKind.QUIET, f"seed {seed}"
        seq, head = window.store.verify()
        known = office.rows(
            "SELECT acknowledged, head, set_aside FROM chains"
            f" WHERE device = '{window.store.device}'"
        )
        assert known == [(seq, head, "")], f"seed {seed}"
        assert window.outbox.counts() == (0, 0), f"seed {seed}"
        held = office.rows(
            "SELECT count(*) FROM tickets WHERE confirmed = 1 AND origin = 'hall'"
            f" AND device = '{window.store.device}'"
        )
        assert held == [(window.outbox.tickets_left(),)], f"seed {seed}"
    total = office.rows("SELECT count(*) FROM entries WHERE outcome <> 'applied'")
    assert total == [(0,)], f"seed {seed}"
    decided = office.rows("SELECT count(*), count(DISTINCT number) FROM cases")
    expected = sum(window.cases for window in windows)
    assert decided == [(expected, expected)], f"seed {seed}"
    hanging = office.rows("SELECT count(*) FROM tickets WHERE device <> '' AND confirmed = 0")
    assert hanging == [(0,)], f"seed {seed}"
    office.database.close()
    for window in windows:
        window.store.close()
