"""Take batches of chains in: check them against what is stored, decide each event, answer once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat

from app.domain.journal import GENESIS, Entry, follows
from sync import errors
from sync.backoffice import conflicts
from sync.backoffice.batch import Batch, New, new_of, prepare
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import IntegrityBroken, Transaction
from sync.backoffice.deciding import (
    COLUMNS,
    Decided,
    Decisions,
    is_known,
    last_arrival,
    order_key,
    refused_row,
)
from sync.backoffice.queue.leasing import ask_back_all
from sync.wire import ErrorAnswer, EventAnswer, PushAnswer

Answer = PushAnswer | ErrorAnswer


def receive(
    connection: Transaction, entries: Sequence[Entry], now: datetime, numbers: NumberPattern
) -> Answer:
    """Decide a batch inside the caller's transaction, which it must commit for either answer:
    an ErrorAnswer stores no entry, but the chain's fault is remembered."""
    return receive_all(connection, [prepare(entries)], now, numbers)[0]


def receive_all(
    connection: Transaction, batches: Sequence[Batch], now: datetime, numbers: NumberPattern
) -> list[Answer]:
    """The same for batches of many devices at once, each as if it had come alone."""
    before = last_arrival(connection)
    answers = decide_all(connection, batches, now, numbers)
    if any(isinstance(answer, PushAnswer) and answer.exceptions for answer in answers):
        conflicts.record_since(connection, before, now)
    ask_back_all(connection, numbers.hall, now)
    return answers


def decide_all(
    connection: Transaction, batches: Sequence[Batch], now: datetime, numbers: NumberPattern
) -> list[Answer]:
    """Without a word to others about what was refused."""
    answers: list[Answer] = []
    left = list(batches)
    while left:
        # A chain that is there twice is answered in two steps.
        chains = [batch.chain for batch in left]
        some = next((n for n, chain in enumerate(chains) if chain in chains[:n]), len(left))
        answers += _Round(connection, left[:some], now, numbers).answers()
        left = left[some:]
    return answers


@dataclass(slots=True)
class _Chain:
    id: int
    acknowledged: int
    head: str
    set_aside: str = ""


class _Round:
    """Batches of different chains, decided together."""

    def __init__(
        self, connection: Transaction, batches: list[Batch], now: datetime, numbers: NumberPattern
    ) -> None:
        self._connection = connection
        self._batches = batches
        self._now = now
        self._numbers = numbers
        self._chains = _open_chains(connection, batches, now)

    def answers(self) -> list[Answer]:
        declined: dict[int, ErrorAnswer] = {}
        fresh: list[New] = []
        moved: list[tuple[int, str, int]] = []
        for place, batch in enumerate(self._batches):
            chain = self._chains[place]
            known = self._check(chain, batch)
            if isinstance(known, ErrorAnswer):
                declined[place] = known
            elif known < len(batch.entries):
                following = batch.entries[known:]
                fresh += zip(
                    repeat(chain.id), following, batch.times[known:], batch.events[known:],
                    strict=False,
                )  # fmt: skip
                moved.append((following[-1].seq, following[-1].hash, chain.id))
        excepted: set[int] = set()
        if fresh:
            excepted = take(self._connection, fresh, self._now, self._numbers)
            self._connection.executemany(
                "UPDATE chains SET acknowledged = ?, head = ?, fault = '' WHERE id = ?", moved
            )
        return [
            declined.get(place) or self._accepted(self._chains[place], batch, excepted)
            for place, batch in enumerate(self._batches)
        ]

    def _check(self, chain: _Chain, batch: Batch) -> int | ErrorAnswer:
        """How many of it are known already; the others follow the chain."""
        if chain.set_aside:
            return self._decline(chain, chain.set_aside)
        entries = batch.entries
        first = entries[0].seq
        if any(entry.seq != place for place, entry in enumerate(entries, first)):
            return self._decline(chain, errors.Gap.code)
        if first > chain.acknowledged + 1:
            return self._decline(chain, errors.Gap.code)
        known = min(len(entries), chain.acknowledged + 1 - first)
        if known and not _same(self._connection, chain, entries[:known]):
            return self._decline(chain, errors.Fork.code, set_aside=True)
        # What is known ends with the chain's head: within the batch all was checked before.
        follows_on = known > 0 or follows(entries[0], chain.head, batch.times[0])
        if not follows_on or any(place >= known for place in batch.broken):
            return self._decline(chain, errors.BrokenChain.code)
        return known

    def _decline(self, chain: _Chain, code: str, *, set_aside: bool = False) -> ErrorAnswer:
        self._connection.execute("UPDATE chains SET fault = ? WHERE id = ?", (code, chain.id))
        if set_aside:
            self._connection.execute(
                "UPDATE chains SET set_aside = ? WHERE id = ?", (code, chain.id)
            )
        return ErrorAnswer(code=code, acknowledged=chain.acknowledged, head=chain.head)

    def _accepted(self, chain: _Chain, batch: Batch, excepted: set[int]) -> PushAnswer:
        first, last = batch.entries[0], batch.entries[-1]
        # What was known before may have had exceptions; of the new ones it is known.
        asked = first.seq <= chain.acknowledged or chain.id in excepted
        return PushAnswer(
            acknowledged=last.seq,
            head=last.hash,
            exceptions=_exceptions(self._connection, chain.id, first.seq, last.seq)
            if asked
            else (),
        )


def _open_chains(connection: Transaction, batches: Sequence[Batch], now: datetime) -> list[_Chain]:
    names = [batch.chain for batch in batches]
    found = {
        (row[1], row[2]): _Chain(row[0], row[3], row[4], row[5])
        for row in connection.among(
            "SELECT id, device, install, acknowledged, head, set_aside FROM chains"
            " WHERE device IN ({})",
            [device for device, _ in names],
        )
    }
    at = now.isoformat()
    new = [name for name in names if name not in found]
    if new:
        last = connection.execute("SELECT coalesce(max(id), 0) FROM chains").fetchone()[0]
        for number, name in enumerate(new, last + 1):
            found[name] = _Chain(number, 0, GENESIS)
            connection.execute(
                "INSERT INTO chains (id, device, install, head, seen_at) VALUES (?,?,?,?,?)",
                (number, *name, GENESIS, at),
            )
    connection.executemany(
        "UPDATE chains SET seen_at = ? WHERE id = ?", [(at, found[name].id) for name in names]
    )
    return [found[name] for name in names]


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


# -- new entries ----------------------------------------------------------------------------------


def take(
    connection: Transaction,
    fresh: Sequence[New],
    now: datetime,
    numbers: NumberPattern,
) -> set[int]:
    """Decide and store entries that follow their chains. Returns the chains (ids) with exceptions.

    Together, as all are well almost always; where the tables refuse that, once more with what is
    known of the ids, and then one by one, so that a bad one is kept as refused and holds up none.
    """
    arrival = last_arrival(connection) + 1
    for with_ids in (False, True):
        try:
            with connection.savepoint():
                return _take(connection, fresh, arrival, now, numbers, with_ids=with_ids)
        except IntegrityBroken:
            continue
    return take_one_by_one(connection, fresh, now, numbers)


def take_one_by_one(
    connection: Transaction,
    fresh: Sequence[New],
    now: datetime,
    numbers: NumberPattern,
) -> set[int]:
    """The same, each by itself; one whose effect breaks a rule of the tables is kept as refused."""
    excepted: set[int] = set()
    for arrival, one in enumerate(fresh, last_arrival(connection) + 1):
        try:
            with connection.savepoint():
                excepted |= _take(
                    connection, [one], arrival, now, numbers, with_ids=True, careful=True
                )
        except IntegrityBroken:
            _refuse(connection, one, arrival, now)
            excepted.add(one[0])
    return excepted


def _take(
    connection: Transaction,
    fresh: Sequence[New],
    arrival: int,
    now: datetime,
    numbers: NumberPattern,
    *,
    with_ids: bool,
    careful: bool = False,
) -> set[int]:
    decisions = Decisions(connection, now, numbers, fresh)
    if with_ids:
        decisions.look_up_ids()
    rows = decisions.decide(arrival)
    connection.insert("entries", COLUMNS, rows)
    decisions.keep(careful=careful)
    return {new[0] for new, row in zip(fresh, rows, strict=True) if row[_OUTCOME] in _EXCEPTED}


_OUTCOME = COLUMNS.index("outcome")
_EXCEPTED = frozenset({"refused", "parked"})


def _refuse(connection: Transaction, new: New, arrival: int, now: datetime) -> None:
    known = connection.execute(
        "SELECT 1 FROM entries WHERE id = ? AND first = 1", (new[1].id,)
    ).fetchone()
    row = refused_row(new, arrival, 1 if known is None else 0, now)
    connection.insert("entries", COLUMNS, [row])


def take_up_parked(connection: Transaction, now: datetime, numbers: NumberPattern) -> int:
    """After an upgrade: decide what was parked, in order of arrival. Returns how many are left.

    What is taken up arrives anew and is marked late: readers with a cursor have passed it.
    """
    rows = connection.execute(
        "SELECT e.arrival, e.chain, c.device, c.install, e.seq, e.id, e.at, e.hlc, e.actor,"
        " e.subject, e.kind, e.version, e.body, e.body_hash, e.hash"
        " FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.outcome = 'parked' ORDER BY e.arrival"
    ).fetchall()
    waiting: set[str] = set()
    left = 0
    taken: dict[str, None] = {}
    before = arrival = last_arrival(connection)
    for row in rows:
        entry = Entry(
            device=row[2], install=row[3], seq=row[4], id=row[5],
            at=datetime.fromisoformat(row[6]), hlc=row[7], actor=row[8], subject=row[9],
            kind=row[10], version=row[11], body=row[12], body_hash=row[13], hash=row[14],
        )  # fmt: skip
        key = order_key(entry)
        if not is_known(entry):
            waiting.add(key)
        if key in waiting:
            left += 1
            continue
        arrival += 1
        taken[entry.subject] = None
        decided = _take_up(connection, new_of(row[1], entry), arrival, now, numbers)
        connection.execute(
            "UPDATE entries SET arrival = ?, late = 1, outcome = ?, code = ?, detail = ?"
            " WHERE arrival = ?",
            (arrival, *decided, row[0]),
        )
    conflicts.record_since(connection, before, now)
    conflicts.record_held_up(connection, list(taken), now)
    ask_back_all(connection, numbers.hall, now)
    return left


def _take_up(
    connection: Transaction, new: New, arrival: int, now: datetime, numbers: NumberPattern
) -> Decided:
    _, entry, at, event = new
    try:
        with connection.savepoint():
            decisions = Decisions(connection, now, numbers, [new])
            decided = decisions.judge(entry, event, at, arrival)
            decisions.keep(careful=True)
            return decided
    except IntegrityBroken:
        return Decided("refused", errors.NotApplied.code)
