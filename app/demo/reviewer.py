"""A reviewer's hands in the browser: sign in, decide one case, and finish it."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from html import unescape

import requests

_FORM = re.compile(r'<form method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_SECONDS = 20.0


class Reviewer:
    def __init__(self, url: str, staff: str) -> None:
        self._url = url
        self._browser = requests.Session()
        self._open("/desk/sign-in")
        self._send("", staff=staff, password=f"demo-{staff}")

    def _open(self, address: str) -> None:
        self._page = self._browser.get(self._url + address, timeout=_SECONDS).text

    def _send(self, act: str, **typed: str) -> bool:
        """Fill in the form of that act on the page that is open. Whether there is one."""
        for address, inside in _FORM.findall(self._page):
            hidden = {name: unescape(value) for name, value in _HIDDEN.findall(inside)}
            if hidden.get("act", "") == act:
                answer = self._browser.post(
                    self._url + unescape(address), data=hidden | typed, timeout=_SECONDS
                )
                self._page = answer.text
                return answer.ok
        return False

    def has(self, number: str) -> bool:
        self._open("/desk")
        return number in self._page

    def grant(self, case_id: str, name: str, number: str) -> bool:
        """Whether it is finished."""
        self._open(f"/desk/cases/{case_id}")
        decided = self._send("review", granted="yes", opinion="符合条件，准予。")
        return decided and self._send("finish", name=name, number=number)


def find_reviewer(url: str, staff: Sequence[str], case_number: str) -> Reviewer | None:
    """Who was drawn for the case; None where nobody is within some seconds."""
    desks = [Reviewer(url, one) for one in staff]
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        for desk in desks:
            if desk.has(case_number):
                return desk
        time.sleep(0.2)
    return None
