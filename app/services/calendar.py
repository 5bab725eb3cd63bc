"""Load which days work (国务院办公厅节假日安排, published year by year) into a WorkCalendar."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import msgspec

from app.domain.deadline import WorkCalendar
from app.domain.errors import AppError, Blame

_SATURDAY = 5


class BadCalendar(AppError):
    """A calendar file that cannot be used; ``place`` says where."""

    code = "CAT-03"
    blame = Blame.DATA


class _Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weekdays off and weekend days worked (调休) of one year; ``source`` names the arrangement."""

    source: str
    holidays: tuple[date, ...]
    workdays: tuple[date, ...]


class _Years(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    years: dict[str, _Year]


def load_calendar(file: Path) -> WorkCalendar:
    """Read ``workdays.json``. Raises BadCalendar."""
    try:
        read = msgspec.json.decode(file.read_bytes(), type=_Years)
    except OSError as error:
        raise BadCalendar(place=f"{file.name}: {error.strerror}") from None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadCalendar(place=f"{file.name}: {error}") from None
    for name, year in read.years.items():
        if not re.fullmatch(r"[12][0-9]{3}", name):
            raise BadCalendar(place=f"{file.name}: year {name[:8]}")
        for day in (*year.holidays, *year.workdays):
            weekend = day.weekday() >= _SATURDAY
            if day.year != int(name) or weekend is not (day in year.workdays):
                raise BadCalendar(place=f"{file.name}: {day} in {name}")
    return WorkCalendar(
        published_years=frozenset(int(name) for name in read.years),
        holidays=frozenset(day for year in read.years.values() for day in year.holidays),
        workdays=frozenset(day for year in read.years.values() for day in year.workdays),
    )
