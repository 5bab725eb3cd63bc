"""Show what the back office refused: it waits for a person and never vanishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """``number`` is the case's number where the event is about a numbered case."""

    seq: int
    subject: str
    kind: str
    number: str
    code: str
    detail: str
    at: datetime


class SetAsideDesk:
    def __init__(self, store: Store) -> None:
        self._store = store

    def refused(self) -> tuple[SetAside, ...]:
        """Newest first."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT s.seq, j.subject, j.kind, coalesce(nullif(c.number, ''), "
                "json_extract(nullif(j.body, ''), '$.number'), ''), s.code, s.detail, s.at "
                "FROM set_aside s JOIN journal j ON j.install = s.install AND j.seq = s.seq "
                "LEFT JOIN cases c ON j.subject = 'case:' || c.id ORDER BY s.at DESC, s.seq DESC"
            ).all()
        return tuple(
            SetAside(
                seq=r[0], subject=r[1], kind=r[2], number=r[3], code=r[4], detail=r[5],
                at=datetime.fromisoformat(r[6]),
            )
            for r in rows
        )  # fmt: skip
