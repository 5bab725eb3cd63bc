"""The facts about the device, bundles and papers, and every kind the journal knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.case_events import (
    AgentIdentified,
    AgentWithdrawn,
    ApplicantChecked,
    ApplicantIdentified,
    CaseAbandoned,
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseDeemedAccepted,
    CaseDispatched,
    CaseFinished,
    CaseLeft,
    CaseOpened,
    CasePutBack,
    CaseReceived,
    CaseRejected,
    CaseResumed,
    CaseReviewed,
    CaseSupplemented,
    ClockPaused,
    ClockResumed,
    ConflictRecorded,
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
    OrganisationIdentified,
    OrganisationWithdrawn,
    PhoneEntered,
    QuestionAnswered,
    ResultHanded,
    ResultReturned,
    SignatureRefused,
    SupplementAsked,
)
from app.domain.event import Event
from app.domain.ticket_events import QUEUE_EVENTS

# -- the device and who works at it -------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ClerkSignedIn(Event):
    clerk: str
    window: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClerkSignedOut(Event):
    clerk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNumbersLeased(Event):
    """The back office gave this device the serials ``first``..``last`` (inclusive)."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReenrolled(Event):
    """First fact of a new install: ``former`` was a restored or copied disk's. What it had decided
    up to ``acknowledged`` stays there; all later facts follow in this chain."""

    former: str
    acknowledged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideAnswered(Event):
    """A person answered a fact of this device that the back office had refused."""

    install: str
    seq: int
    answer: str  # dropped, again
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderGiven(Event):
    """A supervisor's word to one window or all (subject ``device:<id>`` or ``hall``)."""

    order: str
    text: str
    until: datetime | None = None


# -- bundles (一件事) ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBundled(Event):
    """The case is one item's part of a bundle (its id)."""

    bundle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleChosen(Event):
    """Freezes the bundle; ``cases`` in the order of its items."""

    code: str
    name: str
    version: int
    list_hash: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleDecided(Event):
    """Each case was decided by its own list; the number of the whole, for the receipt."""

    number: str
    check: str


# -- papers -------------------------------------------------------------------------------------


class PaperKind(StrEnum):
    """Documents and slips that this program prints."""

    RECEIPT = "receipt"  # 收件凭证
    ACCEPTANCE = "acceptance"  # 受理通知书 (also 容缺受理, 告知承诺)
    NOTICE = "notice"  # 补正材料一次性告知书
    REJECTION = "rejection"  # 不予受理通知书
    TICKET_SLIP = "ticket_slip"  # 排队号票
    BUNDLE_RECEIPT = "bundle_receipt"  # 一件事综合收件凭证
    APPLICATION_FORM = "application_form"  # 申请表, filled
    PROMISE = "promise"  # 告知承诺书
    DEFERRAL_PROMISE = "deferral_promise"  # 容缺受理承诺书
    TRANSFER = "transfer"  # 材料转移单
    LIMIT_NOTICE = "limit_notice"  # 特别程序/延期告知书
    DELIVERY_RETURN = "delivery_return"  # 送达回证
    COLLECTION = "collection"  # 领取凭证
    GUIDE = "guide"  # 办事指南, of an item by the applicant's answers
    SHIFT_REPORT = "shift_report"  # 交接班表, about ``day:`` and the day
    DAY_PAPERS = "day_papers"  # 当日文书清单
    SPARED_REPORT = "spared_report"  # 免交材料清单
    BALANCE_REPORT = "balance_report"  # 进出对账表
    TEST_PAGE = "test_page"  # 测试页, about ``printer:`` and its specification
    TEST_SLIP = "test_slip"  # 测试小票


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperQueued(Event):
    """Saved before a byte leaves. ``about`` is the subject it is printed from."""

    paper: PaperKind
    about: str
    printer: str
    reprint: int = 0  # 补打 n, 0 for the first
    reason: str = ""  # why it is printed again
    copies: int = 1  # of the same sheet
    apart: bool = False  # each copy of the document under its own name instead
    half: bool = False  # on A5


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipPrepared(Event):
    """What the slip of a number taken at a kiosk says, as it was told then: nothing else is known
    of it there. About ``slip:`` and the ticket's id; the last one counts. ``wait`` are the least
    and the most minutes, ``ahead`` is -1 where nobody could say."""

    number: str
    business: str  # as the hall calls it
    taken_at: datetime
    ahead: int = -1
    wait: tuple[int, int] | None = None
    priority: str = ""  # as the hall calls it
    booked: bool = False
    follow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSent(Event):
    """Bytes are about to leave: from here on the job is never repeated blindly."""

    pages: int = 0  # of the document, 0 for a slip


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTaken(Event):
    """The printer has the whole job and has not printed it yet; ``place`` is its number there."""

    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPrinted(Event):
    """It came out, as far as the printer can tell; ``place`` is a file name or its number there."""

    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFailed(Event):
    """Nothing came out, for the reason ``code``; may be tried again."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDoubted(Event):
    """It left and nobody knows what became of it: a person must say whether it came out."""

    code: str = ""  # why, "" where the program ended meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAnswered(Event):
    """A person said whether the doubted paper came out."""

    printed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRequeued(Event):
    """A failed or waiting paper is to be tried again, perhaps on another printer."""

    printer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCancelled(Event):
    """A paper that surely did not come out is not wanted any more."""

    reason: str = ""


# Every kind the journal knows, by name.
KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        ClerkSignedIn, ClerkSignedOut, CaseNumbersLeased,
        DeviceReenrolled, SetAsideAnswered, OrderGiven,
        *QUEUE_EVENTS,
        CaseOpened, ApplicantIdentified, PhoneEntered, ItemChosen, QuestionAnswered,
        ApplicantChecked, OrganisationIdentified, OrganisationWithdrawn,
        AgentIdentified, AgentWithdrawn, DeliveryChosen, FieldFilled,
        MaterialReceived, MaterialSpared, MaterialFaulted, MaterialPromised, MaterialReturned,
        CaseAccepted, CaseAcceptedDeferred, NoticeIssued, CaseRejected, CaseReceived,
        CaseAbandoned, NoticeHanded, DemandRefused, CaseResumed, CasePutBack,
        CaseBundled, BundleChosen, BundleDecided,
        CaseDeemedAccepted, ClockPaused, ClockResumed, LimitExtended,
        CaseLeft, ConflictRecorded, CaseDispatched, SupplementAsked, CaseSupplemented,
        CaseReviewed, CaseFinished, ResultHanded, ResultReturned,
        DocumentSigned, SignatureRefused,
        PaperQueued, PaperSent, PaperPrinted, PaperFailed, PaperDoubted, PaperAnswered,
        PaperRequeued, PaperTaken, PaperCancelled, SlipPrepared,
    )
}  # fmt: skip
