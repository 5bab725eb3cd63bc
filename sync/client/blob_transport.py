"""Carry scans over HTTP: bodies in small pieces, so that a slow line is told from a dead one."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import IO, cast

import requests

from app.ports import AccessSource
from app.storage.scan_kinds import MAX_SCAN
from sync import blobs, errors
from sync.client.blob_answers import BlobAsk, BlobReply
from sync.client.transport import HttpTransport, read_answer
from sync.errors import BadAnswer, Unreachable
from sync.wire import PROTOCOL_HEADER

_SECONDS = 30.0  # for one answer; a third of it without a byte
_FETCH_SECONDS = 120.0
_PIECE = 64 * 1024
_SMALLEST, _LARGEST = 16 * 1024, 256 * 1024  # bytes given to the socket at once
_AT_ONCE = 0.05  # seconds: then the line, or its buffer, takes more


class BlobTransport:
    """A ``SendBlob``. Belongs to one thread."""

    def __init__(self, access: AccessSource) -> None:
        self._http = HttpTransport(access, longest=_SECONDS)

    def __call__(self, ask: BlobAsk) -> BlobReply:
        """Raises Unreachable where no complete answer came, BadAnswer where it is too large."""
        body = cast("IO[bytes]", _Body(ask.body)) if ask.body else None  # all that is asked of it
        with self._http.opened(ask.method, ask.path, dict(ask.headers), body) as response:
            until = time.monotonic() + _SECONDS
            if response.ok and PROTOCOL_HEADER not in response.headers:
                raise Unreachable  # cut within the headers: it is the last of them
            bare = response.status_code == 204
            if bare:
                response.raw.drain_conn()  # else the line would be closed, and be made anew
            return BlobReply(
                status=response.status_code,
                body=b"" if bare else read_answer(response, ask.largest, until),
                offset=blobs.read_count(response.headers.get(blobs.OFFSET_HEADER, "")),
                complete=_complete(response),
            )

    def close(self) -> None:
        self._http.close()


class _Body:
    """Leaves in pieces, each with its own patience: as one string of bytes all of it would have to
    leave within the connect timeout. The first are small, larger ones follow where those went at
    once."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._left = deque(memoryview(piece) for piece in pieces)
        self._size = sum(map(len, pieces))
        self._take = _SMALLEST
        self._asked = time.monotonic()

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:  # by this it is known for something to be read
        return iter(self.read, b"")

    def read(self, _: int = -1) -> bytes:
        now = time.monotonic()
        quick = now - self._asked < _AT_ONCE
        self._take = min(_LARGEST, self._take * 4) if quick else _SMALLEST
        self._asked = now
        if not self._left:
            return b""
        piece = self._left[0][: self._take]
        self._left[0] = self._left[0][len(piece) :]
        if not self._left[0]:
            self._left.popleft()
        return bytes(piece)


def _complete(response: requests.Response) -> bool | None:
    said = response.headers.get(blobs.COMPLETE_HEADER, "")
    return said == blobs.YES if said in {blobs.YES, blobs.NO} else None


class RemotePages:
    """Implements ``app.ports.PageSource``: a scan of another window, from the back office.

    Safe to use from several threads.
    """

    def __init__(self, access: AccessSource) -> None:
        self._access = access

    def fetch(self, sha: str) -> bytes:
        """Goes on where a line broke, as long as it moves. Raises SyncError."""
        content = bytearray()
        until = time.monotonic() + _FETCH_SECONDS
        http = HttpTransport(self._access, longest=_SECONDS)
        try:
            while True:
                before = len(content)
                try:
                    _read_on(http, sha, content, until)
                except Unreachable:
                    if len(content) == before or time.monotonic() > until:
                        raise
                    continue
                if hashlib.sha256(content).hexdigest() != sha:
                    raise BadAnswer
                return bytes(content)
        finally:
            http.close()


def _read_on(http: HttpTransport, sha: str, content: bytearray, until: float) -> None:
    """Returns once all of it is here."""
    start = len(content)
    headers = {"Accept": "*/*"} | ({"Range": f"bytes={start}-"} if start else {})
    with http.opened("GET", blobs.blob_path(sha), headers, None) as response:
        _check_fetch(response.status_code, 206 if start else 200)
        length = blobs.read_count(response.headers.get("Content-Length", ""))
        if length is None or start + length > MAX_SCAN:
            raise BadAnswer
        while part := response.raw.read1(_PIECE):
            content += part
            if len(content) > start + length:
                raise BadAnswer
            if time.monotonic() > until:
                raise Unreachable
        if len(content) < start + length:
            raise Unreachable


def _check_fetch(status: int, wanted: int) -> None:
    match status:
        case 401:
            raise errors.NotEnrolled
        case 404:
            raise errors.BlobUnknown
    if status == 429 or status >= 500:
        raise errors.ServerTrouble
    if status != wanted:
        raise BadAnswer
