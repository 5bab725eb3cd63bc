"""Say what windows ask about people and cases, and what the back office answers: both sides.

Numbers of people and cases travel in bodies, never in an address: addresses reach access logs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from app.domain.journal import Entry
from app.ports import Licence

LICENCES_PATH = "/v1/people/licences"
WAITING_PATH = "/v1/people/waiting"
HISTORY_PATH = "/v1/cases/history"

MAX_ASKED = 4096  # bytes of a request
MAX_LICENCES = 200
MAX_WAITING = 50
MAX_HISTORY = 2000  # facts about one case
MAX_HISTORY_BYTES = 8 * 1024 * 1024

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class HolderAsked(msgspec.Struct, frozen=True, kw_only=True):
    """An identity number or a credit code."""

    holder: _Name


class NumberAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A case's number, or its id where it has none yet."""

    number: _Name


class LicencesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    licences: tuple[Licence, ...]


class WaitingOne(msgspec.Struct, frozen=True, kw_only=True):
    """A case whose applicant may come back with what was missing, at any window.

    One that was left before a decision has no number, and perhaps no item.
    """

    id: _Name
    number: Annotated[str, msgspec.Meta(max_length=128)]
    item_name: Annotated[str, msgspec.Meta(max_length=200)]
    state: Literal["noticed", "received", "left", "supplement"]
    window: _Name
    decided_at: datetime


class WaitingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first."""

    cases: tuple[WaitingOne, ...]


class HistoryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """In the back office's order of arrival; none where it knows no such case."""

    entries: tuple[Entry, ...]


def tidy(number: str) -> str:
    """Numbers are compared as they stand on papers: in capitals, without spaces around."""
    return number.strip().upper()
