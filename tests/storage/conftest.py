from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.storage.store import Store


class SettableClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def key() -> bytes:
    return bytes(range(32))


@pytest.fixture
def store(tmp_path: Path, clock: SettableClock, key: bytes) -> Iterator[Store]:
    opened = Store.open(tmp_path, key, device="W01", clock=clock, random=os.urandom)
    yield opened
    opened.close()
