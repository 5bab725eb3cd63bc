"""Hold one scan on its way, and say how large its next part may be."""

from __future__ import annotations

from app.storage.attachments import WaitingBlob
from sync import blobs
from sync.client.blob_shelf import Scan

MIN_PART = 16 * 1024


class Line:
    """How large the next part may be: about a second's worth, less each time the line breaks."""

    def __init__(self) -> None:
        self.part = blobs.PART
        self._whole = True  # a PUT is worth trying

    def takes_whole(self, size: int) -> bool:
        return size <= (blobs.MAX_WHOLE if self._whole else self.part)

    def moved(self, size: int, seconds: float) -> None:
        a_second = int(size / max(seconds, 1e-6))
        self.part = max(MIN_PART, min(self.part * 2, a_second, blobs.MAX_PART))
        self._whole = self.part >= blobs.PART

    def broke(self) -> None:
        self.part = max(MIN_PART, self.part // 4)
        self._whole = False


class Upload:
    """One scan on its way. Belongs to the lane that took it."""

    def __init__(self, blob: WaitingBlob, offset: int) -> None:
        self.blob = blob
        self.offset = offset
        self.before = offset  # what had arrived when it was planned
        self.metered = offset  # what the meter has been told of
        self.there = False
        self.again = False  # begun once more, because the hash did not hold
        self.rewinds = 0
        self.scan: Scan | None = None

    def close(self) -> None:
        if self.scan is not None:
            self.scan.close()
            self.scan = None
