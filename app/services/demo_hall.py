"""Load a hall: its windows, staff and lines, from its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import msgspec

from app.domain.decoding import decode
from app.domain.errors import AppError, Blame
from app.domain.hall import Hall, Role
from app.domain.queue_policy import faults
from app.services.strict_json import unknown_fields

_T = TypeVar("_T")


class BadHall(AppError):
    """A hall file that cannot be used; ``place`` says where."""

    code = "CAT-04"
    blame = Blame.DATA


_MOST_DAYS = 3650  # that a result may wait


def _decode(file: Path, kind: type[_T]) -> _T:
    try:
        data = file.read_bytes()
        value = decode(data, kind)
        unknown = list(unknown_fields(json.loads(data), value, "$"))
    except OSError as error:
        raise BadHall(place=f"{file.name}: {error.strerror}") from None
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise BadHall(place=f"{file.name}: {error}") from None
    if unknown:
        raise BadHall(place=f"{file.name}: unknown field {unknown[0]}")
    return value


def load_hall(folder: Path) -> Hall:
    """Read ``hall.json`` of a hall's folder. Raises BadHall."""
    hall = _decode(folder / "hall.json", Hall)
    groups = {
        "window": [window.id for window in hall.windows],
        "staff": [member.id for member in hall.staff],
        "business": [business.id for business in hall.businesses],
        # Tickets of a line and tickets taken at a window are told apart by their letter alone.
        "prefix": [line.prefix for line in hall.businesses]
        + [window.ticket_prefix for window in hall.windows]
        + [kiosk.ticket_prefix for kiosk in hall.kiosks],
    }
    for name, ids in groups.items():
        if not ids or len(set(ids)) != len(ids) or not all(ids):
            raise BadHall(place=f"hall.json: {name} is empty or stands twice")
    # A number is counted on from its letters: what follows them is its place.
    if not all(one.isascii() and one.isalpha() and one.isupper() for one in groups["prefix"]):
        raise BadHall(place="hall.json: a prefix is not of capital letters")
    if not 1 <= hall.collect_days <= _MOST_DAYS:
        raise BadHall(place="hall.json: collect_days")
    if found := faults(hall.queue, frozenset(groups["business"]), frozenset(groups["window"])):
        raise BadHall(place=f"hall.json: queue: {found[0]}")
    for member in hall.staff:
        named = set(member.departments)
        reviews = member.role is Role.REVIEWER
        if bool(named) is not reviews or "" in named or len(named) != len(member.departments):
            raise BadHall(place=f"hall.json: departments of {member.id}")
    try:
        for pattern in (hall.case_number, hall.bundle_number):
            pattern.format(region=hall.region, date="20260101", serial=1)
        hall.progress_url.format(number="1", check="1")
    except (KeyError, IndexError, ValueError):
        raise BadHall(place="hall.json: a pattern has an unknown hole") from None
    return hall
