"""Merge what the cases of a bundle say, for the papers of the whole. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from app.domain import bundle as bundles
from app.domain import bundle_merge
from app.domain.bundle_merge import Part
from app.domain.case import Case
from app.domain.papers import BundleMaterialLine
from app.domain.person import Delivery, DeliveryWay
from app.services.paper_stages import Whole
from app.services.paper_words import (
    SHOWN_STATES,
    deferrals_in,
    private_numbers,
    promised_in,
    state_words,
)


def merged_case(whole: Whole) -> Case:
    case = bundle_merge.merged_case(whole.bundle, whole.parts)
    return msgspec.structs.replace(case, delivery=_delivery(whole.parts))


def _delivery(parts: Sequence[Part]) -> Delivery | None:
    """By post where any of the results is posted; what cannot be posted is picked up."""
    chosen = [part.case.delivery for part in parts if part.case.delivery is not None]
    posted = (one for one in chosen if one.way is DeliveryWay.POST)
    return next(posted, chosen[0] if chosen else None)


def merged_materials(whole: Whole) -> Iterator[BundleMaterialLine]:
    """Each material once, with the items that use it."""
    private = private_numbers(whole.parts[0].case)
    for merged in bundle_merge.merged_evaluation(whole.bundle, whole.parts).rows:
        users = [
            (place, part.case.decision, row.material.id)
            for place, part in enumerate(whole.parts, start=1)
            for row in part.evaluation.rows
            if row.state in SHOWN_STATES
            and bundles.material_key(whole.bundle, row.material) == merged.material.id
        ]
        if not users:
            continue
        state = state_words(
            merged,
            private=private,
            promised=any(material in promised_in(decision) for _, decision, material in users),
            until=[
                deferral.until
                for _, decision, material in users
                for deferral in deferrals_in(decision)
                if deferral.material == material
            ],
        )
        yield BundleMaterialLine(
            name=merged.material.name,
            used_by=tuple(dict.fromkeys(place for place, _, _ in users)),
            originals=merged.originals,
            copies=merged.copies,
            state=state,
        )
