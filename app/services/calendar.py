"""Load which days work (国务院办公厅节假日安排, published year by year) into a WorkCalendar.

The program brings the years that were published when it was made; a file of a later year is
imported into the home folder, or brought there from the back office, and stands in front of them,
year by year.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import msgspec

from app.domain.deadline import WorkCalendar, arrangement_faults
from app.domain.decoding import convert
from app.domain.errors import AppError, Blame

_LONGEST_FILE = 1 << 20
_MOST_SHOWN = 10


class BadCalendar(AppError):
    """A calendar file that cannot be used; ``place`` says where."""

    code = "CAT-03"
    blame = Blame.DATA


class YearNotPublished(AppError):
    """No calendar of this year is at hand."""

    code = "CLK-06"
    blame = Blame.DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarYear:
    """Weekdays off and weekend days worked (调休); ``source`` names the arrangement."""

    source: str
    holidays: tuple[date, ...]
    workdays: tuple[date, ...]
    imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarBook:
    """``faults`` are files of the home folder that were left out, with their place."""

    years: Mapping[int, CalendarYear]
    work: WorkCalendar
    faults: tuple[str, ...] = ()

    def get(self, year: int) -> CalendarYear:
        """Raises YearNotPublished."""
        if year not in self.years:
            raise YearNotPublished(year=year)
        return self.years[year]


class _Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    holidays: tuple[date, ...]
    workdays: tuple[date, ...]


class _Years(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    years: dict[str, Any]


def load_calendar(file: Path) -> WorkCalendar:
    """Read ``workdays.json``. Raises BadCalendar."""
    return _work_calendar(_read(file))


def open_calendar(shipped: Path, folder: Path) -> CalendarBook:
    """The shipped years and over them those of ``folder``; a broken file there is left out.

    Raises BadCalendar where the shipped file itself cannot be used.
    """
    own = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return _open(tuple(_Stamp(file) for file in (shipped, *own)))


class _Stamp(tuple[Path, int, int]):
    """A file as it stands: read again only when it has changed."""

    __slots__ = ()

    def __new__(cls, file: Path) -> Self:
        try:
            state = file.stat()
        except OSError:
            return super().__new__(cls, (file, 0, 0))
        return super().__new__(cls, (file, state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=4)
def _open(stamps: tuple[_Stamp, ...]) -> CalendarBook:
    shipped, *own = (stamp[0] for stamp in stamps)
    years = _read(shipped)
    faults: list[str] = []
    for file in own:
        try:
            years |= _read(file, imported=True)
        except BadCalendar as bad:
            faults.append(str(bad.details["place"]))
    return CalendarBook(years=years, work=_work_calendar(years), faults=tuple(faults))


def import_calendar(file: Path, folder: Path) -> tuple[int, ...]:
    """Check ``file`` whole, then put each of its years into ``folder``. Returns the years.

    Raises BadCalendar with every fault by its place; then nothing is changed.
    """
    years = _read(file)
    if not years:
        raise BadCalendar(place=f"{file.name}: no year")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, year in years.items():
            _write(folder / f"{number}.json", number, year)
    except OSError as error:
        raise BadCalendar(place=f"{folder.name}: {error.strerror}") from None
    return tuple(sorted(years))


def _write(target: Path, number: int, year: CalendarYear) -> None:
    """Whole or not at all, also when the power goes."""
    body = {"source": year.source, "holidays": year.holidays, "workdays": year.workdays}
    text = json.dumps({"years": {str(number): body}}, default=str, ensure_ascii=False, indent=1)
    part = target.with_suffix(f".{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)


def _read(file: Path, *, imported: bool = False) -> dict[int, CalendarYear]:
    """Raises BadCalendar."""
    try:
        if not file.is_file():
            raise BadCalendar(place=f"{file.name}: no such file")
        with file.open("rb") as source:
            data = source.read(_LONGEST_FILE + 1)
        if len(data) > _LONGEST_FILE:
            raise BadCalendar(place=f"{file.name}: more than 1 MB")
        raw = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_no_repeats)
        read = convert(raw, _Years)
    except OSError as error:
        raise BadCalendar(place=f"{file.name}: {error.strerror}") from None
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise BadCalendar(place=f"{file.name}: {str(error)[:200]}") from None
    years: dict[str, _Year] = {}
    faults: list[str] = []
    for name, body in read.years.items():
        try:
            years[name] = convert(body, _Year)
        except (msgspec.MsgspecError, RecursionError) as error:
            faults.append(f"{name[:8]}: {str(error)[:200]}")
        else:
            faults += _faults(name, years[name])
    if faults:
        more = f" … {len(faults)}" if len(faults) > _MOST_SHOWN else ""
        raise BadCalendar(place=f"{file.name}: " + "; ".join(faults[:_MOST_SHOWN]) + more)
    return {
        int(name): CalendarYear(
            source=year.source.strip(), holidays=tuple(sorted(year.holidays)),
            workdays=tuple(sorted(year.workdays)), imported=imported,
        )
        for name, year in years.items()
    }  # fmt: skip


def _faults(name: str, year: _Year) -> Iterator[str]:
    """What cannot be an arrangement of this year, each with its place."""
    if not year.source.strip() or len(year.source) > 200 or not year.source.isprintable():
        yield f"{name}.source"
    yield from arrangement_faults(name, year.holidays, year.workdays)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{repeated[:20]!r} stands twice")
    return found


def _work_calendar(years: Mapping[int, CalendarYear]) -> WorkCalendar:
    return WorkCalendar(
        published_years=frozenset(years),
        holidays=frozenset(day for year in years.values() for day in year.holidays),
        workdays=frozenset(day for year in years.values() for day in year.workdays),
    )
