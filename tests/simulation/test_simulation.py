"""Hundreds of halls, each from its seed: all must settle, and keep every promise.

``pytest tests/simulation --seed N`` plays one again and prints what happened, in order.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.backoffice.database import Transaction
from sync.backoffice.sqlite import SqliteDatabase
from tests.simulation.checks import complaints
from tests.simulation.disk import committed_frames
from tests.simulation.office import FILE, OfficeDisk
from tests.simulation.world import TROUBLES, make_template, played

SEEDS = 200
SOAKED = 10_000
PARTS = 8


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """In memory where there is such a place: what is simulated is not this machine's disk."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def template(folder: Path) -> Path:
    return make_template(folder / "template")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_hall_settles_and_keeps_its_promises(
    folder: Path, template: Path, part: int, longer: int, request: pytest.FixtureRequest
) -> None:
    replayed = request.config.getoption("--seed")
    if replayed is not None:
        seeds = range(replayed, replayed + (part == 0))
    else:
        size = (SEEDS if longer == 1 else SOAKED) // PARTS
        seeds = range(part * size, (part + 1) * size)
    for seed in seeds:
        with played(folder / str(seed), template, seed) as world:
            if replayed is not None:
                print(*world.trace, sep="\n")
            assert complaints(world) == []


def test_the_halls_meet_every_trouble(folder: Path, template: Path) -> None:
    """Else the seeds above would show little."""
    seen = ""
    refused = shared = 0
    for seed in range(40):
        with played(folder / str(seed), template, seed, sure=TROUBLES) as world:
            assert complaints(world) == []
            seen += "\n".join(world.trace)
            refused += world.office.rows("SELECT count(*) FROM entries WHERE outcome = 'refused'")[
                0
            ][0]
            shared += len(
                world.office.rows(
                    "SELECT e.subject FROM entries e JOIN chains c ON c.id = e.chain"
                    " WHERE e.outcome = 'applied' AND e.subject LIKE 'case:%'"
                    " AND c.device <> 'backoffice'"
                    " GROUP BY e.subject HAVING count(DISTINCT c.device) > 1"
                )
            )
    for trouble in (
        "broke", " 503", " 413", "comes in late", "W01 lost its power", "W01 was killed",
        "office lost its power", "office was killed", "was withdrawn", "was copied",
        "was restored", "clock", "SYNC-FORK", "SYNC-OFFLINE", "SYNC-BAD-ANSWER", "STO-03",
        "SYNC-QUARANTINED", "POST /v1/devices/enrol 200", "PATCH /blobs", "PUT /blobs",
    ):  # fmt: skip
        assert trouble in seen, trouble
    assert refused > 5
    assert shared > 10


def test_a_seed_replays_exactly(folder: Path, template: Path) -> None:
    told = []
    for time in range(2):
        with played(folder / f"again-{time}", template, 7) as world:
            heads = world.office.rows("SELECT device, acknowledged, head FROM chains ORDER BY 1, 2")
            told.append((world.trace, heads))
    assert told[0] == told[1]


# -- what must be found ----------------------------------------------------------------------------


def _found(
    folder: Path, template: Path, seeds: int, *sure: str, disk: type[OfficeDisk] = OfficeDisk
) -> bool:
    """Whether any hall complains within so many seeds."""
    for seed in range(1000, 1000 + seeds):
        try:
            with played(folder / str(seed), template, seed, sure=sure, disk=disk) as world:
                if complaints(world):
                    return True
        except AssertionError:
            return True
    return False


def test_facts_that_may_take_effect_twice_are_found(folder: Path, template: Path) -> None:
    """The row that knows each fact by its id, removed."""
    mutated = folder / "no-index"
    shutil.copytree(template, mutated)
    opened = SqliteDatabase(mutated / "office" / "0" / FILE)
    with opened.write() as writer:
        writer.execute("DROP INDEX entries_first_id")
    opened.close()
    assert _found(folder, mutated, 60, "copies")


class LateDisk(OfficeDisk):
    """The fsync moved behind the answer: it comes before the next write, or never."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._path = path
        self._synced = 0

    def _connect(self) -> sqlite3.Connection:
        driver = super()._connect()
        driver.execute("PRAGMA synchronous = OFF")
        return driver

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        self._synced = committed_frames(self._path)[0]
        with super().write() as transaction:
            yield transaction

    def durable_frames(self) -> int:
        assert super().durable_frames() == 0  # its commits alone make nothing durable
        return self._synced


def test_answers_that_come_before_the_disk_has_it_are_found(folder: Path, template: Path) -> None:
    assert _found(folder, template, 60, disk=LateDisk)
