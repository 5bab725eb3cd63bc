"""Read a list wherever it is kept: a folder, an item file, a signed list or a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from app.domain.catalogue import Item
from app.services.catalogue import load_lists
from app.services.catalogue_codes import national_codes
from app.services.catalogue_faults import CatalogueFaults, list_faults
from app.services.catalogue_json import Listed, UnreadableItems, read_lists
from app.services.catalogue_signing import PublicKey, decode_file, is_signed, verify_signed


def read_list(
    path: Path,
    trusted: Iterable[PublicKey] | None = None,
    beside: Mapping[str, Item] | None = None,
) -> Listed:
    """A list, checked. With ``trusted``, a signed list is verified, too; with ``beside``, its
    bundles may name these items and its own, and no others.

    Raises CatalogueFaults (every fault with file and place), WorkbookRefused, TooManyRows and,
    for signed lists, what ``verify_signed`` raises.
    """
    listed = _read(path, trusted)
    faults = tuple(f"{path.name}: {fault}" for fault in list_faults(listed, beside))
    if faults:
        raise CatalogueFaults(faults)
    return listed


def _read(path: Path, trusted: Iterable[PublicKey] | None) -> Listed:
    if path.is_dir():
        return load_lists(path / "items" if (path / "items").is_dir() else path)
    if path.suffix.lower() == ".xlsx":
        from app.services.catalogue_workbook import read_workbook

        return read_workbook(path, national_codes())
    _, raw = decode_file(path)
    if is_signed(raw) and trusted is not None:
        return verify_signed(raw, trusted, path.name).listed
    if is_signed(raw) and isinstance(raw["list"], dict):
        raw = {name: raw["list"].get(name, []) for name in ("items", "bundles")}
    try:
        return read_lists(raw)
    except UnreadableItems as unreadable:
        raise CatalogueFaults(
            tuple(f"{path.name}: {fault}" for fault in unreadable.faults)
        ) from None
