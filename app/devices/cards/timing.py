"""How long a read may wait for a card, and by whose calendar a card's dates are judged."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Final

LONGEST_WAIT: Final = 3600.0  # seconds; nobody stands at a reader longer
_CHINA: Final = timezone(timedelta(hours=8))


def waiting_time(timeout: float) -> float:
    """The asked-for seconds within 0 and an hour; what is not a number is no wait."""
    return min(timeout, LONGEST_WAIT) if timeout > 0 else 0.0


def hall_day(now: datetime) -> date:
    """Today in China, where the cards were issued and the hall stands."""
    return now.astimezone(_CHINA).date()
