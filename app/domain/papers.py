"""What stands on each paper, as values: services fill these, printers lay them out. Pure.

Content by the document list of the hall: 收件凭证 and 受理通知书 (行政许可法 art. 32), 补正材料
一次性告知书 (art. 32 (4)), 不予受理通知书. Legal sentences are not here but in
``resources/wording``, so that a hall's lawyer can correct them without a release.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.events import Deferral, NoticeLine, PaperKind
from app.domain.hall import HallHead


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialLine:
    """One row of the list of materials taken in: counts brought, and the state in words."""

    name: str
    originals: int
    copies: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    """The part that every document about a case shares.

    ``applicant_number`` is already masked. ``issued_at`` is hall time. ``progress_url`` is the
    text of the QR code, ``number`` that of the Code 128. ``situation`` are answered questions.
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
    situation: tuple[tuple[str, str], ...] = ()
    materials: tuple[MaterialLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptContent:
    """收件凭证: papers taken in; silence until ``notice_due`` means accepted."""

    head: CaseHead
    notice_due: date
    due_provisional: bool = False
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
    delivery: tuple[str, ...]
    deferrals: tuple[Deferral, ...] = ()
    promised: tuple[str, ...] = ()  # names of materials replaced by a promise
    paper: PaperKind = PaperKind.ACCEPTANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeContent:
    """补正材料一次性告知书: every missing thing, once."""

    head: CaseHead
    lines: tuple[NoticeLine, ...]
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
class TicketSlipContent:
    """排队号票. ``ahead`` people wait before this one. No name, no number of a person."""

    hall: HallHead
    number: str
    business: str
    ahead: int
    taken_at: datetime
    priority: str = ""
    paper: PaperKind = PaperKind.TICKET_SLIP


CasePaper = ReceiptContent | AcceptanceContent | NoticeContent | RejectionContent
Paper = CasePaper | TicketSlipContent
