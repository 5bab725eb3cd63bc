"""Name what the counter needs from the floors below; the roof hands it in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Only names here: the sign-in page must be on the screen before the domain is loaded.
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from app.domain.events import PaperKind
    from app.domain.hall import Business, StaffMember, Window
    from app.domain.receipt_statement import ReceiptStatement
    from app.domain.ticket import Ticket
    from app.domain.ticket_events import Hold
    from app.ports import (
        BackOffice,
        CardReader,
        Clock,
        DeviceStatus,
        PeopleRecords,
        QueueDays,
        QueueOffice,
        Uploads,
    )
    from app.print_ports import PrinterStatus
    from app.services.attachments import Attachments
    from app.services.decision_desk import DecisionDesk
    from app.services.line_standing import LineStanding
    from app.services.news import NewsDesk
    from app.services.party_desk import PartyDesk
    from app.services.print_jobs import PrintAct
    from app.services.printer_desk import PrinterDesk
    from app.services.rating import RatingDesk
    from app.services.reception import Reception
    from app.services.records import Records
    from app.services.refused_pages import RefusedPages
    from app.services.results import Results
    from app.services.returning import ReturnDesk
    from app.services.set_aside import SetAsideDesk
    from app.services.set_aside_answers import SetAsideAnswers
    from app.services.sheets import SheetDesk
    from app.services.sign_in import Session
    from app.services.signing import SigningDesk
    from app.services.supervision import Supervision
    from app.services.waiting_records import WaitingRecordsDesk
    from app.services.worklist import Worklist
    from ui.kit.lane import Lane
    from ui.kit.preferences import Preferences
    from ui.viewmodels.scan_parts import ScanParts


class SignInDesk(Protocol):
    def windows(self) -> tuple[Window, ...]: ...

    def staff(self) -> tuple[StaffMember, ...]: ...

    def sign_in(self, staff_id: str, password: str, window_id: str) -> Session: ...

    def sign_out(self, session: Session) -> None: ...


class LineSnapshot(Protocol):
    @property
    def waiting(self) -> tuple[Ticket, ...]: ...

    @property
    def current(self) -> Ticket | None: ...

    @property
    def passed(self) -> tuple[Ticket, ...]: ...

    @property
    def held(self) -> tuple[Ticket, ...]: ...

    @property
    def away(self) -> tuple[Ticket, ...]: ...

    @property
    def undo(self) -> Ticket | None: ...

    @property
    def standing(self) -> LineStanding: ...


class LineDesk(Protocol):
    def snapshot(self, session: Session | None = None) -> LineSnapshot: ...

    def businesses(self) -> tuple[Business, ...]: ...

    def windows(self) -> tuple[Window, ...]: ...

    def call_next(self, session: Session, hold: Hold | None = None) -> Ticket: ...

    def call(self, session: Session, ticket_id: str) -> Ticket: ...

    def recall(self, session: Session, ticket_id: str) -> Ticket: ...

    def back(self, session: Session, ticket_id: str) -> Ticket: ...

    def pass_over(self, session: Session, ticket_id: str) -> Ticket: ...

    def serve(self, session: Session, ticket_id: str) -> Ticket: ...

    def finish(self, session: Session, ticket_id: str) -> Ticket: ...

    def hold(self, session: Session, ticket_id: str, hold: Hold, reason: str = "") -> Ticket: ...

    def hand_over(
        self, session: Session, ticket_id: str, reason: str, *, business: str = "", window: str = ""
    ) -> Ticket: ...

    def drop(self, session: Session, ticket_id: str, reason: str) -> Ticket: ...

    def undo(self, session: Session) -> Ticket: ...

    def take(self, session: Session, business_id: str, priority: str = "") -> Ticket: ...

    def open(self, session: Session) -> None: ...

    def pause(self, session: Session, reason: str) -> None: ...

    def close(self, session: Session, reason: str = "") -> None: ...

    def follow(self, session: Session) -> bool: ...


class FoundItem(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def department(self) -> str: ...

    @property
    def bundle(self) -> bool: ...


class ItemFinder(Protocol):
    def find(self, text: str, limit: int = 20) -> Sequence[FoundItem]: ...


class PaperJob(Protocol):
    """``state`` is one of queued, sent, printed, failed, doubted, cancelled."""

    @property
    def id(self) -> str: ...

    @property
    def paper(self) -> PaperKind: ...

    @property
    def number(self) -> str:
        """Of the case or the ticket."""
        ...

    @property
    def printer(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def code(self) -> str: ...

    @property
    def place(self) -> str: ...

    @property
    def reprint(self) -> int: ...

    @property
    def copies(self) -> int: ...

    @property
    def at(self) -> datetime: ...


class PaperDesk(Protocol):
    def jobs(self, limit: int = 50) -> Sequence[PaperJob]: ...

    def retry(self, session: Session, job_id: str) -> object: ...

    def answer(self, session: Session, job_id: str, printed: bool) -> object: ...

    def reprint(self, session: Session, job_id: str, reason: str) -> object: ...

    def order(
        self, session: Session, paper: PaperKind, about: str, *, reason: str = "",
        copies: int = 0, apart: bool | None = None, half: bool | None = None,
    ) -> object: ...  # fmt: skip

    def test(self, session: Session, printer: str) -> object: ...

    def move(self, session: Session, job_id: str, printer: str) -> object: ...

    def cancel(self, session: Session, job_id: str, reason: str = "") -> object: ...

    def audit(self, job_id: str) -> Sequence[PrintAct]: ...

    def choices(self) -> Mapping[str, str]: ...

    def status(self) -> Mapping[str, PrinterStatus]: ...


class Presence(Protocol):
    """Whether the readers are connected; asked from a lane, answers at once."""

    def status(self) -> DeviceStatus: ...


class ReaderFault(StrEnum):
    """What may befall a reader, for those who learn what to do then."""

    NONE = "none"
    UNPLUGGED = "unplugged"
    SILENT = "silent"
    CARD_PULLED = "card_pulled"  # half-way through the reading
    SPOILT = "spoilt"  # bytes are changed on the line
    NOT_GENUINE = "not_genuine"  # the module refuses the card
    WRONG_CARD = "wrong_card"  # a bus or bank card lies there
    UNLICENSED = "unlicensed"  # the module is not authorised


class Trainer(Protocol):
    """The demo's hand that puts a person's card on the simulated reader."""

    def people(self) -> Sequence[tuple[str, str]]:
        """(id, label)."""
        ...

    def place(self, person_id: str) -> None: ...

    def lift(self) -> None: ...

    def cause(self, fault: ReaderFault) -> None:
        """As if the reader had it; it stays until NONE."""
        ...


class Sentence(Protocol):
    @property
    def message(self) -> str: ...

    @property
    def next_step(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterServices:
    """Everything the window client's screen is built from.

    ``explain(code, details)`` gives the sentences of an error code in the screen's language.
    ``legal_grounds`` are the choices of 法律依据 for 不予受理, as whole citations.
    ``card_timeout`` is in seconds. ``lane`` is the database's; ``printer_lane`` asks printers how
    they are, which may take as long as a printer likes; ``people_lane`` asks the back office what
    it knows of the applicant; ``file_lane`` reads and encrypts scans; ``queue_lane`` waits for news
    of the hall's line, ``figures_lane`` fetches and computes what days were like. ``exports`` is
    where figures are saved.
    """

    sign_in: SignInDesk
    queue: LineDesk
    reception: Reception
    parties: PartyDesk
    decisions: DecisionDesk
    returning: ReturnDesk
    kept: Records
    people: PeopleRecords
    catalogue: ItemFinder
    papers: PaperDesk
    refused: SetAsideDesk
    back_office: BackOffice
    reader: CardReader
    clock: Clock
    lane: Lane
    printer_lane: Lane
    people_lane: Lane
    explain: Callable[[str, Mapping[str, str | int]], Sentence]
    preferences: Preferences
    presence: Presence | None = None
    worklist: Worklist | None = None
    attachments: Attachments | None = None
    scans: ScanParts | None = None
    uploads: Uploads | None = None
    file_lane: Lane | None = None
    results: Results | None = None
    signing: SigningDesk | None = None
    prove_receipt: Callable[[str], ReceiptStatement] | None = None
    answers: SetAsideAnswers | None = None
    waiting: WaitingRecordsDesk | None = None
    refused_pages: RefusedPages | None = None
    sheets: SheetDesk | None = None
    printers: PrinterDesk | None = None
    news: NewsDesk | None = None
    supervision: Supervision | None = None
    ratings: RatingDesk | None = None
    queue_office: QueueOffice | None = None
    queue_lane: Lane | None = None
    queue_days: QueueDays | None = None
    figures_lane: Lane | None = None
    exports: Path | None = None
    legal_grounds: tuple[str, ...] = ()
    trainer: Trainer | None = None
    card_timeout: float = 30.0
    hall_name: str = ""
