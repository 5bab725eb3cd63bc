"""Let supervisors see 差评 and write down what was done about each."""

from __future__ import annotations

from datetime import datetime

from fastapi import FastAPI, Request, Response

from app.domain.rating import RatingLevels
from app.domain.ticket_events import RatingAnswered, RatingStep
from sync import errors
from sync.backoffice import own
from sync.backoffice.database import Transaction
from sync.backoffice.forms import ask_password, form_token, html_answer, read_form, who_acts
from sync.backoffice.logs import note
from sync.backoffice.office import Office
from sync.backoffice.ratings.page import LONGEST_TEXT, PAGE, draw_ratings
from sync.wire import is_name

_SUPERVISOR = "supervisor"  # who gave a password without a name


def answer_rating(
    connection: Transaction, rating: str, step: str, text: str, *, actor: str, now: datetime
) -> str:  # fmt: skip
    """Each step once. Returns what to say of it. Raises BadRequest."""
    text = text.strip()
    if step not in set(RatingStep) or not is_name(text, LONGEST_TEXT) or not is_name(rating):
        raise errors.BadRequest
    subject = f"rating:{rating}"
    facts = connection.execute(
        "SELECT kind, body FROM entries WHERE subject = ? AND outcome = 'applied'", (subject,)
    ).fetchall()
    if not any(kind == "ServiceRated" for kind, _ in facts):
        return "没有这条评价。"
    if any(kind == "RatingAnswered" and f'"{step}"' in body for kind, body in facts):
        return "这一步已经记过了。"
    event = RatingAnswered(step=RatingStep(step), text=text)
    own.record(connection, event, subject=subject, actor=actor, now=now)
    return "已记下。"


def add_ratings(app: FastAPI, office: Office, levels: RatingLevels) -> None:
    settings = office.settings

    async def page(said: str = "") -> Response:
        now = settings.now()
        token = form_token(office, PAGE, now)
        text = await office.read(
            lambda reader: draw_ratings(
                reader, settings.hall, settings.lists, levels, now, token, said=said
            )
        )
        return html_answer(text)

    @app.get(PAGE)
    async def show(request: Request) -> Response:
        return await page() if office.is_supervisor(request) else ask_password(settings.hall)

    @app.post(PAGE)
    async def act(request: Request) -> Response:
        if not office.is_supervisor(request):
            return ask_password(settings.hall)
        fields = await read_form(request, office, PAGE)
        now, actor = settings.now(), who_acts(request) or _SUPERVISOR
        said = await office.write(
            lambda connection: answer_rating(
                connection, fields.get("rating", ""), fields.get("step", ""),
                fields.get("text", ""), actor=actor, now=now,
            )
        )  # fmt: skip
        note("rating_answered")
        return await page(said)
