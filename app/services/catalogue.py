"""Load the item lists of a hall, refuse what cannot be used with its place, and find items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock

from app.domain.bundle import Bundle
from app.domain.bundle_merge import merged_item
from app.domain.catalogue import Item, ItemKind
from app.domain.catalogue_check import check_items
from app.domain.errors import AppError, BadCatalogue, ItemNotFound
from app.services.catalogue_bundles import choosable, in_force
from app.services.catalogue_faults import (
    CatalogueFaults,
    bundle_list_faults,
    item_faults,
    repeated,
)
from app.services.catalogue_json import Listed, UnreadableItems, read_file
from app.services.search import MatchedBy, SearchIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An item that a search found. ``matched`` is the alias, department or code that matched, ""
    where it was the name itself."""

    code: str
    name: str
    department: str
    kind: ItemKind
    level: str
    matched_by: MatchedBy
    matched: str = ""
    bundle: bool = False


class Catalogue:
    """Every version of every item and bundle; ``on`` limits what is current to that day.

    ``warnings`` say which published lists could not be taken, for people to see.
    The search index is built when first needed, or by ``build_index`` in any thread.
    """

    def __init__(
        self,
        items: Iterable[Item],
        *,
        bundles: Iterable[Bundle] = (),
        on: date | None = None,
        warnings: tuple[AppError, ...] = (),
    ) -> None:
        self._versions: dict[tuple[str, int], Item] = {}
        for item in items:
            key = (item.code, item.version)
            if key in self._versions:
                raise CatalogueFaults((f"{item.code}: version {item.version} stands twice",))
            self._versions[key] = item
        for version in self._versions.values():
            try:
                check_items((version,))
            except BadCatalogue as bad:
                raise CatalogueFaults(tuple(str(bad.details["place"]).split("; "))) from None
        self._current = {item.code: item for item in in_force(self._versions.values(), on)}
        listed = tuple(bundles)
        twice = tuple(repeated((bundle.code, bundle.version) for bundle in listed))
        if twice:
            raise CatalogueFaults(twice)
        self._bundle_versions = {(bundle.code, bundle.version): bundle for bundle in listed}
        self._bundles, left_out = choosable(self._bundle_versions.values(), self._current, on)
        self.warnings = (*warnings, *left_out)
        self._index: SearchIndex | None = None
        self._building = Lock()

    def __len__(self) -> int:
        return len(self._current)

    def items(self) -> tuple[Item, ...]:
        """The current version of each item, by code."""
        return tuple(item for _, item in sorted(self._current.items()))

    def get(self, code: str) -> Item:
        """The current version. Raises ItemNotFound."""
        try:
            return self._current[code]
        except KeyError:
            raise ItemNotFound(item=code[:64]) from None

    def versions(self) -> tuple[Item, ...]:
        """Every version of every item, also those not yet or no longer current."""
        return tuple(self._versions.values())

    def get_version(self, code: str, version: int) -> Item:
        """The version that a case froze. Raises ItemNotFound."""
        try:
            return self._versions[code, version]
        except KeyError:
            raise ItemNotFound(item=code[:64], version=version) from None

    def bundles(self) -> tuple[Bundle, ...]:
        """Those that can be chosen today, by code."""
        return tuple(bundle for _, bundle in sorted(self._bundles.items()))

    def find_bundle(self, code: str) -> Bundle | None:
        return self._bundles.get(code)

    def get_bundle_version(self, code: str, version: int) -> Bundle:
        """The version that a matter froze. Raises ItemNotFound."""
        try:
            return self._bundle_versions[code, version]
        except KeyError:
            raise ItemNotFound(item=code[:64], version=version) from None

    def bundle_versions(self) -> tuple[Bundle, ...]:
        return tuple(self._bundle_versions.values())

    def items_of(self, bundle: Bundle) -> tuple[Item, ...]:
        """The current version of each, in the bundle's order. Raises ItemNotFound."""
        return tuple(self.get(code) for code in bundle.items)

    @property
    def index_ready(self) -> bool:
        return self._index is not None

    def build_index(self) -> None:
        """Prepare the search; call it in a worker thread so that the first keystroke finds it."""
        with self._building:
            if self._index is None:
                merged = [merged_item(one, self.items_of(one)) for one in self.bundles()]
                self._index = SearchIndex([*self._current.values(), *merged])

    def find(
        self, text: str, limit: int = 20, often: Mapping[str, int] | None = None
    ) -> tuple[Found, ...]:
        """Items for what the clerk typed so far, best first; ``often`` counts uses by code."""
        if self._index is None:
            self.build_index()
        index = self._index
        if index is None:  # pragma: no cover - build_index sets it or raises
            return ()
        return tuple(
            Found(
                code=match.item.code,
                name=match.item.name,
                department=match.item.department.name,
                kind=match.item.kind,
                level=match.item.level,
                matched_by=match.matched_by,
                matched=match.text,
                bundle=match.item.code in self._bundles,
            )
            for match in index.find(text, limit, often)
        )


def load_catalogue(folder: Path, *, on: date | None = None) -> Catalogue:
    """The items of a folder, and the bundles beside it, ready to be found.

    Raises CatalogueFaults (CAT-01).
    """
    listed = load_lists(folder)
    return Catalogue(listed.items, bundles=listed.bundles, on=on)


def load_items(folder: Path) -> tuple[Item, ...]:
    """The items of ``load_lists`` alone. Raises CatalogueFaults."""
    return load_lists(folder).items


def load_lists(folder: Path) -> Listed:
    """Read every ``*.json`` of a folder of items, and of the folder ``bundles`` beside it (none
    where there is none): one item or bundle, or an array, each.

    Raises CatalogueFaults (CAT-01) naming each fault with its file and place. What a bundle names
    is looked at when it is to be chosen: other lists may bring it.
    """
    faults: list[str] = []
    items: list[Item] = []
    bundles: list[Bundle] = []
    places: dict[tuple[str, int], str] = {}
    files = _files(folder)
    if not files:
        faults.append(f"{folder.name}: no item files")
    for file in files + _files(folder.parent / "bundles"):
        try:
            read = read_file(file)
        except UnreadableItems as unreadable:
            faults += [f"{file.name}: {fault}" for fault in unreadable.faults]
            continue
        for item in read.items:
            faults += [f"{file.name}: {fault}" for fault in item_faults(item)]
        for bundle in read.bundles:
            found = bundle_list_faults(bundle, {}, whole=False)
            faults += [f"{file.name}: {fault}" for fault in found]
        keys = [(item.code, item.version) for item in read.items]
        keys += [(bundle.code, bundle.version) for bundle in read.bundles]
        for key in keys:
            if key in places:
                faults.append(f"{file.name}: {key[0]}: stands already in {places[key]}")
            places.setdefault(key, file.name)
        items += read.items
        bundles += read.bundles
    if faults:
        raise CatalogueFaults(tuple(faults))
    return Listed(items=tuple(items), bundles=tuple(bundles))


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.json"))
    except OSError:
        return []
