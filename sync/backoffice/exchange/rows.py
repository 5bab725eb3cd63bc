"""Say a case in rows of the exchange tables. Pure: the same facts give the same rows.

Times are hall time as GB/T 39046-2020 writes them. A case has rows from its acceptance on; a
special procedure has one once it is over, because the table wants its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.case import Case
from app.domain.case_events import (
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseDeemedAccepted,
    CaseDispatched,
    CaseFinished,
    CaseReceived,
    CaseReviewed,
    CaseSupplemented,
    LimitExtended,
    NoticeIssued,
    NoticeLine,
    ResultHanded,
    ResultReturned,
    SupplementAsked,
)
from app.domain.catalogue import Item, MaterialForm
from app.domain.checklist import Evidence
from app.domain.event import Event
from app.domain.hall import HALL_ZONE
from app.domain.person import Applicant, DeliveryWay
from sync.backoffice.departments.facts import Fact
from sync.backoffice.exchange.dictionary import Dictionary

ACCEPT, MATERIAL, PROCESS = "up_pro_accept", "up_pro_material", "up_pro_process"
RESULT, SPECIAL = "up_pro_result", "up_pro_special_procedure"
_BASIC_CODE = 12  # the last digits of the 实施编码
_Accepting = CaseAccepted | CaseAcceptedDeferred | CaseDeemedAccepted


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRow:
    """``guid`` names it for good; ``values`` by column, without those of the transport."""

    table: str
    guid: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``item`` is the list that the case froze; ``names`` gives a staff member's name by number,
    ``procedures`` the code of a special procedure (GB/T 39046 A.7) by ours."""

    case: Case
    facts: Sequence[Fact]
    item: Item | None
    names: Callable[[str], str]
    procedures: Mapping[str, str]


def case_rows(told: Told, codes: Dictionary) -> tuple[ExchangeRow, ...]:
    """None before the case was accepted."""
    accepting = [fact for fact in told.facts if isinstance(fact.event, _Accepting)]
    if told.case.accepted is None or not accepting:
        return ()
    rows = [_accept(told, accepting[-1], codes)]
    rows += _materials(told, accepting[-1].event, codes)
    rows += _process(told, codes)
    rows += _result(told, codes)
    rows += _special(told, codes)
    return tuple(rows)


def _row(told: Told, table: str, key: str, values: dict[str, str]) -> ExchangeRow:
    named = f"{table}\n{told.case.id}\n{key}".encode()
    guid = hashlib.sha256(named).hexdigest()[:32]
    return ExchangeRow(
        table=table, guid=guid,
        values={"row_guid": guid, "project_no": told.case.number} | values,
    )  # fmt: skip


def _accept(told: Told, accepting: Fact, codes: Dictionary) -> ExchangeRow:
    case, item = told.case, told.item
    event = accepting.event
    due = event.promise_due if isinstance(event, _Accepting) else None
    since = event.since if isinstance(event, CaseDeemedAccepted) else None
    applicant, organisation = case.applicant, case.organisation
    who = {
        "applyer_name": _name(applicant), "applyer_type": codes.code("applyer_type", "natural"),
        "applyer_page_type": _document(applicant, codes), "applyer_page_code": _number(applicant),
    }  # fmt: skip
    if organisation is not None:
        who = {
            "applyer_name": organisation.name, "legal": organisation.representative,
            "applyer_type": codes.code("applyer_type", legal_form(organisation.credit_code)),
            "applyer_page_type": codes.code("document", "organisation"),
            "applyer_page_code": organisation.credit_code,
        }  # fmt: skip
    contact = case.agent or applicant
    values = who | {
        "project_name": f"关于{case.item_name}的申请", "catalog_code": case.item[-_BASIC_CODE:],
        "task_code": case.item, "task_name": case.item_name, "task_version": str(case.version),
        "project_type": item.kind.value if item else "",
        "contact_name": _name(contact), "contact_type": _document(contact, codes),
        "contact_code": _number(contact),
        "contact_mobile": _mobile(contact) or _mobile(applicant),
        "address": applicant.person.address if applicant else "",
        "apply_type": codes.code("apply_type", "window"), "apply_date": _at(told.facts[0].at),
        "accept_date": _day(since) if since else _at(accepting.at), "promise_date": _day(due),
        "org_code": item.department.code if item else "", "org_name": case.department,
        "handle_user_name": told.names(accepting.actor),
    }  # fmt: skip
    return _row(told, ACCEPT, "", values)


def legal_form(credit_code: str) -> str:
    """By its first two characters (GB 32100: who registered it, and as what)."""
    head = credit_code[:2].upper()
    if head in {"91", "93"}:
        return "enterprise"
    return {"11": "agency", "12": "institution"}.get(
        head, "society" if head[:1] == "5" else "other"
    )


def _materials(told: Told, accepting: Event, codes: Dictionary) -> Iterator[ExchangeRow]:
    names = {one.id: one.name for one in told.item.materials} if told.item else {}
    deferred = (
        {one.material: one.name for one in accepting.deferrals}
        if isinstance(accepting, CaseAcceptedDeferred)
        else {}
    )
    for material in sorted({*told.case.evidence, *deferred}):
        brought = told.case.evidence.get(material, Evidence())
        way = _way(brought) or ("deferred" if material in deferred else "")
        if not way:
            continue  # given back, or found not acceptable
        count = min(brought.originals + brought.copies, 99_999)
        values = {
            "material_name": names.get(material) or deferred.get(material) or material,
            "get_type": codes.code("get_type", way), "get_name": str(count),
        }  # fmt: skip
        yield _row(told, MATERIAL, material, values)


def _way(brought: Evidence) -> str:
    """How it came, "" where it did not."""
    if brought.stored is not None:
        return "licence"
    if brought.promised:
        return "promise"
    if brought.originals or brought.copies:
        return "electronic" if brought.form is MaterialForm.ELECTRONIC else "paper"
    return "scan" if brought.scans else ""


def _process(told: Told, codes: Dictionary) -> Iterator[ExchangeRow]:
    began = told.facts[0].at
    for fact in told.facts:
        step = _step(fact.event)
        if step is None:
            continue
        name, action, said = step
        values = {
            "event_name": codes.code("event_name", action), "process_name": name,
            "handle_user_name": told.names(fact.actor), "handle_explain": said or name,
            "event_start_time": _at(min(began, fact.at)), "event_end_time": _at(fact.at),
        }  # fmt: skip
        yield _row(told, PROCESS, str(fact.arrival), values)
        began = fact.at


def _step(event: Event) -> tuple[str, str, str] | None:
    """The step's name, what was done (pass, back, other) and what was said; nobody's name."""
    match event:
        case CaseReceived():
            return "收件", "other", ""
        case NoticeIssued():
            return "补正告知", "back", _told(event.lines)
        case CaseAcceptedDeferred():
            return "容缺受理", "pass", ""
        case CaseAccepted():
            return ("告知承诺受理" if event.promised else "受理"), "pass", ""
        case CaseDeemedAccepted():
            return "视为受理", "pass", ""
    return _review_step(event)


def _review_step(event: Event) -> tuple[str, str, str] | None:
    match event:
        case CaseDispatched():
            return "转办", "other", f"转{event.department}办理"
        case SupplementAsked():
            return "补齐补正告知", "back", _told(event.lines)
        case CaseSupplemented():
            return "补齐补正收件", "other", ""
        case CaseReviewed():
            return "审批", ("pass" if event.granted else "back"), event.opinion
        case CaseFinished():
            return "办结", "pass", f"{event.name} {event.number}"
        case ResultHanded():
            return "出件", "other", f"送达方式：{event.way}"
        case ResultReturned():
            return "结果退回", "back", event.reason
    return None


def _told(lines: Sequence[NoticeLine]) -> str:
    return "；".join(f"{line.name}：{line.problem}" for line in lines)


def _result(told: Told, codes: Dictionary) -> Iterator[ExchangeRow]:
    case = told.case
    finished = [fact for fact in told.facts if isinstance(fact.event, CaseFinished)]
    if case.review is None or case.result is None or not finished:
        return
    posted = case.delivery is not None and case.delivery.way is DeliveryWay.POST
    outcome = "granted" if case.review.granted else "refused"
    yield _row(told, RESULT, "", {
        "result_date": _at(finished[-1].at), "result_type": codes.code("result_type", outcome),
        "result_explain": "准予" if case.review.granted else "不予",
        "result_cetr_name": case.result.name, "result_cetr_no": case.result.number,
        "is_delivery_results": codes.code("yes_no", "yes" if posted else "no"),
        "handle_user_name": told.names(finished[-1].actor),
    })  # fmt: skip


def _special(told: Told, codes: Dictionary) -> Iterator[ExchangeRow]:
    for place, pause in enumerate(told.case.pauses):
        if pause.end is not None:
            yield _row(told, SPECIAL, f"{pause.code} {place}", {
                "special_type": told.procedures.get(
                    pause.code, codes.code("special_type", "other")
                ),
                "special_name": pause.name, "special_time": _day(pause.begin),
                "end_time": _day(pause.end), "special_reason": pause.reason,
                "handle_user": pause.approver, "applyer_user_name": _name(told.case.applicant),
            })  # fmt: skip
    for fact in told.facts:
        if isinstance(event := fact.event, LimitExtended):
            yield _row(told, SPECIAL, str(fact.arrival), {
                "special_type": codes.code("special_type", "extension"), "special_name": "延长审批",
                "special_time": _day(event.on), "end_time": _day(event.on),
                "special_reason": event.reason, "handle_user": event.approver,
                "remark": f"延长 {event.days} 个工作日",
            })  # fmt: skip


def _name(one: Applicant | None) -> str:
    return (one.person.name or one.person.name_latin) if one else ""


def _number(one: Applicant | None) -> str:
    return one.person.number if one else ""


def _document(one: Applicant | None, codes: Dictionary) -> str:
    return codes.code("document", one.document.value) if one else ""


def _mobile(one: Applicant | None) -> str:
    digits = "".join(sign for sign in (one.phone if one else "") if sign in "0123456789")
    return digits if len(digits) == 11 else ""


def _at(moment: datetime) -> str:
    return moment.astimezone(HALL_ZONE).strftime("%Y%m%dT%H%M%S")


def _day(day: date | None) -> str:
    return day.strftime("%Y%m%dT000000") if day else ""
