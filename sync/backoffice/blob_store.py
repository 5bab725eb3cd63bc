"""Keep the back office's scans as files: whole ones under their name, parts under their device's.

``DATA/blobs/ab/<sha>`` is a finished scan. It is believed where the database knows it; one that a
crash left before its row was written is checked and synced first (``check``). One that the disk
spoilt later is found when it is read and moved to ``spoilt/``: it may be the only copy there is.
``parts/<device>/
<sha>`` grows by each device's own pieces, so that nobody's wrong bytes spoil another's upload.
Several server processes may share the folder: a part is written under a lock of the file itself,
and what is finished gets its name by a rename. Everything here blocks.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from app.storage.blob_files import sync_folder
from app.storage.scan_kinds import MAX_SCAN, SNIFFED, sniff
from sync.errors import BadRequest, BlobHash, BlobKind, BlobOffset, BlobSize, ServerTrouble

if sys.platform != "win32":
    from fcntl import LOCK_EX, flock

MAX_PARTS = 48  # uploads that one device may have begun; the oldest gives way
PART_DAYS = 7  # untouched parts are thrown away then
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@contextmanager
def _coded() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ServerTrouble(error=errno.errorcode.get(error.errno or 0, "OSError")) from None


class BlobStore:
    """``reserve`` bytes of the disk stay free for the journal. Names must be checked before
    (``is_sha``): they become paths here."""

    def __init__(self, folder: Path, reserve: int) -> None:
        self._folder = folder
        self._parts = folder / "parts"
        self._spoilt = folder / "spoilt"
        self._reserve = reserve
        self._parts.mkdir(mode=0o700, parents=True, exist_ok=True)
        for first in range(256):
            self._folder.joinpath(f"{first:02x}").mkdir(mode=0o700, exist_ok=True)
        sync_folder(self._folder)

    # -- whole scans --------------------------------------------------------------------------

    def path(self, sha: str) -> Path:
        return self._folder / sha[:2] / sha

    def size(self, sha: str) -> int | None:
        """Bytes of a finished scan, None where it is not here."""
        try:
            return self.path(sha).stat().st_size
        except OSError:
            return None

    def check(self, sha: str) -> tuple[int, str] | None:
        """(size, media) of a finished scan once its bytes are seen to be right and durable; None
        where it is not here, or was not right and so is thrown away. Raises ServerTrouble."""
        path = self.path(sha)
        with _coded():
            try:
                file = FileIO(os.open(path, _FLAGS & ~os.O_CREAT), "r+")
            except FileNotFoundError:
                return None
            with file:
                head = file.read(SNIFFED)
                file.seek(0)
                if hashlib.file_digest(file, "sha256").hexdigest() != sha or not sniff(head):
                    path.unlink(missing_ok=True)
                    return None
                os.fsync(file.fileno())
                sync_folder(path.parent)
                return os.fstat(file.fileno()).st_size, sniff(head)

    def is_sound(self, sha: str) -> bool:
        """Whether its bytes are still those of its name. Raises ServerTrouble."""
        with _coded(), self.path(sha).open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha

    def set_aside(self, sha: str) -> None:
        """Raises ServerTrouble."""
        with _coded():
            self._spoilt.mkdir(mode=0o700, exist_ok=True)
            self.path(sha).replace(self._spoilt / sha)
            sync_folder(self._spoilt)

    def media(self, sha: str) -> str:
        """As its first bytes say. Raises ServerTrouble where it is gone."""
        with _coded(), self.path(sha).open("rb") as file:
            return sniff(file.read(SNIFFED))

    def put(self, sha: str, content: Sequence[bytes], declared: str) -> str:
        """Keep a whole scan, which came in pieces. Returns its media type; its bytes are durable
        then, and its name after ``settle``.

        Raises BlobHash, BlobKind, ServerTrouble; then nothing is kept.
        """
        digest = hashlib.sha256()
        for piece in content:
            digest.update(piece)
        if digest.hexdigest() != sha:
            raise BlobHash
        media = sniff(b"".join(content[:SNIFFED])[:SNIFFED])
        if not media or media != declared:
            raise BlobKind
        if self.size(sha) is not None and self.check(sha):
            return media  # another window brought it, or the answer was lost
        self.check_room(sum(map(len, content)))
        part = self._parts / f"{sha}.{secrets.token_hex(6)}"
        with _coded():
            try:
                with FileIO(os.open(part, _FLAGS | os.O_EXCL, 0o600), "r+") as file:
                    _write_all(file, content)
                    self._give_name(part, sha, file)
            except BaseException:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
                raise
        return media

    def _give_name(self, part: Path, sha: str, file: FileIO) -> None:
        """Renamed first and synced then: most disks do both in one go, and until the database
        knows the scan nobody believes its name alone."""
        target = self.path(sha)
        if sys.platform == "win32":
            os.fsync(file.fileno())
            file.close()  # an open file cannot be renamed there
            part.replace(target)
            return
        part.replace(target)
        os.fsync(file.fileno())

    def settle(self, sha: str) -> None:
        """Its name is durable when this returns. Raises ServerTrouble."""
        with _coded():
            sync_folder(self.path(sha).parent)

    # -- parts --------------------------------------------------------------------------------

    def offset(self, device: str, sha: str) -> int:
        """How much of it this device has brought."""
        try:
            return self._part(device, sha).stat().st_size
        except OSError:
            return 0

    def append(
        self, device: str, sha: str, offset: int, content: Sequence[bytes], length: int
    ) -> tuple[int, str]:
        """Add bytes at ``offset`` of a scan of ``length``; durable when it returns the new offset
        and, once the whole is there and checked, the media type ("" before; then ``settle``).

        Raises BlobOffset(offset) where the part does not end there, BlobKind as soon as the first
        bytes show it and BlobHash at the end (the part is gone then), BlobSize, BadRequest,
        ServerTrouble (the part is as it was).
        """
        if not 0 < length <= MAX_SCAN:
            raise BlobSize
        added = sum(map(len, content))
        if offset + added > length:
            raise BadRequest
        done = self.check(sha) if self.size(sha) is not None else None
        if done is not None:
            return done
        self.check_room(added)
        with _coded(), self._held(device, sha) as file:
            if self.size(sha) is not None and (done := self.check(sha)) is not None:
                self._part(device, sha).unlink(missing_ok=True)  # another process was quicker
                return done
            size = os.fstat(file.fileno()).st_size
            if size != offset:
                if not size:  # what is refused leaves nothing behind, not even a name
                    self._part(device, sha).unlink(missing_ok=True)
                raise BlobOffset(offset=size)
            try:
                file.seek(size)
                _write_all(file, content)
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(size)
                raise
            reached = size + added
            file.seek(0)
            head = file.read(SNIFFED)
            if len(head) == min(SNIFFED, length) and not sniff(head):
                self._part(device, sha).unlink(missing_ok=True)
                raise BlobKind
            if reached < length:
                return reached, ""
            self._finish(file, device, sha)
            return reached, sniff(head)

    def _finish(self, file: FileIO, device: str, sha: str) -> None:
        part = self._part(device, sha)
        file.seek(0)
        if hashlib.file_digest(file, "sha256").hexdigest() != sha:
            part.unlink(missing_ok=True)
            raise BlobHash
        self._give_name(part, sha, file)

    @contextmanager
    def _held(self, device: str, sha: str) -> Iterator[FileIO]:
        """The part, open and locked against every process; made where there was none."""
        part = self._part(device, sha)
        if not part.parent.exists():
            part.parent.mkdir(mode=0o700, exist_ok=True)
        if not part.exists():
            self._make_way(part.parent)
        while True:
            with FileIO(os.open(part, _FLAGS, 0o600), "r+") as file:
                if sys.platform != "win32":
                    flock(file, LOCK_EX)
                    if not _still_named(part, file):  # finished or thrown away while we waited
                        continue
                yield file
                return

    def _make_way(self, folder: Path) -> None:
        parts = sorted(folder.iterdir(), key=_written)
        for part in parts[: max(0, len(parts) - MAX_PARTS + 1)]:
            part.unlink(missing_ok=True)

    def _part(self, device: str, sha: str) -> Path:
        return self._parts / f"d-{hashlib.sha256(device.encode()).hexdigest()[:20]}" / sha

    # -- room ---------------------------------------------------------------------------------

    def check_room(self, size: int) -> None:
        """Raises ServerTrouble where the reserve would be touched."""
        with _coded():
            free = shutil.disk_usage(self._folder).free
        if free - size < self._reserve:
            raise ServerTrouble(free=free)

    def sweep(self, now: float) -> int:
        """Throw away parts that nobody touched for a week. Returns how many."""
        swept = 0
        for part in [*self._parts.glob("*"), *self._parts.glob("d-*/*")]:
            with suppress(OSError):
                if part.is_dir():
                    part.rmdir()  # only where it is empty
                elif _written(part) < now - PART_DAYS * 86400:
                    part.unlink()
                    swept += 1
        return swept


def _write_all(file: FileIO, content: Sequence[bytes]) -> None:
    for piece in content:
        left = memoryview(piece)
        while left:  # an unbuffered file may take less at a time
            left = left[file.write(left) :]


def _still_named(part: Path, file: FileIO) -> bool:
    try:
        return os.path.samestat(part.stat(), os.fstat(file.fileno()))
    except OSError:
        return False


def _written(part: Path) -> float:
    try:
        return part.stat().st_mtime
    except OSError:
        return time.time()
