"""Load the item lists of a hall, refuse what cannot be used with its place, and find items."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from app.domain.bundle import Bundle, merged_item
from app.domain.catalogue import Item, ItemKind, check_items
from app.domain.errors import AppError, BadCatalogue, ItemNotFound
from app.services.catalogue_bundles import choosable, in_force
from app.services.catalogue_codes import code_faults, national_codes
from app.services.search import MatchedBy, SearchIndex
from app.services.strict_json import unknown_fields

_LARGEST_FILE = 64 * 1024 * 1024
# Ids stand in commands (question=option, material:originals:copies) and file names.
ID_PATTERN = r"[a-z0-9][a-z0-9_.-]{0,63}"
_ID = re.compile(ID_PATTERN)
_SHOWN = 5
_MOST = 999
_LONGEST_NAME = 300


class CatalogueFaults(BadCatalogue):
    """A catalogue that cannot be used; ``faults`` names every place, the details the first few."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(place="; ".join(faults[:_SHOWN]), count=len(faults))
        self.faults = faults


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
        self._current: dict[str, Item] = {}
        for item in items:
            key = (item.code, item.version)
            if key in self._versions:
                raise CatalogueFaults((f"{item.code}: version {item.version} stands twice",))
            self._versions[key] = item
            former = self._current.get(item.code)
            now = in_force(item.effective_from, item.effective_to, on)
            if now and (former is None or former.version < item.version):
                self._current[item.code] = item
        for version in self._versions.values():
            check_items((version,))
        self._bundle_versions = {(bundle.code, bundle.version): bundle for bundle in bundles}
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
    bundles = load_bundles(folder.parent / "bundles")
    return Catalogue(load_items(folder), bundles=bundles, on=on)


def load_bundles(folder: Path) -> tuple[Bundle, ...]:
    """Every ``*.json`` of a folder: one bundle or an array each; none where there is no folder.

    Raises CatalogueFaults (CAT-01).
    """
    faults: list[str] = []
    bundles: list[Bundle] = []
    for file in sorted(folder.glob("*.json")):
        try:
            raw = decode_json(read_bytes(file))
            bundles += read_listed(raw if isinstance(raw, list) else [raw], Bundle)
        except UnreadableItems as unreadable:
            faults += [f"{file.name}: {fault}" for fault in unreadable.faults]
    if faults:
        raise CatalogueFaults(tuple(faults))
    return tuple(bundles)


def load_items(folder: Path) -> tuple[Item, ...]:
    """Read every ``*.json`` of a folder: one item or an array of items each.

    Raises CatalogueFaults (CAT-01) naming each fault with its file and place.
    """
    faults: list[str] = []
    items: list[Item] = []
    places: dict[tuple[str, int], str] = {}
    try:
        files = sorted(folder.glob("*.json"))
    except OSError:
        files = []
    if not files:
        faults.append(f"{folder.name}: no item files")
    for file in files:
        try:
            read = read_items_file(file)
        except UnreadableItems as unreadable:
            faults += [f"{file.name}: {fault}" for fault in unreadable.faults]
            continue
        for item in read:
            faults += [f"{file.name}: {fault}" for fault in item_faults(item)]
            key = (item.code, item.version)
            if key in places:
                faults.append(f"{file.name}: {item.code}: stands already in {places[key]}")
            places.setdefault(key, file.name)
            items.append(item)
    if faults:
        raise CatalogueFaults(tuple(faults))
    return tuple(items)


class UnreadableItems(Exception):
    """Says what is wrong with one file, and where in it: ``faults``."""

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.faults = faults


def read_items_file(file: Path) -> tuple[Item, ...]:
    """One item or an array of items. Raises UnreadableItems."""
    raw = decode_json(read_bytes(file))
    return read_items(raw if isinstance(raw, list) else [raw])


def read_bytes(file: Path) -> bytes:
    """A file of a size that a list can have. Raises UnreadableItems."""
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise UnreadableItems("too large")
        return file.read_bytes()
    except OSError as error:
        raise UnreadableItems(error.strerror or "cannot be read") from None


def decode_json(data: bytes) -> Any:
    """JSON in UTF-8 in which no field stands twice. Raises UnreadableItems."""
    try:
        raw = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_no_repeats, parse_constant=_no_constant
        )
        if b"\\ud" in data.lower():  # half a character is something nothing can print or store
            json.dumps(raw, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise UnreadableItems("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise UnreadableItems(f"line {error.lineno}: {error.msg}") from None
    except UnicodeEncodeError:
        raise UnreadableItems("half of a surrogate pair") from None
    except (RecursionError, ValueError):
        raise UnreadableItems("not a list of items") from None
    return raw


def read_items(raw: list[Any]) -> tuple[Item, ...]:
    """Items from decoded JSON. Raises UnreadableItems with every place that does not fit."""
    return read_listed(raw, Item)


_Listed = TypeVar("_Listed", Item, Bundle)


def read_listed(raw: list[Any], kind: type[_Listed]) -> tuple[_Listed, ...]:
    """Items or bundles from decoded JSON. Raises UnreadableItems with every misfit."""
    try:
        listed: tuple[_Listed, ...] = msgspec.convert(raw, type=tuple[kind, ...])  # type: ignore[valid-type]  # a type made at run time
    except (msgspec.ValidationError, ArithmeticError, ValueError) as error:
        faults = list(misfits(raw, tuple[kind, ...], "$"))  # type: ignore[valid-type]  # the same
        raise UnreadableItems(*faults or [str(error)]) from None
    unknown = list(unknown_fields(raw, listed, "$"))
    if unknown:
        raise UnreadableItems(*(f"unknown field {place}" for place in unknown))
    return listed


def _no_constant(name: str) -> Any:
    raise UnreadableItems(f"{name} is no number")


def misfits(raw: Any, kind: Any, place: str) -> Iterator[str]:
    """Every place where decoded JSON does not fit a dataclass; the decoder stops at the first."""
    if is_dataclass(kind) and isinstance(kind, type) and isinstance(raw, dict):
        hints = get_type_hints(kind)
        for field in fields(kind):
            if field.name in raw:
                yield from misfits(raw[field.name], hints[field.name], f"{place}.{field.name}")
            elif field.default is MISSING and field.default_factory is MISSING:
                yield f"{place}: field {field.name} is missing"
    elif get_origin(kind) is tuple and isinstance(raw, list):
        for number, one in enumerate(raw):
            yield from misfits(one, get_args(kind)[0], f"{place}[{number}]")
    else:
        try:
            msgspec.convert(raw, type=kind)
        except (msgspec.ValidationError, ArithmeticError, ValueError) as error:
            yield f"{place}: {error}"


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise UnreadableItems(f"field {repeated[:64]} stands twice in one object")
    return found


def item_faults(item: Item) -> Iterator[str]:
    """What the types cannot say: ranges, code sets and the list's own logic."""
    try:
        check_items((item,))
    except BadCatalogue as bad:
        yield str(bad.details["place"])
    if not item.code.isascii() or not item.code.isprintable() or not 1 <= len(item.code) <= 64:
        yield f"code {item.code[:64]!r} is not usable"
    if max(map(len, (item.name, item.department.name, *item.aliases))) > _LONGEST_NAME:
        yield f"{item.code}: a name of more than {_LONGEST_NAME} characters"
    if not item.name.strip() or not item.department.name.strip():
        yield f"{item.code}: no name or no department"
    yield from code_faults(item, national_codes())
    if item.version < 1:
        yield f"{item.code}: version {item.version}"
    for fee in item.fees:
        if not fee.amount.is_finite() or not 0 <= fee.amount < 10**14:
            yield f"{item.code}: fee {fee.name[:40]}: amount {fee.amount}"
    ids = [material.id for material in item.materials]
    ids += [question.id for question in item.questions]
    ids += [option.id for question in item.questions for option in question.options]
    for bad_id in sorted({i for i in ids if not _ID.fullmatch(i)}):
        yield f"{item.code}: id {bad_id[:64]!r}: a-z, 0-9, hyphen, dot and underscore only"
    for material in item.materials:
        if not material.name.strip():
            yield f"{item.code}: material {material.id}: no name"
        if max(material.originals, material.copies, material.defer_days) > _MOST:
            yield f"{item.code}: material {material.id}: count above {_MOST}"
        if material.defer_days < 0:
            yield f"{item.code}: material {material.id}: negative defer_days"
