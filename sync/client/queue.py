"""Ask the back office about the hall's line; believe no answer unchecked."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TypeVar

import msgspec

from app.domain import queue_errors
from app.domain.day_figures import DayTicket, DayTotal
from app.domain.decoding import decode
from app.domain.errors import DomainError, TicketNotOpen
from app.domain.queue_view import HallView, NumberWish, TakenTicket
from app.ports import AccessSource
from sync import errors, wire
from sync.client.round import Post, Reply, check_error
from sync.client.transport import HttpTransport
from sync.errors import BadAnswer, RecordsUnavailable
from sync.queue import (
    DAYS_PATH,
    MAX_VIEW,
    MAX_VIEW_WAIT,
    REPRINT_PATH,
    RETURN_PATH,
    TAKE_PATH,
    VIEW_PATH,
    DaysAnswer,
    TakeAsked,
    TakenAnswer,
    TicketAsked,
    ViewAnswer,
)

# Somebody stands at the kiosk meanwhile.
_LONGEST_SECONDS = 6.0
_MOST_DETAIL = 200

_REFUSALS: dict[str, type[DomainError]] = {
    kind.code: kind
    for kind in (
        queue_errors.LineClosed, queue_errors.QuotaSpent, queue_errors.ReturnTooLate,
        queue_errors.HallIsHalted, queue_errors.UnknownPriority, queue_errors.NoSuchTicket,
        queue_errors.NoSuchBooking, queue_errors.BookingNotNow, queue_errors.NoSuchLine,
        TicketNotOpen,
    )
}  # fmt: skip

_Answer = TypeVar("_Answer", ViewAnswer, TakenAnswer, DaysAnswer)


class RemoteQueue:
    """Implements ``app.ports.QueueOffice`` and ``QueueDays``. Safe to use from several threads.

    Every method raises RecordsUnavailable, whose ``cause`` is the code of why.
    """

    def __init__(self, access: AccessSource) -> None:
        self._access = access

    def view(self, after: int = -1, wait: float = 0.0, *, tickets: bool = False) -> HallView:
        seconds = max(0, min(MAX_VIEW_WAIT, int(wait)))
        path = f"{VIEW_PATH}?after={after}&wait={seconds}" + ("&tickets=1" if tickets else "")
        # A third of what a whole answer may take passes without a byte: see the transport.
        transport = HttpTransport(self._access, longest=3.0 * (seconds + _LONGEST_SECONDS))
        with closing(transport):
            try:
                reply = transport.get(path, MAX_VIEW)
            except (errors.Unreachable, errors.BadAnswer) as error:
                raise RecordsUnavailable(cause=error.code) from None
        view = _read(reply, ViewAnswer).view
        if view.at.utcoffset() is None or view.version < 0:
            raise RecordsUnavailable(cause=BadAnswer.code)
        return view

    def days(self) -> tuple[DayTotal, ...]:
        return self._days("").days

    def day(self, day: date) -> tuple[DayTicket, ...]:
        return self._days(f"?day={day.isoformat()}").tickets

    def _days(self, asked: str) -> DaysAnswer:
        transport = HttpTransport(self._access, longest=3.0 * _LONGEST_SECONDS)
        with closing(transport):
            try:
                reply = transport.get(f"{DAYS_PATH}{asked}", MAX_VIEW)
            except (errors.Unreachable, errors.BadAnswer) as error:
                raise RecordsUnavailable(cause=error.code) from None
        answer = _read(reply, DaysAnswer)
        if any(one.taken_at.utcoffset() is None for one in answer.tickets):
            raise RecordsUnavailable(cause=BadAnswer.code)
        return answer

    def take(self, wish: NumberWish) -> TakenTicket:
        return self._ask(TAKE_PATH, TakeAsked(wish=wish))

    def bring_back(self, number: str) -> TakenTicket:
        return self._ask(RETURN_PATH, TicketAsked(number=number))

    def reprint(self, number: str) -> TakenTicket:
        return self._ask(REPRINT_PATH, TicketAsked(number=number))

    def _ask(self, path: str, asked: msgspec.Struct) -> TakenTicket:
        post = Post(
            path=path, body=msgspec.json.encode(asked), content_type="application/json",
            largest=wire.MAX_ANSWER,
        )  # fmt: skip
        transport = HttpTransport(self._access, longest=_LONGEST_SECONDS)
        with closing(transport):
            try:
                reply = transport(post)
            except (errors.Unreachable, errors.BadAnswer) as error:
                raise RecordsUnavailable(cause=error.code) from None
        answer = _read(reply, TakenAnswer)
        if answer.taken is not None:
            return answer.taken
        refusal = _REFUSALS.get(answer.code)
        if refusal is None:
            raise RecordsUnavailable(cause=BadAnswer.code)
        raise refusal(**{name: text[:_MOST_DETAIL] for name, text in answer.details.items()})


def _read(reply: Reply, kind: type[_Answer]) -> _Answer:
    try:
        if reply.status != 200:
            raise RecordsUnavailable(cause=check_error(reply).code)
        return decode(reply.body, kind)
    except errors.BadAnswer as error:
        raise RecordsUnavailable(cause=error.code) from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise RecordsUnavailable(cause=BadAnswer.code) from None
