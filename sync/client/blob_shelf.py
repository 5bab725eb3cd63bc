"""Say what the upload of scans needs from the window's storage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from app.storage.attachments import WaitingBlob


class Scan(Protocol):
    """An open scan: reading raises PageDamaged."""

    size: int

    def read(self, offset: int, length: int) -> Sequence[bytes]: ...

    def close(self) -> None: ...


class Shelf(Protocol):
    """``app.storage.attachments.AttachmentShelf`` is the real one, which says what these do."""

    def waiting(self, limit: int, passing: frozenset[str] = frozenset()) -> list[WaitingBlob]: ...

    def open(self, sha: str) -> Scan: ...

    def arrived(self, shas: Iterable[str]) -> None: ...

    def missing(self, shas: Iterable[str]) -> None: ...

    def refused(self, sha: str, code: str) -> None: ...

    def sent(self, sha: str, offset: int) -> None: ...

    def to_ask_again(self, before: datetime, limit: int) -> list[WaitingBlob]: ...

    def cases_to_ask(self, before: datetime, limit: int) -> list[str]: ...

    def learn(self, case_id: str, lacking: frozenset[str] | None) -> None: ...

    def disposable(self, limit: int) -> list[WaitingBlob]: ...

    def drop_copies(self, shas: Sequence[str]) -> None: ...

    def sweep(self) -> int: ...

    def backlog(self) -> tuple[int, int, int]:
        """(scans waiting, their bytes that have not arrived, scans refused)."""
        ...
