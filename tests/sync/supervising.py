"""Act on the supervisors' page of devices as a browser does."""

from __future__ import annotations

import re
from collections.abc import Callable

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from app.ports import Access
from sync.wire import PROTOCOL, PROTOCOL_HEADER
from tests.sync.world import Answering


def password(office: Answering) -> AuthBase:
    """As a browser sends it: UTF-8."""
    return HTTPBasicAuth("督导甲".encode(), office.token.encode())


def open_page(office: Answering, page: str = "/devices") -> str:
    answer = requests.get(office.url + page, auth=password(office), timeout=10)
    assert answer.status_code == 200
    return answer.text


def act(office: Answering, page: str = "/devices", **fields: str) -> requests.Response:
    """Press the button of the form that holds these fields."""
    found = re.search(r'name="form" value="([0-9a-f]{64})"', open_page(office, page))
    assert found
    return requests.post(
        office.url + page, auth=password(office), timeout=30,
        data={"form": found[1], **fields},
    )  # fmt: skip


def asks(office: Answering, token: str) -> Callable[[str, str], tuple[int, str]]:
    """Asks anything with this token; gives status and code."""

    def ask(method: str, path: str, body: bytes = b"{}") -> tuple[int, str]:
        answer = requests.request(
            method, office.url + path, data=body, timeout=10,
            headers={"Authorization": f"Bearer {token}", PROTOCOL_HEADER: str(PROTOCOL)},
        )  # fmt: skip
        told = answer.json() if answer.status_code >= 400 else {}
        return answer.status_code, str(told.get("code", ""))

    return ask


class Changing:
    """An access that the test may change while the window runs."""

    def __init__(self, url: str, token: str) -> None:
        self.now = Access(url=url, token=token)

    def __call__(self) -> Access:
        return self.now

    def take(self, token: str) -> None:
        self.now = Access(url=self.now.url, token=token)
