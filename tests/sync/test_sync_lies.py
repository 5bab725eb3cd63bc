"""Whatever answers in the back office's place, the window believes nothing unchecked."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from app.domain.case_events import CaseOpened
from app.ports import LinkState
from sync.wire import PushAnswer, decode_batch
from tests.sync.world import wait_until, window_at


class Liar(http.server.BaseHTTPRequestHandler):
    """Answers what its test tells it to."""

    say: Callable[[str, bytes], tuple[int, bytes]]

    def do_POST(self) -> None:
        self._reply(self.rfile.read(int(self.headers["Content-Length"])))

    def _reply(self, body: bytes) -> None:
        status, answer = type(self).say(self.path, body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self._reply(b"")

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
        assert sizes[:5] == [60, 30, 15, 7, 9]


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
