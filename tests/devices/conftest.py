"""Real parts for the card tests: a SAM simulator on a pseudo-terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from app.devices.simulators.sam import SimulatedSamReader

# Two cores are shared with everything else here: a slow moment is no failure.
settings.register_profile("cards", deadline=None)
settings.load_profile("cards")


@pytest.fixture
def sam() -> Iterator[SimulatedSamReader]:
    reader = SimulatedSamReader()
    yield reader
    reader.stop()


@pytest.fixture
def sam_path(sam: SimulatedSamReader) -> str:
    return sam.start()
