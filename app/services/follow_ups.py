"""Fill the papers that follow a decision: promises, 材料转移单, changed limits, delivery.

Each is filled from the facts alone, so that it says the same when it is printed again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.domain.case_events import (
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseFinished,
    CaseReceived,
    CaseRejected,
    ClockPaused,
    ClockResumed,
    LimitExtended,
    NoticeHanded,
    NoticeIssued,
    Numbered,
    ResultHanded,
    ResultReturned,
)
from app.domain.catalogue import Material, MaterialForm
from app.domain.checklist import Row, RowState
from app.domain.delivery import DeliveryMode, Recipient
from app.domain.errors import NotReady
from app.domain.events import PaperKind
from app.domain.hall import HALL_ZONE
from app.domain.papers import (
    CaseHead,
    CollectionContent,
    DeferralPromiseContent,
    DeferredMaterial,
    DeliveryReturnContent,
    HandedOver,
    LimitChange,
    LimitNoticeContent,
    Paper,
    PromiseContent,
    PromisedMaterial,
    TransferContent,
)
from app.domain.person import DocumentKind
from app.services.paper_stages import Stage
from app.services.paper_words import DOCUMENT_NAMES, bundle_item_line, deferrals_in, promised_in

_ACCEPTED = (CaseAccepted, CaseAcceptedDeferred)
_TAKEN = (*_ACCEPTED, CaseReceived)
# The decision that each follows.
FOLLOW_UPS: dict[PaperKind, tuple[type[Numbered], ...]] = {
    PaperKind.DEFERRAL_PROMISE: (CaseAcceptedDeferred,),
    PaperKind.TRANSFER: _TAKEN,
    PaperKind.LIMIT_NOTICE: _TAKEN,
    PaperKind.DELIVERY_RETURN: (*_TAKEN, NoticeIssued, CaseRejected),
    PaperKind.COLLECTION: _TAKEN,
}
_FORMS = {
    MaterialForm.PAPER: "纸质",
    MaterialForm.ELECTRONIC: "电子",
    MaterialForm.EITHER: "纸质或者电子",
}
_DOCUMENTS: dict[type[Numbered], str] = {
    NoticeIssued: "补正材料一次性告知书",
    CaseRejected: "不予受理通知书",
}

# What stands beside 与受送达人关系; of the others the record says it itself.
RELATIONS = {
    Recipient.UNSTATED: "",
    Recipient.APPLICANT: "",
    Recipient.REPRESENTATIVE: "法定代表人（负责人）",
    Recipient.AGENT: "委托代理人",
}

Staff = Callable[[str], str]


def taken_in(row: Row) -> bool:
    return bool(row.originals or row.copies)


def handed_over(
    stage: Stage, kind: type[NoticeHanded | ResultHanded], staff: Staff
) -> HandedOver | None:
    """The last record of this kind after the decision; what was taken back counts no more."""
    last: NoticeHanded | ResultHanded | None = None
    for fact in stage.later:
        if isinstance(fact.event, kind):
            last = fact.event
        elif isinstance(fact.event, ResultReturned):
            last = None
    if last is None:
        return None
    at = last.at.astimezone(HALL_ZONE) if last.at.tzinfo else last.at
    handed = HandedOver(by=staff(last.by), to=last.to, way=last.way, at=at, signed=last.signed)
    return _told(handed, last) if isinstance(last, ResultHanded) else handed


def _told(handed: HandedOver, result: ResultHanded) -> HandedOver:
    """With all that was asked when the result was given out."""
    relation = RELATIONS.get(result.recipient, result.relation)
    document = DOCUMENT_NAMES[DocumentKind(result.document)] if result.document else ""
    match result.way:
        case DeliveryMode.POST:
            remark = f"{result.carrier} 运单号 {result.waybill}".strip()
        case DeliveryMode.LEFT:
            remark = f"留置送达：{result.reason}"
        case DeliveryMode.DIRECT if result.reason and not result.signed:
            remark = f"拒绝签收：{result.reason}"
        case _:
            remark = ""
    return replace(
        handed, document=document, document_number=result.document_number, relation=relation,
        place=result.address, witness=result.witness, remark=remark,
    )  # fmt: skip


def follow_up(kind: PaperKind, stage: Stage, head: CaseHead, staff: Staff) -> Paper:
    """Raises NotReady where there is nothing yet that the paper could be about."""
    match kind:
        case PaperKind.PROMISE:
            return _promise(stage, head)
        case PaperKind.DEFERRAL_PROMISE:
            return _deferral_promise(stage, head)
        case PaperKind.TRANSFER:
            return _transfer(stage, head)
        case PaperKind.LIMIT_NOTICE:
            return _limit_notice(stage, head, staff)
        case PaperKind.DELIVERY_RETURN:
            return _delivery_return(stage, head, staff)
        case PaperKind.COLLECTION:
            return _collection(stage, head, staff)
    raise NotReady(need="decision")


def _promise(stage: Stage, head: CaseHead) -> PromiseContent:
    promised = promised_in(stage.case.decision)
    materials = tuple(
        PromisedMaterial(
            name=row.material.name, proves=row.material.standard, basis=row.material.basis
        )
        for row in stage.evaluation.rows
        if row.material.id in promised or row.state is RowState.PROMISED
    )
    if not materials:
        raise NotReady(need="promise")
    return PromiseContent(head=replace(head, materials=()), materials=materials)


def _deferral_promise(stage: Stage, head: CaseHead) -> DeferralPromiseContent:
    materials = tuple(
        DeferredMaterial(
            name=one.name, until=one.until, form=_form(stage.item.get_material(one.material))
        )
        for one in deferrals_in(stage.case.decision)
    )
    return DeferralPromiseContent(head=replace(head, materials=()), materials=materials)


def _form(material: Material) -> str:
    counts = (("原件", material.originals), ("复印件", material.copies))
    parts = [f"{name} {count} 份" for name, count in counts if count]
    return "，".join((_FORMS[material.form], *parts))


def _transfer(stage: Stage, head: CaseHead) -> TransferContent:
    decision = stage.case.decision
    line = bundle_item_line(head.item, head.department, decision) if decision else None
    if line is None or line.due is None:
        raise NotReady(need="decision")
    return TransferContent(
        head=head, outcome=line.outcome, due=line.due, due_provisional=line.due_provisional
    )


def _limit_notice(stage: Stage, head: CaseHead, staff: Staff) -> LimitNoticeContent:
    """As of the last change: by whom and when it was recorded."""
    changes: list[LimitChange] = []
    codes: list[str] = []
    last = None
    for fact in stage.later:
        match fact.event:
            case ClockPaused() as paused:
                changes.append(
                    LimitChange(
                        name=paused.name, reason=paused.reason, approver=paused.approver,
                        since=paused.on,
                    )
                )  # fmt: skip
                codes.append(paused.code)
            case ClockResumed() as resumed if resumed.code in codes:
                at = len(codes) - 1 - codes[::-1].index(resumed.code)
                changes[at] = replace(changes[at], until=resumed.on)
            case LimitExtended() as extended:
                changes.append(
                    LimitChange(
                        name="延长办理期限", reason=extended.reason, approver=extended.approver,
                        since=extended.on, days=extended.days,
                    )
                )  # fmt: skip
                codes.append("")
            case _:
                continue
        last = fact
    if last is None:
        raise NotReady(need="limit change")
    head = replace(head, materials=(), issued_at=last.at, clerk=staff(last.actor))
    return LimitNoticeContent(head=head, changes=tuple(changes))


def _result(stage: Stage) -> CaseFinished | None:
    found = [fact.event for fact in stage.later if isinstance(fact.event, CaseFinished)]
    return found[-1] if found else None


def _delivery_return(stage: Stage, head: CaseHead, staff: Staff) -> DeliveryReturnContent:
    """Of the notice or rejection itself; of an accepted case, of its result."""
    head = replace(head, materials=())
    decision = stage.case.decision
    if decision is not None and type(decision) in _DOCUMENTS:
        return DeliveryReturnContent(
            head=head, document=_DOCUMENTS[type(decision)], document_number=decision.number,
            handed=handed_over(stage, NoticeHanded, staff),
        )  # fmt: skip
    result = _result(stage)
    if result is None:
        raise NotReady(need="result")
    handed = handed_over(stage, ResultHanded, staff)
    return DeliveryReturnContent(
        head=_when(head, handed), document=result.name, document_number=result.number,
        handed=handed,
    )  # fmt: skip


def _when(head: CaseHead, handed: HandedOver | None) -> CaseHead:
    """A paper about a delivery is of that day, and of who gave it out."""
    return head if handed is None else replace(head, issued_at=handed.at, clerk=handed.by)


def _collection(stage: Stage, head: CaseHead, staff: Staff) -> CollectionContent:
    result = _result(stage)
    if result is None:
        raise NotReady(need="result")
    handed = handed_over(stage, ResultHanded, staff)
    paper = CollectionContent(
        head=_when(replace(head, materials=()), handed), result=result.name,
        result_number=result.number, collector=handed.to if handed else "", handed=handed,
    )  # fmt: skip
    if handed and handed.document:
        return replace(
            paper, collector_document=handed.document, collector_number=handed.document_number,
            for_another=bool(handed.relation), relation=handed.relation,
        )  # fmt: skip
    if handed and head.agent and handed.to == head.agent:
        return replace(
            paper, collector_document=head.agent_document, collector_number=head.agent_number,
            for_another=True,
        )  # fmt: skip
    if handed and handed.to == head.applicant:
        return replace(
            paper, collector_document=head.applicant_document,
            collector_number=head.applicant_number,
        )  # fmt: skip
    return paper
