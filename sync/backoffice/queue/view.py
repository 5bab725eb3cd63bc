"""Make the view of the hall's line from the tables: every board, kiosk and supervisor sees this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE, Business, Hall
from app.domain.queue_errors import LineClosed, QuotaSpent
from app.domain.queue_policy import QueuePolicy
from app.domain.queue_view import (
    CallView,
    EstimatesKept,
    HallView,
    LineView,
    TicketView,
    WindowState,
    WindowView,
)
from app.domain.queueing import Wait, ahead_of, check_taking, estimate
from app.domain.ticket import Ticket, TicketState
from sync.backoffice.database import Transaction
from sync.backoffice.queue.rows import TODAY, TicketRow, hall_day, read_rows, read_waiting
from sync.backoffice.queue.rules import Rules, read_rules

SHOWN_CALLS = timedelta(minutes=10)
LOST_AFTER = timedelta(minutes=1)
_MOST_CALLS = 50
_THERE = "WHERE day = ? AND state IN ('called', 'serving') AND device <> ''"
_HOLDS = (
    "SELECT device, count(*) FROM tickets WHERE day = ? AND state = 'waiting' AND device <> ''"
    " GROUP BY device"
)
_AT_WORK = {TicketState.CALLED: WindowState.CALLING, TicketState.SERVING: WindowState.SERVING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The line now: what is asked of it more than once. ``waiting`` say only whose turn it is;
    ``serving``: windows that are open."""

    rules: Rules
    day: str
    now: datetime
    waiting: tuple[Ticket, ...]
    serving: tuple[str, ...]
    ahead: dict[str, int]


def read_standing(reader: Transaction, hall: Hall, now: datetime) -> Standing:
    rules, day = read_rules(reader, hall, now), hall_day(now)
    serving, waiting = _serving(reader, hall), read_waiting(reader, day)
    return Standing(
        rules=rules, day=day, now=now, waiting=tuple(waiting), serving=serving,
        ahead=ahead_of(rules.policy, serving, waiting),
    )  # fmt: skip


def _serving(reader: Transaction, hall: Hall) -> tuple[str, ...]:
    """Windows that said that they are open, or have somebody now."""
    known = {one.id for one in hall.windows}
    opened = reader.execute("SELECT window_id FROM queue_windows WHERE state = 'open'")
    return tuple(sorted({row[0] for row in opened} & known))


# -- the wait -----------------------------------------------------------------------------------


def wait_of(reader: Transaction, standing: Standing, business: str, ahead: int) -> Wait | None:
    """For somebody with so many ahead in this line."""
    policy = standing.rules.policy
    serving = [one for one in standing.serving if policy.serves(one, business)]
    if not serving:
        return None
    since = (standing.now - timedelta(hours=1)).astimezone(UTC).isoformat()
    rows = reader.execute(
        "SELECT at_window, handled FROM tickets"
        " WHERE day = ? AND state = 'finished' AND ended_at >= ? AND handled >= 0",
        (standing.day, since),
    )
    services = [timedelta(seconds=handled) for window, handled in rows if window in serving]
    return estimate(ahead, len(serving), services)


def taken_between(
    reader: Transaction, business: str, day: str, start: datetime, end: datetime
) -> int:
    """Numbers of this line taken in that span; what was replaced is not taken twice."""
    rows = reader.execute(
        "SELECT taken_at FROM tickets WHERE day = ? AND business = ? AND series <> ''",
        (day, business),
    )
    return sum(start <= datetime.fromisoformat(row[0]) < end for row in rows)


# -- the whole ----------------------------------------------------------------------------------


def read_view(reader: Transaction, hall: Hall, now: datetime, *, tickets: bool) -> HallView:
    standing = read_standing(reader, hall, now)
    holders = windows_of_devices(reader, hall)
    shown = read_rows(reader, TODAY, (standing.day,)) if tickets else []
    return HallView(
        version=standing.rules.version, at=now, hall=hall.head.name,
        lines=tuple(_lines(reader, hall, standing)),
        windows=tuple(_windows(reader, hall, standing, holders)),
        calls=tuple(_calls(reader, hall, standing)),
        tickets=tuple(ticket_view(one, standing.ahead, holders) for one in shown),
        halted=standing.rules.halted, policy=standing.rules.policy,
        policy_until=standing.rules.until,
        estimates=read_estimates(reader, standing.day),
    )  # fmt: skip


def ticket_view(row: TicketRow, ahead: Mapping[str, int], holders: Mapping[str, str]) -> TicketView:
    ticket = row.ticket
    holder = holders.get(row.owner[0], row.owner[0]) if row.owner[0] else ""
    return TicketView(
        id=ticket.id, number=ticket.number, business=ticket.business, taken_at=ticket.taken_at,
        place=ticket.place, state=ticket.state, priority=ticket.priority, source=ticket.source,
        window=ticket.window, holder=holder, wanted=row.wanted, calls=ticket.calls,
        called_at=ticket.called_at, served_at=ticket.served_at, ended_at=ticket.ended_at,
        hold=ticket.hold, ahead=ahead.get(ticket.id, -1),
    )  # fmt: skip


def read_estimates(reader: Transaction, day: str) -> EstimatesKept:
    """A minute either way is kept."""
    rows = reader.execute(
        "SELECT waited, wait_least, wait_most FROM tickets"
        " WHERE day = ? AND wait_most >= 0 AND waited >= 0",
        (day,),
    ).fetchall()
    sooner = sum(waited < 60 * (least - 1) for waited, least, _ in rows)
    later = sum(waited > 60 * (most + 1) for waited, _, most in rows)
    return EstimatesKept(within=len(rows) - sooner - later, sooner=sooner, later=later)


def _lines(reader: Transaction, hall: Hall, standing: Standing) -> Iterable[LineView]:
    counts: dict[str, Counter[str]] = {}
    ended = reader.execute(
        "SELECT business, state, count(*) FROM tickets WHERE day = ? GROUP BY business, state",
        (standing.day,),
    )
    for business, state, count in ended:
        counts.setdefault(business, Counter())[state] += count
    for business in hall.businesses:
        yield _line(reader, standing, business, counts.get(business.id, Counter()))


def _line(
    reader: Transaction, standing: Standing, business: Business, counts: Counter[str]
) -> LineView:
    waiting = [one for one in standing.waiting if one.business == business.id]
    first = min((one.place for one in waiting), default=standing.now)
    opens, is_open = is_taking(reader, standing, business.id)
    ahead = max((standing.ahead[one.id] + 1 for one in waiting), default=0)
    return LineView(
        business=business.id, name=business.name, prefix=business.prefix, waiting=len(waiting),
        longest=max(0, int((standing.now - first).total_seconds() // 60)),
        served=counts["finished"], passed=counts["passed"], dropped=counts["dropped"],
        wait=wait_of(reader, standing, business.id, ahead),
        opens=opens, open=is_open,
        left=_left(reader, standing.rules.policy, business.id, standing.now),
    )  # fmt: skip


def is_taking(reader: Transaction, standing: Standing, business: str) -> tuple[str, bool]:
    """When it opens, where it is closed now, and whether a number is given."""
    try:
        check_taking(
            standing.rules.policy, business, standing.now,
            lambda start, end: taken_between(reader, business, standing.day, start, end),
        )  # fmt: skip
    except LineClosed as error:
        return str(error.details["opens"]), False
    except QuotaSpent:
        return "", False
    except AppError:  # none other is known
        return "", False
    return "", not standing.rules.halted


def _left(reader: Transaction, policy: QueuePolicy, business: str, now: datetime) -> int:
    local = now.astimezone(HALL_ZONE)
    day = local.date()
    left = [
        quota.most
        - taken_between(
            reader,
            business,
            day.isoformat(),
            datetime.combine(day, quota.start, HALL_ZONE),
            datetime.combine(day, quota.end, HALL_ZONE),
        )
        for quota in policy.line(business).quotas
        if quota.start <= local.time() < quota.end
    ]
    return max(0, min(left)) if left else -1


# -- windows ------------------------------------------------------------------------------------


def windows_of_devices(reader: Transaction, hall: Hall) -> dict[str, str]:
    """A device is named as its window, or said so when it opened."""
    said = reader.execute("SELECT device, window_id FROM queue_windows").fetchall()
    return {one.id: one.id for one in hall.windows} | dict(said)


def window_of(reader: Transaction, hall: Hall, device: str) -> str:
    """At which window this device stands; its own name where it said nothing."""
    return windows_of_devices(reader, hall).get(device, device)


def _windows(
    reader: Transaction, hall: Hall, standing: Standing, holders: Mapping[str, str]
) -> Iterable[WindowView]:
    said = {
        row[0]: row[1:]
        for row in reader.execute(
            "SELECT window_id, device, state, clerk, reason, since FROM queue_windows"
        )
    }
    served = dict(
        reader.execute(
            "SELECT at_window, count(*) FROM tickets WHERE day = ? AND state = 'finished'"
            " GROUP BY at_window",
            (standing.day,),
        ).fetchall()
    )
    seen = seen_at(reader)
    names = {one.id: one.name for one in hall.staff}
    there: dict[str, list[TicketRow]] = {}
    for row in read_rows(reader, _THERE, (standing.day,)):
        there.setdefault(holders.get(row.owner[0], row.owner[0]), []).append(row)
    holds: Counter[str] = Counter()
    for device, count in reader.execute(_HOLDS, (standing.day,)):
        holds[holders.get(device, device)] += count
    for window in hall.windows:
        device, state, clerk, reason, since = said.get(window.id, (window.id, "closed", "", "", ""))
        now = _at_work(there.get(window.id, ()))
        heard = seen.get(device)
        shown, at = _state(state, since, now, heard, standing.now)
        yield WindowView(
            id=window.id, number=window.number, name=window.name, state=shown, clerk=clerk,
            clerk_name=names.get(clerk, ""), ticket=now.ticket.number if now else "",
            ticket_id=now.ticket.id if now else "", business=now.ticket.business if now else "",
            since=at, reason=reason,
            holds=holds[window.id],
            served=served.get(window.id, 0), seen_at=heard,
        )  # fmt: skip


def _at_work(mine: Sequence[TicketRow]) -> TicketRow | None:
    return max(mine, key=lambda one: one.ticket.called_at or one.ticket.taken_at, default=None)


def _state(
    said: str, since: str, now: TicketRow | None, seen_at: datetime | None, at: datetime
) -> tuple[WindowState, datetime | None]:
    begun = datetime.fromisoformat(since) if since else None
    if said != "closed" and seen_at is not None and at - seen_at > LOST_AFTER:
        return WindowState.LOST, seen_at
    if said == "paused":
        return WindowState.PAUSED, begun
    if now is not None:
        ticket = now.ticket
        serving = ticket.state is TicketState.SERVING
        return _AT_WORK[ticket.state], ticket.served_at if serving else ticket.called_at
    return (WindowState.FREE if said == "open" else WindowState.CLOSED), begun


def seen_at(reader: Transaction) -> dict[str, datetime]:
    """When each device last spoke."""
    rows = reader.execute(
        "SELECT device, seen_at FROM devices WHERE seen_at <> ''"
        " UNION ALL SELECT device, max(seen_at) FROM chains GROUP BY device"
    )
    found: dict[str, datetime] = {}
    for device, text in rows:
        at = datetime.fromisoformat(text)
        found[device] = max(found.get(device, at), at)
    return found


def _calls(reader: Transaction, hall: Hall, standing: Standing) -> Iterable[CallView]:
    numbers = {one.id: one.number for one in hall.windows}
    shown = standing.rules.policy.names_on_board  # turned off again, it hides what is kept too
    rows = reader.execute(
        "SELECT c.id, c.number, c.window_id, c.business, c.place, c.at, coalesce(n.name, '')"
        " FROM queue_calls c LEFT JOIN queue_names n ON n.ticket = c.ticket WHERE c.at >= ?"
        " ORDER BY c.at DESC, c.arrival DESC LIMIT ?",
        ((standing.now - SHOWN_CALLS).astimezone(UTC).isoformat(), _MOST_CALLS),
    )
    for call, number, window, business, count, at, name in rows:
        yield CallView(
            id=call, number=number, window=numbers.get(window, window), window_id=window,
            business=business, count=count, at=datetime.fromisoformat(at),
            name=name if shown else "",
        )  # fmt: skip
