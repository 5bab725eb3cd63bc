"""Record what the back office itself decides: facts of departments and supervisors, in its chain.

They go the way of any window's fact: sealed into a chain, folded by the same rules, written to the
same tables, and told to the windows in the one order of arrival.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from app.domain.case_events import Numbered
from app.domain.clock import Hlc, tick, to_millis, uuid7
from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.events import BundleDecided, CaseNumbersLeased
from app.domain.journal import GENESIS, Entry, seal
from sync.backoffice.batch import new_of
from sync.backoffice.cases import OFFICE
from sync.backoffice.database import Transaction
from sync.backoffice.deciding import COLUMNS, Decisions, last_arrival
from sync.errors import Parked

_DAY_MILLIS = 24 * 3600 * 1000
_MOST_IN_A_MILLISECOND = 0x7FFFFF


def record(
    connection: Transaction, event: Event, *, subject: str, actor: str, now: datetime
) -> Entry:
    """Seal and apply one fact; it is the subject's last, and the next to arrive.

    Raises the AppError with which the fold refuses it, and Parked where a newer window's facts
    about the same subject wait for an update of this program: then nothing is kept. Numbers are
    the windows' to give: BadEntry.
    """
    if isinstance(event, Numbered | BundleDecided | CaseNumbersLeased):
        raise BadEntry(kind=type(event).__name__)
    chain, install, seq, head = _open_chain(connection, now)
    seq += 1
    entry = seal(
        event, previous=head, id=uuid7(now, _bytes(install, seq)), device=OFFICE, install=install,
        seq=seq, at=now, hlc=_after(connection, chain, subject, now).text(), actor=actor,
        subject=subject,
    )  # fmt: skip
    new = new_of(chain, entry)
    decisions = Decisions(connection, now, None, [new])
    if decisions.is_held_up(entry):
        raise Parked
    arrival = last_arrival(connection) + 1
    at = entry.at.isoformat()
    with connection.savepoint():
        decisions.apply(entry, event, at, arrival)
        connection.insert("entries", COLUMNS, [decisions.applied_row(new, arrival)])
        decisions.keep(careful=True)
        connection.execute(
            "UPDATE chains SET acknowledged = ?, head = ?, seen_at = ? WHERE id = ?",
            (seq, entry.hash, at, chain),
        )
    return entry


def _open_chain(connection: Transaction, now: datetime) -> tuple[int, str, int, str]:
    """Its id, install, last place and head."""
    row = connection.execute(
        "SELECT id, install, acknowledged, head FROM chains WHERE device = ?"
        " ORDER BY id DESC LIMIT 1",
        (OFFICE,),
    ).fetchone()
    if row is not None:
        return row[0], row[1], row[2], row[3]
    install = uuid7(now, _bytes(now.isoformat(), 0))
    chain = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM chains").fetchone()[0]
    connection.execute(
        "INSERT INTO chains (id, device, install, head, seen_at) VALUES (?,?,?,?,?)",
        (chain, OFFICE, install, GENESIS, now.isoformat()),
    )
    return chain, install, 0, GENESIS


def _bytes(name: str, seq: int) -> bytes:
    """Nothing here is secret: what names a place names its fact."""
    return hashlib.sha256(f"{OFFICE} {name} {seq}".encode()).digest()[:10]


def _after(connection: Transaction, chain: int, subject: str, now: datetime) -> Hlc:
    """After the subject's last fact and the chain's own; never after a clock set far ahead, which
    all later facts of this chain would have to follow."""
    rows = connection.execute(
        "SELECT (SELECT hlc FROM entries WHERE subject = ? AND outcome = 'applied'"
        " ORDER BY arrival DESC LIMIT 1),"
        " (SELECT hlc FROM entries WHERE chain = ? ORDER BY seq DESC LIMIT 1)",
        (subject, chain),
    ).fetchone()
    last = Hlc()
    for text in rows:
        known = _parse(text or "")
        if known.millis <= to_millis(now) + _DAY_MILLIS:
            last = max(last, known)
    after = tick(last, now)
    return after if after.count <= _MOST_IN_A_MILLISECOND else Hlc(after.millis + 1)


def _parse(text: str) -> Hlc:
    try:
        return Hlc.parse(text)
    except ValueError:  # of a fact that is not about a case: nobody checked it
        return Hlc()
