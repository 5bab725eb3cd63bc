"""The proxy of the tests does to a line what it says, and counts it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.proxy import GOOD, Line, Proxy


class Echo:
    """Sends back what comes, until its other end has ended; remembers it."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.heard = b""
        self.ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with line:
            try:
                while data := line.recv(65536):
                    self.heard += data
                    line.sendall(data)
            except OSError:
                pass
            self.ended.set()


@pytest.fixture
def echo() -> Iterator[Echo]:
    there = Echo()
    yield there
    there.listener.shutdown(socket.SHUT_RDWR)
    there.listener.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxy(echo.port) as proxy:
        yield proxy


def dial(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), 10)


def all_of(line: socket.socket) -> bytes:
    """Until the other end has ended or reset it."""
    got = b""
    try:
        while data := line.recv(65536):
            got += data
    except ConnectionResetError:
        pass
    return got


def exactly(line: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        data = line.recv(size - len(got))
        assert data
        got += data
    return got


def test_a_good_line_carries_everything(proxy: Proxy) -> None:
    sent = bytes(range(256)) * 8000
    with dial(proxy) as line:
        threading.Thread(target=line.sendall, args=(sent,)).start()
        assert exactly(line, len(sent)) == sent
        line.shutdown(socket.SHUT_WR)
        assert all_of(line) == b""
    assert proxy.done == {"connections": 1}


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_cut_comes_after_its_bytes(proxy: Proxy, echo: Echo, way: str) -> None:
    with dial(proxy) as line:
        line.sendall(b"before")
        assert exactly(line, 6) == b"before"
        proxy.be(Line(cut_up=3) if way == "up" else Line(cut_down=3))
        line.sendall(b"abcdef")
        assert len(all_of(line)) <= 3
    assert echo.ended.wait(10)
    assert echo.heard == b"before" + (b"abc" if way == "up" else b"abcdef")
    assert proxy.done[f"cut_{way}"] == 1


def test_one_direction_may_end_alone(proxy: Proxy, echo: Echo) -> None:
    proxy.be(Line(half_up=3))
    with dial(proxy) as line:
        line.sendall(b"abcdef")
        assert all_of(line) == b"abc"
    assert proxy.done["half_up"] == 1
    proxy.be(Line(half_down=3))
    with dial(proxy) as line:
        line.sendall(b"ghijkl")
        assert all_of(line) == b"ghi"
        line.sendall(b"mno")  # still heard there
        line.shutdown(socket.SHUT_WR)
        until = time.monotonic() + 10
        while not echo.heard.endswith(b"ghijklmno"):
            assert time.monotonic() < until
            time.sleep(0.01)


def test_a_hole_holds_what_comes_and_lets_it_go_later(proxy: Proxy, echo: Echo) -> None:
    with dial(proxy) as line:
        proxy.be(Line(hole=True))
        line.sendall(b"late")
        line.settimeout(0.3)
        with pytest.raises(TimeoutError):
            line.recv(10)
        assert echo.heard == b""
        line.settimeout(10)
        proxy.be(GOOD)
        assert exactly(line, 4) == b"late"
    assert proxy.done["held"] >= 1


def test_refused_lines_are_reset_and_the_port_stays_its_own(proxy: Proxy) -> None:
    for _ in range(3):
        with dial(proxy) as line:
            line.sendall(b"x")
            assert exactly(line, 1) == b"x"
            proxy.be(Line(refuse=True))
            assert all_of(line) == b""
        with pytest.raises(ConnectionRefusedError):
            dial(proxy)
        proxy.be(GOOD)
    assert proxy.done["reset"] == 3


def test_a_trickle_is_slow_and_whole(proxy: Proxy) -> None:
    proxy.be(Line(delay=0.01, piece=5))
    began = time.monotonic()
    with dial(proxy) as line:
        line.sendall(b"a" * 50)
        assert exactly(line, 50) == b"a" * 50
    assert time.monotonic() - began > 0.1
    assert proxy.done["delayed"] >= 20


def test_nobody_behind_it_is_an_end(proxy: Proxy, echo: Echo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy.target = taken.getsockname()[1]
        with dial(proxy) as line:
            assert all_of(line) == b""
    assert proxy.done["nobody"] == 1
    proxy.target = echo.port
    with dial(proxy) as line:
        line.sendall(b"again")
        assert exactly(line, 5) == b"again"
