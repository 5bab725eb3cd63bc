"""Put the bundles (一件事) of a workbook together: one row for each of their items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.domain.bundle import Bundle
from app.domain.catalogue import Item
from app.services.catalogue_fault_words import in_chinese
from app.services.catalogue_faults import bundle_list_faults, highest
from app.services.catalogue_json import UnreadableItems, read_lists
from app.services.catalogue_rows import Faults, Row
from app.services.catalogue_sheets import BUNDLES

_FIRST_ROW = {column.key: column for column in BUNDLES.columns[4:]}
_WANTED = ("name", "effective_from", "department.code", "department.name")


@dataclass(slots=True)
class _Draft:
    number: int
    raw: dict[str, Any]
    groups: dict[str, list[dict[str, str]]] = field(default_factory=dict)


class BundleRows:
    """The drafts, with every wrong cell said; false where the sheet is empty."""

    def __init__(self, rows: Iterable[Row], faults: Faults) -> None:
        self._faults = faults
        self._drafts: dict[tuple[str, int], _Draft] = {}
        for row in rows:
            if "code" in row.values:
                self._take(row)

    def __len__(self) -> int:
        return len(self._drafts)

    def _take(self, row: Row) -> None:
        code, version = row.values["code"], row.values.get("version", 1)
        head = {key: row.values[key] for key in _FIRST_ROW if key in row.values}
        draft = self._drafts.get((code, version))
        if draft is None:
            for key in _WANTED:
                if key not in head:
                    self._fault(row, key, f"{_FIRST_ROW[key].heading}没有填")
            raw = {"code": code, "version": version, "items": []} | head
            draft = self._drafts[code, version] = _Draft(row.number, raw)
        else:
            for key, value in head.items():
                if draft.raw.get(key) != value:
                    self._fault(row, key, "与该一件事的第一行不一致")
        item = row.values.get("item")
        if item is None:
            return  # said already
        if item in draft.raw["items"]:
            self._fault(row, "item", "这个一件事里同一事项写了两次")
            return
        draft.raw["items"].append(item)
        for group, question in row.values.get("same", ()):
            draft.groups.setdefault(group, []).append({"item": item, "question": question})

    def _fault(self, row: Row, key: str, what: str) -> None:
        self._faults.add(BUNDLES.name, row.letters.get(key, "A"), row.number, what)

    def finish(self, items: Iterable[Item]) -> tuple[Bundle, ...]:
        """The checks that every bundle passes, told by its first row."""
        known = highest(items)
        found = []
        for draft in self._drafts.values():
            # Groups stand in the order of their names, so that an export comes back the same.
            groups = sorted(draft.groups.items(), key=lambda one: (len(one[0]), one[0]))
            same = [{"members": members} for _, members in groups]
            try:
                (bundle,) = read_lists([nested(draft.raw) | {"same_questions": same}]).bundles
                said = list(bundle_list_faults(bundle, known, whole=False))
                found.append(bundle)
            except UnreadableItems as unreadable:
                said = list(unreadable.faults)
            for fault in said:
                self._faults.add(BUNDLES.name, "A", draft.number, in_chinese(fault))
        return tuple(found)


def nested(values: dict[str, Any]) -> dict[str, Any]:
    """``{"department.code": x}`` as ``{"department": {"code": x}}``."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        outer, dot, inner = key.partition(".")
        if dot:
            found.setdefault(outer, {})[inner] = value
        else:
            found[outer] = value
    return found
