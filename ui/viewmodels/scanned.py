"""Decide what scanned lines are: somebody's document, a case's number, or nothing of use here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.errors import AppError, InvalidIdentity
from app.domain.mrz import MrzRead, looks_like_mrz, parse_mrz
from app.domain.person import CardRead

_NUMBER = re.compile(r"[A-Z0-9]{10,64}")
_PROGRESS = re.compile(r"https?://\S+/progress/([A-Za-z0-9]{10,64})(?:[?#]\S*)?")
READER = "wedge"  # 键盘口


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedCase:
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedReceipt:
    """The signed code of a receipt; ``number`` is what it states, true or not."""

    text: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """Machine-readable lines whose check digits do not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """``text`` shortened, to be shown."""

    text: str


Scanned = MrzRead | ScannedCase | ScannedReceipt | Misread | Unknown


def scanned(lines: tuple[str, ...], on: date) -> Scanned:
    upper = tuple(line.strip().upper() for line in lines)
    if looks_like_mrz(upper):
        try:
            return parse_mrz(upper, on)
        except InvalidIdentity:
            if len(upper) > 1 or "<" in upper[0]:
                return Misread()
    if len(lines) == 1:
        found = _PROGRESS.fullmatch(lines[0].strip())
        number = found[1].upper() if found else upper[0]
        if number.startswith("OW1:"):
            return ScannedReceipt(text=number, number=_signed(number))
        if _NUMBER.fullmatch(number):
            return ScannedCase(number=number)
    return Unknown(text=lines[0][:20])


def _signed(text: str) -> str:
    """The number that a signed receipt states, "" where it cannot be read."""
    from app.services.receipt_signing import stated_number

    try:
        return stated_number(text)
    except AppError:
        return ""


def card_of(read: MrzRead, at: datetime) -> CardRead:
    return CardRead(
        document=read.document, person=read.person, issuer=read.issuer, valid_to=read.valid_to,
        reader=READER, read_at=at,
    )  # fmt: skip
