"""Who waits for news is woken by it, whoever committed it and whenever it was told."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import psycopg
import pytest

from sync.backoffice.changed import Changed
from sync.backoffice.database import Database, Transaction
from sync.backoffice.hearing import Hearing
from sync.backoffice.postgres import PostgresDatabase
from tests.postgres import PostgresServer
from tests.sync.world import wait_until

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_what_was_told_before_anybody_waited_is_news() -> None:
    changed = Changed()
    changed.tell(5)

    async def ask() -> float:
        since = time.monotonic()
        await changed.wait(4, 30)
        return time.monotonic() - since

    assert asyncio.run(ask()) < 20


def test_what_is_told_twice_wakes_once() -> None:
    async def ask() -> list[int]:
        changed, woken = Changed(), []

        async def follow() -> None:
            place = 0
            while not changed.ending:
                await changed.wait(place, 30)
                place = 7
                woken.append(len(changed._waiting))

        following = asyncio.ensure_future(follow())
        while not changed._waiting:  # noqa: ASYNC110 - what is tested has no other sign
            await asyncio.sleep(0)
        for _ in range(3):
            await asyncio.to_thread(changed.tell, 7)
        while not woken or not changed._waiting:  # noqa: ASYNC110
            await asyncio.sleep(0)
        changed.end()
        await following
        return woken

    assert len(asyncio.run(ask())) == 2  # the arrival, and the end


def _arrive(writer: Transaction, arrival: int) -> None:
    writer.execute(
        "INSERT INTO chains (id, device, install, head, seen_at) VALUES (1,'W01','i','','')"
        " ON CONFLICT (id) DO NOTHING"
    )
    writer.execute(
        "INSERT INTO entries (arrival, chain, seq, id, first, at, hlc, actor, subject, kind,"
        " version, body, body_hash, hash, outcome, received_at)"
        " VALUES (?, 1, ?, ?, 1, '', '', '', '', '', 1, '', '', '', 'applied', '')",
        (arrival, arrival, str(arrival)),
    )


@pytest.fixture
def address(postgres: PostgresServer) -> str:
    return postgres.new_database()


def test_one_process_hears_what_another_committed(address: str) -> None:
    here, there = PostgresDatabase.opened(address, NOW), Database.open(address, NOW)
    heard: list[int] = []
    hearing = Hearing(here.connect, heard.append, look=600)  # by the notices alone
    try:
        wait_until(lambda: heard == [0], what="asks at once")
        for arrival in (1, 2, 3):
            with there.write() as writer:
                _arrive(writer, arrival)
            wait_until(lambda: heard[-1] == arrival, what=f"hears of {arrival}")  # noqa: B023
        with pytest.raises(ZeroDivisionError), there.write() as writer:
            _arrive(writer, 4)
            raise ZeroDivisionError
        with there.write() as writer:
            _arrive(writer, 5)
        wait_until(lambda: heard[-1] == 5)
        assert 4 not in heard
    finally:
        hearing.close()
        here.close()
        there.close()


def test_who_lost_the_line_hears_what_came_meanwhile(address: str) -> None:
    here, there = Database.open(address, NOW), Database.open(address, NOW)
    heard: list[int] = []
    here.hear(heard.append)
    try:
        wait_until(lambda: heard == [0])
        with psycopg.connect(address, autocommit=True) as killer:
            killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'SELECT coalesce(max%'"
            )
        with there.write() as writer:
            _arrive(writer, 9)
        wait_until(lambda: heard[-1] == 9, what="hears of it over a new connection")
    finally:
        here.close()
        there.close()


def test_closing_does_not_wait_for_news(address: str) -> None:
    here = Database.open(address, NOW)
    here.hear(lambda _: None)
    since = time.monotonic()
    here.close()
    assert time.monotonic() - since < 4  # it looks by itself only every five seconds
