"""Tell a window's store what a back office's feed would: acts on tickets, orders, rules."""

from __future__ import annotations

from app.domain.event import Event
from app.domain.journal import GENESIS, seal
from app.storage.inbox import FeedPage, Inbox
from app.storage.store import Store


class LineFeed:
    """In the order in which it is told, through the inbox."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._told = 0

    def hear(self, *told: tuple[str, Event]) -> None:
        """(subject, fact) each, by a supervisor."""
        inbox, entries = Inbox(self._store), []
        now = self._store.clock.now()
        for subject, event in told:
            self._told += 1
            entry = seal(
                event, previous=GENESIS, id=f"heard-{self._told:04d}", device="office",
                install="office", seq=self._told, at=now, hlc=f"{self._told:012x}-000000",
                actor="9001", subject=subject,
            )  # fmt: skip
            entries.append((self._told, entry))
        page = FeedPage(
            asked=inbox.cursor(), cursor=f"c{self._told}", said=now, entries=entries
        )  # fmt: skip
        assert inbox.take(page)
