"""What waits together shares a commit, short work goes first, nobody hears before the commit."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from sync.backoffice.database import Database, IntegrityBroken, Transaction
from sync.backoffice.lane import Lane, Unopened
from sync.errors import BadRequest, ServerTrouble
from tests.sync.hall import START

_ROOT = Path(__file__).parents[2]
_T = TypeVar("_T")


class World:
    """A lane over a database with one table of words, and a job in it that waits for a word."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commits = 0
        self.said: list[str] = []  # in the order of the work
        with database.write() as connection:
            connection.execute("CREATE TABLE words (word TEXT PRIMARY KEY)")
        self.lane = Lane(database, self._count)
        self._free = threading.Event()
        self._held = threading.Event()

    def _count(self, _: int) -> None:
        self.commits += 1

    def says(self, word: str) -> Callable[[Transaction], str]:
        def work(connection: Transaction) -> str:
            self.said.append(word)
            connection.execute("INSERT INTO words (word) VALUES (?)", (word,))
            return word.upper()

        return work

    def words(self) -> set[str]:
        with self.database.read() as reader:
            return {row[0] for row in reader.execute("SELECT word FROM words")}

    def hold(self) -> Awaitable[str]:
        """Keep the lane busy; returns when it is."""

        def work(_: Transaction) -> str:
            self._held.set()
            assert self._free.wait(60)
            return "held"

        return asyncio.ensure_future(self.lane.alone(work))

    async def until_held(self) -> None:
        assert await asyncio.to_thread(self._held.wait, 60)

    def let_go(self) -> None:
        self._free.set()


@pytest.fixture
def world(new_database: Callable[[], Path | str]) -> Iterator[World]:
    database = Database.open(new_database(), START)
    made = World(database)
    yield made
    made.let_go()
    made.lane.close()
    database.close()


def _run(play: Coroutine[Any, Any, _T]) -> _T:
    async def limited() -> _T:
        async with asyncio.timeout(60):
            return await play

    return asyncio.run(limited())


async def _while_held(world: World, *waiting: Awaitable[Any]) -> list[Any]:
    """All of these wait for the lane before it is let go."""
    held = world.hold()
    await world.until_held()
    asked = [asyncio.ensure_future(one) for one in waiting]
    await asyncio.sleep(0)  # each asks at its first step
    world.let_go()
    await held
    return await asyncio.gather(*asked, return_exceptions=True)


def test_what_waits_shares_one_commit(world: World) -> None:
    words = [f"w{n}" for n in range(40)]
    answers = _run(_while_held(world, *(world.lane.alone(world.says(word)) for word in words)))
    assert answers == [word.upper() for word in words]
    assert world.words() == set(words)
    assert world.commits == 2  # of what held the lane, and of all the others


def _refuses(connection: Transaction) -> None:
    connection.execute("INSERT INTO words (word) VALUES ('undone')")
    raise BadRequest


def _breaks_a_rule(connection: Transaction) -> None:
    connection.execute("INSERT INTO words (word) VALUES ('undone')")
    connection.execute("INSERT INTO words (word) VALUES ('undone')")


def _is_wrong(connection: Transaction) -> None:
    connection.execute("INSERT INTO words (word) VALUES ('undone')")
    raise ZeroDivisionError


def test_one_that_fails_is_undone_alone(world: World) -> None:
    works = [
        world.says("a"), _refuses, world.says("b"), _breaks_a_rule, world.says("c"), _is_wrong,
        world.says("d"),
    ]  # fmt: skip
    answers = _run(_while_held(world, *(world.lane.alone(work) for work in works)))
    assert [answer for answer in answers if isinstance(answer, str)] == ["A", "B", "C", "D"]
    failed = [type(answer) for answer in answers if not isinstance(answer, str)]
    assert failed == [BadRequest, IntegrityBroken, ZeroDivisionError]
    assert world.words() == {"a", "b", "c", "d"}
    assert world.commits == 2


def test_one_that_fails_alone_leaves_nothing(world: World) -> None:
    with pytest.raises(BadRequest):
        _run(world.lane.alone(_refuses))
    assert world.words() == set()
    assert _run(world.lane.alone(world.says("next"))) == "NEXT"


def _all_at_once(connection: Transaction, words: Sequence[str]) -> list[int]:
    connection.executemany("INSERT INTO words (word) VALUES (?)", [(word,) for word in words])
    return [len(words)] * len(words)


def test_one_that_spoils_it_for_many_fails_alone(world: World) -> None:
    words = ["a", "b", "b", "c"]
    answers = _run(_while_held(world, *(world.lane.together(_all_at_once, word) for word in words)))
    assert [answer for answer in answers if isinstance(answer, int)] == [1, 1, 1]
    assert [type(answer) for answer in answers if not isinstance(answer, int)] == [IntegrityBroken]
    assert world.words() == {"a", "b", "c"}


def test_many_are_done_at_once(world: World) -> None:
    words = [f"w{n}" for n in range(20)]
    waiting = [world.lane.together(_all_at_once, word) for word in words]
    assert _run(_while_held(world, *waiting)) == [20] * 20


def test_a_transaction_that_cannot_be_kept_is_acknowledged_to_nobody(world: World) -> None:
    """Here the database itself is gone in the middle, as when a disk is full."""

    def full(_: Transaction) -> None:
        raise ServerTrouble(cause="full")

    works = [world.says("a"), _refuses, full, world.says("b")]
    answers = _run(_while_held(world, *(world.lane.alone(work) for work in works)))
    assert [type(answer) for answer in answers] == [
        ServerTrouble, BadRequest, ServerTrouble, ServerTrouble,
    ]  # fmt: skip
    assert world.words() == set()
    assert _run(world.lane.alone(world.says("a"))) == "A"


def _long(world: World, word: str) -> Coroutine[Any, Any, str]:
    def work(connection: Transaction, items: Sequence[str]) -> list[str]:
        return [world.says(item)(connection) for item in items]

    return world.lane.together(work, word, is_long=True)


def test_short_work_waits_for_one_long_batch_at_most(world: World) -> None:
    long = [_long(world, f"long{n}") for n in range(5)]
    short = [world.lane.alone(world.says(f"short{n}")) for n in range(5)]
    _run(_while_held(world, *long, *short))
    firsts = [word.rstrip("01234") for word in world.said]
    # What held the lane was short work, so a long one is next; then all that is short.
    assert firsts == ["long", *["short"] * 5, *["long"] * 4]
    assert [word for word in world.said if word.startswith("long")] == [
        f"long{n}" for n in range(5)
    ]


def test_short_work_without_end_does_not_starve_a_long_batch(world: World) -> None:
    async def play() -> None:
        done = asyncio.Event()

        async def keep_asking(name: int) -> None:
            turn = 0
            while not done.is_set():
                await world.lane.alone(world.says(f"short{name}-{turn}"))
                turn += 1

        async def ask_long() -> None:
            for turn in range(5):
                await _long(world, f"long{turn}")
            done.set()

        await asyncio.gather(ask_long(), *(keep_asking(name) for name in range(8)))

    _run(play())
    places = [place for place, word in enumerate(world.said) if word.startswith("long")]
    assert len(places) == 5


def test_who_has_gone_is_left_out(world: World) -> None:
    async def play() -> None:
        held = world.hold()
        await world.until_held()
        gone = asyncio.ensure_future(world.lane.alone(world.says("gone")))
        stays = asyncio.ensure_future(world.lane.alone(world.says("stays")))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        world.let_go()
        await held
        assert await stays == "STAYS"

    _run(play())
    assert world.words() == {"stays"}


def test_what_was_asked_before_the_end_is_done(world: World) -> None:
    async def play() -> list[Any]:
        held = world.hold()
        await world.until_held()
        asked = [asyncio.ensure_future(world.lane.alone(world.says(word))) for word in "abc"]
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(asyncio.to_thread(world.lane.close))
        world.let_go()
        await held
        await closing
        with pytest.raises(ServerTrouble):
            await world.lane.alone(world.says("late"))
        return await asyncio.gather(*asked)

    assert _run(play()) == ["A", "B", "C"]
    assert world.words() == {"a", "b", "c"}


@contextmanager
def _opened(place: Path | str) -> Iterator[Database]:
    database = Database.open(place, START)
    yield database
    database.close()


def test_a_death_before_the_commit_acknowledges_none(
    new_database: Callable[[], Path | str],
) -> None:
    place = new_database()
    with _opened(place) as database, database.write() as connection:
        connection.execute("CREATE TABLE words (word TEXT PRIMARY KEY)")
    child = subprocess.run(
        [sys.executable, "-m", __name__, str(place)], cwd=_ROOT, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert child.stdout.split() == ["first"]
    with _opened(place) as database, database.read() as reader:
        assert [row[0] for row in reader.execute("SELECT word FROM words")] == ["first"]


def _die_within_a_group(place: str) -> None:
    """Acknowledges by print; the last of the second group ends the process."""
    database = Database.open(place, START)
    lane = Lane(database, lambda _: None)
    entered, asked, told = threading.Event(), threading.Event(), threading.Event()

    def says(word: str) -> Callable[[Transaction], None]:
        def work(connection: Transaction) -> None:
            connection.execute("INSERT INTO words (word) VALUES (?)", (word,))
            if word == "first":
                entered.set()
                asked.wait()
            if word == "last":
                told.wait()  # of the first, whose commit is done
                os.kill(os.getpid(), signal.SIGKILL)

        return work

    async def ask(word: str) -> None:
        await lane.alone(says(word))
        print(word, flush=True)
        told.set()

    async def play() -> None:
        first = asyncio.ensure_future(ask("first"))
        await asyncio.to_thread(entered.wait)
        group = [asyncio.ensure_future(ask(f"w{n}")) for n in range(20)]
        last = asyncio.ensure_future(ask("last"))
        await asyncio.sleep(0)
        asked.set()
        await asyncio.gather(first, *group, last)

    asyncio.run(play())


if __name__ == "__main__":
    _die_within_a_group(sys.argv[1])


def test_a_long_batch_is_opened_on_the_lane_and_one_that_cannot_be_fails_alone(
    world: World,
) -> None:
    opened: list[str] = []

    def unopened(word: str) -> Unopened[str]:
        def work() -> str:
            opened.append(threading.current_thread().name)
            if word == "bad":
                raise BadRequest
            return word

        return Unopened(work)

    works = [
        world.lane.together(_all_at_once, unopened(word), is_long=True)
        for word in ("a", "bad", "b")
    ]
    answers = _run(_while_held(world, *works))
    assert [answer if isinstance(answer, int) else type(answer) for answer in answers] == [
        1, BadRequest, 1,
    ]  # fmt: skip
    assert opened == ["writer"] * 3
    assert world.words() == {"a", "b"}
