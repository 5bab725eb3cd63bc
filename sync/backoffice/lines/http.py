"""Speak HTTP with a department's own system.

``POST URL/cases`` with the case as JSON and its key in ``Idempotency-Key`` answers
``{"ticket": …}``; ``GET URL/answers?after=PLACE&limit=100`` answers
``{"cursor": …, "answers": […]}``. Both carry ``Authorization: Bearer TOKEN``. What comes back is
hostile until read. The contract for departments: ``docs/lines.md``.
"""

from __future__ import annotations

import time

import msgspec
import requests

from app.domain.decoding import decode
from sync.backoffice.departments.plan import Line
from sync.backoffice.lines.errors import LineRefused, LineTrouble
from sync.backoffice.lines.system import MAX_ANSWER, MAX_POLLED, CaseSnapshot, Polled

_CONNECT, _READ, _WHOLE = 5.0, 15.0, 30.0  # seconds
_LARGEST = MAX_ANSWER * MAX_POLLED
_REFUSALS = frozenset({400, 409, 410, 413, 422})  # it speaks of this case, not of the line
KEY_HEADER = "Idempotency-Key"


class _Ticket(msgspec.Struct, frozen=True):
    ticket: str


class HttpLine:
    """For one thread at a time."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy of the surroundings sees a case
        self._session.headers["Authorization"] = f"Bearer {line.token}"

    def submit(self, case: CaseSnapshot) -> str:
        """Raises LineTrouble, LineRefused."""
        told = {"Content-Type": "application/json", KEY_HEADER: case.key}
        body = self._ask("POST", "/cases", msgspec.json.encode(case), told)
        try:
            ticket = decode(body, _Ticket).ticket
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise LineTrouble(cause="answer") from None
        if not 0 < len(ticket) <= 200 or not ticket.isprintable():
            raise LineTrouble(cause="ticket")
        return ticket

    def poll(self, after: str) -> Polled:
        """Raises LineTrouble."""
        try:
            body = self._ask("GET", "/answers", None, {}, after=after, limit=str(MAX_POLLED))
            return decode(body, Polled)
        except LineRefused as refused:
            raise LineTrouble(cause=str(refused.details.get("status", ""))) from None
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise LineTrouble(cause="answer") from None

    def close(self) -> None:
        self._session.close()

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], **query: str
    ) -> bytes:
        until = time.monotonic() + _WHOLE
        try:
            with self._session.request(
                method, self._line.url + path, data=body, headers=headers, params=query,
                timeout=(_CONNECT, _READ), allow_redirects=False, stream=True,
            ) as answer:  # fmt: skip
                status = answer.status_code
                got = bytearray()
                for part in answer.iter_content(65536):
                    got += part
                    if len(got) > _LARGEST or time.monotonic() > until:
                        raise LineTrouble(cause="length")
        except requests.RequestException as error:
            raise LineTrouble(cause=type(error).__name__) from None
        if status in {200, 201, 202}:
            return bytes(got)
        if status in _REFUSALS:
            raise LineRefused(status=status)
        raise LineTrouble(cause=str(status))
