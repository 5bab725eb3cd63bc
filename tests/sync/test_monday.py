"""Sixty windows come back at once with twenty cases each, and nobody else is kept waiting.

The benchmark of the same name does it with three hundred and measures it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.benchmarks.bench_sync_monday import come_back_at_once
from tests.benchmarks.sync_light import light_windows
from tests.benchmarks.sync_office import Office, office_at
from tests.postgres import PostgresServer

WINDOWS = 60
CASES = 20
SECONDS = 5.0  # after which a window takes the line for broken


async def _morning(office: Office) -> None:
    waiting = await light_windows(office, WINDOWS, CASES, "full", each_alone=False)
    there, entries = office.acknowledged(), sum(window.entries for window in waiting)
    morning = await come_back_at_once(office, waiting)
    assert office.acknowledged() - there == entries >= WINDOWS * CASES * 8
    assert len(morning.finished) == WINDOWS
    assert morning.silent == 0  # a clerk would have seen "offline"
    assert set(morning.answers) == {200}
    for name, times in morning.others.items():
        assert times.at(1.0) < SECONDS * 1000, name


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_all_are_in_without_an_error(
    tmp_path: Path, database: str, postgres: PostgresServer
) -> None:
    address = postgres.new_database() if database == "postgresql" else ""
    with office_at(tmp_path / "data", database=address) as office:
        asyncio.run(_morning(office))
