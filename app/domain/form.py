"""Fill an application form from what is known already (一卡填表). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.case import Case
from app.domain.catalogue import FieldFill, FieldKind, FormField
from app.domain.errors import InvalidIdentity
from app.domain.masking import mask_number
from app.domain.person import Applicant, Sex, ValueSource, check_credit_code, check_phone

_LONGEST = 200
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,4})?")


class FieldSource(StrEnum):
    """Where a value came from."""

    CARD = "card"
    LICENCE = "licence"
    TYPED = "typed"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledField:
    field: FormField
    value: str
    source: FieldSource
    open: bool  # may be typed here: what is known already is never typed again

    @property
    def lacking(self) -> bool:
        return self.field.required and not self.value


def fill(fields: Iterable[FormField], case: Case) -> tuple[FilledField, ...]:
    """Every field with its value and where it came from; a known value goes before a typed one."""
    return tuple(_filled(field, case) for field in fields)


def check_value(field: FormField, value: str) -> str:
    """The same, tidied; "" empties the field. Raises InvalidIdentity naming the field."""
    value = " ".join(value.split())
    if not value:
        return ""
    if len(value) > _LONGEST or not value.isprintable():
        raise InvalidIdentity(field=field.id)
    try:
        match field.kind:
            case FieldKind.PHONE:
                return check_phone(value)
            case FieldKind.CREDIT_CODE:
                return check_credit_code(value)
            case FieldKind.DATE:
                return date.fromisoformat(value).isoformat()
    except (InvalidIdentity, ValueError):
        raise InvalidIdentity(field=field.id) from None
    if field.kind is FieldKind.NUMBER and not _NUMBER.fullmatch(value):
        raise InvalidIdentity(field=field.id)
    if field.kind is FieldKind.CHOICE and value not in field.choices:
        raise InvalidIdentity(field=field.id)
    return value


def _filled(field: FormField, case: Case) -> FilledField:
    value, source = _known(field.fill, case) if field.fill else ("", FieldSource.NONE)
    if value:
        return FilledField(field=field, value=value, source=source, open=False)
    typed = case.fields.get(field.id, "")
    source = FieldSource.TYPED if typed else FieldSource.NONE
    return FilledField(field=field, value=typed, source=source, open=True)


_SOURCES = {
    ValueSource.CARD: FieldSource.CARD,
    ValueSource.LICENCE: FieldSource.LICENCE,
    ValueSource.TYPED: FieldSource.TYPED,
}
_SEX = {Sex.MALE: "男", Sex.FEMALE: "女", Sex.UNKNOWN: ""}


def _known(fill: FieldFill, case: Case) -> tuple[str, FieldSource]:
    organisation, agent, delivery = case.organisation, case.agent, case.delivery
    match fill:
        case FieldFill.ORGANISATION | FieldFill.CREDIT_CODE | FieldFill.REPRESENTATIVE:
            if organisation is None:
                return "", FieldSource.NONE
            value = {
                FieldFill.ORGANISATION: organisation.name,
                FieldFill.CREDIT_CODE: organisation.credit_code,
                FieldFill.REPRESENTATIVE: organisation.representative,
            }[fill]
            return value, _SOURCES[organisation.source]
        case FieldFill.AGENT_NAME | FieldFill.AGENT_NUMBER | FieldFill.AGENT_PHONE:
            return _of_person(_AGENT_FILLS[fill], agent)
        case FieldFill.DELIVERY_ADDRESS:
            return (delivery.address if delivery else ""), FieldSource.TYPED
    return _of_person(fill, case.applicant)


_AGENT_FILLS = {
    FieldFill.AGENT_NAME: FieldFill.NAME,
    FieldFill.AGENT_NUMBER: FieldFill.NUMBER,
    FieldFill.AGENT_PHONE: FieldFill.PHONE,
}


def _of_person(fill: FieldFill, applicant: Applicant | None) -> tuple[str, FieldSource]:
    if applicant is None:
        return "", FieldSource.NONE
    person = applicant.person
    if fill is FieldFill.PHONE:
        return applicant.phone, FieldSource.TYPED
    value = {
        FieldFill.NAME: person.name or person.name_latin,
        FieldFill.DOCUMENT: applicant.document.value,
        FieldFill.NUMBER: person.number,
        FieldFill.SEX: _SEX[person.sex],
        FieldFill.BIRTH: person.birth.isoformat() if person.birth else "",
        FieldFill.NATION: person.nation,
        FieldFill.ADDRESS: person.address,
    }.get(fill, "")
    return value, _SOURCES[applicant.source] if value else FieldSource.NONE


def shown_value(filled: FilledField) -> str:
    """As a screen may show it: numbers masked."""
    if filled.field.fill in {FieldFill.NUMBER, FieldFill.AGENT_NUMBER}:
        return mask_number(filled.value)
    return filled.value
