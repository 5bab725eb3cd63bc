"""Name what the back office tells every window, and how far one has heard: both sides.

A cursor is a place in the back office's one order of arrival. To the client it is a word that it
gives back as it came; ``EPOCH`` names the order, ``PLACE`` is the last arrival looked at, ``MARK``
the first digits of what stands there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from app.domain.journal import Entry
from sync import wire

FEED_PATH = "/sync/feed"

MAX_FED = 500  # entries of one answer
MAX_FED_BYTES = 2 * 1024 * 1024  # of their JSON; one entry is always allowed alone
MAX_FEED_ANSWER = wire.MAX_LONE_EVENT + 1024 * 1024
MAX_WAIT = 25  # seconds that an answer may be put off while there is nothing to tell

# Facts about these are told to every window; orders also to the one device that they name.
TOLD = ("case:", "bundle:")
HALL = "hall"
# Of the line: what supervisors and the back office did to tickets is told to all, because any
# window may hold them; what asks one window for something, to that one alone.
TOLD_OF_TICKETS = ("TicketAssigned", "TicketReplaced", "TicketReturned")
TOLD_OF_HALL = ("QueuePolicyChanged", "HallHalted", "HallResumed")
TOLD_TO_WINDOW = ("WindowOrdered", "TicketWanted")
DEVICE = "device:"

_CURSOR = re.compile(r"([0-9a-f]{16})\.(0|[1-9][0-9]{0,15})(?:\.([0-9a-f]{8}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """``mark`` is "" where it is not known."""

    epoch: str
    place: int
    mark: str = ""

    def text(self) -> str:
        return f"{self.epoch}.{self.place}" + (f".{self.mark}" if self.mark else "")

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """None where it is none."""
        match = _CURSOR.fullmatch(text)
        if match is None:
            return None
        return cls(epoch=match[1], place=int(match[2]), mark=match[3] or "")


class FedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that the back office has applied, and its place in the order of arrival."""

    arrival: int
    entry: Entry


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """The asker's own fact about a case or bundle was applied, at this place."""

    seq: int
    arrival: int


class LateVerdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The asker's own fact, once answered as parked, is decided now. ``install`` is of the former
    chain that it is in, "" where it is in the asker's own."""

    seq: int
    id: str
    arrival: int
    outcome: Literal["applied", "refused"]
    code: str = ""
    detail: str = ""
    install: str = ""


class FeedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came after the cursor that was asked with, in order of arrival, up to ``cursor``.

    ``reset``: that cursor is of another order or beyond its end; ``cursor`` is the beginning, and
    places told before no longer hold. ``more``: ask again at once. ``published`` has the ETag of
    each list that is published, by its name.
    """

    cursor: str
    reset: bool = False
    more: bool = False
    entries: tuple[FedEntry, ...] = ()
    own: tuple[Placed, ...] = ()
    verdicts: tuple[LateVerdict, ...] = ()
    published: dict[str, str] = {}
    now: datetime
