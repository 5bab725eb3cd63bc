"""Give the sync tests the process that bears their back offices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.world import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    there = Nursery()
    yield there
    there.close()
