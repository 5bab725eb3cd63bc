"""Say in words what one fact of the journal records: enough to know it again, people masked."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.case_events import (
    AgentIdentified,
    ApplicantIdentified,
    CaseAbandoned,
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseDeemedAccepted,
    CaseLeft,
    CaseOpened,
    CaseReceived,
    CaseRejected,
    CaseResumed,
    ClockPaused,
    ClockResumed,
    DeliveryChosen,
    DemandRefused,
    DocumentSigned,
    FieldFilled,
    ItemChosen,
    LimitExtended,
    MaterialFaulted,
    MaterialPromised,
    MaterialReceived,
    MaterialReturned,
    MaterialSpared,
    NoticeHanded,
    NoticeIssued,
    Numbered,
    OrganisationIdentified,
    PhoneEntered,
    QuestionAnswered,
    ResultHanded,
    ResultReturned,
    SignatureRefused,
)
from app.domain.catalogue import Item, MaterialForm
from app.domain.event import Event
from app.domain.events import BundleChosen, BundleDecided
from app.domain.hall import HALL_ZONE
from app.domain.masking import mask_name, mask_number, mask_phone
from app.domain.person import Applicant, DeliveryWay
from app.domain.ticket_events import (
    HallHalted,
    HallResumed,
    QueuePolicyChanged,
    TicketAssigned,
    TicketLeased,
    TicketReplaced,
    TicketTaken,
    WindowOrdered,
)
from ui.kit.formats import document_name
from ui.kit.texts import say


def fact_detail(event: Event | None, item: Item | None, place: Callable[[str], str]) -> str:
    """``item`` is the list that the case froze, for the names of materials, questions and fields;
    ``place`` says a window's id in words. "" where the kind of fact says it all; never a whole
    name, number or address of a person."""
    if event is None:
        return say("本机读不懂这条记录。")
    return _about_people(event) or _about_list(event, item) or _about_course(event, place)


def _person(applicant: Applicant) -> str:
    person = applicant.person
    name = mask_name(person.name or person.name_latin)
    return f"{name} {document_name(applicant.document)} {mask_number(person.number)}"


def _about_people(event: Event) -> str:
    match event:
        case ApplicantIdentified():
            return _person(event.applicant)
        case AgentIdentified():
            return say("{person}，凭 {authority}", person=_person(event.agent),
                       authority=event.authority)  # fmt: skip
        case OrganisationIdentified():
            return f"{event.organisation.name} {event.organisation.credit_code}"
        case PhoneEntered():
            return mask_phone(event.phone)
        case DeliveryChosen():
            posted = event.delivery.way is DeliveryWay.POST
            return say("邮寄给 {name}", name=mask_name(event.delivery.recipient)) if posted else (
                say("自取")
            )  # fmt: skip
    return ""


def _material(item: Item | None, material: str) -> str:
    names = {one.id: one.name for one in item.materials} if item else {}
    return names.get(material, material)


def _about_list(event: Event, item: Item | None) -> str:
    match event:
        case ItemChosen():
            return say("{name}，清单第 {version} 版", name=event.name, version=event.version)
        case QuestionAnswered():
            return _answer(event, item)
        case FieldFilled():
            labels = {one.id: one.label for one in item.fields} if item else {}
            return labels.get(event.field, event.field)
        case MaterialReceived():
            return _received(event, _material(item, event.material))
        case MaterialSpared():
            name = _material(item, event.material)
            return say("{name}，以 {kept} 代替", name=name, kept=event.stored.name)
        case MaterialFaulted():
            name = _material(item, event.material)
            return say("{name}：{reason}", name=name, reason=event.reason)
        case MaterialPromised() | MaterialReturned():
            return _material(item, event.material)
        case DemandRefused():
            return "、".join(_material(item, one) for one in event.materials)
    return ""


def _answer(event: QuestionAnswered, item: Item | None) -> str:
    question = next((q for q in item.questions if q.id == event.question), None) if item else None
    if question is None:
        return "、".join(event.options)
    chosen = "、".join(one.text for one in question.options if one.id in event.options)
    return f"{question.text} {chosen}"


def _received(event: MaterialReceived, name: str) -> str:
    parts = [name]
    if event.form is MaterialForm.ELECTRONIC:
        parts.append(say("电子件"))
    else:
        parts.append(say("原件 {n} 份", n=event.originals))
        parts.append(say("复印件 {n} 份", n=event.copies))
    if event.scans:
        parts.append(say("扫描件 {n} 个", n=len(event.scans)))
    return " · ".join(parts)


def _about_course(event: Event, place: Callable[[str], str]) -> str:
    match event:
        case Numbered():
            return _decision(event)
        case BundleDecided():
            return say("编号 {number}", number=event.number)
        case BundleChosen():
            return event.name
        case CaseOpened() | CaseResumed():
            return place(event.window)
        case CaseAbandoned() | CaseLeft() | ResultReturned() | SignatureRefused():
            return event.reason
        case NoticeHanded() | ResultHanded():
            at = event.at.astimezone(HALL_ZONE)
            return say("{way}，交给 {to}，{at}", way=event.way, to=mask_name(event.to),
                       at=f"{at:%m-%d %H:%M}")  # fmt: skip
        case TicketTaken() | TicketLeased() | DocumentSigned():
            return event.number
        case (
            TicketAssigned() | TicketReplaced() | QueuePolicyChanged() | HallHalted()
            | HallResumed()
        ):  # fmt: skip
            return event.reason
        case WindowOrdered():
            return event.text
    return _clock(event)


def _decision(event: Numbered) -> str:
    parts = [say("编号 {number}", number=event.number)]
    match event:
        case CaseAccepted() | CaseAcceptedDeferred():
            parts.append(say("承诺 {day} 前办结", day=event.promise_due.isoformat()))
        case CaseReceived():
            parts.append(say("{day} 前答复", day=event.notice_due.isoformat()))
        case NoticeIssued():
            parts.append(say("要补正 {n} 份：{names}", n=len(event.lines),
                             names="、".join(line.name for line in event.lines)))  # fmt: skip
        case CaseRejected():
            parts.append(event.reason)
    return " · ".join(parts)


def _clock(event: Event) -> str:
    match event:
        case ClockPaused():
            return say("{name}，从 {day} 起：{reason}", name=event.name, day=event.on.isoformat(),
                       reason=event.reason)  # fmt: skip
        case ClockResumed():
            return say("从 {day} 起", day=event.on.isoformat())
        case LimitExtended():
            return say("{n} 个工作日：{reason}", n=event.days, reason=event.reason)
        case CaseDeemedAccepted():
            return say("承诺 {day} 前办结", day=event.promise_due.isoformat())
    return ""
