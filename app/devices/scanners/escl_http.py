"""Speak HTTP with a network scanner that may be slow, silent or hostile: bounded and stoppable."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Final
from urllib.parse import urlsplit

from app.devices.scanners.errors import (
    BadScanner,
    ScanCancelled,
    ScannerGarbled,
    ScannerMissing,
    ScannerSilent,
)

_REACH: Final = 5.0  # seconds to connect
_PIECE: Final = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case


class ScannerLine:
    """Requests to one scanner, each on a connection of its own; never to another host than it."""

    def __init__(self, url: str) -> None:
        """Raises BadScanner."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.username or parts.query or parts.fragment:
            raise BadScanner(spec=url[:80])
        self.path = parts.path.rstrip("/") or "/eSCL"
        self._secure = parts.scheme == "https"
        self._host, self._port = host, port

    def ask(
        self, method: str, path: str, *, cancelled: Event, seconds: float, largest: int,
        body: bytes = b"", coming: Callable[[int], None] = lambda _: None,
    ) -> Answer:  # fmt: skip
        """``seconds`` it may be silent at a time; ``coming`` hears percents of a long answer.

        Raises ScannerMissing, ScannerSilent, ScannerGarbled, ScanCancelled.
        """
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=_REACH)
        try:
            try:
                connection.connect()
            except OSError:
                raise ScannerMissing from None
            connection.sock.settimeout(seconds)
            with _stoppable(connection.sock, cancelled):
                head = {"Content-Type": "text/xml"} if body else {}
                connection.request(method, self._quoted(path), body or None, head)
                answer = connection.getresponse()
                content = _body(answer, largest, coming)
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(status=answer.status, body=content, headers=headers)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if cancelled.is_set():
                raise ScanCancelled from None
            lost = isinstance(error, OSError | http.client.IncompleteRead)
            lost = lost or isinstance(error, http.client.RemoteDisconnected)
            raise (ScannerSilent if lost else ScannerGarbled) from None
        finally:
            connection.close()

    @staticmethod
    def _quoted(path: str) -> str:
        if not path.isascii() or not path.isprintable() or " " in path:
            raise ScannerGarbled
        return path


@contextmanager
def _stoppable(line: socket.socket, cancelled: Event) -> Iterator[None]:
    """A cancel ends what waits at the line."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            if cancelled.is_set():
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
                return

    watcher = threading.Thread(target=watch, name="scan cancel", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _body(answer: http.client.HTTPResponse, largest: int, coming: Callable[[int], None]) -> bytes:
    """Raises ScannerGarbled where it is longer than anything a scanner has to say."""
    told = answer.length  # None where it says no length
    if told is not None and told > largest:
        raise ScannerGarbled
    content = bytearray()
    while piece := answer.read1(_PIECE):
        content += piece
        if len(content) > largest:
            raise ScannerGarbled
        if told:
            coming(100 * len(content) // told)
    if told is not None and len(content) < told:
        raise ScannerSilent
    return bytes(content)
