"""The facts about a case: who applies, what was brought, decided, told and handed over, and when
its clocks stood. Frozen and in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.catalogue import MaterialForm
from app.domain.checklist import Bar, Stored
from app.domain.delivery import Authority, Proof, Recipient, ReturnKind
from app.domain.event import Event
from app.domain.person import Applicant, Delivery, Organisation
from app.domain.signature import Pen


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    window: str
    ticket: str  # ticket id, "" for someone served without one


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantIdentified(Event):
    """Read from a card or typed; a later identification replaces the former."""

    applicant: Applicant


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEntered(Event):
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarFact:
    """Somebody is excluded from something, for ``reason``."""

    bar: Bar
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantChecked(Event):
    """Looked up in the list of bad credit published on ``published`` ("" where none was at hand:
    then ``bars`` close what depends on it)."""

    bars: tuple[BarFact, ...] = ()
    published: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationIdentified(Event):
    """In whose name is applied; the identified person stands at the window for it."""

    organisation: Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationWithdrawn(Event):
    """Applied for in the person's own name after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentIdentified(Event):
    """代理人: both identities stand on the case; ``authority`` names the paper (委托书)."""

    agent: Applicant
    authority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWithdrawn(Event):
    """The applicant came in person after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChosen(Event):
    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFilled(Event):
    """A field of the application form that no card fills; "" empties it."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChosen(Event):
    """Freezes the list: code, version and hash. A new choice drops answers and materials."""

    item: str
    name: str
    department: str
    version: int
    list_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered(Event):
    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialReceived(Event):
    """What is on the counter now for this material (totals, not additions)."""

    material: str
    originals: int
    copies: int
    form: MaterialForm = MaterialForm.PAPER
    scans: tuple[str, ...] = ()  # SHA-256 names of scanned pages


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialSpared(Event):
    """免交: an e-licence or a piece of an earlier case stands for it."""

    material: str
    stored: Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialFaulted(Event):
    """Brought, but not acceptable because ``reason``."""

    material: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialPromised(Event):
    """The applicant promises in writing instead (告知承诺)."""

    material: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialReturned(Event):
    """Given back: the row is as if nothing had been brought."""

    material: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered(Event):
    """A decision: it names the case and gives the applicant the key to its progress page."""

    number: str
    check: str  # six characters, printed in the progress QR


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAccepted(Numbered):
    """受理, or 告知承诺受理 where ``promised`` names materials."""

    promise_due: date
    due_provisional: bool = False
    promised: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    material: str
    name: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAcceptedDeferred(Numbered):
    """容缺受理: accepted, the named materials to follow by their dates; ``promised`` are those
    that a promise stands for."""

    promise_due: date
    due_provisional: bool = False
    deferrals: tuple[Deferral, ...]
    promised: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One thing to mend: which material, what is wrong, what is asked, on which basis."""

    material: str
    name: str
    problem: str
    because: str
    told_before: bool = False  # an earlier notice named it, and it is still wanting


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeIssued(Numbered):
    """补正一次性告知: everything that is missing, computed from the list."""

    lines: tuple[NoticeLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeHanded(Event):
    """Who handed the notice to whom, how and when (hall time), and whether it was signed for."""

    by: str  # staff number
    to: str  # name as on the paper
    way: str  # 直接, 邮寄, 留置, 电子
    at: datetime
    signed: bool


class DemandKind(StrEnum):
    BEYOND_LIST = "beyond_list"  # 清单外要求
    TOLD_AGAIN = "told_again"  # 重复告知


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRefused(Event):
    """The program refused to demand these materials; the attempt is on record."""

    kind: DemandKind
    materials: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResumed(Event):
    """The applicant of a noticed or received case is back, at this window."""

    window: str
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePutBack(Event):
    """A resumed case waits again as before; what was brought meanwhile stays recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRejected(Numbered):
    """不予受理, with reason, legal basis, and the proper agency where there is one."""

    reason: str
    basis: str
    proper_agency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReceived(Numbered):
    """收件 only: papers taken in, decision within ``notice_due`` or the case counts as accepted."""

    notice_due: date
    due_provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAbandoned(Event):
    """The applicant left before any decision; nothing was issued."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLeft(Event):
    """留待续办: the window lets an undecided case go, so that any window may resume it.

    Written by the back office (``freed_by`` a supervisor) where the window itself cannot.
    """

    reason: str
    freed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSigned(Event):
    """屏上签: a paper of this case was signed on the applicant's screen.

    ``document`` is the SHA-256 of the PDF that was shown, byte for byte as it is without any
    signature; ``wording`` the version of its sentences. ``image`` is a PNG in base64, ``pen`` what
    wrote it, ``lasted`` in milliseconds; ``at`` hall time. ``reason``: why the same paper was
    signed once more.
    """

    paper: str  # as in PaperKind
    number: str
    document: str
    wording: str
    signer: str  # name as on the paper
    image: str
    strokes: int
    lasted: int
    pen: Pen
    by: str  # staff number
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRefused(Event):
    """拒签: who was asked to sign this paper would not, before a witness."""

    paper: str
    number: str
    signer: str
    reason: str
    witness: str
    by: str  # staff number
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRecorded(Event):
    """Facts of ``window`` about this case came after another's and were not taken; on record for
    both. ``kinds`` as in the journal, ``code`` says why."""

    window: str
    kinds: tuple[str, ...]
    code: str


# -- the departments ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDispatched(Event):
    """转办: an accepted case goes to a reviewer, drawn at random among those eligible."""

    department: str
    reviewer: str  # staff number


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementAsked(Event):
    """补齐补正 asked by the department after acceptance: each line from the case's own list."""

    lines: tuple[NoticeLine, ...]
    reviewer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSupplemented(Event):
    """What the department asked for was brought to a window; the review goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReviewed(Event):
    """审批: granted or not, with the reviewer's opinion."""

    granted: bool
    opinion: str
    reviewer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFinished(Event):
    """办结: the department closed the case; ``name`` and ``number`` are the result's (a licence, a
    decision), which waits at the hall to be handed out (出件)."""

    name: str
    number: str
    reviewer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultHanded(Event):
    """出件: who handed the result to whom, how and when (hall time), and whether signed for.

    What follows ``signed`` was not asked in the first program; ``delivery.check_handed`` says what
    each way of delivery needs.
    """

    by: str  # staff number
    to: str  # name as on the paper
    way: str  # as in DeliveryMode
    at: datetime
    signed: bool
    recipient: Recipient = Recipient.UNSTATED
    document: str = ""  # kind of the collector's document
    document_number: str = ""  # masked
    proof: Proof = Proof.UNSTATED
    proof_reason: str = ""  # why it was typed
    authority: Authority = Authority.NONE
    relation: str = ""  # of one who is neither applicant nor agent to the applicant
    address: str = ""  # postal or electronic, or the place where it was left
    carrier: str = ""
    waybill: str = ""
    reason: str = ""  # why it was left, or is not signed for
    witness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReturned(Event):
    """The result waits at the hall again: the post brought it back, or its delivery was recorded
    by mistake on the same day."""

    kind: ReturnKind
    reason: str
    by: str  # staff number
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDeemedAccepted(Event):
    """视为受理: nothing was told within the notice limit: accepted from the day of receipt.

    It keeps the number of its receipt. ``notice_due`` is the day that passed; the promise clock
    counts from ``since``.
    """

    since: date
    notice_due: date
    promise_due: date
    due_provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPaused(Event):
    """A special procedure began (行政许可法 art. 45): from ``on`` its days do not count."""

    code: str
    name: str
    reason: str
    approver: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed(Event):
    """The procedure ``code`` is over: ``on`` counts again."""

    code: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitExtended(Event):
    """Once, by the head of the agency (art. 42): so many working days more, for a told reason."""

    days: int
    reason: str
    approver: str
    on: date
