"""Tell the time of the hall. Apart from the other formats: the first page needs only this."""

from __future__ import annotations

from datetime import datetime

from app.domain.hall import HALL_ZONE


def clock_text(at: datetime) -> str:
    local = at.astimezone(HALL_ZONE)
    return f"{local.hour:02d}:{local.minute:02d}"  # a list of a day's tickets asks it often
