"""A device's clock that is turned by hand: weeks go by in a test, or it was set wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class TurnedClock:
    """Goes on as time does, from where it was turned to."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead  # of the machine's own

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def turn_to(self, at: datetime) -> None:
        self.ahead = at - datetime.now(UTC)
