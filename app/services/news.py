"""Tell the screen what came from elsewhere: conflicts, supplements, results, orders, freed cases.

Each piece of news is one fact that the feed brought; it is told once and kept until it is read and
old. What it says of the case is the case as it stands now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.case_events import (
    CaseFinished,
    CaseLeft,
    ConflictRecorded,
    NoticeLine,
    SupplementAsked,
)
from app.domain.errors import BadEntry
from app.domain.events import OrderGiven
from app.domain.journal import decode_event
from app.storage.database import writing
from app.storage.store import Store

_COLUMNS = (
    "n.id, n.at, n.read, n.kind, n.version, n.body, n.subject, c.id, c.number, c.item_name, "
    "c.window, n.device"
)
_FROM = "FROM news n LEFT JOIN cases c ON n.subject = 'case:' || c.id"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """``id`` is that of the fact, ``at`` when it was recorded there."""

    id: str
    at: datetime
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNews(News):
    """``number`` and ``item_name`` may be "": a case that was left has no number yet."""

    case_id: str
    number: str
    item_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(CaseNews):
    """Two windows changed one case: the facts of ``window`` were not taken, ``holder`` goes on.

    ``ours`` says that they were this window's; ``kinds`` as in the journal, ``code`` says why.
    """

    window: str
    holder: str
    ours: bool
    kinds: tuple[str, ...]
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementWanted(CaseNews):
    """The department asks for more, of a case that this window took in."""

    lines: tuple[NoticeLine, ...]
    reviewer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultArrived(CaseNews):
    """出件: the department is done, and the result waits at the hall to be handed out."""

    result: str
    result_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFreed(CaseNews):
    """A supervisor freed a case that this window had open: any window may go on with it."""

    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseUnfit(CaseNews):
    """The case cannot be shown as the back office has it; ``code`` says why. No other case is
    touched by it."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(News):
    """A supervisor's word to this window or to all (``everyone``); ``until`` when it holds."""

    order: str
    text: str
    until: datetime | None
    everyone: bool


AnyNews = Conflict | SupplementWanted | ResultArrived | CaseFreed | CaseUnfit | Order


class NewsDesk:
    """Safe to use from several threads, like the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def recent(self, limit: int = 100) -> tuple[AnyNews, ...]:
        """Read or not, the newest first. Raises StoreError."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                f"SELECT {_COLUMNS} {_FROM} ORDER BY n.heard DESC, n.id DESC LIMIT ?",
                (limit,),
            ).all()
        return tuple(self._news(rows))

    def unread(self) -> int:
        """How many are not read yet. Raises StoreError."""
        with self._store.read() as connection:
            return int(
                connection.exec_driver_sql("SELECT count(*) FROM news WHERE read = 0").scalar_one()
            )

    def orders(self) -> tuple[Order, ...]:
        """Those that hold now, the newest first; a later one of the same name stands for the
        earlier, and ends it where its text is empty. Raises StoreError."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                f"SELECT {_COLUMNS} {_FROM} WHERE n.kind = 'OrderGiven' "
                "ORDER BY n.heard DESC, n.id DESC LIMIT 1000"
            ).all()
        now = self._store.clock.now()
        latest: dict[str, Order] = {}
        for one in self._news(rows):
            if isinstance(one, Order):
                latest.setdefault(one.order, one)
        return tuple(
            one
            for one in latest.values()
            if one.text and (one.until is None or one.until > now)
        )  # fmt: skip

    def mark_read(self, *ids: str) -> None:
        """Raises StoreError."""
        with writing(self._store.engine) as connection:
            for one in ids:
                connection.exec_driver_sql("UPDATE news SET read = 1 WHERE id = ?", (one,))

    def _news(self, rows: list[tuple[Any, ...]]) -> Iterator[AnyNews]:
        for row in rows:
            try:
                told = self._told(row)
            except BadEntry:
                continue  # of a later program, that was here before this one
            if told is not None:
                yield told

    def _told(self, row: tuple[Any, ...]) -> AnyNews | None:
        id_, at, read, kind, version, body, subject, case_id, number, item_name, window, device = (
            row
        )
        news: dict[str, Any] = {
            "id": id_, "at": datetime.fromisoformat(at), "read": bool(read)
        }  # fmt: skip
        about = news | {
            "case_id": case_id or subject.partition(":")[2], "number": number or "",
            "item_name": item_name or "",
        }  # fmt: skip
        if kind == CaseUnfit.__name__:
            return CaseUnfit(**about, code=body)
        match decode_event(kind, version, body):
            case ConflictRecorded() as event:
                return Conflict(
                    **about, window=event.window, holder=window or "",
                    ours=event.window == self._store.device, kinds=event.kinds, code=event.code,
                )  # fmt: skip
            case SupplementAsked() as event:
                return SupplementWanted(**about, lines=event.lines, reviewer=event.reviewer)
            case CaseFinished() as event:
                return ResultArrived(**about, result=event.name, result_number=event.number)
            case CaseLeft() as event:
                return CaseFreed(**about, reason=event.reason, by=event.freed_by or device)
            case OrderGiven() as event:
                return Order(
                    **news, order=event.order, text=event.text, until=event.until,
                    everyone=subject == "hall",
                )  # fmt: skip
        return None
