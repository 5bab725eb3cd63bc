"""Say what the domain's values are called on papers: documents, limits, states, outcomes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from app.domain.case import Case
from app.domain.case_events import (
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseReceived,
    CaseRejected,
    Deferral,
    NoticeIssued,
    Numbered,
)
from app.domain.catalogue import FieldFill, FieldKind, Limit, LimitUnit
from app.domain.checklist import Row, RowState
from app.domain.form import FilledField
from app.domain.masking import mask_number
from app.domain.nations import nation_words
from app.domain.papers import BundleItemLine, DeliveryLine, FormLine
from app.domain.person import Delivery, DeliveryWay, DocumentKind

DOCUMENT_NAMES = {
    DocumentKind.RESIDENT: "居民身份证",
    DocumentKind.HK_MO_TW: "港澳台居民居住证",
    DocumentKind.FOREIGNER_2017: "外国人永久居留身份证",
    DocumentKind.FOREIGNER_2023: "外国人永久居留身份证",
    DocumentKind.SOCIAL_SECURITY: "社会保障卡",
    DocumentKind.PASSPORT: "护照",
    DocumentKind.RETURN_PERMIT: "港澳居民来往内地通行证",
    DocumentKind.TAIWAN_PERMIT: "台湾居民来往大陆通行证",
    DocumentKind.EXIT_HK_MO: "往来港澳通行证",
    DocumentKind.EXIT_TAIWAN: "往来台湾通行证",
    DocumentKind.OTHER: "其他有效证件",
}
# GB/T 3304, 01 to 56 in order.
_STATE_WORDS = {
    RowState.RECEIVED: "收到",
    RowState.SPARED: "免交",
    RowState.MISSING: "缺",
    RowState.NOT_ACCEPTABLE: "不符",
    RowState.DEFERRABLE: "缺（可容缺后补）",
    RowState.PROMISED: "告知承诺",
    RowState.OPTIONAL: "未交（非必要）",
}
SHOWN_STATES = frozenset(_STATE_WORDS)
_UNITS = {
    LimitUnit.WORKING_DAY: "个工作日",
    LimitUnit.DAY: "日",
    LimitUnit.MONTH: "个月",
}
# As the lists name the ways of delivery, and as the papers do.
_WAYS = {"自取": DeliveryWay.PICK_UP, "邮寄": DeliveryWay.POST}
_WAY_WORDS = {"自取": "自行取件", "邮寄": "物流寄送"}


def limit_words(limit: Limit) -> str:
    return f"{limit.count} {_UNITS[limit.unit]}" if limit.count else "当场办结"


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# -- rows of the checklist ----------------------------------------------------------------------


def promised_in(decision: Numbered | None) -> tuple[str, ...]:
    """Ids of the materials that a promise stands for."""
    if isinstance(decision, CaseAccepted | CaseAcceptedDeferred):
        return decision.promised
    return ()


def deferrals_in(decision: Numbered | None) -> tuple[Deferral, ...]:
    return decision.deferrals if isinstance(decision, CaseAcceptedDeferred) else ()


def state_words(
    row: Row, *, promised: bool, until: Iterable[date], private: Collection[str]
) -> str:
    """The state of a material as decided: ``until`` are days by which it is to follow (容缺).

    An e-licence may bear the number of its holder (``private``): masked here as everywhere.
    """
    if days := sorted(until):
        return f"容缺后补，{day_words(days[0])}前"
    if promised:
        return _STATE_WORDS[RowState.PROMISED]
    if row.state is not RowState.SPARED:
        return _STATE_WORDS[row.state]
    text = row.mend
    for number in private:
        text = text.replace(number, mask_number(number))
    return text


def private_numbers(case: Case) -> tuple[str, ...]:
    people = (case.applicant, case.agent)
    return tuple(one.person.number for one in people if one and one.person.number)


# -- outcomes -----------------------------------------------------------------------------------


def bundle_item_line(item: str, department: str, decision: Numbered) -> BundleItemLine:
    """What became of one item of a bundle, in words."""
    due, provisional, remark = None, False, ""
    match decision:
        case CaseAccepted() | CaseAcceptedDeferred():
            due, provisional = decision.promise_due, decision.due_provisional
            outcome = "容缺受理"
            if isinstance(decision, CaseAccepted):
                outcome = "告知承诺受理" if decision.promised else "受理"
        case NoticeIssued():
            outcome, remark = "补正告知", "见补正告知书"
        case CaseReceived():
            outcome, remark = "收件", "决定是否受理"
            due, provisional = decision.notice_due, decision.due_provisional
        case CaseRejected():
            outcome, remark = "不予受理", "见不予受理通知书"
        case _:
            raise TypeError(type(decision))
    return BundleItemLine(
        item=item, department=department, number=decision.number, outcome=outcome, due=due,
        due_provisional=provisional, remark=remark,
    )  # fmt: skip


# -- delivery and forms -------------------------------------------------------------------------


def delivery_lines(ways: Iterable[str], chosen: Delivery | None) -> tuple[DeliveryLine, ...]:
    """Every way that the list offers; the chosen one says where to."""
    lines = []
    for way in ways:
        this = chosen is not None and _WAYS.get(way) is chosen.way
        to = (chosen.recipient, chosen.phone, chosen.address) if this and chosen else ()
        lines.append(
            DeliveryLine(
                way=_WAY_WORDS.get(way, way), chosen=this, to="，".join(part for part in to if part)
            )
        )
    return tuple(lines)


def form_line(filled: FilledField) -> FormLine:
    field, value = filled.field, filled.value
    if field.fill is FieldFill.DOCUMENT and value in set(DocumentKind):
        value = DOCUMENT_NAMES[DocumentKind(value)]
    elif field.fill is FieldFill.NATION:
        value = nation_words(value)
    elif field.kind is FieldKind.DATE or field.fill is FieldFill.BIRTH:
        value = _date_words(value)
    return FormLine(label=field.label, value=value, choices=field.choices)


def _date_words(value: str) -> str:
    try:
        return day_words(date.fromisoformat(value))
    except ValueError:
        return value
