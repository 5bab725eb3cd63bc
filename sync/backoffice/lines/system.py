"""Say what the back office and a department's own system (专业审批系统) tell each other.

A line system is anything that takes a case under a key and answers some time later. It may be
told the same case several times and must give it one ticket; it may answer late, several times and
wrongly: what it says is believed only where it fits.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Protocol

import msgspec

MAX_ANSWER = 64 * 1024  # bytes of one answer
MAX_POLLED = 100  # answers at once

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Said = Annotated[str, msgspec.Meta(max_length=2000)]


class LineParty(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the case is about, unmasked: the department decides on them."""

    name: str
    document: str
    number: str
    phone: str = ""


class LineOrganisation(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    credit_code: str
    representative: str


class LineMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """``scans`` are the SHA-256 names of its pages."""

    id: str
    name: str
    originals: int
    copies: int
    form: str
    scans: tuple[str, ...] = ()


class CaseSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands when it is sent. ``key`` is the same for every try; ``round`` rises when
    a supplement was brought."""

    key: str
    round: int
    number: str
    item: str
    item_name: str
    version: int
    department: str
    accepted_on: date
    due: date
    applicant: LineParty
    organisation: LineOrganisation | None = None
    agent: LineParty | None = None
    answers: dict[str, tuple[str, ...]] = {}
    fields: dict[str, str] = {}
    materials: tuple[LineMaterial, ...] = ()


class LineResult(msgspec.Struct, frozen=True, kw_only=True):
    """A licence or a decision on paper."""

    name: _Name
    number: _Name


class LineWant(msgspec.Struct, frozen=True, kw_only=True):
    """What must be brought, by the list's own id, and what is wrong with it."""

    material: _Name
    problem: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the department decided. ``basis`` is needed to refuse, ``result`` to decide at all,
    ``wanted`` for a supplement."""

    key: _Name
    ticket: _Name
    number: _Name
    department: _Name
    verdict: Literal["granted", "refused", "supplement"]
    opinion: _Said = ""
    basis: Annotated[str, msgspec.Meta(max_length=500)] = ""
    result: LineResult | None = None
    wanted: Annotated[tuple[LineWant, ...], msgspec.Meta(max_length=60)] = ()


class Polled(msgspec.Struct, frozen=True, kw_only=True):
    """``answers`` are taken apart one by one: a broken one does not spoil the others."""

    cursor: Annotated[str, msgspec.Meta(max_length=200)]
    answers: Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=MAX_POLLED)] = ()


class LineSystem(Protocol):
    """One department's system. Both may take their time and raise LineTrouble."""

    def submit(self, case: CaseSnapshot) -> str:
        """Its ticket: the same one for the same key, however often it is told."""
        ...

    def poll(self, after: str) -> Polled:
        """Answers after this place ("" for all), the oldest first; the same ones may come again."""
        ...
