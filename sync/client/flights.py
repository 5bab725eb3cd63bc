"""Decide which batch is on its way, and which may follow it before its answer is there.

With one batch at a time, window, wire and back office wait for each other in turns. So while the
answer to a long batch is awaited, the next one is read, packed and sent as well: never more than
two are under way, and answers are taken in the order of the chain. No threads and no sockets here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.domain.journal import Entry
from sync import wire
from sync.client.outbox import Outbox

R = TypeVar("R")

# A shorter batch is all that waits: nothing would follow it.
_LONG = wire.MAX_EVENTS // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight(Generic[R]):
    """A batch whose answer is still to come; ``reply`` waits for it and raises as ``send`` does.

    ``begun`` ones are under way already. An ``early`` one left before the one before it was
    acknowledged: unless it is taken, its answer says nothing.
    """

    sent: tuple[Entry, ...]
    reply: Callable[[], R]
    begun: bool
    early: bool


class Flights(Generic[R]):
    """``begin`` sends bodies in the order of its calls and returns at once what waits for the
    reply, or None where it cannot now. Without it, one batch goes after the other."""

    def __init__(
        self, outbox: Outbox, send: Callable[[bytes], R],
        begin: Callable[[bytes], Callable[[], R] | None] | None,
    ) -> None:  # fmt: skip
        self._outbox = outbox
        self._send = send
        self._begin = begin
        self._following: Flight[R] | None = None
        self._in_order = False

    def new_round(self) -> None:
        self._in_order = False

    def take(self, after: int) -> Flight[R] | None:
        """The batch after this place, where it left early and is awaited still."""
        flight, self._following = self._following, None
        if flight is None:
            return None
        first, (_, install) = flight.sent[0], self._outbox.identity()
        return flight if (first.install, first.seq) == (install, after + 1) else None

    def depart(self, entries: Sequence[Entry], max_bytes: int) -> Flight[R]:
        """The first of these entries, as many as fit."""
        sent, body = wire.encode_batch(entries, max_bytes)
        reply = self._begin(body) if self._begin is not None and len(sent) >= _LONG else None
        if reply is not None:
            return Flight(sent=sent, reply=reply, begun=True, early=False)
        return Flight(sent=sent, reply=lambda: self._send(body), begun=False, early=False)

    def follow(self, flight: Flight[R], limit: int, max_bytes: int) -> Flight[R] | None:
        """What comes after ``flight``, sent now if it may be; to be kept once that is taken."""
        if self._begin is None or not flight.begun or self._in_order:
            return None
        entries = self._outbox.pending(flight.sent[-1].seq, limit, max_bytes)
        if not entries:
            return None
        sent, body = wire.encode_batch(entries, max_bytes)
        reply = self._begin(body)
        return reply and Flight(sent=sent, reply=reply, begun=True, early=True)

    def keep(self, following: Flight[R] | None) -> None:
        self._following = following

    def came_too_soon(self) -> None:
        """For the rest of this round a batch waits until the one before it is acknowledged."""
        self._in_order = True
