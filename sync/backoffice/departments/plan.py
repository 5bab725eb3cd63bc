"""Read how a hall's cases go to their departments: by which draw, and which have their own system.

``departments.json`` of the back office's folder, which need not be there::

    {"draw": "random",
     "lines": [{"name": "market", "department": "示例局", "url": "http://10.0.0.8:9000",
                "token_file": "market.token"}]}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from app.domain.decoding import decode
from sync.backoffice.departments.errors import BadDepartments

FILE = "departments.json"
_LARGEST = 256 * 1024
_MOST_LINES = 100
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")

Draw = Literal["random", "balanced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A department's own system. ``token`` is what it and the back office show each other."""

    name: str
    department: str
    url: str
    token: str

    @property
    def reviewer(self) -> str:
        """As dispatched to, and as the actor of what it decides."""
        return reviewer_of(self.name)


def reviewer_of(line: str) -> str:
    return f"line:{line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``balanced`` draws among those with the fewest open cases, ``random`` among all."""

    draw: Draw = "random"
    lines: tuple[Line, ...] = ()

    def find_line(self, department: str) -> Line | None:
        return next((one for one in self.lines if one.department == department), None)

    def find_named(self, name: str) -> Line | None:
        return next((one for one in self.lines if one.name == name), None)


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    department: str
    url: str
    token_file: str


class _Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    draw: Draw = "random"
    lines: tuple[_Line, ...] = ()


class PlanFile:
    """Read again only when a file has changed. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._seen: tuple[tuple[int, ...], ...] | None = None
        self._plan = Plan()
        self._files: tuple[str, ...] = ()

    def get(self) -> Plan:
        """Raises BadDepartments; then nothing is dispatched until it is mended."""
        with self._lock:
            seen = self._look()
            if seen != self._seen:
                self._plan, self._files = _read(self._folder)
                self._seen = self._look()
            return self._plan

    def _look(self) -> tuple[tuple[int, ...], ...]:
        return tuple(_stamp(self._folder / name) for name in (FILE, *self._files))


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        state = file.stat()
    except OSError:
        return ()
    return (state.st_mtime_ns, state.st_size, state.st_ino)


def _read(folder: Path) -> tuple[Plan, tuple[str, ...]]:
    try:
        with (folder / FILE).open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return Plan(), ()
    except OSError as error:
        raise BadDepartments(place=f"{FILE}: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise BadDepartments(place=f"{FILE}: more than 256 KB")
    try:
        plan = decode(content, _Plan)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadDepartments(place=f"{FILE}: {str(error)[:200]}") from None
    for at, one in enumerate(plan.lines[:_MOST_LINES]):
        if fault := _fault(one, plan.lines[:at]):
            raise BadDepartments(place=f"{FILE}: lines[{at}].{fault}")
    lines = tuple(
        Line(
            name=one.name, department=one.department, url=one.url.rstrip("/"),
            token=_token(folder, one.token_file, at),
        )
        for at, one in enumerate(plan.lines[:_MOST_LINES])
    )  # fmt: skip
    return Plan(draw=plan.draw, lines=lines), tuple(one.token_file for one in plan.lines)


def _fault(one: _Line, earlier: tuple[_Line, ...]) -> str:
    """Which field cannot be, "" where all can."""
    if not _NAME.fullmatch(one.name) or any(one.name == other.name for other in earlier):
        return "name"
    taken = any(one.department == other.department for other in earlier)
    if not one.department.strip() or not one.department.isprintable() or taken:
        return "department"
    parts = urlsplit(one.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        return "url"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", one.token_file):
        return "token_file"
    return ""


def _token(folder: Path, name: str, at: int) -> str:
    try:
        token = (folder / name).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        token = ""
    if len(token) < 16 or not token.isprintable() or " " in token:
        raise BadDepartments(place=f"{FILE}: lines[{at}].token_file: 16 signs or more")
    return token
