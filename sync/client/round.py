"""Drive sync one exchange at a time: what to send next, and what an answer means.

No threads, no sleeping and no sockets here: the worker does that, and a simulation may. Each turn
reads the outbox, lets go of it, asks the wire, checks the answer and only then writes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypeVar

import msgspec

from app.domain.decoding import decode
from app.domain.journal import Entry
from app.storage.outbox import Refusal
from sync import errors, wire
from sync.client.flights import Flight, Flights
from sync.client.outbox import Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request to the back office."""

    path: str
    body: bytes
    content_type: str
    encoding: str = ""
    largest: int = wire.MAX_ANSWER  # bytes of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, complete."""

    status: int
    body: bytes
    skew: int | None = None  # seconds that this device's clock is ahead, where it was told
    later: int = 0  # seconds that the back office asks to be left alone, where it does


Send = Callable[[Post], Reply]  # raises Unreachable where no complete answer came
# Sends in the order of its calls; returns at once what waits for the reply, None: not now.
Begin = Callable[[Post], Callable[[], Reply] | None]


class TurnKind(StrEnum):
    MOVED = "moved"  # something was decided or leased: go on at once
    QUIET = "quiet"  # nothing to do until something is saved or the poll is due
    FAILED = "failed"  # no usable answer: try again soon
    BLOCKED = "blocked"  # answered, but this chain is not taken: a person must act


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    kind: TurnKind
    code: str = ""
    later: int = 0  # seconds to wait at least, where the back office asked for it


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseAims:
    """When to ask for more: where serials do not last for ``days`` of work, or are fewer than
    ``numbers_low``; where waiting tickets are fewer than ``tickets``."""

    numbers_low: int = 100
    tickets: int = 3
    days: int = 0


_Answer = TypeVar("_Answer", wire.PushAnswer, wire.LeaseAnswer, wire.ErrorAnswer)

# Entries and their bytes that even the slowest line carries while an answer is awaited.
_LEAST = 16
_LEAST_BYTES = 16 * 1024

_BLOCKING: dict[int, frozenset[str]] = {
    400: frozenset({"SYNC-BAD-BATCH", "SYNC-BAD-REQUEST", "SYNC-TOO-NEW"}),
    401: frozenset({"SYNC-NOT-ENROLLED"}),
    403: frozenset({"SYNC-REVOKED", "SYNC-OTHER-DEVICE", "SYNC-QUARANTINED"}),
    409: frozenset({"SYNC-GAP", "SYNC-FORK", "SYNC-CHAIN"}),
    426: frozenset({"SYNC-TOO-OLD"}),
}


class Rounds:
    """A round: ``begin()``, then ``turn()`` until it is not MOVED."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        send: Send,
        new_id: Callable[[], str],
        aims: LeaseAims | None = None,
        begin: Begin | None = None,
    ) -> None:
        """With ``begin``, the next batch is on its way while a long one's answer is awaited."""
        self._outbox = outbox
        self._send = send
        self._flights: Flights[Reply] = Flights(
            outbox,
            lambda body: send(_batch(body)),
            (lambda body: begin(_batch(body))) if begin is not None else None,
        )
        self._new_id = new_id
        self._aims = aims or LeaseAims()
        self._aim = self._aims.tickets  # what the hall says, as soon as it was asked
        self._limit = wire.MAX_EVENTS
        self._max_bytes = wire.MAX_DECODED
        self._rewound: int | None = None  # the back office asked for entries from after this place
        self._quarantined = 0  # entries through this place are kept apart there, undecided
        self._chain: tuple[str, str] | None = None
        self.skew = 0  # seconds that this device's clock is ahead, as last told
        self._request = ""  # id of a lease request that has no answer yet
        self._leased = False  # asked in this round
        self._spoke = False  # any exchange in this round

    def begin(self) -> None:
        self._leased = self._spoke = False
        self._flights.new_round()
        chain = self._outbox.identity()
        if chain != self._chain:  # enrolled anew: what was heard about the former says nothing
            self._chain, self._rewound, self._request, self._quarantined = chain, None, "", 0

    def quarantined(self, acknowledged: int) -> int:
        """How many of those that wait are kept apart at the back office."""
        return max(0, self._quarantined - acknowledged)

    def turn(self) -> Turn:
        """At most one exchange with the back office. Storage errors pass through."""
        try:
            after = self._outbox.acknowledged() if self._rewound is None else self._rewound
            flight = self._flights.take(after)
            if flight is None and (entries := self._next(after)):
                flight = self._flights.depart(entries, self._max_bytes)
            if flight is not None:
                return self._push(flight)
            self._rewound = None
            numbers = self._outbox.numbers().lacking(self._aims.days, self._aims.numbers_low)
            aim = self._aim if self._aim and self._outbox.serves() else 0
            tickets = max(0, aim - self._outbox.tickets_left())
            # With nothing to say, an empty lease request still shows whether the line is there.
            if not self._leased and (numbers or tickets or not self._spoke):
                return self._lease(numbers=numbers, tickets=min(tickets, wire.MAX_TICKETS))
        except errors.Unreachable as error:
            return Turn(kind=TurnKind.FAILED, code=error.code)
        except errors.BadAnswer as error:
            self._limit = 1
            return Turn(kind=TurnKind.BLOCKED, code=error.code)
        return Turn(kind=TurnKind.QUIET)

    # -- push -------------------------------------------------------------------------------------

    def _next(self, after: int) -> list[Entry]:
        """What is quarantined is not sent again, but for one entry: whether it still is."""
        if self._quarantined > after:
            more = self._outbox.pending(self._quarantined, self._limit, self._max_bytes)
            return more or self._outbox.pending(after, 1, self._max_bytes)
        return self._outbox.pending(after, self._limit, self._max_bytes)

    def _heard(self, reply: Reply) -> Reply:
        self._spoke = True
        if reply.skew is not None:
            self.skew = reply.skew
        return reply

    def _push(self, flight: Flight[Reply]) -> Turn:
        sent, following = flight.sent, None
        if self._rewound is None and not self._quarantined:
            following = self._flights.follow(flight, self._limit, self._max_bytes)
        try:
            reply = self._heard(flight.reply())
        except errors.Unreachable:
            # The line may be too slow for so much, or never hold so long: next time less.
            self._limit = max(_LEAST, len(sent) // 2)
            self._max_bytes = max(_LEAST_BYTES, self._max_bytes // 2)
            raise
        if reply.status != 200 and flight.early:
            self._flights.came_too_soon()  # asked again in its turn, where the answer counts
            return Turn(kind=TurnKind.MOVED)
        if reply.status != 200:
            return self._declined(reply, sent)
        answer = _decode(reply.body, wire.PushAnswer)
        refused = _check_push(answer, sent)
        kept_apart, self._quarantined = self._quarantined, 0
        if kept_apart and sent[0].seq > self._outbox.acknowledged() + 1:
            # Let in again. What was kept apart before these has answers of its own: perhaps
            # refusals, if a supervisor had it taken up.
            return Turn(kind=TurnKind.MOVED)
        self._outbox.acknowledge(answer.acknowledged, refused, sent[0].install)
        if self._rewound is not None:
            past = answer.acknowledged >= self._outbox.acknowledged()
            self._rewound = None if past else answer.acknowledged
        # Slowly, so that a slow line does not lose every second batch.
        self._limit = min(wire.MAX_EVENTS, self._limit * 5 // 4 + 1)
        self._max_bytes = min(wire.MAX_DECODED, self._max_bytes * 5 // 4 + 1)
        self._flights.keep(following)
        return Turn(kind=TurnKind.MOVED)

    def _declined(self, reply: Reply, sent: tuple[Entry, ...]) -> Turn:
        if reply.status == 413 and len(sent) > 1:
            self._limit = max(1, len(sent) // 2)
            self._max_bytes = max(1, self._max_bytes // 2)
            return Turn(kind=TurnKind.MOVED)
        if reply.status == 413:
            return Turn(kind=TurnKind.BLOCKED, code=errors.TooLarge.code)
        error = check_error(reply)
        if error.code == errors.Quarantined.code:
            return self._kept_apart(error, sent)
        if error.code != errors.ServerTrouble.code:
            self._quarantined = 0
        if error.code == errors.Gap.code:
            return self._rewind(error.acknowledged, sent[0].seq)
        return self._not_taken(error.code, reply.later)

    def _kept_apart(self, error: wire.ErrorAnswer, sent: tuple[Entry, ...]) -> Turn:
        """This device was withdrawn: what it sends is safe there, but decided by nobody yet."""
        last = sent[-1]
        if (error.acknowledged, error.head) != (last.seq, last.hash):
            raise errors.BadAnswer
        more = last.seq > self._quarantined
        self._quarantined = max(self._quarantined, last.seq)
        if more and self._outbox.pending(self._quarantined, 1, 1):
            return Turn(kind=TurnKind.MOVED)
        return Turn(kind=TurnKind.BLOCKED, code=error.code)

    def _rewind(self, place: int, first: int) -> Turn:
        """The back office lacks entries that it once acknowledged (restored from a copy), or that
        it had kept apart."""
        if not 0 <= place < first:
            raise errors.BadAnswer
        if place == first - 1 or self._rewound == place:
            return Turn(kind=TurnKind.BLOCKED, code=errors.Gap.code)
        # What it decided while its answers were lost, or the device was withdrawn, was perhaps
        # refused: that is asked for again, and not passed over.
        self._rewound = place if place < self._outbox.acknowledged() else None
        return Turn(kind=TurnKind.MOVED)

    def _not_taken(self, code: str, later: int) -> Turn:
        if code == errors.ServerTrouble.code:
            return Turn(kind=TurnKind.FAILED, code=code, later=later)
        self._limit = 1  # while blocked, a single entry is enough to ask again
        return Turn(kind=TurnKind.BLOCKED, code=code)

    # -- leases -----------------------------------------------------------------------------------

    def _lease(self, *, numbers: int, tickets: int) -> Turn:
        device, install = self._outbox.identity()
        self._request = self._request or self._new_id()
        asked = wire.LeaseRequest(
            request=self._request, device=device, install=install, numbers=numbers > 0,
            serials=min(numbers, wire.MAX_BLOCK), tickets=tickets,
        )  # fmt: skip
        body = msgspec.json.encode(asked)
        post = Post(path=wire.LEASE_PATH, body=body, content_type="application/json")
        reply = self._heard(self._send(post))
        self._leased = True
        if reply.status != 200:
            self._request = ""
            return self._not_taken(check_error(reply).code, reply.later)
        answer = _decode(reply.body, wire.LeaseAnswer)
        _check_lease(answer, asked)
        if answer.block is not None:
            self._outbox.lease_numbers(answer.block.first, answer.block.last, install)
        for ticket in answer.tickets:
            self._outbox.lease_ticket(
                ticket.id,
                ticket.number,
                ticket.business,
                ticket.taken_at,
                ticket.priority,
                install,
                place=ticket.place,
                window=ticket.window,
                item=ticket.item,
            )
        if self._aims.tickets and answer.aim:
            self._aim = answer.aim
        self._request = ""  # only now: an answer that could not be saved is asked for again
        self._limit = wire.MAX_EVENTS
        return Turn(kind=TurnKind.MOVED)


def _batch(body: bytes) -> Post:
    return Post(path=wire.PUSH_PATH, body=body, content_type=wire.BATCH_TYPE, encoding="zstd")


# -- answers are hostile until checked ------------------------------------------------------------


def _decode(body: bytes, kind: type[_Answer]) -> _Answer:
    try:
        return decode(body, kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise errors.BadAnswer from None


def check_error(reply: Reply) -> wire.ErrorAnswer:
    """The error as far as its status allows it. Raises BadAnswer."""
    if reply.status == 429 or reply.status >= 500:
        return wire.ErrorAnswer(code=errors.ServerTrouble.code)
    allowed = _BLOCKING.get(reply.status, frozenset())
    if len(allowed) == 1:  # a gateway may answer 401 or 426 in its own words
        return wire.ErrorAnswer(code=next(iter(allowed)))
    answer = _decode(reply.body, wire.ErrorAnswer)
    if answer.code not in allowed:
        raise errors.BadAnswer
    return answer


def _check_push(answer: wire.PushAnswer, sent: tuple[Entry, ...]) -> list[Refusal]:
    """Raises BadAnswer unless the answer is about these entries. Returns what was refused or
    parked."""
    places = {entry.seq: entry for entry in sent}
    last = places.get(answer.acknowledged)
    if last is None or last.hash != answer.head:
        raise errors.BadAnswer
    refused: list[Refusal] = []
    for exception in answer.exceptions:
        entry = places.pop(exception.seq, None)  # each place at most once
        fits = entry is not None and entry.id == exception.id and entry.seq <= last.seq
        if not fits or not wire.CODE.fullmatch(exception.code):
            raise errors.BadAnswer
        if len(exception.detail) > wire.MAX_DETAIL:
            raise errors.BadAnswer
        parked = exception.outcome == "parked"
        refused.append(
            Refusal(
                seq=exception.seq, code=exception.code, detail=exception.detail, parked=parked
            )
        )  # fmt: skip
    return refused


def _check_lease(answer: wire.LeaseAnswer, asked: wire.LeaseRequest) -> None:
    block, tickets = answer.block, answer.tickets
    good = answer.request == asked.request and len(tickets) <= 10 * wire.MAX_TICKETS
    good = good and 0 <= answer.aim <= wire.MAX_TICKETS
    if block is not None:
        size = block.last - block.first + 1
        good = good and asked.numbers and block.first >= 1 and 1 <= size <= wire.MAX_BLOCK
        good = good and block.last <= 10**12
    for ticket in tickets:
        good = good and wire.is_name(ticket.id, 64) and wire.is_name(ticket.number, 16)
        good = good and wire.is_name(ticket.business, 64) and len(ticket.priority) <= 64
        good = good and (not ticket.priority or ticket.priority.isprintable())
        good = good and ticket.taken_at.utcoffset() is not None
        good = good and (ticket.place is None or ticket.place.utcoffset() is not None)
        good = good and all(not one or wire.is_name(one) for one in (ticket.window, ticket.item))
    if not good:
        raise errors.BadAnswer


# -- when to try again ----------------------------------------------------------------------------


MOST_LATER = 30  # seconds that a back office may put this window off at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds. With ``longest`` and the connect timeout below 5 s together, work goes on by itself
    within 5 s of the network's return."""

    first: float = 0.25
    longest: float = 2.5
    blocked: float = 5.0
    poll: float = 3.0


class Pace:
    """How long to wait after a turn: doubling from ``first`` to ``longest``, with jitter, so that a
    hall's windows do not all come back in the same moment."""

    def __init__(self, random: Random, patience: Patience | None = None) -> None:
        self._random = random
        self._patience = patience or Patience()
        self._failures = 0

    def after(self, kind: TurnKind, later: int = 0) -> float:
        """``later`` is what the back office asked for: never sooner, and not all at once then."""
        if kind is TurnKind.FAILED:
            whole = min(self._patience.longest, self._patience.first * 2.0**self._failures)
            self._failures = min(self._failures + 1, 16)
            wait = whole * self._random.uniform(0.5, 1.0)
            asked = min(later, MOST_LATER)
            return max(wait, asked * self._random.uniform(1.0, 1.5)) if asked > 0 else wait
        self._failures = 0
        match kind:
            case TurnKind.MOVED:
                return 0.0
            case TurnKind.BLOCKED:
                return self._patience.blocked * self._random.uniform(0.5, 1.0)
            case _:
                return self._patience.poll * self._random.uniform(0.8, 1.0)
