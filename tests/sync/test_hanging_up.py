"""A request that waits is ended from another thread, plain and over TLS."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from app.ports import Access
from sync.client.feed_transport import PatientTransport
from sync.errors import Unreachable


class Silent:
    """Takes one request and never answers."""

    def __init__(self, folder: Path, *, secure: bool) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.asked = threading.Event()
        self._secure: ssl.SSLContext | None = None
        self.access = Access(url=f"http://127.0.0.1:{self._listener.getsockname()[1]}", token="t")
        if secure:
            self._secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._secure.load_cert_chain(*certificate(folder))
            port = self._listener.getsockname()[1]
            self.access = Access(
                url=f"https://127.0.0.1:{port}", token="t", verify=str(folder / "certificate.pem")
            )
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with suppress(OSError):
            line, _ = self._listener.accept()
            line = self._secure.wrap_socket(line, server_side=True) if self._secure else line
            with line:
                line.recv(65536)
                self.asked.set()
                line.recv(65536)

    def close(self) -> None:
        self._listener.close()


def certificate(folder: Path) -> tuple[str, str]:
    files = str(folder / "certificate.pem"), str(folder / "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0],
         "-keyout", files[1]],
        check=True, capture_output=True,
    )  # fmt: skip
    return files


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def silent(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Silent]:
    server = Silent(tmp_path, secure=request.param)
    yield server
    server.close()


def test_a_request_that_waits_is_ended_at_once(silent: Silent) -> None:
    transport = PatientTransport(lambda: silent.access, longest=120.0)
    transport.hang_up()  # nothing waits: nothing happens
    with ThreadPoolExecutor(1) as thread:
        waits = thread.submit(transport.get, "/sync/feed", 1000)
        assert silent.asked.wait(10)
        begun = time.monotonic()
        transport.hang_up()
        with pytest.raises(Unreachable):
            waits.result(20)
        assert time.monotonic() - begun < 10
        transport.close()
