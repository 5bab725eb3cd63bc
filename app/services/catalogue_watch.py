"""Decide when the catalogue must be opened again: a list was installed, or another day began."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from app.domain.errors import AppError
from app.services.catalogue import Catalogue
from app.services.catalogue_store import installed_files, open_catalogue

_Seen = tuple[date, tuple[tuple[str, int, int], ...]]


class CatalogueWatch:
    """Gives the same catalogue until what it was made from changed.

    ``refresh`` reads many files: a window calls it between two cases or in a worker thread, and
    ``current`` at any time. A hall's folder that cannot be used any more leaves the last one.
    """

    def __init__(self, items: Path, home: Path, today: Callable[[], date]) -> None:
        self._items = items
        self._home = home
        self._today = today
        self._seen: _Seen | None = None
        self._catalogue: Catalogue | None = None

    def current(self) -> Catalogue:
        """What was opened last, opened now where nothing was. Raises CatalogueFaults."""
        if self._catalogue is None:
            self.refresh()
        if self._catalogue is None:  # pragma: no cover - refresh sets it or raises
            return Catalogue(())
        return self._catalogue

    def refresh(self) -> bool:
        """Open it again where something changed; whether it did. Raises CatalogueFaults only
        while there is nothing to go on with."""
        seen = (self._today(), self._fingerprint())
        if seen == self._seen:
            return False
        try:
            self._catalogue = open_catalogue(self._items, self._home, on=seen[0])
        except AppError:
            if self._catalogue is None:
                raise
            return False
        self._seen = seen
        return True

    def _fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        folders = (self._items, self._items.parent / "bundles")
        files = [file for folder in folders for file in sorted(folder.glob("*.json"))]
        for file in [*files, *installed_files(self._home), self._home / "trusted_keys.json"]:
            try:
                state = file.stat()
            except OSError:
                continue  # gone since; that is a change by itself
            found.append((file.name, state.st_mtime_ns, state.st_size))
        return tuple(found)
