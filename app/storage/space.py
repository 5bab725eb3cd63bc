"""Decide from the free room of the data folder what may still be begun.

Below a first limit people are warned. Below a second one nothing new is begun (no case, no scan, no
ticket slip), so that the case that is open can still be decided, printed and sent: a disk must
never be found full in the middle of a decision.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.storage.errors import StoreError

MB = 1024 * 1024


class RoomLow(StoreError):
    """Too little room to begin something new; what is under way can still be finished."""

    code = "STO-07"
    retryable = True


class Room(StrEnum):
    ENOUGH = "enough"
    LOW = "low"  # warn
    SHORT = "short"  # begin nothing new
    UNKNOWN = "unknown"  # the folder cannot be asked: work goes on, a full disk is met where it is


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLimits:
    """Bytes that must be free. ``low`` holds some days of papers and scans; ``short`` what an open
    case may still need: its decision, its papers, its scans and the write-ahead log."""

    low: int = 500 * MB
    short: int = 100 * MB


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """``free`` in bytes, None where it is unknown."""

    room: Room
    free: int | None = None


def judge_room(free: int | None, limits: RoomLimits) -> Room:
    if free is None:
        return Room.UNKNOWN
    if free < limits.short:
        return Room.SHORT
    return Room.LOW if free < limits.low else Room.ENOUGH


def free_bytes(folder: Path) -> int | None:
    """What is free for an ordinary user on the disk of ``folder``."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


class DiskRoom:
    """Asked anew each time: others fill and empty the disk too. Safe from any thread."""

    def __init__(
        self,
        folder: Path,
        limits: RoomLimits | None = None,
        free: Callable[[Path], int | None] = free_bytes,
    ) -> None:
        self._folder = folder
        self._limits = limits or RoomLimits()
        self._free = free

    def state(self) -> RoomState:
        free = self._free(self._folder)
        return RoomState(room=judge_room(free, self._limits), free=free)

    def check(self) -> None:
        """Before something new is begun. Raises RoomLow."""
        state = self.state()
        if state.room is Room.SHORT and state.free is not None:
            raise RoomLow(free=state.free // MB, needed=self._limits.short // MB)
