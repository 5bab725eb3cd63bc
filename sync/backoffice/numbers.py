"""Hold numbers of cases and bundles to the serials that were leased, and each to one use."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.events import CaseNumbersLeased
from app.domain.journal import Entry
from sync.backoffice.database import Transaction
from sync.errors import NumberNotLeased, NumberUsed

_MOST = 2**62


class NumberBook:
    """The numbers that one batch gives out. A serial once leased is its device's for ever."""

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection
        self._blocks: dict[str, list[tuple[int, int]]] = {}  # by device, those found so far
        self._holders: dict[str, set[str]] = {}  # by number: ids of cases and bundles

    def look_up(self, numbers: Iterable[str]) -> None:
        """Learn who has these numbers; before any of them is checked."""
        wanted = [number for number in numbers if number not in self._holders]
        for number in wanted:
            self._holders[number] = set()
        for sql in (
            "SELECT number, id FROM cases WHERE number IN ({})",
            "SELECT number, id FROM bundles WHERE number IN ({})",
        ):
            for number, holder in self._connection.among(sql, wanted):
                self._holders[number].add(holder)

    def check(self, entry: Entry, number: str, serial: int | None) -> None:
        """A new number, of a case or a bundle. Raises NumberNotLeased, NumberUsed."""
        name = entry.subject.partition(":")[2]
        if serial is None or not self._is_leased(entry.device, serial):
            raise NumberNotLeased(case=name)
        if self._holders[number] - {name}:
            raise NumberUsed(case=name)

    def give(self, number: str, name: str) -> None:
        self._holders[number].add(name)

    def _is_leased(self, device: str, serial: int) -> bool:
        if serial >= _MOST:
            return False
        known = self._blocks.setdefault(device, [])
        if any(first <= serial <= last for first, last in known):
            return True
        found = self._connection.execute(
            "SELECT first, last FROM number_blocks WHERE device = ? AND first <= ? AND last >= ?",
            (device, serial, serial),
        ).fetchone()
        if found is not None:
            known.append((found[0], found[1]))
        return found is not None

    def confirm_block(self, entry: Entry, event: CaseNumbersLeased) -> None:
        """The device has saved its block. Raises NumberNotLeased where it was never given."""
        if not 0 <= event.first <= event.last < _MOST:
            raise NumberNotLeased(first=event.first, last=event.last)
        given = self._connection.execute(
            "UPDATE number_blocks SET confirmed = 1 WHERE device = ? AND first = ? AND last = ?",
            (entry.device, event.first, event.last),
        ).rowcount
        if not given:
            raise NumberNotLeased(first=event.first, last=event.last)
