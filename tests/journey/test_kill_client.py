"""SIGKILL to the real window at fifty random points of the main job."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from app.bootstrap import Client
from app.demo.back_office import EmbeddedBackOffice
from tests.journey.hall import office_cases, open_client, wait_until

KILLS = 50


def decided(client: Client) -> dict[str, tuple[str, str]]:
    """Case id -> (number, state) of every numbered case of this window."""
    with client.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, number, state FROM cases WHERE number <> ''")
        return {row[0]: (row[1], row[2]) for row in rows}


def papers(home: Path) -> list[str]:
    folder = home / "papers"
    return sorted(file.name for file in folder.glob("*.pdf")) if folder.exists() else []


def check_what_is_there(client: Client, said: set[str]) -> None:
    """The database opens, the chain verifies, and nothing is printed that is not saved."""
    client.store.verify()
    cases = decided(client)
    numbers = {number for number, _ in cases.values()}
    # What the screen showed as decided was saved before it was shown.
    assert said <= numbers
    for name in papers(client.home):
        assert any(number in name for number in numbers), f"a paper without its case: {name}"
    with client.store.read() as connection:
        jobs = connection.exec_driver_sql(
            "SELECT count(*) FROM jobs WHERE about LIKE 'case:%'"
        ).scalar_one()
    assert jobs == len(cases)


@pytest.mark.timeout(400)
def test_nothing_is_lost_or_doubled_by_fifty_kills(
    tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    chance = Random(seed)
    home = tmp_path / "window"
    home.mkdir()
    said: set[str] = set()
    for kill in range(KILLS):
        with (tmp_path / f"worker-{kill}.log").open("w") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.journey.window_worker", str(home), office.url,
                 office.token, str(seed + kill)],
                stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            )  # fmt: skip
        assert worker.stdout is not None
        # Every fifth dies while it starts, the rest anywhere in the job.
        if kill % 5:
            first = worker.stdout.readline().strip()
            assert first == "serving", (tmp_path / f"worker-{kill}.log").read_text()
            time.sleep(chance.uniform(0.0, 4.5))
        else:
            time.sleep(chance.uniform(0.1, 0.8))
        worker.kill()
        said |= {line for line in worker.stdout.read().split() if line.isdigit()}
        worker.stdout.close()
        worker.wait()
        client = open_client(home, office)
        check_what_is_there(client, said)
        client.store.close()

    assert len(said) >= KILLS // 4, "the kills came before any work was done"
    client = open_client(home, office)
    client.store.rebuild()
    client.papers.recover()
    client.papers.run_pending()
    cases = decided(client)
    printed = papers(home)
    assert len(printed) == len(cases)
    assert all(sum(number in name for name in printed) == 1 for number, _ in cases.values())
    client.sync.start()
    wait_until(lambda: client.outbox.counts()[0] == 0, 30, "everything is acknowledged")
    assert client.outbox.counts() == (0, 0)
    arrived = {c["id"]: (c["number"], c["state"]) for c in office_cases(office) if c["number"]}
    assert arrived == cases
    client.sync.stop()
    client.store.close()
