"""Know how long this window's leased numbers last, by what it uses in a day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from app.domain.hall import HALL_ZONE
from app.storage.database import Statements

USUAL_A_DAY = 40.0  # of a busy window, until its own use is known
_ENOUGH_DAYS = 5  # on which numbers were used: from then on they are believed
_MEASURED_DAYS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStock:
    """``left`` serials may still be given out; ``a_day`` of them go on a day of work."""

    left: int
    a_day: float

    @property
    def days(self) -> int:
        """Whole days of work that the numbers last."""
        return math.floor(self.left / self.a_day)

    def lacking(self, days: int, least: int) -> int:
        """How many more are wanted, to last for ``days`` and never to be below ``least``."""
        return max(0, least - self.left, math.ceil(days * self.a_day) - self.left)


def count_use(connection: Statements, at: datetime) -> None:
    """A number was given out."""
    connection.exec_driver_sql(
        "INSERT INTO numbers_used (day, used) VALUES (?, 1) "
        "ON CONFLICT (day) DO UPDATE SET used = used + 1",
        (at.astimezone(HALL_ZONE).date().isoformat(),),
    )


def stock(connection: Statements) -> NumberStock:
    left = connection.exec_driver_sql(
        "SELECT coalesce(sum(last - next + 1), 0) FROM number_blocks "
        "WHERE first NOT IN (SELECT first FROM closed_blocks)"
    ).scalar_one()
    # The days that were counted last, whatever a clock that was set wrong called them.
    days, mean = connection.exec_driver_sql(
        "SELECT count(*), coalesce(avg(used), 0) FROM "
        "(SELECT used FROM numbers_used ORDER BY rowid DESC LIMIT ?)",
        (_MEASURED_DAYS,),
    ).one()
    a_day = max(float(mean), 1.0) if days >= _ENOUGH_DAYS else max(float(mean), USUAL_A_DAY)
    return NumberStock(left=int(left), a_day=a_day)
