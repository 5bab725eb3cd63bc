"""Speak HTTP with the back office: one session, both timeouts, no answer larger than allowed."""

from __future__ import annotations

import io
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import IO, Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from app.config import program_version
from app.ports import AccessSource
from sync.client.round import Post, Reply
from sync.devices import CLOCK_HEADER, SKEW_HEADER
from sync.errors import BadAnswer, BadCertificate, Unreachable
from sync.wire import PROTOCOL, PROTOCOL_HEADER

CONNECT_SECONDS = 2.0
PIN = "sha256:"
_SKEW = re.compile(r"-?\d{1,12}", re.ASCII)
_LATER = re.compile(r"\d{1,9}", re.ASCII)  # seconds; a date is not asked for
ANSWER_SECONDS = 15.0  # a body that only drips; silence on the line ends it after a third


class HttpTransport:
    """A ``Send``. Belongs to one thread.

    ``longest`` is how many seconds a whole answer may take, a third of them without a byte.
    """

    def __init__(
        self, access: AccessSource, *, longest: float = ANSWER_SECONDS,
        now: Callable[[], datetime] | None = None,
    ) -> None:  # fmt: skip
        """With ``now`` this device's time is told, and the answer says how wrong it is."""
        self._access = access
        self._longest = longest
        self._now = now
        self._session = _Session(True)

    def __call__(self, post: Post, left: threading.Event | None = None) -> Reply:
        """Raises Unreachable where no complete answer came, BadAnswer where it is too large.

        ``left`` is set once the whole request was handed to the machine's network.
        """
        headers = {"Content-Type": post.content_type}
        if post.encoding:
            headers["Content-Encoding"] = post.encoding
        body = _LeavingBody(post.body, left) if left else post.body
        return self._ask("POST", post.path, headers, body, post.largest)

    def get(self, path: str, largest: int, known: str = "") -> Reply:
        """``known`` is the ETag of what is here already: the same again is answered 304."""
        return self._ask("GET", path, {"If-None-Match": known} if known else {}, None, largest)

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | IO[bytes] | None,
        largest: int,
    ) -> Reply:  # fmt: skip
        until = time.monotonic() + self._longest
        with self.opened(method, path, headers, body) as response:
            content = b"" if response.status_code == 304 else read_answer(response, largest, until)
            told = response.headers.get(SKEW_HEADER, "")
            skew = int(told) if _SKEW.fullmatch(told) else None
            later = response.headers.get("Retry-After", "")
            return Reply(
                status=response.status_code, body=content, skew=skew,
                later=int(later) if _LATER.fullmatch(later) else 0,
            )  # fmt: skip

    @contextmanager
    def opened(
        self, method: str, path: str, headers: dict[str, str], body: bytes | IO[bytes] | None
    ) -> Iterator[requests.Response]:
        """An answer whose body is still to be read.

        Raises BadCertificate, and Unreachable also for what fails while it is read.
        """
        access = self._access()
        if access.token:
            headers["Authorization"] = f"Bearer {access.token}"
        if self._now is not None:
            headers[CLOCK_HEADER] = self._now().isoformat()
        if access.verify != self._session.given:
            self._session.close()
            self._session = _Session(access.verify)
        try:
            with self._session.request(
                method, access.url.rstrip("/") + path, data=body, headers=headers, stream=True,
                timeout=(CONNECT_SECONDS, self._longest / 3), verify=self._session.verify_by,
                allow_redirects=False,
            ) as response:  # fmt: skip
                yield response
        except requests.exceptions.SSLError:
            raise BadCertificate from None
        except (requests.RequestException, HTTPError, OSError, ValueError):
            # HTTPError: a body cut short, read past requests. Nothing of the texts is needed.
            raise Unreachable from None

    def hang_up(self) -> None:
        """From another thread: end the request that waits now. It raises Unreachable there."""
        self._session.hang_up()

    def close(self) -> None:
        self._session.close()


class _LeavingBody(io.BytesIO):
    """A request's body that tells when its last byte was handed over."""

    def __init__(self, body: bytes, left: threading.Event) -> None:
        super().__init__(body)
        self._left = left

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if not piece:
            self._left.set()
        return piece


class _Session(requests.Session):
    """Connections whose other end is checked in one way."""

    def __init__(self, given: bool | str) -> None:
        super().__init__()
        self.given = given
        pin = pinned(given)
        # With a pin that one certificate counts and nobody's word for it.
        self.verify_by: bool | str = False if pin else given
        # A proxy or .netrc of the machine's environment must never see or replace the token.
        self.trust_env = False
        self.headers.update(
            {
                PROTOCOL_HEADER: str(PROTOCOL),
                "User-Agent": f"onewindow/{program_version()}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            }
        )
        self._lines = (_OneLine(), _Pinned(pin))
        for scheme, line in zip(("http://", "https://"), self._lines, strict=True):
            self.mount(scheme, line)

    def hang_up(self) -> None:
        for line in self._lines:
            line.hang_up()


class _OneLine(HTTPAdapter):
    """One connection at a time, that another thread may cut."""

    def __init__(self) -> None:
        self._latest: HTTPConnection | None = None
        super().__init__(pool_connections=1, pool_maxsize=1)

    def get_connection_with_tls_context(self, *asked: Any, **more: Any) -> HTTPConnectionPool:
        pool: Any = super().get_connection_with_tls_context(*asked, **more)
        if "ConnectionCls" not in vars(pool):
            kind = pool.ConnectionCls

            def opened(*args: Any, **named: Any) -> HTTPConnection:
                made: HTTPConnection = kind(*args, **named)
                self._latest = made
                return made

            pool.ConnectionCls = opened
        return cast("HTTPConnectionPool", pool)

    def hang_up(self) -> None:
        line = self._latest
        plugged: socket.socket | None = line.sock if line is not None else None
        if plugged is not None:
            with suppress(OSError):  # TLS would say goodbye first: nobody is there to hear it
                socket.socket.shutdown(plugged, socket.SHUT_RDWR)


class _Pinned(_OneLine):
    """Refuses, before a byte of a request is sent, whoever shows another certificate."""

    def __init__(self, pin: str) -> None:
        self._pin = pin or None
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **more: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, assert_fingerprint=self._pin, **more)


def pinned(verify: bool | str) -> str:
    """The fingerprint of ``sha256:HEX``, "" where the certificate is checked otherwise."""
    return verify.removeprefix(PIN) if isinstance(verify, str) and verify.startswith(PIN) else ""


def read_answer(response: requests.Response, largest: int, until: float) -> bytes:
    """A whole body. Raises Unreachable, BadAnswer."""
    declared = response.headers.get("Content-Length", "")
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "")
    if not chunked and not declared.isdigit():
        raise Unreachable  # cut within the headers: nothing says where the answer ends
    parts: list[bytes] = []
    size = 0
    # read1: what has arrived, so that the deadline is looked at however slowly it drips.
    while part := response.raw.read1(64 * 1024):
        size += len(part)
        if size > largest:
            raise BadAnswer
        if time.monotonic() > until:
            raise Unreachable
        parts.append(part)
    if not chunked and size != int(declared):
        raise Unreachable
    return b"".join(parts)
