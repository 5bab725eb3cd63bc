"""Hand pages from the device host to the window: encrypted files, whole or not there at all.

The host writes a page and says its name; the window keeps it and removes it. What lies here at the
start of a window was scanned before a kill. The key is made from the database's and told with each
order: a driver's process never has the key of the attachments.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.errors import AppError
from app.storage.blob_files import BlobFiles
from app.storage.scan_kinds import MAX_SCAN, ScanSizeWrong

_NOBODY = "nobody"
_OWN = 16  # bytes before each page
_CASE = re.compile(r"[0-9a-zA-Z-]{1,64}")


def spool_key(database_key: bytes) -> bytes:
    info = b"onewindow scan spool 1"
    return HKDF(algorithm=SHA256(), length=32, salt=b"", info=info).derive(database_key)


class Spool:
    """Safe to use from several threads, and from both processes."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self.key = key

    def place(self, case_id: str) -> Path:
        """Pages of different cases lie apart, so that those of a killed window find home."""
        known = _CASE.fullmatch(case_id) and case_id != _NOBODY
        return self._folder / (case_id if known else _NOBODY)

    def read(self, case_id: str, sha: str) -> bytes:
        """Raises PageDamaged, StoreError."""
        return self._files(self.place(case_id)).read(sha)[_OWN:]

    def remove(self, case_id: str, sha: str) -> None:
        place = self.place(case_id)
        self._files(place).remove(sha)
        for folder in (place / sha[:2], place):
            with suppress(OSError):  # others lie in it
                folder.rmdir()

    def left_over(self) -> Iterator[tuple[str, str]]:
        """(case id, name), oldest first."""
        for place in sorted(self._folder.glob("*/")):
            case = "" if place.name == _NOBODY else place.name
            with suppress(AppError):
                self._files(place).sweep(before=float("inf"))
            for sha, _ in sorted(self._files(place).names(), key=lambda found: found[1]):
                yield case, sha

    def _files(self, place: Path) -> BlobFiles:
        return BlobFiles(place, self.key, os.urandom)


def write_page(folder: Path, key: bytes, content: bytes) -> str:
    """In the host: the page's name, once it is safe. Two pages that are alike, as blank ones are,
    have names of their own. Raises ScanSizeWrong, DiskFull, StoreError."""
    if len(content) > MAX_SCAN - _OWN:
        raise ScanSizeWrong(most=MAX_SCAN // 2**20)
    return BlobFiles(folder, key, os.urandom).keep(os.urandom(_OWN) + content)
