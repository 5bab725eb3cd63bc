"""The window's worker with its real store over real HTTP: bad lines, dying and refusing servers."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.events import ClerkSignedIn
from app.ports import LinkState
from app.storage.outbox import Outbox
from sync.client.round import LeaseAims
from tests.sync.hall import accepted_case
from tests.sync.world import (
    BadLine,
    ClientWindow,
    Forked,
    Nursery,
    enrolled,
    free_port,
    serve_case,
    wait_until,
    window_at,
)


def same_chain(office: Forked, window: ClientWindow) -> None:
    """Both ends come to hold the same chain, and the window knows it. (It may still be leasing.)"""

    def agree() -> bool:
        seq, head = window.store.verify()
        chain = next(row for row in office.chains() if row["install"] == window.store.install)
        same = (chain["acknowledged"], chain["head"]) == (seq, head)
        return same and window.outbox.acknowledged() == seq and window.outbox.counts() == (0, 0)

    wait_until(agree, 10, "both ends agree")


def test_a_window_leases_pushes_and_tells(tmp_path: Path, nursery: Nursery) -> None:
    with nursery.served(tmp_path / "data", demo_line=5) as office:
        aims = LeaseAims(numbers_low=50, tickets=3)
        with window_at(tmp_path / "w", office.url, enrolled(office, "W01"), aims) as window:
            assert window.worker.status().link is LinkState.CONNECTING
            window.worker.start()
            wait_until(lambda: window.outbox.tickets_left() == 3 and window.settled())
            assert window.outbox.numbers_left() == 200
            for n in range(180):
                serve_case(window, f"c{n}")
            wait_until(lambda: window.outbox.numbers_left() >= 220 and window.settled())
            same_chain(office, window)
            assert len(office.cases()) == 180
            assert window.worker.status().link is LinkState.CONNECTED
            assert window.heard[-1] == window.worker.status()
            assert {status.link for status in window.heard} == {LinkState.CONNECTED}


def test_a_saved_fact_is_acknowledged_soon(tmp_path: Path, nursery: Nursery) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_at(tmp_path / "w", office.url, enrolled(office, "W01")) as window,
    ):
        window.worker.start()
        wait_until(window.settled)
        times = []
        for _ in range(20):
            started = time.perf_counter()
            with window.store.begin() as unit:
                seq = unit.append(
                    ClerkSignedIn(clerk="C01", window="W01"), subject="session", actor="C01"
                ).seq
            while window.outbox.acknowledged() < seq:
                assert time.perf_counter() - started < 5
                time.sleep(0.001)
            times.append(time.perf_counter() - started)
            time.sleep(0.02)
        assert sorted(times)[10] < 0.25  # far below the poll: it was the wake that sent it


def test_two_hundred_cases_of_a_morning_without_network(tmp_path: Path, nursery: Nursery) -> None:
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.up()
        aims = LeaseAims(numbers_low=250, tickets=0)
        with window_at(tmp_path / "w", line.url, enrolled(office, "W01"), aims) as window:
            window.worker.start()
            wait_until(lambda: window.outbox.numbers_left() >= 250 and window.settled())
            line.down()
            for n in range(200):
                serve_case(window, f"morning-{n}")
            wait_until(lambda: window.worker.status().link is LinkState.OFFLINE)
            wait_until(lambda: window.worker.status().waiting >= 1000)
            assert window.worker.status().code == "SYNC-OFFLINE"
            time.sleep(1.5)  # long enough for the pauses to have grown
            assert office.cases() == []
            line.up()
            returned = time.monotonic()
            wait_until(lambda: window.outbox.counts()[0] == 0, 30)
            assert window.worker.status().since is not None
            connected = next(s for s in window.heard[::-1] if s.link is LinkState.CONNECTED)
            assert connected
            assert time.monotonic() - returned < 15
            wait_until(window.settled)
            same_chain(office, window)
            assert {row["id"] for row in office.cases()} == {f"morning-{n}" for n in range(200)}
        line.down()


def test_it_goes_on_within_five_seconds_of_the_networks_return(
    tmp_path: Path, nursery: Nursery
) -> None:
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        with window_at(tmp_path / "w", line.url, enrolled(office, "W01")) as window:
            window.worker.start()
            wait_until(lambda: window.worker.status().link is LinkState.OFFLINE)
            time.sleep(3)
            line.up()
            wait_until(lambda: window.worker.status().link is LinkState.CONNECTED, 5)
        line.down()


def _slow(line: BadLine) -> None:
    line.piece, line.pause = 700, 0.003


def _half_answers(line: BadLine) -> None:
    line.cut_answer_after = 60


def _cut_in_body(line: BadLine) -> None:
    line.cut_answer_after = 190


def _half_requests(line: BadLine) -> None:
    line.cut_request_after = 900


@pytest.mark.parametrize("fault", [_slow, _half_answers, _cut_in_body, _half_requests])
def test_a_bad_line_loses_and_doubles_nothing(
    tmp_path: Path, nursery: Nursery, fault: Callable[[BadLine], None]
) -> None:
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.up()
        with window_at(tmp_path / "w", line.url, enrolled(office, "W01")) as window:
            window.worker.start()
            wait_until(lambda: window.outbox.numbers_left() > 0 and window.settled())
            fault(line)
            for n in range(40):
                serve_case(window, f"c{n}")
            time.sleep(1.0)
            if fault is not _slow:
                assert window.worker.status().link is LinkState.OFFLINE
                assert window.outbox.counts()[0] > 0
            line.cut_answer_after = line.cut_request_after = None
            wait_until(lambda: window.outbox.counts()[0] == 0 and window.settled())
            same_chain(office, window)
            assert len(office.cases()) == 40
        line.down()


def durable(data: Path) -> int:
    """How far the only chain is on the disk of a dead back office."""
    with closing(sqlite3.connect(data / "backoffice.db")) as database:
        return int(database.execute("SELECT max(acknowledged) FROM chains").fetchone()[0])


def test_fifty_kills_lose_and_double_nothing(tmp_path: Path, nursery: Nursery) -> None:
    chance = random.Random()
    seed = chance.randrange(2**32)
    chance.seed(seed)
    office = Forked(nursery, tmp_path / "data", free_port(), 0)
    office.start()
    wait_until(office.answers)
    try:
        with window_at(tmp_path / "w", office.url, enrolled(office, "W01")) as window:
            window.worker.start()
            wait_until(lambda: window.outbox.numbers_left() > 0 and window.settled())
            served_cases = 0
            for _ in range(50):
                until = time.monotonic() + chance.uniform(0.03, 0.25)
                while time.monotonic() < until:
                    if window.outbox.numbers_left() > 0:
                        serve_case(window, f"k{served_cases}")
                        served_cases += 1
                told = window.outbox.acknowledged()
                office.kill()
                assert durable(office.data) >= told, f"told before it was durable, seed {seed}"
                office.start()
                if chance.random() < 0.7:  # else it dies while it still starts
                    wait_until(office.answers, what=f"start, seed {seed}")
            wait_until(office.answers)
            wait_until(lambda: window.outbox.counts()[0] == 0 and window.settled(), 30)
            same_chain(office, window)
            assert len(office.cases()) == served_cases, f"seed {seed}"
            assert served_cases > 50
    finally:
        office.kill()


# -- servers that refuse -------------------------------------------------------------------


def test_a_copied_disk_is_blocked_and_keeps_its_outbox(tmp_path: Path, nursery: Nursery) -> None:
    with nursery.served(tmp_path / "data") as office:
        with window_at(tmp_path / "w", office.url, enrolled(office, "W01")) as window:
            window.worker.start()
            wait_until(lambda: window.outbox.numbers_left() > 0 and window.settled())
            assert window.worker.stop()
            window.store.close()
            (tmp_path / "copy").mkdir()
            copy = (tmp_path / "w" / "onewindow.db").read_bytes()
            (tmp_path / "copy" / "onewindow.db").write_bytes(copy)
        for home, case in (("w", "true"), ("copy", "false")):
            with window_at(tmp_path / home, office.url, enrolled(office, "W01")) as window:
                serve_case(window, case)
                window.worker.start()
                if home == "w":
                    wait_until(window.settled)
                    continue
                wait_until(lambda: window.worker.status().link is LinkState.BLOCKED)
                assert window.worker.status().code == "SYNC-FORK"
                assert window.outbox.counts() == (5, 0)
        assert [row["id"] for row in office.cases()] == ["true"]


def test_a_refused_event_is_set_aside_for_a_person(tmp_path: Path, nursery: Nursery) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_at(tmp_path / "w", office.url, enrolled(office, "W01")) as window,
    ):
        window.worker.start()
        wait_until(lambda: window.outbox.numbers_left() > 0 and window.settled())
        with window.store.begin() as unit:
            for event in accepted_case(serial=999_999):
                unit.append(event, subject="case:bad", actor="C01")
        serve_case(window, "good")
        wait_until(window.settled)
        assert window.outbox.counts() == (0, 1)
        wait_until(lambda: window.worker.status().refused == 1)
        assert {row["id"]: row["state"] for row in office.cases()} == {
            "bad": "open", "good": "accepted",
        }  # fmt: skip


def test_a_back_office_restored_from_a_copy_is_filled_again(
    tmp_path: Path, nursery: Nursery
) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_at(tmp_path / "w", office.url, enrolled(office, "W01")) as window,
    ):
        window.worker.start()
        wait_until(lambda: window.outbox.numbers_left() > 0 and window.settled())
        serve_case(window, "early")
        wait_until(window.settled)
        office.stop()
        early = (tmp_path / "data" / "backoffice.db").read_bytes()
        with nursery.served(tmp_path / "data", office.port):
            for n in range(30):
                serve_case(window, f"later{n}")
            wait_until(lambda: window.outbox.counts()[0] == 0 and window.settled())
        (tmp_path / "data" / "backoffice.db").write_bytes(early)
        with nursery.served(tmp_path / "data", office.port) as again:
            serve_case(window, "last")
            wait_until(lambda: len(again.cases()) == 32)
            wait_until(window.settled)
            same_chain(again, window)


def test_a_wrong_token_blocks(tmp_path: Path, nursery: Nursery) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_at(tmp_path / "w", office.url, "wrong") as window,
    ):
        window.worker.start()
        wait_until(lambda: window.worker.status().code == "SYNC-NOT-ENROLLED")
        assert window.worker.status().link is LinkState.BLOCKED


def test_trouble_of_its_own_store_does_not_end_the_thread(tmp_path: Path, nursery: Nursery) -> None:
    class Failing(Outbox):
        failures = 3

        def acknowledged(self) -> int:
            if Failing.failures:
                Failing.failures -= 1
                raise RuntimeError("disk")
            return super().acknowledged()

    with (
        nursery.served(tmp_path / "data") as office,
        window_at(tmp_path / "w", office.url, enrolled(office, "W01")) as window,
    ):
        failing = Failing(window.store)
        window.worker._outbox = window.worker._rounds._outbox = failing
        window.worker.start()
        wait_until(lambda: any(status.code == "SYNC-LOCAL" for status in window.heard))
        wait_until(window.settled)
