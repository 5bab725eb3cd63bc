"""Turn the people of a case, and the form that they fill, into what the clerk reads. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from app.domain.case import Case
from app.domain.catalogue import FieldFill, FieldKind, Item
from app.domain.form import FieldSource, FilledField, fill, shown_value
from app.domain.masking import mask_number, mask_phone
from app.domain.person import Applicant, Delivery, DeliveryWay, DocumentKind, ValueSource
from app.domain.verification import ADULT, age_on
from ui.kit.formats import document_name, sex_name, valid_text
from ui.kit.texts import say
from ui.kit.theme import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantView:
    """``source`` is 读卡 or 手录; ``number`` and ``phone`` are masked unless asked for."""

    name: str
    source: str
    source_tone: Tone
    facts: str
    number: str
    document: str
    valid: tuple[str, Tone] | None
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartiesView:
    """The others: empty words where there is nobody. ``recipient`` and ``phone`` are offered for
    the post."""

    organisation: str
    agent: str
    delivery: str
    barred: str
    representative: str
    posted: bool
    recipient: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """``open`` fields may be typed; the others come from a card or a licence."""

    id: str
    label: str
    value: str
    source: str
    tone: Tone
    open: bool
    required: bool
    choices: tuple[str, ...]
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """``known`` of the fields have a value; ``by_card`` of them without typing."""

    fields: tuple[FieldView, ...]
    known: int
    by_card: int

    @property
    def summary(self) -> str:
        return say("填表 {n}/{m}", n=self.known, m=len(self.fields))


class People(TypedDict):
    applicant: ApplicantView | None
    parties: PartiesView
    form: FormView | None


def applicant_view(applicant: Applicant, on: date, unmasked: bool) -> ApplicantView:
    person = applicant.person
    card = applicant.source is ValueSource.CARD
    born = person.birth.isoformat() if person.birth else ""
    facts = " · ".join(
        part
        for part in (sex_name(person.sex), born, _age(person.birth, on), person.nationality)
        if part
    )
    phone = applicant.phone if unmasked else mask_phone(applicant.phone)
    return ApplicantView(
        name=person.name or person.name_latin,
        source=say("读卡") if card else say("手录：{why}", why=applicant.typed_reason),
        source_tone=Tone.GOOD if card else Tone.WARN,
        facts=facts,
        number=person.number if unmasked else mask_number(person.number),
        document=document_name(applicant.document),
        valid=valid_text(applicant.valid_to, applicant.valid_from, on),
        phone=phone,
    )


def parties_view(case: Case, unmasked: bool) -> PartiesView:
    organisation, agent, delivery = case.organisation, case.agent, case.delivery
    who = ""
    if organisation is not None:
        who = say(
            "{name} · {code} · 法定代表人 {person}", name=organisation.name,
            code=organisation.credit_code, person=organisation.representative,
        )  # fmt: skip
    by = ""
    if agent is not None:
        number = agent.person.number if unmasked else mask_number(agent.person.number)
        read = say("读卡") if agent.source is ValueSource.CARD else say("手录")
        by = f"{agent.person.name} · {number} · {read} · {case.authority}"
    return PartiesView(
        organisation=who,
        agent=by,
        delivery=delivery_words(delivery),
        barred="；".join(dict.fromkeys(case.bars.values())),
        representative=case.applicant.person.name if case.applicant else "",
        posted=delivery is not None and delivery.way is DeliveryWay.POST,
        recipient=delivery.recipient if delivery else _name(case.applicant),
        phone=delivery.phone if delivery else (case.applicant.phone if case.applicant else ""),
        address=delivery.address if delivery else _address(case.applicant),
    )


def delivery_words(delivery: Delivery | None) -> str:
    if delivery is None:
        return ""
    if delivery.way is DeliveryWay.PICK_UP:
        return say("自取")
    return say("邮寄 {name} {address}", name=delivery.recipient, address=delivery.address)


def _age(birth: date | None, on: date) -> str:
    """Told of whoever may not apply alone."""
    age = age_on(birth, on)
    if age is None:
        return ""
    return say("{n} 岁", n=age) if age >= ADULT else say("{n} 岁，未成年", n=age)


def _name(applicant: Applicant | None) -> str:
    return applicant.person.name if applicant else ""


def _address(applicant: Applicant | None) -> str:
    return applicant.person.address if applicant else ""


def form_view(item: Item, case: Case, unmasked: bool) -> FormView | None:
    """None where the item has no form."""
    filled = fill(item.fields, case)
    if not filled:
        return None
    return FormView(
        fields=tuple(_field(one, unmasked) for one in filled),
        known=sum(bool(one.value) for one in filled),
        by_card=sum(bool(one.value) and not one.open for one in filled),
    )


def _field(one: FilledField, unmasked: bool) -> FieldView:
    value = one.value if unmasked else shown_value(one)
    if one.field.fill is FieldFill.DOCUMENT and one.value:
        value = document_name(DocumentKind(one.value))
    if one.field.fill in {FieldFill.PHONE, FieldFill.AGENT_PHONE} and not unmasked:
        value = mask_phone(one.value)
    words, tone = {
        FieldSource.CARD: (say("读卡"), Tone.GOOD),
        FieldSource.LICENCE: (say("电子证照"), Tone.GOOD),
        FieldSource.TYPED: (say("手录"), Tone.NEUTRAL),
        FieldSource.NONE: (say("待填") if one.field.required else "", Tone.WARN),
    }[one.source]
    hints = {
        FieldKind.DATE: say("例如 2026-01-31"),
        FieldKind.NUMBER: say("数字"),
        FieldKind.CREDIT_CODE: say("18 位"),
    }
    return FieldView(
        id=one.field.id, label=one.field.label, value=value, source=words, tone=tone,
        open=one.open and one.field.fill not in _RECORDED_ELSEWHERE,
        required=one.field.required, choices=one.field.choices,
        hint=hints.get(one.field.kind, ""),
    )  # fmt: skip


# These have their own forms: typed there once, known to the whole case.
_RECORDED_ELSEWHERE = frozenset(FieldFill) - {FieldFill.NATION, FieldFill.ADDRESS, FieldFill.BIRTH}
