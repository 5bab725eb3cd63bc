"""Read a list wherever it is kept: a folder, an item file, a signed list or a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.domain.catalogue import Item
from app.services.catalogue import (
    Catalogue,
    CatalogueFaults,
    UnreadableItems,
    item_faults,
    load_items,
    read_items,
)
from app.services.catalogue_codes import national_codes
from app.services.catalogue_signing import PublicKey, decode_file, is_signed, verify_signed


def read_list(path: Path, trusted: Iterable[PublicKey] | None = None) -> tuple[Item, ...]:
    """All items of a list, checked. With ``trusted``, a signed list is verified, too.

    Raises CatalogueFaults (every fault with file and place), WorkbookRefused, TooManyRows and,
    for signed lists, what ``verify_signed`` raises.
    """
    if path.is_dir():
        return load_items(path)
    if path.suffix.lower() == ".xlsx":
        from app.services.catalogue_workbook import read_workbook

        return read_workbook(path, national_codes())
    _, raw = decode_file(path)
    if is_signed(raw) and trusted is not None:
        return verify_signed(raw, trusted, path.name).items
    if is_signed(raw) and isinstance(raw["list"], dict):
        raw = raw["list"].get("items")
    try:
        items = read_items(raw if isinstance(raw, list) else [raw])
        faults = [fault for item in items for fault in item_faults(item)]
        if faults:
            raise UnreadableItems(*faults)
    except UnreadableItems as unreadable:
        raise CatalogueFaults(
            tuple(f"{path.name}: {fault}" for fault in unreadable.faults)
        ) from None
    Catalogue(items)  # refuses one version standing twice
    return items
