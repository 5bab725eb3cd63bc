"""Decide new entries of one or many chains in memory, then write all that came of it at once.

What is stored about their subjects is looked up together, facts are folded in the order of arrival,
and each case, ticket and bundle is written once. Nothing is written before everything is decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.domain.case_events import (
    CaseOpened,
    ItemChosen,
    MaterialPromised,
    MaterialReceived,
    MaterialReturned,
    Numbered,
)
from app.domain.errors import AppError, BadEntry
from app.domain.event import Event
from app.domain.events import KINDS, BundleDecided, CaseNumbersLeased, DeviceReenrolled
from app.domain.journal import Entry
from app.domain.ticket_events import QUEUE_EVENTS, TICKET_EVENTS
from sync import errors
from sync.backoffice import blobs
from sync.backoffice.batch import New
from sync.backoffice.bundles import BundleBook
from sync.backoffice.cases import OFFICE, CaseBook, NumberPattern
from sync.backoffice.database import Transaction, Value
from sync.backoffice.numbers import NumberBook
from sync.backoffice.queue.line_book import LineBook
from sync.backoffice.ticket_book import TicketBook
from sync.wire import CODE, MAX_DETAIL


class Decided(NamedTuple):
    outcome: str
    code: str = ""
    detail: str = ""


_APPLIED = Decided("applied")
_REPEATED = Decided("repeated")
_PARKED = Decided("parked", errors.Parked.code)

# What each kind of event may be about. Kinds not named here are kept without effect.
ABOUT: dict[str, str] = {
    **dict.fromkeys(
        (
            "CaseOpened", "ApplicantIdentified", "PhoneEntered", "ItemChosen", "QuestionAnswered",
            "ApplicantChecked", "OrganisationIdentified", "OrganisationWithdrawn",
            "AgentIdentified", "AgentWithdrawn", "DeliveryChosen", "FieldFilled",
            "MaterialReceived", "MaterialSpared", "MaterialFaulted", "MaterialPromised",
            "MaterialReturned",
            "CaseAccepted", "CaseAcceptedDeferred", "NoticeIssued", "CaseRejected", "CaseReceived",
            "CaseAbandoned", "NoticeHanded", "DemandRefused", "CaseResumed", "CasePutBack",
            "CaseDeemedAccepted", "ClockPaused", "ClockResumed", "LimitExtended", "CaseBundled",
            "CaseLeft", "ConflictRecorded", "CaseDispatched", "SupplementAsked",
            "CaseSupplemented", "CaseReviewed", "CaseFinished", "ResultHanded",
            "ResultReturned", "DocumentSigned", "SignatureRefused",
        ),
        "case",
    ),
    **dict.fromkeys(("BundleChosen", "BundleDecided"), "bundle"),
    **{kind.__name__: "ticket" for kind in TICKET_EVENTS},
    **dict.fromkeys(("WindowOpened", "WindowPaused", "WindowClosed", "WindowOrdered"), "window"),
    **dict.fromkeys(("QueuePolicyChanged", "HallHalted", "HallResumed"), "hall"),
    "ServiceRated": "rating",
    "RatingAnswered": "rating",
    "SlipPrepared": "slip",
    "CaseNumbersLeased": "device",
    "DeviceReenrolled": "device",
    "SetAsideAnswered": "device",
    "OrderGiven": "order",
}  # fmt: skip
_ORDERED = frozenset({"hall", "device"})  # to whom an order may be given

# Facts of the departments and of supervisors: no window may record them.
_OWN = frozenset(
    ("CaseDispatched", "SupplementAsked", "CaseReviewed", "CaseFinished", "OrderGiven",
     "ConflictRecorded", "TicketWanted",
     "RatingAnswered")
)  # fmt: skip

# What windows and supervisors say of the line as a whole.
_OF_THE_LINE = frozenset(kind.__name__ for kind in QUEUE_EVENTS if kind not in TICKET_EVENTS)

# Facts that may change which pages lie with a case.
_PAGED = frozenset({CaseOpened, ItemChosen, MaterialReceived, MaterialPromised, MaterialReturned})


def is_known(entry: Entry) -> bool:
    """Whether this program knows its kind and version."""
    event_type = KINDS.get(entry.kind)
    return event_type is not None and entry.version <= event_type.VERSION


def order_key(entry: Entry) -> str:
    """Within what an entry keeps its order: its subject; ``device`` is each device's own."""
    return entry.subject if ":" in entry.subject else f"{entry.device} {entry.subject}"


class Decisions:
    """Decides one batch. It is thrown away afterwards, also where writing it failed."""

    def __init__(
        self,
        connection: Transaction,
        now: datetime,
        pattern: NumberPattern | None,
        news: Sequence[New],
    ) -> None:
        """Learns what is stored about the subjects of these entries."""
        self._connection = connection
        self._now = now.isoformat()
        self._news = news
        self._entries = [entry for _, entry, _, _ in news]
        self._events = [event for _, _, _, event in news]
        self._numbers = NumberBook(connection)
        self._cases = CaseBook(connection, pattern, self._numbers, self._now)
        hall = pattern.hall if pattern else None
        self._tickets = TicketBook(connection, hall)
        self._line = LineBook(connection, hall, now)
        self._bundles = BundleBook(connection, pattern, self._numbers)
        self._earlier: dict[str, tuple[str, str, str, Decided]] = {}  # by id: what it names
        self._applied: list[tuple[Entry, Event]] = []  # about pages of cases
        self._look_up()
        self._parked = self._waiting()

    # -- what is known before -----------------------------------------------------------------

    def _look_up(self) -> None:
        subjects = {entry.subject for entry in self._entries}
        self._cases.look_up([one for one in subjects if one.startswith("case:")])
        self._tickets.look_up([one for one in subjects if one.startswith("ticket:")])
        self._bundles.look_up([one for one in subjects if one.startswith("bundle:")])
        self._numbers.look_up(
            {event.number for event in self._events if isinstance(event, Numbered | BundleDecided)}
        )

    def _waiting(self) -> set[str]:
        """Keys of what is parked."""
        waits = "SELECT 1 FROM entries WHERE outcome = 'parked' LIMIT 1"
        if self._connection.execute(waits).fetchone() is None:
            return set()
        rows = self._connection.among(
            "SELECT DISTINCT e.subject, c.device FROM entries e JOIN chains c ON c.id = e.chain"
            " WHERE e.outcome = 'parked' AND e.subject IN ({})",
            [entry.subject for entry in self._entries],
        )
        return {subject if ":" in subject else f"{device} {subject}" for subject, device in rows}

    def look_up_ids(self) -> None:
        """Learn which facts are stored already under another place. Seldom any: without this, the
        tables refuse the batch, and it is decided again with it."""
        rows = self._connection.among(
            "SELECT id, subject, kind, body_hash, outcome, code, detail FROM entries"
            " WHERE first = 1 AND id IN ({})",
            [entry.id for entry in self._entries],
        )
        for name, subject, kind, body_hash, outcome, code, detail in rows:
            self._earlier[name] = (subject, kind, body_hash, Decided(outcome, code, detail))

    # -- decide -------------------------------------------------------------------------------

    def decide(self, arrival: int) -> list[Sequence[Value]]:
        """The rows of ``entries``, in the order of COLUMNS: the first arrives at ``arrival``."""
        rows: list[Sequence[Value]] = []
        earlier, parked, now = self._earlier, self._parked, self._now
        for chain, entry, at, event in self._news:
            before = earlier.get(entry.id)
            if before is not None:
                decided = _again(entry, before)
            else:
                # Order within a subject holds also while one waits.
                if parked and order_key(entry) in parked:
                    decided = _PARKED
                else:
                    decided = self.judge(entry, event, at, arrival)
                    if decided is _PARKED:
                        parked.add(order_key(entry))
                earlier[entry.id] = (entry.subject, entry.kind, entry.body_hash, decided)
            first = 1 if before is None else 0
            rows.append(_row(entry, at, arrival, chain, first, decided, now))
            arrival += 1
        return rows

    def is_held_up(self, entry: Entry) -> bool:
        """Whether facts about the same wait for an update."""
        return order_key(entry) in self._parked

    def applied_row(self, new: New, arrival: int) -> Sequence[Value]:
        chain, entry, at, _ = new
        return _row(entry, at, arrival, chain, 1, _APPLIED, self._now)

    def judge(self, entry: Entry, event: Event | None, at: str, arrival: int) -> Decided:
        """What becomes of a fact that is new."""
        try:
            if event is None:
                if not is_known(entry):
                    return _PARKED
                raise BadEntry(kind=entry.kind, version=entry.version)
            self.apply(entry, event, at, arrival)
        except errors.ServerTrouble:  # the database's, not the fact's
            raise
        except AppError as error:
            detail = " ".join(f"{name}={value}" for name, value in error.details.items())
            return Decided("refused", _code(error), detail[:MAX_DETAIL])
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return Decided("refused", errors.NotApplied.code)
        return _APPLIED

    def apply(self, entry: Entry, event: Event, at: str, arrival: int) -> None:
        """Raises AppError with the reason; then nothing has changed."""
        about, _, name = entry.subject.partition(":")
        kind = entry.kind
        place = ABOUT.get(kind, about)
        if place != about and (place != "order" or about not in _ORDERED):
            raise BadEntry(kind=kind, version=entry.version)
        if kind in _OWN and entry.device != OFFICE:
            raise BadEntry(kind=kind, version=entry.version)
        if about == "case":
            if not name:
                raise BadEntry(kind=kind, version=entry.version)
            paged = type(event) in _PAGED
            if paged:
                blobs.check_scans(entry, event)
            self._cases.apply(entry, event, at, arrival)
            if paged:
                self._applied.append((entry, event))
        elif about == "bundle":
            self._bundles.apply(entry, event, at)
        elif about == "ticket":
            self._tickets.apply(entry, event, at)
            self._line.note(self._tickets.get(entry.subject), entry, event, arrival)
        elif kind in _OF_THE_LINE:
            self._line.apply(entry, event, arrival)
        elif isinstance(event, CaseNumbersLeased):
            self._numbers.confirm_block(entry, event)
        elif isinstance(event, DeviceReenrolled):
            self._tickets.succeed(entry, event)

    # -- keep ---------------------------------------------------------------------------------

    def keep(self, *, careful: bool = False) -> None:
        """Write what the applied facts changed. Raises IntegrityBroken."""
        self._cases.keep(careful=careful)
        self._tickets.keep()
        self._line.keep()
        self._bundles.keep()
        if self._applied:
            blobs.note_scans(self._connection, self._applied)


def last_arrival(connection: Transaction) -> int:
    return int(connection.execute("SELECT coalesce(max(arrival), 0) FROM entries").fetchone()[0])


COLUMNS = (
    "arrival", "chain", "seq", "id", "first", "at", "hlc", "actor", "subject", "kind", "version",
    "body", "body_hash", "hash", "outcome", "code", "detail", "received_at",
)  # fmt: skip


def _row(
    entry: Entry, at: str, arrival: int, chain: int, first: int, decided: Decided, now: str
) -> Sequence[Value]:
    outcome, code, detail = decided
    return (
        arrival, chain, entry.seq, entry.id, first, at, entry.hlc, entry.actor, entry.subject,
        entry.kind, entry.version, entry.body, entry.body_hash, entry.hash, outcome, code, detail,
        now,
    )  # fmt: skip


def refused_row(new: New, arrival: int, first: int, now: datetime) -> Sequence[Value]:
    """Of an entry whose effect the tables refuse."""
    chain, entry, at, _ = new
    refused = Decided("refused", errors.NotApplied.code)
    return _row(entry, at, arrival, chain, first, refused, now.isoformat())


def _again(entry: Entry, before: tuple[str, str, str, Decided]) -> Decided:
    """The id has come before: the same fact has no second effect, another one may not use it."""
    subject, kind, body_hash, decided = before
    if (subject, kind, body_hash) != (entry.subject, entry.kind, entry.body_hash):
        return Decided("refused", errors.IdReused.code)
    return decided if decided.outcome == "refused" else _REPEATED


def _code(error: AppError) -> str:
    return error.code if CODE.fullmatch(error.code) else errors.NotApplied.code
