"""What the window asks of scanners, whichever they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Protocol

from app.domain.errors import AppError, Blame
from app.domain.scan_page import ScanMode


class CameraMissing(AppError):
    """The system knows no camera, or it was unplugged."""

    code = "SCAN-CAMERA"
    blame = Blame.DEVICE


class CameraPartMissing(AppError):
    """QtMultimedia is not installed."""

    code = "SCAN-CAMERA-PART"
    blame = Blame.MACHINE


class PaperSource(StrEnum):
    AUTO = "auto"  # the feeder where there is paper in it, else the glass
    GLASS = "glass"
    FEEDER = "feeder"
    DUPLEX = "duplex"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanWish:
    """What to scan. ``most`` pages at a time; a glass has one."""

    mode: ScanMode = ScanMode.COLOUR
    dpi: int = 200
    paper: PaperSource = PaperSource.AUTO
    most: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanProgress:
    """Page ``number`` (from 1) is under way, ``percent`` of it is here (0 where nobody knows)."""

    number: int
    percent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerInfo:
    """One that was found: ``spec`` goes into the settings."""

    spec: str
    name: str


class Scanner(Protocol):
    @property
    def name(self) -> str: ...

    def scan(
        self,
        wish: ScanWish,
        case_id: str,
        *,
        keep: Callable[[bytes], object],
        tell: Callable[[ScanProgress], None],
        cancelled: Event,
    ) -> int:
        """Scan until there is no more paper; returns how many pages came.

        ``keep`` gets each page and must return only when it is safe: until then it lies encrypted
        in the scanner's own spool, under its case. Blocks; ends soon after ``cancelled``, with the
        pages that came. Raises AppError; what was kept stays.
        """
        ...

    def probe(self) -> None:
        """Raises AppError where it is not there or does not answer; no paper moves."""
        ...

    def take_apart(self, file: str, case_id: str, *, keep: Callable[[bytes], object]) -> int:
        """The same for the pages of a PDF. Raises AppError."""
        ...

    def left_over(self, keep: Callable[[str, bytes], object]) -> int:
        """Pages that were scanned before a kill and not kept: (case id, page). Returns how many."""
        ...
