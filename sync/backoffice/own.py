"""Record what the back office itself decides: facts of departments and supervisors, in its chain.

They go the way of any window's fact: sealed into a chain, folded by the same rules, written to the
same tables, and told to the windows in the one order of arrival.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from app.domain.case_events import Numbered
from app.domain.clock import Hlc, tick, to_millis, uuid7
from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.events import BundleDecided, CaseNumbersLeased
from app.domain.journal import GENESIS, Entry, seal
from sync.backoffice.batch import New, new_of
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
    (entry,) = record_all(connection, [(event, subject)], actor=actor, now=now)
    return entry


def record_all(
    connection: Transaction, facts: Sequence[tuple[Event, str]], *, actor: str, now: datetime
) -> list[Entry]:
    """The same for several, each with its subject, at the cost of hardly more than one.

    All of them or none: raises what ``record`` raises for the first that cannot be.
    """
    for event, _ in facts:
        if isinstance(event, Numbered | BundleDecided | CaseNumbersLeased):
            raise BadEntry(kind=type(event).__name__)
    chain, install, seq, head = _open_chain(connection, now)
    last, known = _last_times(connection, chain, [subject for _, subject in facts], now)
    news: list[New] = []
    for event, subject in facts:
        seq += 1
        last = _after(max(last, known.get(subject, Hlc())), now)
        entry = seal(
            event, previous=head, id=uuid7(now, _bytes(install, seq)), device=OFFICE,
            install=install, seq=seq, at=now, hlc=last.text(), actor=actor, subject=subject,
        )  # fmt: skip
        head = entry.hash
        news.append(new_of(chain, entry))
    decisions = Decisions(connection, now, None, news)
    first = last_arrival(connection) + 1
    with connection.savepoint():
        rows = []
        for arrival, (new, (event, _)) in enumerate(zip(news, facts, strict=True), first):
            _, entry, at, _ = new
            if decisions.is_held_up(entry):
                raise Parked
            decisions.apply(entry, event, at, arrival)
            rows.append(decisions.applied_row(new, arrival))
        connection.insert("entries", COLUMNS, rows)
        decisions.keep(careful=True)
        connection.execute(
            "UPDATE chains SET acknowledged = ?, head = ?, seen_at = ? WHERE id = ?",
            (seq, head, now.isoformat(), chain),
        )
    return [entry for _, entry, _, _ in news]


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


def _last_times(
    connection: Transaction, chain: int, subjects: Sequence[str], now: datetime
) -> tuple[Hlc, dict[str, Hlc]]:
    """Of the chain's last fact and of each subject's; none of a clock set far ahead, which all
    later facts of this chain would have to follow."""
    row = connection.execute(
        "SELECT hlc FROM entries WHERE chain = ? ORDER BY seq DESC LIMIT 1", (chain,)
    ).fetchone()
    rows = connection.among(
        "SELECT subject, hlc FROM entries WHERE subject IN ({}) AND outcome = 'applied'"
        " ORDER BY arrival",
        subjects,
    )
    limit = to_millis(now) + _DAY_MILLIS

    def within(text: str) -> Hlc:
        known = _parse(text)
        return known if known.millis <= limit else Hlc()

    times: dict[str, str] = dict(rows)  # each subject's last stays
    return within(row[0] if row else ""), {name: within(text) for name, text in times.items()}


def _after(last: Hlc, now: datetime) -> Hlc:
    after = tick(last, now)
    return after if after.count <= _MOST_IN_A_MILLISECOND else Hlc(after.millis + 1)


def _parse(text: str) -> Hlc:
    try:
        return Hlc.parse(text)
    except ValueError:  # of a fact that is not about a case: nobody checked it
        return Hlc()
