"""Read a stretch of the order of arrival from the database: what windows are told of it.

How much it would be is asked before any of it is read, so that no page takes more memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from app.domain.decoding import decode
from sync.backoffice.cases import OFFICE
from sync.backoffice.database import Transaction
from sync.feed import (
    DEVICE,
    HALL,
    MAX_FED,
    MAX_FED_BYTES,
    TOLD,
    TOLD_OF_HALL,
    TOLD_OF_TICKETS,
    TOLD_TO_WINDOW,
)

MARK = 8  # hex digits of an entry's hash

_WIDEST = 2000  # arrivals looked through at once, told or not
_COLUMNS = (
    "e.arrival, c.device, c.install, e.seq, e.id, e.at, e.hlc, e.actor, e.subject, e.kind,"
    " e.version, e.body, e.body_hash, e.hash, e.outcome, e.code, e.detail, e.late"
)


def _one_of(kinds: Iterable[str]) -> str:
    return f"e.kind IN ({', '.join(f'{kind!r}' for kind in kinds)})"


# What is told at all; orders only where the back office itself gave them. Who came back is told by
# the back office too: at a window it is that window's own fact.
_FROM = "FROM entries e JOIN chains c ON c.id = e.chain WHERE e.arrival > ? AND e.arrival <= ? AND "
_IS_TOLD = (
    "(e.late = 1 OR (e.outcome = 'applied' AND ("
    + " OR ".join(f"substr(e.subject, 1, {len(one)}) = '{one}'" for one in TOLD)
    + f" OR (c.device = '{OFFICE}' AND (e.subject = '{HALL}'"
    + f" OR substr(e.subject, 1, {len(DEVICE)}) = '{DEVICE}'))"
    + f" OR {_one_of(TOLD_OF_HALL)} OR {_one_of(TOLD_TO_WINDOW)}"
    + f" OR ({_one_of(TOLD_OF_TICKETS)} AND (e.kind <> 'TicketReturned'"
    + f" OR c.device = '{OFFICE}')))))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """One told arrival. ``encoded`` is the JSON of a FedEntry, b"" where only the window whose
    fact it is hears of it (a late refusal). ``device`` is set where it is for that one alone."""

    arrival: int
    mark: str
    install: str
    seq: int
    id: str
    encoded: bytes
    about_case: bool
    device: str
    late: bool
    code: str
    detail: str
    window: str = ""  # that alone is asked for something


class _Wanted(msgspec.Struct):
    window: str


_OF_LINE = frozenset((*TOLD_OF_HALL, *TOLD_TO_WINDOW, *TOLD_OF_TICKETS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Everything told after ``after`` and up to ``through``, whose mark is ``mark``. ``whole``
    says that ``through`` was the end then."""

    after: int
    through: int
    mark: str
    whole: bool
    told: tuple[Fed, ...]


def find_end(connection: Transaction) -> int:
    row = connection.execute("SELECT coalesce(max(arrival), 0) FROM entries").fetchone()
    return int(row[0])


def find_mark(connection: Transaction, place: int) -> str | None:
    """None where nothing stands there (or no longer)."""
    row = connection.execute("SELECT hash FROM entries WHERE arrival = ?", (place,)).fetchone()
    return None if row is None else str(row[0])[:MARK]


def read_stretch(connection: Transaction, after: int, most: int = MAX_FED) -> Stretch:
    """At most ``most`` entries and the bytes of one answer, but always one if there is any."""
    end = find_end(connection)
    through = min(after + _WIDEST, end)
    sizes = connection.execute(
        f"SELECT e.arrival, length(e.body) {_FROM} {_IS_TOLD} ORDER BY e.arrival LIMIT ?",
        (after, through, most + 1),
    ).fetchall()
    fitting = _fitting(int(length) for _, length in sizes[:most])
    if fitting < len(sizes):
        through = int(sizes[fitting - 1][0])
    rows = connection.execute(
        f"SELECT {_COLUMNS} {_FROM} {_IS_TOLD} ORDER BY e.arrival",
        (after, through),
    )
    told = tuple(_fed(row) for row in rows)
    if any(one.window for one in told):
        told = _to_devices(connection, told)
    fitting = _fitting(len(one.encoded) for one in told)
    if fitting < len(told):
        told = told[:fitting]
        through = told[-1].arrival
    mark = find_mark(connection, through) or ""
    return Stretch(
        after=after, through=max(after, through), mark=mark, whole=through >= end, told=told
    )


def _fitting(sizes: Iterable[int]) -> int:
    """How many fit in one answer; one always does."""
    total = count = 0
    for size in sizes:
        total += size
        if count and total > MAX_FED_BYTES:
            break
        count += 1
    return count


def _fed(row: tuple[Any, ...]) -> Fed:
    arrival, device, install, seq, id_, at, hlc, actor, subject, kind, version = row[:11]
    body, body_hash, hash_, outcome, code, detail, late = row[11:]
    entry = {
        "id": id_, "device": device, "install": install, "seq": seq, "at": at, "hlc": hlc,
        "actor": actor, "subject": subject, "kind": kind, "version": version, "body": body,
        "body_hash": body_hash, "hash": hash_,
    }  # fmt: skip
    office = device == OFFICE and (subject == HALL or subject.startswith(DEVICE))
    returned = kind == "TicketReturned" and device != OFFICE
    of_line = kind in _OF_LINE and not returned
    applied = outcome == "applied" and (subject.startswith(TOLD) or office or of_line)
    return Fed(
        arrival=arrival, mark=hash_[:MARK], install=install, seq=seq, id=id_,
        encoded=msgspec.json.encode({"arrival": arrival, "entry": entry}) if applied else b"",
        about_case=subject.startswith(TOLD),
        device=subject.removeprefix(DEVICE) if subject.startswith(DEVICE) else "",
        window=_window(kind, subject, body) if kind in TOLD_TO_WINDOW else "",
        late=bool(late), code=code if outcome != "applied" else "", detail=detail,
    )  # fmt: skip


def _window(kind: str, subject: str, body: str) -> str:
    """Whom it asks for something. An applied fact has a body that can be read."""
    if kind == "WindowOrdered":
        return subject.partition(":")[2]
    return decode(body, _Wanted).window if body else ""


def _to_devices(connection: Transaction, told: Iterable[Fed]) -> tuple[Fed, ...]:
    """A window is heard by the device that stands there: the one of its name, if none said so."""
    rows = connection.execute("SELECT window_id, device FROM queue_windows")
    there = dict(rows.fetchall())
    return tuple(
        replace(one, device=there.get(one.window, one.window)) if one.window else one
        for one in told
    )
