"""How long leased numbers last is measured by what the window gives out."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.storage.number_stock import NumberStock
from app.storage.outbox import Outbox
from app.storage.store import Store
from tests.sync.hall import accepted_case

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class Calendar:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.at = MONDAY

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def opened(home: Path, clock: Calendar) -> Store:
    return Store.open(home, b"k" * 32, device="W01", clock=clock, random=os.urandom)


def serve(store: Store, serial: int) -> None:
    with store.begin() as unit:
        for event in accepted_case(serial):
            unit.append(event, subject=f"case:c{serial}", actor="C01")


def test_a_new_window_is_taken_for_a_busy_one() -> None:
    stock = NumberStock(left=200, a_day=40.0)
    assert stock.days == 5
    assert stock.lacking(60, 100) == 2200
    assert NumberStock(left=2400, a_day=40.0).lacking(60, 100) == 0
    assert NumberStock(left=30, a_day=1.0).lacking(0, 100) == 70


def test_what_goes_in_a_day_is_measured(tmp_path: Path) -> None:
    clock = Calendar()
    store = opened(tmp_path, clock)
    outbox = Outbox(store)
    outbox.lease_numbers(1, 200)
    assert outbox.numbers() == NumberStock(left=200, a_day=40.0)
    serial = 0
    for day, cases in enumerate((6, 10, 8, 4, 12)):
        clock.at = MONDAY + timedelta(days=day)
        for _ in range(cases):
            serial += 1
            serve(store, serial)
    assert outbox.numbers() == NumberStock(left=160, a_day=8.0)
    assert outbox.numbers().days == 20
    store.close()


def test_folding_again_uses_nothing_up(tmp_path: Path) -> None:
    clock = Calendar()
    store = opened(tmp_path, clock)
    outbox = Outbox(store)
    outbox.lease_numbers(1, 400)
    for day in range(5):
        clock.at = MONDAY - timedelta(days=365 * (day % 2)) + timedelta(days=day)  # set wrong
        for n in range(50):
            serve(store, day * 50 + n + 1)
    kept = outbox.numbers()
    assert kept == NumberStock(left=150, a_day=50.0)
    store.rebuild()
    assert outbox.numbers() == kept
    store.close()
