"""Hold numbers of cases and bundles to the serials that were leased, and each to one use."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.events import CaseNumbersLeased
from app.domain.journal import Entry
from sync.backoffice.database import Transaction
from sync.backoffice.lineage import forerunners, former_devices
from sync.errors import NumberNotLeased, NumberUsed

_MOST = 2**62


class NumberBook:
    """The numbers that one batch gives out. A serial once leased is its device's for ever."""

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection
        self._blocks: dict[tuple[str, str], list[tuple[int, int]]] = {}  # by chain, as found
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
        if serial is None or not self._is_leased(entry, serial):
            raise NumberNotLeased(case=name)
        if self._holders[number] - {name}:
            raise NumberUsed(case=name)

    def give(self, number: str, name: str) -> None:
        self._holders[number].add(name)

    def _is_leased(self, entry: Entry, serial: int) -> bool:
        """To this device, or to a chain with which it goes on under another name."""
        if serial >= _MOST:
            return False
        known = self._blocks.setdefault((entry.device, entry.install), [])
        for first, last in known:
            if first <= serial <= last:
                return True
        found = self._find_block("device = ?", (entry.device,), serial)
        if found is None:
            for former in forerunners(self._connection, entry.device, entry.install):
                found = found or self._find_block("device = ? AND install = ?", former, serial)
        if found is not None:
            known.append(found)
        return found is not None

    def _find_block(
        self, whose: str, names: tuple[str, ...], serial: int
    ) -> tuple[int, int] | None:
        found = self._connection.execute(
            f"SELECT first, last FROM number_blocks WHERE {whose} AND first <= ? AND last >= ?",  # noqa: S608 - a constant
            (*names, serial, serial),
        ).fetchone()
        return None if found is None else (found[0], found[1])

    def confirm_block(self, entry: Entry, event: CaseNumbersLeased) -> None:
        """The device has saved its block. Raises NumberNotLeased where it was never given."""
        if not 0 <= event.first <= event.last < _MOST:
            raise NumberNotLeased(first=event.first, last=event.last)
        if not self._confirm(entry.device, event) and not any(
            self._confirm(device, event) for device in former_devices(self._connection, entry)
        ):
            raise NumberNotLeased(first=event.first, last=event.last)

    def _confirm(self, device: str, event: CaseNumbersLeased) -> bool:
        given = self._connection.execute(
            "UPDATE number_blocks SET confirmed = 1 WHERE device = ? AND first = ? AND last = ?",
            (device, event.first, event.last),
        ).rowcount
        return given > 0
