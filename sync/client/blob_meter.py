"""Say how far the scans are on their way, and how long it will take. Pure: times are handed in."""

from __future__ import annotations

from collections.abc import Iterable

from app.ports import UploadProgress
from sync.client.blob_upload import Upload

_SPAN = 0.5  # seconds over which one speed is taken
_NEW = 0.3  # weight of the newest speed
_STALE = 5.0  # seconds without a byte, after which nothing is known any more


class Meter:
    """``sent`` counts what has arrived since the backlog was last empty."""

    def __init__(self) -> None:
        self._files = self._left = self._sent = self._refused = 0
        self._rate: float | None = None
        self._since = self._last = 0.0
        self._span_bytes = 0

    def backlog(self, files: int, left: int, refused: int, at: float) -> None:
        """What waits now, with ``left`` bytes that have not arrived."""
        if not self._files and files:
            self._since = self._last = at
            self._span_bytes = self._sent = 0
        self._files, self._left, self._refused = files, max(0, left), refused

    def moved(self, size: int, at: float) -> None:
        """So many more bytes have arrived."""
        self._sent += size
        self._left = max(0, self._left - size)
        self._span_bytes += size
        self._last = at
        span = at - self._since
        if span >= _SPAN:
            rate = self._span_bytes / span
            self._rate = rate if self._rate is None else _NEW * rate + (1 - _NEW) * self._rate
            self._since, self._span_bytes = at, 0

    def done(self) -> None:
        self._files = max(0, self._files - 1)

    def progress(self, uploads: Iterable[Upload], code: str, at: float) -> UploadProgress:
        moving = self._files > 0 and not code and at - self._last < _STALE
        seconds = self._left / self._rate if moving and self._rate else None
        return UploadProgress(
            files_left=self._files, bytes_sent=self._sent, bytes_total=self._sent + self._left,
            seconds_left=seconds, refused=self._refused, code=code if self._files else "",
            under_way={upload.blob.sha: upload.offset for upload in uploads},
        )  # fmt: skip
