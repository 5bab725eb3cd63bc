"""Read a file of bookings (预约) as a booking platform exports it, CSV or JSON.

Columns, or fields of each object: ``code`` and ``starts_at`` (local time of the hall where no
offset is written), and where they are known ``business``, ``item``, ``priority`` and ``id_number``
or its ``digest``. An identity number is made a digest here and goes no further.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.booking import booking_digest
from app.domain.errors import AppError, Blame
from app.domain.hall import HALL_ZONE

_TEXTS = ("code", "business", "item", "priority", "digest")
_KNOWN = frozenset((*_TEXTS, "starts_at", "id_number"))
_LARGEST = 64 * 1024 * 1024


class BadBookings(AppError):
    """A file of bookings that cannot be read; ``place`` says where, and nothing was taken."""

    code = "QUE-14"
    blame = Blame.DATA


def read_bookings(file: Path) -> list[dict[str, str]]:
    """As the back office takes them. Raises BadBookings."""
    try:
        if file.stat().st_size > _LARGEST:
            raise BadBookings(place=f"{file.name}: > {_LARGEST} B")
        text = _decoded(file.read_bytes())
    except (OSError, UnicodeError) as error:
        raise BadBookings(place=f"{file.name}: {type(error).__name__}") from None
    rows = (
        _objects(file.name, text)
        if text.lstrip().startswith(("[", "{"))
        else _lines(file.name, text)
    )
    return [_booking(f"{file.name}: {place}", row) for place, row in rows]


def _decoded(data: bytes) -> str:
    """Spreadsheets here save UTF-8 with a mark, or GB18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _objects(name: str, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise BadBookings(place=name) from None
    rows = value.get("bookings") if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadBookings(place=name)
    yield from enumerate(rows, 1)


def _lines(name: str, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    table = csv.DictReader(io.StringIO(text), restkey="", restval="")
    try:
        yield from ((table.line_num, row) for row in table)
    except csv.Error:
        raise BadBookings(place=f"{name}: {table.line_num}") from None


def _booking(place: str, row: Mapping[str, Any]) -> dict[str, str]:
    if unknown := sorted(set(row) - _KNOWN):
        raise BadBookings(place=f"{place}: {str(unknown[0])[:40]}")
    if not all(isinstance(value, str) for value in row.values()):
        raise BadBookings(place=place)
    found = {name: row.get(name, "").strip() for name in _TEXTS}
    if not found["code"]:
        raise BadBookings(place=f"{place}: code")
    try:
        at = datetime.fromisoformat(row.get("starts_at", "").strip())
    except ValueError:
        raise BadBookings(place=f"{place}: starts_at") from None
    at = at if at.tzinfo else at.replace(tzinfo=HALL_ZONE)
    if id_number := row.get("id_number", "").strip():
        found["digest"] = booking_digest(found["code"], id_number)
    return found | {"starts_at": at.isoformat()}
