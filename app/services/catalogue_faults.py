"""Say what makes a list unusable that its types cannot say: ranges, code sets, its own logic."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from app.domain.bundle import Bundle, bundle_faults
from app.domain.catalogue import Item
from app.domain.catalogue_check import check_items
from app.domain.errors import BadCatalogue
from app.services.catalogue_codes import code_faults, department_faults, national_codes
from app.services.catalogue_fault_words import in_chinese
from app.services.catalogue_json import Listed

# Ids stand in commands (question=option, material:originals:copies) and file names.
ID_PATTERN = r"[a-z0-9][a-z0-9_.-]{0,63}"
_ID = re.compile(ID_PATTERN)
_SHOWN = 5
_MOST = 999
_LONGEST_NAME = 300


class CatalogueFaults(BadCatalogue):
    """A catalogue that cannot be used; ``faults`` names every place as the checks write it, the
    details the first few in Chinese, as those read them who keep lists."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        shown = faults[:_SHOWN]
        super().__init__(place="；".join(map(in_chinese, shown)), count=len(faults))
        self.faults = faults

    @property
    def said(self) -> tuple[str, ...]:
        """All faults, in Chinese."""
        return tuple(map(in_chinese, self.faults))


def list_faults(listed: Listed, beside: Mapping[str, Item] | None = None) -> Iterator[str]:
    """Every fault of a list. ``beside`` are further items that its bundles may name; without
    it, items that are not in the list are taken for known."""
    for item in listed.items:
        yield from item_faults(item)
    yield from repeated((item.code, item.version) for item in listed.items)
    yield from repeated((bundle.code, bundle.version) for bundle in listed.bundles)
    known = dict(beside or {}) | highest(listed.items)
    for bundle in listed.bundles:
        yield from bundle_list_faults(bundle, known, whole=beside is not None)


def repeated(keys: Iterable[tuple[str, int]]) -> Iterator[str]:
    for (code, version), count in Counter(keys).items():
        if count > 1:
            yield f"{code}: version {version} stands twice"


def highest(items: Iterable[Item]) -> dict[str, Item]:
    """The highest version of each item, by code."""
    return {item.code: item for item in sorted(items, key=lambda one: one.version)}


def item_faults(item: Item) -> Iterator[str]:
    """What the types cannot say of one item."""
    try:
        check_items((item,))
    except BadCatalogue as bad:
        yield from str(bad.details["place"]).split("; ")
    yield from _head_faults(item)
    yield from code_faults(item, national_codes())
    for fee in item.fees:
        if not fee.amount.is_finite() or not 0 <= fee.amount < 10**14:
            yield f"{item.code}: fee {fee.name[:40]}: amount {fee.amount}"
    if not 0 <= item.visits <= _MOST:
        yield f"{item.code}: visits {item.visits}"
    ids = [material.id for material in item.materials]
    ids += [question.id for question in item.questions]
    ids += [option.id for question in item.questions for option in question.options]
    ids += [field.id for field in item.fields]
    for bad_id in sorted({i for i in ids if not _ID.fullmatch(i)}):
        yield f"{item.code}: id {bad_id[:64]!r}: a-z, 0-9, hyphen, dot and underscore only"
    for field in item.fields:
        if not field.label.strip() or not all(choice.strip() for choice in field.choices):
            yield f"{item.code}: field {field.id}: no label or an empty choice"
        if len(set(field.choices)) != len(field.choices):
            yield f"{item.code}: field {field.id}: a choice stands twice"
    for material in item.materials:
        if not material.name.strip():
            yield f"{item.code}: material {material.id}: no name"
        if max(material.originals, material.copies, material.defer_days) > _MOST:
            yield f"{item.code}: material {material.id}: count above {_MOST}"
        if material.reuse_months > _MOST:
            yield f"{item.code}: material {material.id}: months of reuse above {_MOST}"
        if material.defer_days < 0:
            yield f"{item.code}: material {material.id}: negative defer_days"
        if material.licence and not _ID.fullmatch(material.licence):
            yield f"{item.code}: material {material.id}: licence {material.licence[:64]!r}"


def bundle_list_faults(bundle: Bundle, items: Mapping[str, Item], *, whole: bool) -> Iterator[str]:
    """``whole``: all items that there are stand in ``items``."""
    yield from _head_faults(bundle)
    yield from department_faults(bundle.code, bundle.department, national_codes())
    if bundle.code in items:
        yield f"{bundle.code}: is the code of an item"
    elsewhere = () if whole else tuple(f" {code}" for code in bundle.items if code not in items)
    for fault in bundle_faults(bundle, items):
        if not (elsewhere and fault.startswith("unknown") and fault.endswith(elsewhere)):
            yield f"{bundle.code}: {fault}"


def _head_faults(listed: Item | Bundle) -> Iterator[str]:
    code = listed.code
    if not code.isascii() or not code.isprintable() or not 1 <= len(code) <= 64:
        yield f"code {code[:64]!r} is not usable"
    names = (listed.name, listed.department.name, *listed.aliases)
    if max(map(len, names)) > _LONGEST_NAME:
        yield f"{code}: a name of more than {_LONGEST_NAME} characters"
    if not listed.name.strip() or not listed.department.name.strip():
        yield f"{code}: no name or no department"
    if listed.version < 1:
        yield f"{code}: version {listed.version}"
