"""Hold what a back office is started with, and its token."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from app.domain.hall import Hall
from sync.backoffice.certificate import Certificate
from sync.backoffice.departments.lists import Lists, NoLists


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``data`` is the folder of database and token. ``demo_line`` people wait at start.

    ``database`` is the address of a PostgreSQL database, "" for the file in ``data``.
    ``processes`` serve it here; each of them lets its share of what is limited through.
    """

    data: Path
    hall: Hall
    database: str = ""
    processes: int = 1
    certificate: Certificate | None = None  # None: plain, for this machine alone
    fingerprint: str = ""  # of the certificate
    version: str = "0.1.0"
    block_size: int = 200
    demo_line: int = 0
    progress_per_minute: int = 30  # requests from one address
    tickets_per_minute: int = 900  # looked at from one address: all phones of a hall share one
    wrong_codes_per_minute: int = 10  # from one address
    blob_reserve: int = 512 * 1024 * 1024  # bytes of the disk that scans leave to the journal
    disk_floor: int = 64 * 1024 * 1024  # bytes; with less free it is not ready for requests
    lists: Lists = field(default_factory=NoLists)  # what departments look up beside the facts
    now: Callable[[], datetime] = _now
    random: Callable[[int], bytes] = os.urandom


def read_token(data: Path) -> str:
    """The bearer token in ``data/token``; made at first start, readable by its owner alone."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data / "token"
    with suppress(FileNotFoundError):
        if token := path.read_text(encoding="ascii").strip():
            return token
        path.unlink()  # empty: an older program's first start died before writing
    # It has its name only once it is whole: of several that start at once, one makes it.
    part = data / f"token.{os.getpid()}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(part, path)
    part.unlink()
    return path.read_text(encoding="ascii").strip()
