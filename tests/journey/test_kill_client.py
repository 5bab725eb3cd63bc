"""SIGKILL to the real window at fifty random points of the main job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from app.bootstrap import Client
from app.demo.back_office import EmbeddedBackOffice
from tests.journey.hall import office_cases, open_client, wait_until

KILLS = 50
WINDOWS = ("W01", "W02")  # side by side on one back office


def decided(client: Client) -> dict[str, tuple[str, str]]:
    """Case id -> (number, state) of every numbered case of this window."""
    with client.store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, number, state FROM cases WHERE number <> '' AND window = ?",
            (client.settings.window,),
        )
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


def killed_again_and_again(
    home: Path, window: str, office: EmbeddedBackOffice, seed: int, kills: int
) -> None:
    """One window's share of the kills, and what must hold after each and at the end."""
    chance = Random(seed)
    open_client(home, office, window=window).store.close()  # enrolled
    said: set[str] = set()
    for kill in range(kills):
        log = home.parent / f"worker-{window}-{kill}.log"
        with log.open("w") as errors:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.journey.window_worker", str(home), window,
                 office.url, str(seed + kill)],
                stdout=subprocess.PIPE, stderr=errors, text=True,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            )  # fmt: skip
        assert worker.stdout is not None
        # Every fifth dies while it starts, the rest by their own hand anywhere in the job.
        if kill % 5 == 0:
            time.sleep(chance.uniform(0.1, 0.8))
            worker.kill()
        said |= {line for line in worker.stdout.read().split() if line.isdigit()}
        worker.stdout.close()
        assert worker.wait() == -signal.SIGKILL, log.read_text()
        client = open_client(home, office, window=window)
        check_what_is_there(client, said)
        client.store.close()
    assert len(said) >= kills // 5, "the kills came before any work was done"


def finish(home: Path, window: str, office: EmbeddedBackOffice) -> dict[str, tuple[str, str]]:
    """Let the window print and send what the kills left; its numbered cases."""
    client = open_client(home, office, window=window)
    client.store.rebuild()
    client.papers.recover()
    client.papers.run_pending()
    cases = decided(client)
    printed = papers(home)
    assert len(printed) == len(cases)
    assert all(sum(number in name for name in printed) == 1 for number, _ in cases.values())
    client.sync.start()
    wait_until(lambda: client.outbox.counts() == (0, 0), 30, "everything is acknowledged")
    client.sync.stop()
    client.store.close()
    return cases


@pytest.mark.timeout(400)
def test_nothing_is_lost_or_doubled_by_fifty_kills(
    tmp_path: Path, office: EmbeddedBackOffice, longer: int
) -> None:
    kills = KILLS * longer // len(WINDOWS)
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    homes = {window: tmp_path / window for window in WINDOWS}
    with ThreadPoolExecutor(len(WINDOWS)) as side_by_side:
        series = [
            side_by_side.submit(
                killed_again_and_again, home, window, office, seed + place * 1000, kills
            )
            for place, (window, home) in enumerate(homes.items())
        ]
        for one in series:
            one.result()
    cases: dict[str, tuple[str, str]] = {}
    for window, home in homes.items():
        cases |= finish(home, window, office)
    arrived = {c["id"]: (c["number"], c["state"]) for c in office_cases(office) if c["number"]}
    assert arrived == cases
    assert len({number for number, _ in cases.values()}) == len(cases)
