"""Know which reviewers of a department may be given a case now, and what each has open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.hall import Hall, Role, StaffMember
from sync.backoffice.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Gets nothing new; ``actor`` wrote it down."""

    since: str
    reason: str
    actor: str


class Roster:
    def __init__(self, hall: Hall) -> None:
        self.reviewers = tuple(one for one in hall.staff if one.role is Role.REVIEWER)
        self._known = {one.id: one for one in hall.staff}

    def find(self, staff_id: str) -> StaffMember | None:
        """Any member of the hall's staff."""
        return self._known.get(staff_id)

    def name_of(self, staff_id: str) -> str:
        """For people to read; the number itself where nobody has it any more."""
        member = self._known.get(staff_id)
        return f"{member.name}（{member.id}）" if member else staff_id

    def present(self, connection: Transaction) -> tuple[StaffMember, ...]:
        away = self.absences(connection)
        return tuple(one for one in self.reviewers if one.id not in away)

    def eligible(self, connection: Transaction, department: str) -> tuple[StaffMember, ...]:
        return tuple(one for one in self.present(connection) if department in one.departments)

    def absences(self, connection: Transaction) -> dict[str, Absence]:
        rows = connection.execute("SELECT reviewer, since, reason, actor FROM reviewer_absences")
        return {row[0]: Absence(since=row[1], reason=row[2], actor=row[3]) for row in rows}

    def open_counts(self, connection: Transaction) -> dict[str, int]:
        """Open cases by whom they were given to."""
        rows = connection.execute(
            "SELECT reviewer, count(*) FROM desk_cases WHERE finished_at = '' GROUP BY reviewer"
        )
        return {row[0]: int(row[1]) for row in rows}

    def note_absence(
        self, connection: Transaction, reviewer: str, reason: str, actor: str, now: datetime
    ) -> None:
        connection.execute(
            "INSERT INTO reviewer_absences (reviewer, since, reason, actor) VALUES (?,?,?,?)"
            " ON CONFLICT (reviewer) DO NOTHING",
            (reviewer, now.isoformat(), reason, actor),
        )

    def end_absence(self, connection: Transaction, reviewer: str) -> None:
        connection.execute("DELETE FROM reviewer_absences WHERE reviewer = ?", (reviewer,))
