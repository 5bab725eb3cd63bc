"""Draw what every page of the departments has: its head, its forms and what was just said."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from fastapi import Response

from app.domain.errors import AppError
from app.domain.hall import Hall
from app.texts import explain
from sync.backoffice.departments.sessions import SignedIn
from sync.backoffice.pages import SECURITY_HEADERS, draw_page

SIGN_IN = "/desk/sign-in"
SIGN_OUT = "/desk/sign-out"
LIST = "/desk"
OFFICE = "/desk/office"

HEADERS = SECURITY_HEADERS | {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
}


def case_address(case_id: str) -> str:
    return f"{LIST}/cases/{case_id}"


def html_answer(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="text/html; charset=utf-8", headers=HEADERS)


def go_to(address: str) -> Response:
    """After an act: loading the page again does not send the form again."""
    return Response(status_code=303, headers=HEADERS | {"Location": address})


def draw_shell(
    hall: Hall, title: str, inside: str, who: SignedIn | None = None, *, said: str = "",
    error: AppError | None = None,
) -> str:  # fmt: skip
    """``said`` is what an act came to, ``error`` why it did not."""
    told = ""
    if error is not None:
        sentence = explain(error.code, error.details)
        told = (
            '<section class="told bad" role="alert"><b>'
            f"{escape(sentence.message)}</b> {escape(sentence.next_step)}"
            f' <span class="note">{escape(error.code)}</span></section>'
        )
    elif said:
        told = f'<section class="told good" role="status"><b>{escape(said)}</b></section>'
    return draw_page(
        f"{title} · {hall.head.name}",
        f"<header><h1>{escape(title)}</h1><span>{escape(hall.head.name)}</span>"
        f"{_menu(who) if who else ''}</header><main>{told}{inside}</main>",
    )


def _menu(who: SignedIn) -> str:
    links = f'<a href="{LIST}">我的办件</a>'
    if who.supervises:
        links = f'<a href="{OFFICE}">督导</a>'
    button = draw_form(who, SIGN_OUT, {}, '<button class="quiet">退出</button>')
    member = who.member
    return f"<nav>{links}<span>{escape(member.name)} {escape(member.id)}</span>{button}</nav>"


def draw_form(
    who: SignedIn, page: str, hidden: Mapping[str, str], inside: str, *, legend: str = ""
) -> str:
    """``inside`` is HTML: fields and a button."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in {"form": who.form_token(page), **hidden}.items()
    )
    head = f"<h3>{escape(legend)}</h3>" if legend else ""
    return f'<form method="post" action="{escape(page)}">{head}{fields}{inside}</form>'


def draw_field(label: str, name: str, *, more: str = "", value: str = "") -> str:
    """One line of text. ``more`` is HTML: other attributes."""
    given = f' value="{escape(value)}"' if value else ""
    return f'<label>{escape(label)}<input name="{escape(name)}"{given} {more}></label>'


def draw_area(label: str, name: str, *, most: int, more: str = "", value: str = "") -> str:
    """Several lines of text."""
    return (
        f'<label class="broad">{escape(label)}'
        f'<textarea name="{escape(name)}" rows="3" maxlength="{most}" {more}>'
        f"\n{escape(value)}</textarea></label>"
    )


def draw_choice(label: str, name: str, options: Mapping[str, str], chosen: str = "") -> str:
    """``options`` are words by value."""
    inside = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape(words)}</option>"
        for value, words in options.items()
    )
    return f'<label>{escape(label)}<select name="{escape(name)}" required>{inside}</select></label>'


def draw_pairs(pairs: Mapping[str, str]) -> str:
    """Label and HTML, two columns; nothing for those without a value."""
    return (
        "<dl>"
        + "".join(
            f"<dt>{escape(label)}</dt><dd>{value}</dd>" for label, value in pairs.items() if value
        )
        + "</dl>"
    )


def draw_tag(words: str, tone: str) -> str:
    return f'<span class="tag {tone}">{escape(words)}</span>'
