"""What stands on each paper, as values: services fill these, printers lay them out. Pure.

Content by the document list of the hall: 收件凭证 and 受理通知书 (行政许可法 art. 32), 补正材料
一次性告知书 (art. 32 (4)), 不予受理通知书, 一件事综合收件凭证, 申请表; 告知承诺书
(国办发〔2020〕42号), 容缺受理承诺书, 材料转移单, 特别程序/延期告知书 (art. 42, 45), 送达回证,
领取凭证. Legal sentences are not here but in ``resources/wording``, so that a hall's lawyer can
correct them without a release.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.bundle_merge import Saving
from app.domain.case_events import Deferral, NoticeLine
from app.domain.events import PaperKind
from app.domain.hall import HallHead
from app.domain.sheet_papers import GuideContent, ReportContent


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialLine:
    """One row of the list of materials taken in: counts brought, and the state in words."""

    name: str
    originals: int
    copies: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One way in which the result may reach the applicant; ``to`` says where for the chosen one."""

    way: str
    chosen: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSignature:
    """屏上签: ``image`` a PNG, ``document`` the SHA-256 of the paper without it, ``at`` hall
    time."""

    image: bytes
    document: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    """The part that every document about a case shares.

    ``applicant`` is the natural person (of an ``organisation``: who stands for it), ``agent`` who
    came instead, under ``authority``. Both numbers of persons are already masked. ``issued_at`` is
    hall time. ``progress_url`` is the text of the QR code, ``number`` that of the Code 128;
    ``replaces`` is the number of the paper that this one stands for, "" for none.
    ``situation`` are answered questions; ``signature`` stands on its line where there is one.
    """

    hall: HallHead
    number: str
    progress_url: str
    window: str
    clerk: str
    issued_at: datetime
    applicant: str
    applicant_document: str
    applicant_number: str
    phone: str
    item: str
    item_code: str
    list_version: int
    department: str
    department_phone: str = ""
    organisation: str = ""
    credit_code: str = ""
    representative: str = ""
    agent: str = ""
    agent_document: str = ""
    agent_number: str = ""
    authority: str = ""
    replaces: str = ""
    delivery: tuple[DeliveryLine, ...] = ()
    situation: tuple[tuple[str, str], ...] = ()
    signature: ScreenSignature | None = None
    materials: tuple[MaterialLine, ...] = ()

    @property
    def addressee(self) -> str:
        """In whose name is applied: whom the paper speaks to."""
        return self.organisation or self.applicant


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptContent:
    """收件凭证: papers taken in; silence until ``notice_due`` means accepted. ``signed`` is the
    text of the code that proves it, "" for none."""

    head: CaseHead
    notice_due: date
    due_provisional: bool = False
    signed: str = ""
    paper: PaperKind = PaperKind.RECEIPT


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceContent:
    """受理通知书, with its 容缺 and 告知承诺 parts where they apply."""

    head: CaseHead
    statutory_limit: str
    promised_limit: str
    promise_due: date
    due_provisional: bool
    basis: tuple[str, ...]
    fees: tuple[tuple[str, str, str], ...]  # name, amount in yuan, basis
    result: str
    deferrals: tuple[Deferral, ...] = ()
    promised: tuple[str, ...] = ()  # names of materials replaced by a promise
    signed: str = ""  # as on a receipt
    paper: PaperKind = PaperKind.ACCEPTANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """送达: who gave the paper to whom, how and when (hall time), and whether it was signed for.

    ``relation`` to the addressee is "" where they took it themselves; ``place`` is "" at the
    window; ``remark`` says what else goes on record: waybill, why it was left or not signed for.
    """

    by: str
    to: str
    way: str  # 直接, 邮寄, 留置, 电子
    at: datetime
    signed: bool
    document: str = ""  # of who took it
    document_number: str = ""  # masked
    relation: str = ""
    place: str = ""
    witness: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeContent:
    """补正材料一次性告知书: every missing thing, once; ``handed`` None until it is on record."""

    head: CaseHead
    lines: tuple[NoticeLine, ...]
    handed: HandedOver | None = None
    paper: PaperKind = PaperKind.NOTICE


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionContent:
    """不予受理通知书: reason, basis, and the proper agency where there is one."""

    head: CaseHead
    reason: str
    basis: str
    proper_agency: str
    paper: PaperKind = PaperKind.REJECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleItemLine:
    """What became of one item of a bundle. ``due`` is the day promised for what ``remark`` says
    ("" for the result itself), None where the remark is all there is to say."""

    item: str
    department: str
    number: str
    outcome: str
    due: date | None = None
    due_provisional: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleMaterialLine:
    """A material of the merged list, handed in once; ``used_by`` are places of items, from 1."""

    name: str
    used_by: tuple[int, ...]
    originals: int
    copies: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReceiptContent:
    """一件事综合收件凭证: the applicant once, every item with its outcome, every material once.

    ``head`` bears the bundle's number, name and leading department, and no materials. The flags
    say whether any item was accepted with papers to follow, or on a promise.
    """

    head: CaseHead
    items: tuple[BundleItemLine, ...]
    materials: tuple[BundleMaterialLine, ...]
    saving: Saving
    deferred: bool = False
    promised: bool = False
    paper: PaperKind = PaperKind.BUNDLE_RECEIPT


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """One field as it stands on the form, in full; "" leaves room to write by hand. Where there
    are ``choices``, ``value`` is one of them."""

    label: str
    value: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFormContent:
    """申请表. ``head.number`` is "" while nothing is decided: then it bears no codes. ``items`` are
    (item, department) in order."""

    head: CaseHead
    title: str
    items: tuple[tuple[str, str], ...]
    lines: tuple[FormLine, ...]
    paper: PaperKind = PaperKind.APPLICATION_FORM


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSlipContent:
    """排队号票. ``ahead`` people wait before this one, -1 where it has the place of a number
    that it replaces; ``wait_minutes`` is (least, most) where an honest estimate is known.
    ``follow_url`` shows one's place in the line. ``alone``: how many wait is not known, because the
    kiosk could not ask. No name, no number of a person."""

    hall: HallHead
    number: str
    business: str
    ahead: int
    taken_at: datetime
    priority: str = ""
    wait_minutes: tuple[int, int] | None = None
    booked: bool = False
    follow_url: str = ""
    alone: bool = False
    paper: PaperKind = PaperKind.TICKET_SLIP


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedMaterial:
    """A material that a promise stands for: what it is to prove, and the law that asks for it."""

    name: str
    proves: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseContent:
    """告知承诺书: told first, promised then; signed before the case is accepted, so ``head.number``
    may be ""."""

    head: CaseHead
    materials: tuple[PromisedMaterial, ...]
    paper: PaperKind = PaperKind.PROMISE


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredMaterial:
    """A material to follow: in which form, and until when."""

    name: str
    form: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferralPromiseContent:
    """容缺受理承诺书: the applicant's side of the 容缺受理通知书."""

    head: CaseHead
    materials: tuple[DeferredMaterial, ...]
    paper: PaperKind = PaperKind.DEFERRAL_PROMISE


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferContent:
    """材料转移单: what goes to the department; ``outcome`` is how the case was taken in."""

    head: CaseHead
    outcome: str
    due: date
    due_provisional: bool = False
    paper: PaperKind = PaperKind.TRANSFER


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChange:
    """One special procedure (its time is not counted) or extension of the limit by ``days`` working
    days; ``until`` is the day on which a procedure ended, None while it lasts."""

    name: str
    reason: str
    approver: str
    since: date
    until: date | None = None
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitNoticeContent:
    """特别程序/延期告知书 (行政许可法 art. 42, 45): why the result comes later than promised."""

    head: CaseHead
    changes: tuple[LimitChange, ...]
    paper: PaperKind = PaperKind.LIMIT_NOTICE


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReturnContent:
    """送达回证 of one document; ``handed`` None until it is on record."""

    head: CaseHead
    document: str
    document_number: str
    handed: HandedOver | None = None
    paper: PaperKind = PaperKind.DELIVERY_RETURN


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionContent:
    """领取凭证 of a result. ``collector`` and document (masked) are "" where they are to be
    written; ``for_another`` says whether somebody else came for it, as ``relation`` says."""

    head: CaseHead
    result: str
    result_number: str
    collector: str = ""
    collector_document: str = ""
    collector_number: str = ""
    for_another: bool = False
    relation: str = ""
    handed: HandedOver | None = None
    paper: PaperKind = PaperKind.COLLECTION


CasePaper = (
    ReceiptContent
    | AcceptanceContent
    | NoticeContent
    | RejectionContent
    | BundleReceiptContent
    | ApplicationFormContent
    | PromiseContent
    | DeferralPromiseContent
    | TransferContent
    | LimitNoticeContent
    | DeliveryReturnContent
    | CollectionContent
)
Paper = CasePaper | GuideContent | ReportContent | TicketSlipContent
