"""A token is looked up seldom, and its end is seen soon, also where another process ended it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.backoffice import enrolment
from sync.backoffice.database import Database, Transaction
from sync.backoffice.enrolment import KnownTokens
from tests.sync.hall import START


class Counting(Database):
    """The real database, counting how often it is read."""

    def __init__(self, real: Database) -> None:
        self._real = real
        self.reads = 0

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        self.reads += 1
        with self._real.read() as reader:
            yield reader

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self._real.write() as writer:
            yield writer

    def hear(self, tell: Callable[[int], None]) -> None:
        self._real.hear(tell)

    def close(self) -> None:
        self._real.close()


@pytest.fixture
def place(new_database: Callable[[], Path | str]) -> Path | str:
    return new_database()


@contextmanager
def opened(place: Path | str) -> Iterator[Counting]:
    database = Counting(Database.open(place, START))
    yield database
    database.close()


def _give(database: Database, device: str) -> str:
    token = enrolment.new_token()
    with database.write() as writer:
        writer.execute(
            "INSERT INTO device_tokens (token, device, install, given_at) VALUES (?,?,?,?)",
            (enrolment.token_digest(token), device, "i1", START.isoformat()),
        )
    return token


def test_many_requests_are_one_reading(place: Path | str) -> None:
    clock = [100.0]
    with opened(place) as database:
        tokens = KnownTokens(database, lambda: clock[0])
        token = _give(database, "W01")
        for _ in range(1000):
            found = tokens.find(token)
            assert found is not None
            assert (found.device, found.revoked) == ("W01", False)
        assert database.reads == 1
        clock[0] += 5.0
        assert tokens.find(token) is not None
        assert database.reads == 2


def test_what_another_process_ends_is_believed_for_seconds_only(place: Path | str) -> None:
    clock = [100.0]
    with opened(place) as here, opened(place) as there:
        tokens = KnownTokens(here, lambda: clock[0])
        token = _give(there, "W01")
        found = tokens.find(token)
        assert found is not None
        assert not found.revoked
        with there.write() as writer:
            enrolment.revoke(writer, "W01", START)
            enrolment.end_tokens(writer, "W01", START)
        clock[0] += 3.0
        found = tokens.find(token)
        assert found is not None
        assert found.revoked


def test_what_is_ended_here_is_seen_at_once(place: Path | str) -> None:
    with opened(place) as database:
        tokens = KnownTokens(database, lambda: 100.0)
        token = _give(database, "W01")
        assert tokens.find(token) is not None
        with database.write() as writer:
            writer.execute("DELETE FROM device_tokens WHERE device = 'W01'")
        tokens.forget()
        assert tokens.find(token) is None


def test_a_token_that_is_none_is_never_believed(place: Path | str) -> None:
    with opened(place) as database:
        tokens = KnownTokens(database, lambda: 100.0)
        wrong = enrolment.new_token()
        assert tokens.find(wrong) is None
        assert tokens.find(wrong) is None
        assert database.reads == 2
