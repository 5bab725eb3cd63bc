"""Keep apart what withdrawn devices still send, until a supervisor says what becomes of it.

Nothing here is decided or shown to anybody's case. Taken up, it goes the way of any push; what
arrived otherwise meanwhile has the same ids and no second effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from app.domain.decoding import decode
from app.domain.errors import AppError
from app.domain.journal import GENESIS, Entry, check_body, check_entry
from sync import errors
from sync.backoffice import intake
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Transaction
from sync.devices import MAX_QUARANTINE, MAX_QUARANTINE_BYTES
from sync.wire import MAX_EVENTS, ErrorAnswer

MOST_AT_ONCE = 5_000  # entries taken up by one act

_COLUMNS = "device, install, seq, hash, id, subject, kind, entry, size, received_at"


def keep(
    connection: Transaction, entries: Sequence[Entry], now: datetime, most: int = MAX_QUARANTINE
) -> ErrorAnswer:
    """The answer says up to which place, and with which head, the batch is kept.

    Raises BadBatch where the entries are no piece of a chain, Revoked where there is no more room.
    """
    _check(entries)
    count, size = connection.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM quarantine"
        " WHERE device = ? AND state = 'waiting'",
        (entries[0].device,),
    ).fetchone()
    lines = [msgspec.json.encode(entry).decode() for entry in entries]
    size = int(size) + sum(map(len, lines))
    if count + len(lines) > most or size > MAX_QUARANTINE_BYTES:
        raise errors.Revoked
    connection.executemany(
        f"INSERT INTO quarantine ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)"  # noqa: S608 - a constant
        " ON CONFLICT (device, install, seq, hash) DO NOTHING",
        [
            (
                entry.device, entry.install, entry.seq, entry.hash, entry.id, entry.subject,
                entry.kind, line, len(line), now.isoformat(),
            )
            for entry, line in zip(entries, lines, strict=True)
        ],
    )  # fmt: skip
    last = entries[-1]
    return ErrorAnswer(code=errors.Quarantined.code, acknowledged=last.seq, head=last.hash)


def _check(entries: Sequence[Entry]) -> None:
    previous = GENESIS if entries[0].seq == 1 else ""
    try:
        for place, entry in enumerate(entries, entries[0].seq):
            if entry.seq != place:
                raise errors.BadBatch(line=place)
            check_body(entry)
            if previous:
                check_entry(entry, previous)
            previous = entry.hash
    except AppError:
        raise errors.BadBatch(line=0) from None


def take_up(
    connection: Transaction, device: str, install: str, now: datetime, numbers: NumberPattern
) -> str:
    """Decide what waits of one chain, in its order; the code of what stops it, "" for nothing.

    At most MOST_AT_ONCE entries: the supervisor asks again for more.
    """
    left = MOST_AT_ONCE
    while left > 0:
        batch = _following(connection, device, install)
        if not batch:
            break
        answer = intake.receive(connection, batch, now, numbers)
        if isinstance(answer, ErrorAnswer):
            return answer.code
        for entry in batch:
            _mark(connection, entry, "taken")
        left -= len(batch)
    return errors.Gap.code if _waits(connection, device, install) and left > 0 else ""


def _following(connection: Transaction, device: str, install: str) -> list[Entry]:
    """The next waiting entries that continue the stored chain: where a copied disk left several
    for one place, those that follow one another."""
    row = connection.execute(
        "SELECT acknowledged, head FROM chains WHERE device = ? AND install = ?", (device, install)
    ).fetchone()
    place, head = (row[0], row[1]) if row is not None else (0, GENESIS)
    _forget_known(connection, device, install, place)
    found: list[Entry] = []
    for entry in _waiting(connection, device, install, place):
        if entry.seq == place + 1 and _follows(entry, head):
            found.append(entry)
            place, head = entry.seq, entry.hash
    return found


def _follows(entry: Entry, head: str) -> bool:
    try:
        check_entry(entry, head)
    except AppError:
        return False
    return True


def _waiting(connection: Transaction, device: str, install: str, after: int) -> Iterator[Entry]:
    rows = connection.execute(
        "SELECT entry FROM quarantine WHERE device = ? AND install = ? AND seq > ?"
        " AND state = 'waiting' ORDER BY seq, hash LIMIT ?",
        (device, install, after, MAX_EVENTS),
    ).fetchall()
    for (text,) in rows:
        yield decode(text, Entry)


def _forget_known(connection: Transaction, device: str, install: str, through: int) -> None:
    """What the chain has meanwhile, entry for entry, waits no more."""
    connection.execute(
        "UPDATE quarantine SET state = 'taken' WHERE device = ? AND install = ? AND seq <= ?"
        " AND state = 'waiting' AND EXISTS (SELECT 1 FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE c.device = quarantine.device AND c.install = quarantine.install"
        " AND e.seq = quarantine.seq AND e.hash = quarantine.hash)",
        (device, install, through),
    )


def _mark(connection: Transaction, entry: Entry, state: str) -> None:
    connection.execute(
        "UPDATE quarantine SET state = ? WHERE device = ? AND install = ? AND seq = ? AND hash = ?",
        (state, entry.device, entry.install, entry.seq, entry.hash),
    )


def _waits(connection: Transaction, device: str, install: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM quarantine WHERE device = ? AND install = ? AND state = 'waiting' LIMIT 1",
        (device, install),
    )
    return found.fetchone() is not None


def dismiss(connection: Transaction, device: str, install: str) -> int:
    """It will not be decided; that it came stays on record. Returns how many entries."""
    return int(
        connection.execute(
            "UPDATE quarantine SET state = 'dismissed', entry = ''"
            " WHERE device = ? AND install = ? AND state = 'waiting'",
            (device, install),
        ).rowcount
    )
