"""Say what an earlier case of the same applicant leaves for a later one. Pure.

Grades by 国办函〔2016〕108号: what a window looked at is B, what was only uploaded or copied is C,
what the applicant made is D. E-licences of an agency (A) are not left by cases.
"""

from __future__ import annotations

from datetime import date

from app.domain.case import Case
from app.domain.catalogue import Item, Material, MaterialForm, MaterialType, ReuseGrade
from app.domain.checklist import Evidence, Stored


def left_by(case: Case, item: Item, seen: date, keeper: str) -> dict[str, Stored]:
    """By material: what was taken in without fault. ``seen`` is the day of the decision,
    ``keeper`` says in words who keeps it. What was itself spared is not passed on."""
    left = {}
    for material in item.materials:
        evidence = case.evidence.get(material.id)
        grade = _grade(material, evidence) if evidence else None
        if grade is not None:
            left[material.id] = Stored(
                grade=grade, name=material.name, reference=case.number, keeper=keeper, seen=seen
            )
    return left


def _grade(material: Material, evidence: Evidence) -> ReuseGrade | None:
    if evidence.fault or evidence.promised or evidence.stored is not None:
        return None
    if not evidence.originals and not evidence.copies:
        return None
    if material.source == "10" and material.type is not MaterialType.CERTIFICATE:
        return ReuseGrade.D
    if evidence.originals and evidence.form is MaterialForm.PAPER:
        return ReuseGrade.B
    return ReuseGrade.C
