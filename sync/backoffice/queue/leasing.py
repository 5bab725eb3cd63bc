"""Lease tickets of the hall's line to a window, by the policy that is in force, and ask back what
waits at one window while another has nobody to call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from app.domain.hall import Hall
from app.domain.queue_policy import QueuePolicy
from app.domain.queueing import choose, in_order, may_call
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import TicketWanted
from sync.backoffice import own
from sync.backoffice.cases import OFFICE
from sync.backoffice.database import Transaction
from sync.backoffice.queue.rows import OPEN_TODAY, TicketRow, hall_day, read_rows, read_waiting
from sync.backoffice.queue.rules import read_rules
from sync.backoffice.queue.view import seen_at, window_of, windows_of_devices

_OTHERS = "'TicketAssigned', 'TicketReplaced'"  # acts of supervisors, not of the holder
_REACHED = timedelta(minutes=1)  # a window that was heard of since gives back what it is asked for
_RECENT = 10  # calls over which the share of priority is kept, as ``queueing`` counts them
_KEPT_FOR = timedelta(seconds=30)  # given back for one window, before any other may have it
_STARVED = "balance"

_HELD = "WHERE day = ? AND state = 'waiting' AND device = ? AND install = ? ORDER BY place, number"

_GIVEN = "WHERE device = ? AND install = ? AND confirmed = 0 AND state = 'waiting'"

Chain = tuple[str, str]


def lease_tickets(
    connection: Transaction, hall: Hall, chain: Chain, asked: int, now: datetime,
    random: Callable[[int], bytes],
) -> list[Ticket]:  # fmt: skip
    """What was given and never confirmed is given again: the device may have died between the
    answer and its save, and a ticket must not hang between two."""
    rules, day = read_rules(connection, hall, now), hall_day(now)
    window = window_of(connection, hall, chain[0])
    held = read_rows(connection, _HELD, (day, *chain))
    again = [one.ticket for one in held if not one.confirmed]
    wanted = asked - len(again)
    if wanted <= 0 or rules.halted or not _serves(connection, hall, window):
        return again
    recent = [*_recent(connection, window), *(bool(one.ticket.priority) for one in held)]
    kept = "AND device = '' AND (asked_for IN ('', ?) OR updated_at < ?)"
    line = read_waiting(connection, day, kept, (window, (now - _KEPT_FOR).isoformat()))
    new = _choose(rules.policy, window, line, recent, wanted, random)
    connection.executemany(
        "UPDATE tickets SET device = ?, install = ?, confirmed = 0, wanted = 0, asked_for = '',"
        " updated_at = ?"
        " WHERE id = ?",
        [(*chain, now.isoformat(), one.id) for one in new],
    )
    if not new and not held and not _is_busy(connection, chain, day):
        _ask_the_fullest(connection, hall, rules.policy, window, now)
    whole = {one.ticket.id: one.ticket for one in read_rows(connection, _GIVEN, chain)}
    return [*again, *(whole[one.id] for one in new)]


def _choose(
    policy: QueuePolicy, window: str, line: list[Ticket], recent: list[bool], wanted: int,
    random: Callable[[int], bytes],
) -> list[Ticket]:  # fmt: skip
    left = [one for one in line if may_call(policy, window, one)]
    past, new = list(recent), list[Ticket]()
    while len(new) < wanted:
        ticket = choose(policy, window, left, past, lambda n: int.from_bytes(random(8)) % n)
        if ticket is None:
            break
        left.remove(ticket)
        past.append(bool(ticket.priority))
        new.append(ticket)
    return new


def _serves(connection: Transaction, hall: Hall, window: str) -> bool:
    """A window that said that it pauses or closed gets nobody; nor does what is no window."""
    if window not in {one.id for one in hall.windows}:
        return False
    said = connection.execute(
        "SELECT state FROM queue_windows WHERE window_id = ?", (window,)
    ).fetchone()
    return said is None or said[0] == "open"


def _is_busy(connection: Transaction, chain: Chain, day: str) -> bool:
    """With somebody called or served: two busy windows would ask each other for ever."""
    row = connection.execute(
        "SELECT 1 FROM tickets WHERE day = ? AND state IN ('called', 'serving') AND device = ?"
        " AND install = ? LIMIT 1",
        (day, *chain),
    ).fetchone()
    return row is not None


def _recent(connection: Transaction, window: str) -> list[bool]:
    """Whether its last calls were to somebody with priority, the newest last."""
    rows = connection.execute(
        "SELECT priority FROM queue_calls WHERE window_id = ? AND place = 1"
        " ORDER BY arrival DESC LIMIT ?",
        (window, _RECENT),
    ).fetchall()
    return [bool(row[0]) for row in reversed(rows)]


# -- asking back ----------------------------------------------------------------------------------


def _ask_the_fullest(
    connection: Transaction, hall: Hall, policy: QueuePolicy, window: str, now: datetime
) -> None:
    """This window has nobody to call. Of the one that holds most, whoever waits there longest is
    asked back; one at a time, so that no more is moved than is called. Only a window that is open
    and free keeps its last one: it is about to call."""
    held: dict[Chain, list[TicketRow]] = defaultdict(list)
    busy: set[Chain] = set()
    for row in read_rows(connection, f"{OPEN_TODAY} AND device <> ''", (hall_day(now),)):
        if row.ticket.state in {TicketState.CALLED, TicketState.SERVING}:
            busy.add(row.owner)
        elif may_call(policy, window, row.ticket):
            held[row.owner].append(row)
    seen = seen_at(connection)
    opened = {
        row[0]
        for row in connection.execute("SELECT device FROM queue_windows WHERE state = 'open'")
    }
    ready = {
        chain: rows
        for chain, rows in held.items()
        if (chain in busy or chain[0] not in opened or len(rows) > 1)
        and now - seen.get(chain[0], now) <= _REACHED
    }
    if not ready or any(row.wanted for rows in ready.values() for row in rows):
        return
    fullest = max(ready.values(), key=lambda rows: (len(rows), rows[0].owner))
    first = in_order(policy, window, [row.ticket for row in fullest])[0]
    connection.execute("UPDATE tickets SET asked_for = ? WHERE id = ?", (window, first.id))
    want(connection, hall, [(first.id, fullest[0].owner[0], _STARVED)], now)


def ask_back_all(connection: Transaction, hall: Hall, now: datetime) -> None:
    """After a batch: tickets that were moved are asked of the window that holds them, and those
    that wait at a window that serves no more."""
    moved = connection.execute(
        "SELECT id, device FROM tickets WHERE wanted > 1 ORDER BY id"
    ).fetchall()
    left = connection.execute(
        "SELECT t.id, t.device FROM queue_windows w LEFT JOIN tickets t"
        " ON t.day = ? AND t.state = 'waiting' AND t.device = w.device AND t.wanted = 0"
        " AND t.only_window <> w.window_id WHERE w.left_waiting = 1 ORDER BY t.place, t.id",
        (hall_day(now),),
    ).fetchall()
    if not (moved or left):
        return
    connection.execute("UPDATE queue_windows SET left_waiting = 0 WHERE left_waiting = 1")
    due = [(name, device, "moved") for name, device in moved]
    due += [(name, device, "paused") for name, device in left if name is not None]
    want(connection, hall, due, now)


def want(
    connection: Transaction, hall: Hall, tickets: Sequence[tuple[str, str, str]], now: datetime
) -> None:
    """``tickets``: id, device of the holder, reason."""
    if not tickets:
        return
    windows = windows_of_devices(connection, hall)
    last: dict[str, str] = dict(
        connection.among(
            "SELECT e.subject, e.id FROM entries e JOIN chains c ON c.id = e.chain"  # noqa: S608 - ours
            f" WHERE e.subject IN ({{}}) AND e.outcome = 'applied' AND c.device <> '{OFFICE}'"
            f" AND e.kind NOT IN ({_OTHERS}) ORDER BY e.arrival",
            [f"ticket:{name}" for name, _, _ in tickets],
        )
    )
    own.record_all(
        connection,
        [
            (
                TicketWanted(
                    window=windows.get(device, device), reason=reason,
                    after=last.get(f"ticket:{name}", ""),
                ),
                f"ticket:{name}",
            )
            for name, device, reason in tickets
        ],
        actor=OFFICE, now=now,
    )  # fmt: skip
