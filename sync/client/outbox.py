"""Say what sync needs from the window's storage: what waits, what was decided, what is leased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.domain.journal import Entry
from app.storage.number_stock import NumberStock
from app.storage.outbox import Refusal


class Outbox(Protocol):
    """``app.storage.outbox.Outbox`` is the real one. Called from the sync thread alone."""

    def identity(self) -> tuple[str, str]:
        """(device, install)."""
        ...

    def acknowledged(self) -> int:
        """The highest seq that the back office has decided."""
        ...

    def pending(self, after: int, limit: int, max_bytes: int) -> list[Entry]:
        """Entries after ``after`` in order, also those acknowledged before; at least one if any."""
        ...

    def acknowledge(self, through: int, refused: Sequence[Refusal], install: str = "") -> None:
        """One transaction; never moves back; the same refusal twice is one. A no-op where
        ``install`` is not the chain any more, as with leases."""
        ...

    def counts(self) -> tuple[int, int]:
        """(waiting, refused and not yet answered)."""
        ...

    def numbers(self) -> NumberStock:
        """The serials that are leased, and how fast they go."""
        ...

    def serves(self) -> bool:
        """Whether people are called here now: else no tickets are asked for."""
        ...

    def tickets_left(self) -> int: ...

    def lease_numbers(self, first: int, last: int, install: str = "") -> None: ...

    def lease_ticket(
        self, ticket_id: str, number: str, business: str, taken_at: datetime, priority: str,
        install: str = "", *, place: datetime | None = None, window: str = "", item: str = "",
    ) -> None: ...  # fmt: skip
