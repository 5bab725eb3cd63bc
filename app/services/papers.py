"""Fill the content of a paper from the case, bundle or ticket it is about. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from app.domain import bundle as bundles
from app.domain import bundle_merge
from app.domain.case import Case
from app.domain.case_events import (
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseReceived,
    CaseRejected,
    NoticeHanded,
    NoticeIssued,
    Numbered,
)
from app.domain.catalogue import Item, MaterialType
from app.domain.checklist import Row, RowState, asked_questions
from app.domain.errors import NotReady
from app.domain.event import Event
from app.domain.events import BundleDecided, PaperKind
from app.domain.form import fill
from app.domain.hall import HALL_ZONE, Hall
from app.domain.masking import mask_number
from app.domain.papers import (
    AcceptanceContent,
    ApplicationFormContent,
    BundleReceiptContent,
    CaseHead,
    MaterialLine,
    NoticeContent,
    Paper,
    ReceiptContent,
    RejectionContent,
)
from app.domain.receipt_statement import ReceiptStatement, statement_of
from app.domain.sheet_papers import GuideContent, ReportContent
from app.services.bundle_parts import merged_case, merged_materials
from app.services.catalogue import Catalogue
from app.services.follow_ups import FOLLOW_UPS, follow_up, handed_over, taken_in
from app.services.guides import guide_of
from app.services.paper_stages import Stage, Stages, Whole
from app.services.paper_words import (
    DOCUMENT_NAMES,
    SHOWN_STATES,
    bundle_item_line,
    deferrals_in,
    delivery_lines,
    form_line,
    limit_words,
    private_numbers,
    promised_in,
    state_words,
)
from app.services.printer_trial import trial_paper
from app.services.set_aside import event_of
from app.services.shift_reports import Report, ShiftReports
from app.services.signed_papers import with_signature
from app.services.slip_content import slip_content
from app.storage.projections import subject_id
from app.storage.set_aside_table import recorded_again
from app.storage.store import Store

_DECIDED_BY: dict[PaperKind, tuple[type[Numbered], ...]] = {
    PaperKind.RECEIPT: (CaseReceived,),
    PaperKind.ACCEPTANCE: (CaseAccepted, CaseAcceptedDeferred),
    PaperKind.NOTICE: (NoticeIssued,),
    PaperKind.REJECTION: (CaseRejected,),
}
REPORTS = {
    PaperKind.SHIFT_REPORT: Report.SHIFT,
    PaperKind.DAY_PAPERS: Report.PAPERS,
    PaperKind.SPARED_REPORT: Report.SPARED,
    PaperKind.BALANCE_REPORT: Report.BALANCE,
}


class PaperContents:
    """``sign`` makes the text of a receipt's second code; without it receipts bear none."""

    def __init__(
        self,
        store: Store,
        hall: Hall,
        catalogue: Callable[[], Catalogue],
        sign: Callable[[ReceiptStatement], str] | None = None,
        reports: ShiftReports | None = None,
    ) -> None:
        self._reports = reports
        self._sign = sign
        self._catalogue = catalogue
        self._store = store
        self._hall = hall
        self._stages = Stages(store, catalogue)

    def content(self, kind: PaperKind, about: str) -> Paper:
        """The paper about a subject (``case:``, ``bundle:``, ``ticket:`` or ``slip:`` and its
        id), as of the decision it belongs to: printed again after the case went on, it says the
        same.

        Raises NotReady where it was never decided that way, ItemNotFound.
        """
        match kind:
            case PaperKind.TICKET_SLIP:
                return slip_content(self._store, self._hall, about)
            case PaperKind.BUNDLE_RECEIPT:
                return self._bundle_receipt(subject_id(about))
            case PaperKind.APPLICATION_FORM:
                return self._form(about)
            case PaperKind.GUIDE:
                return self._guide(about)
            case PaperKind.TEST_PAGE | PaperKind.TEST_SLIP:
                return trial_paper(kind, about, self._hall.head, self._store.clock.now())
            case PaperKind.PROMISE:
                return self._follow_up(kind, self._stages.latest(subject_id(about)))
        if kind in REPORTS:
            return self._report(kind, about)
        if kind in FOLLOW_UPS:
            stage = self._stages.decided(subject_id(about), FOLLOW_UPS[kind])
            return with_signature(self._follow_up(kind, stage), kind, stage.later)
        stage = self._stages.decided(subject_id(about), _DECIDED_BY[kind])
        return with_signature(self._case_paper(stage), kind, stage.later)

    def _case_paper(self, stage: Stage) -> Paper:
        item = stage.item
        match stage.case.decision:
            case CaseReceived() as decision:
                head = self._case_head(stage)
                return ReceiptContent(
                    head=head, notice_due=decision.notice_due,
                    due_provisional=decision.due_provisional,
                    signed=self._signed(head, stage, PaperKind.RECEIPT),
                )  # fmt: skip
            case CaseAccepted() | CaseAcceptedDeferred() as decision:
                head = self._case_head(stage)
                return AcceptanceContent(
                    head=head,
                    signed=self._signed(head, stage, PaperKind.ACCEPTANCE),
                    statutory_limit=limit_words(item.statutory_limit),
                    promised_limit=limit_words(item.promised_limit),
                    promise_due=decision.promise_due,
                    due_provisional=decision.due_provisional,
                    basis=item.basis,
                    fees=tuple((f.name, f"{f.amount:.2f}", f.basis) for f in item.fees),
                    result=item.result,
                    deferrals=deferrals_in(decision),
                    promised=tuple(item.get_material(m).name for m in decision.promised),
                )
            case NoticeIssued() as decision:
                return NoticeContent(
                    head=self._case_head(stage, _settled), lines=decision.lines,
                    handed=handed_over(stage, NoticeHanded, self._staff),
                )  # fmt: skip
            case CaseRejected() as decision:
                return RejectionContent(
                    head=self._case_head(stage, taken_in), reason=decision.reason,
                    basis=decision.basis, proper_agency=decision.proper_agency,
                )  # fmt: skip
        raise NotReady(need="decision")

    def _signed(self, head: CaseHead, stage: Stage, paper: PaperKind) -> str:
        if self._sign is None:
            return ""
        return self._sign(
            statement_of(
                number=head.number, paper=paper.value, item=head.item_code,
                list_version=head.list_version, list_hash=stage.case.list_hash,
                materials=head.materials, at=head.issued_at, window=stage.case.window,
                device=self._store.device,
            )
        )  # fmt: skip

    def _guide(self, about: str) -> GuideContent:
        """Of a case: by its list and answers, as of the day it was decided or stands; of an
        ``item:`` and its code: today's list, nothing answered."""
        if about.startswith("item:"):
            on = self._store.clock.now().astimezone(HALL_ZONE).date()
            item = self._catalogue().get(subject_id(about))
            return guide_of(item, {}, hall=self._hall.head, on=on)
        stage = self._stages.latest(subject_id(about))
        answers = {question: frozenset(chosen) for question, chosen in stage.case.answers.items()}
        return guide_of(stage.item, answers, hall=self._hall.head, on=stage.at.date())

    def _report(self, kind: PaperKind, about: str) -> ReportContent:
        """Of a ``day:``, as it stands now."""
        try:
            on = date.fromisoformat(subject_id(about))
        except ValueError:
            raise NotReady(need="day") from None
        if self._reports is None:
            raise NotReady(need="reports")
        return self._reports.report(REPORTS[kind], on)

    def _follow_up(self, kind: PaperKind, stage: Stage) -> Paper:
        """What follows a decision: promises, transfer, changed limits, delivery."""
        head = self._case_head(stage, taken_in if kind is PaperKind.TRANSFER else _settled)
        return follow_up(kind, stage, head, self._staff)

    # -- heads ----------------------------------------------------------------------------------

    def _case_head(self, stage: Stage, shown: Callable[[Row], bool] = lambda _: True) -> CaseHead:
        case, decision = stage.case, stage.case.decision
        deferred, private = deferrals_in(decision), private_numbers(case)
        number, check = (decision.number, decision.check) if decision else ("", "")
        head = self._head(
            case, stage.item, number=number, check=check, at=stage.at, actor=stage.actor,
            replaces=self._replaced(f"case:{case.id}", decision),
        )  # fmt: skip
        materials = tuple(
            MaterialLine(
                name=row.material.name, originals=row.originals, copies=row.copies,
                state=state_words(
                    row, private=private, promised=row.material.id in promised_in(decision),
                    until=[one.until for one in deferred if one.material == row.material.id],
                ),
            )
            for row in stage.evaluation.rows
            if row.state in SHOWN_STATES and shown(row)
        )  # fmt: skip
        return replace(head, materials=materials)

    def _head(
        self, case: Case, item: Item, *, number: str, check: str, at: datetime, actor: str,
        replaces: str = "",
    ) -> CaseHead:  # fmt: skip
        applicant, agent, organisation = case.applicant, case.agent, case.organisation
        if applicant is None:
            raise NotReady(need="applicant")
        progress = self._hall.progress_url.format(number=number, check=check) if number else ""
        windows = {window.id: window.name for window in self._hall.windows}
        return CaseHead(
            hall=self._hall.head,
            number=number,
            replaces=replaces,
            progress_url=progress,
            window=windows.get(case.window, case.window),
            clerk=self._staff(actor),
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
            organisation=organisation.name if organisation else "",
            credit_code=organisation.credit_code if organisation else "",
            representative=organisation.representative if organisation else "",
            agent=(agent.person.name or agent.person.name_latin) if agent else "",
            agent_document=DOCUMENT_NAMES[agent.document] if agent else "",
            agent_number=mask_number(agent.person.number) if agent else "",
            authority=case.authority if agent else "",
            delivery=delivery_lines(item.delivery, case.delivery),
            situation=tuple(
                (question.text, "、".join(o.text for o in question.options if o.id in chosen))
                for question in asked_questions(item, case.answers)
                if (chosen := case.answers.get(question.id))
            ),
        )

    def _staff(self, number: str) -> str:
        name = next((member.name for member in self._hall.staff if member.id == number), "")
        return f"{name}（{number}）" if name else number

    def _whole_head(self, whole: Whole) -> CaseHead:
        item = bundle_merge.merged_item(whole.bundle, [part.item for part in whole.parts])
        return self._head(
            merged_case(whole), item, number=whole.number, check=whole.check, at=whole.at,
            actor=whole.actor, replaces=self._replaced_bundle(whole),
        )  # fmt: skip

    def _replaced(self, subject: str, decision: Event | None) -> str:
        """The number that an earlier paper of the same decision bears, which is not to be had."""
        number = getattr(decision, "number", "")
        with self._store.read() as connection:
            former = recorded_again(connection, subject)
        told = (str(getattr(event_of(entry), "number", "")) for entry in former
                if entry.kind == type(decision).__name__)  # fmt: skip
        return next((one for one in told if one and one != number), "")

    def _replaced_bundle(self, whole: Whole) -> str:
        """Also where only an item's number was replaced: the receipt names them all."""
        decided = BundleDecided(number=whole.number, check=whole.check)
        case = whole.parts[0].case
        if replaced := self._replaced(f"bundle:{case.bundle}", decided):
            return replaced
        parts = (self._replaced(f"case:{p.case.id}", p.case.decision) for p in whole.parts)
        return whole.number if any(parts) else ""

    # -- bundles, forms, tickets ----------------------------------------------------------------

    def _bundle_receipt(self, bundle_id: str) -> BundleReceiptContent:
        whole = self._stages.whole(bundle_id)
        decisions = [part.case.decision for part in whole.parts]
        if not whole.number or None in decisions:
            raise NotReady(need="decision")
        return BundleReceiptContent(
            head=self._whole_head(whole),
            items=tuple(
                bundle_item_line(part.item.name, part.item.department.name, part.case.decision)
                for part in whole.parts
                if part.case.decision is not None
            ),
            materials=tuple(merged_materials(whole)),
            saving=bundle_merge.saving(whole.bundle, whole.parts),
            deferred=any(deferrals_in(decision) for decision in decisions),
            promised=any(promised_in(decision) for decision in decisions),
        )

    def _form(self, about: str) -> ApplicationFormContent:
        """As filled so far; once decided, as it was then. Raises NotReady where the list has no
        form."""
        if about.startswith("bundle:"):
            whole = self._stages.whole(subject_id(about))
            items = [part.item for part in whole.parts]
            case, head = merged_case(whole), self._whole_head(whole)
            title = whole.bundle.joint_form or f"{whole.bundle.name}申请表"
        else:
            stage = self._stages.latest(subject_id(about))
            case, items, head = stage.case, [stage.item], self._case_head(stage)
            title = _form_title(stage.item)
        fields = bundles.form_fields(items)
        if not fields:
            raise NotReady(need="form")
        return ApplicationFormContent(
            head=replace(head, materials=()),
            title=title.strip("《》"),
            items=tuple((item.name, item.department.name) for item in items),
            lines=tuple(form_line(filled) for filled in fill(fields, case)),
        )


def _settled(row: Row) -> bool:
    """Beside a notice: what need not be thought of any more, or was at least brought."""
    return taken_in(row) or row.state in {RowState.SPARED, RowState.PROMISED}


def _form_title(item: Item) -> str:
    """The form as the list names it."""
    forms = (m.name for m in item.materials if m.type is MaterialType.APPLICATION_FORM)
    return next(forms, f"{item.name}申请表")
