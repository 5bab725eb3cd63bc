"""Wait long for an answer, and take it compressed: for the feed and for published lists."""

from __future__ import annotations

import time

import zstandard

from app.ports import AccessSource
from sync import wire
from sync.client.round import Reply
from sync.client.transport import HttpTransport, read_answer
from sync.errors import BadAnswer

_PART = 64 * 1024


class PatientTransport(HttpTransport):
    """Belongs to one thread. ``longest`` seconds for an answer, a third of them without a byte."""

    def __init__(self, access: AccessSource, *, longest: float) -> None:
        super().__init__(access, longest=longest)
        self._patience = longest

    def get(self, path: str, largest: int, known: str = "") -> Reply:
        """Raises Unreachable, and BadAnswer for more than ``largest`` bytes, packed or not."""
        headers = {"Accept-Encoding": "zstd"} | ({"If-None-Match": known} if known else {})
        until = time.monotonic() + self._patience
        with self.opened("GET", path, headers, None) as response:
            content = b"" if response.status_code == 304 else read_answer(response, largest, until)
            packed = response.headers.get("Content-Encoding", "identity").strip().lower()
            status = response.status_code
        return Reply(status=status, body=_unpacked(content, packed, largest))


def _unpacked(content: bytes, packed: str, largest: int) -> bytes:
    if packed == "identity" or not content:
        return content
    if packed != "zstd":
        raise BadAnswer
    parts: list[bytes] = []
    size = 0
    try:
        declared = zstandard.frame_content_size(content)
        reader = zstandard.ZstdDecompressor(max_window_size=wire.MAX_WINDOW).stream_reader(content)
        while part := reader.read(_PART):
            size += len(part)
            if size > largest:
                raise BadAnswer
            parts.append(part)
    except zstandard.ZstdError:
        raise BadAnswer from None
    if declared not in {-1, size}:  # cut short: the reader itself does not mind
        raise BadAnswer
    return b"".join(parts)
