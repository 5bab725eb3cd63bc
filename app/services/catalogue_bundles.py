"""Say which versions of items and bundles count on a day, and which bundles can be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from app.domain.bundle import Bundle, bundle_faults
from app.domain.catalogue import Item
from app.domain.errors import AppError, Blame
from app.services.catalogue_fault_words import in_chinese

_Listed = TypeVar("_Listed", Item, Bundle)


class BundleLeftOut(AppError):
    """A bundle that names what this hall's lists do not have: it cannot be chosen."""

    code = "CAT-30"
    blame = Blame.DATA


def choosable(
    bundles: Iterable[Bundle], items: Mapping[str, Item], on: date | None
) -> tuple[dict[str, Bundle], tuple[AppError, ...]]:
    """The version in force of each bundle whose items are all current, and a warning for each
    that is left out."""
    current: dict[str, Bundle] = {}
    warnings: list[AppError] = []
    for bundle in in_force(bundles, on):
        fault = next(bundle_faults(bundle, items), "")
        if bundle.code in items:
            fault = "is the code of an item"
        if not fault:
            current[bundle.code] = bundle
            continue
        warnings.append(BundleLeftOut(bundle=bundle.code[:64], fault=in_chinese(fault)[:200]))
    return current, tuple(warnings)


def in_force(listed: Iterable[_Listed], on: date | None) -> Iterator[_Listed]:
    """The highest version of each that has begun, unless its last day is past: an older version
    does not come back. ``on`` None asks for no day."""
    begun: dict[str, _Listed] = {}
    for one in listed:
        former = begun.get(one.code)
        if on is None or one.effective_from <= on:
            begun[one.code] = one if former is None or former.version < one.version else former
    for one in begun.values():
        if on is None or one.effective_to is None or on <= one.effective_to:
            yield one
