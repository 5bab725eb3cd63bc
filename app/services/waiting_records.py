"""Say what waits to be sent: how many facts, since when, which case is the oldest, how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.storage.store import Store

_SAMPLE = 200  # facts whose size is taken for that of all
_AROUND = 400  # bytes of a fact beside its body


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRecords:
    """``since`` is when the oldest was recorded, None where nothing waits; ``number`` and
    ``applicant`` (masked) are of its case, "" where it has none. ``size`` is in bytes, about."""

    count: int = 0
    since: datetime | None = None
    number: str = ""
    applicant: str = ""
    size: int = 0


class WaitingRecordsDesk:
    def __init__(self, store: Store) -> None:
        self._store = store

    def summary(self) -> WaitingRecords:
        """Raises StoreError."""
        install = self._store.install
        with self._store.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT j.seq, j.at, coalesce(c.number, ''), coalesce(c.applicant, ''), "
                "(SELECT max(seq) FROM journal WHERE install = ?) "
                "FROM journal j LEFT JOIN cases c ON j.subject = 'case:' || c.id "
                "WHERE j.install = ? AND j.seq > (SELECT acknowledged FROM chain) "
                "ORDER BY j.seq LIMIT 1",
                (install, install),
            ).one_or_none()
            if row is None:
                return WaitingRecords()
            count = int(row[4]) - int(row[0]) + 1
            mean = connection.exec_driver_sql(
                "SELECT avg(length(body)) FROM (SELECT body FROM journal "
                "WHERE install = ? AND seq >= ? ORDER BY seq LIMIT ?)",
                (install, row[0], _SAMPLE),
            ).scalar_one()
        return WaitingRecords(
            count=count, since=datetime.fromisoformat(row[1]), number=row[2], applicant=row[3],
            size=int(count * (float(mean or 0) + _AROUND)),
        )  # fmt: skip
