"""Read the bundles (一件事) of a hall, and say which of them can be chosen today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from app.domain.bundle import Bundle, bundle_faults
from app.domain.catalogue import Item
from app.domain.errors import AppError, Blame


class BundleLeftOut(AppError):
    """A bundle that names what this hall's lists do not have: it cannot be chosen."""

    code = "CAT-30"
    blame = Blame.DATA


def choosable(
    bundles: Iterable[Bundle], items: Mapping[str, Item], on: date | None
) -> tuple[dict[str, Bundle], tuple[AppError, ...]]:
    """The newest version in force of each bundle whose items are all current, and a warning for
    each that is left out."""
    current: dict[str, Bundle] = {}
    for bundle in sorted(bundles, key=lambda one: one.version):
        if in_force(bundle.effective_from, bundle.effective_to, on):
            current[bundle.code] = bundle
    warnings: list[AppError] = []
    for bundle in tuple(current.values()):
        fault = next(bundle_faults(bundle, items), "")
        if fault:
            del current[bundle.code]
            warnings.append(BundleLeftOut(bundle=bundle.code[:64], fault=fault[:200]))
    return current, tuple(warnings)


def in_force(begins: date, ends: date | None, on: date | None) -> bool:
    """``on`` None asks for no day: everything is."""
    return on is None or (begins <= on and (ends is None or on <= ends))
