"""Files that the back office publishes and every window keeps: both sides check them alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

import msgspec

from app.domain.deadline import arrangement_faults
from app.domain.decoding import decode

_Signature = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKind:
    """``tidied`` gives the file's content as it is kept, and raises ValueError (msgspec's errors
    are) where it cannot be used. ``file`` is its name in the back office's folder."""

    name: str
    file: str
    path: str
    largest: int  # bytes
    tidied: Callable[[bytes], bytes]


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


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """Weekdays off and weekend days worked of one year; ``source`` names the arrangement."""

    source: _Text
    holidays: tuple[date, ...]
    workdays: tuple[date, ...]


class PublishedCalendar(msgspec.Struct, frozen=True, kw_only=True):
    """The working days of the years that are published, by year."""

    years: dict[str, Arrangement]


def _bars(content: bytes) -> bytes:
    return msgspec.json.encode(decode(content, PublishedBars))


def _calendar(content: bytes) -> bytes:
    published = decode(content, PublishedCalendar)
    for year, one in published.years.items():
        fault = next(arrangement_faults(year, one.holidays, one.workdays), "")
        if fault:
            raise ValueError(fault)
    if not published.years:
        raise ValueError("no year")
    return msgspec.json.encode(published)


BARS = PublishedKind(
    name="bars", file="bars.json", path="/v1/bars", largest=16 * 1024 * 1024, tidied=_bars
)
CALENDAR = PublishedKind(
    name="calendar", file="calendar.json", path="/v1/calendar", largest=1024 * 1024,
    tidied=_calendar,
)  # fmt: skip


class SignedList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list of items and bundles as its publishing unit signed it (docs/catalogue.md): the window
    verifies the signature, and only then looks at the list more closely."""

    list: msgspec.Raw
    signature: _Signature


class PublishedCatalogue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The signed lists of the hall's units, one or more of each."""

    lists: tuple[SignedList, ...]


def _catalogue(content: bytes) -> bytes:
    """One signed list may be put there as it was signed."""
    try:
        published = decode(content, PublishedCatalogue)
    except msgspec.ValidationError:
        published = PublishedCatalogue(lists=(decode(content, SignedList),))
    if not published.lists:
        raise ValueError("no list")
    return msgspec.json.encode(published)


CATALOGUE = PublishedKind(
    name="catalogue", file="catalogue.json", path="/v1/catalogue", largest=64 * 1024 * 1024,
    tidied=_catalogue,
)  # fmt: skip
KINDS = (BARS, CALENDAR, CATALOGUE)


def version_tag(content: bytes) -> str:
    """The ETag of a file's bytes: both sides compute it, nobody keeps it."""
    return f'"{hashlib.sha256(content).hexdigest()}"'
