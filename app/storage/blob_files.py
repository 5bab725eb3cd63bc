"""Keep scans as encrypted files, named by the SHA-256 of their plain bytes.

``FOLDER/ab/<sha>.enc``: a header (magic, 16 bytes of salt, the plain size) and pieces of 256 KB,
each AES-256-GCM under a key of its own file. That key is derived from the master key, the salt and
the file's name, and every piece is bound to the header and to its place: a file that is cut,
lengthened, renamed, or whose pieces changed places does not open.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.errors import AppError, Blame
from app.storage.errors import DiskFull, StoreError
from app.storage.scan_kinds import MAX_SCAN, is_sha

PIECE = 256 * 1024  # plain bytes
_TAG = 16
_HEADER = struct.Struct(">4s16sQ")
_MAGIC = b"OWB1"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class PageDamaged(AppError):
    """The local copy of a page is gone or does not open; it must be scanned again."""

    code = "ATT-DAMAGED"
    blame = Blame.MACHINE


def attachment_key(database_key: bytes) -> bytes:
    """The master key of the attachments, from the database's: one secret to keep."""
    return _derive(database_key, b"", b"onewindow attachments 1")


def _derive(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


@contextmanager
def _coded() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull from None
        raise StoreError(reason=errno.errorcode.get(error.errno or 0, "OSError")) from None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows does so by itself and has no call for it."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class BlobReader:
    """One open scan; ``read`` gives any part of it, and holds one piece of it in memory."""

    def __init__(self, file: BinaryIO, key: bytes, sha: str) -> None:
        self._file = file
        try:
            header = file.read(_HEADER.size)
            magic, salt, self.size = _HEADER.unpack(header)
            whole = os.fstat(file.fileno()).st_size
        except (OSError, struct.error):
            raise PageDamaged from None
        if magic != _MAGIC or self.size > MAX_SCAN or whole != _size_on_disk(self.size):
            raise PageDamaged
        self._header = header
        self._cipher = AESGCM(_file_key(key, salt, sha))
        self._piece, self._content = -1, b""

    def read(self, offset: int, length: int) -> list[bytes]:
        """In pieces; fewer bytes only at the end. Raises PageDamaged."""
        end = min(self.size, offset + length)
        pieces = []
        while offset < end:
            number, start = divmod(offset, PIECE)
            piece = self._open(number)[start : start + end - offset]
            pieces.append(piece)
            offset += len(piece)
        return pieces

    def _open(self, number: int) -> bytes:
        if number != self._piece:
            try:
                self._file.seek(_HEADER.size + number * (PIECE + _TAG))
                sealed = self._file.read(min(PIECE, self.size - number * PIECE) + _TAG)
                self._content = self._cipher.decrypt(_nonce(number), sealed, self._header)
            except (OSError, InvalidTag, ValueError):
                raise PageDamaged from None
            self._piece = number
        return self._content

    def close(self) -> None:
        self._file.close()


def _file_key(key: bytes, salt: bytes, sha: str) -> bytes:
    return _derive(key, salt, b"onewindow attachment " + sha.encode("ascii"))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")  # never twice: each file has its own key


def _size_on_disk(size: int) -> int:
    return _HEADER.size + size + _TAG * -(-size // PIECE)


class BlobFiles:
    """Safe to use from several threads: what has a name is whole."""

    def __init__(self, folder: Path, key: bytes, random: Callable[[int], bytes]) -> None:
        self._folder = folder
        self._key = key
        self._random = random

    def keep(self, content: bytes) -> str:
        """Durable when it returns; the same bytes twice are one file. Returns their name.

        Raises DiskFull, StoreError; then nothing is left of it.
        """
        sha = hashlib.sha256(content).hexdigest()
        path = self._path(sha)
        if self._is_whole(sha):
            with _coded():
                sync_folder(path.parent)  # it may be from a moment before the power went
            return sha
        with _coded():
            for folder in (self._folder, path.parent):
                if not folder.exists():
                    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                    sync_folder(folder.parent)
            self._write(path, sha, content)
        return sha

    def _write(self, path: Path, sha: str, content: bytes) -> None:
        salt = self._random(16)
        header = _HEADER.pack(_MAGIC, salt, len(content))
        cipher = AESGCM(_file_key(self._key, salt, sha))
        part = path.with_name(f"{sha}.{self._random(6).hex()}.part")
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
                file.write(header)
                view = memoryview(content)
                for number, start in enumerate(range(0, len(content), PIECE)):
                    piece = view[start : start + PIECE]
                    file.write(cipher.encrypt(_nonce(number), piece, header))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)

    def open(self, sha: str) -> BlobReader:
        """Raises PageDamaged, also where there is no such file."""
        try:
            file = self._path(sha).open("rb", buffering=0)
        except OSError:
            raise PageDamaged from None
        try:
            return BlobReader(file, self._key, sha)
        except BaseException:
            file.close()
            raise

    def read(self, sha: str) -> bytes:
        """The whole scan, every byte of it checked. Raises PageDamaged."""
        with closing(self.open(sha)) as reader:
            return b"".join(reader.read(0, reader.size))

    def holds(self, sha: str) -> bool:
        return is_sha(sha) and self._path(sha).exists()

    def remove(self, sha: str) -> None:
        with _coded():
            self._path(sha).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, float]]:
        """Every finished file and when it was last written, in seconds since 1970."""
        for path, written in self._files(".enc"):
            if is_sha(path.stem):
                yield path.stem, written

    def sweep(self, before: float) -> int:
        """Remove what a kill left half written before then. Returns how many."""
        swept = 0
        for path, written in self._files(".part"):
            if written < before:
                with suppress(OSError):
                    path.unlink()
                    swept += 1
        return swept

    def _files(self, suffix: str) -> Iterator[tuple[Path, float]]:
        for path in self._folder.glob(f"*/*{suffix}"):
            with suppress(OSError):  # removed meanwhile
                yield path, path.stat().st_mtime

    def _is_whole(self, sha: str) -> bool:
        try:
            return bool(self.read(sha))
        except PageDamaged:
            return False

    def _path(self, sha: str) -> Path:
        if not is_sha(sha):
            raise PageDamaged
        return self._folder / sha[:2] / f"{sha}.enc"
