"""Read what a page's form sends, and only what this page itself has drawn: no other site's."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from html import escape
from urllib.parse import parse_qsl

from fastapi import Request, Response

from app.domain.hall import Hall
from sync import errors
from sync.backoffice import progress
from sync.backoffice.office import Office, read_body
from sync.backoffice.pages import SECURITY_HEADERS
from sync.endpoints import FORM

_LARGEST = 16 * 1024
_FIELDS = 20
_HOURS = 12  # how long a page that was drawn may lie open


def html_answer(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="text/html; charset=utf-8", headers=SECURITY_HEADERS)


def ask_password(hall: Hall) -> Response:
    """For pages that a browser opens without the administrator's password, or with a wrong one."""
    answer = html_answer(progress.locked(hall), 401)
    answer.headers["WWW-Authenticate"] = 'Basic realm="onewindow", charset="UTF-8"'
    return answer


def form_token(office: Office, page: str, now: datetime, ago: int = 0) -> str:
    """Only who could read the page knows it: another site can send a form, but not read this."""
    hour = int(now.timestamp()) // 3600 - ago
    return hmac.digest(office.token.encode(), f"{page} {hour}".encode(), hashlib.sha256).hex()


async def read_fields(
    request: Request, longest: int = _LARGEST, most: int = _FIELDS
) -> dict[str, str]:
    """Each field's last value. Raises BadRequest, TooLarge."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await read_body(request, longest)
    try:
        fields = dict(
            parse_qsl(
                body.decode("ascii"), keep_blank_values=True, strict_parsing=True,
                errors="strict", max_num_fields=most,
            )
        )  # fmt: skip
    except ValueError:
        raise errors.BadRequest from None
    if kind != FORM:
        raise errors.BadRequest
    return fields


async def read_form(request: Request, office: Office, page: str) -> dict[str, str]:
    """Of a form that this page drew. Raises BadRequest, TooLarge."""
    fields = await read_fields(request)
    given = fields.pop("form", "").encode()
    now = office.settings.now()
    ours = (form_token(office, page, now, ago).encode() for ago in range(_HOURS + 1))
    if not any(hmac.compare_digest(given, one) for one in ours):
        raise errors.BadRequest
    return fields


def who_acts(request: Request) -> str:
    """The name under which a browser gave the password; shown beside the act."""
    _, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        name = base64.b64decode(given, validate=True).partition(b":")[0].decode()
    except ValueError:
        return ""
    return name[:64] if name.isprintable() else ""


def draw_form(action: str, token: str, hidden: Mapping[str, str], inside: str) -> str:
    """``inside`` is HTML: fields and a button."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in {"form": token, **hidden}.items()
    )
    return f'<form method="post" action="{escape(action)}">{fields}{inside}</form>'


def draw_button(words: str) -> str:
    return f"<button>{words}</button>"
