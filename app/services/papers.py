"""Fill the content of a paper from the case or ticket it is about. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from app.domain.case import Case
from app.domain.catalogue import Item, Limit, LimitUnit
from app.domain.checklist import RowState, asked_questions
from app.domain.decision import judge
from app.domain.errors import NotReady
from app.domain.events import (
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseReceived,
    CaseRejected,
    NoticeIssued,
    PaperKind,
)
from app.domain.hall import HALL_ZONE, Hall
from app.domain.masking import mask_number
from app.domain.papers import (
    AcceptanceContent,
    CaseHead,
    MaterialLine,
    NoticeContent,
    Paper,
    ReceiptContent,
    RejectionContent,
    TicketSlipContent,
)
from app.domain.person import DocumentKind
from app.domain.ticket import TicketState
from app.services.catalogue import Catalogue
from app.services.queue_desk import get_ticket, tickets_in
from app.storage.projections import subject_id
from app.storage.store import Store

DOCUMENT_NAMES = {
    DocumentKind.RESIDENT: "居民身份证",
    DocumentKind.HK_MO_TW: "港澳台居民居住证",
    DocumentKind.FOREIGNER_2017: "外国人永久居留身份证",
    DocumentKind.FOREIGNER_2023: "外国人永久居留身份证",
    DocumentKind.SOCIAL_SECURITY: "社会保障卡",
    DocumentKind.PASSPORT: "护照",
    DocumentKind.OTHER: "其他有效证件",
}
_STATE_WORDS = {
    RowState.RECEIVED: "收到",
    RowState.MISSING: "缺",
    RowState.NOT_ACCEPTABLE: "不符",
    RowState.DEFERRABLE: "容缺后补",
    RowState.PROMISED: "告知承诺",
    RowState.OPTIONAL: "未交（非必要）",
}
_UNITS = {
    LimitUnit.WORKING_DAY: "个工作日",
    LimitUnit.DAY: "日",
    LimitUnit.MONTH: "个月",
}


def limit_words(limit: Limit) -> str:
    return f"{limit.count} {_UNITS[limit.unit]}" if limit.count else "当场办结"


class PaperContents:
    def __init__(self, store: Store, hall: Hall, catalogue: Callable[[], Catalogue]) -> None:
        self._store = store
        self._hall = hall
        self._catalogue = catalogue

    def content(self, kind: PaperKind, about: str) -> Paper:
        """The paper about a subject. Raises NotReady where it is not decided that way."""
        if kind is PaperKind.TICKET_SLIP:
            return self._slip(subject_id(about))
        case = self._store.find_case(subject_id(about))
        if case is None or case.decision is None:
            raise NotReady(need="decision")
        item = self._catalogue().get_version(case.item, case.version)
        head = self._head(case, item, *self._decided(about))
        match case.decision:
            case CaseReceived() as decision:
                return ReceiptContent(
                    head=head, notice_due=decision.notice_due,
                    due_provisional=decision.due_provisional,
                )  # fmt: skip
            case CaseAccepted() | CaseAcceptedDeferred() as decision:
                promised, deferrals = (
                    (decision.promised, ())
                    if isinstance(decision, CaseAccepted)
                    else ((), decision.deferrals)
                )
                return AcceptanceContent(
                    head=head,
                    statutory_limit=limit_words(item.statutory_limit),
                    promised_limit=limit_words(item.promised_limit),
                    promise_due=decision.promise_due,
                    due_provisional=decision.due_provisional,
                    basis=item.basis,
                    fees=tuple((f.name, f"{f.amount:.2f}", f.basis) for f in item.fees),
                    result=item.result,
                    delivery=item.delivery,
                    deferrals=deferrals,
                    promised=tuple(item.get_material(m).name for m in promised),
                )
            case NoticeIssued() as decision:
                return NoticeContent(head=head, lines=decision.lines)
            case CaseRejected() as decision:
                return RejectionContent(
                    head=head, reason=decision.reason, basis=decision.basis,
                    proper_agency=decision.proper_agency,
                )  # fmt: skip
        raise NotReady(need="decision")

    def _decided(self, about: str) -> tuple[datetime, str]:
        """(when in hall time, by whom): the paper bears the decision's time, not the printer's."""
        with self._store.read() as connection:
            at, actor = connection.exec_driver_sql(
                "SELECT at, actor FROM journal WHERE subject = ? "
                "AND substr(subject, 1, 5) = 'case:' ORDER BY hlc DESC LIMIT 1",
                (about,),
            ).one()
        return datetime.fromisoformat(at).astimezone(HALL_ZONE), str(actor)

    def _head(self, case: Case, item: Item, at: datetime, actor: str) -> CaseHead:
        applicant, decision = case.applicant, case.decision
        if applicant is None or decision is None:
            raise NotReady(need="applicant")
        clerk = next((m.name for m in self._hall.staff if m.id == actor), "")
        evaluation = judge(case, item, at.date())
        situation = tuple(
            (question.text, "、".join(o.text for o in question.options if o.id in chosen))
            for question in asked_questions(item, case.answers)
            if (chosen := case.answers.get(question.id))
        )
        materials = tuple(
            MaterialLine(
                name=row.material.name, originals=row.originals, copies=row.copies,
                state=_STATE_WORDS[row.state],
            )
            for row in evaluation.rows
            if row.state in _STATE_WORDS
        )  # fmt: skip
        return CaseHead(
            hall=self._hall.head,
            number=decision.number,
            progress_url=self._hall.progress_url.format(
                number=decision.number, check=decision.check
            ),
            window=self._hall.get_window(case.window).name,
            clerk=f"{clerk}（{actor}）" if clerk else actor,
            issued_at=at,
            applicant=applicant.person.name or applicant.person.name_latin,
            applicant_document=DOCUMENT_NAMES[applicant.document],
            applicant_number=mask_number(applicant.person.number),
            phone=applicant.phone,
            item=item.name,
            item_code=item.code,
            list_version=item.version,
            department=item.department.name,
            department_phone=item.department.phone,
            situation=situation,
            materials=materials,
        )

    def _slip(self, ticket_id: str) -> TicketSlipContent:
        ticket = get_ticket(self._store, ticket_id)
        with self._store.read() as connection:
            waiting = tickets_in(connection, TicketState.WAITING)
        names = {b.id: b.name for b in self._hall.businesses}
        return TicketSlipContent(
            hall=self._hall.head,
            number=ticket.number,
            business=names.get(ticket.business, ticket.business),
            ahead=sum(other.taken_at < ticket.taken_at for other in waiting),
            taken_at=ticket.taken_at.astimezone(HALL_ZONE),
            priority=ticket.priority,
        )
