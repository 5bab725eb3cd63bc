"""Hold the card that was read against who is recorded already. Pure.

A reading never overwrites what was typed, and never puts somebody else in a person's place: where
the two differ the clerk is shown how, and chooses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import structs

from app.domain.case import Case
from app.domain.catalogue import FieldFill, FormField
from app.domain.form import fill
from app.domain.person import Applicant, CardRead, DocumentKind, Person, ValueSource, plain_name

ADULT: Final = 18  # 民法典 17
_FILLS: Final = frozenset({FieldFill.ADDRESS, FieldFill.NATION, FieldFill.BIRTH})


class Part(StrEnum):
    """What of a person differs."""

    NAME = "name"
    NUMBER = "number"
    FIELD = "field"  # of the form; its label names it


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    part: Part
    known: str
    card: str
    label: str = ""


def age_on(birth: date | None, on: date) -> int | None:
    """In whole years (周岁): a year is full on the day after the birthday's eve."""
    if birth is None or birth > on:
        return None
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def same_name(one: Person, other: Person) -> bool:
    """Look-alike separators, spaces and case of Latin letters are no difference."""
    names = {plain_name(name) for name in (one.name, one.name_latin) if name}
    return bool(names & {plain_name(name) for name in (other.name, other.name_latin) if name})


def differences(known: Applicant | None, card: CardRead) -> tuple[Difference, ...]:
    """Of the person alone; () where the card may be taken as it is."""
    if known is None:
        return ()
    was, now = known.person, card.person
    found = []
    if was.number != now.number:
        found.append(Difference(part=Part.NUMBER, known=was.number, card=now.number))
    if not same_name(was, now):
        shown = was.name or was.name_latin, now.name or now.name_latin
        found.append(Difference(part=Part.NAME, known=shown[0], card=shown[1]))
    return tuple(found)


def typed_differences(
    fields: Iterable[FormField], case: Case, applicant: Applicant
) -> tuple[Difference, ...]:
    """Where the form's typed values are not the card's, which would stand in their place."""
    as_read = structs.replace(case, applicant=applicant)
    of_card = {one.field.id: one.value for one in fill(fields, as_read)}
    return tuple(
        Difference(part=Part.FIELD, label=one.label, known=typed, card=of_card[one.id])
        for one in fields
        if one.fill in _FILLS
        and (typed := case.fields.get(one.id, ""))
        and plain_name(typed) != plain_name(of_card[one.id])
    )


def taken(known: Applicant | None, read: Applicant) -> Applicant:
    """Who is recorded after the reading: the same person keeps what was recorded beside the card,
    and the identity card that was read before a 社保卡, which says less."""
    if known is None or known.person.number != read.person.number:
        return read
    less = read.document is DocumentKind.SOCIAL_SECURITY
    if known.source is ValueSource.CARD and less and known.document is not read.document:
        return known
    return replace(read, phone=known.phone)
