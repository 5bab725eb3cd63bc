"""Pull what the hall has recorded, one answer at a time, and believe none unchecked.

No threads, no sleeping and no sockets here: the worker does that, and a simulation may. Each turn
reads the cursor, lets go of the storage, asks the wire, checks the answer and only then keeps it
together with the new cursor.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote

import msgspec

from app.domain.decoding import decode
from app.domain.journal import Entry
from app.storage.inbox import FeedPage, Verdict
from sync import errors, wire
from sync.client.round import Reply, check_error
from sync.feed import (
    FEED_PATH,
    MAX_FED,
    MAX_FEED_ANSWER,
    Cursor,
    FeedAnswer,
)

_log = logging.getLogger("onewindow.sync")

_MOST_LISTS = 64  # published

Ask = Callable[[str, int], Reply]  # path, largest answer; raises Unreachable, BadAnswer


class Inbox(Protocol):
    """``app.storage.inbox.Inbox`` is the real one. Called from the feed's thread alone."""

    def identity(self) -> tuple[str, str]: ...

    def cursor(self) -> str: ...

    def take(self, page: FeedPage) -> bool: ...


class PullKind(StrEnum):
    MORE = "more"  # taken, and there is more: go on at once
    TAKEN = "taken"  # taken; ask for what comes next
    QUIET = "quiet"  # nothing came while the answer was put off
    FAILED = "failed"  # no usable answer: try again soon
    BLOCKED = "blocked"  # answered, but nothing comes down to this device: a person must act
    ABSENT = "absent"  # the back office is older than this program, and has no feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """``published``: the ETag of each list by its name, as far as it was said."""

    kind: PullKind
    code: str = ""
    published: Mapping[str, str] = field(default_factory=dict)


class Feed:
    def __init__(self, *, inbox: Inbox, ask: Ask) -> None:
        self._inbox = inbox
        self._ask = ask
        self._began = False  # the last answer began anew
        self._whole = False  # the end was reached, and written down

    def turn(self, wait: int) -> Pull:
        """At most one exchange. ``wait`` is for how many seconds the back office may put the
        answer off while it has nothing to tell. Storage errors pass through."""
        asked = self._inbox.cursor()
        _, install = self._inbox.identity()
        path = f"{FEED_PATH}?cursor={quote(asked)}&wait={wait}&install={quote(install)}"
        try:
            reply = self._ask(path, MAX_FEED_ANSWER)
            if reply.status == 404:
                return Pull(kind=PullKind.ABSENT)
            if reply.status != 200:
                return _declined(check_error(reply).code)
            answer = _decoded(reply.body)
            page = self._checked(answer, asked, install)
        except errors.Unreachable as error:
            return Pull(kind=PullKind.FAILED, code=error.code)
        except errors.BadAnswer as error:
            return Pull(kind=PullKind.FAILED, code=error.code)
        told = page.entries or page.own or page.verdicts or page.damaged or page.reset
        # That nothing more was there must have been written once.
        if told or page.cursor != asked or not self._whole:
            if not self._inbox.take(page):
                return Pull(kind=PullKind.FAILED, code=errors.BadAnswer.code)
            self._whole = not answer.more
        kind = PullKind.MORE if answer.more else PullKind.TAKEN if told else PullKind.QUIET
        return Pull(kind=kind, published=answer.published)

    def _checked(self, answer: FeedAnswer, asked: str, install: str) -> FeedPage:
        """Raises BadAnswer for what is no answer to this cursor. A single fact that cannot be is
        left out, and its case named: it must not hold up the others."""
        place, cursor = _places(answer, asked)
        # Two beginnings one after the other would go on for ever.
        if answer.reset and self._began:
            self._began = False
            raise errors.BadAnswer
        self._began = answer.reset
        arrivals = [one.arrival for one in answer.entries]
        if not _rises(arrivals, place, cursor.place) or len(arrivals) > MAX_FED:
            raise errors.BadAnswer
        for others in (answer.own, answer.verdicts):
            if not _rises([one.arrival for one in others], place, cursor.place):
                raise errors.BadAnswer
        good = [(one.arrival, one.entry) for one in answer.entries if _is_sound(one.entry, install)]
        if len(good) < len(answer.entries):
            _log.warning("feed: %d facts not taken", len(answer.entries) - len(good))
        return FeedPage(
            asked=asked, cursor=answer.cursor, said=answer.now, reset=answer.reset,
            more=answer.more, entries=good,
            own=[(one.seq, one.arrival) for one in answer.own],
            verdicts=list(_verdicts(answer)),
            damaged=[
                one.entry.subject
                for one in answer.entries
                if not _is_sound(one.entry, install) and wire.is_name(one.entry.subject)
            ],
        )  # fmt: skip


def _decoded(body: bytes) -> FeedAnswer:
    try:
        return decode(body, FeedAnswer)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise errors.BadAnswer from None


def _declined(code: str) -> Pull:
    if code == errors.ServerTrouble.code:
        return Pull(kind=PullKind.FAILED, code=code)
    return Pull(kind=PullKind.BLOCKED, code=code)


def _places(answer: FeedAnswer, asked: str) -> tuple[int, Cursor]:
    """After which place, and up to where. Raises BadAnswer."""
    cursor, former = Cursor.parse(answer.cursor), Cursor.parse(asked)
    if cursor is None or answer.now.utcoffset() is None:
        raise errors.BadAnswer
    if answer.reset:
        return 0, cursor
    if former is None or cursor.epoch != former.epoch or cursor.place < former.place:
        raise errors.BadAnswer
    if answer.more and cursor.place == former.place:  # else it would be asked for ever
        raise errors.BadAnswer
    names = answer.published
    good = len(names) <= _MOST_LISTS and all(
        wire.is_name(text) for one in names.items() for text in one
    )
    if not good:
        raise errors.BadAnswer
    return former.place, cursor


def _rises(arrivals: list[int], after: int, through: int) -> bool:
    last = after
    for one in arrivals:
        if not last < one <= through:
            return False
        last = one
    return True


def _is_sound(entry: Entry, install: str) -> bool:
    """Of the shapes that docs/protocol.md gives, and another's: its own facts it has."""
    return wire.is_plausible(entry) and wire.is_hlc(entry.hlc) and entry.install != install


def _verdicts(answer: FeedAnswer) -> Iterator[Verdict]:
    """Raises BadAnswer."""
    for one in answer.verdicts:
        refused = one.outcome == "refused"
        if refused and (not wire.CODE.fullmatch(one.code) or len(one.detail) > wire.MAX_DETAIL):
            raise errors.BadAnswer
        yield Verdict(
            seq=one.seq, id=one.id, arrival=one.arrival, code=one.code if refused else "",
            detail=one.detail if refused else "", install=one.install,
        )  # fmt: skip
