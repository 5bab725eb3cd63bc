"""Say what windows ask about people and cases, and what the back office answers: both sides.

Numbers of people and cases travel in bodies, never in an address: addresses reach access logs.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from app.domain.journal import Entry
from app.ports import Licence

LICENCES_PATH = "/v1/people/licences"
WAITING_PATH = "/v1/people/waiting"
HISTORY_PATH = "/v1/cases/history"
BARS_PATH = "/v1/bars"

MAX_ASKED = 4096  # bytes of a request
MAX_LICENCES = 200
MAX_WAITING = 50
MAX_HISTORY = 2000  # facts about one case
MAX_HISTORY_BYTES = 8 * 1024 * 1024
MAX_BARS_BYTES = 16 * 1024 * 1024

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class HolderAsked(msgspec.Struct, frozen=True, kw_only=True):
    """An identity number or a credit code."""

    holder: _Name


class NumberAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A case's number."""

    number: _Name


class LicencesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    licences: tuple[Licence, ...]


class WaitingOne(msgspec.Struct, frozen=True, kw_only=True):
    """A case whose applicant may come back with what was missing, at any window."""

    id: _Name
    number: _Name
    item_name: _Text
    state: Literal["noticed", "received"]
    window: _Name
    decided_at: datetime


class WaitingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first."""

    cases: tuple[WaitingOne, ...]


class HistoryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """In the back office's order of arrival; none where it knows no such case."""

    entries: tuple[Entry, ...]


class Barred(msgspec.Struct, frozen=True, kw_only=True):
    """``holder`` is SHA-256 hex of the salt's hex digits followed by the number. ``until`` is the
    last day on which it counts, None where it has no end."""

    holder: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    bar: Literal["deferral", "promise"]
    reason: _Text
    until: date | None = None


class PublishedBars(msgspec.Struct, frozen=True, kw_only=True):
    """Who has unrepaired bad credit, as it was published on a day."""

    published: date
    salt: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2}){8,64}$")]
    bars: tuple[Barred, ...]


def tidy(number: str) -> str:
    """Numbers are compared as they stand on papers: in capitals, without spaces around."""
    return number.strip().upper()


def version_tag(content: bytes) -> str:
    """The ETag of a file's bytes: both sides compute it, nobody keeps it."""
    return f'"{hashlib.sha256(content).hexdigest()}"'
