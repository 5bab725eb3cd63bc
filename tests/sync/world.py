"""Start, kill and ask real back offices, put a bad line in between, and wait without guessing."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from app.domain.journal import Entry
from app.ports import Access, AccessSource, Clock, SyncStatus
from app.storage.outbox import Outbox
from app.storage.store import Store
from sync.client.round import LeaseAims, Patience
from sync.client.worker import SyncSettings, SyncWorker
from sync.devices import CODES_PATH, ENROL_PATH
from sync.published import BARS
from sync.wire import PROTOCOL, PROTOCOL_HEADER, PUSH_PATH, encode_batch
from tests.sync.hall import TestClock, accepted_case

_ROOT = Path(__file__).parents[2]


def wait_until(holds: Callable[[], bool], seconds: float = 20.0, what: str = "") -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"not within {seconds} s: {what or holds}"
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Answering:
    """Asks a running back office as a tool would."""

    data: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return (self.data / "token").read_text(encoding="ascii").strip()

    def headers(self, device: str = "") -> dict[str, str]:
        """As ``device``, or as the administrator."""
        token = enrolled(self, device) if device else self.token
        return {"Authorization": f"Bearer {token}", PROTOCOL_HEADER: str(PROTOCOL)}

    def _speaker(self, path: str, device: str) -> dict[str, str]:
        asks_as_tool = path == "/" or path.startswith(("/api/", "/health", "/metrics"))
        return self.headers("" if asks_as_tool else device)

    def get(self, path: str, device: str = "W01", **headers: str) -> requests.Response:
        """As ``device`` where devices ask, as the administrator where tools do."""
        told = self._speaker(path, device) | headers
        return requests.get(self.url + path, headers=told, timeout=10)

    def post(
        self, path: str, body: bytes, device: str = "W01", **headers: str
    ) -> requests.Response:
        told = self._speaker(path, device) | headers
        return requests.post(self.url + path, data=body, headers=told, timeout=20)

    def push(self, entries: Sequence[Entry]) -> requests.Response:
        sent, body = encode_batch(entries)
        assert len(sent) == len(entries)
        return self.post(PUSH_PATH, body, entries[0].device, **{"Content-Encoding": "zstd"})

    def lease(self, **asked: Any) -> requests.Response:
        body = {"request": "r1", "device": "W01", "install": "i1"} | asked
        headers = self.headers(body["device"])
        return requests.post(self.url + "/sync/lease", json=body, headers=headers, timeout=10)

    def chains(self) -> list[dict[str, Any]]:
        """Those of devices."""
        found = self.get("/api/chains").json()["chains"]
        return [one for one in found if one["device"] != "backoffice"]

    def cases(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["changed"] if found else 0
            page = self.get(f"/api/cases?after={after}").json()["cases"]
            if not page:
                return found
            found += page


_tokens: dict[tuple[Path, str], str] = {}
_believed: set[tuple[int, str]] = set()  # by which object over that folder


def enrolled(server: Answering, device: str) -> str:
    """The token of ``device``, enrolled by the real endpoints when it is first asked for.

    Another object over the same folder speaks with the same token, unless its tables were lost.
    """
    key, here = (server.data, device), (id(server), device)
    if key in _tokens and here not in _believed and not _is_known(server, _tokens[key]):
        del _tokens[key]
    if key not in _tokens:
        _tokens[key] = enrol(server, device)
    _believed.add(here)
    return _tokens[key]


def _is_known(server: Answering, token: str) -> bool:
    told = {"Authorization": f"Bearer {token}", PROTOCOL_HEADER: str(PROTOCOL)}
    return requests.get(server.url + BARS.path, headers=told, timeout=10).status_code != 401


def enrol(server: Answering, device: str, install: str = "") -> str:
    """Enrol it anew, which ends its former token."""
    made = requests.post(
        server.url + CODES_PATH, json={"device": device}, headers=server.headers(), timeout=10
    )
    assert made.status_code == 200, made.text
    asked = {"code": made.json()["code"], "install": install or f"test-{device}"}
    spoken = {PROTOCOL_HEADER: str(PROTOCOL)}
    got = requests.post(server.url + ENROL_PATH, json=asked, headers=spoken, timeout=10)
    assert got.status_code == 200, got.text
    return str(got.json()["token"])


class Served(Answering):
    """One back office, started as the product starts it, of one process or of several."""

    def __init__(
        self, data: Path, port: int, demo_line: int = 0, *, database: str = "", processes: int = 1
    ) -> None:
        self.data = data
        with (data.parent / "backoffice.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.sync.serve", str(data), str(port), str(demo_line),
                 database, str(processes)],
                stdout=subprocess.PIPE, stderr=log, cwd=_ROOT,
            )  # fmt: skip
        assert self.process.stdout
        self.said = self.process.stdout.readline()
        if self.said:
            self.port = int((data / "port").read_text(encoding="ascii"))

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(15)
        assert self.process.stdout
        self.process.stdout.close()
        return code


class Forked(Answering):
    """A back office on one port that can be stopped, killed and started again, many times."""

    def __init__(self, nursery: Nursery, data: Path, port: int, demo_line: int) -> None:
        self.data, self.port = data, port
        self._nursery, self._demo_line = nursery, demo_line
        self._pid = 0

    def start(self) -> None:
        self._pid = self._nursery.bear(self.data, self.port, self._demo_line)

    @property
    def pid(self) -> int:
        """Of its process, 0 while none runs."""
        return self._pid

    def answers(self) -> bool:
        try:
            return self.get("/health").ok
        except (requests.RequestException, OSError):
            return False

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._pid:
            os.kill(self._pid, how)
            wait_until(lambda: not Path(f"/proc/{self._pid}").exists(), 10, f"{how.name} ends it")
            self._pid = 0


class Nursery:
    """One process that has imported the back office and forks a new one in a moment."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sync.serve", "--nursery"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT,
        )  # fmt: skip

    def bear(self, data: Path, port: int, demo_line: int) -> int:
        assert self._process.stdin
        assert self._process.stdout
        print(data, port, demo_line, file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    @contextmanager
    def served(self, data: Path, port: int = 0, demo_line: int = 0) -> Iterator[Forked]:
        server = Forked(self, data, port or free_port(), demo_line)
        server.start()
        try:
            wait_until(server.answers, what="the back office answers")
            yield server
        finally:
            server.stop()

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()
        self._process.wait(10)


# -- a window --------------------------------------------------------------------------------------


class ClientWindow:
    """The real store, outbox and worker of one window."""

    def __init__(
        self,
        home: Path,
        url: str,
        token: str,
        *,
        device: str = "W01",
        aims: LeaseAims | None = None,
        access: AccessSource | None = None,
        clock: Clock | None = None,
    ) -> None:
        """``access`` where the token may change under way, else ``url`` and ``token``."""
        clock = clock or TestClock()
        self.access = access or Access(url=url, token=token)
        self.store = Store.open(home, b"k" * 32, device=device, clock=clock, random=os.urandom)
        self.outbox = Outbox(self.store)
        self.heard: list[SyncStatus] = []
        self.worker = SyncWorker(
            outbox=self.outbox,
            settings=SyncSettings(
                access=self.access,
                aims=aims or LeaseAims(numbers_low=50, tickets=0),
                patience=Patience(first=0.05, poll=0.5),
            ),
            clock=clock, random=random.Random(7), new_id=self.store.new_id,
            on_change=self.heard.append,
        )  # fmt: skip
        self.store.subscribe(lambda _: self.worker.wake())

    def next_serial(self) -> int:
        with self.store.read() as connection:
            found = connection.exec_driver_sql(
                "SELECT next FROM number_blocks WHERE next <= last "
                "AND first NOT IN (SELECT first FROM closed_blocks) ORDER BY first LIMIT 1"
            ).scalar_one()
        return int(found)

    def settled(self) -> bool:
        status = self.worker.status()
        return self.outbox.counts()[0] == 0 and status.waiting == 0 and status.code == ""

    def close(self) -> None:
        assert self.worker.stop(10)
        self.store.close()


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


# -- a bad line ------------------------------------------------------------------------------------


class BadLine:
    """A TCP proxy before a back office that can be cut, slowed, and made to swallow answers."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.cut_answer_after: int | None = None  # bytes of an answer, then the line is cut
        self.cut_request_after: int | None = None
        self.pause = 0.0  # seconds before each piece
        self.piece = 65536
        self._target = target
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port))
        self._listener = listener
        self._spawn(self._accept, listener)

    def down(self) -> None:
        """Refuse new connections and cut those that are open."""
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener = None
        with self._lock:
            for line in self._open:
                _shut(line)
        for thread in self._threads:
            thread.join(10)
        self._threads.clear()

    def _spawn(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while True:
                try:
                    near, _ = listener.accept()
                except OSError:
                    return
                self._spawn(self._carry, near)

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._target), 5)
        except OSError:
            near.close()
            return
        with near, far:
            with self._lock:
                self._open |= {near, far}
            back = threading.Thread(target=self._pump, args=(far, near, False), daemon=True)
            back.start()
            self._pump(near, far, True)
            back.join(20)
            with self._lock:
                self._open -= {near, far}

    def _pump(self, source: socket.socket, sink: socket.socket, request: bool) -> None:
        passed = 0
        try:
            while data := source.recv(self.piece):
                time.sleep(self.pause)
                limit = self.cut_request_after if request else self.cut_answer_after
                if limit is not None and passed + len(data) > limit:
                    sink.sendall(data[: max(0, limit - passed)])
                    break
                passed += len(data)
                sink.sendall(data)
        except OSError:
            pass
        _shut(source)
        _shut(sink)


def _shut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
