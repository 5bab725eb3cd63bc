"""A reviewer's or supervisor's browser at the departments' pages: only what the page offers."""

from __future__ import annotations

import re
from html import unescape
from typing import Protocol

import requests

FORM = re.compile(r'<form method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


class At(Protocol):
    """Where it is: a back office that runs."""

    @property
    def url(self) -> str: ...


class Browser:
    """``page`` is what is open."""

    def __init__(self, office: At, staff: str = "", password: str = "") -> None:
        self.url = office.url
        self.staff = staff
        self.session = requests.Session()
        self.page = self.open("/desk")
        if staff:
            self.sign_in(staff, password or f"demo-{staff}")

    def another_tab(self) -> Browser:
        """The same sign-in."""
        other = Browser(self)
        other.staff = self.staff
        other.session.cookies.update(self.session.cookies)
        return other

    def open(self, address: str) -> requests.Response:
        self.page = self.session.get(self.url + address, timeout=20)
        return self.page

    def sign_in(self, staff: str, password: str) -> requests.Response:
        self.open("/desk/sign-in")
        return self.send("/desk/sign-in", staff=staff, password=password)

    def forms(self) -> list[tuple[str, dict[str, str]]]:
        """Where each form of the page goes, and its hidden fields."""
        return [
            (unescape(address), {name: unescape(value) for name, value in HIDDEN.findall(inside)})
            for address, inside in FORM.findall(self.page.text)
        ]

    def offers(self) -> set[str]:
        """The acts that the page has a form for."""
        return {hidden["act"] for _, hidden in self.forms() if "act" in hidden}

    def hidden(self, address: str, act: str = "", **holds: str) -> dict[str, str]:
        """The hidden fields of the page's form for that act."""
        return next(
            hidden
            for to, hidden in self.forms()
            if to == address
            and hidden.get("act", "") == act
            and all(hidden.get(name) == value for name, value in holds.items())
        )

    def send(self, address: str, act: str = "", **typed: str) -> requests.Response:
        """Fill in the form of that address and act on the open page, and press its button."""
        self.page = self.post(address, self.hidden(address, act) | typed)
        return self.page

    def post(self, address: str, fields: dict[str, str]) -> requests.Response:
        """Whatever is wanted, and where it leads to."""
        return self.session.post(self.url + address, data=fields, timeout=30)
