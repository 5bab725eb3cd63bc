"""Real parts for the card tests: a SAM simulator on a pseudo-terminal."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from app.devices.simulators.sam import SimulatedSamReader
from tests.devices.vendor_counter import SOURCE, Counter

# Two cores are shared with everything else here: a slow moment is no failure.
settings.register_profile("cards", deadline=None)
settings.load_profile("cards")


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("vendor") / "libvendor.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-w", "-o", made, SOURCE], check=True)
    return made


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counter:
    made = Counter(tmp_path)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def sam() -> Iterator[SimulatedSamReader]:
    reader = SimulatedSamReader()
    yield reader
    reader.stop()


@pytest.fixture
def sam_path(sam: SimulatedSamReader) -> str:
    return sam.start()
