"""Give each accepted case to one reviewer of its department, drawn at random, exactly once.

What is done is a row and a fact of one transaction, and writing transactions come one after another
in all processes: whoever looks next sees it. A case that nobody may have waits and is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.case import ACCEPTED_STATES
from app.domain.errors import AppError
from app.domain.hall import Hall, StaffMember
from sync.backoffice.database import Transaction
from sync.backoffice.departments.errors import NotEligible
from sync.backoffice.departments.facts import accepted_when, find_assignment, hall_day
from sync.backoffice.departments.giving import Gift, give, hand_over
from sync.backoffice.departments.plan import Plan
from sync.backoffice.departments.roster import Roster
from sync.backoffice.lines import outbox

_STATES = ", ".join(f"'{one.value}'" for one in sorted(ACCEPTED_STATES))
_AT_ONCE = 50  # cases in one transaction
_DESK = ("case_id", "department", "reviewer", "since", "due", "dispatched_at")
_STRETCH = 1000  # arrivals without a case for a department, until it is worth writing down
_WAITING = (
    "SELECT d.case_id, d.department FROM desk_cases d JOIN cases c ON c.id = d.case_id"  # noqa: S608 - constants
    f" WHERE d.reviewer = '' AND d.finished_at = '' AND c.state IN ({_STATES})"
    " AND d.department IN ({}) ORDER BY d.due"
)


@dataclass(slots=True)
class _Hands:
    """Who is there while one step lasts, and how many open cases each has where that counts."""

    present: tuple[StaffMember, ...]
    counts: dict[str, int] | None

    def of(self, department: str) -> list[str]:
        eligible = [one.id for one in self.present if department in one.departments]
        if self.counts is None or not eligible:
            return eligible
        fewest = min(self.counts.get(one, 0) for one in eligible)
        return [one for one in eligible if self.counts.get(one, 0) == fewest]

    def note(self, reviewer: str) -> None:
        if self.counts is not None:
            self.counts[reviewer] = self.counts.get(reviewer, 0) + 1


class Dispatcher:
    """``random`` gives bytes."""

    def __init__(self, hall: Hall, random: Callable[[int], bytes]) -> None:
        self.roster = Roster(hall)
        self._random = random

    def works(self, plan: Plan) -> bool:
        """A hall without reviewers and lines has no departments here."""
        return bool(self.roster.reviewers or plan.lines)

    def has_work(self, connection: Transaction, plan: Plan) -> bool:
        """Whether a step would change anything. Writes nothing."""
        if not self.works(plan):
            return False
        through = _place(connection)
        if _changed_since(connection, through, 1) or _end(connection, through) - through > _STRETCH:
            return True
        return bool(_waiting(connection, plan, self.roster.present(connection)))

    def step(self, connection: Transaction, plan: Plan, now: datetime) -> int:
        """Look at some cases that changed since the last step, and at those that wait.

        Returns how many it looked at: 0 when nothing new is left.
        """
        if not self.works(plan):
            return 0
        hands = self._hands(connection, plan)
        through = _place(connection)
        rows = _changed_since(connection, through, _AT_ONCE)
        self._look(connection, plan, hands, rows, now)
        waited = self._try_waiting(connection, plan, hands, now)
        # What was recorded just now is no news to the next look.
        reached = rows[-1][2] if len(rows) == _AT_ONCE else _end(connection, through)
        if rows or reached - through > _STRETCH:
            connection.execute(
                "INSERT INTO dispatch_place (one, through) VALUES (1, ?)"
                " ON CONFLICT (one) DO UPDATE SET through = excluded.through",
                (reached,),
            )
        return len(rows) + waited

    def _hands(self, connection: Transaction, plan: Plan) -> _Hands:
        counts = self.roster.open_counts(connection) if plan.draw == "balanced" else None
        return _Hands(present=self.roster.present(connection), counts=counts)

    def _look(
        self, connection: Transaction, plan: Plan, hands: _Hands,
        rows: Sequence[tuple[str, str, int]], now: datetime,
    ) -> None:  # fmt: skip
        """Write down those that came to their departments, and give them to somebody."""
        ids = [case_id for case_id, _, _ in rows]
        has = dict(
            connection.among("SELECT case_id, reviewer FROM desk_cases WHERE case_id IN ({})", ids)
        )
        for case_id, reviewer in has.items():
            if line := plan.find_named(reviewer.partition(":")[2]):
                outbox.go_on(connection, line, case_id, now)
        accepted = accepted_when(connection, [one for one in ids if one not in has])
        at, today, fresh, desk = now.isoformat(), hall_day(now), [], []
        for case_id, department, _ in rows:
            days = accepted.get(case_id)
            if days is None:
                continue
            # What can no longer be read waits in the supervisors' sight, due at once.
            since, due = (today, today) if isinstance(days, AppError) else days
            fresh.append((case_id, department))
            desk.append((case_id, department, "", since.isoformat(), due.isoformat(), at))
        if desk:
            connection.insert("desk_cases", _DESK, desk)
        self._draw(connection, plan, hands, fresh, now)

    def _try_waiting(
        self, connection: Transaction, plan: Plan, hands: _Hands, now: datetime
    ) -> int:
        """Those that nobody could have: perhaps somebody is back. Returns how many went."""
        gone, waiting = 0, _waiting(connection, plan, hands.present)
        while waiting and gone < _AT_ONCE:
            some, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            gone += self._draw(connection, plan, hands, some, now)
        return gone

    def _draw(
        self, connection: Transaction, plan: Plan, hands: _Hands,
        cases: Iterable[tuple[str, str]], now: datetime,
    ) -> int:  # fmt: skip
        """Returns how many somebody has now."""
        gifts = []
        for case_id, department in cases:
            line = plan.find_line(department)
            eligible = [line.reviewer] if line else hands.of(department)
            if eligible:
                reviewer = self._one_of(eligible)
                hands.note(reviewer)
                gifts.append(Gift(case_id, department, reviewer, line))
        return give(connection, gifts, now)

    def _one_of(self, some: Sequence[str]) -> str:
        return some[int.from_bytes(self._random(8), "big") % len(some)]

    def dispatch_again(
        self, connection: Transaction, plan: Plan, case_id: str, reviewer: str, reason: str,
        actor: str, now: datetime,
    ) -> None:  # fmt: skip
        """By a supervisor. Raises NotEligible, and what the fold raises."""
        assigned = find_assignment(connection, case_id)
        if assigned is None:
            raise NotEligible
        department = assigned.department
        line = plan.find_line(department)
        may = {one.id for one in self.roster.eligible(connection, department)}
        if line is not None:
            may.add(line.reviewer)
        if reviewer not in may or reviewer == assigned.reviewer:
            raise NotEligible
        outbox.end(connection, case_id, now)
        its = line if line is not None and reviewer == line.reviewer else None
        hand_over(
            connection, [Gift(case_id, department, reviewer, its)], now, former=assigned.reviewer,
            actor=actor, reason=reason,
        )  # fmt: skip


def _place(connection: Transaction) -> int:
    row = connection.execute("SELECT through FROM dispatch_place WHERE one = 1").fetchone()
    return int(row[0]) if row else 0


def _changed_since(connection: Transaction, through: int, most: int) -> list[tuple[str, str, int]]:
    """Accepted cases: id, department, arrival of the last fact."""
    rows = connection.execute(
        f"SELECT id, department, changed FROM cases WHERE changed > ? AND state IN ({_STATES})"  # noqa: S608 - constants
        " ORDER BY changed LIMIT ?",
        (through, most),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _waiting(
    connection: Transaction, plan: Plan, present: Sequence[StaffMember]
) -> list[tuple[str, str]]:
    """Id and department of those that nobody has and somebody may have now; the oldest of each
    department first."""
    departments = {name for one in present for name in one.departments}
    departments |= {line.department for line in plan.lines}
    if not departments:
        return []
    return [(row[0], row[1]) for row in connection.among(_WAITING, sorted(departments))]


def _end(connection: Transaction, through: int) -> int:
    row = connection.execute(
        "SELECT coalesce(max(changed), 0) FROM cases WHERE changed > ?", (through,)
    ).fetchone()
    return max(through, int(row[0]))
