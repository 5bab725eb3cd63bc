"""Give each accepted case to one reviewer of its department, drawn at random, exactly once.

What is done is a row and a fact of one transaction, and writing transactions come one after another
in all processes: whoever looks next sees it. A case that nobody may have waits and is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.case import ACCEPTED_STATES
from app.domain.case_events import CaseDispatched
from app.domain.errors import AppError
from app.domain.hall import Hall, StaffMember
from sync.backoffice import own
from sync.backoffice.database import Transaction
from sync.backoffice.departments.errors import NotEligible
from sync.backoffice.departments.facts import accepted_when, find_assignment
from sync.backoffice.departments.plan import Line, Plan, reviewer_of
from sync.backoffice.departments.roster import Roster
from sync.backoffice.lines import outbox
from sync.backoffice.logs import note

ACTOR = "dispatch"  # who draws: nobody
_STATES = ", ".join(f"'{one.value}'" for one in sorted(ACCEPTED_STATES))
_AT_ONCE = 50  # cases in one transaction
_STRETCH = 1000  # arrivals without a case for a department, until it is worth writing down
_WAITING = (
    "SELECT d.case_id, d.department FROM desk_cases d JOIN cases c ON c.id = d.case_id"  # noqa: S608 - constants
    f" WHERE d.reviewer = '' AND c.state IN ({_STATES}) AND d.department IN ({{}}) ORDER BY d.due"
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
        for case_id, department, _ in rows:
            self._look(connection, plan, hands, case_id, department, now)
        reached = rows[-1][2] if len(rows) == _AT_ONCE else _end(connection, through)
        if rows or reached - through > _STRETCH:
            connection.execute(
                "INSERT INTO dispatch_place (one, through) VALUES (1, ?)"
                " ON CONFLICT (one) DO UPDATE SET through = excluded.through",
                (reached,),
            )
        return len(rows) + self._try_waiting(connection, plan, hands, now)

    def _hands(self, connection: Transaction, plan: Plan) -> _Hands:
        counts = self.roster.open_counts(connection) if plan.draw == "balanced" else None
        return _Hands(present=self.roster.present(connection), counts=counts)

    def _look(
        self, connection: Transaction, plan: Plan, hands: _Hands, case_id: str, department: str,
        now: datetime,
    ) -> None:  # fmt: skip
        assigned = find_assignment(connection, case_id)
        if assigned is None:
            self._first(connection, plan, hands, case_id, department, now)
        elif line := plan.find_named(assigned.reviewer.partition(":")[2]):
            outbox.go_on(connection, line, case_id, now)

    def _first(
        self, connection: Transaction, plan: Plan, hands: _Hands, case_id: str, department: str,
        now: datetime,
    ) -> None:  # fmt: skip
        try:
            accepted = accepted_when(connection, case_id)
        except AppError as error:
            note("not_dispatched", case=case_id, code=error.code)
            return
        if accepted is None:
            return
        since, due = accepted
        connection.execute(
            "INSERT INTO desk_cases (case_id, department, reviewer, since, due, dispatched_at)"
            " VALUES (?,?,'',?,?,?)",
            (case_id, department, since.isoformat(), due.isoformat(), now.isoformat()),
        )
        self._draw(connection, plan, hands, case_id, department, now)

    def _try_waiting(
        self, connection: Transaction, plan: Plan, hands: _Hands, now: datetime
    ) -> int:
        """Those that nobody could have: perhaps somebody is back. Returns how many went."""
        gone = 0
        for case_id, department in _waiting(connection, plan, hands.present):
            if gone == _AT_ONCE:
                break
            gone += self._draw(connection, plan, hands, case_id, department, now)
        return gone

    def _draw(
        self, connection: Transaction, plan: Plan, hands: _Hands, case_id: str, department: str,
        now: datetime,
    ) -> bool:  # fmt: skip
        line = plan.find_line(department)
        if line is not None:
            return self._give(connection, case_id, department, line.reviewer, now, line=line)
        eligible = hands.of(department)
        if not eligible:
            return False
        reviewer = self._one_of(eligible)
        if not self._give(connection, case_id, department, reviewer, now):
            return False
        hands.note(reviewer)
        return True

    def _one_of(self, some: Sequence[str]) -> str:
        return some[int.from_bytes(self._random(8), "big") % len(some)]

    def _give(
        self, connection: Transaction, case_id: str, department: str, reviewer: str, now: datetime,
        *, line: Line | None = None,
    ) -> bool:  # fmt: skip
        try:
            with connection.savepoint():
                _hand_over(connection, case_id, department, reviewer, now, actor=ACTOR)
                if line is not None:
                    outbox.begin(connection, line, case_id, now)
        except AppError as error:  # the case has gone on meanwhile, or cannot be folded
            note("not_dispatched", case=case_id, code=error.code)
            return False
        return True

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
        _hand_over(connection, case_id, department, reviewer, now, actor=actor, reason=reason)
        outbox.end(connection, case_id, now)
        if line is not None and reviewer == reviewer_of(line.name):
            outbox.begin(connection, line, case_id, now)


def _hand_over(
    connection: Transaction, case_id: str, department: str, reviewer: str, now: datetime, *,
    actor: str, reason: str = "",
) -> None:  # fmt: skip
    event = CaseDispatched(department=department, reviewer=reviewer)
    own.record(connection, event, subject=f"case:{case_id}", actor=actor, now=now)
    former = connection.execute(
        "SELECT reviewer FROM desk_cases WHERE case_id = ?", (case_id,)
    ).fetchone()[0]
    connection.execute(
        "UPDATE desk_cases SET reviewer = ?, dispatched_at = ? WHERE case_id = ?",
        (reviewer, now.isoformat(), case_id),
    )
    connection.execute(
        "INSERT INTO dispatches (case_id, at, reviewer, former, actor, reason)"
        " VALUES (?,?,?,?,?,?)"
        " ON CONFLICT (case_id, at, reviewer) DO NOTHING",
        (case_id, now.isoformat(), reviewer, former, actor, reason),
    )


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
