"""Give the figures of days from the tickets' table: totals of many days, the tickets of one.

What is given names nobody: no number, no ticket's id, no clerk.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from fastapi import FastAPI, Request, Response
from starlette.routing import Route

from app.domain.day_figures import DayTicket, DayTotal
from app.domain.hall import HALL_ZONE
from app.domain.ticket import TicketState
from sync import errors
from sync.backoffice.database import Transaction
from sync.backoffice.office import Office, json_answer
from sync.queue import DAYS_PATH, MAX_DAYS, DaysAnswer


def read_days(reader: Transaction, today: date) -> list[DayTotal]:
    """The newest first; days without a ticket are left out."""
    since = (today - timedelta(days=MAX_DAYS)).isoformat()
    counts: dict[str, dict[str, int]] = {}
    for day, state, n in reader.execute(
        "SELECT day, state, count(*) FROM tickets WHERE day > ? GROUP BY day, state", (since,)
    ):
        counts.setdefault(day, {})[state] = n
    waits = {
        day: round(float(mean))
        for day, mean in reader.execute(
            "SELECT day, avg(waited) FROM tickets WHERE day > ? AND waited >= 0 GROUP BY day",
            (since,),
        )
    }
    return [
        DayTotal(
            day=day, taken=sum(states.values()), finished=states.get(TicketState.FINISHED, 0),
            passed=states.get(TicketState.PASSED, 0), dropped=states.get(TicketState.DROPPED, 0),
            waited=waits.get(day, -1),
        )
        for day, states in sorted(counts.items(), reverse=True)
    ]  # fmt: skip


def read_day(reader: Transaction, day: str) -> list[DayTicket]:
    rows = reader.execute(
        "SELECT business, taken_at, state, waited, handled, at_window, called_at, served_at,"
        " ended_at, priority, wait_least, wait_most FROM tickets WHERE day = ?"
        " ORDER BY taken_at, id",
        (day,),
    )
    return [
        DayTicket(
            business=business, taken_at=datetime.fromisoformat(taken), state=TicketState(state),
            waited=waited, handled=handled, window=window, called_at=_time(called),
            served_at=_time(served), ended_at=_time(ended), priority=priority, least=least,
            most=most,
        )
        for (
            business, taken, state, waited, handled, window, called, served, ended, priority,
            least, most,
        ) in rows
    ]  # fmt: skip


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def add_statistics(app: FastAPI, office: Office) -> None:
    async def days(request: Request) -> Response:
        office.admit(request)
        day = request.query_params.get("day", "")
        today = office.settings.now().astimezone(HALL_ZONE).date()
        if not day:
            totals = await office.read(lambda reader: read_days(reader, today))
            return json_answer(DaysAnswer(days=tuple(totals)))
        try:
            asked = date.fromisoformat(day)
        except ValueError:
            raise errors.BadRequest from None
        if asked.isoformat() != day:
            raise errors.BadRequest
        tickets = await office.read(lambda reader: read_day(reader, day))
        return json_answer(DaysAnswer(tickets=tuple(tickets)))

    app.router.routes.append(Route(DAYS_PATH, days, methods=["GET"]))
