"""Say what makes a list unusable: repetition, contradiction, and what refers to nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.catalogue import FieldKind, FormField, Item, Material, Necessity, ReuseGrade
from app.domain.errors import BadCatalogue


def _item_faults(item: Item) -> Iterator[str]:
    ids = [material.id for material in item.materials]
    for repeated in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"material {repeated} stands twice"
    if not item.materials:
        yield "no materials"
    for material in item.materials:
        yield from _material_faults(item, material)
    seen: set[str] = set()
    earlier: set[tuple[str, str]] = set()
    for question in item.questions:
        if question.id in seen:
            yield f"question {question.id} stands twice"
        seen.add(question.id)
        if len(question.options) < 2:
            yield f"question {question.id}: fewer than two options"
        for ref in question.asked_when:
            if (ref.question, ref.option) not in earlier:
                needed = f"{ref.question}={ref.option}"
                yield f"question {question.id}: depends on {needed}, not asked before"
        for option in question.options:
            if (question.id, option.id) in earlier:
                yield f"question {question.id}: option {option.id} stands twice"
            earlier.add((question.id, option.id))
            for material_id in option.materials:
                if material_id not in ids:
                    yield f"option {question.id}={option.id}: unknown material {material_id}"
    if not 0 <= item.promised_limit.count <= 3650 or not 0 <= item.statutory_limit.count <= 3650:
        yield "limit out of range"
    if not item.served:
        yield "serves nobody"
    if item.effective_to is not None and item.effective_to < item.effective_from:
        yield "ends before it begins"
    yield from _field_faults(item.fields)


def _material_faults(item: Item, material: Material) -> Iterator[str]:
    if material.originals < 0 or material.copies < 0:
        yield f"material {material.id}: negative count"
    if material.originals + material.copies == 0:
        yield f"material {material.id}: neither original nor copy"
    if material.promisable and not item.promise_allowed:
        yield f"material {material.id}: promisable, but the item allows no promise"
    if material.defer_days and material.necessity is not Necessity.DEFERRABLE:
        yield f"material {material.id}: days to lag, but it may not lag"
    if material.promisable and material.necessity is Necessity.OPTIONAL:
        yield f"material {material.id}: promisable, but nobody has to bring it"
    yield from _reuse_faults(material)


def _reuse_faults(material: Material) -> Iterator[str]:
    if len(set(material.reuse_grades)) != len(material.reuse_grades):
        yield f"material {material.id}: a reuse grade stands twice"
    if bool(material.licence) != (ReuseGrade.A in material.reuse_grades):
        yield f"material {material.id}: reuse grade A and an e-licence go together"
    if material.reuse_months and not set(material.reuse_grades) - {ReuseGrade.A}:
        yield f"material {material.id}: months of reuse without a grade B, C or D"
    if material.reuse_months < 0:
        yield f"material {material.id}: negative months of reuse"


def _field_faults(fields: tuple[FormField, ...]) -> Iterator[str]:
    ids = [field.id for field in fields]
    for repeated in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"field {repeated} stands twice"
    for field in fields:
        if (field.kind is FieldKind.CHOICE) != (len(field.choices) > 1):
            yield f"field {field.id}: choices belong to a choice, and at least two"


def check_items(items: tuple[Item, ...]) -> None:
    """Check a whole list at once. Raises BadCatalogue naming the first places (all counted).

    Questions may depend only on earlier ones, which makes circles impossible.
    """
    faults = [f"{item.code}: {fault}" for item in items for fault in _item_faults(item)]
    codes = [item.code for item in items]
    faults += [f"{code}: stands twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
    if faults:
        raise BadCatalogue(place="; ".join(faults[:5]), count=len(faults))
