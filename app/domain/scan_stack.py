"""Split a stack of scanned pages: by separator sheets to materials, by a number to cases. Pure.

A separator sheet bears ``OW-SEP`` (what follows belongs to the next material of the list) or
``OW-SEP-7`` (to the seventh). It is nobody's page and is thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.scan_page import TrayPage

MOST_SHEETS = 99
_SEPARATOR = re.compile(r"OW-SEP(?:-([1-9][0-9]?))?")
_NUMBER = re.compile(r"[A-Z0-9]{10,64}")
_PROGRESS = re.compile(r"https?://\S+/progress/([A-Za-z0-9]{10,64})(?:[?#]\S*)?")


def separator_code(number: int = 0) -> str:
    """The text of a separator sheet's barcode; 0 for "the next material"."""
    return f"OW-SEP-{number}" if number else "OW-SEP"


def separator_of(codes: Sequence[str]) -> int | None:
    """The number on a separator sheet, 0 for the next material, None for any other page."""
    for code in codes:
        if found := _SEPARATOR.fullmatch(code.strip().upper()):
            return int(found[1] or 0)
    return None


def case_number(text: str) -> str:
    """The number of a case that a code may state: itself, or inside the address behind a
    receipt's QR; "" for anything else. Whether there is such a case is another question."""
    found = _PROGRESS.fullmatch(text.strip())
    number = found[1].upper() if found else text.strip().upper()
    return number if _NUMBER.fullmatch(number) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Where each page belongs, by its id, and which pages are separator sheets."""

    materials: dict[str, str]
    separators: tuple[str, ...] = ()


def split(pages: Sequence[TrayPage], materials: Mapping[int, str], first: str) -> Split:
    """``materials`` are those that are asked for, by their number in the list, in its order; pages
    before any separator sheet belong to ``first``. A sheet that names none of them, or comes after
    the last, changes nothing."""
    order = list(materials.values())
    current = first
    belongs: dict[str, str] = {}
    sheets = []
    for page in pages:
        number = separator_of(page.seen.codes)
        if number is None:
            belongs[page.id] = current
            continue
        sheets.append(page.id)
        if number:
            current = materials.get(number, current)
        else:
            after = order.index(current) + 1 if current in order else 0
            current = order[min(after, len(order) - 1)] if order else current
    return Split(materials=belongs, separators=tuple(sheets))
