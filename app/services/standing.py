"""Look holders up in the published list of bad credit (失信未修复): what is closed to them, why.

The list holds salted hashes, never numbers. Without a list nobody knows who is barred, so both
容缺 and 告知承诺 stay closed until one is at hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec

from app.domain.case_events import ApplicantChecked, BarFact
from app.domain.checklist import Bar
from app.domain.decoding import decode

UNKNOWN = "信用名单还没有取得"
_LARGEST = 64 * 1024 * 1024  # bytes; a longer file is no list of one hall
_CLOSED = ApplicantChecked(bars=tuple(BarFact(bar=bar, reason=UNKNOWN) for bar in Bar))

_Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Salt = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2}){8,64}$")]
_Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class _Barred(msgspec.Struct, frozen=True, kw_only=True):
    """``until`` is the last day on which it counts, None where it has no end."""

    holder: _Hash
    bar: Bar
    reason: _Reason
    until: date | None = None


class _Published(msgspec.Struct, frozen=True, kw_only=True):
    published: date
    salt: _Salt
    bars: tuple[_Barred, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """``of`` tells the file, and its state, that this was read from."""

    of: tuple[object, ...]
    published: str = ""
    salt: str = ""
    bars: Mapping[str, tuple[_Barred, ...]] | None = None  # None where the file is no list


def holder_hash(salt: str, holder: str) -> str:
    """How the list names a holder: SHA-256 hex of the salt's hex digits and then the number."""
    return hashlib.sha256((salt + holder.strip().upper()).encode()).hexdigest()


class Standing:
    """Asked from the database's lane; reads the file again only when it has changed."""

    def __init__(self, files: Sequence[Path], today: Callable[[], date]) -> None:
        """The first of ``files`` that exists counts. ``today`` is the hall's day."""
        self._files = tuple(files)
        self._today = today
        self._known: _Known | None = None

    def check(self, holders: Iterable[str]) -> ApplicantChecked:
        """What is closed to any of these identity numbers and credit codes today."""
        known = self._read()
        if known is None or known.bars is None:
            return _CLOSED
        today = self._today()
        reasons: dict[Bar, dict[str, None]] = {}
        for holder in holders:
            for barred in known.bars.get(holder_hash(known.salt, holder), ()):
                if barred.until is None or barred.until >= today:
                    reasons.setdefault(barred.bar, {})[barred.reason] = None
        return ApplicantChecked(
            bars=tuple(
                BarFact(bar=bar, reason="；".join(reasons[bar])) for bar in Bar if bar in reasons
            ),
            published=known.published,
        )

    def _read(self) -> _Known | None:
        for file in self._files:
            try:
                state = file.stat()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                return None  # it is there, but nobody may look: not known is closed
            of = (file, state.st_mtime_ns, state.st_size, state.st_ino)
            if self._known is None or self._known.of != of:
                self._known = _load(file, of, state.st_size)
            return self._known
        return None


def _load(file: Path, of: tuple[object, ...], size: int) -> _Known:
    try:
        text = file.read_bytes() if size <= _LARGEST else b""
        read = decode(text, _Published)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return _Known(of=of)
    bars: dict[str, tuple[_Barred, ...]] = {}
    for barred in read.bars:
        bars[barred.holder] = (*bars.get(barred.holder, ()), barred)
    return _Known(of=of, published=read.published.isoformat(), salt=read.salt, bars=bars)
