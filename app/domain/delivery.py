"""Decide what must stand on record when a document reaches its applicant (送达、出件).

Ways and signatures after 民事诉讼法 (2023) arts. 88-91, to which 行政处罚法 art. 61 and the halls'
rules for licences refer: handed over and signed for, by whom else than the person it may be signed,
left in the presence of a witness, by post against a waybill, electronically where it was agreed to.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import DeliveryStands, HandOverIncomplete, OtherPerson, ReasonNeeded
from app.domain.hall import HALL_ZONE

if TYPE_CHECKING:
    from app.domain.case import Case
    from app.domain.case_events import ResultHanded, ResultReturned


class DeliveryMode(StrEnum):
    """送达方式; the value stands on record and on the 送达回证."""

    DIRECT = "直接"
    POST = "邮寄"
    LEFT = "留置"
    ELECTRONIC = "电子"


class Recipient(StrEnum):
    """Who took it. ``UNSTATED``: recorded before this was asked."""

    UNSTATED = ""
    APPLICANT = "applicant"  # 申请人本人
    REPRESENTATIVE = "representative"  # 法定代表人、主要负责人
    AGENT = "agent"  # 委托代理人
    HOUSEHOLD = "household"  # 同住成年家属
    RECEIVER = "receiver"  # 单位负责收件的人


class Proof(StrEnum):
    """How it was proven who took it."""

    UNSTATED = ""
    CARD = "card"  # read by the reader
    TYPED = "typed"  # seen and typed, with a reason


class Authority(StrEnum):
    """The 委托书 of an agent."""

    NONE = ""
    ON_CASE = "on_case"  # the agent who applied, whose 委托书 lies with the case
    SHOWN = "shown"  # a 委托书 for this collection, its original kept with the case


class ReturnKind(StrEnum):
    """Why a result waits again."""

    UNDELIVERED = "undelivered"  # 退回: the post brought it back
    MISTAKE = "mistake"  # 更正: recorded wrongly, on the same day


# Ten carriers number their parcels by 8 to 30 letters and digits; hyphens are for the eye.
_WAYBILL = re.compile(r"[0-9A-Z](?:-?[0-9A-Z]){7,29}", re.ASCII)
_MOST_TEXT = 200


def tidy_waybill(text: str) -> str:
    """``sf 1234 5678 9012`` -> ``SF123456789012``; "" where it is none."""
    tidy = "".join(text.split()).upper().replace("－", "-")
    return tidy.replace("-", "") if _WAYBILL.fullmatch(tidy) else ""


def who_is(case: Case, name: str, number: str) -> tuple[Recipient, Authority]:
    """What the person with this document is to the case; UNSTATED where nobody of the case.

    Who applied in an organisation's name without being its 法定代表人 did so as its agent.
    """
    agent, applicant, organisation = case.agent, case.applicant, case.organisation
    if agent is not None and agent.person.number == number:
        return Recipient.AGENT, Authority.ON_CASE
    represents = organisation is not None and organisation.representative == name
    if applicant is None or applicant.person.number != number:
        # A person of the same name is looked at by the clerk: see ``may_claim``.
        return Recipient.UNSTATED, Authority.NONE
    if organisation is None:
        return Recipient.APPLICANT, Authority.NONE
    if represents:
        return Recipient.REPRESENTATIVE, Authority.NONE
    return Recipient.AGENT, Authority.ON_CASE


def may_claim(case: Case) -> tuple[Recipient, ...]:
    """What somebody may say to be whose document is none of the case's."""
    if case.organisation is None:
        return (Recipient.AGENT, Recipient.HOUSEHOLD)
    return (Recipient.AGENT, Recipient.REPRESENTATIVE, Recipient.RECEIVER)


def check_claim(
    case: Case, recipient: Recipient, authority: Authority, name: str, number: str
) -> None:
    """Raises OtherPerson where the document is not that of who it is said to be."""
    known, on_case = who_is(case, name, number)
    if recipient is Recipient.REPRESENTATIVE and case.organisation is not None:
        holds = case.organisation.representative == name
    elif recipient is Recipient.APPLICANT or authority is Authority.ON_CASE:
        holds = (known, on_case) == (recipient, authority)
    else:
        holds = recipient in may_claim(case)
    if not holds:
        raise OtherPerson


def check_handed(handed: ResultHanded) -> None:
    """Raises HandOverIncomplete naming the first field that is missing. What was recorded before
    these fields were asked for stands as it is."""
    if handed.recipient is Recipient.UNSTATED:
        return
    for field in _needed(handed):
        if not getattr(handed, field):
            raise HandOverIncomplete(field=field)
    if handed.way == DeliveryMode.POST and tidy_waybill(handed.waybill) != handed.waybill:
        raise HandOverIncomplete(field="waybill")
    for text in (handed.to, handed.reason, handed.address, handed.relation, handed.carrier):
        if len(text) > _MOST_TEXT:
            raise HandOverIncomplete(field="to")


def check_returned(handed: ResultHanded, returned: ResultReturned) -> None:
    """Only the post brings back; only the day's own record is a mistake. A later one is answered by
    a new act of the department, not by the window. Raises ReasonNeeded, DeliveryStands."""
    if not returned.reason.strip():
        raise ReasonNeeded
    if returned.kind is ReturnKind.UNDELIVERED:
        stands = handed.way != DeliveryMode.POST
    else:
        stands = _hall_day(handed.at) != _hall_day(returned.at)
    if stands:
        raise DeliveryStands


def _hall_day(at: datetime) -> date:
    return at.astimezone(HALL_ZONE).date()


def _needed(handed: ResultHanded) -> list[str]:
    """The fields that this way of delivery may not leave out, in the order of the form."""
    needed = ["to", "by"]
    match handed.way:
        case DeliveryMode.DIRECT:
            needed += _of_the_collector(handed)
            if not handed.signed:
                needed += ["reason", "witness"]  # art. 89: who will not sign is witnessed
        case DeliveryMode.POST:
            needed += ["address", "carrier", "waybill"]
        case DeliveryMode.LEFT:
            needed += ["address", "reason", "witness"]
        case DeliveryMode.ELECTRONIC:
            needed += ["address"]
        case _:
            needed += ["way"] if not handed.way else []
    return needed


def _of_the_collector(handed: ResultHanded) -> list[str]:
    needed = ["document", "document_number", "proof"]
    if handed.proof is Proof.TYPED:
        needed.append("proof_reason")
    if handed.recipient is Recipient.AGENT:
        needed.append("authority")
    if handed.recipient in {Recipient.HOUSEHOLD, Recipient.RECEIVER}:
        needed.append("relation")
    return needed
