"""Load a hall (its windows, staff and lines) and the demo hall's people from a resources folder."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from app.domain.errors import AppError, Blame
from app.domain.hall import Hall
from app.services.catalogue import unknown_fields

_T = TypeVar("_T")


class BadHall(AppError):
    """A hall file that cannot be used; ``place`` says where."""

    code = "CAT-04"
    blame = Blame.DATA


class DemoCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text of an identity card, for the simulated reader."""

    document: Literal["resident", "hk_mo_tw", "foreigner_2017", "foreigner_2023"]
    name: str
    name_latin: str = ""
    sex: Literal["male", "female", "unknown"]
    nation: str = ""
    nationality: str = ""
    birth: date
    address: str = ""
    number: str
    issuer: str = ""
    valid_from: date
    valid_to: date | None = None


class DemoTyped(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the clerk types for someone without a card, and why."""

    document: Literal["passport", "other", "resident"]
    name: str
    number: str
    reason: str


class DemoSocialSecurity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The chip of a 社保卡 beside the person's own data."""

    version: str
    card_number: str
    issuer: str
    issued: date
    expires: date


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    note: str
    card: DemoCard | None = None
    typed: DemoTyped | None = None
    social_security: DemoSocialSecurity | None = None


class _People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    people: tuple[DemoPerson, ...]


def _decode(file: Path, kind: type[_T]) -> _T:
    try:
        data = file.read_bytes()
        value = msgspec.json.decode(data, type=kind)
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
        + [window.ticket_prefix for window in hall.windows],
    }
    for name, ids in groups.items():
        if not ids or len(set(ids)) != len(ids) or not all(ids):
            raise BadHall(place=f"hall.json: {name} is empty or stands twice")
    try:
        hall.case_number.format(region=hall.region, date="20260101", serial=1)
        hall.progress_url.format(number="1", check="1")
    except (KeyError, IndexError, ValueError):
        raise BadHall(place="hall.json: a pattern has an unknown hole") from None
    return hall


def load_people(folder: Path) -> tuple[DemoPerson, ...]:
    """Read ``people.json`` of the demo hall. Raises BadHall."""
    return _decode(folder / "people.json", _People).people
