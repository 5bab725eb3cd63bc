"""Rank what this window does often first: count the items of its cases of the last 90 days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from app.services.catalogue import Catalogue, Found
from app.storage.database import reading
from app.storage.errors import StoreError
from app.storage.store import Store

_LOOKED_BACK = timedelta(days=90)
_KEPT = timedelta(minutes=30)


class OftenUsed:
    """How many cases of each item this window opened lately; counted anew twice an hour."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: Mapping[str, int] = {}
        self._counted_at: datetime | None = None

    def counts(self) -> Mapping[str, int]:
        """By item code; the same mapping until it is counted anew."""
        now = self._store.clock.now()
        # A clock set back counts anew as well.
        if self._counted_at is None or abs(now - self._counted_at) >= _KEPT:
            self._counted_at = now
            self._counts = self._count(now - _LOOKED_BACK)
        return self._counts

    def _count(self, since: datetime) -> Mapping[str, int]:
        # Case ids are UUIDv7: the primary key leads straight to the cases of these days.
        stamp = f"{int(since.timestamp() * 1000):012x}"
        try:
            with reading(self._store.engine) as connection:
                rows = connection.exec_driver_sql(
                    "SELECT item, count(*) FROM cases "
                    "WHERE id >= ? AND opened_at >= ? AND item <> '' AND mine > 0 GROUP BY item",
                    (f"{stamp[:8]}-{stamp[8:]}", since.isoformat()),
                )
                return {str(item): int(count) for item, count in rows}
        except StoreError:
            return self._counts  # the order of the answers is no reason to give none


class ItemSearch:
    """The catalogue's search as the screen uses it, with this window's habits."""

    def __init__(self, catalogue: Callable[[], Catalogue], often: OftenUsed) -> None:
        self._catalogue = catalogue
        self._often = often

    def find(self, text: str, limit: int = 20) -> tuple[Found, ...]:
        return self._catalogue().find(text, limit, often=self._often.counts())
