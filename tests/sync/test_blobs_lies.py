"""Whatever answers in the back office's place, no page counts as arrived on its word alone."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.ports import Access
from sync import blobs
from sync.client.blob_transport import RemotePages
from sync.wire import PROTOCOL_HEADER
from tests.sync.blob_world import jpeg, page_window, sha_of
from tests.sync.world import wait_until

SCAN = jpeg(600_000)
NAME = sha_of(SCAN)
OFFSET, COMPLETE = blobs.OFFSET_HEADER, blobs.COMPLETE_HEADER


@dataclass(frozen=True, kw_only=True)
class Told:
    """``length`` is declared where it is not that of the body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    spoken: bool = True  # in the protocol


Say = Callable[[str, str, int], Told]  # (method, path, requests before)


class Liar(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    say: Say
    asked: list[str]

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        kind = type(self)
        told = kind.say(self.command, self.path, len(kind.asked))
        kind.asked.append(self.command)
        self.send_response(told.status)
        if told.status != 204:
            self.send_header("Content-Length", str(told.length or len(told.body)))
        for name, value in told.headers.items():
            self.send_header(name, value)
        if told.spoken:
            self.send_header(PROTOCOL_HEADER, "1")
        self.end_headers()
        try:
            self.wfile.write(told.body)
        except OSError:
            self.close_connection = True
        if told.length is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def lying(say: Say) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    methods = {f"do_{method}": Liar.answer for method in ("POST", "PUT", "PATCH", "GET")}
    handler = type("Told", (Liar,), {"say": staticmethod(say), "asked": asked, **methods})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def _missing(*entries: object, refused: object = ()) -> Told:
    return Told(body=json.dumps({"missing": entries, "refused": refused}).encode())


_ALL = _missing({"sha": NAME, "offset": 0})


def _planned(told: Told) -> Say:
    """Truthful about what is missing, then this about what is sent."""
    return lambda method, _path, _n: _ALL if method == "POST" else told


def _asked(told: Told) -> Say:
    return lambda _method, _path, _n: told


def _at(offset: object, complete: str, status: int = 204) -> Told:
    return Told(status=status, headers={OFFSET: str(offset), COMPLETE: complete})


def _blamed(code: str) -> Told:
    return Told(status=422, body=json.dumps({"code": code}).encode())


LIES: dict[str, Say] = {
    "not json": _asked(Told(body=b"<html>")),
    "nothing": _asked(Told()),
    "a list": _asked(Told(body=b"[]")),
    "deep": _asked(Told(body=b'{"missing":' + b"[" * 50_000)),
    "huge": _asked(Told(body=b" " * 30_000_000)),
    "cut": _asked(Told(body=b'{"missing":[]', length=4000)),
    "a strange name": _asked(_missing({"sha": "0" * 64, "offset": 0})),
    "twice": _asked(_missing({"sha": NAME, "offset": 0}, {"sha": NAME, "offset": 1})),
    "an offset beyond": _asked(_missing({"sha": NAME, "offset": len(SCAN) + 1})),
    "an offset before": _asked(_missing({"sha": NAME, "offset": -1})),
    "an offset in words": _asked(_missing({"sha": NAME, "offset": "0"})),
    "refused and missing": _asked(
        _missing({"sha": NAME, "offset": 0}, refused=[{"sha": NAME, "code": "X-1"}])
    ),
    "a code that is none": _asked(_missing(refused=[{"sha": NAME, "code": "<b>你好"}])),
    "elsewhere": _asked(Told(status=302, headers={"Location": "http://127.0.0.1:1/"})),
    "unspoken": _asked(Told(body=b'{"missing":[],"refused":[]}', spoken=False)),
    "a gateway": _asked(Told(status=502, body=b"<h1>Bad Gateway</h1>", spoken=False)),
    "no offset": _planned(Told(status=204, headers={COMPLETE: "?1"})),
    "no word of the end": _planned(Told(status=204, headers={OFFSET: "600000"})),
    "an end before the end": _planned(_at(5, "?1")),
    "an end behind the end": _planned(_at(len(SCAN) + 1, "?1")),
    "the end but not the end": _planned(_at(len(SCAN), "?0")),
    "further than was sent": _planned(_at(len(SCAN) - 1, "?0", 200)),
    "no further": _planned(_at(0, "?0")),
    "an offset that is none": _planned(_at("-5", "?0")),
    "an offset of another kind": _planned(_at("6e5", "?1")),
    "a rewind beyond": _planned(Told(status=409, headers={OFFSET: "999999999"})),
    "a rewind to nowhere": _planned(Told(status=409)),
    "a rewind for ever": _planned(Told(status=409, headers={OFFSET: "0"})),
    "blame of its own": _planned(_blamed("SYNC-MADE-UP")),
    "blame without words": _planned(Told(status=415, body=b"no")),
    "a proxy's login": _planned(Told(status=200, body=b"<form>", spoken=False)),
    "an empty place": _planned(Told(status=404, body=b"{}")),
    "a teapot": _planned(Told(status=418)),
    "a huge answer": _planned(Told(status=201, body=b"x" * 3_000_000)),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_not_believed_and_said(tmp_path: Path, lie: str) -> None:
    with (
        lying(LIES[lie]) as (url, asked),
        page_window(tmp_path / "w", url, "t" * 43, lanes=1) as window,
    ):
        window.scan("c1", [SCAN])
        window.lanes.start()
        wait_until(lambda: window.lanes.progress().code != "")
        wait_until(lambda: len(asked) > 1)
        time.sleep(0.3)
        state, code = window.states()[NAME]
        assert (state, code) == ("waiting", "")
        assert window.lanes.progress().files_left == 1
        wait_until(lambda: window.lanes.progress().code.startswith("SYNC-"))
        # It waits between attempts, however it is answered: it does not turn on the spot.
        assert len(asked) < 60


def test_blame_that_it_may_lay_is_marked_on_the_page_alone(tmp_path: Path) -> None:
    with (
        lying(_planned(_blamed("SYNC-BLOB-HASH"))) as (url, asked),
        page_window(tmp_path / "w", url, "t" * 43, lanes=1) as window,
    ):
        window.scan("c1", [SCAN])
        window.lanes.start()
        wait_until(lambda: window.states()[NAME] == ("refused", "SYNC-BLOB-HASH"))
        assert asked.count("PUT") + asked.count("PATCH") <= 4  # once more from its beginning
        assert window.shelf.holds(NAME)


# -- getting one back -----------------------------------------------------------------------------

FETCHES: dict[str, Say] = {
    "other bytes": _asked(Told(body=jpeg(600_000, seed=2))),
    "fewer bytes": _asked(Told(body=SCAN[:-1])),
    "no bytes": _asked(Told()),
    "more than any scan": _asked(Told(body=SCAN, length=30_000_000)),
    "cut each time at once": _asked(Told(body=b"", length=600_000)),
    "a range not asked for": _asked(Told(status=206, body=SCAN)),
    "not there": _asked(Told(status=404, body=b'{"code":"SYNC-BLOB-UNKNOWN"}')),
    "a login page": _asked(Told(body=b"<form>", spoken=False)),
    "elsewhere": _asked(Told(status=302, headers={"Location": "/x"})),
}


@pytest.mark.parametrize("lie", FETCHES)
def test_what_is_fetched_is_what_was_named_or_nothing(lie: str) -> None:
    with lying(FETCHES[lie]) as (url, asked):
        with pytest.raises(AppError):
            RemotePages(Access(url=url, token="t" * 43)).fetch(NAME)
        assert len(asked) < 20
