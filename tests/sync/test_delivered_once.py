"""Two windows that cannot hear each other hand out one result: it counts once, both are told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.case import CaseState
from app.domain.case_events import CaseFinished, CaseReviewed, ResultReturned
from app.domain.delivery import ReturnKind
from app.services.news import Conflict, NewsDesk
from app.storage.store import Store
from tests.sync.clerk import WildClock, World
from tests.sync.coming_back import accepted, noticed_case, rebuilt_equals_kept, save, state_at
from tests.sync.feeding import SocketlessHall, SocketlessWindow
from tests.sync.hall import number_of
from tests.unit.test_delivery import BY_POST, IN_PERSON

CASE = "case:k1"


def conflicts(window: SocketlessWindow) -> list[Conflict]:
    return [one for one in NewsDesk(window.store).recent() if isinstance(one, Conflict)]


def exchange(*windows: SocketlessWindow) -> None:
    for window in windows:
        window.push()
    for window in windows:
        window.pull()


@contextmanager
def two_windows(
    home: Path, second_ahead: timedelta
) -> Iterator[tuple[SocketlessHall, SocketlessWindow, SocketlessWindow]]:
    """A finished case that both know of."""
    world = World()
    (home / "office").mkdir(parents=True)
    hall = SocketlessHall(home / "office" / "backoffice.db", world.now)
    stores = []
    for name, ahead in (("W01", timedelta()), ("W02", second_ahead)):
        chance = random.Random(name)
        clock = WildClock(chance, world)
        clock.off = ahead
        stores.append(
            Store.open(home / name, b"k" * 32, device=name, clock=clock, random=chance.randbytes)
        )
    first, second = (SocketlessWindow(store, hall) for store in stores)
    try:
        exchange(first, second)
        serial = first.serial()
        assert serial is not None
        number = number_of(serial)
        save(first.store, CASE, *noticed_case("W01", number)[:-1], accepted(number))
        exchange(first)
        hall.record(CaseReviewed(granted=True, opinion="同意", reviewer="2001"), CASE)
        hall.record(CaseFinished(name="许可证", number="X1", reviewer="2001"), CASE)
        exchange(first, second)
        yield hall, first, second
    finally:
        for store in stores:
            store.close()
        hall.database.close()


# The second window's clock decides by which rule it comes second; what is told is the same.
@pytest.mark.parametrize("ahead", [timedelta(hours=-1), timedelta(), timedelta(hours=1)])
def test_one_result_handed_out_twice_counts_once(tmp_path: Path, ahead: timedelta) -> None:
    with two_windows(tmp_path, ahead) as (hall, first, second):
        assert state_at(second.store, "k1") is CaseState.FINISHED
        save(first.store, CASE, IN_PERSON)
        save(second.store, CASE, replace(IN_PERSON, by="1002", to="张家属"))
        exchange(first)
        exchange(second)
        exchange(first, second)
        case = hall.case("k1")
        assert case is not None
        assert case.handed_out == IN_PERSON
        for window in (first, second):
            assert window.store.find_case("k1") == case
            assert rebuilt_equals_kept(window.store)
            (told,) = conflicts(window)
            assert (told.window, told.kinds, told.case_id) == ("W02", ("ResultHanded",), "k1")
            assert told.ours is (window is second)
        refused = second.rows("SELECT code FROM set_aside")
        assert refused == [("SYNC-CASE-ELSEWHERE",)]
        assert first.rows("SELECT code FROM set_aside") == []


def test_what_the_post_brought_back_is_handed_out_at_another_window(tmp_path: Path) -> None:
    with two_windows(tmp_path, timedelta()) as (hall, first, second):
        save(first.store, CASE, BY_POST)
        exchange(first, second)
        assert state_at(second.store, "k1") is CaseState.HANDED_OUT
        back = ResultReturned(
            kind=ReturnKind.UNDELIVERED, reason="查无此人", by="1002", at=BY_POST.at
        )
        save(second.store, CASE, back)
        exchange(second, first)
        assert state_at(first.store, "k1") is CaseState.FINISHED
        save(first.store, CASE, IN_PERSON)
        exchange(first, second)
        case = hall.case("k1")
        assert case is not None
        assert (case.state, case.handed_out) == (CaseState.HANDED_OUT, IN_PERSON)
        assert second.store.find_case("k1") == case
        assert conflicts(first) == conflicts(second) == []
