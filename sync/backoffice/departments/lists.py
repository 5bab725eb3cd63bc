"""Name what the departments look up beside the facts: item lists, working days, procedures.

The roof hands it in; without it limits are the law's general ones and no list is at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.case import Case
from app.domain.catalogue import Item, list_hash
from app.domain.clocks import ClockName, Thresholds
from app.domain.deadline import WorkCalendar


class Procedure(Protocol):
    """A special procedure (特别程序). ``exchange`` is its code in GB/T 39046-2020 A.7."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def basis(self) -> str: ...

    @property
    def exchange(self) -> str: ...


class Lists(Protocol):
    """Safe to use from several threads; each call reads what is published now."""

    def find_item(self, code: str, version: int) -> Item | None: ...

    def work(self) -> WorkCalendar: ...

    def thresholds(self) -> Mapping[ClockName, Thresholds]: ...

    def procedures(self) -> Sequence[Procedure]: ...


class NoLists:
    """Nothing is published: Monday to Friday, no special procedure."""

    def find_item(self, code: str, version: int) -> Item | None:  # noqa: ARG002 - it knows none
        return None

    def work(self) -> WorkCalendar:
        nothing = frozenset[int]()
        return WorkCalendar(published_years=nothing, holidays=frozenset(), workdays=frozenset())

    def thresholds(self) -> Mapping[ClockName, Thresholds]:
        return dict.fromkeys(ClockName, Thresholds())

    def procedures(self) -> Sequence[Procedure]:
        return ()


class FrozenLists:
    """Finds the list that a case froze; each is hashed once, not once per look."""

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self._hashes: dict[tuple[str, int], tuple[Item, str]] = {}

    def find(self, case: Case) -> Item | None:
        """None where the list is not at hand, or was altered in place."""
        item = self.lists.find_item(case.item, case.version) if case.item else None
        if item is None:
            return None
        key = (item.code, item.version)
        known = self._hashes.get(key)
        if known is None or known[0] is not item:
            known = self._hashes[key] = (item, list_hash(item))
        return item if known[1] == case.list_hash else None
