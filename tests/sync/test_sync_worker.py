"""The window's worker with its real store over real HTTP: bad lines, dying and lying servers."""

from __future__ import annotations

import http.server
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from app.domain.events import CaseOpened, ClerkSignedIn
from app.ports import LinkState
from app.storage.outbox import Outbox
from sync.client.round import LeaseAims
from sync.wire import PushAnswer, decode_batch
from tests.sync.hall import accepted_case
from tests.sync.world import BadLine, ClientWindow, Forked, Nursery, free_port, wait_until


def serve_case(window: ClientWindow, case_id: str) -> None:
    """One decision, saved as the window saves it: one transaction."""
    serial = window.next_serial()
    with window.store.begin() as unit:
        for event in accepted_case(serial):
            unit.append(event, subject=f"case:{case_id}", actor="C01")


@contextmanager
def window_at(
    home: Path, url: str, token: str, aims: LeaseAims | None = None
) -> Iterator[ClientWindow]:
    window = ClientWindow(home, url, token, aims=aims)
    try:
        yield window
    finally:
        window.close()


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
        with window_at(tmp_path / "w", office.url, office.token, aims) as window:
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
        window_at(tmp_path / "w", office.url, office.token) as window,
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
        with window_at(tmp_path / "w", line.url, office.token, aims) as window:
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
        with window_at(tmp_path / "w", line.url, office.token) as window:
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
        with window_at(tmp_path / "w", line.url, office.token) as window:
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
        with window_at(tmp_path / "w", office.url, office.token) as window:
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


# -- servers that refuse, or lie -------------------------------------------------------------------


def test_a_copied_disk_is_blocked_and_keeps_its_outbox(tmp_path: Path, nursery: Nursery) -> None:
    with nursery.served(tmp_path / "data") as office:
        with window_at(tmp_path / "w", office.url, office.token) as window:
            window.worker.start()
            wait_until(lambda: window.outbox.numbers_left() > 0 and window.settled())
            assert window.worker.stop()
            window.store.close()
            (tmp_path / "copy").mkdir()
            copy = (tmp_path / "w" / "onewindow.db").read_bytes()
            (tmp_path / "copy" / "onewindow.db").write_bytes(copy)
        for home, case in (("w", "true"), ("copy", "false")):
            with window_at(tmp_path / home, office.url, office.token) as window:
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
        window_at(tmp_path / "w", office.url, office.token) as window,
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
        window_at(tmp_path / "w", office.url, office.token) as window,
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


class Liar(http.server.BaseHTTPRequestHandler):
    """Answers what its test tells it to."""

    say: Callable[[str, bytes], tuple[int, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer = type(self).say(self.path, body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def lying(say: Callable[[str, bytes], tuple[int, bytes]]) -> Iterator[str]:
    handler = type("Told", (Liar,), {"say": staticmethod(say)})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _answer(**changes: object) -> Callable[[str, bytes], tuple[int, bytes]]:
    def say(_: str, body: bytes) -> tuple[int, bytes]:
        entries = decode_batch(body)
        answer = {"acknowledged": entries[-1].seq, "head": entries[-1].hash, "exceptions": []}
        return 200, msgspec.json.encode(answer | changes)

    return say


def _told(status: int, answer: bytes) -> Callable[[str, bytes], tuple[int, bytes]]:
    return lambda _path, _body: (status, answer)


_STRANGER = {"seq": 1, "id": "x", "outcome": "refused", "code": "DOM-01"}

LIES: dict[str, tuple[Callable[[str, bytes], tuple[int, bytes]], LinkState, str]] = {
    "not json": (_told(200, b"<html>"), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "empty": (_told(200, b""), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "list": (_told(200, b"[]"), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "deep": (_told(200, b'{"x":' + b"[" * 5000), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "types": (_answer(acknowledged="1"), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "ahead": (_answer(acknowledged=10**12), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "behind": (_answer(acknowledged=0), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "negative": (_answer(acknowledged=-5), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "head": (_answer(head="0" * 64), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "stranger": (_answer(exceptions=[_STRANGER]), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "huge": (_told(200, b" " * 2_000_000), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "redirect": (_told(302, b""), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "not found": (_told(404, b"{}"), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "odd conflict": (_told(409, b'{"code":"X-1"}'), LinkState.BLOCKED, "SYNC-BAD-ANSWER"),
    "gap ahead": (
        _told(409, b'{"code":"SYNC-GAP","acknowledged":99}'),
        LinkState.BLOCKED,
        "SYNC-BAD-ANSWER",
    ),
    "gap here": (
        _told(409, b'{"code":"SYNC-GAP","acknowledged":0}'),
        LinkState.BLOCKED,
        "SYNC-GAP",
    ),
    "fork": (_told(409, b'{"code":"SYNC-FORK"}'), LinkState.BLOCKED, "SYNC-FORK"),
    "old": (_told(426, b"update!"), LinkState.BLOCKED, "SYNC-TOO-OLD"),
    "large": (_told(413, b""), LinkState.BLOCKED, "SYNC-TOO-LARGE"),
    "failing": (_told(500, b"oops"), LinkState.OFFLINE, "SYNC-SERVER"),
    "busy": (_told(429, b""), LinkState.OFFLINE, "SYNC-SERVER"),
}


@pytest.mark.parametrize("lie", LIES)
def test_no_answer_is_believed_unchecked(tmp_path: Path, lie: str) -> None:
    say, link, code = LIES[lie]
    with lying(say) as url, window_at(tmp_path / "w", url, "t") as window:
        with window.store.begin() as unit:
            unit.append(CaseOpened(window="W01", ticket=""), subject="case:1", actor="C01")
            unit.append(CaseOpened(window="W01", ticket=""), subject="case:2", actor="C01")
        window.worker.start()
        wait_until(lambda: window.worker.status().code != "", 5)
        status = window.worker.status()
        assert (status.link, status.code) == (link, code)
        assert window.outbox.counts() == (2, 0)
        assert window.outbox.acknowledged() == 0


LEASE_LIES: dict[str, dict[str, object]] = {
    "other request": {"request": "x"},
    "backwards": {"block": {"first": 9, "last": 3}},
    "endless": {"block": {"first": 1, "last": 10**9}},
    "zero": {"block": {"first": 0, "last": 5}},
    "types": {"block": {"first": "1", "last": 5}},
    "ticket": {
        "tickets": [
            {"id": "", "number": "A001", "business": "b", "taken_at": "2026-11-20T00:00:00Z"}
        ]
    },
    "naive": {
        "tickets": [
            {"id": "t", "number": "A001", "business": "b", "taken_at": "2026-11-20T00:00:00"}
        ]
    },
    "control": {
        "tickets": [
            {"id": "t", "number": "\x1b@", "business": "b", "taken_at": "2026-11-20T00:00:00Z"}
        ]
    },
}


@pytest.mark.parametrize("lie", LEASE_LIES)
def test_no_lease_is_believed_unchecked(tmp_path: Path, lie: str) -> None:
    def say(_: str, body: bytes) -> tuple[int, bytes]:
        return 200, msgspec.json.encode(
            {"request": msgspec.json.decode(body)["request"]} | LEASE_LIES[lie]
        )

    with lying(say) as url, window_at(tmp_path / "w", url, "t") as window:
        window.worker.start()
        wait_until(lambda: window.worker.status().code == "SYNC-BAD-ANSWER", 5)
        assert window.outbox.numbers_left() == 0
        assert window.outbox.tickets_left() == 0


def test_a_smaller_server_gets_smaller_batches(tmp_path: Path) -> None:
    sizes: list[int] = []

    def say(path: str, body: bytes) -> tuple[int, bytes]:
        if path != "/sync/push":
            return 500, b""
        entries = decode_batch(body)
        sizes.append(len(entries))
        if len(entries) > 7:
            return 413, b""
        answer = PushAnswer(acknowledged=entries[-1].seq, head=entries[-1].hash)
        return 200, msgspec.json.encode(answer)

    with lying(say) as url, window_at(tmp_path / "w", url, "t") as window:
        with window.store.begin() as unit:
            for n in range(60):
                unit.append(CaseOpened(window="W01", ticket=""), subject=f"case:{n}", actor="C01")
        window.worker.start()
        wait_until(lambda: window.outbox.counts()[0] == 0, 10)
        assert sizes[:5] == [60, 30, 15, 7, 14]


def test_a_hanging_server_does_not_hold_the_window(tmp_path: Path) -> None:
    release = threading.Event()

    def say(_: str, __: bytes) -> tuple[int, bytes]:
        release.wait(8)
        return 500, b""

    with lying(say) as url, window_at(tmp_path / "w", url, "t") as window:
        window.worker.start()
        time.sleep(0.2)
        started = time.monotonic()
        window.worker.wake()
        assert window.worker.status().link is LinkState.CONNECTING
        assert time.monotonic() - started < 0.1
        assert window.worker.stop(0.3) is False  # the request still runs; nobody waits for it
        release.set()


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
        window_at(tmp_path / "w", office.url, office.token) as window,
    ):
        failing = Failing(window.store)
        window.worker._outbox = window.worker._rounds._outbox = failing
        window.worker.start()
        wait_until(lambda: any(status.code == "SYNC-LOCAL" for status in window.heard))
        wait_until(window.settled)
