"""Read when a clock's light turns and which special procedures pause it: data, not code.

What the program brings holds until the hall's own ``clocks.json`` says otherwise; a file that
cannot be used changes nothing, and its fault is told on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from app.domain.clocks import ClockName, Thresholds
from app.domain.decoding import decode
from app.domain.errors import AppError, Blame

_LONGEST_FILE = 1 << 18
_MOST_DAYS = 365
_MOST_PROCEDURES = 40
T = TypeVar("T")


class BadClockSettings(AppError):
    """A settings file of the clocks that cannot be used; ``place`` says where."""

    code = "CLK-04"
    blame = Blame.DATA


class UnknownProcedure(AppError):
    """The settings name no such special procedure."""

    code = "CLK-05"
    blame = Blame.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A special procedure (特别程序). ``exchange`` is its code in GB/T 39046-2020 A.7."""

    code: str
    name: str
    basis: str
    exchange: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSettings:
    """``fault`` says why the hall's own file is not used, "" where it is or there is none."""

    thresholds: Mapping[ClockName, Thresholds]
    procedures: tuple[Procedure, ...]
    fault: str = ""

    def get_procedure(self, code: str) -> Procedure:
        """Raises UnknownProcedure."""
        for procedure in self.procedures:
            if procedure.code == code:
                return procedure
        raise UnknownProcedure(procedure=code[:40])


class _Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    yellow_left: int
    yellow_percent: int
    red_left: int


class _Procedure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str
    basis: str
    exchange: str = "2"


class _Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    thresholds: dict[str, _Thresholds] = {}
    procedures: tuple[_Procedure, ...] | None = None


def load_clock_settings(shipped: Path, own: Path) -> ClockSettings:
    """``shipped`` is a folder, ``own`` a file that need not exist.

    Raises BadClockSettings only where the shipped files themselves cannot be used.
    """
    thresholds = _lights(
        "thresholds.json", _decode(shipped / "thresholds.json", dict[str, _Thresholds])
    )
    if set(thresholds) != set(ClockName):
        raise BadClockSettings(place="thresholds.json: not every clock")
    procedures = _procedures(
        "procedures.json", _decode(shipped / "procedures.json", tuple[_Procedure, ...])
    )
    fault = ""
    try:
        if own.exists():
            changed = _decode(own, _Own)
            lights = _lights(own.name, changed.thresholds)
            if changed.procedures is not None:
                procedures = _procedures(own.name, changed.procedures)
            thresholds |= lights
    except BadClockSettings as bad:
        fault = str(bad.details["place"])
    return ClockSettings(thresholds=thresholds, procedures=procedures, fault=fault)


def _decode(file: Path, kind: type[T]) -> T:
    try:
        if not file.is_file():
            raise BadClockSettings(place=f"{file.name}: no such file")
        with file.open("rb") as source:
            data = source.read(_LONGEST_FILE + 1)
        if len(data) > _LONGEST_FILE:
            raise BadClockSettings(place=f"{file.name}: more than 256 KB")
        return decode(data.removeprefix(b"\xef\xbb\xbf"), kind)
    except OSError as error:
        raise BadClockSettings(place=f"{file.name}: {error.strerror}") from None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadClockSettings(place=f"{file.name}: {str(error)[:200]}") from None


def _lights(file: str, read: Mapping[str, _Thresholds]) -> dict[ClockName, Thresholds]:
    made: dict[ClockName, Thresholds] = {}
    for name, one in read.items():
        place = f"{file}: {name[:20]}"
        if name not in set(ClockName):
            raise BadClockSettings(place=f"{place}: no such clock")
        if not 0 <= one.yellow_left <= _MOST_DAYS or not 0 <= one.yellow_percent <= 100:
            raise BadClockSettings(place=f"{place}: yellow_left, yellow_percent")
        if not -1 <= one.red_left <= one.yellow_left:
            raise BadClockSettings(place=f"{place}: red_left from -1 to yellow_left")
        made[ClockName(name)] = Thresholds(
            yellow_left=one.yellow_left, yellow_percent=one.yellow_percent, red_left=one.red_left
        )
    return made


def _procedures(file: str, read: tuple[_Procedure, ...]) -> tuple[Procedure, ...]:
    for fault in _procedure_faults(read):
        raise BadClockSettings(place=f"{file}: {fault}")
    return tuple(
        Procedure(
            code=one.code, name=one.name.strip(), basis=one.basis.strip(), exchange=one.exchange
        )
        for one in read
    )


def _procedure_faults(read: tuple[_Procedure, ...]) -> Iterator[str]:
    if not 1 <= len(read) <= _MOST_PROCEDURES:
        yield f"{len(read)} procedures"
    codes = [one.code for one in read]
    for at, one in enumerate(read):
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", one.code) or codes.count(one.code) > 1:
            yield f"procedures[{at}].code"
        if not 1 <= len(one.name.strip()) <= 20 or not one.name.isprintable():
            yield f"procedures[{at}].name"
        if not 1 <= len(one.basis.strip()) <= 200 or not one.basis.isprintable():
            yield f"procedures[{at}].basis"
        if one.exchange not in {"1", "2"}:
            yield f"procedures[{at}].exchange"
