"""Find out all about a batch that can be known before the database is asked.

Done outside the lane of writes, while the batch before this one is in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.journal import Entry, decode_event, follows

# A new entry: id of its chain, itself, its time as text, and its event: None where this program
# does not know its kind, or the body is not what its kind demands.
New = tuple[int, Entry, str, Event | None]

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class Batch:
    """Of one chain. ``broken`` are the places of entries that are not whole, or not what follows
    the one before; of the first it is not known what it should follow."""

    entries: Sequence[Entry]
    times: Sequence[str]
    events: Sequence[Event | None]
    broken: frozenset[int]

    @property
    def chain(self) -> tuple[str, str]:
        return self.entries[0].device, self.entries[0].install


def prepare(entries: Sequence[Entry]) -> Batch:
    times = [entry.at.isoformat() for entry in entries]
    broken: set[int] = set()
    for place in range(1, len(entries)):
        if not follows(entries[place], entries[place - 1].hash, times[place]):
            broken.add(place)
    return Batch(entries, times, [event_of(entry) for entry in entries], frozenset(broken))


def new_of(chain: int, entry: Entry) -> New:
    return chain, entry, entry.at.isoformat(), event_of(entry)


def event_of(entry: Entry) -> Event | None:
    try:
        event = decode_event(entry.kind, entry.version, entry.body)
    except (BadEntry, RecursionError):
        return None
    # No text of a fact has one, and PostgreSQL could not keep it.
    return None if "\\u0000" in entry.body and _NUL.search(entry.body) else event
