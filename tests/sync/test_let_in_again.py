"""A withdrawn device that is let in again hears of every refusal, whenever that was decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest

from app.domain.events import ClerkSignedIn
from app.storage.outbox import Outbox
from app.storage.store import Store
from sync import wire
from sync.backoffice import quarantine
from sync.backoffice.cases import NumberPattern
from sync.client.round import LeaseAims, Post, Reply, Rounds, TurnKind
from sync.errors import Unreachable
from tests.sync.clerk import World
from tests.sync.coming_back import save
from tests.sync.feeding import SocketlessHall
from tests.sync.hall import HALL, accepted_case


class Device:
    """One window and its line; the back office may have withdrawn it."""

    def __init__(self, home: Path) -> None:
        self.world = World()
        (home / "office").mkdir(parents=True)
        self.hall = SocketlessHall(home / "office" / "backoffice.db", self.world.now)
        self.store = Store.open(
            home / "w", b"k" * 32, device="W01", clock=self.world, random=Random(1).randbytes
        )
        self.outbox = Outbox(self.store)
        self.rounds = Rounds(
            outbox=self.outbox, send=self._send, new_id=self.store.new_id,
            aims=LeaseAims(numbers_low=0, tickets=0),
        )  # fmt: skip
        self.withdrawn = self.deaf = False

    def _send(self, post: Post) -> Reply:
        if self.withdrawn and post.path == wire.PUSH_PATH:
            entries = wire.decode_batch(post.body)
            with self.hall.database.write() as tables:
                answer = quarantine.keep(tables, entries, self.world.now())
            return Reply(status=403, body=msgspec.json.encode(answer))
        reply = self.hall.answer(post)
        if self.deaf:
            raise Unreachable
        return reply

    def serve(self, serial: int) -> None:
        """With a number that it does not have: the decision will be refused."""
        save(self.store, f"case:{serial}", *accepted_case(serial))

    def sign_in(self) -> None:
        save(self.store, "session", ClerkSignedIn(clerk="1001", window="W01"))

    def take_up(self) -> None:
        with self.hall.database.write() as tables:
            fault = quarantine.take_up(
                tables, "W01", self.store.install, self.world.now(), NumberPattern(HALL)
            )
        assert fault == ""

    def round(self) -> TurnKind:
        self.rounds.begin()
        for _ in range(20):
            kind = self.rounds.turn().kind
            if kind is not TurnKind.MOVED:
                return kind
        raise AssertionError("a round that never ends")


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    made = Device(tmp_path)
    yield made
    made.store.close()
    made.hall.database.close()


def test_what_was_refused_before_it_was_withdrawn(device: Device) -> None:
    """The answer was lost; the next that is heard is that a later fact leaves a gap."""
    device.serve(7)
    device.deaf = True
    assert device.round() is TurnKind.FAILED
    device.deaf, device.withdrawn = False, True
    device.sign_in()
    assert device.round() is TurnKind.BLOCKED
    device.withdrawn = False
    device.sign_in()
    assert device.round() is TurnKind.QUIET
    assert device.outbox.counts() == (0, 1)


def test_what_a_supervisor_had_taken_up(device: Device) -> None:
    device.withdrawn = True
    device.serve(7)
    assert device.round() is TurnKind.BLOCKED
    device.take_up()
    device.withdrawn = False
    device.sign_in()
    assert device.round() is TurnKind.QUIET
    assert device.outbox.counts() == (0, 1)
