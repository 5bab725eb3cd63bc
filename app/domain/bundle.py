"""Several items, one application (一件事): what is shared is brought, asked and typed once. Pure.

国发〔2024〕3号 (高效办成一件事). Materials are the same where their identity (``Material.id``) is,
whatever they are called; questions only where the bundle says so. Each item keeps its own case and
is accepted or noticed by its own list; what is merged here is what the applicant sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.catalogue import (
    Department,
    FormField,
    Item,
    Material,
    MaterialType,
    Question,
)
from app.domain.errors import UnknownAnswer, UnknownMaterial

JOINT_FORM = "joint-form"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRef:
    item: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SameQuestion:
    """Questions of several items that are one question: asked once, answered for all."""

    members: tuple[QuestionRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """``items`` are codes, in the order in which they are shown. ``joint_form`` names the one
    application form that stands for those of the items, "" where each keeps its own."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    department: Department  # the leading one (牵头部门)
    items: tuple[str, ...]
    same_questions: tuple[SameQuestion, ...] = ()
    joint_form: str = ""
    guide: str = ""
    version: int = 1
    effective_from: date
    effective_to: date | None = None


def bundle_faults(bundle: Bundle, items: Mapping[str, Item]) -> Iterator[str]:
    """What makes a bundle unusable, each with its place."""
    if len(bundle.items) < 2 or len(set(bundle.items)) != len(bundle.items):
        yield "names fewer than two items, or one twice"
    for code in bundle.items:
        if code not in items:
            yield f"unknown item {code}"
    if bundle.effective_to is not None and bundle.effective_to < bundle.effective_from:
        yield "ends before it begins"
    seen: set[QuestionRef] = set()
    for same in bundle.same_questions:
        shapes = set()
        for ref in same.members:
            if ref in seen:
                yield f"question {ref.question} of {ref.item} stands twice"
            seen.add(ref)
            question = _find_question(items.get(ref.item), ref.question)
            if question is None or ref.item not in bundle.items:
                yield f"unknown question {ref.question} of {ref.item}"
                continue
            if question.asked_when:
                yield f"question {ref.question} of {ref.item} depends on another: not shareable"
            shapes.add((question.multiple, tuple(option.id for option in question.options)))
        if len(same.members) < 2 or len(shapes) > 1:
            yield f"questions {same.members[0].question if same.members else ''} are not the same"


def _find_question(item: Item | None, question: str) -> Question | None:
    return next((q for q in item.questions if q.id == question), None) if item else None


# -- names of what is merged --------------------------------------------------------------------


def material_key(bundle: Bundle, material: Material) -> str:
    """Its identity in the merged list."""
    if bundle.joint_form and material.type is MaterialType.APPLICATION_FORM:
        return JOINT_FORM
    return material.id


def question_key(bundle: Bundle, item: str, question: str) -> str:
    """Its identity in the merged list: the first of those that are the same."""
    ref = QuestionRef(item=item, question=question)
    for same in bundle.same_questions:
        if ref in same.members:
            ref = same.members[0]
    return f"{bundle.items.index(ref.item) + 1}.{ref.question}"


def materials_meant(bundle: Bundle, items: Sequence[Item], key: str) -> tuple[tuple[int, str], ...]:
    """(place of the item, material id) for every list that names it. Raises UnknownMaterial."""
    meant = tuple(
        (place, material.id)
        for place, item in enumerate(items)
        for material in item.materials
        if material_key(bundle, material) == key
    )
    if not meant:
        raise UnknownMaterial(material=key)
    return meant


def questions_meant(bundle: Bundle, items: Sequence[Item], key: str) -> tuple[tuple[int, str], ...]:
    """(place of the item, question id) for every list that asks it. Raises UnknownAnswer."""
    meant = tuple(
        (place, question.id)
        for place, item in enumerate(items)
        for question in item.questions
        if question_key(bundle, item.code, question.id) == key
    )
    if not meant:
        raise UnknownAnswer(question=key)
    return meant


def form_fields(items: Iterable[Item]) -> tuple[FormField, ...]:
    """Every field once, by identity; required where one of the forms requires it."""
    merged: dict[str, FormField] = {}
    for item in items:
        for one in item.fields:
            former = merged.get(one.id, one)
            merged[one.id] = replace(former, required=former.required or one.required)
    return tuple(merged.values())
