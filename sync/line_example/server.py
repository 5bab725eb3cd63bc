"""Serve the fictitious department over HTTP, with the faults of real ones: it hangs, breaks off,
answers 503, and sends pages that are no JSON."""

from __future__ import annotations

import hmac
import json
import signal
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sync.line_example.ledger import Ledger
from sync.line_example.moods import Moods

_LARGEST = 4 * 1024 * 1024
_MOST = 100
_NEEDED = ("key", "number", "department", "round", "materials")


class LineExample(ThreadingHTTPServer):
    """On a port of this machine; ``slow`` is how long it thinks after it has taken a case, before
    it says so."""

    daemon_threads = True

    def __init__(
        self, port: int, token: str, file: Path, moods: Moods, *, slow: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.token = token
        self.moods = moods
        self.slow = slow
        self.refused: set[str] = set()  # numbers of cases that it will not take
        self.ledger = Ledger(file, moods, clock)
        self._chance = Random(moods.seed)
        self._lock = Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def mood(self) -> float:
        """From 0 to 1; below ``moods.faults`` this exchange goes wrong."""
        with self._lock:
            return self._chance.random()

    def server_close(self) -> None:
        super().server_close()
        self.ledger.close()


class _Handler(BaseHTTPRequestHandler):
    server: LineExample
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what is asked names people."""

    def do_POST(self) -> None:
        if not self._admitted():
            return
        case = self._read()
        if self.path != "/cases" or case is None:
            self._say(HTTPStatus.BAD_REQUEST, {"error": "case"})
            return
        if case["key"] != self.headers.get("Idempotency-Key"):
            self._say(HTTPStatus.BAD_REQUEST, {"error": "key"})
            return
        if case["number"] in self.server.refused:
            self._say(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "refused"})
            return
        mood, faults = self.server.mood(), self.server.moods.faults
        if mood < faults / 4:
            self._say(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "later"})
            return
        ticket = self.server.ledger.take(case)
        time.sleep(self.server.slow)
        if mood < faults / 2:  # it has the case, and nobody hears it
            self.close_connection = True
            return
        self._say(HTTPStatus.OK, {"ticket": ticket})

    def do_GET(self) -> None:
        if not self._admitted():
            return
        parts = urlsplit(self.path)
        if parts.path == "/told":  # for who plays with it: what it knows
            self._say(HTTPStatus.OK, {"told": self.server.ledger.told()})
            return
        asked = parse_qs(parts.query)
        after, limit = asked.get("after", ["0"])[0] or "0", asked.get("limit", ["100"])[0]
        if parts.path != "/answers" or not (_is_number(after) and _is_number(limit)):
            self._say(HTTPStatus.BAD_REQUEST, {"error": "place"})
            return
        mood, faults = self.server.mood(), self.server.moods.faults
        if mood < faults / 4:
            self._say(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "later"})
            return
        rows = self.server.ledger.answers(int(after), min(int(limit), _MOST))
        cursor = str(rows[-1][0]) if rows else after
        answers = ",".join(body for _, body in rows)
        page = f'{{"cursor": "{cursor}", "answers": [{answers}]}}'.encode()
        if mood < faults / 2:
            page = page[: len(page) // 2]  # malformed
        self._send(HTTPStatus.OK, page)

    # -- how ------------------------------------------------------------------------------------

    def _admitted(self) -> bool:
        given = self.headers.get("Authorization", "").encode("utf-8", "replace")
        right = hmac.compare_digest(given, f"Bearer {self.server.token}".encode())
        if not right:
            self._say(HTTPStatus.UNAUTHORIZED, {"error": "token"})
        return right

    def _read(self) -> dict[str, Any] | None:
        length = self.headers.get("Content-Length", "")
        if not _is_number(length) or int(length) > _LARGEST:
            self.close_connection = True
            return None
        try:
            case = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            return None
        if not isinstance(case, dict) or not all(name in case for name in _NEEDED):
            return None
        return case

    def _say(self, status: HTTPStatus, value: dict[str, Any]) -> None:
        if status >= HTTPStatus.BAD_REQUEST:
            self.close_connection = True  # the body may not have been read
        self._send(status, json.dumps(value, ensure_ascii=False).encode())

    def _send(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def play(data: Path, token: str, moods: Moods, *, port: int = 0, slow: float = 0.0) -> None:
    """Serve until SIGTERM or SIGINT; the port is said as one JSON line. What it was told and what
    it will say stays in ``data``."""
    data.mkdir(parents=True, exist_ok=True)
    server = LineExample(port, token, data / "line.db", moods, slow=slow)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: Thread(target=server.shutdown).start())
    print(json.dumps({"port": server.port}), flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16
