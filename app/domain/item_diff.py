"""Find what changed between two versions of an item, or between two whole lists. Pure.

Parts are matched by identity (code, material id, question and option id), never by their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, TypeVar

from app.domain.bundle import Bundle
from app.domain.catalogue import Department, Fee, FormField, Item, Material, Option, Question


class Part(StrEnum):
    ITEM = "item"
    MATERIAL = "material"
    QUESTION = "question"
    OPTION = "option"
    FEE = "fee"
    FIELD = "field"
    BUNDLE = "bundle"


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # the same rows in another order


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``before`` and ``after`` are the field's values, for added and removed parts the part."""

    item: str  # code of the item or bundle
    item_name: str
    part: Part
    kind: ChangeKind
    name: str = ""  # of the material, question, option, fee or form field
    field: str = ""
    before: Any = None
    after: Any = None


# What is compared part by part instead; the code is what two versions have in common.
_APART = {"code", "questions", "materials", "fees", "fields", "department"}

_Row = TypeVar("_Row", Material, Option, Question, Fee, FormField)
_Listed = TypeVar("_Listed", Item, Bundle)


def diff_lists(
    old: Iterable[Item] | Iterable[Bundle], new: Iterable[Item] | Iterable[Bundle]
) -> tuple[Change, ...]:
    """Compare the highest version of each item, or of each bundle, by code."""
    before, after = _highest(old), _highest(new)
    changes: list[Change] = []
    for code in sorted(before.keys() | after.keys()):
        if code not in before or code not in after:
            added = code not in before
            item = after[code] if added else before[code]
            changes.append(
                Change(
                    item=code,
                    item_name=item.name,
                    part=Part.BUNDLE if isinstance(item, Bundle) else Part.ITEM,
                    kind=ChangeKind.ADDED if added else ChangeKind.REMOVED,
                    name=item.name,
                )
            )
            continue
        was, now = before[code], after[code]
        if isinstance(was, Item) and isinstance(now, Item):
            changes += diff_item(was, now)
        elif isinstance(was, Bundle) and isinstance(now, Bundle):
            changes += diff_bundle(was, now)
    return tuple(changes)


def diff_bundle(old: Bundle, new: Bundle) -> tuple[Change, ...]:
    """Every field that differs."""
    return tuple(_fields_changed(old, new, Part.BUNDLE))


def diff_item(old: Item, new: Item) -> tuple[Change, ...]:
    """Every difference; the order is the item's own, then its parts'."""
    comparison = _Comparison(old, new)
    return tuple(
        change
        for changes in (
            comparison.item(),
            comparison.rows(Part.MATERIAL, old.materials, new.materials),
            comparison.questions(),
            comparison.rows(Part.FEE, old.fees, new.fees),
            comparison.rows(Part.FIELD, old.fields, new.fields),
        )
        for change in changes
    )


def _highest(items: Iterable[Item] | Iterable[Bundle]) -> Mapping[str, Item | Bundle]:
    found: dict[str, Item | Bundle] = {}
    for item in items:
        former = found.get(item.code)
        if former is None or former.version < item.version:
            found[item.code] = item
    return found


def _keyed(rows: tuple[_Row, ...]) -> dict[str, _Row]:
    return {row.name if isinstance(row, Fee) else row.id: row for row in rows}


def _name(row: Material | Option | Question | Fee | FormField) -> str:
    if isinstance(row, FormField):
        return row.label
    return row.text if isinstance(row, Option | Question) else row.name


def _fields_changed(old: _Listed, new: _Listed, part: Part) -> Iterator[Change]:
    """What differs in the head of an item or bundle, and in its department."""
    pairs = [
        (field.name, getattr(old, field.name), getattr(new, field.name))
        for field in fields(old)
        if field.name not in _APART
    ]
    pairs += [
        (f"department.{field.name}", getattr(old.department, field.name), now)
        for field in fields(Department)
        for now in [getattr(new.department, field.name)]
    ]
    for name, before, after in pairs:
        if before != after:
            yield Change(
                item=new.code,
                item_name=new.name,
                part=part,
                kind=ChangeKind.CHANGED,
                field=name,
                before=before,
                after=after,
            )


class _Comparison:
    def __init__(self, old: Item, new: Item) -> None:
        self._old = old
        self._new = new

    def _change(self, part: Part, kind: ChangeKind, **rest: Any) -> Change:
        return Change(
            item=self._new.code, item_name=self._new.name, part=part, kind=kind, **rest
        )  # fmt: skip

    def item(self) -> Iterator[Change]:
        return _fields_changed(self._old, self._new, Part.ITEM)

    def questions(self) -> Iterator[Change]:
        yield from self.rows(
            Part.QUESTION, self._old.questions, self._new.questions, apart={"options"}
        )
        former = _keyed(self._old.questions)
        for question in self._new.questions:
            if question.id in former:
                yield from self.rows(
                    Part.OPTION,
                    former[question.id].options,
                    question.options,
                    within=question.text,
                )

    def rows(
        self,
        part: Part,
        old: tuple[_Row, ...],
        new: tuple[_Row, ...],
        *,
        apart: Iterable[str] = (),
        within: str = "",
    ) -> Iterator[Change]:
        before, after = _keyed(old), _keyed(new)
        prefix = f"{within} / " if within else ""
        for key, row in after.items():
            if key not in before:
                yield self._change(part, ChangeKind.ADDED, name=prefix + _name(row), after=row)
                continue
            for field in fields(row):
                was, now = getattr(before[key], field.name), getattr(row, field.name)
                if was != now and field.name not in apart:
                    yield self._change(
                        part,
                        ChangeKind.CHANGED,
                        name=prefix + _name(before[key]),
                        field=field.name,
                        before=was,
                        after=now,
                    )
        for key, row in before.items():
            if key not in after:
                yield self._change(part, ChangeKind.REMOVED, name=prefix + _name(row), before=row)
        if [k for k in before if k in after] != [k for k in after if k in before]:
            yield self._change(part, ChangeKind.MOVED, name=within)
