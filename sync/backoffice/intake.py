"""Take a batch of one chain in: check it against what is stored, decide each event, answer once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.case import Case
from app.domain.errors import AppError, BadEntry, ChainBroken
from app.domain.event import Event
from app.domain.events import KINDS, CaseNumbersLeased
from app.domain.journal import GENESIS, Entry, check_entry, decode_event
from app.domain.ticket import Ticket
from sync import errors
from sync.backoffice import blobs, bundles
from sync.backoffice.cases import CaseBook, NumberPattern, confirm_block
from sync.backoffice.database import IntegrityBroken, Transaction
from sync.backoffice.line import TicketBook
from sync.wire import CODE, MAX_DETAIL, ErrorAnswer, EventAnswer, PushAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chain:
    id: int
    acknowledged: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    outcome: str
    code: str = ""
    detail: str = ""


def receive(
    connection: Transaction, entries: Sequence[Entry], now: datetime, numbers: NumberPattern
) -> PushAnswer | ErrorAnswer:
    """Decide a batch inside the caller's transaction, which it must commit for either answer:
    an ErrorAnswer stores no entry, but the chain's fault is remembered."""
    chain, set_aside = _open_chain(connection, entries[0], now)
    if set_aside:
        return _decline(connection, chain, set_aside)
    first = entries[0].seq
    if any(entry.seq != place for place, entry in enumerate(entries, first)):
        return _decline(connection, chain, errors.Gap.code)
    if first > chain.acknowledged + 1:
        return _decline(connection, chain, errors.Gap.code)
    known = [entry for entry in entries if entry.seq <= chain.acknowledged]
    if known and not _same(connection, chain, known):
        return _decline(connection, chain, errors.Fork.code, set_aside=True)
    fresh = entries[len(known) :]
    previous = chain.head
    try:
        for entry in fresh:
            check_entry(entry, previous)
            previous = entry.hash
    except ChainBroken:
        return _decline(connection, chain, errors.BrokenChain.code)
    if fresh:
        _Batch(connection, chain.id, now, numbers).take(fresh)
        connection.execute(
            "UPDATE chains SET acknowledged = ?, head = ?, fault = '', seen_at = ? WHERE id = ?",
            (fresh[-1].seq, fresh[-1].hash, now.isoformat(), chain.id),
        )
    last = entries[-1]
    return PushAnswer(
        acknowledged=last.seq,
        head=last.hash,
        exceptions=_exceptions(connection, chain.id, first, last.seq),
    )


def _open_chain(connection: Transaction, entry: Entry, now: datetime) -> tuple[_Chain, str]:
    connection.execute(
        "INSERT INTO chains (id, device, install, head, seen_at)"
        " SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ? FROM chains WHERE 1 = 1"
        " ON CONFLICT (device, install) DO UPDATE SET seen_at = excluded.seen_at",
        (entry.device, entry.install, GENESIS, now.isoformat()),
    )
    row = connection.execute(
        "SELECT id, acknowledged, head, set_aside FROM chains WHERE device = ? AND install = ?",
        (entry.device, entry.install),
    ).fetchone()
    return _Chain(id=row[0], acknowledged=row[1], head=row[2]), row[3]


def _decline(
    connection: Transaction, chain: _Chain, code: str, *, set_aside: bool = False
) -> ErrorAnswer:
    connection.execute(
        "UPDATE chains SET fault = ?, set_aside = CASE WHEN ? = 1 THEN ? ELSE set_aside END"
        " WHERE id = ?",
        (code, int(set_aside), code, chain.id),
    )
    return ErrorAnswer(code=code, acknowledged=chain.acknowledged, head=chain.head)


def _same(connection: Transaction, chain: _Chain, known: Sequence[Entry]) -> bool:
    """Whether these places hold exactly these entries (the hash covers every field)."""
    stored: dict[int, str] = {
        row[0]: row[1]
        for row in connection.execute(
            "SELECT seq, hash FROM entries WHERE chain = ? AND seq BETWEEN ? AND ?",
            (chain.id, known[0].seq, known[-1].seq),
        )
    }
    return all(stored.get(entry.seq) == entry.hash for entry in known)


def _exceptions(
    connection: Transaction, chain: int, first: int, last: int
) -> tuple[EventAnswer, ...]:
    rows = connection.execute(
        "SELECT seq, id, outcome, code, detail FROM entries WHERE chain = ?"
        " AND seq BETWEEN ? AND ? AND outcome IN ('refused', 'parked') ORDER BY seq",
        (chain, first, last),
    )
    return tuple(
        EventAnswer(seq=row[0], id=row[1], outcome=row[2], code=row[3], detail=row[4])
        for row in rows
    )


class _Batch:
    """Decides and stores the fresh entries of one batch, one by one."""

    def __init__(
        self, connection: Transaction, chain: int, now: datetime, numbers: NumberPattern
    ) -> None:
        self._connection = connection
        self._chain = chain
        self._now = now.isoformat()
        self._numbers = numbers
        self._cases = CaseBook(connection, numbers)
        self._tickets = TicketBook(connection)
        self._applied: list[tuple[Entry, Event]] = []  # in this batch, about cases

    def take(self, entries: Sequence[Entry]) -> None:
        arrival = self._connection.execute(
            "SELECT coalesce(max(arrival), 0) FROM entries"
        ).fetchone()[0]
        for arrival_of, entry in enumerate(entries, arrival + 1):
            try:
                with self._connection.savepoint():
                    decided, first = self._decide(entry, arrival_of)
                    self._store(entry, arrival_of, decided, first=first)
            except IntegrityBroken:
                # Its effect broke a rule of the tables: undone by the savepoint, kept as refused.
                self._applied = [one for one in self._applied if one[0] is not entry]
                with self._connection.savepoint():
                    decided = _Decided(outcome="refused", code=errors.NotApplied.code)
                    known = self._earlier(entry) is not None
                    self._store(entry, arrival_of, decided, first=not known)
        self._note_scans()

    def take_up(self, entry: Entry, arrival: int) -> None:
        """Decide a parked entry again, now that its kind is known."""
        with self._connection.savepoint():
            decided = self._judge(entry, arrival)
            self._connection.execute(
                "UPDATE entries SET outcome = ?, code = ?, detail = ? WHERE arrival = ?",
                (decided.outcome, decided.code, decided.detail, arrival),
            )
            self._note_scans()

    def _note_scans(self) -> None:
        blobs.note_scans(self._connection, self._applied)
        self._applied = []

    def _decide(self, entry: Entry, arrival: int) -> tuple[_Decided, bool]:
        """What becomes of it, and whether its id is new."""
        earlier = self._earlier(entry)
        if earlier is None:
            parked = self._connection.execute(
                "SELECT 1 FROM entries WHERE subject = ? AND outcome = 'parked'", (entry.subject,)
            ).fetchone()
            if parked is not None:  # order within a subject holds also while one waits
                return _Decided(outcome="parked", code=errors.Parked.code), True
            return self._judge(entry, arrival), True
        subject, kind, body_hash, outcome, code, detail = earlier
        if (subject, kind, body_hash) != (entry.subject, entry.kind, entry.body_hash):
            return _Decided(outcome="refused", code=errors.IdReused.code), False
        if outcome == "refused":
            return _Decided(outcome="refused", code=code, detail=detail), False
        return _Decided(outcome="repeated"), False

    def _earlier(self, entry: Entry) -> tuple[str, str, str, str, str, str] | None:
        row = self._connection.execute(
            "SELECT subject, kind, body_hash, outcome, code, detail FROM entries"
            " WHERE id = ? AND first = 1",
            (entry.id,),
        ).fetchone()
        return None if row is None else (row[0], row[1], row[2], row[3], row[4], row[5])

    def _judge(self, entry: Entry, arrival: int) -> _Decided:
        event_type = KINDS.get(entry.kind)
        if event_type is None or entry.version > event_type.VERSION:
            return _Decided(outcome="parked", code=errors.Parked.code)
        try:
            event = decode_event(entry.kind, entry.version, entry.body)
            self._apply(entry, event, arrival)
        except AppError as error:
            detail = " ".join(f"{name}={value}" for name, value in error.details.items())
            return _Decided(outcome="refused", code=_code(error), detail=detail[:MAX_DETAIL])
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return _Decided(outcome="refused", code=errors.NotApplied.code)
        return _Decided(outcome="applied")

    def _apply(self, entry: Entry, event: Event, arrival: int) -> None:
        about = entry.subject.partition(":")[0]
        if about != _ABOUT.get(entry.kind, about):
            raise BadEntry(kind=entry.kind, version=entry.version)
        if about == "case":
            blobs.check_scans(entry, event)
            case: Case = self._cases.decide(entry, event)
            self._cases.keep(entry, event, case, arrival, self._now)
            self._applied.append((entry, event))
        elif about == "bundle":
            bundles.take(self._connection, entry, event, self._numbers)
        elif about == "ticket":
            ticket: Ticket = self._tickets.decide(entry, event)
            self._tickets.keep(entry, event, ticket)
        elif isinstance(event, CaseNumbersLeased):
            confirm_block(self._connection, entry, event)

    def _store(self, entry: Entry, arrival: int, decided: _Decided, *, first: bool) -> None:
        self._connection.execute(
            "INSERT INTO entries (arrival, chain, seq, id, first, at, hlc, actor, subject, kind,"
            " version, body, body_hash, hash, outcome, code, detail, received_at)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                arrival, self._chain, entry.seq, entry.id, int(first), entry.at.isoformat(),
                entry.hlc, entry.actor, entry.subject, entry.kind, entry.version, entry.body,
                entry.body_hash, entry.hash, decided.outcome, decided.code, decided.detail,
                self._now,
            ),
        )  # fmt: skip


def _code(error: AppError) -> str:
    return error.code if CODE.fullmatch(error.code) else errors.NotApplied.code


# What each kind of event may be about. Kinds not named here are kept without effect.
_ABOUT: dict[str, str] = {
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
        ),
        "case",
    ),
    **dict.fromkeys(("BundleChosen", "BundleDecided"), "bundle"),
    **dict.fromkeys(
        ("TicketTaken", "TicketLeased", "TicketCalled", "TicketServed", "TicketPassed",
         "TicketFinished"),
        "ticket",
    ),
    "CaseNumbersLeased": "device",
    "DeviceReenrolled": "device",
    "SetAsideAnswered": "device",
    "OrderGiven": "hall",
}  # fmt: skip


def take_up_parked(connection: Transaction, now: datetime, numbers: NumberPattern) -> int:
    """After an upgrade: decide what was parked, in order of arrival. Returns how many are left."""
    rows = connection.execute(
        "SELECT e.arrival, e.chain, c.device, c.install, e.seq, e.id, e.at, e.hlc, e.actor,"
        " e.subject, e.kind, e.version, e.body, e.body_hash, e.hash"
        " FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.outcome = 'parked' ORDER BY e.arrival"
    ).fetchall()
    waiting: set[str] = set()
    left = 0
    for row in rows:
        entry = Entry(
            device=row[2], install=row[3], seq=row[4], id=row[5],
            at=datetime.fromisoformat(row[6]), hlc=row[7], actor=row[8], subject=row[9],
            kind=row[10], version=row[11], body=row[12], body_hash=row[13], hash=row[14],
        )  # fmt: skip
        event_type = KINDS.get(entry.kind)
        if event_type is None or entry.version > event_type.VERSION:
            waiting.add(entry.subject)
        if entry.subject in waiting:
            left += 1
            continue
        _Batch(connection, row[1], now, numbers).take_up(entry, row[0])
    return left
