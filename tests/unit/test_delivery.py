"""出件: what each way of delivery may not leave out, and what is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.case import CaseState, apply
from app.domain.case_events import ResultHanded, ResultReturned
from app.domain.delivery import (
    Authority,
    DeliveryMode,
    Proof,
    Recipient,
    ReturnKind,
    tidy_waybill,
)
from app.domain.errors import CaseClosed, DeliveryStands, HandOverIncomplete, ReasonNeeded
from app.domain.hall import HALL_ZONE
from app.domain.journal import decode_event, encode_body
from tests.unit.test_case_departments import ACCEPTED, FINISHED, GRANTED, after

AT = datetime(2026, 11, 24, 9, tzinfo=HALL_ZONE)
READY = after(ACCEPTED, GRANTED, FINISHED)
IN_PERSON = ResultHanded(
    by="1001", to="张示例", way=DeliveryMode.DIRECT, at=AT, signed=True,
    recipient=Recipient.APPLICANT, document="resident", document_number="1101**********001X",
    proof=Proof.CARD,
)  # fmt: skip
BY_POST = ResultHanded(
    by="1001", to="张示例", way=DeliveryMode.POST, at=AT, signed=False,
    recipient=Recipient.APPLICANT, address="示例市样例路 8 号", carrier="示例快递",
    waybill="SF1234567890",
)  # fmt: skip
LEFT = ResultHanded(
    by="1001", to="张示例", way=DeliveryMode.LEFT, at=AT, signed=False,
    recipient=Recipient.APPLICANT, address="示例市样例路 8 号", reason="拒收", witness="李见证",
)  # fmt: skip
ONLINE = ResultHanded(
    by="1001", to="张示例", way=DeliveryMode.ELECTRONIC, at=AT, signed=False,
    recipient=Recipient.APPLICANT, address="shili@example.cn",
)  # fmt: skip
AGENT = replace(IN_PERSON, to="王代办", recipient=Recipient.AGENT, authority=Authority.SHOWN)
FAMILY = replace(IN_PERSON, to="张家属", recipient=Recipient.HOUSEHOLD, relation="配偶")
WHOLE = (IN_PERSON, BY_POST, LEFT, ONLINE, AGENT, FAMILY)
NEEDED = (
    (IN_PERSON, ("to", "by", "document", "document_number", "proof")),
    (replace(IN_PERSON, proof=Proof.TYPED, proof_reason="读卡器故障"), ("proof_reason",)),
    (replace(IN_PERSON, signed=False, reason="拒签", witness="李见证"), ("reason", "witness")),
    (AGENT, ("authority", "document_number")),
    (FAMILY, ("relation",)),
    (BY_POST, ("to", "address", "carrier", "waybill")),
    (LEFT, ("address", "reason", "witness")),
    (ONLINE, ("address",)),
)


def returned(
    kind: ReturnKind = ReturnKind.UNDELIVERED, reason: str = "查无此人", at: datetime = AT
) -> ResultReturned:
    return ResultReturned(kind=kind, reason=reason, by="1002", at=at)


@pytest.mark.parametrize("handed", WHOLE, ids=lambda one: f"{one.way}-{one.recipient}")
def test_what_is_whole_is_handed_out_and_read_again(handed: ResultHanded) -> None:
    case = apply(READY, "c", handed)
    assert (case.state, case.handed_out) == (CaseState.HANDED_OUT, handed)
    assert decode_event("ResultHanded", 1, encode_body(handed)) == handed


@pytest.mark.parametrize(("handed", "fields"), NEEDED, ids=str)
def test_nothing_that_the_way_needs_may_be_left_out(
    handed: ResultHanded, fields: tuple[str, ...]
) -> None:
    apply(READY, "c", handed)
    for field in fields:
        kind = type(getattr(handed, field))
        with pytest.raises(HandOverIncomplete) as refused:
            apply(READY, "c", replace(handed, **{field: kind("")}))
        assert refused.value.details == {"field": field}


def test_what_was_recorded_before_these_fields_stands() -> None:
    old = '{"by":"1001","to":"张示例","way":"直接","at":"2026-11-24T09:00:00+08:00","signed":true}'
    event = decode_event("ResultHanded", 1, old)
    assert isinstance(event, ResultHanded)
    assert event.recipient is Recipient.UNSTATED
    assert apply(READY, "c", event).state is CaseState.HANDED_OUT


def test_only_the_post_brings_back() -> None:
    case = apply(apply(READY, "c", BY_POST), "c", returned(at=AT + timedelta(days=9)))
    assert (case.state, case.handed_out) == (CaseState.FINISHED, None)
    assert case.returned is not None
    assert apply(case, "c", IN_PERSON).state is CaseState.HANDED_OUT
    for other in (IN_PERSON, LEFT, ONLINE):
        with pytest.raises(DeliveryStands):
            apply(apply(READY, "c", other), "c", returned())


def test_a_mistake_is_put_right_on_the_same_day_of_the_hall() -> None:
    handed = apply(READY, "c", IN_PERSON)
    late = AT.replace(hour=23, minute=59)
    mistake = returned(ReturnKind.MISTAKE, "点错了办件", late)
    assert apply(handed, "c", mistake).state is CaseState.FINISHED
    with pytest.raises(DeliveryStands):
        apply(handed, "c", replace(mistake, at=late + timedelta(minutes=1)))
    with pytest.raises(ReasonNeeded):
        apply(handed, "c", replace(mistake, reason=" "))
    with pytest.raises(CaseClosed):
        apply(READY, "c", mistake)


@pytest.mark.parametrize(
    ("text", "waybill"),
    [
        ("sf 1234 5678 90", "SF1234567890"), ("EA-123456789-CN", "EA123456789CN"),
        ("1234567", ""), ("顺丰12345678", ""), ("", ""), ("1" * 31, ""), ("12345678-", ""),
        ("１２３４５６７８", ""),
    ],
)  # fmt: skip
def test_a_waybill_is_told_from_other_text(text: str, waybill: str) -> None:
    assert tidy_waybill(text) == waybill
    if waybill:
        assert tidy_waybill(waybill) == waybill


_TEXT = st.text(max_size=5)


@given(
    st.sampled_from(WHOLE), _TEXT, _TEXT, _TEXT, _TEXT, st.booleans(), st.sampled_from(Recipient),
    st.sampled_from(Proof), st.sampled_from(Authority),
)  # fmt: skip
def test_whatever_is_recorded_the_case_is_out_or_as_before(
    base: ResultHanded, to: str, address: str, reason: str, waybill: str, signed: bool,
    recipient: Recipient, proof: Proof, authority: Authority,
) -> None:  # fmt: skip
    handed = replace(
        base, to=to, address=address, reason=reason, waybill=waybill, signed=signed,
        recipient=recipient, proof=proof, authority=authority,
    )  # fmt: skip
    try:
        case = apply(READY, "c", handed)
    except HandOverIncomplete:
        return
    assert case.handed_out == handed
    if recipient is not Recipient.UNSTATED:
        assert to
        if handed.way == DeliveryMode.POST:
            assert tidy_waybill(waybill) == waybill != ""
        if handed.way == DeliveryMode.DIRECT:
            assert proof is not Proof.UNSTATED
            assert signed or (reason and handed.witness)
            assert recipient is not Recipient.AGENT or authority is not Authority.NONE
