"""Find the list that a case or bundle froze, and refuse one that was altered under its version."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.domain.bundle import Bundle
from app.domain.case import Case
from app.domain.catalogue import Item, list_hash
from app.domain.errors import ListChanged, NotReady
from app.services.catalogue import Catalogue

_Listed = TypeVar("_Listed", Item, Bundle)


class FrozenLists:
    """``catalogue`` may give another one later: a list is hashed once, not once per version."""

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        self.catalogue = catalogue
        self._hashes: dict[tuple[str, int], tuple[Item | Bundle, str]] = {}

    def item(self, case: Case) -> Item:
        """Raises NotReady, ItemNotFound, ListChanged."""
        if not case.item:
            raise NotReady(need="item")
        return self._same(self.catalogue().get_version(case.item, case.version), case.list_hash)

    def bundle(self, code: str, version: int, frozen: str) -> Bundle:
        """Raises ItemNotFound, ListChanged."""
        return self._same(self.catalogue().get_bundle_version(code, version), frozen)

    def _same(self, listed: _Listed, frozen: str) -> _Listed:
        key = (listed.code, listed.version)
        known, digest = self._hashes.get(key, (None, ""))
        if known is not listed:
            digest = list_hash(listed)
            self._hashes[key] = (listed, digest)
        if digest != frozen:
            raise ListChanged(item=listed.code, version=listed.version)
        return listed
