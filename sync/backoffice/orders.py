"""Let supervisors speak to windows and free what a window that is gone has open.

Both are facts of the back office's own chain: the feed brings them to the windows within moments.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import FastAPI, Request, Response

from app.domain.case import CaseState, fold
from app.domain.case_events import CaseLeft, CasePutBack
from app.domain.clock import uuid7
from app.domain.errors import AppError
from app.domain.events import OrderGiven
from sync import errors
from sync.backoffice import order_page, own
from sync.backoffice.cases import events_about
from sync.backoffice.database import Transaction
from sync.backoffice.forms import ask_password, form_token, html_answer, read_form, who_acts
from sync.backoffice.logs import note
from sync.backoffice.office import Office
from sync.wire import is_name

_SUPERVISOR = "supervisor"  # who gave a password without a name
_MOST_MINUTES = 7 * 24 * 60


def give_order(
    connection: Transaction, order: str, device: str, text: str, minutes: int, *, actor: str,
    now: datetime,
) -> str:  # fmt: skip
    """A word to one device, or to all where ``device`` is ""; ``order`` names it, so that the same
    is not given twice. Returns what to say of it.

    Raises BadRequest.
    """
    text = text.strip()
    good = is_name(order, 36) and is_name(text, order_page.LONGEST_TEXT)
    if not good or not 0 < minutes <= _MOST_MINUTES:
        raise errors.BadRequest
    if any(one.order == order for one, _ in order_page.given_orders(connection)):
        return "这条指令已经发过了。"  # the button was pressed twice
    if device:
        known = connection.execute(
            "SELECT 1 FROM devices WHERE device = ? AND revoked_at = ''", (device,)
        ).fetchone()
        if known is None:
            return f"没有叫 {device} 的设备在用，指令没有发出。"
    event = OrderGiven(order=order, text=text, until=now + timedelta(minutes=minutes))
    subject = f"device:{device}" if device else "hall"
    own.record(connection, event, subject=subject, actor=actor, now=now)
    return f"已发给{device or '全部窗口'}。"


def end_order(connection: Transaction, order: str, *, actor: str, now: datetime) -> str:
    """Take an order back from every screen it stands on. Returns what to say of it."""
    for one, subject in order_page.given_orders(connection):
        if one.order == order:
            if not one.text:
                break
            event = OrderGiven(order=order, text="")
            own.record(connection, event, subject=subject, actor=actor, now=now)
            return "已收回。"
    return "没有这条指令，或早已收回。"


def free_case(
    connection: Transaction, case_id: str, reason: str, *, actor: str, now: datetime
) -> str:
    """What a window has open goes on at any window; what it had been noticed or received for
    stays so. Returns what to say of it. Raises BadRequest."""
    reason = reason.strip()
    if not is_name(case_id) or not is_name(reason, order_page.LONGEST_TEXT):
        raise errors.BadRequest
    subject = f"case:{case_id}"
    case = fold(case_id, (event for event, _ in events_about(connection, subject)))
    if case is None or case.state is not CaseState.OPEN:
        return "这件已经不在办理中，没有放开。"
    event = (
        CaseLeft(reason=reason, freed_by=actor)
        if case.resumed in {None, CaseState.LEFT}
        else CasePutBack()
    )
    try:
        own.record(connection, event, subject=subject, actor=actor, now=now)
    except AppError as error:
        return f"没有放开：{error.code}。"
    return f"{case.number or '未编号的办件'}已放开，任何窗口可以接着办。"


def add_orders(app: FastAPI, office: Office) -> None:
    settings = office.settings

    async def page(said: str = "") -> Response:
        now = settings.now()
        token = form_token(office, order_page.PAGE, now)
        text = await office.read(
            lambda reader: order_page.orders(
                reader, settings.hall, now, token, uuid7(now, settings.random(10)), said=said
            )
        )
        return html_answer(text)

    @app.get(order_page.PAGE)
    async def orders(request: Request) -> Response:
        return await page() if office.is_supervisor(request) else ask_password(settings.hall)

    @app.post(order_page.PAGE)
    async def act(request: Request) -> Response:
        if not office.is_supervisor(request):
            return ask_password(settings.hall)
        fields = await read_form(request, office, order_page.PAGE)
        now, actor = settings.now(), who_acts(request) or _SUPERVISOR
        act, minutes = fields.get("act", ""), fields.get("minutes", "")
        text = fields.get("text", "")
        if act == "order":
            if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 6):
                raise errors.BadRequest
            order, device = fields.get("order", ""), fields.get("device", "")
            said = await office.write(
                lambda connection: give_order(
                    connection, order, device, text, int(minutes), actor=actor, now=now
                )
            )
        elif act == "end":
            ended = fields.get("order", "")
            said = await office.write(
                lambda connection: end_order(connection, ended, actor=actor, now=now)
            )
        elif act == "free":
            case_id = fields.get("case", "")
            said = await office.write(
                lambda connection: free_case(connection, case_id, text, actor=actor, now=now)
            )
        else:
            raise errors.BadRequest
        note("supervisor_act", act=act)
        return await page(said)
