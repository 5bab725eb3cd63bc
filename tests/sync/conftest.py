"""Give the sync tests the process that bears their back offices, and empty databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.postgres import PostgresServer, postgres_server
from tests.sync.world import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    there = Nursery()
    yield there
    there.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], Path | str]]:
    """Makes empty databases: a file's path or a server's address, each test with both."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        yield server.new_database
    else:
        names = count(1)
        yield lambda: tmp_path / f"backoffice{next(names)}.db"
